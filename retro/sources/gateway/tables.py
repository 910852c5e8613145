"""CSV, TSV and Parquet of a log as (line, row); a row maps column names to text, as JSON values do."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from retro.sources.accounts import Account
from retro.sources.gateway.documents import breaks_off
from retro.sources.gateway.streams import BROKEN, LONGEST_LINE_BYTES, ReadLine, numbered_lines, open_lines, open_log

_ROWS_AT_ONCE = 20_000
_NO_VALUE = ("", "null", "NULL", "\\N")


def csv_rows(path: Path, account: Account) -> Iterator[tuple[int, dict[str, str | None]]]:
    """Rows below a header; the delimiter is the header's: comma, semicolon or tab. A row of another length is refused."""
    with open_lines(path) as read_line:
        lines = _Lines(read_line)
        rows = csv.reader(lines, delimiter=lines.delimiter(), strict=True)
        header = next(rows, [])
        while True:
            start = rows.line_num + 1
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                account.read += 1
                account.miss(f"not CSV ({error})", f"line {start}")
                continue
            except BROKEN as error:
                breaks_off(account, error, rows.line_num)
                return
            if len(row) == len(header):
                yield start, {name: None if text in _NO_VALUE else text for name, text in zip(header, row, strict=True)}
            elif row:
                account.read += 1
                account.miss("another number of columns than the header", f"line {start}")


class _Lines:
    """Text lines of a stream, the first one looked at before."""

    def __init__(self, read_line: ReadLine) -> None:
        csv.field_size_limit(LONGEST_LINE_BYTES)
        self._lines = (line.decode("utf-8", "replace") for _, line in numbered_lines(read_line))
        self._first = next(self._lines, "")

    def delimiter(self) -> str:
        return max(",;\t", key=self._first.count)

    def __iter__(self) -> Iterator[str]:
        yield self._first
        yield from self._lines


def parquet_rows(path: Path, account: Account) -> Iterator[tuple[int, dict[str, object]]]:
    """Rows with their numbers from 1; nested columns as dicts and lists, a float as the shortest text that means it."""
    import pyarrow  # takes 0.2 s to import
    from pyarrow import parquet

    number = 0
    try:
        with open_log(path) as stream, parquet.ParquetFile(stream) as file:
            for batch in file.iter_batches(_ROWS_AT_ONCE):
                for row in batch.to_pylist():
                    number += 1
                    yield number, {name: _plain(value) for name, value in row.items()}
    except pyarrow.ArrowException as error:
        account.read += 1
        account.miss(f"not Parquet ({str(error).partition(chr(10))[0][:80]})", f"row {number + 1}")


def _plain(value: object) -> object:
    """What JSON would have had: numbers and times as text; a time without a zone stays without one."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat(" ")
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int | Decimal):
        return str(value)
    return json.loads(json.dumps(value, default=str), parse_float=str, parse_int=str)
