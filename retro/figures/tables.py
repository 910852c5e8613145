"""A result as a plain table: what JupyterLab, a terminal or a code forge shows where the page has its own table."""

from html import escape
from typing import TYPE_CHECKING

from retro.figures.wording import counted, said_text, said_title

if TYPE_CHECKING:
    from retro.queries import Result

MOST_ROWS = 12
MOST_LETTERS = 70


def html_table(result: "Result", title: str, columns: tuple[str, ...]) -> str:
    """The first rows under their title, every text escaped."""
    rows = result.rows()[:MOST_ROWS]
    head = "".join(f"<th>{escape(said_title(name))}</th>" for name in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in texts)}</tr>" for texts in _texts(rows, columns)
    )
    more = f"<p>{escape(_more(result))}</p>" if result.row_count > MOST_ROWS else ""
    return f"<p><b>{escape(title)}</b></p><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def plain_table(result: "Result", title: str, columns: tuple[str, ...]) -> str:
    """The first rows under their title, columns set apart by two spaces."""
    rows = result.rows()[:MOST_ROWS]
    lines = [[said_title(name) for name in columns], *_texts(rows, columns)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    table = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([title, *table, *([_more(result)] if result.row_count > MOST_ROWS else [])])


def _texts(rows: list[dict], columns: tuple[str, ...]) -> list[list[str]]:
    return [[_shortened(said_text(name, row[name])) for name in columns] for row in rows]


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"


def _more(result: "Result") -> str:
    return f"and {counted(result.row_count - MOST_ROWS, 'row')} more"
