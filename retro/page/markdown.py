"""The page as Markdown, for a wiki or a pull request: the same parts, a table in place of each chart.

Text that comes from data is escaped; what the team wrote in the notebook keeps its Markdown but for HTML, pictures and
addresses that are neither web nor mail. Links within the page are left out: every wiki names its anchors otherwise.
"""

import re
from collections.abc import Iterator, Sequence

import mistune
from mistune.core import BlockState
from mistune.renderers.markdown import MarkdownRenderer

from retro.figures.wording import counted, number_text
from retro.formats import markdown_text, printable
from retro.page.parts import Page
from retro.page.prose import SAFE_ADDRESS

MOST_ROWS, MOST_COLUMNS, MOST_LETTERS = 20, 8, 160
RULE = "---"


def page_markdown(page: Page, title: str, foot: str) -> str:
    """The whole page: head, sections, figures as tables of at most 20 rows and 8 columns, and a last line `foot`."""
    blocks = [f"# {markdown_text(title)}", *_head(page.head)]
    for section in page.sections:
        if section.title:
            blocks.append(f"## {markdown_text(section.title)}")
        for block in section.blocks:
            blocks += _block(block)
    return "\n\n".join([*(text for text in blocks if text), f"{RULE}\n\n{markdown_text(foot)}"]) + "\n"


def _head(head: dict) -> Iterator[str]:
    if not head:
        return
    if head.get("days"):
        yield markdown_text(f"{head['days']} ({head['timezone']})")
    if head.get("goal"):
        yield f"**Goal:** {markdown_text(head['goal'])}"
    yield markdown_text(head["provenance"])
    if head.get("is_running"):
        yield "The sprint was still running when its sources were read."
    if head.get("shallow_repo_count"):
        clones = counted(head["shallow_repo_count"], "clone")
        yield f"**Part of the history is missing:** a cut in {clones} lies in or after this sprint; counts are lower bounds."
    if head.get("is_invented"):
        yield "**Invented data.** This project, its people and its numbers were made up to show what a page looks like."


def _block(block: dict) -> Iterator[str]:
    kind = block["kind"]
    if kind == "prose":
        yield prose_markdown(block["markdown"])
    elif kind == "text":
        yield _fenced(block["text"])
    elif kind == "picture":
        yield "*The page has a picture here.*"
    elif kind == "summary":
        yield "\n".join(
            f"- **{markdown_text(each['lead'])}**{markdown_text(each['rest'])}" for each in block["sentences"]
        )
    elif kind == "tiles":
        yield _tiles(block["tiles"])
        yield "\n\n".join(_source(source) for source in block.get("sources", [block]))
    else:
        yield from _figure(block)


def _tiles(tiles: Sequence[dict]) -> str:
    rows = [
        (tile["label"], tile["number"], " · ".join(filter(None, (tile["beside"], tile["whole"]))), tile["change"])
        for tile in tiles
    ]
    return _table(("measure", "number", "of it", "change"), rows)


def _figure(block: dict) -> Iterator[str]:
    yield f"### {markdown_text(block['title'])}"
    yield markdown_text(block["subtitle"])
    if not block["row_count"]:
        yield markdown_text(block["nothing"])
        return
    table = block["table"]
    shown = [index for index, column in enumerate(table["columns"]) if column["name"] in block["shown"]][:MOST_COLUMNS]
    rows = [[row[index]["text"] for index in shown] for row in table["rows"][:MOST_ROWS]]
    yield _table([table["columns"][index]["title"] for index in shown], rows)
    yield _left_out(block, len(rows), len(shown))
    yield _source(block)


def _left_out(block: dict, row_count: int, column_count: int) -> str:
    """What of the result does not stand here, and the command that gives all."""
    cut = []
    if row_count < block["row_count"]:
        cut.append(f"{number_text(row_count)} of {counted(block['row_count'], 'row')}")
    if column_count < len(block["table"]["columns"]):
        cut.append(f"{number_text(column_count)} of {counted(len(block['table']['columns']), 'column')}")
    return f"First {', '.join(cut)}; all: {_code(block['table']['command'])}" if cut else ""


def _source(block: dict) -> str:
    badge = block["badge"]
    said = f"Query {_code(block['query'])}, {markdown_text(badge['evidence'])}: {markdown_text(badge['meaning'])}."
    return f"{said} {markdown_text(block['coverage_text'])}".rstrip()


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [titles, *([_shortened(text) for text in row] for row in rows)]
    head, *body = [f"| {' | '.join(markdown_text(text) for text in line)} |" for line in lines]
    return "\n".join([head, f"|{' --- |' * len(titles)}", *body])


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"


def _code(text: str) -> str:
    """Text as inline code; the marks around it are longer than any run of them inside."""
    line = " ".join(printable(text).splitlines())
    mark = _longer_than_runs(line, 1)
    blank = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{mark}{blank}{line}{blank}{mark}"


def _fenced(text: str) -> str:
    fence = _longer_than_runs(text, 3)
    return f"{fence}text\n{printable(text)}\n{fence}"


def _longer_than_runs(text: str, least: int) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)


_ACTIVE = re.compile(r"[\\`*_<>\[\]!&]")


class SafeMarkdown(MarkdownRenderer):
    """Markdown again, without HTML, pictures and addresses that a reader should not follow; headings from the third level."""

    def heading(self, token: dict, state: BlockState) -> str:
        token["attrs"]["level"] = max(3, token["attrs"]["level"])
        return super().heading(token, state)

    def image(self, token: dict, state: BlockState) -> str:
        return self.render_children(token, state)

    def link(self, token: dict, state: BlockState) -> str:
        address, text = token["attrs"]["url"], self.render_children(token, state)
        if not SAFE_ADDRESS.match(address) or address.startswith("#"):
            return text
        return f"[{text}](<{address.replace('<', '%3C').replace('>', '%3E')}>)"

    def text(self, token: dict, state: BlockState) -> str:
        return _ACTIVE.sub(r"\\\g<0>", token["raw"])

    def inline_html(self, token: dict, state: BlockState) -> str:
        return markdown_text(token["raw"])

    def block_html(self, token: dict, state: BlockState) -> str:
        return "\n".join(map(markdown_text, token["raw"].splitlines())) + "\n\n"

    def render_referrences(self, state: BlockState) -> Iterator[str]:
        """None: links keep their addresses, and one that is not safe must not come back here."""
        return iter(())


# Without the plugin for tables: their lines are then texts, which stay as they are.
_render = mistune.create_markdown(renderer=SafeMarkdown())


def prose_markdown(markdown: str) -> str:
    """The Markdown of a notebook's cell, safe to stand in a wiki."""
    return _render(printable(markdown)).strip()
