"""What moved on a page since it was last built, as a block of the page and as a sentence."""

from retro.figures.wording import column_title, counted, list_text, moment_text, value_text
from retro.number_changes import Changes
from retro.page.parts import Page, Section

KNOWING, KNOWING_ANCHOR = "How we know", "what-moved"
MOST_MOVES = 30
ROW_MARK = " \u00b7 "


def tell_changes(page: Page, found: Changes) -> None:
    """Puts what moved under "How we know", or at the end of a page without that section."""
    place = next((section for section in page.sections if section.title == KNOWING), None)
    if place is None:
        place = Section(KNOWING, KNOWING_ANCHOR)
        page.sections.append(place)
    place.blocks.append(changes_block(page, found))


def changes_block(page: Page, found: Changes) -> dict:
    """What moved since the page was last built, as a block of the page: a sentence, and a line per number."""
    titles = {block["anchor"]: block["title"] for block in reversed(page.figures)}
    zone = page.head.get("timezone", "UTC")
    lines = [
        {
            "anchor": move.anchor,
            "title": titles.get(move.anchor, move.query),
            "row": ROW_MARK.join(value_text(name, value, zone) for name, value in move.row.items()),
            "column": column_title(move.column),
            "before": value_text(move.column, move.before, zone),
            "after": value_text(move.column, move.after, zone),
            "reasons": list_text(list(move.reasons)),
        }
        for move in found.moves[:MOST_MOVES]
    ]
    left_out = len(found.moves) - len(lines)
    return {"kind": "changes", "said": changes_text(found, zone), "moves": lines, "left_out": left_out}


def changes_text(found: Changes, timezone: str) -> str:
    """What moved, in a sentence: "Since the build of Fri 20 March 2026, 19:02 CET, 3 numbers moved (new data)."."""
    since = moment_text(found.since, timezone)
    if found.is_empty:
        return f"No number moved since the build of {since}."
    count = len(found.moves)
    parts = [
        f"{counted(count, 'number')} moved ({list_text(list(found.reasons))})" if count else "",
        f"{counted(found.new_row_count, 'row')} came" if found.new_row_count else "",
        f"{counted(found.gone_row_count, 'row')} went" if found.gone_row_count else "",
    ]
    return f"Since the build of {since}, {list_text([part for part in parts if part])}."
