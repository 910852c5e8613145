"""An executed notebook as the parts of a page: head, sections, and in them prose, figures, tiles and sentences.

Reads the outputs that figures.py writes (metadata "retro"); any other output becomes plain text or a picture. What
comes out is plain data for the template, which escapes it; only a prose block holds HTML, made by prose.py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from retro.figures import anchor_of
from retro.figures.wording import judged_text, number_text, share_text
from retro.page.charts import page_chart
from retro.page.prose import prose_html, split_sections
from retro.page.tables import page_table, shown_table

# Cells with this tag speak to whoever runs the notebook by hand; the page leaves them out.
NOTEBOOK_ONLY = "notebook-only"
# The figure of a cell tagged `half` takes half of the width where there is room; two in a row stand side by side. One that
# is tagged `double` as well has two below one another beside it.
HALF, DOUBLE = "half", "double"
PICTURES = ("image/png", "image/jpeg", "image/gif")
MOST_LETTERS = 20_000
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
EVIDENCE_WORDS = {
    "verified": "recounted from source records",
    "inferred": "found by a rule or heuristic, which can be wrong",
    "human": "told in the team's notes",
}
WEAKER = tuple(EVIDENCE_WORDS)  # each class is weaker than the one before
SPARK_HEIGHT, SPARK_STEP = 22, 7


@dataclass
class Section:
    """A part of the page under a heading; the first one, before any heading, has no title."""

    title: str = ""
    anchor: str = ""
    blocks: list[dict] = field(default_factory=list)


@dataclass
class Page:
    """What the template draws. `head` is empty for a notebook that shows no page head."""

    head: dict
    sections: list[Section]

    @property
    def blocks(self) -> list[dict]:
        """Every block, in the order of the page."""
        return [block for section in self.sections for block in section.blocks]

    @property
    def figures(self) -> list[dict]:
        """The blocks that show a result; of tiles over several results each of these."""
        return [part for block in self.blocks for part in (block, *block.get("sources", [])) if "sql" in part]


def read_page(notebook: dict) -> Page:
    """The parts of an executed notebook (format 4), each anchor on it once."""
    head: dict = {}
    sections = [Section()]
    for cell in notebook["cells"]:
        tags = cell["metadata"].get("tags", [])
        if NOTEBOOK_ONLY in tags:
            continue
        if cell["cell_type"] == "markdown":
            _add_prose(sections, cell["source"])
        for output in cell.get("outputs", []):
            details = output.get("metadata", {}).get("retro")
            if details and details["kind"] == "head":
                head = dict(details)
            else:
                sections[-1].blocks += [
                    {**block, "look": _look(tags)} for block in _blocks(cell["source"], output, details)
                ]
    page = Page(head, [section for section in sections if section.title or section.blocks])
    _name_anchors(page)
    _complete(page, head.get("timezone", "UTC"), repeated={"repo"} if head.get("repo_count") == 1 else set())
    return page


def _look(tags: list[str]) -> str:
    """Classes of the style sheet for what a cell shows."""
    return " ".join(tag for tag in (HALF, DOUBLE) if tag in tags)


def _add_prose(sections: list[Section], markdown: str) -> None:
    for heading, text in split_sections(markdown):
        if heading is not None:
            sections.append(Section(heading))
        if text:
            sections[-1].blocks.append({"kind": "prose", "markdown": text, "html": prose_html(text)})


def _blocks(source: str, output: dict, details: dict | None) -> Iterator[dict]:
    """The block of one output; errors on stderr and empty outputs have none."""
    if details:
        yield {**details, "cell": source, "chart": page_chart(output)}
    elif output["output_type"] == "stream":
        if output["name"] == "stdout":
            yield _text_block(output["text"])
    elif picture := next((kind for kind in PICTURES if kind in output.get("data", {})), None):
        encoded = "".join(output["data"][picture].split())
        yield {
            "kind": "picture",
            "address": f"data:{picture};base64,{encoded}",
            "text": output["data"].get("text/plain", ""),
        }
    elif "text/plain" in output.get("data", {}):
        yield _text_block(output["data"]["text/plain"])


def _text_block(text: str) -> dict:
    clean = _ESCAPES.sub("", text)
    cut = len(clean) - MOST_LETTERS
    more = f"\n… and {number_text(cut)} letters more in the notebook" if cut > 0 else ""
    return {"kind": "text", "text": clean[:MOST_LETTERS] + more}


def _name_anchors(page: Page) -> None:
    """Gives sections and figures anchors that are all different; figures come first, since links to them last."""
    taken: set[str] = {"top"}
    together = [block for block in page.blocks if block.get("sources")]
    for block in [*page.figures, *together]:
        block["anchor"] = _free_anchor(block["anchor"], taken)
    for section in page.sections:
        section.anchor = _free_anchor(anchor_of(section.title) or "start", taken)


def _free_anchor(wanted: str, taken: set[str]) -> str:
    number, anchor = 1, wanted
    while anchor in taken:
        number += 1
        anchor = f"{wanted}-{number}"
    taken.add(anchor)
    return anchor


def _complete(page: Page, timezone: str, repeated: set[str]) -> None:
    """Adds what the template shows; `repeated` names columns that a table leaves out when all its rows say the same."""
    anchors = {block["anchor"] for block in page.figures}
    for block in page.figures:
        block["table"] = page_table(block, timezone)
        block["shown_table"] = shown_table(block["table"], block.get("shown", []), repeated)
        block["badge"] = _badge(block)
        block["coverage_text"] = _coverage_text(block["coverage"])
    for block in page.blocks:
        if sources := block.get("sources"):
            block["badge"] = _badge_of_all(sources)
        for tile in block.get("tiles", []):
            tile["bars"] = _spark_bars(tile["values"])
            tile["anchor"] = block["sources"][tile["source"]]["anchor"] if "source" in tile else None
        for sentence in block.get("sentences", []):
            sentence["is_linked"] = sentence["anchor"] in anchors


def _badge_of_all(sources: list[dict]) -> dict:
    """The badge of the weakest; its meaning says how each of the results is known."""
    weakest = max(sources, key=lambda source: WEAKER.index(source["evidence"]))
    told = "; ".join(f"{source['query']}: {source['evidence']}" for source in sources)
    return {"evidence": weakest["evidence"], "meaning": f"{weakest['badge']['meaning']} ({told})"}


def _badge(block: dict) -> dict:
    """The evidence class with its meaning, and the share of each class where the rows differ."""
    shares = block["evidence_shares"]
    parts = [f"{share_text(share)} {name}" for name, share in sorted(shares.items(), key=lambda item: -item[1])]
    mixed = f" ({', '.join(parts)})" if len(shares) > 1 else ""
    return {"evidence": block["evidence"], "meaning": f"{EVIDENCE_WORDS.get(block['evidence'], '')}{mixed}"}


def _coverage_text(coverage: dict | None) -> str:
    if not coverage or not coverage["total_count"]:
        return ""
    judged, total = coverage["judged_count"], coverage["total_count"]
    told = judged_text(coverage["subject"], judged, total)
    known = f"{told[0].upper()}{told[1:]} ({share_text(judged / total)})"
    return f"{known}." if judged == total else f"{known}; the others are {coverage['unknown']}."


def _spark_bars(values: list) -> list[dict]:
    """One bar per sprint, from zero; unknown values leave a gap."""
    most = max((value for value in values if value), default=0)
    heights = [round(SPARK_HEIGHT * (value or 0) / most, 1) if most else 0 for value in values]
    return [
        {"x": index * SPARK_STEP, "y": SPARK_HEIGHT - height, "height": height} for index, height in enumerate(heights)
    ]
