"""Dots in rows and columns, each with its number beside it: how far changes and swaps reached over areas.

All columns are equally wide and nothing stands left of them, so that a matrix reads the same at 390 and at 760 pixels.
"""

import math
import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from retro.figures.charts import GAP, LETTER_WIDTH, VAGUE_NAMES, exact_values, tooltip
from retro.figures.theme import COLOURS, MUTED, NOTEBOOK_WIDTH
from retro.figures.wording import counted, number_text
from retro.quick_imports import quick_import

if TYPE_CHECKING:
    import altair

    from retro.queries import Result

MOST_ROWS = 12
MOST_COLUMNS = 7  # more of them leave no room for a number on a phone
SHORT_LETTERS = 7
# Radii and heights in pixels.
LARGEST, SMALLEST = 14, 2.2
LINE_STEP, DOT_STEP, DOT_PLACE = 17, 41, 23
_COMMIT = re.compile(r"[0-9a-f]{40,64}")


def change_matrix(result: "Result", most: int = MOST_ROWS) -> "altair.LayerChart":
    """A row per change and a column per area, out of `largest_change_areas`; dots stand for own files.

    The area with the most files stands first; of more than seven areas the rest is one column.
    """
    rows = [row for row in result.rows() if row["position"] <= most]
    groups = [list(cells) for _, cells in groupby(rows, key=lambda row: row["position"])]
    has_repos = len({row["repo"] for row in rows}) > 1
    texts = [([_change_name(cells[0], has_repos)], _reach_text(cells, "own_file_count")) for cells in groups]
    return _dot_matrix(groups, texts, "own_file_count", "name")


def swap_matrix(areas: "Result", swaps: "Result", most: int = MOST_ROWS) -> "altair.LayerChart":
    """A row per swap and a column per area, out of `sprint_swap_areas`; what each left behind is told by `sprint_swaps`."""
    groups = [list(cells) for _, cells in groupby(areas.rows(), key=_swap_key)][:most]
    left = {_swap_key(row): _left_text(row["remaining_file_count"]) for row in swaps.rows()}
    texts = [
        (_swap_names(cells[0]), _reach_text(cells, "file_count") + left.get(_swap_key(cells[0]), ""))
        for cells in groups
    ]
    return _dot_matrix(groups, texts, "file_count", "path")


def _change_name(row: dict, has_repos: bool) -> str:
    key = "" if _COMMIT.fullmatch(row["change_key"]) and row["title"] else f"{row['change_key'][:10]} "
    return f"{row['repo'] + ': ' if has_repos else ''}{key}{row['title'] or ''}".strip()


def _swap_key(row: dict) -> tuple:
    return row["repo"], row["last_sha"], row["old_token"], row["new_token"]


def _swap_names(row: dict) -> list[str]:
    return [row["old_token"], f"→ {row['new_token']} ({row['swap_class']})"]


def _reach_text(cells: list[dict], count: str) -> str:
    return counted(sum(cell[count] for cell in cells), "file")


def _left_text(remaining_count: int | None) -> str:
    return "" if remaining_count is None else f" · {remaining_count or 'none'} left"


def _dot_matrix(groups: list[list[dict]], texts: list[tuple], count: str, style: str) -> "altair.LayerChart":
    """Each group of cells as a row of dots, with its names above them and its sum at the right edge."""
    alt = quick_import("altair")
    columns = _columns([cell for cells in groups for cell in cells], count)
    head = LINE_STEP * max((len(_in_two(name)) for name in columns), default=1) + GAP
    step = DOT_STEP + LINE_STEP * max((len(names) for names, _ in texts), default=1)
    height = head + step * len(groups)
    dots = _dots(groups, columns, count, (head, step))
    at = {
        "x": alt.X("column:Q", axis=None, scale=alt.Scale(domain=[0, max(len(columns), 1)], nice=False)),
        "y": alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, height], range=[0, height], nice=False)),
    }
    hover = tooltip(alt, [cell for cells in groups for cell in cells])
    layers = [
        _heads(alt, at, columns, head),
        *_cells(alt, at, dots, hover),
        *_texts(alt, at, texts, (head, step), style),
    ]
    return alt.layer(*layers).properties(width=NOTEBOOK_WIDTH, height=height)


def _columns(cells: list[dict], count: str) -> list[str]:
    """The areas, most files first; where there are more than seven, six and one for the others."""
    sums: dict[str, int] = {}
    for cell in cells:
        sums[cell["area"]] = sums.get(cell["area"], 0) + cell[count]
    areas = sorted(sums, key=lambda area: (area in VAGUE_NAMES, -sums[area], area))
    if len(areas) <= MOST_COLUMNS:
        return areas
    return [*areas[: MOST_COLUMNS - 1], f"{len(areas) - MOST_COLUMNS + 1} others"]


