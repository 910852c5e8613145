"""Which files commits changed, as blob ids, and which lines of them, by two `git diff-tree --stdin` in the room.

The settings are those of the log (retro.git.room), so that renames pair as in `commit_files`; merges have none. The patch is
asked for with one line of context, never with `-U0`: without context git cuts off the common end of the two files before it
compares them, and in about one commit of a hundred finds other lines than `--numstat` counts.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from retro.errors import GitError
from retro.git.process import Stream, read_together, run

# First line (from 1) and number of lines gone from the old file, then of those new in the new one.
Hunk = tuple[int, int, int, int]
Pair = tuple[str | None, str | None]  # ids of the old and the new blob

_DIFF = (
    "diff-tree", "--stdin", "-r", "--root", "--diff-algorithm=myers", "--indent-heuristic", "-O/dev/null",
    "--no-relative", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=none",
)  # fmt: skip
_RENAMES = ("-M", "-l1000")
# In a patch: the blobs of a file, the head of a hunk, and runs of lines that are gone, new or kept.
_PATCH = re.compile(
    rb"^(?:index ([0-9a-f]+)\.\.([0-9a-f]+)[^\n]*\n|@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@[^\n]*\n"
    rb"|((?:-[^\n]*\n)+)|((?:\+[^\n]*\n)+)|((?: [^\n]*\n)+))",
    re.MULTILINE,
)
_KEPT_BYTES = 512  # of a line that has not ended yet: more than any head is long


@dataclass(frozen=True)
class FileChange:
    """A regular file that a commit changed: its path, A M D R or T, and its blobs; None on a side without such a file.

    `old_path` is the path before a rename.
    """

    commit_sha: str
    path: str
    change_kind: str
    old_id: str | None
    new_id: str | None
    old_path: str | None = field(default=None, compare=False)

    @property
    def pair(self) -> Pair:
        """The blobs before and after."""
        return self.old_id, self.new_id


def changed_files(
    git_dir: Path, shas: Sequence[str], *, with_renames: bool = True
) -> tuple[list[FileChange], list[str]]:
    """Files that the commits `shas` changed, links and submodules left out, and the commits that git cannot compare.

    Finding renames reads blobs; without it only trees are read.
    """
    renames = _RENAMES if with_renames else ("--no-renames",)
    changes: dict[tuple[str, str], FileChange] = {}

    def read(some: Sequence[str]) -> None:
        output = run(git_dir, *_DIFF, *renames, "--raw", "--no-abbrev", "-z", stdin=_lines(some))
        for change in _raw_changes(output.decode("utf-8", "backslashreplace").split("\0")):
            changes.setdefault((change.commit_sha, change.path), change)  # a damaged tree can hold a path twice

    broken = _halving(shas, read)
    return list(changes.values()), broken


def changed_lines(
    git_dir: Path, shas: Sequence[str], pairs: Collection[Pair]
) -> tuple[dict[Pair, list[Hunk]], list[str]]:
    """Hunks between the blobs of each of `pairs` that the commits `shas` hold, and the commits that git cannot compare.

    A pair without hunks (renamed as it was, or binary) is left out.
    """
    hunks: dict[Pair, list[Hunk]] = {}

    def read(some: Sequence[str]) -> None:
        stream = Stream(git_dir, [*_DIFF, *_RENAMES, "-p", "-U1", "--full-index"], _lines(some))
        patch, tail = _PatchReader(pairs, hunks), b""
        for _, piece in read_together([stream]):
            text = tail + piece
            end = text.rfind(b"\n") + 1
            tail = text[end : end + _KEPT_BYTES]
            patch.read(text, end)

    broken = _halving(shas, read)
    return hunks, broken


class _PatchReader:
    """Takes a patch piece by piece, each of whole lines, and puts the hunks of the wanted pairs into `hunks`."""

    def __init__(self, pairs: Collection[Pair], hunks: dict[Pair, list[Hunk]]) -> None:
        self._pairs, self._hunks = pairs, hunks
        self._current: list[Hunk] = []
        self._old_line = self._new_line = 0  # next line of either file
        # Lines of the hunk still to come: outside of one, `--- a` is no deleted line.
        self._old_left = self._new_left = 0
        self._is_open = False

    def read(self, text: bytes, end: int) -> None:
        """Reads the first `end` bytes of `text`."""
        for old_id, new_id, old, old_count, new, new_count, gone, added, kept in _PATCH.findall(text, 0, end):
            if old_id:
                self._start_file(_object_id(old_id.decode()), _object_id(new_id.decode()))
            elif old:
                self._start_hunk(int(old), int(old_count or 1), int(new), int(new_count or 1))
            elif self._old_left or self._new_left:
                self._take(gone.count(b"\n"), added.count(b"\n"), kept.count(b"\n"))

    def _start_file(self, old_id: str | None, new_id: str | None) -> None:
        self._current, self._is_open = [], False
        self._old_left = self._new_left = 0
        if (old_id, new_id) in self._pairs:
            self._hunks[old_id, new_id] = self._current

    def _start_hunk(self, old: int, old_count: int, new: int, new_count: int) -> None:
        # Of a side without lines git names the line before.
        self._old_line, self._new_line = old + (0 if old_count else 1), new + (0 if new_count else 1)
        self._old_left, self._new_left, self._is_open = old_count, new_count, False

    def _take(self, gone: int, added: int, kept: int) -> None:
        if kept:
            self._is_open = False
        elif self._is_open:
            old, old_count, new, new_count = self._current[-1]
            self._current[-1] = (old, old_count + gone, new, new_count + added)
        else:
            self._current.append((self._old_line, gone, self._new_line, added))
            self._is_open = True
        self._old_line += gone + kept
        self._new_line += added + kept
        self._old_left -= gone + kept
        self._new_left -= added + kept


def _halving(shas: Sequence[str], read: Callable[[Sequence[str]], None]) -> list[str]:
    """Calls `read` for all commits; where git fails, for each half, so that a damaged commit costs only itself."""
    if not shas:
        return []
    try:
        read(shas)
    except GitError:
        if len(shas) == 1:
            return list(shas)
        middle = len(shas) // 2
        return _halving(shas[:middle], read) + _halving(shas[middle:], read)
    return []


def _raw_changes(tokens: Sequence[str]) -> Iterator[FileChange]:
    """FileChange for each raw row: `sha`, then `:old-mode new-mode old-id new-id kind`, path, and a second path of a pair."""
    sha, position = "", 0
    while position < len(tokens) - 1:
        token = tokens[position]
        position += 1
        if not token.startswith(":"):
            sha = token
            continue
        old_mode, new_mode, old, new, kind = token[1:].split(" ")
        position += 2 if kind[0] in "RC" else 1
        old_id = _object_id(old) if old_mode.startswith("100") else None
        new_id = _object_id(new) if new_mode.startswith("100") else None
        if old_id or new_id:
            old_path = tokens[position - 2] if kind[0] in "RC" else None
            yield FileChange(sha, tokens[position - 1], kind[0], old_id, new_id, old_path)


def _object_id(text: str) -> str | None:
    return text if text.strip("0") else None


def _lines(shas: Sequence[str]) -> bytes:
    return "".join(f"{sha}\n" for sha in shas).encode()
