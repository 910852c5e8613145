"""Charts of what hangs together: coupling between areas, hotspots, people by area, watched identifiers over sprints."""

from typing import TYPE_CHECKING, Any

from retro.figures.charts import (
    DOT_ROOM,
    GAP,
    bar_offset,
    chart_rows,
    exact_values,
    tooltip,
    with_texts,
)
from retro.figures.theme import COLOURS, NOTEBOOK_WIDTH
from retro.figures.trend_charts import lanes
from retro.figures.wording import counted, number_text, share_text
from retro.quick_imports import quick_import

if TYPE_CHECKING:
    import altair

    from retro.queries import Result

MOST_AREAS, MOST_ROWS = 9, 12
CELL_HEIGHT, NAME_LETTER, MOST_NAME_WIDTH = 36, 8.2, 130
NARROW_CELL = 28  # as wide as a cell of nine areas is on a phone
LARGEST_FILE, SMALLEST_FILE = 6, 1.7  # radii in pixels; the area stands for the lines


def coupling_matrix(result: "Result", most: int = MOST_AREAS) -> "altair.LayerChart":
    """The degree of coupling of each pair of areas, out of `area_coupling`, as half a matrix.

    The names stand on the diagonal: a pair's number is in the row of the one area and below the name of the other. Of more
    areas than `most` those are drawn that changed together most often.
    """
    alt = quick_import("altair")
    areas = _closest_areas(result.rows(), most)
    has_repos = len({row["repo"] for row in result.rows()}) > 1
    labels = [{"column": place, "row": place, "name": _area_name(area, has_repos)} for place, area in enumerate(areas)]
    room = _room(labels)
    scale = alt.Scale(domain=[0, max(len(areas) - 1, 1)], range=[0, alt.expr(f"width - {room}")], nice=False)
    left, middle = (alt.X(f"{key}:Q", axis=None, scale=scale) for key in ("column", "middle"))
    # The names come first, since they alone have all rows in their order.
    names = chart_rows(alt, alt.Data(values=labels)).mark_text(
        align="left", style="name", xOffset=6, limit=MOST_NAME_WIDTH
    )
    squares = _squares(alt, result.rows(), areas, (left, middle))
    chart = alt.layer(names.encode(x=left, text="name:N"), *squares)
    return chart.properties(width=NOTEBOOK_WIDTH, height=CELL_HEIGHT * max(len(areas), 1))


def _room(labels: list[dict]) -> float:
    """Pixels right of the matrix that the names on its diagonal need; all but the last one also have the cells beside them."""
    ends = [
        min(NAME_LETTER * len(label["name"]), MOST_NAME_WIDTH) - NARROW_CELL * (len(labels) - 1 - label["row"])
        for label in labels
    ]
    return max(ends, default=0) + GAP


def _squares(alt: Any, rows: list[dict], areas: list[tuple[str, str]], places: tuple) -> list["altair.Chart"]:
    """A square per pair, the darker the closer, with its number; a pale one where nothing changed together."""
    left, middle = places
    cells = _pair_cells(rows, areas)
    apart, coupled = (
        chart_rows(alt, alt.Data(values=[cell for cell in cells if bool(cell["value"]) is is_coupled]))
        for is_coupled in (False, True)
    )
    look = {"height": alt.RelativeBandSize(0.94)}
    shade = alt.Opacity("value:Q", scale=alt.Scale(domain=[0, 1], range=[0.08, 0.62]), legend=None)
    square = coupled.mark_rect(color=COLOURS["work"], **look).encode(x=left, x2="end:Q", opacity=shade)
    return [
        apart.mark_rect(color=COLOURS["track"], opacity=0.5, **look).encode(x=left, x2="end:Q"),
        square.encode(tooltip=tooltip(alt, rows)),
        coupled.mark_text(style="mark").encode(x=middle, text="says:N"),
    ]


def hotspot_dots(result: "Result", most: int = MOST_ROWS) -> "altair.LayerChart":
    """A dot per file at its number of commits, as large as the file has lines, out of `file_hotspots` and in its order."""
    alt = quick_import("altair")
    rows = result.rows()[:most]
    lines = [_hotspot_line(index, row, rows) for index, row in enumerate(rows)]
    frequent, largest = (max((row[name] for row in rows), default=1) for name in ("commit_count", "file_lines"))
    at = alt.X("value:Q", axis=None, scale=_dot_scale(alt, frequent, LARGEST_FILE))
    sizes = [4 * SMALLEST_FILE**2, 4 * LARGEST_FILE**2]
    size = alt.Size("lines:Q", legend=None, scale=alt.Scale(domain=[0, largest], range=sizes, nice=False))
    dot = chart_rows(alt).mark_point(yOffset=bar_offset(lines)).encode(x=at, size=size, tooltip=tooltip(alt, rows))
    return with_texts(alt, [_track(alt, lines), dot], lines)


