"""The rows of a figure as a table for readers: texts, an order for sorting, and which columns are numbers or code."""

import re
from datetime import date, datetime
from decimal import Decimal

from retro.figures.wording import counted, value_text

# A result shown as a table shows so many rows at once; all that travel stand under "Data".
ROWS_AT_ONCE = 10
SHORT_LETTERS = 24
CODE_COLUMN = re.compile(r"(.*_)?(path|sha|tag_name|digest|branch)")


def page_table(block: dict, timezone: str) -> dict:
    """All columns, all rows that travelled, as cells (`text`; `sort`, an order of its own), and what is left out."""
    columns = block["columns"]
    rows = [
        [_cell(column, value, timezone) for column, value in zip(columns, row, strict=True)] for row in block["rows"]
    ]
    columns = [{**column, "look": _look(column, [row[index] for row in rows])} for index, column in enumerate(columns)]
    left_out = block["left_out_count"]
    more = f"{counted(left_out, 'row')} more in the warehouse: {_command(block)}" if left_out else ""
    return {"columns": columns, "rows": rows, "left_out": more}


def shown_table(table: dict, shown: list[str]) -> dict:
    """The first rows with only the columns that the figure shows."""
    places = [index for name in shown for index, column in enumerate(table["columns"]) if column["name"] == name]
    rows = [[row[index] for index in places] for row in table["rows"][:ROWS_AT_ONCE]]
    return {"columns": [table["columns"][index] for index in places], "rows": rows}


def _look(column: dict, cells: list[dict]) -> str:
    """Classes of the style sheet for a column: what it holds and whether its texts can stay on one line."""
    if column["kind"] == "number":
        return "number"
    if column["kind"] == "moment":
        return "moment"
    width = "short" if max((len(cell["text"]) for cell in cells), default=0) <= SHORT_LETTERS else "long"
    return f"code {width}" if CODE_COLUMN.fullmatch(column["name"]) else width


def _cell(column: dict, value: object, timezone: str) -> dict:
    native = _native(column["kind"], value)
    text = value_text(column["name"], native, timezone)
    return {"text": text, "sort": "" if column["kind"] in ("text", "flag") or value is None else _order(native)}


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


def _command(block: dict) -> str:
    options = "".join(f" --{name} {value}" for name, value in block["parameters"].items())
    return f"retro query {block['query']}{options}"
