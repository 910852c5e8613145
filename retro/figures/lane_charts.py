"""Lanes over time: a row per incident, with a mark where something happened to it.

They take a result with the columns of `incident_timelines`. Days and hours are those of the project's zone.
"""

from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from retro.figures.charts import bar_offset, chart_rows, exact_values, tooltip, with_texts
from retro.figures.theme import COLOURS
from retro.figures.wording import MONTHS, WEEKDAYS, duration_text
from retro.quick_imports import quick_import

if TYPE_CHECKING:
    import altair

    from retro.queries import Result

MOST_LANES = 20
SHAPES = {"introduced": "circle", "landed": "square", "surfaced": "triangle-up", "repaired": "diamond"}
_BOUND = "upper bound"


def incident_lanes(result: "Result", details: "Result") -> "altair.LayerChart":
    """A lane per incident (at most twenty): a thin line over all its marks, a thick one while the fault was there unnoticed.

    `details` is `sprint_details`, which knows the zone. Marks that are only bounds are paler; unknown ones are left out of the
    lane and named below it.
    """
    alt = quick_import("altair")
    zone = ZoneInfo(details.rows()[0]["timezone"])
    lanes = [list(marks) for _, marks in groupby(result.rows(), key=lambda row: row["incident"])][:MOST_LANES]
    lines = [_line(index, marks, zone) for index, marks in enumerate(lanes)]
    points = [
        {**exact_values(row), **_point(index, row, zone)}
        for index, marks in enumerate(lanes)
        for row in marks
        if row["marked_at"] is not None
    ]
    offset = bar_offset(lines)
    axis = alt.Axis(format="%a %-d %b", tickCount=5, labelOverlap=True, labelFlush=True)
    at = alt.X("at:T", scale=alt.Scale(type="utc", nice=False, padding=8), axis=axis)
    whole, unnoticed = (
        _span(alt, at, offset, lines, names) for names in (("from", "to", 1), ("landed", "surfaced", 5))
    )
    marks = _marks(alt, points, offset).encode(x=at, tooltip=tooltip(alt, result.rows()))
    return with_texts(alt, [whole, unnoticed, marks], lines)


def _span(alt: Any, at: Any, offset: float, lines: list[dict], names: tuple[str, str, int]) -> "altair.Chart":
    """A line from one time to another; `names` are the keys of both and the width."""
    start, end, width = names
    data = alt.Data(values=[{"row": line["row"], "at": line[start], "until": line[end]} for line in lines if line[end]])
    rule = chart_rows(alt, data).mark_rule(yOffset=offset, strokeWidth=width, color=COLOURS["baseline"])
    return rule.encode(x=at, x2="until:T")


def _marks(alt: Any, points: list[dict], offset: float) -> "altair.Chart":
    legend = alt.Legend(symbolFillColor=COLOURS["work"], symbolStrokeWidth=0)
    scale = alt.Scale(domain=list(SHAPES), range=list(SHAPES.values()))
    return (
        chart_rows(alt, alt.Data(values=points))
        .mark_point(yOffset=offset, size=80)
        .encode(
            shape=alt.Shape("mark:N", scale=scale, legend=legend),
            opacity=alt.condition("datum.is_bound", alt.value(0.5), alt.value(1)),
        )
    )


def _point(index: int, row: dict, zone: ZoneInfo) -> dict:
    return {
        "row": index,
        "mark": row["mark"],
        "is_bound": row["known_by"] == _BOUND,
        "at": _wall_clock(row["marked_at"], zone),
    }


def _line(index: int, marks: list[dict], zone: ZoneInfo) -> dict:
    """What is written around a lane, and where its lines begin and end."""
    at = {row["mark"]: row["marked_at"] for row in marks}
    known = [moment for moment in at.values() if moment is not None]
    is_spanned = at["landed"] is not None and at["surfaced"] is not None and at["landed"] < at["surfaced"]
    told = [_told(row, zone) for row in marks]
    return {
        "row": index,
        "name": marks[0]["title"],
        "is_path": False,
        "says": _unnoticed(marks) if is_spanned else "",
        "notes": [" · ".join(told[:2]), " · ".join(told[2:])],
        "from": _wall_clock(min(known), zone) if known else None,
        "to": _wall_clock(max(known), zone) if known else None,
        "landed": _wall_clock(at["landed"], zone) if is_spanned else None,
        "surfaced": _wall_clock(at["surfaced"], zone) if is_spanned else None,
    }


def _unnoticed(marks: list[dict]) -> str:
    """How long the fault was there before somebody noticed: "unnoticed 46 hours", "unnoticed up to 7 days"."""
    (row,) = [row for row in marks if row["mark"] == "surfaced"]
    return f"unnoticed {'up to ' if row['known_by'] == _BOUND else ''}{duration_text(row['since_landed_hours'])}"


def _told(row: dict, zone: ZoneInfo) -> str:
    if row["marked_at"] is None:
        return f"{row['mark']}: unknown"
    local = row["marked_at"].astimezone(zone)
    day = f"{WEEKDAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1][:3]} {local:%H:%M}"
    how = {"human": " (told)", _BOUND: " (at the latest)"}.get(row["known_by"], "")
    return f"{row['mark']} {day}{how}"


def _wall_clock(moment: datetime, zone: ZoneInfo) -> str:
    """The moment as the clock in the zone showed it, written as UTC: a chart knows no zone but the reader's own."""
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M:%S}Z"
