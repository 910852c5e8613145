"""Small multiples over sprints: one lane per measure, each from zero and on a scale of its own."""

from typing import TYPE_CHECKING, Any

from retro.figures.theme import COLOURS, NOTEBOOK_WIDTH
from retro.figures.wording import UNKNOWN, money_text, share_text, short_number
from retro.quick_imports import quick_import

if TYPE_CHECKING:
    import altair

    from retro.queries import Result

LANE_HEIGHT, TALLEST = 92, 0.58  # of a lane: above it stand the bar's number and the measure's name
MOST_LABELLED = 13  # more numbers over the bars would run into each other on a phone
MONEY, SHARES = "AI cost", "agent share"


def trend_lanes(result: "Result") -> "altair.LayerChart":
    """Bars by sprint, a lane per measure, from a result with the columns of `headline_trends`."""
    return lanes(result.rows())


def lanes(rows: list[dict]) -> "altair.LayerChart":
    """Bars by sprint, a lane per measure, from rows with `sprint`, `measure`, `measured_quantity` and `known_share`.

    The tallest bar of a lane fills it; the last bar is darker. A sprint without a known value has no bar but a dash.
    """
    alt = quick_import("altair")
    measures = list(dict.fromkeys(row["measure"] for row in rows))
    sprints = list(dict.fromkeys(row["sprint"] for row in rows))
    bars = [_bar(row, rows, len(measures) - measures.index(row["measure"]) - 1, sprints) for row in rows]
    names = [{"measure": name, "top": len(measures) - place - 0.1} for place, name in enumerate(measures)]
    x = alt.X(
        "sprint:N",
        sort=sprints,
        axis=alt.Axis(labelAngle=0, labelOverlap=True),
        scale=alt.Scale(padding=_padding(sprints)),
    )
    scale = alt.Scale(domain=[0, max(len(measures), 1)], nice=False)
    drawn = (
        alt.Chart(alt.Data(values=bars))
        .mark_bar()
        .encode(
            x=x,
            y=alt.Y("base:Q", axis=None, scale=scale),
            y2="top:Q",
            color=alt.condition("datum.is_last", alt.value(COLOURS["work"]), alt.value(COLOURS["other work"])),
            tooltip=[alt.Tooltip(f"{name}:N") for name in ("sprint", "measure", "value")],
        )
    )
    layers = [drawn, *_texts(alt, bars, names, x, scale, len(sprints))]
    return alt.layer(*layers).properties(width=NOTEBOOK_WIDTH, height=LANE_HEIGHT * max(len(measures), 1))


def _padding(sprints: list[str]) -> float:
    """Part of a sprint's room that stays free, so that the bars of two sprints are no wider than those of six."""
    return max(0.25, 0.9 - 0.11 * len(sprints))


def _bar(row: dict, rows: list[dict], base: int, sprints: list[str]) -> dict[str, Any]:
    most = max(
        (float(other["measured_quantity"] or 0) for other in rows if other["measure"] == row["measure"]), default=0
    )
    value = row["measured_quantity"]
    height = TALLEST * float(value) / most if value is not None and most else 0
    return {
        "sprint": row["sprint"],
        "measure": row["measure"],
        "base": base,
        "top": base + height,
        "says": _says(row["measure"], value),
        "is_last": row["sprint"] == sprints[-1],
        "value": "not known" if value is None else _exact(row),
    }


def _says(measure: str, value: object) -> str:
    if value is None:
        return UNKNOWN
    if measure == MONEY:
        return money_text(value)
    return share_text(float(value)) if measure == SHARES else short_number(int(value))


def _exact(row: dict) -> str:
    known = "" if row["known_share"] is None else f" of those known ({share_text(row['known_share'])})"
    return _says(row["measure"], row["measured_quantity"]) + known


def _texts(alt: Any, bars: list[dict], names: list[dict], x: Any, scale: Any, sprint_count: int) -> list[Any]:
    """The name of each lane, and the number over each bar; of many sprints only over the last one."""
    labelled = bars if sprint_count <= MOST_LABELLED else [bar for bar in bars if bar["is_last"]]
    titles = alt.Chart(alt.Data(values=names)).mark_text(align="left", baseline="top", style="name")
    numbers = alt.Chart(alt.Data(values=labelled)).mark_text(baseline="bottom", dy=-3, style="mark")
    return [
        titles.encode(x=alt.value(0), y=alt.Y("top:Q", scale=scale), text="measure:N"),
        numbers.encode(x=x, y=alt.Y("top:Q", scale=scale), text="says:N"),
    ]
