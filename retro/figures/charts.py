"""Charts with a row per thing: bars, shares and pairs of dots. Charts over days are in day_charts.py.

A maker takes a query's result and returns an Altair chart, to show or to change further. Names stand above their bars
and numbers at the right edge, so that a chart reads the same at 390 and at 760 pixels and nothing but the end of a long
text is cut. Text from repositories is data here, never part of an expression.
"""

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from retro.figures.theme import COLOURS, NOTEBOOK_WIDTH
from retro.figures.wording import column_title, exact_text, measure_text, number_text, said_text, share_text, value_text
from retro.quick_imports import quick_import

if TYPE_CHECKING:
    import altair

    from retro.queries import Result

# Buckets for what no rule matched; drawn paler, because they say least.
VAGUE_NAMES = frozenset(
    {
        "uncategorized",
        "unknown",
        "other",
        "not tagged",
        "unattributed",
        "main branch",
        "branch without a pull request",
        "commit without a pull request",
    }
)
MOST_ROWS = 20
ROW_STEP, NOTE_STEP, BAR_SIZE, DOT_ROOM = 38, 17, 9, 6
# What a letter of the text at the right edge takes, in pixels, and the gap between it and the name.
LETTER_WIDTH, GAP = 6.5, 12


def bars(
    result: "Result",
    name: str | tuple[str, ...],
    values: str | tuple[str, ...],
    notes: str | tuple[str, ...] | None = None,
) -> "altair.LayerChart":
    """Horizontal bars from zero, one per row (at most twenty), longest first, unnamed rest last, each under its name.

    The first column of `values` is drawn solid, a second one lighter after it; the numbers stand at the right edge: "40
    commits", or "18 of 40" for two columns. `notes` stand under the bar: a column with a list of texts, or several
    columns as one line of numbers. Of several columns in `name`, those that are the same in all rows are left out.
    """
    alt = quick_import("altair")
    names = (name,) if isinstance(name, str) else name
    values = (values,) if isinstance(values, str) else values
    rows = sorted(result.rows(), key=lambda row: (_is_vague(row, names), -(row[values[0]] or 0)))[:MOST_ROWS]
    lines = _lines(rows, names, values, notes)
    titles = [column_title(column) for column in values]
    parts = [
        {**line, "part": column_title(column), "order": order, "value": _plain(row[column])}
        for line, row in zip(lines, rows, strict=True)
        for order, column in enumerate(values)
    ]
    mark = chart_rows(alt, alt.Data(values=parts)).mark_bar(size=BAR_SIZE, yOffset=bar_offset(lines))
    drawn = mark.encode(
        x=alt.X("value:Q", axis=None, stack="zero", scale=alt.Scale(nice=False)),
        color=part_colour(alt, titles, ["work", "other work"]),
        opacity=alt.condition("datum.is_vague", alt.value(0.6), alt.value(1)),
        order="order:Q",
        tooltip=tooltip(alt, rows),
    )
    return with_texts(alt, [drawn], lines)


def share_bars(
    result: "Result", name: str | tuple[str, ...], share: str, of: tuple[str, str], notes: str | None = None
) -> "altair.LayerChart":
    """One bar per row for a share of 0 to 1, on a pale track that stands for the whole. An unknown share has no bar.

    `of` names the columns with the part and the whole: "94 % · 301 of 319" stands at the right edge.
    """
    alt = quick_import("altair")
    rows = result.rows()[:MOST_ROWS]
    lines = [
        {**line, **_share_says(row, share, of, notes)}
        for line, row in zip(_lines(rows, name, of, notes), rows, strict=True)
    ]
    chart = chart_rows(alt)
    look = {"size": BAR_SIZE, "yOffset": bar_offset(lines)}
    track = chart.mark_bar(color=COLOURS["track"], **look).encode(x=alt.value(0), x2=alt.value("width"))
    length = alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, 1]))
    solid = chart.mark_bar(**look).encode(x=length, tooltip=tooltip(alt, rows))
    return with_texts(alt, [track, solid], lines)


