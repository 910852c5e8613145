"""Rows as text or files: table, csv, json, parquet, md. Nothing in a cell can act on the program that shows it."""

import json
import math
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import polars as pl

FORMATS = ("table", "csv", "json", "parquet", "md")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t")  # CR and NUL are spelled out


def printable(text: str) -> str:
    """`text` with control, direction and invisible characters spelled out, so that a terminal only prints it."""
    if text.isprintable():
        return text
    return "".join(_spelled(character) for character in text)


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


def _markdown_cell(value: object) -> str:
    text = cell_text(value).replace("\n", " ")
    return "".join(f"\\{character}" if character in "\\`*_{}[]<>()#+!|~$&" else character for character in text)
