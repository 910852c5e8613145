"""Rows as text or files: table, csv, json, parquet, md. Nothing in a cell can act on the program that shows it."""

import json
import math
import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import polars as pl

FORMATS = ("table", "csv", "json", "parquet", "md")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
# Control characters but for TAB and newline, line separators, and those that set the direction of writing.
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_MARKDOWN = "\\`*_{}[]<>#!|~$&"
_STARTS = re.compile(r"^(\s*\d*)([-+=.)])")  # what would begin a list or underline a heading
NO_WIDTH = "&#8203;"
_CALLS = re.compile(r"(?<=[@#!])(?=\w)")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t")  # CR and NUL are spelled out


def printable(text: str) -> str:
    """`text` with control, direction and invisible characters spelled out, so that a terminal only prints it."""
    if text.isprintable():
        return text
    return "".join(_spelled(character) for character in text)


def visible_text(text: str) -> str:
    """`text` for a browser: what acts or turns a line round is spelled out (`\\u202e`), emoji stay whole."""
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def cell_text(value: object) -> str:
    """A value as a person reads it: nothing for NULL, times in UTC to the second, lists joined by `; `."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S") + (" UTC" if value.tzinfo else "")
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list):
        return "; ".join(cell_text(item) for item in value)
    return printable(str(value))


def write(frame: "pl.DataFrame", kind: str, out: BinaryIO) -> None:
    """Writes the rows to `out` as csv, json, parquet or md; csv cells that a spreadsheet would run get a leading `'`.

    In csv and md invisible characters are spelled out as on the screen; json escapes them, so that none is lost.
    """
    if kind == "parquet":
        frame.write_parquet(out)
    elif kind == "json":
        out.write(_json(frame).encode() + b"\n")
    elif kind == "csv":
        import polars as pl

        flat = pl.DataFrame({name: [_csv_cell(value) for value in frame[name].to_list()] for name in frame.columns})
        flat.write_csv(out)
    else:
        out.write(_markdown(frame).encode())


def markdown_text(text: str) -> str:
    """`text` on one line as Markdown that shows exactly it: no markup, no HTML, invisible characters spelled out.

    A blank of no width keeps `@name` and `#12` from calling people and closing issues where a code forge shows it.
    """
    line = " ".join(printable(text).splitlines())
    escaped = "".join(f"\\{letter}" if letter in _MARKDOWN else letter for letter in line)
    return _CALLS.sub(NO_WIDTH, _STARTS.sub(r"\1\\\2", escaped))


def html_rows(frame: "pl.DataFrame", most_rows: int = 20, most_letters: int = 120) -> str:
    """The first rows as an HTML table for a notebook, every text escaped, long ones cut; below it how many there are."""
    head = "".join(f"<th>{escape(visible_text(name))}</th>" for name in frame.columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{_html_cell(value, most_letters)}</td>' for value in row)}</tr>"
        for row in frame.head(most_rows).iter_rows()
    )
    more = f"<p>first {most_rows} of {frame.height:,} rows</p>" if frame.height > most_rows else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def json_value(value: object) -> object:
    """`value` as JSON has it: dates and times in ISO 8601, money as text so that no digit is lost, NaN as null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, date):  # datetime is one
        return value.isoformat()
    if isinstance(value, list):
        return [json_value(item) for item in value]
    if isinstance(value, dict):
        return {str(key): json_value(item) for key, item in value.items()}
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _spelled(character: str) -> str:
    if character in "\n\t" or unicodedata.category(character) not in _INVISIBLE:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def _json(frame: "pl.DataFrame") -> str:
    """The rows as JSON; escapes what json leaves raw although a terminal acts on it."""
    rows = [{name: json_value(value) for name, value in row.items()} for row in frame.iter_rows(named=True)]
    text = json.dumps(rows, ensure_ascii=False, indent=2)
    return "".join(
        character if character == "\n" or character.isprintable() else json.dumps(character)[1:-1] for character in text
    )


def _csv_cell(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, (int, float)):
        return str(value)
    text = cell_text(value) if isinstance(value, list) else printable(str(value))
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _markdown(frame: "pl.DataFrame") -> str:
    lines = [f"| {' | '.join(frame.columns)} |", f"|{' --- |' * len(frame.columns)}"]
    lines += [f"| {' | '.join(_markdown_cell(value) for value in row)} |" for row in frame.iter_rows()]
    return "\n".join(lines) + "\n"


def _html_cell(value: object, most_letters: int) -> str:
    text = cell_text(value)
    return escape(text if len(text) <= most_letters else f"{text[: most_letters - 1]}…")


def _markdown_cell(value: object) -> str:
    return markdown_text(cell_text(value))
