"""Notes as rows of the declared tables."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from retro import tables
from retro.sources.notes.models import Section
from retro.sources.notes.reading import Note

if TYPE_CHECKING:
    import polars as pl

Row = dict[str, object]


def note_frames(notes: Sequence[Note], timezone: str) -> dict[str, "pl.DataFrame"]:
    """A frame for each table that notes fill, by table; times without an offset are those of `timezone`.

    What a team tells in its notes may name people.
    """
    zone = ZoneInfo(timezone)
    rows: dict[str, Callable[[Note], Iterator[Row]]] = {
        "incidents": lambda note: _incidents(note, zone),
        "lessons": _lessons,
        "actions": _actions,
        "claims": _claims,
        "category_overrides": _overrides,
        "note_references": _references,
    }
    return {table: _frame(table, [row for note in notes for row in of_note(note)]) for table, of_note in rows.items()}


def _frame(table: str, rows: list[Row]) -> "pl.DataFrame":
    return tables.frame(table, {column: [row[column] for row in rows] for column in tables.schema(table)})


def _items(note: Note, kind: str) -> Iterator[tuple[int, Section, Row]]:
    """Each item of a list with its place from 1 and what all rows have."""
    for place, item in enumerate(getattr(note.notes, kind)):
        yield place + 1, item, {"sprint": note.sprint, "file": note.file.item, "line": note.line_of(kind, place)}


def _incidents(note: Note, zone: ZoneInfo) -> Iterator[Row]:
    marks = ("introduced_at", "landed_at", "surfaced_at", "repaired_at")
    texts = ("repo", "title", "surfaced_by", "impact", "root_cause")
    for _, item, row in _items(note, "incidents"):
        told = {name: getattr(item, name) for name in texts}
        yield row | told | {"incident": item.id} | {name: _moment(getattr(item, name), zone) for name in marks}


def _moment(told: datetime | None, zone: ZoneInfo) -> datetime | None:
    if told is None:
        return None
    return (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)


def _lessons(note: Note) -> Iterator[Row]:
    for _, item, row in _items(note, "lessons"):
        expect = item.expect
        yield row | {
            "lesson": item.id,
            "lesson_text": item.text,
            "evidence": item.evidence,
            "since_date": item.since,
            "expect_query": expect and expect.query,
            "expect_where": _json(expect.where) if expect else None,
            "expect_column": expect and expect.column,
            "expect_op": _operator(expect) if expect else None,
            "expect_value": _value(expect.value) if expect else None,
            "expect_trend": expect and expect.trend,
            "expect_per": expect and expect.per,
        }


def _actions(note: Note) -> Iterator[Row]:
    for _, item, row in _items(note, "actions"):
        yield row | {
            "action": item.id,
            "lesson": item.lesson,
            "action_text": item.text,
            "owner": item.owner,
            "due_date": item.due,
            "status": item.status,
            "done_date": item.done,
        }


def _claims(note: Note) -> Iterator[Row]:
    for place, item, row in _items(note, "claims"):
        yield row | {
            "claim": item.id or str(place),
            "claim_text": item.text,
            "query": item.query,
            "query_sprint": item.sprint or note.sprint,
            "query_where": _json(item.where),
            "query_column": item.column,
            "op": _operator(item),
            "claimed_value": _value(item.value),
        }


def _overrides(note: Note) -> Iterator[Row]:
    for place, item, row in _items(note, "overrides"):
        yield row | {
            "position": place,
            "repo": item.repo,
            "commit_prefix": item.commit,
            "work_type": item.work_type,
            "theme": item.theme,
            "reason": item.reason,
        }


def _references(note: Note) -> Iterator[Row]:
    for _, item, _ in _items(note, "incidents"):
        for role in ("introduced_by", "repaired_by", "source"):
            yield from _listed("incident", item.id, role, getattr(item, role), item.repo)
    for _, item, _ in _items(note, "lessons"):
        yield from _listed("lesson", item.id, "source", item.source, None)
    for place, item, _ in _items(note, "claims"):
        yield from _listed("claim", f"{note.sprint} {item.id or place}", "source", item.source, None)


def _listed(kind: str, id: str, role: str, references: Sequence[str], repo: str | None) -> Iterator[Row]:
    for position, text in enumerate(references, 1):
        name, _, target = text.partition(":")
        is_link = name in ("http", "https")
        yield {
            "note_kind": kind,
            "note_id": id,
            "role": role,
            "position": position,
            "reference": text,
            "reference_kind": "link" if is_link else name,
            "target": text if is_link else target,
            "repo": repo,
        }


def _operator(item: Section) -> str | None:
    """`~` for a value such as "~15", whatever else is written."""
    if isinstance(item.value, str) and item.value.startswith("~"):
        return "~"
    return item.op


def _value(value: object) -> str | None:
    """The value as text: "~15" as "15", true as "true"."""
    if value is None:
        return None
    return value.lstrip("~ ") if isinstance(value, str) and value.startswith("~") else _plain(value)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json(values: dict[str, object]) -> str | None:
    shown = {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}
    return json.dumps(shown, ensure_ascii=False, sort_keys=True) if values else None
