"""The nbconvert exporter behind the page: an executed notebook in, one HTML text out.

Also usable by hand: `jupyter nbconvert --to retro.page.exporter.PageExporter reports/sprint-2.ipynb`. Importing this
module imports nbconvert, half a second of CPU; reports.py does so only when it writes a page.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode
from traitlets import default

from retro.figures.wording import counted, moment_text, number_text
from retro.page.chart_script import chart_script
from retro.page.charts import page_theme
from retro.page.parts import Page, read_page
from retro.page.source_code import python_html, sql_html

FOLDER = Path(__file__).parent
PACKAGE = "retro-toolkit"
# Control characters but for TAB and newline, and those that set the direction of writing.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class PageExporter(TemplateExporter):
    """Writes the page. Resources: `page`, the parts when they were read already; `previous`, an address; `links`,
    titles and addresses of the sprint's other pages."""

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
        yield "counted", counted
        yield "number", number_text

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page of an executed notebook, and the resources with the parts it was made of under "page"."""
        known = dict(resources or {})
        page = known["page"] = known.get("page") or read_page(nb)
        told = nb.metadata.get("retro")
        known["view"] = {**_view(page, known), "subject": told.get("page", "") if isinstance(told, dict) else ""}
        self.environment.autoescape = True
        self.environment.finalize = visible
        return super().from_notebook_node(nb, known, **options)


def _view(page: Page, resources: dict) -> dict[str, Any]:
    """What the template draws from beside the parts of the page."""
    look, script = (_text(name) for name in ("page.css", "page.js"))
    charts = chart_script() if any(block.get("chart") for block in page.figures) else ""
    scripts = [text for text in (charts, script) if text]
    return {
        "title": page_title(page, resources),
        "built": moment_text(datetime.now(UTC), page.head.get("timezone", "UTC")),
        "version": version(PACKAGE),
        "policy": content_policy(scripts, look),
        "style": Markup(look),
        "scripts": [Markup(text) for text in scripts],
        "look": page_theme(),
    }


def visible(value: Any) -> Any:
    """A text with its control characters spelled out (`\\u202e`), since they could turn round or hide what follows.

    What this package made as HTML and what is no text comes back as it is.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", value)


def page_title(page: Page, resources: dict) -> str:
    """Project and sprint, or the notebook's name where there is no head."""
    if page.head:
        return f"{page.head['project']}, sprint {page.head['sprint']}"
    return resources.get("metadata", {}).get("name") or "Notebook"


def content_policy(scripts: list[str], style: str) -> str:
    """The Content-Security-Policy under which exactly these scripts, this style and data: pictures work; no network."""
    allowed = " ".join(_digest(text) for text in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_digest(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _text(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")
