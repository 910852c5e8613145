"""CSV, TSV and Parquet of a log as (line, row); a row maps column names to text, as JSON values do."""

import csv
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path

from retro.sources.accounts import Account
from retro.sources.gateway.documents import breaks_off
from retro.sources.gateway.streams import BROKEN, LONGEST_LINE_BYTES, ReadLine, numbered_lines, open_lines, open_log

_ROWS_AT_ONCE, _MOST_AGAIN = 20_000, 1_000_000
_NO_VALUE = ("", "null", "NULL", "\\N")


def csv_rows(path: Path, account: Account) -> Iterator[tuple[int, dict[str, str | None]]]:
    """Rows below a header; the delimiter is the header's: comma, semicolon or tab. A row of another length is refused.

    A row over several lines that cannot be read, as a stray quote makes one, costs its first line: the next ones are tried.
    """
    with open_lines(path) as read_line:
        lines = _Lines(read_line)
        rows = csv.reader(lines, delimiter=lines.delimiter(), strict=True)
        header = _header(rows, lines, account)
        while True:
            start = lines.begin()
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                _refuse(lines, account, f"not CSV ({error})")
                continue
            except BROKEN as error:
                breaks_off(account, error, lines.number)
                return
            if len(row) == len(header):
                yield start, {name: None if text in _NO_VALUE else text for name, text in zip(header, row, strict=True)}
            elif row:
                _refuse(lines, account, "another number of columns than the header")


def _header(rows: Iterator[list[str]], lines: "_Lines", account: Account) -> list[str]:
    """The names of the columns; none where they cannot be read, and then no row fits, and each is counted."""
    try:
        return next(rows, [])
    except csv.Error as error:
        _refuse(lines, account, f"not CSV ({error})")
        return []


def _refuse(lines: "_Lines", account: Account, reason: str) -> None:
    """Counts a row that cannot be used, or all of its lines when too much of the file was read again already."""
    number = lines.first
    count = lines.give_back()
    account.read += count
    account.reasons[reason] += count
    account.places.setdefault(reason, f"line {number}")


class _Lines:
    """Text lines of a stream, which gives back those of a row that was none, but for its first.

    Someone can write a file whose every line begins such a row: so many lines are read again, and no more.
    """

    def __init__(self, read_line: ReadLine) -> None:
        csv.field_size_limit(LONGEST_LINE_BYTES)
        self._lines = (line.decode("utf-8", "replace") for _, line in numbered_lines(read_line))
        self._again: deque[str] = deque(islice(self._lines, 1))
        self._row: list[str] = []
        self._left = _MOST_AGAIN
        self._size = self.number = 0

    def delimiter(self) -> str:
        return max(",;\t", key=self._again[0].count) if self._again else ","

    @property
    def first(self) -> int:
        """Number of the line where the row begins."""
        return self.number - len(self._row) + 1

    def begin(self) -> int:
        """A new row begins: the number of its line."""
        self._row.clear()
        self._size = 0
        return self.number + 1

    def give_back(self) -> int:
        """Takes the row's lines but the first to be read again, and says how many lines are lost."""
        again = self._row[1:] if len(self._row) - 1 <= self._left else []
        self._left -= len(again)
        self.number -= len(again)
        self._again.extendleft(reversed(again))
        return len(self._row) - len(again)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self._row.append(line)
        self.number += 1
        self._size += len(line)
        if not line or self._size > LONGEST_LINE_BYTES:  # a line that is too long comes as an empty one
            raise csv.Error("a row longer than 16 MB")
        return line


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
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        is_map = bool(value) and all(type(one) is tuple for one in value)  # pairs are what PyArrow makes of a map
        return {str(key): _plain(inner) for key, inner in value} if is_map else [_plain(one) for one in value]
    return str(value)
