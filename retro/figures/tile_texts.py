"""What a headline tile says: number, what stands beside it, the change against the sprint before, and a sparkline."""

from collections.abc import Iterator
from decimal import Decimal
from html import escape

from retro.figures.wording import (
    NARROW_SPACE,
    OWN,
    UNKNOWN,
    change_text,
    column_title,
    duration_of,
    exact_text,
    measure_text,
    said_title,
    share_text,
    tile_text,
    whole_text,
)
from retro.formats import json_value

# A share of which fewer are known than this is not told: it would speak of the few that happen to be known.
LEAST_KNOWN_SHARE = 0.25
Columns = tuple[str | tuple[str, ...], ...]


def tile_details(rows: list[dict], columns: Columns) -> Iterator[dict]:
    """A tile for each of the columns; none when nothing of them was ever known. `rows`: one per sprint, oldest first."""
    if any(row[_first(column)] is not None for row in rows for column in columns):
        yield from (_tile(rows, column) for column in columns)


def tiles_html(tiles: list[dict]) -> str:
    """The tiles as JupyterLab shows them: a table of one row, every text escaped."""
    cells = [
        f"<td style='text-align:left;vertical-align:top;padding:0 1.5em 0 0'>{escape(tile['label'])}<br>"
        f"<b style='font-size:1.6em'>{escape(tile['number'])}</b> {escape(tile['beside'])}<br>"
        f"{escape(tile['whole'])}{'<br>' if tile['whole'] else ''}{escape(tile['change'])}</td>"
        for tile in tiles
    ]
    return f"<table><tr>{''.join(cells)}</tr></table>"


def tiles_text(tiles: list[dict]) -> str:
    """The tiles as lines of plain text."""
    return "\n".join(_line(tile) for tile in tiles)


def _line(tile: dict) -> str:
    said = [text for text in (tile["exact"], tile["beside"], tile["whole"]) if text]
    return f"{tile['label']}: {'; '.join(said)} ({tile['change']})"


def _first(column: str | tuple[str, ...]) -> str:
    return column if isinstance(column, str) else column[0]


def _tile(rows: list[dict], column: str | tuple[str, ...]) -> dict:
    name, *others = (column,) if isinstance(column, str) else column
    rows = [{**row, name: _known(row, name, others)} for row in rows]
    now, whole = rows[-1], name.removeprefix(OWN)
    has_whole = name != whole and whole in others
    return {
        "label": said_title(whole if has_whole else name),
        "number": _short(name, now[name]),
        "exact": _exact(name, now[name]),
        "beside": " ".join(_beside(other, now[other]) for other in others if other != whole).strip(),
        "whole": whole_text(now[whole], now[name]) if has_whole else "",
        "change": _change(rows, name),
        "values": [_bar_value(row[name]) for row in rows],
        "trend": ", ".join(f"sprint {row['sprint']}: {_short(name, row[name])}" for row in rows),
    }


def _known(row: dict, name: str, others: list[str]) -> object:
    """The tile's value; None where a share beside it says that too little is known for one (`..._known_share`)."""
    shares = [row[other] for other in others if other.endswith("_known_share")]
    return None if any(share is not None and share < LEAST_KNOWN_SHARE for share in shares) else row[name]


def _short(name: str, value: object) -> str:
    return UNKNOWN if value is None else tile_text(name, value)


def _exact(name: str, value: object) -> str:
    """All digits; a length of time, which the tile rounds, with its unit."""
    unit = name.rpartition("_")[2] if duration_of(name, value) else ""
    return f"{exact_text(name, value)} {unit}".strip()


def _beside(name: str, value: object) -> str:
    """What stands beside a tile's own number: "101 merges"; a share with its noun: "97 % verified"; a note as it is."""
    if name.endswith("_note"):
        return str(value or "").replace(" %", f"{NARROW_SPACE}%")
    if name.endswith("_share") and value is not None:
        return f"{share_text(float(value))} {column_title(name.removesuffix('_share'))}"
    return measure_text(name, value)


def _bar_value(value: object) -> object:
    """A value of a sparkline: money too is a number there."""
    return float(value) if isinstance(value, Decimal) else json_value(value)


def _change(rows: list[dict], name: str) -> str:
    if len(rows) < 2:
        return "no earlier sprint"
    now, before = rows[-1][name], rows[-2][name]
    if now is None or before is None:
        return f"not known in {'this sprint' if now is None else 'sprint ' + rows[-2]['sprint']}"
    if now == before:
        return f"as in sprint {rows[-2]['sprint']}"
    return f"{change_text(now, before, name)} against sprint {rows[-2]['sprint']}"
