"""Dots with intervals: a share that is known from few items, and how far off it may be."""

from typing import TYPE_CHECKING

from retro.figures.charts import (
    DOT_ROOM,
    MOST_ROWS,
    bar_offset,
    chart_rows,
    exact_values,
    tooltip,
    with_texts,
)
from retro.figures.theme import COLOURS
from retro.figures.wording import NARROW_SPACE, number_text, share_text, value_text
from retro.quick_imports import quick_import

if TYPE_CHECKING:
    import altair

    from retro.queries import Result


def interval_dots(
    result: "Result",
    name: str,
    share: str,
    of: tuple[str, str],
    notes: str | None = None,
    *,
    groupings: tuple[str, ...] = (),
) -> "altair.LayerChart":
    """One dot per row for a share of 0 to 1, on a line over its interval (columns `low_rate` and `high_rate`).

    The scale goes from 0 to 1, or to the highest end where that is under one half; its two ends are written below. `of` names
    the columns with the part and the whole: "67 % · 6 of 9" stands at the right edge. Rows without a share or an interval have
    neither dot nor line, nor a rate in words. Of a result with a column `grouping` only those of `groupings` are drawn, where
    any are named.
    """
    alt = quick_import("altair")
    rows = [row for row in result.rows() if not groupings or row["grouping"] in groupings][:MOST_ROWS]
    lines = [_line(index, row, (name, share), of, notes) for index, row in enumerate(rows)]
    offset = bar_offset(lines)
    end = _end(rows)
    scale = alt.Scale(domain=[0, end], range=[DOT_ROOM, alt.expr(f"width - {DOT_ROOM}")])
    digits = ".0f" if end >= 0.1 else ".1~f"
    label = f"format(datum.value * 100, '{digits}') + '{NARROW_SPACE}%'"
    axis = alt.Axis(values=[0, end], labelExpr=label, labelFlush=True)
    at, low = (alt.X(f"{key}:Q", axis=axis, scale=scale) for key in ("value", "low"))
    chart = chart_rows(alt)
    known = chart_rows(alt, alt.Data(values=[line for line in lines if line["low"] is not None]))
    track = chart.mark_rule(yOffset=offset, color=COLOURS["track"]).encode(x=alt.value(0), x2=alt.value("width"))
    span = known.mark_rule(yOffset=offset, strokeWidth=3, color=COLOURS["baseline"]).encode(x=low, x2="high:Q")
    dot = known.mark_point(yOffset=offset, size=80).encode(x=at, tooltip=tooltip(alt, rows))
    return with_texts(alt, [track, span, dot], lines)


def _line(index: int, row: dict, shown: tuple[str, str], of: tuple[str, str], notes: str | None) -> dict:
    """What is written around a row, its exact values, and where dot and line stand."""
    name, share = shown
    is_known = row[share] is not None and row["low_rate"] is not None
    part, whole = (number_text(row[column]) for column in of)
    return {
        "row": index,
        "name": value_text(name, row[name]),
        "is_path": False,
        "says": f"{share_text(float(row[share]))} · {part} of {whole}" if is_known else f"{part} of {whole}",
        "notes": [row[notes] or ""] if notes else [],
        "value": row[share],
        "low": row["low_rate"],
        "high": row["high_rate"],
        **exact_values(row),
    }


def _end(rows: list[dict]) -> float:
    highest = max((row["high_rate"] or 0 for row in rows), default=1)
    return 1.0 if highest >= 0.5 or not highest else highest
