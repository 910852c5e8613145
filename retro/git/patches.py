"""Lines that commits replaced one by one, by streaming `git log -p -U0` in the room.

A hunk counts that has as many new lines as deleted ones, which are paired in their order. Without context git may pair other
lines than those that `--numstat` counts; here they are only read for what was put in place of what. Renames are not followed, so
that no content beside the changed one is read; a file that was renamed and changed counts as gone and new.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from retro.errors import GitError
from retro.git.losses import Losses
from retro.git.process import Stream, read_together

_LOG = (
    "log", "--no-walk=unsorted", "--stdin", "-p", "-U0", "--no-renames", "--root", "--diff-algorithm=myers",
    "--indent-heuristic", "--diff-merges=off", "-O/dev/null", "--no-relative", "--no-mailmap", "--no-notes", "--no-decorate",
    "--no-ext-diff", "--no-textconv", "--no-color", "--no-show-signature", "--ignore-submodules=all", "--src-prefix=a/",
    "--dst-prefix=b/", "--full-index", "--format=commit %H", "--end-of-options",
)  # fmt: skip
_EVEN = re.compile(rb"\d+((?:,\d+)?) \+\d+\1 @@")
_IDS = re.compile(rb"^index ([0-9a-f]+)\.\.([0-9a-f]+)", re.MULTILINE)
_ESCAPED = re.compile(rb'\\([0-7]{3}|["\\abfnrtv])')
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_MOST_HELD = 8 << 20
_MOST_LINES, _LONGEST_LINE = 400, 2_000
_DIED = 128

Pair = tuple[bytes, bytes]  # the line before and the line in its place


@dataclass
class Patch:
    """A commit's replaced lines by path (bytes that are not UTF-8 as \\xNN); `lost_count`: files without their content."""

    commit_sha: str
    pairs: dict[str, list[Pair]]
    lost_count: int = 0


def replaced_lines(git_dir: Path, shas: Sequence[str]) -> Iterator[Patch]:
    """One Patch for each of `shas`, in their order; merges have no lines.

    Where git stops at a content that is not in the clone it goes on without; such a file has no lines. Raises GitError when it
    stops for another reason.
    """
    losses, done = Losses(git_dir), 0
    try:
        while done < len(shas):
            try:
                for patch in _patches(git_dir, shas[done:], losses.object_ids):
                    yield patch
                    done += 1
            except _StoppedAtObject:
                if not losses.find([shas[done:]]):
                    raise
    finally:
        losses.forget()


class _StoppedAtObject(GitError):
    """git gave up by itself: something of the repository cannot be read."""


def _patches(git_dir: Path, shas: Sequence[str], lost: frozenset[str]) -> Iterator[Patch]:
    """Patches as they come; git passes over a commit that stands twice in `shas`, so each id stands there once."""
    stream = Stream(git_dir, _LOG, "".join(f"{sha}\n" for sha in shas).encode(), replaces=bool(lost))
    reader, held = _Reader({oid.encode() for oid in lost}), bytearray(b"\n")
    try:
        for _, piece in read_together([stream]):
            held += piece
            yield from reader.read(_take_whole(held))
    except GitError as error:
        if stream.is_ended or stream.process.returncode != _DIED:
            raise
        raise _StoppedAtObject(str(error)) from error
    yield from reader.read(bytes(held))
    yield from reader.end()


def _take_whole(held: bytearray) -> bytes:
    """What is whole of `held`, taken from its front; of a hunk that grows too long the middle is dropped."""
    end = max(held.rfind(b"\ndiff --git "), held.rfind(b"\n@@ -"), held.rfind(b"\ncommit "))
    if end <= 0 and len(held) > _MOST_HELD:
        end = held.rfind(b"\n")
        if end <= 0:  # one line without an end: it is too long to count, however it goes on
            del held[2 * _LONGEST_LINE :]
    whole = bytes(held[: max(end, 0)])
    del held[: max(end, 0)]
    return whole


class _Reader:
    """Takes a log piece by piece, each beginning with a line end before a head, and gives the commits that have ended."""

    def __init__(self, lost: set[bytes]) -> None:
        self._lost = lost
        self._patch: Patch | None = None
        self._path: str | None = None  # None: a file whose lines do not count

    def read(self, text: bytes) -> Iterator[Patch]:
        """Commits that are known to be whole, since the next one has begun."""
        for commit in _parts(text, b"\ncommit "):
            if commit.is_first:
                self._read_files(commit.text)
                continue
            if self._patch:
                yield self._patch
            sha, _, rest = commit.text.partition(b"\n")
            self._patch, self._path = Patch(sha.decode("ascii"), {}), None
            self._read_files(b"\n" + rest)

    def end(self) -> Iterator[Patch]:
        """The last commit."""
        if self._patch:
            yield self._patch

    def _read_files(self, text: bytes) -> None:
        for file in _parts(text, b"\ndiff --git "):
            head, *hunks = file.text.split(b"\n@@ -")
            if not file.is_first:
                self._start_file(head)
            if self._path is not None and self._patch:
                for hunk in hunks:
                    if _EVEN.match(hunk):
                        self._patch.pairs.setdefault(self._path, []).extend(_pairs(hunk))

    def _start_file(self, head: bytes) -> None:
        names, _, rest = head.partition(b"\n")
        ids = _IDS.search(rest)
        is_lost = bool(ids and self._lost & set(ids.groups()))
        if is_lost and self._patch:
            self._patch.lost_count += 1
        self._path = None if is_lost else _path(names)


@dataclass(frozen=True)
class _Part:
    text: bytes
    is_first: bool  # what stands before the first mark


def _parts(text: bytes, mark: bytes) -> Iterator[_Part]:
    return (_Part(part, place == 0) for place, part in enumerate(text.split(mark)))


def _pairs(hunk: bytes) -> list[Pair]:
    """Lines of an even hunk, old and new; none of one that is long, or not whole."""
    _, *lines = hunk.split(b"\n", 2 * _MOST_LINES + 4)
    old = [line[1:] for line in lines if line[:1] == b"-" and len(line) <= _LONGEST_LINE]
    new = [line[1:] for line in lines if line[:1] == b"+" and len(line) <= _LONGEST_LINE]
    return list(zip(old, new, strict=True)) if len(old) == len(new) <= _MOST_LINES else []


def _path(names: bytes) -> str:
    """Path of `a/x b/x`, both sides of which are the same."""
    one = names[: (len(names) - 1) // 2]
    if one[:1] == b'"':
        one = _ESCAPED.sub(_unescaped, one[1:-1])
    return one[2:].decode("utf-8", "backslashreplace")


def _unescaped(match: re.Match[bytes]) -> bytes:
    found = match[1]
    return bytes([int(found, 8) & 255]) if found.isdigit() else _LETTERS.get(found, found)