def _in_two(name: str) -> list[str]:
    """The name as one line, or as two where it has a gap or a slash, cut nearest to its middle."""
    cuts = [match.end() for match in re.finditer(r"[ /]", name[:-1])]
    if not cuts or len(name) <= SHORT_LETTERS:
        return [name]
    cut = min(cuts, key=lambda place: abs(place - len(name) / 2))
    return [name[:cut].rstrip(), name[cut:]]


def _dots(groups: list[list[dict]], columns: list[str], count: str, steps: tuple[int, int]) -> list[dict]:
    """A dot per cell of the matrix; cells without a number are those that nothing reached."""
    head, step = steps
    places = [
        {"column": column, "y": head + step * (row + 1) - DOT_PLACE, **_cell(cells, columns, column, count)}
        for row, cells in enumerate(groups)
        for column in range(len(columns))
    ]
    values = [dot["value"] for dot in places if dot["value"]]
    power = _power(values)
    return [{**dot, "size": 4 * (LARGEST * (dot["value"] / max(values)) ** power) ** 2} for dot in places]


def _power(values: list[int]) -> float:
    """Of the number, for the radius: one half makes areas that are true to the numbers, up to 40 times the least.

    Of a wider range dots grow more slowly, so that the smallest can still be seen.
    """
    range_of_values = max(values) / min(values) if values else 1
    return min(0.5, math.log(LARGEST / SMALLEST) / math.log(range_of_values)) if range_of_values > 1 else 0.5


def _cell(cells: list[dict], columns: list[str], column: int, count: str) -> dict:
    """What stands in one column: the cell of its area, or in the last one all cells of areas that have no column."""
    here = [cell for cell in cells if _place(cell["area"], columns) == column]
    value = sum(cell[count] for cell in here)
    if not here:
        return {"value": 0, "says": ""}
    shown = here[0] if len(here) == 1 else {**dict.fromkeys(here[0]), "area": columns[column], count: value}
    return {"value": value, "says": number_text(value), **exact_values(shown)}


def _place(area: str, columns: list[str]) -> int:
    return columns.index(area) if area in columns else len(columns) - 1


def _heads(alt: Any, at: dict, columns: list[str], head: int) -> "altair.Chart":
    """The names of the columns, in one line or two that end above the first row."""
    lines = [
        {"column": column, "y": head - GAP - LINE_STEP * place, "text": line}
        for column, name in enumerate(columns)
        for place, line in enumerate(reversed(_in_two(name)))
    ]
    limit = alt.expr(f"width / {max(len(columns), 1)} - 2")
    mark = alt.Chart(alt.Data(values=lines)).mark_text(
        align="left", baseline="alphabetic", style="mark", limit=limit, color=MUTED
    )
    return mark.encode(**at, text="text:N")


def _cells(alt: Any, at: dict, dots: list[dict], hover: list) -> list["altair.Chart"]:
    """A dot with its number where there is one, else a speck that keeps the column."""
    reached = alt.Chart(alt.Data(values=[dot for dot in dots if dot["says"]]))
    empty = alt.Chart(alt.Data(values=[dot for dot in dots if not dot["says"]]))
    size = alt.Size("size:Q", scale=None, legend=None)
    return [
        empty.mark_point(xOffset=LARGEST, size=9, color=COLOURS["track"]).encode(**at),
        reached.mark_point(xOffset=LARGEST).encode(**at, size=size, tooltip=hover),
        reached.mark_text(align="left", baseline="middle", xOffset=2 * LARGEST + 4).encode(**at, text="says:N"),
    ]


def _texts(alt: Any, at: dict, texts: list[tuple], steps: tuple[int, int], style: str) -> list["altair.Chart"]:
    """The names of each row above its dots; beside the first one stands, at the right edge, the row's sum."""
    head, step = steps
    lines = [
        {"y": head + step * row + LINE_STEP * (place + 1) - 4, "name": name, "says": says, "is_first": not place}
        for row, (names, says) in enumerate(texts)
        for place, name in enumerate(names)
    ]
    taken = LETTER_WIDTH * max((len(says) for _, says in texts), default=0) + GAP
    first, second = (
        alt.Chart(alt.Data(values=[line for line in lines if line["is_first"] is is_first])).encode(y=at["y"])
        for is_first in (True, False)
    )
    look = {"align": "left", "baseline": "alphabetic", "style": style}
    says = first.mark_text(align="right", baseline="alphabetic", style="says")
    return [
        first.mark_text(limit=alt.expr(f"width - {taken}"), **look).encode(x=alt.value(0), text="name:N"),
        second.mark_text(limit=alt.expr("width"), **look).encode(x=alt.value(0), text="name:N"),
        says.encode(x=alt.value("width"), text="says:N"),
    ]
