"""What moved on a page since it was last built, and why: two sets of frozen numbers side by side."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

NUMBER = ["query", "parameters", "row_key", "column_name"]
ROW = NUMBER[:3]
# Texts that are a finding of their own; other texts and moments may change without a number having moved.
FINDINGS = ("verdict", "state", "status")
SIGNIFICANT_DIGITS = 9  # sums of fractions differ beyond these by the order of their parts
REASONS = {
    "sources_digest": "new data",
    "metric_version": "another definition",
    "settings_digest": "other settings",
    "retro_version": "another version of Retro",
}
# Of files that do not tell these, the older digests say less.
OLD_REASONS = {"inputs_digest": "new data, settings or version", "query_digest": "another definition"}
UNTOLD = "nothing that is recorded; what a build judges was judged again"


@dataclass(frozen=True)
class Move:
    """A number that is another one now; None where the row was not there. Values are of JSON's types."""

    query: str
    anchor: str
    row: dict[str, object]
    column: str
    before: object
    after: object
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Changes:
    """Of a page: when the numbers before were built, what moved, and how many rows came and went."""

    since: datetime
    moves: tuple[Move, ...]
    new_row_count: int
    gone_row_count: int

    @property
    def reasons(self) -> tuple[str, ...]:
        """All reasons, each once."""
        return tuple(dict.fromkeys(reason for move in self.moves for reason in move.reasons))

    @property
    def is_empty(self) -> bool:
        """True when every number is as it was."""
        return not (self.moves or self.new_row_count or self.gone_row_count)


def changes(before: "pl.DataFrame", after: "pl.DataFrame") -> Changes | None:
    """What moved between two builds of a page, in the order of the page; None without numbers before.

    Counts what is the sprint's own: queries without a sprint, as the list of sources, are left out.
    """
    if before.is_empty():
        return None
    old, new = _own(before), _own(after)
    shared = new.join(old, on=NUMBER, how="inner", suffix="_old", maintain_order="left")
    differing = [row for row in shared.filter(shared["value"] != shared["value_old"]).to_dicts() if _has_moved(row)]
    old_rows, new_rows = ({tuple(row) for row in rows.select(ROW).unique().iter_rows()} for rows in (old, new))
    return Changes(
        before["built_at"].max(),
        tuple(_move(row) for row in differing),
        len(new_rows - old_rows),
        len(old_rows - new_rows),
    )


def is_same(before: "pl.DataFrame", after: "pl.DataFrame") -> bool:
    """True when both hold the same numbers on the same grounds, whenever they were built."""
    return before.drop("built_at").equals(after.drop("built_at"))


def _own(numbers: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    return numbers.filter(pl.col("parameters").str.contains('"sprint":', literal=True) | pl.col("sprint").is_null())


def _has_moved(row: dict) -> bool:
    before, after = json.loads(row["value_old"]), json.loads(row["value"])
    if _is_number(before) and _is_number(after):
        return f"{before:.{SIGNIFICANT_DIGITS}g}" != f"{after:.{SIGNIFICANT_DIGITS}g}"
    if _is_number(before) or _is_number(after):
        return True
    is_finding = row["column_name"].rpartition("_")[2] in FINDINGS
    return is_finding or isinstance(before, bool) or isinstance(after, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _move(row: dict) -> Move:
    return Move(
        row["query"],
        row["anchor"],
        json.loads(row["row_key"]),
        row["column_name"],
        json.loads(row["value_old"]),
        json.loads(row["value"]),
        reasons(row, "_old"),
    )


def reasons(row: dict, suffix: str) -> tuple[str, ...]:
    """Why a number is another one, from what both builds tell of their grounds; those before end in `suffix`."""
    known = [name for name in REASONS if row[name] is not None and row[name + suffix] is not None]
    told = REASONS if len(known) == len(REASONS) else OLD_REASONS
    found = tuple(reason for name, reason in told.items() if row[name] != row[name + suffix])
    return found or (UNTOLD,)
