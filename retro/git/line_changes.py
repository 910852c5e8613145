"""Lines that comparisons remove and add, file by file; what the same content became is read once for all of them.

Like retro.git.diffs, but for callers that compare the same content often: a branch's commits, the branch, the merge of it.
"""

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from retro.git.blob_pairs import BlobPair, compared
from retro.git.diffs import Comparison, raw_records, readable, salvaged

_REMOVED_LINE, _ADDED_LINE = re.compile(rb"\n-([^\n]*)"), re.compile(rb"\n\+([^\n]*)")
_FILE = b"\ndiff --git "
_KEPT_LINES = 400_000  # of earlier comparisons, at least so many; twice as many at most but for the last ones


@dataclass(frozen=True, slots=True)
class FileLines:
    """Lines of one file that a comparison removes and adds, as numbers, and whether the file itself is gone."""

    removed: Sequence[int]
    added: Sequence[int]
    is_deleted: bool


File = tuple[bytes, BlobPair]  # its path, of a deleted file the old one


class LineReader:
    """Reads comparisons in the room at `git_dir` and remembers the last ones; `keep` makes a number of each of some lines."""

    def __init__(self, git_dir: Path, keep: Callable[[Sequence[bytes]], Iterable[int]]) -> None:
        self._git_dir, self._keep = git_dir, keep
        self._known: dict[BlobPair, FileLines] = {}
        self._older: dict[BlobPair, FileLines] = {}
        self._known_lines = 0

    def read(
        self,
        asked: Sequence[Comparison],
        wants: Callable[[str, str], bool] = lambda sha, path: True,
        *,
        of_deleted: bool = True,
    ) -> dict[str, dict[str, FileLines]]:
        """Changed paths of each comparison, by its commit, and the lines removed and added there; no commit twice in `asked`.

        Renames are followed. Only files are read of which `wants` says so, for commit and path; those that are gone have no
        lines unless they are asked `of_deleted` ones. A comparison is left out when a file of it that is read cannot be.
        """
        files = {
            sha: [
                (text, pair) for path, pair in changed if wants(sha, text := path.decode("utf-8", "backslashreplace"))
            ]
            for sha, changed in file_changes(self._git_dir, asked).items()
        }
        paths = {pair: path for changed in files.values() for path, pair in changed if _is_read(pair, of_deleted)}
        self._compare(paths)
        found = {}
        for sha, changed in files.items():
            lines = {path: self._known.get(pair) if pair in paths else _unread(pair) for path, pair in changed}
            if None not in lines.values():
                found[sha] = lines
        return found

    def _compare(self, paths: dict[BlobPair, str]) -> None:
        """Makes the lines of these pairs known, each with the path of one of its files."""
        needed = {pair: lines for pair in paths if (lines := self._known.get(pair) or self._older.get(pair))}
        # By path, and in the order of the comparisons: versions of a file share what git unpacks.
        fresh = sorted((pair for pair in paths if pair not in needed), key=lambda pair: paths[pair])
        needed |= compared(self._git_dir, fresh, 1, self._parsed)
        if self._known_lines > _KEPT_LINES:
            self._older, self._known, self._known_lines = self._known, {}, 0
        self._known |= needed
        self._known_lines += sum(len(lines.removed) + len(lines.added) for lines in needed.values())

    def _parsed(self, pieces: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, FileLines]]:
        held: dict[int, bytearray] = {}
        for position, piece in pieces:
            tail = held.setdefault(position, bytearray(b"\n"))
            searched = max(0, len(tail) - len(_FILE))
            tail += piece
            end = tail.rfind(_FILE, searched)
            if end > 0:
                yield from self._numbered(bytes(tail[:end]))
                del tail[:end]
        for tail in held.values():
            yield from self._numbered(bytes(tail))

    def _numbered(self, text: bytes) -> Iterator[tuple[int, FileLines]]:
        for file in text.split(_FILE)[1:]:
            head, _, hunks = file.partition(b"\n@@")
            removed, added = (array("q", self._keep(line.findall(hunks))) for line in (_REMOVED_LINE, _ADDED_LINE))
            yield int(head[2:10]), FileLines(removed, added, b"\ndeleted file mode " in head)


def _is_read(pair: BlobPair, of_deleted: bool) -> bool:
    """Whether there is something to compare: not where a file only got another name or mode."""
    return pair.old_id != pair.new_id and (of_deleted or not pair.is_deleted)


def _unread(pair: BlobPair) -> FileLines:
    return FileLines((), (), pair.is_deleted)


def file_changes(git_dir: Path, asked: Sequence[Comparison]) -> dict[str, list[File]]:
    """Files of each comparison, by its commit, in git's order; renames are followed. What cannot be read is left out."""

    def read(some: Sequence[Comparison], *options: str) -> dict[str, list[bytes]]:
        return {sha: [] for sha, _ in some} | dict(raw_records(git_dir, some, *options))

    rows = salvaged(read, asked)
    moved = {sha: against for sha, against in asked if _may_rename(rows.get(sha, ()))}
    followed = salvaged(lambda some: read(some, "-M"), readable(git_dir, list(moved.items())))
    rows = {sha: own for sha, own in rows.items() if sha not in moved} | followed
    return {sha: list(_files(own)) for sha, own in rows.items()}


def _may_rename(rows: Sequence[bytes]) -> bool:
    """Whether files went and others came: only then git has to look into them."""
    kinds = {data[-1:] for data in rows[::2]}
    return kinds >= {b"A", b"D"}


def _files(rows: Sequence[bytes]) -> Iterator[File]:
    tokens = iter(rows)
    for data in tokens:
        *pair, kind = data[1:].split(b" ")
        path = next(tokens)
        yield (next(tokens) if kind[:1] in b"RC" else path), BlobPair(*pair)
