"""Markdown cells as HTML for the page: no raw HTML, no image from elsewhere, no address but web, mail and anchors."""

import re
from collections.abc import Iterator
from html import escape

import mistune

FENCE = re.compile(r" {0,3}(```|~~~)")
SECTION = re.compile(r"## +(.*?)\s*#*\s*")
SAFE_ADDRESS = re.compile(r"(https?:|mailto:|#)", re.IGNORECASE)


class PageRenderer(mistune.HTMLRenderer):
    """Text and links only. Headings of the first level become second, since the page has one title."""

    def __init__(self) -> None:
        super().__init__(escape=True)

    def heading(self, text: str, level: int, **attributes: object) -> str:
        return f"<h{max(level, 3)}>{text}</h{max(level, 3)}>\n"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return escape(text)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, url) if SAFE_ADDRESS.match(url) else text


_render = mistune.create_markdown(renderer=PageRenderer(), plugins=["table", "strikethrough"])


def prose_html(markdown: str) -> str:
    """The text as HTML that is safe to stand in the page."""
    return _render(markdown).strip()


def split_sections(markdown: str) -> Iterator[tuple[str | None, str]]:
    """Pieces of a cell: (heading of the section that starts here, or None; the text up to the next such heading).

    Headings of level two start a section; those inside a code fence do not.
    """
    heading, lines, fenced = None, [], False
    for line in markdown.splitlines():
        fenced ^= bool(FENCE.match(line))
        start = None if fenced else SECTION.fullmatch(line)
        if start is None:
            lines.append(line)
            continue
        if heading is not None or any(text.strip() for text in lines):
            yield heading, "\n".join(lines).strip()
        heading, lines = start[1], []
    if heading is not None or any(text.strip() for text in lines):
        yield heading, "\n".join(lines).strip()