def knowledge_dots(result: "Result", most: int = MOST_ROWS) -> "altair.LayerChart":
    """A ring for the people of an area and a dot for how many of them count, out of `area_knowledge`, twelve areas at most.

    An area of which too little is known has the ring alone.
    """
    alt = quick_import("altair")
    rows = result.rows()[:most]
    has_repos = len({row["repo"] for row in rows}) > 1
    lines = [
        _knowledge_line(index, row, _area_name((row["repo"], row["area"]), has_repos)) for index, row in enumerate(rows)
    ]
    scale = _dot_scale(alt, max((row["people_count"] for row in rows), default=1), DOT_ROOM)
    people, effective = (alt.X(f"{key}:Q", axis=None, scale=scale) for key in ("people", "effective"))
    look, hover = {"yOffset": bar_offset(lines)}, tooltip(alt, rows)
    ring = chart_rows(alt).mark_point(filled=False, strokeWidth=2, color=COLOURS["baseline"], size=90, **look)
    known = chart_rows(alt, alt.Data(values=[line for line in lines if line["effective"] is not None]))
    dot = known.mark_point(**look).encode(x=effective, tooltip=hover)
    return with_texts(alt, [_track(alt, lines), ring.encode(x=people, tooltip=hover), dot], lines)


def watch_lanes(result: "Result") -> "altair.LayerChart":
    """How many files hold each watched identifier, sprint by sprint, a lane per watch, out of `watched_identifiers`."""
    rows = result.rows()
    has_repos = len({row["repo"] for row in rows}) > 1
    return lanes(
        [
            {
                "sprint": row["sprint"],
                "measure": f"{row['repo']}: {row['watch']}" if has_repos else row["watch"],
                "measured_quantity": row["file_count"],
                "known_share": None,
            }
            for row in rows
        ]
    )


def _closest_areas(rows: list[dict], most: int) -> list[tuple[str, str]]:
    """Repository and name of the areas of those pairs that changed together most often, repository by repository.

    In each the area comes first whose degrees sum highest.
    """
    kept: dict[tuple[str, str], float] = {}
    for row in sorted(rows, key=lambda row: (-row["shared_change_count"], -row["degree_share"])):
        pair = [(row["repo"], row["area"]), (row["repo"], row["other_area"])]
        if len(kept.keys() | set(pair)) <= most:
            kept.update({area: kept.get(area, 0) + row["degree_share"] for area in pair})
    return sorted(kept, key=lambda area: (area[0], -kept[area], area[1]))


def _area_name(area: tuple[str, str], has_repos: bool) -> str:
    return ": ".join(area) if has_repos else area[1]


def _pair_cells(rows: list[dict], areas: list[tuple[str, str]]) -> list[dict]:
    """A cell below the diagonal for each pair of one repository, also for those that never changed together."""
    known = {(row["repo"], frozenset((row["area"], row["other_area"]))): row for row in rows}
    pairs = [(row, column) for row in range(len(areas)) for column in range(row) if areas[row][0] == areas[column][0]]
    return [
        {
            "row": row,
            "column": column,
            "middle": column + 0.5,
            "end": column + 0.97,
            **_pair(known.get((areas[row][0], frozenset((areas[row][1], areas[column][1]))))),
        }
        for row, column in pairs
    ]


def _pair(row: dict | None) -> dict:
    if row is None:
        return {"value": 0}
    return {"value": row["degree_share"], "says": share_text(row["degree_share"]), **exact_values(row)}


def _hotspot_line(index: int, row: dict, rows: list[dict]) -> dict:
    has_repos = len({other["repo"] for other in rows}) > 1
    highest, count = row["max_complexity"], row["function_count"]
    note = "" if highest is None else f"complexity up to {number_text(highest)}, in {counted(count, 'function')}"
    is_told = any(other["max_complexity"] is not None for other in rows)
    return {
        "row": index,
        "name": f"{row['repo']}: {row['path']}" if has_repos else row["path"],
        "is_path": True,
        "says": f"{counted(row['commit_count'], 'commit')} · {number_text(row['file_lines'])} lines",
        "notes": [note] if is_told else [],
        "value": row["commit_count"],
        "lines": row["file_lines"],
        **exact_values(row),
    }


def _knowledge_line(index: int, row: dict, name: str) -> dict:
    effective, half = row["effective_people"], row["half_people_count"]
    known = "too few commits to tell"
    if effective is not None:
        known = f"half of {counted(row['commit_count'], 'commit')} by {_people(half)}"
    return {
        "row": index,
        "name": name,
        "is_path": False,
        "says": _people_text(row["people_count"], effective),
        "notes": [known],
        "people": row["people_count"],
        "effective": effective,
        **exact_values(row),
    }


def _people_text(count: int, effective: float | None) -> str:
    return _people(count) if effective is None else f"{_people(count)}, {effective:.1f} effective"


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{number_text(count)} people"


def _dot_scale(alt: Any, most: int, room: int) -> "altair.Scale":
    """From zero, with room for half a dot at both ends."""
    return alt.Scale(domain=[0, most], range=[room, alt.expr(f"width - {room}")], nice=False)


def _track(alt: Any, lines: list[dict]) -> "altair.Chart":
    rule = chart_rows(alt).mark_rule(yOffset=bar_offset(lines), color=COLOURS["track"])
    return rule.encode(x=alt.value(0), x2=alt.value("width"))
