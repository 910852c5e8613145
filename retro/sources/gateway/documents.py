"""JSON of a log: one value a line, or values spread over lines (an array, or pretty-printed), as (line, value).

Numbers stay the text that the log has, so that money never passes through a float; NaN and Infinity become text too, for
the field's own check to refuse. An object that names a key twice is refused: which one holds nobody can tell.
"""

import json
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from retro.sources.accounts import Account
from retro.sources.gateway.streams import (
    BROKEN,
    LONGEST_LINE_BYTES,
    ReadLine,
    TooLong,
    numbered_lines,
    open_lines,
)

_LONGEST_VALUE = 64 << 20  # of a value that is spread over lines
_CHUNK_BYTES = 1 << 20
_OPENING = (b"{", b"[")
_GAP = re.compile(r"[\s,\[\]\ufeff]*")


class _TwiceError(ValueError):
    """An object has a key twice."""


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError
    return found


_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_unique)


_SCAN = _DECODER.scan_once
_INNER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


def parse(text: str) -> object:
    """One JSON value, its numbers as text. ValueError or RecursionError when it is none."""
    try:
        value, end = _SCAN(text, 0)  # past the decoder's own looks for blanks, a sixth of its time
    except StopIteration:
        return _DECODER.decode(text)
    rest = text[end:]
    return _DECODER.decode(text) if rest and not rest.isspace() else value


def parse_inner(text: str) -> object:
    """A value that a machine wrote into a field as text: no key stands in it twice."""
    return _INNER.decode(text)


def json_values(path: Path, account: Account) -> Iterator[tuple[int, object]]:
    """Every value of the file with the line where it begins; the elements of arrays come one by one."""
    with open_lines(path) as read_line:
        is_spread = _is_spread(read_line)
    with open_lines(path) as read_line:
        yield from _spread_values(read_line, account) if is_spread else _line_values(read_line, account)


def _is_spread(read_line: ReadLine) -> bool:
    """Whether the first value goes over the end of its line: a first line that is just broken starts none."""
    first = b""
    try:
        while first.isspace() or not first:
            if not (first := read_line(LONGEST_LINE_BYTES)):
                return False
    except BROKEN:
        return False
    try:
        parse(_text(first))
    except (ValueError, RecursionError):
        return first.lstrip()[:1] in (b"{", b"[") and _begins_with_a_value(read_line, first)
    return False


def _begins_with_a_value(read_line: ReadLine, head: bytes) -> bool:
    trial = Account()
    return next(_spread_values(read_line, trial, head), None) is not None and not trial.reasons


def _line_values(read_line: ReadLine, account: Account) -> Iterator[tuple[int, object]]:
    number = tried = 0
    lines = _Lines(numbered_lines(read_line))
    try:
        for number, line in lines:
            try:
                value = parse(line.decode())
            except (ValueError, RecursionError) as error:
                if line.isspace():
                    continue
                if number <= tried or line.strip() not in _OPENING or not (block := _block(line, lines)):
                    _refuse(account, _reason(line, error), number)
                    continue
                try:
                    value = parse(b"".join((line, *(one for _, one in block))).decode())
                except (ValueError, RecursionError):
                    _refuse(account, _reason(line, error), number)
                    lines.returned.extendleft(reversed(block))
                    tried = block[-1][0] - 1
                    continue
            if type(value) is list:
                yield from ((number, item) for item in value)
            else:
                yield number, value
    except BROKEN as error:
        breaks_off(account, error, number)


class _Lines:
    """Numbered lines, those first that were returned."""

    def __init__(self, lines: Iterator[tuple[int, bytes]]) -> None:
        self._lines, self.returned = lines, deque()

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> tuple[int, bytes]:
        return self.returned.popleft() if self.returned else next(self._lines)


def _block(opening: bytes, lines: Iterator[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """The lines behind a bracket on a line of its own that are indented deeper, as in a pretty-printed value, and the next."""
    indent = len(opening) - len(opening.lstrip())
    block, size = [], 0
    for number, line in lines:
        block.append((number, line))
        size += len(line)
        if size > _LONGEST_VALUE or not line[indent : indent + 1].isspace():
            break
    return block


def breaks_off(account: Account, error: BaseException, number: int) -> None:
    """Counts what is lost because the file cannot be read on after line `number`."""
    why = getattr(error, "strerror", None) or type(error).__name__
    _refuse(account, f"the file breaks off ({why}); the rest of it", number + 1)


def _refuse(account: Account, reason: str, number: int) -> None:
    account.read += 1
    account.miss(reason, f"line {number}")


def _reason(line: bytes, error: Exception) -> str:
    if isinstance(line, TooLong):
        return f"a line of {line.size_bytes >> 20:,} MB, longer than {LONGEST_LINE_BYTES >> 20} MB"
    if isinstance(error, _TwiceError):
        return "a key given twice in one object"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    if b"\0" in line:
        return "not JSON (NUL bytes)"
    return "not JSON" if line.endswith(b"\n") else "a half line at the end"


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace")


def _spread_values(read_line: ReadLine, account: Account, head: bytes = b"") -> Iterator[tuple[int, object]]:
    """Values one after another, whatever stands between them; after one that cannot be read, from the next line's `{` on."""
    buffer, place, line, is_whole = _text(head), 0, 1, False
    while True:
        start = _GAP.match(buffer, place).end()
        line, place = line + buffer.count("\n", place, start), start
        try:
            value, end = _DECODER.raw_decode(buffer, place)
        except (ValueError, RecursionError) as error:
            is_long = len(buffer) - place >= _LONGEST_VALUE
            if not is_whole and (is_long or _may_go_on(error, buffer)):
                try:
                    buffer, is_whole, lost = (_beyond if is_long else _longer)(buffer[place:], read_line)
                except BROKEN as broken:
                    breaks_off(account, broken, line)
                    return
                if lost:
                    _refuse(account, f"a value of {lost >> 20:,} MB, longer than {_LONGEST_VALUE >> 20} MB", line)
                place = 0
                continue
            if place == len(buffer):
                return
            _refuse(account, "a value over several lines that is not JSON", line)
            end = buffer.find("\n{", place) + 1 or len(buffer)
        else:
            yield line, value
        line, place = line + buffer.count("\n", place, end), end


def _may_go_on(error: Exception, buffer: str) -> bool:
    """Whether more text could mend it: the parser stopped at the end, or in a string that it found no end of."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.msg.startswith("Unterminated string") or error.pos >= len(buffer) - 8


def _longer(buffer: str, read_line: ReadLine) -> tuple[str, bool, int]:
    """The buffer with another piece of the file, whether that was the last, and how many bytes are lost: none."""
    pieces, size = [buffer], 0
    while size < _CHUNK_BYTES:
        if not (line := read_line(LONGEST_LINE_BYTES)):
            return "".join(pieces), True, 0
        pieces.append(_text(line))
        size += len(line)
    return "".join(pieces), False, 0


def _beyond(buffer: str, read_line: ReadLine) -> tuple[str, bool, int]:
    """What begins behind a value that is too long, with the next line that begins with `{`; the rest as in `_longer`."""
    end = buffer.find("\n{")
    if end >= 0:
        return buffer[end + 1 :], False, end
    lost, is_begin = len(buffer), buffer.endswith("\n")
    while line := read_line(LONGEST_LINE_BYTES):
        if is_begin and line.startswith(b"{"):
            return _text(line), False, lost
        lost, is_begin = lost + len(line), line.endswith(b"\n")
    return "", True, lost
