"""What only several values of a file of notes together make wrong, or the settings beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from retro.config.literals import Path, closest, shown_value, toml_text
from retro.config.mistakes import Mistake, Table, repeated, tables_at
from retro.errors import UsageError
from retro.sprints import Sprint, find_sprint

LISTS = ("incidents", "lessons", "actions", "claims")
# Ids of these are one of their kind in the project; an action is told again until it is done.
GLOBAL = ("incidents", "lessons")
_MARKS = ("introduced_at", "landed_at", "surfaced_at", "repaired_at")


@dataclass(frozen=True)
class Known:
    """What a file of notes may name: sprints, repositories and themes of the settings, and ids that earlier files took.

    `taken` leads from (list, id) to the file that has it.
    """

    sprints: Sequence[Sprint]
    repos: Sequence[str]
    themes: Sequence[str]
    taken: dict[tuple[str, str], str] = field(default_factory=dict)


def note_mistakes(raw: dict[str, object], name_in_file: str, known: Known) -> Iterator[Mistake]:
    """The mistakes of a file whose name says that it is of the sprint `name_in_file`."""
    yield from _sprint_mistakes(raw, name_in_file, known)
    for kind in LISTS:
        yield from _id_mistakes(kind, tables_at(raw, kind), known)
    for path, item in tables_at(raw, "incidents"):
        yield from _order_mistakes(path, item)
    for path, item in [*tables_at(raw, "incidents"), *tables_at(raw, "overrides")]:
        yield from _unknown((*path, "repo"), item.get("repo"), known.repos, "repository")
    for path, item in tables_at(raw, "lessons"):
        yield from _expectation_mistakes((*path, "expect"), item.get("expect"))
    for path, item in tables_at(raw, "actions"):
        if "done" in item and item.get("status", "open") == "open":
            yield Mistake((*path, "done"), 'the action is open; write status = "done" as well')
    for path, item in tables_at(raw, "claims"):
        yield from _claim_mistakes(path, item, known)
    for path, item in tables_at(raw, "overrides"):
        yield from _override_mistakes(path, item, known)


def _sprint_mistakes(raw: dict[str, object], name_in_file: str, known: Known) -> Iterator[Mistake]:
    told = raw.get("sprint", name_in_file)
    sprint = told if isinstance(told, str) else shown_value(told)
    if sprint != name_in_file:
        yield Mistake(("sprint",), f"the file's name says sprint {toml_text(name_in_file)}; let both say the same")
        return
    yield from _sprint_mistake(("sprint",), sprint, known)


def _sprint_mistake(path: Path, sprint: str, known: Known) -> Iterator[Mistake]:
    try:
        find_sprint(list(known.sprints), sprint)
    except UsageError as error:
        yield Mistake(path, str(error))


def _id_mistakes(kind: str, items: list[Table], known: Known) -> Iterator[Mistake]:
    named = [((*path, "id"), item["id"]) for path, item in items if isinstance(item.get("id"), str)]
    yield from repeated(named, f"this id is taken by another of the {kind}")
    for path, id in named if kind in GLOBAL else ():
        if other := known.taken.get((kind, id)):
            yield Mistake(path, f"this id is taken by another of the {kind}, in {other}; ids hold for all sprints")


def _order_mistakes(path: Path, item: dict[str, object]) -> Iterator[Mistake]:
    """Times that run backwards; those without an offset are only compared with their like."""
    told = [(name, item[name]) for name in _MARKS if isinstance(item.get(name), datetime)]
    for (earlier_name, earlier), (name, later) in pairwise(told):
        if (earlier.tzinfo is None) == (later.tzinfo is None) and later < earlier:
            yield Mistake((*path, name), f"lies before {earlier_name}", (*path, earlier_name))


def _unknown(path: Path, name: object, names: Sequence[str], noun: str) -> Iterator[Mistake]:
    if isinstance(name, str) and name not in names:
        listed = ", ".join(map(toml_text, names)) or "none"
        yield Mistake(path, f"no {noun} has this name{closest(name, names)} (known: {listed})")


def _expectation_mistakes(path: Path, expect: object) -> Iterator[Mistake]:
    if not isinstance(expect, dict):
        return
    if "trend" not in expect and not {"op", "value"} & expect.keys():
        yield Mistake(path, 'wanted op and value, such as op = "==", value = 0, or trend = "down"')
    yield from _pair_mistakes(path, expect)


def _pair_mistakes(path: Path, item: dict[str, object]) -> Iterator[Mistake]:
    """A value without its operator; a value such as "~15" has it in itself."""
    has_sign = str(item.get("value", "")).startswith("~")
    if "value" in item and "op" not in item and not has_sign:
        yield Mistake((*path, "value"), 'how has it to compare? write op = "==" as well')
    if "op" in item and "value" not in item:
        yield Mistake((*path, "op"), "compare with what? write value as well")
    if has_sign and item.get("op", "~") not in ("~", "=="):
        yield Mistake((*path, "op"), 'a value with ~ stands alone or with op = "=="')


def _claim_mistakes(path: Path, item: dict[str, object], known: Known) -> Iterator[Mistake]:
    for name in ("where", "column", "op", "value", "sprint"):
        if name in item and "query" not in item:
            yield Mistake((*path, name), "a claim without a query cannot be checked; name one, or take this line out")
            return
    if "query" in item and "value" not in item:
        yield Mistake((*path, "query"), "compare with what? write value as well")
    yield from _pair_mistakes(path, item)
    if "sprint" in item:
        sprint = item["sprint"]
        yield from _sprint_mistake((*path, "sprint"), sprint if isinstance(sprint, str) else shown_value(sprint), known)


def _override_mistakes(path: Path, item: dict[str, object], known: Known) -> Iterator[Mistake]:
    if "work_type" not in item and "theme" not in item:
        yield Mistake((*path, "commit"), "nothing is overridden; write work_type, theme or both")
    yield from _unknown((*path, "theme"), item.get("theme"), [*known.themes, "uncategorized"], "theme")
