"""What a notebook cell shows: figures, tiles, the summary and the head of the page.

Each is an object that Jupyter displays. In JupyterLab it is a chart or a plain table; for the page its output carries,
as metadata under "retro", everything to be drawn again: title, rows, SQL, parameters, evidence, coverage. So a number
and its source cannot come apart. Text from repositories travels as data and is escaped wherever it is shown.
"""

import json
import re
import textwrap
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

from retro.errors import UsageError
from retro.figures.sentences import finding, provenance_sentence, summary_sentences
from retro.figures.tables import html_table, plain_table
from retro.figures.theme import NOTEBOOK_WIDTH, theme
from retro.figures.tile_texts import tile_details, tiles_html, tiles_text
from retro.figures.wording import column_title, day_range
from retro.formats import json_value, visible_text

if TYPE_CHECKING:
    import altair

    from retro.queries import Result

# JupyterLab draws Vega-Lite 5; the page's exporter writes the schema of Altair's own version back.
CHART_TYPE = "application/vnd.vegalite.v5+json"
CHART_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
# Rows that travel with a figure. More belong into the warehouse, not on a page.
MOST_ROWS = 300
WIDEST_IN_LAB = 520
HEADLINE = "The sprint in numbers"
NOTHING = "Nothing to show: the query found no rows."
TITLE_LETTERS = 62


@dataclass(frozen=True)
class Figure:
    """Something shown: `data` by mime type for Jupyter, `details` for the page."""

    data: dict[str, object]
    details: dict[str, object]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        shown = {kind: visible_text(part) if isinstance(part, str) else part for kind, part in self.data.items()}
        return shown, {"retro": self.details}


def figure(
    result: "Result",
    shown: "altair.TopLevelMixin | tuple[str, ...] | None" = None,
    *,
    title: str | None = None,
    subtitle: str = "",
    anchor: str | None = None,
    nothing: str | None = NOTHING,
) -> Figure | None:
    """A result as a chart, or as a table of the named columns or of all.

    An empty result becomes the sentence `nothing`; with None it is not shown at all. The title is the finding in words
    where one is known, else the query's question. The anchor, by which the page links to the figure, is the query's
    name; a second figure of the same query needs one of its own.
    """
    heading = title or finding(result, anchor) or result.question
    columns = shown if isinstance(shown, tuple) else tuple(result.columns)
    details = {"kind": "figure", "title": heading, "subtitle": subtitle, "shown": list(columns), **source_of(result)}
    details["anchor"] = anchor_of(anchor or result.name)
    if not result.row_count:
        if nothing is None:
            return None
        return Figure({"text/plain": f"{heading}\n{nothing}"}, {**details, "nothing": nothing})
    text = {"text/plain": plain_table(result, heading, columns)}
    if shown is None or isinstance(shown, tuple):
        return Figure({**text, "text/html": html_table(result, heading, columns)}, details)
    # No HTML beside a chart: JupyterLab would show it instead.
    return Figure({**text, CHART_TYPE: _notebook_chart(shown, heading, subtitle)}, details)


def tiles(*shown: "Result | str | tuple") -> Figure | None:
    """Headline numbers: one tile per column from the last row, with the change against the row before and a sparkline.

    `tiles(result, "commit_count", ...)` shows columns of one result, `tiles((result, "commit_count", ...), (other, ...))`
    those of several as one figure. A result has a row per sprint, oldest first, and a column `sprint`. Of several
    columns in a tuple the others stand in small type beside the first; under `own_x` stands `x`, the same number with
    all files. A result of which nothing was ever known is left out; None when that holds for all.
    """
    groups = shown if isinstance(shown[0], tuple) else (shown,)
    found = [(result, list(tile_details(result.rows(), columns))) for result, *columns in groups]
    known = [(result, made) for result, made in found if made]
    if not known:
        return None
    all_tiles = [tile for _, made in known for tile in made]
    data = {"text/plain": tiles_text(all_tiles), "text/html": tiles_html(all_tiles)}
    first = known[0][0]
    details = {"kind": "tiles", "title": first.question, "subtitle": "", "tiles": all_tiles}
    if groups is not shown:
        return Figure(data, {**details, **source_of(first)})
    return Figure(data, {**details, "title": HEADLINE, "anchor": anchor_of(HEADLINE), "sources": _sources(known)})


def _sources(known: list[tuple["Result", list[dict]]]) -> list[dict]:
    """Each result once, with its question for a title; the first tile of each is marked with the result's place."""
    sources: dict[str, dict] = {}
    for result, made in known:
        source = source_of(result)
        key = json.dumps([source["query"], source["parameters"]], sort_keys=True)
        if key not in sources and made:
            made[0]["source"] = len(sources)
        sources.setdefault(key, {**source, "title": result.question})
    return list(sources.values())


