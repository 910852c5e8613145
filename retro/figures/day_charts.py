"""Charts with a column per day. They take a result with the columns of `day_changes`."""

from typing import TYPE_CHECKING, Any

from retro.figures.charts import exact_values, part_colour, tooltip
from retro.figures.theme import COLOURS, NOTEBOOK_WIDTH
from retro.figures.wording import NARROW_SPACE, WEEKDAYS, day_text
from retro.quick_imports import quick_import

if TYPE_CHECKING:
    import altair

    from retro.queries import Result

HEIGHT = 170
# With more days than this the numbers over the columns would run into each other on a phone.
MOST_LABELLED_DAYS = 16


def day_strip(result: "Result") -> "altair.LayerChart":
    """The commits of each day with the merges among them, and a diamond where something was released."""
    alt = quick_import("altair")
    rows = result.rows()
    days = [_day(row) for row in rows]
    parts = [
        {**day, "part": part, "order": order, "value": day[part]}
        for day in days
        for order, part in enumerate(("other commits", "merges"))
    ]
    most = max((day["total"] for day in days), default=0)
    # The sixth at the top is for the numbers over the columns and the diamonds.
    scale = alt.Scale(domain=[0, (most or 1) * 1.2])
    columns = columns_of(alt, parts).encode(
        x=day_axis(alt, days),
        y=alt.Y("value:Q", axis=None, scale=scale, stack="zero"),
        color=part_colour(alt, ["other commits", "merges"], ["work", "merges"]),
        order="order:Q",
        tooltip=tooltip(alt, rows),
    )
    layers = [columns, *_totals(alt, days, scale), *_releases(alt, days, tooltip(alt, rows))]
    return alt.layer(*layers).properties(width=NOTEBOOK_WIDTH, height=HEIGHT)


def line_strip(result: "Result") -> "altair.LayerChart":
    """The own lines of each day: added above the zero line, deleted below it."""
    alt = quick_import("altair")
    rows = result.rows()
    days = [_day(row) for row in rows]
    parts = [
        {**day, "part": part, "value": sign * day[part]}
        for day in days
        for part, sign in (("added", 1), ("deleted", -1))
    ]
    # The sign is in the direction already; "k" as in the tiles.
    axis = alt.Axis(grid=True, tickCount=4, labelExpr="replace(format(abs(datum.value), '~s'), 'k', ' k')")
    columns = columns_of(alt, parts).encode(
        x=day_axis(alt, days),
        y=alt.Y("value:Q", axis=axis, stack=None),
        color=part_colour(alt, ["added", "deleted"], ["added", "deleted"]),
        tooltip=tooltip(alt, rows),
    )
    zero = alt.Chart(alt.Data(values=[{}])).mark_rule().encode(y=alt.datum(0))
    return alt.layer(columns, zero).properties(width=NOTEBOOK_WIDTH, height=HEIGHT)


def _label(count: int) -> str:
    """The number over a column, which is as wide as four digits; the tooltip has the exact one."""
    return str(count) if count < 10_000 else f"{round(count / 1000)}{NARROW_SPACE}k"


def _day(row: dict) -> dict:
    return {
        "day": day_text(row["date"], with_year=True),
        "total": row["commit_count"],
        "label": _label(row["commit_count"]),
        "other commits": row["commit_count"] - row["merge_count"],
        "merges": row["merge_count"],
        "added": row["own_added_lines"],
        "deleted": row["own_deleted_lines"],
        "mark": "release" if row["release_count"] else None,
        "times": str(row["release_count"]) if row["release_count"] > 1 else "",
        **exact_values(row),
    }


def columns_of(alt: Any, parts: list[dict]) -> "altair.Chart":
    return alt.Chart(alt.Data(values=parts)).mark_bar(width=alt.RelativeBandSize(0.8))


def day_axis(alt: Any, days: list[dict]) -> "altair.X":
    """Weekday over day of the month, out of "Tue 17 March 2026"; of many days only the Mondays, with their month."""
    words = "split(datum.label, ' ')"
    few = alt.Axis(labelAngle=0, labelExpr=f"slice({words}, 0, 2)")
    if len(days) <= MOST_LABELLED_DAYS:
        return alt.X("day:O", sort=None, axis=few)
    mondays = [day["day"] for day in days if day["day"].startswith(WEEKDAYS[0])]
    month = f"slice({words}[2], 0, 3)"
    many = alt.Axis(
        labelAngle=0, labelExpr=f"[{words}[0], {words}[1] + ' ' + {month}]", labelOverlap=True, values=mondays
    )
    return alt.X("day:O", sort=None, axis=many)


def _totals(alt: Any, days: list[dict], scale: "altair.Scale") -> list:
    if len(days) > MOST_LABELLED_DAYS:
        return []
    busy = alt.Chart(alt.Data(values=[day for day in days if day["total"]]))
    text = busy.mark_text(baseline="bottom", yOffset=-3, style="mark")
    return [text.encode(x=day_axis(alt, days), y=alt.Y("total:Q", axis=None, scale=scale), text="label:N")]


def _releases(alt: Any, days: list[dict], hover: list) -> list:
    released = [day for day in days if day["mark"]]
    if not released:
        return []
    chart = alt.Chart(alt.Data(values=released)).encode(x=day_axis(alt, days), tooltip=hover)
    legend = alt.Legend(symbolFillColor=COLOURS["releases"], symbolStrokeWidth=0)
    shape = alt.Shape("mark:N", scale=alt.Scale(domain=["release"], range=["diamond"]), legend=legend)
    diamond = chart.mark_point(color=COLOURS["releases"], size=80).encode(y=alt.value(10), shape=shape)
    return [
        diamond,
        chart.mark_text(style="mark", baseline="middle", xOffset=13).encode(y=alt.value(10), text="times:N"),
    ]