def coverage_bars(result: "Result") -> "altair.LayerChart":
    """`share_bars` of `coverage_shares`: only the subjects of which something is unknown, the least judged first.

    What the unknown part is stands below. Where all was judged, every subject has its bar.
    """
    frame = result.frame
    partial = frame.filter(frame["judged_share"].fill_null(0) < 1).sort("judged_share", "subject", nulls_last=True)
    shown = result if partial.is_empty() else replace(result, frame=partial)
    return share_bars(shown, "subject", "judged_share", ("judged_count", "total_count"), notes="unknown")


def paired_dots(result: "Result", name: str | tuple[str, ...], pair: tuple[str, str]) -> "altair.LayerChart":
    """Two dots per row on one scale from zero: a ring for the first column, a claim, filled for the second, a finding.

    Rows that have neither are left out.
    """
    alt = quick_import("altair")
    rows = [row for row in result.rows() if row[pair[0]] or row[pair[1]]]
    lines = _pair_lines(rows[:MOST_ROWS], name, pair)
    most = max((max(line["claimed"], line["found"]) for line in lines), default=0)
    # The range leaves room for half a ring at both ends, so that the names stay in line with the other charts.
    scale = alt.Scale(domain=[0, most or 1], range=[DOT_ROOM, alt.expr(f"width - {DOT_ROOM}")])
    claimed, found = (alt.X(f"{key}:Q", axis=None, scale=scale) for key in ("claimed", "found"))
    chart = chart_rows(alt)
    offset = bar_offset(lines)
    track = chart.mark_rule(yOffset=offset, color=COLOURS["track"]).encode(x=alt.value(0), x2=alt.value("width"))
    link = chart.mark_rule(yOffset=offset, strokeWidth=2).encode(x=claimed, x2="found:Q")
    ring = chart.mark_point(filled=False, strokeWidth=2, yOffset=offset, color=COLOURS["baseline"], size=90)
    dot = chart.mark_point(yOffset=offset)
    hover = tooltip(alt, rows)
    return with_texts(
        alt, [track, link, ring.encode(x=claimed, tooltip=hover), dot.encode(x=found, tooltip=hover)], lines
    )


def exact_values(row: dict) -> dict:
    """The row as a tooltip shows it, under numbered keys: a column's name is nothing to build an expression from."""
    return {f"exact_{number}": exact_text(column, value) for number, (column, value) in enumerate(row.items())}


def tooltip(alt: Any, rows: list[dict]) -> list:
    """Tooltip fields for the exact values of the rows, lists left out, in the order of the columns."""
    columns = enumerate(rows[0]) if rows else ()
    titles = {number: column_title(name) for number, name in columns if not isinstance(rows[0][name], list)}
    return [alt.Tooltip(f"exact_{number}:N", title=title) for number, title in titles.items()]


def part_colour(alt: Any, parts: list[str], meanings: list[str]) -> "altair.Color":
    """Colours for the parts of a bar, by meaning; a legend only where there is more than one part."""
    hues = [COLOURS[meaning] for meaning in meanings[: len(parts)]]
    legend = alt.Legend() if len(parts) > 1 else None
    return alt.Color("part:N", scale=alt.Scale(domain=parts, range=hues), legend=legend)


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def chart_rows(alt: Any, data: Any = None) -> "altair.Chart":
    """A chart with a row per line; without data of its own it takes those of the layers that it becomes part of."""
    return alt.Chart(data or alt.Undefined).encode(y=alt.Y("row:O", axis=None, sort=None))


def _lines(
    rows: list[dict], name: str | tuple[str, ...], values: tuple[str, ...], notes: str | tuple[str, ...] | None = None
) -> list[dict]:
    """What is written around the mark of each row, and its exact values."""
    names = _telling_names(rows, (name,) if isinstance(name, str) else name)
    return [
        {
            "row": index,
            "name": ": ".join(value_text(column, row[column]) for column in names),
            "is_vague": _is_vague(row, names),
            "is_path": names[-1] == "path",
            "says": _says(row, values),
            "notes": _notes(row, notes),
            **exact_values(row),
        }
        for index, row in enumerate(rows)
    ]


