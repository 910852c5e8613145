"""Charts of money: bars that sum to the bill, days by model, and the bridge from logged to expected cost.

Money is drawn as floating-point dollars and written from the exact amounts.
"""

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from retro.figures.charts import BAR_SIZE, VAGUE_NAMES, bar_offset, chart_rows, exact_values, tooltip, with_texts
from retro.figures.day_charts import HEIGHT, columns_of, day_axis
from retro.figures.theme import COLOURS, NOTEBOOK_WIDTH
from retro.figures.wording import MINUS, counted, day_text, measure_text, money_text, share_text
from retro.quick_imports import quick_import

if TYPE_CHECKING:
    import altair

    from retro.queries import Result

MOST_NAMES, MOST_NOTE_LETTERS = 12, 50
MODEL_HUES = ("work", "second model", "merges")
BRIDGE_HUES = {"sum": "work", "too much": "second model", "too little": "merges"}
NO_MODEL, OTHER_MODELS = "model not logged", "other models"


def cost_bars(
    result: "Result", name: str, notes: tuple[str, ...] = ("request_count", "session_count"), most: int = MOST_NAMES
) -> "altair.LayerChart":
    """Bars of `cost_usd`, the dearest first, with their share of the bill; they sum to it.

    Rows beyond `most` stand together in one bar; buckets for what could not be placed stand last and are never left out.
    """
    alt = quick_import("altair")
    shown = _most(result.rows(), name, most)
    lines = [_cost_line(index, row, name, notes) for index, row in enumerate(shown)]
    mark = chart_rows(alt).mark_bar(size=BAR_SIZE, yOffset=bar_offset(lines))
    drawn = mark.encode(
        x=alt.X("value:Q", axis=None, scale=alt.Scale(nice=False, zero=True)),
        opacity=alt.condition("datum.is_vague", alt.value(0.6), alt.value(1)),
        tooltip=tooltip(alt, shown),
    )
    return with_texts(alt, [drawn], lines)


def cost_days(result: "Result") -> "altair.Chart":
    """The cost of each day by model, from a result with the columns of `model_costs`: the three dearest apart."""
    alt = quick_import("altair")
    rows = [{**row, "model": row["model"] or NO_MODEL} for row in result.rows()]
    dearest = _dearest_models(rows)
    parts = [_day_part(row, dearest) for row in rows]
    names = [*dearest, *([OTHER_MODELS] if any(row["model"] not in dearest for row in rows) else [])]
    hues = [COLOURS[hue] for hue in (*MODEL_HUES[: len(dearest)], "baseline")]
    colour = alt.Color(
        "part:N", scale=alt.Scale(domain=names, range=hues[: len(names)]), legend=alt.Legend(columns=2, labelLimit=220)
    )
    axis = alt.Axis(grid=True, tickCount=4, labelExpr="'$' + format(datum.value, ',~r')")
    days = _all_days(rows)
    columns = columns_of(alt, parts).encode(
        x=day_axis(alt, days).scale(domain=[day["day"] for day in days]),
        y=alt.Y("value:Q", axis=axis, stack="zero"),
        color=colour,
        order="order:Q",
        tooltip=tooltip(alt, rows),
    )
    return columns.properties(width=NOTEBOOK_WIDTH, height=HEIGHT)


def cost_bridge(result: "Result") -> "altair.LayerChart":
    """From the logged cost to the expected one, a step per reason, out of `cost_variance_reasons`.

    A step is what was logged less what was expected of its requests, an unknown cost counting nothing; so the steps close
    the whole difference. Reasons without a difference are in the table alone.
    """
    alt = quick_import("altair")
    lines = _bridge_lines(result.rows())
    for line in lines:
        line["value"], line["end"] = float(line["value"]), float(line["end"])
    most = max((max(line["value"], line["end"]) for line in lines), default=0)
    scale = alt.Scale(domain=[0, most or 1], nice=False)
    mark = chart_rows(alt).mark_bar(size=BAR_SIZE, yOffset=bar_offset(lines))
    hues = alt.Scale(domain=list(BRIDGE_HUES), range=[COLOURS[hue] for hue in BRIDGE_HUES.values()])
    colour = alt.Color("kind:N", scale=hues, legend=None)
    drawn = mark.encode(x=alt.X("value:Q", axis=None, scale=scale), x2="end:Q", color=colour)
    return with_texts(alt, [drawn], lines)


