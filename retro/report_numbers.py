"""The frozen numbers of a page: what every figure showed when it was built, to hold later builds against.

They stand in a file beside the page, `sprint-2.numbers.parquet`, one row per value, with what decided it: the definition,
the sources, the settings, Retro's version. The table `report_numbers` holds all of these files.
"""

import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from retro import tables
from retro.errors import RetroError
from retro.queries.reads import reading

if TYPE_CHECKING:
    import polars as pl

    from retro.page.parts import Page

TABLE, SUFFIX = "report_numbers", ".numbers.parquet"
# Far more than a page freezes (some thousand values in 30 kB): of a file, and of what it unpacks to.
LARGEST_FILE_BYTES = 16 << 20
_MOST_VALUES, _MOST_BYTES = 2_000_000, 256 << 20
# Columns that count or measure, also where every value is unknown; with the first of them a row's name is complete.
MEASURE = re.compile(
    r".*_(count|share|lines|tokens|usd|seconds|hours|days|ratio|rate|value|growth|complexity|before|after)|(is|has)_.*"
)
# What is said about a row, and moments: they change while it stays the same row.
SAID = re.compile(
    r".*_at|(.*_)?(sha|digest|verdict|state|status|reason|reasons|story|note|notes|evidence|meaning|unknown)"
)
# Numbers that are no measure: those of pull requests belong to a row's name, a rank does not.
ORDINAL = re.compile(r".*_number|position|rank|sequence")
# What the files of earlier versions lack; what cannot be known of them is NULL.
_SINCE = ("metric_version", "sources_digest", "settings_digest", "retro_version")


@dataclass(frozen=True)
class Basis:
    """What decides a page's numbers: digests of sources and settings, Retro's version, the version of each metric.

    None: not known, as in a warehouse that an earlier version wrote.
    """

    sources: str | None = None
    settings: str | None = None
    retro: str | None = None
    metrics: Mapping[str, str] = field(default_factory=dict)


def metric_versions(metrics: Mapping[str, str], views: Mapping[str, str]) -> dict[str, str]:
    """Version of each metric from the SQL of metrics and views by name: comments and white space do not count."""
    plain = {name: _bare(sql) for name, sql in {**views, **metrics}.items()}
    return {name: _version(plain, {name, *reading(sql, views)}) for name, sql in metrics.items()}


def frozen_numbers(page: "Page", name: str, built_at: datetime, basis: Basis | None = None) -> "pl.DataFrame":
    """One row per value of each figure of the page called `name` (as in the table `report_numbers`).

    A query that stands on the page twice is frozen once. Rows that did not travel with the figure (over 300) are left out.
    """
    known = basis or Basis()
    rows = tables.empty_rows(TABLE)
    seen = set()
    for block in page.figures:
        parameters = json.dumps(block["parameters"], sort_keys=True)
        if (block["query"], parameters) in seen:
            continue
        seen.add((block["query"], parameters))
        start = {
            "page": name,
            "query": block["query"],
            "parameters": parameters,
            "sprint": page.head.get("sprint") or block["parameters"].get("sprint"),
            "anchor": block["anchor"],
            "query_digest": hashlib.sha256(block["sql"].encode()).hexdigest(),
            "metric_version": known.metrics.get(block["query"]),
            "inputs_digest": block["snapshot"],
            "sources_digest": known.sources,
            "settings_digest": known.settings,
            "retro_version": known.retro,
            "built_at": built_at,
        }
        for value in _values(block):
            for column, part in {**start, **value}.items():
                rows[column].append(part)
    return tables.frame(TABLE, rows)


def as_parquet(numbers: "pl.DataFrame") -> bytes:
    """The content of the file beside a page."""
    file = io.BytesIO()
    numbers.write_parquet(file)
    return file.getvalue()


def read_numbers(path: Path, name: str) -> "pl.DataFrame":
    """The frozen numbers in a file, also one of an earlier version, as rows of `report_numbers` for the page `name`.

    Raises RetroError when it is no such file, or one that is larger than any page makes it: that is not read.
    """
    import duckdb
    import polars as pl

    try:
        _check_size(path)
        stored = pl.read_parquet(path)
        _check_texts(stored)
        numbers = stored if "row_key" in stored.columns else _with_row_keys(stored)
        lacking = [pl.lit(None, pl.String).alias(column) for column in _SINCE if column not in numbers.columns]
        shaped = numbers.with_columns(pl.lit(name).alias("page"), *lacking).select(tables.schema(TABLE).names())
        return shaped.cast(dict(tables.schema(TABLE))).unique(
            list(tables.key(TABLE)), keep="first", maintain_order=True
        )
    # A damaged file can make Polars panic, which is neither one of its errors nor an Exception.
    except (OSError, duckdb.Error, pl.exceptions.PolarsError, pl.exceptions.PanicException, ValueError) as error:
        said = next(iter(str(error).splitlines()), "it is empty")
        raise RetroError(f"{path}: no file of frozen numbers ({said}); remove it, or build its page again") from error