def summary(*results: "Result") -> Figure:
    """The sprint in five to seven sentences made from these results, each with the anchor of its figure."""
    sentences = summary_sentences(*results)
    items = "".join(f"<li>{escape(sentence.text)}</li>" for sentence in sentences)
    data = {"text/plain": "\n".join(sentence.text for sentence in sentences), "text/html": f"<ul>{items}</ul>"}
    return Figure(data, {"kind": "summary", "sentences": [asdict(sentence) for sentence in sentences]})


def page_head(details: "Result", coverage: "Result | None" = None) -> Figure:
    """Who, when and from what: the head of the page out of `sprint_details` and `coverage_shares`.

    A page about all sprints has `project_details` and no coverage.

    Raises UsageError when `sprint_details` found no sprint.
    """
    rows = details.rows()
    if not rows:
        raise UsageError(f"no sprint {details.parameters.get('sprint')!r} in the warehouse; `retro doctor` lists them")
    head = {"kind": "head", **{key: json_value(value) for key, value in rows[0].items()}}
    head["parameters"] = {key: json_value(value) for key, value in details.parameters.items()}
    first, last = rows[0]["first_date"], rows[0]["last_date"]
    head["days"] = day_range(first, last) if first and last else "No sprint yet"
    head["provenance"] = provenance_sentence(rows[0], coverage.rows() if coverage else [])
    lines = [
        f"{head['project']}, sprint {head['sprint']}" if "sprint" in head else head["project"],
        f"{head['days']} ({head['timezone']})",
        head.get("goal"),
        head["provenance"],
    ]
    shown = [line for line in lines if line]
    html = f"<h1>{escape(shown[0])}</h1>" + "".join(f"<p>{escape(line)}</p>" for line in shown[1:])
    return Figure({"text/plain": "\n".join(shown), "text/html": html}, head)


def source_of(result: "Result") -> dict:
    """Everything about a result that the page shows beside its figure, as JSON values.

    Rows are lists in the order of `columns`; at most 300 travel, and `left_out_count` says how many do not.
    """
    rows = result.rows()[:MOST_ROWS]
    names = list(rows[0] if rows else result.columns)
    return {
        "anchor": anchor_of(result.name),
        "query": result.name,
        "question": result.question,
        "sql": result.sql,
        "parameters": {name: json_value(value) for name, value in result.parameters.items()},
        "columns": [_column(name, result.columns.get(name, ""), rows) for name in names],
        "rows": [[json_value(row[name]) for name in names] for row in rows],
        "row_count": result.row_count,
        "left_out_count": result.row_count - len(rows),
        "evidence": result.evidence,
        "evidence_shares": dict(result.evidence_shares),
        "coverage": asdict(result.coverage) if result.coverage else None,
        "snapshot": result.snapshot,
    }


def anchor_of(name: str) -> str:
    """A query's name as an anchor: "theme_commits" -> "theme-commits"."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _column(name: str, doc: str, rows: list[dict]) -> dict:
    first = next((row[name] for row in rows if row[name] is not None), None)
    return {"name": name, "title": column_title(name), "doc": doc, "kind": _kind(first)}


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float | Decimal):
        return "number"
    if isinstance(value, datetime):
        return "moment"
    return "day" if isinstance(value, date) else "text"


def _notebook_chart(chart: "altair.TopLevelMixin", title: str, subtitle: str) -> dict:
    """The chart's specification as JupyterLab draws it: schema 5, our look, our title, a fixed width."""
    drawn = json.loads(json.dumps(chart.to_dict(), default=json_value), parse_constant=lambda name: None)
    width = drawn.get("width")
    if width == "container" or (isinstance(width, int | float) and width > WIDEST_IN_LAB):
        drawn["width"] = NOTEBOOK_WIDTH
    text = {"text": textwrap.wrap(title, TITLE_LETTERS)}
    if subtitle:
        text["subtitle"] = textwrap.wrap(subtitle, TITLE_LETTERS + 16)
    return {**drawn, "$schema": CHART_SCHEMA, "config": merged(theme(), drawn.get("config", {})), "title": text}


def merged(base: dict, over: dict) -> dict:
    """Both dictionaries as one, level by level; `over` wins."""
    both = {key: merged(base[key], over[key]) for key in base.keys() & over.keys() if _are_dicts(base[key], over[key])}
    return {**base, **over, **both}


def _are_dicts(*values: object) -> bool:
    return all(isinstance(value, dict) for value in values)