def _most(rows: list[dict], name: str, most: int) -> list[dict]:
    """The dearest rows, the others as one, and the buckets, in that order."""
    named = sorted((row for row in rows if row[name] not in VAGUE_NAMES), key=lambda row: -(row["cost_usd"] or 0))
    buckets = [row for row in rows if row[name] in VAGUE_NAMES]
    rest = named[most:]
    return [*named[:most], *([_together(rest, name)] if rest else []), *buckets]


def _together(rows: list[dict], name: str) -> dict:
    known = [row["cost_usd"] for row in rows if row["cost_usd"] is not None]
    shares = [row["cost_share"] for row in rows if row["cost_share"] is not None]
    nothing = dict.fromkeys(rows[0])
    sums = {"cost_usd": sum(known) if known else None, "cost_share": sum(shares) if shares else None}
    return {**nothing, **sums, name: f"{len(rows)} others", "is_rest": True}


def _cost_line(index: int, row: dict, name: str, notes: tuple[str, ...]) -> dict:
    cost, share = row["cost_usd"], row["cost_share"]
    said = "cost unknown" if cost is None else money_text(cost)
    told = () if row.get("is_rest") else notes
    return {
        "row": index,
        "name": row[name],
        "is_vague": row[name] in VAGUE_NAMES or "is_rest" in row,
        "is_path": False,
        "value": float(cost or 0),
        "says": f"{said} · {share_text(share)}" if cost and share is not None else said,
        "notes": [" · ".join(measure_text(column, row[column]) for column in told)] if told else [],
        **exact_values(row),
    }


def _dearest_models(rows: list[dict]) -> list[str]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row["model"]] = sums.get(row["model"], Decimal(0)) + (row["cost_usd"] or 0)
    return sorted(sums, key=lambda model: (-sums[model], model))[: len(MODEL_HUES)]


def _day_part(row: dict, dearest: list[str]) -> dict:
    part = row["model"] if row["model"] in dearest else OTHER_MODELS
    order = dearest.index(part) if part in dearest else len(dearest)
    day = day_text(row["date"], with_year=True)
    return {"day": day, "part": part, "order": order, "value": float(row["cost_usd"] or 0), **exact_values(row)}


def _all_days(rows: list[dict]) -> list[dict]:
    """Every day from the first to the last, also those without a request."""
    dates = [row["date"] for row in rows]
    if not dates:
        return []
    count = (max(dates) - min(dates)).days + 1
    return [{"day": day_text(min(dates) + timedelta(days=number), with_year=True)} for number in range(count)]


def _bridge_lines(rows: list[dict]) -> list[dict]:
    logged, expected = (_sum(rows, name) for name in ("logged_usd", "expected_usd"))
    steps = [(row, (row["logged_usd"] or Decimal(0)) - (row["expected_usd"] or Decimal(0))) for row in rows]
    requests = counted(sum(row["request_count"] for row in rows), "request")
    lines, at = [_bridge_line("logged", logged, (Decimal(0), logged), requests)], logged
    for row, step in steps:
        if step:
            lines.append(_step_line(row, step, at))
            at -= step
    lines.append(_bridge_line("expected by dated prices", expected, (Decimal(0), expected), _left(at - expected)))
    return [{**line, "row": index} for index, line in enumerate(lines)]


def _sum(rows: list[dict], name: str) -> Decimal:
    return sum((row[name] or Decimal(0) for row in rows), Decimal(0))


def _step_line(row: dict, step: Decimal, at: Decimal) -> dict:
    requests = counted(row["request_count"], "request")
    told = [requests, row["example"]] if row["example"] else [requests]
    # One line where it fits half of a page's column, which a phone has as well.
    notes = told if sum(map(len, told)) > MOST_NOTE_LETTERS else [" · ".join(told)]
    line = _bridge_line(row["reason"].replace("_", " "), abs(step), (at - step, at), *notes)
    sign, kind = (MINUS, "too much") if step > 0 else ("+", "too little")
    return {**line, "says": f"{sign}{money_text(abs(step))}", "kind": kind}


def _bridge_line(name: str, amount: Decimal, span: tuple[Decimal, Decimal], *notes: str) -> dict:
    start, end = span
    says = money_text(amount)
    return {
        "name": name,
        "says": says,
        "notes": list(notes),
        "value": start,
        "end": end,
        "kind": "sum",
        "is_path": False,
    }


def _left(rest: Any) -> str:
    return "the steps close the difference" if not rest else f"{money_text(rest)} not explained"