def row_key(row: Mapping[str, object]) -> str:
    """What tells a row apart, from its values as JSON has them: the texts and days before the first measure."""
    parts = {}
    for place, (name, value) in enumerate(row.items()):
        # A verdict or reason in the first place is what the row is about.
        is_said = name.endswith("_at") or (place > 0 and SAID.fullmatch(name))
        is_number = isinstance(value, bool | int | float | Decimal)
        if MEASURE.fullmatch(name) or (is_number and not ORDINAL.fullmatch(name)):
            break
        if (isinstance(value, str) and not is_said) or name.endswith("_number"):
            parts[name] = value
    return json.dumps(parts, ensure_ascii=False)


def numbered(keys: Sequence[str]) -> list[str]:
    """The keys, equal ones told apart by their place among their like."""
    seen: Counter[str] = Counter()
    told = []
    for key in keys:
        seen[key] += 1
        told.append(key if seen[key] == 1 else json.dumps({**json.loads(key), "#": seen[key]}, ensure_ascii=False))
    return told


def _values(block: dict) -> Iterator[dict[str, object]]:
    names = [column["name"] for column in block["columns"]]
    kinds = [column["kind"] for column in block["columns"]]
    texts = [[_json_text(kind, value) for kind, value in zip(kinds, row, strict=True)] for row in block["rows"]]
    keys = numbered([_text_key(names, row) for row in texts])
    for number, (key, row, shown) in enumerate(zip(keys, texts, block["rows"], strict=True), 1):
        evidence = dict(zip(names, shown, strict=True)).get("evidence") or block["evidence"]
        for name, value in zip(names, row, strict=True):
            yield {"row_key": key, "column_name": name, "row_number": number, "value": value, "evidence": evidence}


def _text_key(names: Sequence[str], texts: Sequence[str]) -> str:
    return row_key({name: json.loads(text) for name, text in zip(names, texts, strict=True)})


def _json_text(kind: str, value: object) -> str:
    """The value as JSON. An exact decimal travels as text and becomes a number with all its digits."""
    return value if kind == "number" and isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _check_size(path: Path) -> None:
    """Raises ValueError when a file, its rows or what they unpack to by its own account are more than any page has."""
    import duckdb

    if (size := path.stat().st_size) > LARGEST_FILE_BYTES:
        raise ValueError(f"{size:,} bytes; a page has no more than {LARGEST_FILE_BYTES:,}")
    asked = """
        select
            (select num_rows from parquet_file_metadata($path)),
            (select coalesce(sum(total_uncompressed_size), 0) from parquet_metadata($path))
    """
    with duckdb.connect() as connection:
        ((values, unpacked),) = connection.execute(asked, {"path": str(path)}).fetchall()
    if values > _MOST_VALUES or unpacked > _MOST_BYTES:
        raise ValueError(f"{values:,} values in {unpacked:,} bytes; a page has no more than {_MOST_VALUES:,}")


def _check_texts(stored: "pl.DataFrame") -> None:
    """Raises ValueError when texts that the file holds once and its rows repeat are more than any page has."""
    import polars as pl

    lengths = stored.select(pl.col(pl.String).str.len_bytes().cast(pl.Int64).sum()).row(0)
    if (total := sum(lengths)) > _MOST_BYTES:
        raise ValueError(f"{total:,} bytes of text; a page has no more than {_MOST_BYTES:,}")


def _with_row_keys(stored: "pl.DataFrame") -> "pl.DataFrame":
    """Rows of the first format, which named a row by its place alone."""
    import polars as pl

    figures = stored.group_by("anchor", maintain_order=True).agg("row_number", "column_name", "value")
    keyed = []
    for anchor, numbers, names, values in figures.iter_rows():
        by_row: dict[int, tuple[list[str], list[str]]] = {}
        for number, name, value in zip(numbers, names, values, strict=True):
            columns, texts = by_row.setdefault(number, ([], []))
            columns.append(name)
            texts.append(value)
        keys = numbered([_text_key(*parts) for parts in by_row.values()])
        keyed += [(anchor, number, key) for number, key in zip(by_row, keys, strict=True)]
    shape = {"anchor": pl.String, "row_number": stored.schema["row_number"], "row_key": pl.String}
    return stored.join(pl.DataFrame(keyed, schema=shape, orient="row"), on=["anchor", "row_number"], how="left")


def _bare(sql: str) -> str:
    return " ".join(re.sub(r"--[^\n]*", "", sql).split())


def _version(plain: Mapping[str, str], names: set[str]) -> str:
    return hashlib.sha256("\n".join(plain[name] for name in sorted(names)).encode()).hexdigest()[:12]
