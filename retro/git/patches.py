"""Lines that were replaced one by one, in pairs of contents, by `git diff-tree -p -U0` (retro.git.blob_pairs).

A hunk counts that has as many new lines as deleted ones, which are paired in their order. Without context git may pair other
lines than those that `--numstat` counts; here they are only read for what was put in place of what.
"""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from retro.git.blob_pairs import BlobPair, compared

Kept = TypeVar("Kept", bound=Hashable)
Pair = tuple[bytes, bytes]  # the line before and the line in its place

_EVEN = re.compile(rb"\d+((?:,\d+)?) \+\d+\1 @@")
_MOST_HELD = 8 << 20
_MOST_LINES, _LONGEST_LINE = 400, 2_000


def replaced_lines(
    git_dir: Path, pairs: Sequence[BlobPair], keep: Callable[[Pair], Kept | None]
) -> dict[BlobPair, Counter[Kept]]:
    """What `keep` makes of the replaced lines of each of some different pairs, and how often; None is dropped.

    Pairs that are equal or cannot be read are left out.
    """

    def read(pieces: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, Counter[Kept]]]:
        readers: dict[int, _Reader] = {}
        for position, piece in pieces:
            if position not in readers:
                readers[position] = _Reader(keep)
            yield from readers[position].take(piece)
        for reader in readers.values():
            yield from reader.end()

    return compared(git_dir, pairs, 0, read)


class _Reader:
    """Takes patches piece by piece and gives the files that have ended, by number."""

    def __init__(self, keep: Callable[[Pair], Kept | None]) -> None:
        self._keep = keep
        self._held = bytearray(b"\n")
        self._number: int | None = None
        self._found: Counter[Kept] = Counter()

    def take(self, piece: bytes) -> Iterator[tuple[int, Counter[Kept]]]:
        """Files that are known to be whole, since the next one has begun."""
        self._held += piece
        yield from self._read(_take_whole(self._held))

    def end(self) -> Iterator[tuple[int, Counter[Kept]]]:
        """What is left when git has come to its end."""
        yield from self._read(bytes(self._held))
        if self._number is not None:
            yield self._number, self._found

    def _read(self, text: bytes) -> Iterator[tuple[int, Counter[Kept]]]:
        before, *files = text.split(b"\ndiff --git ")
        self._read_hunks(before)
        for file in files:
            if self._number is not None:
                yield self._number, self._found
            self._number, self._found = int(file[2:10]), Counter()
            self._read_hunks(file)

    def _read_hunks(self, text: bytes) -> None:
        for hunk in text.split(b"\n@@ -")[1:]:
            if _EVEN.match(hunk):
                self._found.update(kept for pair in _pairs(hunk) if (kept := self._keep(pair)) is not None)


def _take_whole(held: bytearray) -> bytes:
    """What is whole of `held`, taken from its front; of a hunk that grows too long the middle is dropped."""
    end = max(held.rfind(b"\ndiff --git "), held.rfind(b"\n@@ -"))
    if end <= 0 and len(held) > _MOST_HELD:
        end = held.rfind(b"\n")
        if end <= 0:  # one line without an end: it is too long to count, however it goes on
            del held[2 * _LONGEST_LINE :]
    whole = bytes(held[: max(end, 0)])
    del held[: max(end, 0)]
    return whole


def _pairs(hunk: bytes) -> list[Pair]:
    """Lines of an even hunk, old and new; none of one that is long, or not whole."""
    _, *lines = hunk.split(b"\n", 2 * _MOST_LINES + 4)
    old = [line[1:] for line in lines if line[:1] == b"-" and len(line) <= _LONGEST_LINE]
    new = [line[1:] for line in lines if line[:1] == b"+" and len(line) <= _LONGEST_LINE]
    return list(zip(old, new, strict=True)) if len(old) == len(new) <= _MOST_LINES else []