def _is_vague(row: dict, names: tuple[str, ...]) -> bool:
    return any(row[name] in VAGUE_NAMES for name in names)


def _says(row: dict, values: tuple[str, ...]) -> str:
    if len(values) == 1:
        return measure_text(values[0], row[values[0]])
    numbers = [row[column] or 0 for column in values]
    return f"{number_text(numbers[0])} of {number_text(sum(numbers))}"


def _notes(row: dict, notes: str | tuple[str, ...] | None) -> list[str]:
    if isinstance(notes, tuple):
        return [" · ".join(measure_text(column, row[column]) for column in notes)]
    value = row[notes] if notes else None
    return [value] if isinstance(value, str) else list(value or [])


def _share_says(row: dict, share: str, of: tuple[str, str], notes: str | None) -> dict:
    if row[share] is None:
        return {"says": "unknown"}
    part, whole = (said_text(column, row[column]) for column in of)
    says = f"{share_text(float(row[share]))} · {part} of {whole}"
    # What is unknown is said of the rest, and a whole has none; an interval it has.
    is_whole = notes == "unknown" and row[share] == 1
    return {"value": _plain(row[share]), "says": says, **({"notes": []} if is_whole else {})}


def _telling_names(rows: list[dict], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names[:-1] if len({row[name] for row in rows}) > 1) + names[-1:]


def _pair_lines(rows: list[dict], name: str | tuple[str, ...], pair: tuple[str, str]) -> list[dict]:
    lines = _lines(rows, name, pair)
    for line, row in zip(lines, rows, strict=True):
        line["claimed"], line["found"] = (_plain(row[column]) or 0 for column in pair)
        numbers = (line["claimed"], line["found"])
        words = [f"{number_text(number)} {column.split('_')[0]}" for number, column in zip(numbers, pair, strict=True)]
        line["says"] = " · ".join(words)
    return lines


def _note_count(lines: list[dict]) -> int:
    return max((len(line["notes"]) for line in lines), default=0)


def bar_offset(lines: list[dict]) -> float:
    """Pixels from the middle of a row down to its bar: notes below push the bar up."""
    return 7 - _note_count(lines) * NOTE_STEP / 2


def with_texts(alt: Any, marks: list, lines: list[dict]) -> "altair.LayerChart":
    """The marks with each row's name and numbers above them and its notes below."""
    count = _note_count(lines)
    chart = chart_rows(alt)
    above = {"baseline": "alphabetic", "yOffset": bar_offset(lines) - 10}
    # A path tells most at its end, so it loses its beginning when it is too long.
    look = {"style": "path", "dir": "rtl"} if any(line["is_path"] for line in lines) else {"style": "name"}
    taken = LETTER_WIDTH * max((len(line["says"]) for line in lines), default=0) + GAP
    name = chart.mark_text(align="left", limit=alt.expr(f"width - {taken}"), **above, **look)
    says = chart.mark_text(align="right", style="says", **above)
    texts = [name.encode(x=alt.value(0), text="name:N"), says.encode(x=alt.value("width"), text="says:N")]
    notes = [_note(alt, chart, index, bar_offset(lines)) for index in range(count)]
    # A number, since Vega-Lite warns in the browser about a step beside a width that follows its container.
    height = (ROW_STEP + NOTE_STEP * len(notes)) * len(lines)
    # Every row gets as many notes as the longest, since a missing one would be drawn as "undefined".
    data = [{**line, "notes": [*line["notes"], *[""] * (count - len(line["notes"]))]} for line in lines]
    layers = alt.layer(*marks, *texts, *notes, data=alt.Data(values=data))
    return layers.properties(width=NOTEBOOK_WIDTH, height=height)


def _note(alt: Any, chart: "altair.Chart", index: int, bar_offset: float) -> "altair.Chart":
    below = bar_offset + 18 + index * NOTE_STEP
    mark = chart.mark_text(align="left", baseline="alphabetic", yOffset=below, limit=alt.expr("width"), style="note")
    return mark.encode(x=alt.value(0), text=f"notes[{index}]:N")
