"""The nbconvert exporter behind the page: an executed notebook in, one HTML text out.

Also usable by hand: `jupyter nbconvert --to retro.page.exporter.PageExporter reports/sprint-2.ipynb`. Importing this
module imports nbconvert, half a second of CPU; reports.py does so only when it writes a page.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode
from traitlets import default

from retro.figures.wording import counted, moment_text, number_text
from retro.formats import visible_text
from retro.page.chart_script import chart_script
from retro.page.charts import page_theme
from retro.page.parts import Page, read_page
from retro.page.source_code import python_html, sql_html

FOLDER = Path(__file__).parent
PACKAGE = "retro-toolkit"
# Words up to this length stay whole; longer ones may break after their marks and before their inner capitals, but not before
# the ending of a file's name.
WHOLE_LETTERS = 12
_BLANK, _INNER_ENDS = re.compile("( )"), re.compile(r"(?<=[/_:=-])(?=\w)|(?<=\.)(?=\w{5})|(?<=[a-z])(?=[A-Z])")


class PageExporter(TemplateExporter):
    """Writes the page. Resources: `page`, the parts when they were read already; `previous`, an address; `links`,
    titles, addresses and queries of the sprint's other pages."""

    export_from_notebook = "Retro page"
    output_mimetype = "text/html"
    # Nothing of nbconvert's own preparation is wanted: the parts of the page are read from the notebook as it is.
    default_preprocessors: ClassVar[list] = []

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("template_name")
    def _template_name_default(self) -> str:
        return FOLDER.name

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(FOLDER.parent)]

    def default_filters(self) -> Iterable[tuple[str, Any]]:
        """Own filters beside nbconvert's; those that return HTML say so, everything else is escaped."""
        yield from super().default_filters()
        yield "own_html", lambda text: Markup(text)
        yield "sql_html", lambda text: Markup(sql_html(text))
        yield "cell_html", lambda text: Markup(python_html(text))
        yield "breakable", breakable
        yield "counted", counted
        yield "number", number_text

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page of an executed notebook, and the resources with the parts it was made of under "page"."""
        known = dict(resources or {})
        page = known["page"] = known.get("page") or read_page(nb)
        told = nb.metadata.get("retro")
        _name_places(page, known.get("links", []))
        known["view"] = {**_view(page, known), "subject": told.get("page", "") if isinstance(told, dict) else ""}
        self.environment.autoescape = True
        self.environment.finalize = visible
        return super().from_notebook_node(nb, known, **options)


def _name_places(page: Page, links: Sequence[dict]) -> None:
    """Gives each sentence the address of its figure: on this page, else on a linked one that shows the same query."""
    places = {query.replace("_", "-"): link["address"] for link in reversed(links) for query in link.get("queries", ())}
    for sentence in (sentence for block in page.blocks for sentence in block.get("sentences", [])):
        address = "" if sentence["is_linked"] else places.get(sentence["anchor"])
        sentence["address"] = None if address is None else f"{address}#{sentence['anchor']}"


def _view(page: Page, resources: dict) -> dict[str, Any]:
    """What the template draws from beside the parts of the page."""
    look, script = _text("page.css"), _text("page.js")
    charts = chart_script() if any(block.get("chart") for block in page.figures) else None
    if charts:
        script += _text("inflate.js")
    allowed = [text_digest(script), *([charts.digest] if charts else [])]
    return {
        "title": page_title(page, resources),
        "built": moment_text(datetime.now(UTC), page.head.get("timezone", "UTC")),
        "version": version(PACKAGE),
        "policy": content_policy(allowed, text_digest(look)),
        "style": Markup(look),
        "script": Markup(script),
        "charts": charts,
        "look": page_theme(),
    }


def visible(value: Any) -> Any:
    """A text with its control characters spelled out (`\\u202e`), since they could turn round or hide what follows.

    What this package made as HTML and what is no text comes back as it is.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return visible_text(value)


def breakable(text: str) -> Markup:
    """The text, escaped, with places where a long word of it (a path, a branch, a name) may go on in the next line."""
    words = _BLANK.split(visible(text))
    return Markup("").join(
        Markup("<wbr>").join(_INNER_ENDS.split(word)) if len(word) > WHOLE_LETTERS else word for word in words
    )


def page_title(page: Page, resources: dict) -> str:
    """Project and sprint, or the notebook's name where there is no head."""
    if page.head:
        sprint = page.head.get("sprint")
        return page.head["project"] if sprint is None else f"{page.head['project']}, sprint {sprint}"
    return resources.get("metadata", {}).get("name") or "Notebook"


def content_policy(scripts: list[str], style: str) -> str:
    """The Content-Security-Policy under which scripts and style of these digests and data: pictures work; no network."""
    allowed = " ".join(f"'sha256-{digest}'" for digest in scripts) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'sha256-{style}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def text_digest(text: str) -> str:
    """SHA-256 in base64."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _text(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")
