"""Bytes of a log, whatever it is packed in, as lines of UTF-8 with their numbers.

Gzip and zstd are known by their first bytes, UTF-16 by its mark or by the zeros beside its first character.
"""

import codecs
import gzip
import io
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_LINE_BYTES = 16 << 20
BROKEN = (OSError, EOFError, zlib.error, UnicodeError)
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_READ_AT_ONCE = 1 << 20
ReadLine = Callable[[int], bytes]


class _Unzipped(io.RawIOBase):
    """Gzip piece by piece, so that what comes before a break is not lost with it."""

    def __init__(self, packed: gzip.GzipFile) -> None:
        self._packed = packed

    def readable(self) -> bool:
        return True

    def readinto(self, room: memoryview) -> int:
        piece = self._packed.read1(len(room))
        room[: len(piece)] = piece
        return len(piece)


class TooLong(bytes):
    """Stands for a line beyond the limit, of which nothing is kept but its size: a line that is there is never empty."""

    size_bytes: int


@contextmanager
def open_log(path: Path) -> Iterator[io.BufferedIOBase]:
    """The unpacked bytes. OSError when it cannot be read, or is a pipe or a device, which could wait for ever."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb", buffering=_READ_AT_ONCE) as packed:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "no regular file")
        yield _unpacked(packed)


def _unpacked(packed: io.BufferedReader) -> io.BufferedIOBase:
    head = packed.peek(4)[:4]
    if head.startswith(_GZIP):
        return io.BufferedReader(_Unzipped(gzip.GzipFile(fileobj=packed)), _READ_AT_ONCE)
    if head.startswith(_ZSTD):
        import pyarrow  # takes 0.2 s to import

        return io.BufferedReader(pyarrow.CompressedInputStream(pyarrow.PythonFile(packed), "zstd"), _READ_AT_ONCE)
    return packed


@contextmanager
def open_lines(path: Path) -> Iterator[ReadLine]:
    """Reads a line of at most so many bytes (characters for UTF-16), as UTF-8 without a byte order mark."""
    with open_log(path) as stream:
        head = _head(stream)
        if encoding := _wide_encoding(head):
            text = io.TextIOWrapper(stream, encoding, errors="replace", newline="\n")
            try:
                yield lambda limit: text.readline(limit).encode("utf-8", "replace")
            finally:
                text.detach()
            return
        if head.startswith(codecs.BOM_UTF8):
            stream.read(len(codecs.BOM_UTF8))
        yield stream.readline


def _head(stream: io.BufferedReader) -> bytes:
    try:
        return stream.peek(4)[:4]
    except BROKEN:  # told by whoever reads on
        return b""


def _wide_encoding(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(head) == 4 and head[1] == head[3] == 0 and head[0] and head[2]:
        return "utf-16-le"
    return "utf-16-be" if len(head) == 4 and head[0] == head[2] == 0 and head[1] and head[3] else None


def numbered_lines(read_line: ReadLine) -> Iterator[tuple[int, bytes]]:
    """Each line with its number from 1, its end included; `TooLong` for one that is."""
    number = 0
    while line := read_line(LONGEST_LINE_BYTES):
        number += 1
        if len(line) >= LONGEST_LINE_BYTES and not line.endswith(b"\n"):
            line = _too_long(len(line), read_line)
        yield number, line


def _too_long(size: int, read_line: ReadLine) -> TooLong:
    """Reads on to the end of a line of which so many bytes were read."""
    line = TooLong()
    while rest := read_line(LONGEST_LINE_BYTES):
        size += len(rest)
        if rest.endswith(b"\n"):
            break
    line.size_bytes = size
    return line
