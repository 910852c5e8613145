"""The rows of a figure as a table for readers: texts, an order for sorting, and which columns are numbers or code."""

import re
import shlex
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from retro.figures.wording import MINUS, duration_of, said_title, value_text

# A result shown as a table shows so many rows at once; all that travel stand under "Data".
ROWS_AT_ONCE = 10
SHORT_LETTERS = 24
CODE_COLUMN = re.compile(r"(.*_)?(path|sha|tag_name|digest|branch)")


def page_table(block: dict, timezone: str) -> dict:
    """All columns, all rows that travelled, as cells, and the `command` that gives all rows.

    A cell is its `text` and, where that does not read as the number it stands for, its `sort`, an order of its own; a
    length of time has the words in which the figure shows it, `said`.
    """
    columns = block["columns"]
    rows = [
        [_cell(column, value, timezone) for column, value in zip(columns, row, strict=True)] for row in block["rows"]
    ]
    columns = [{**column, "look": _look(column, [row[index] for row in rows])} for index, column in enumerate(columns)]
    return {"columns": columns, "rows": rows, "command": query_command(block["query"], block["parameters"])}


def shown_table(table: dict, shown: list[str], repeated: Collection[str] = ()) -> dict:
    """The first rows with only the columns that the figure shows, lengths of time in words.

    Of several columns one of the names in `repeated` is left out when it is the same in all rows.
    """
    columns, rows = table["columns"], table["rows"][:ROWS_AT_ONCE]
    places = [index for name in shown for index, column in enumerate(columns) if column["name"] == name]
    telling = [index for index in places if columns[index]["name"] not in repeated or _differs(table["rows"], index)]
    kept = telling or places
    cells = [[_said(row[index]) for index in kept] for row in rows]
    return {
        "columns": [{**columns[index], "title": said_title(columns[index]["name"])} for index in kept],
        "rows": cells,
        "is_exact": not any(cell.get("exact") for row in cells for cell in row),
    }


def _differs(rows: list[list[dict]], index: int) -> bool:
    return len({row[index]["text"] for row in rows}) > 1


def _said(cell: dict) -> dict:
    """The cell as a figure shows it; `exact` where that leaves something out."""
    if not cell["said"]:
        return cell
    return {**cell, "text": cell["said"], "exact": cell["text"], "sort": cell["sort"] or _plain(cell["text"])}


def _look(column: dict, cells: list[dict]) -> str:
    """Classes of the style sheet for a column: what it holds, and `long` when its texts can't stay on one line."""
    if column["kind"] == "number":
        return "number"
    if column["kind"] == "moment":
        return "moment"
    is_long = max((len(cell["text"]) for cell in cells), default=0) > SHORT_LETTERS
    looks = {"code": CODE_COLUMN.fullmatch(column["name"]), "long": is_long}
    return " ".join(look for look, is_so in looks.items() if is_so)


def _cell(column: dict, value: object, timezone: str) -> dict:
    native = _native(column["kind"], value)
    text = value_text(column["name"], native, timezone)
    order = "" if column["kind"] in ("text", "flag") or value is None else _order(native)
    sort = "" if order == _plain(text) else order
    return {"text": text, "sort": sort, "said": duration_of(column["name"], native)}


def _plain(number: str) -> str:
    return number.replace(",", "").replace(MINUS, "-")


def _native(kind: str, value: object) -> object:
    """The value that the JSON of a figure stands for."""
    if not isinstance(value, str):
        return value
    if kind == "moment":
        return datetime.fromisoformat(value)
    if kind == "day":
        return date.fromisoformat(value)
    return Decimal(value) if kind == "number" else value


def _order(value: object) -> str:
    """A number that sorts as the value does."""
    if isinstance(value, datetime):
        return str(value.timestamp())
    return str(value.toordinal()) if isinstance(value, date) else str(value)


def query_command(query: str, parameters: dict) -> str:
    """The command that writes all rows of the query; values are quoted for a shell."""
    options = "".join(f" --{name} {shlex.quote(str(value))}" for name, value in parameters.items())
    return f"retro query {query}{options} --format csv"
