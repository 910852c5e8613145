"""What is wrong with the values of retro.toml, each as a sentence with its place.

The types are checked by the models; what joins several values is checked in joint_mistakes.py.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from pydantic_core import ErrorDetails

from retro.config.literals import Path, closest, dotted_key, shown_value
from retro.config.models import SECTIONS, Section

Table = tuple[Path, dict[str, object]]
Sections = Mapping[tuple[str, ...], type[Section]]

_MISSING = object()
_WANTED = {
    "string_type": "text in quotes",
    "id_type": "text in quotes or a whole number of at most 64 bits",
    "int_type": "a whole number without quotes",
    "bool_type": "true or false",
    "date_type": "a date such as 2026-03-09, without quotes and without a time",
    "tuple_type": "a list in [ ]",
    "dict_type": "a table",
    "model_type": "a table",
    "datetime_type": "a date with a time such as 2026-03-19T09:40:00, without quotes",
    "rate_type": "a number such as 0.10, in dollars per million tokens",
}
_KINDS = {
    bool: "true or false",
    str: "text",
    int: "a whole number",
    float: "a decimal number",
    datetime: "a date with a time",
    date: "a date",
    time: "a time",
    list: "a list",
    dict: "a table",
}


@dataclass(frozen=True)
class Mistake:
    """The value at `path`, or its absence, is wrong because of `why`; `other` is the value that it collides with."""

    path: Path
    why: str
    other: Path | None = None

    def text(self, raw: dict[str, object], other_line: int | None) -> str:
        """Key, value and reason, and the line of the other value if there is one."""
        value = _value_at(raw, self.path)
        given = "" if value is _MISSING else f" = {shown_value(value)}"
        where = "" if other_line is None else f" (line {other_line})"
        return f"{dotted_key(self.path)}{given}: {self.why}{where}"


def _value_at(raw: object, path: Path) -> object:
    for part in path:
        if not isinstance(raw, dict | list) or (isinstance(raw, dict) and part not in raw):
            return _MISSING
        raw = raw[part]
    return raw


def type_mistakes(errors: Iterable[ErrorDetails], sections: Sections = SECTIONS) -> Iterator[Mistake]:
    """What the models refused; `sections` names the model of each table, by default those of retro.toml."""
    for error in errors:
        path = error["loc"]
        if path[-1] == "[key]":
            yield Mistake(path[:-1], f"the name {_reason(path, error, sections)}")
        elif not _is_echo(error):
            yield Mistake(path, _reason(path, error, sections))


def _is_echo(error: ErrorDetails) -> bool:
    """Whether it only follows from an error told elsewhere: a default name without its path, a list of wrong items."""
    return error["type"] == "default_factory_not_called" or (error["type"] == "too_short" and bool(error["input"]))


def _reason(path: Path, error: ErrorDetails, sections: Sections) -> str:
    kind = error["type"]
    if kind == "missing":
        return "missing; it has to be given"
    if kind == "extra_forbidden":
        return _unknown_key(path, sections)
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind == "too_short":
        return "the list is empty; write at least one glob or leave the line out"
    if kind == "greater_than_equal":
        return f"wanted {error['ctx']['ge']} or more"
    if kind == "less_than_equal":
        return f"wanted {error['ctx']['le']} or less"
    return _wrong_type(path, kind, error["input"], sections)


def _unknown_key(path: Path, sections: Sections) -> str:
    names = list(sections[_section_of(path[:-1])].model_fields)
    kind = "section" if len(path) == 1 else "key"
    return f"unknown {kind}{closest(str(path[-1]), names)} (allowed: {', '.join(names)})"


def _section_of(path: Path) -> tuple[str, ...]:
    return tuple(part for part in path if isinstance(part, str))


def _wrong_type(path: Path, kind: str, value: object, sections: Sections) -> str:
    wanted, found = _WANTED[kind], _KINDS[type(value)]
    section = _section_of(path)
    if section in sections and kind == "tuple_type":
        return f"wanted a list of tables, found {found}; write [[{'.'.join(section)}]]"
    if section in sections and section == path:
        return f"wanted a table, found {found}; write [{'.'.join(section)}]"
    return f"wanted {wanted}, found {found}"


def tables_at(raw: dict[str, object], *keys: str) -> list[Table]:
    """The tables of a list such as `[[sprints.named]]` with their paths; nothing where the file has another type."""
    value: object = raw
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    items = value if isinstance(value, list) else []
    return [((*keys, place), item) for place, item in enumerate(items) if isinstance(item, dict)]


def repeated(found: list[tuple[Path, str]], why: str) -> Iterator[Mistake]:
    """The values that an earlier table already has."""
    seen: dict[str, Path] = {}
    for path, value in found:
        first = seen.setdefault(value, path)
        if first != path:
            yield Mistake(path, why, first)
