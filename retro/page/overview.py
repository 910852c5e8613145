"""The list of all sprints as one HTML page, in the look of the others and under a policy as strict."""

from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any

import jinja2
from markupsafe import Markup

from retro.figures.wording import moment_text
from retro.page.exporter import FOLDER, PACKAGE, content_policy, text_digest, visible


def overview_html(sprints: Sequence[dict[str, Any]], pages: Sequence[dict[str, str]], built_at: datetime) -> str:
    """The page, built at `built_at`; `sprints` and `pages` are as report_index.py reads them. It holds no script."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, finalize=visible)
    style = (FOLDER / "page.css").read_text("utf-8")
    head = next((sprint["head"] for sprint in sprints if sprint["head"]), {})
    return environment.get_template("overview.html.j2").render(
        sprints=sprints,
        pages=pages,
        project=head.get("project", "Reports"),
        is_invented=head.get("is_invented", False),
        built=moment_text(built_at, head.get("timezone", "UTC")),
        version=version(PACKAGE),
        style=Markup(style),
        policy=content_policy([], text_digest(style)),
    )
