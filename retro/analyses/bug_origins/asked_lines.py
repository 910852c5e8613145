"""Which lines of the files before a fix tell where its bug came from.

The lines that the fix deleted, and beside new lines without a deleted one (a forgotten check, say) the line above and the line
below. Of these the first of five kinds that occurs at all: code outside tests and documentation; any line there; deleted code
elsewhere; any deleted line; any line. Files that nobody in the team wrote (vendored, generated, locks) come last, like tests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from retro.analyses.bug_origins.code_lines import is_code
from retro.analyses.path_kinds import NOT_WRITTEN, path_kind
from retro.git.blame import Range
from retro.git.changes import Hunk

_BESIDE = frozenset({"test", "documentation"}) | NOT_WRITTEN


class NearLine(NamedTuple):
    """A line of the file before the fix that was deleted, or that new lines were put beside."""

    line: int
    is_deleted: bool
    is_code: bool


@dataclass(frozen=True)
class Asked:
    """The lines to ask for, by old path; whether deleted code outside tests is among them."""

    lines: Mapping[str, Sequence[int]]
    has_deleted_code: bool

    @property
    def line_count(self) -> int:
        """All lines."""
        return sum(map(len, self.lines.values()))


def asked_lines(files: Sequence[tuple[str, Sequence[NearLine]]]) -> Asked:
    """Lines to ask for, of files (old path) with their near lines; none when there are none."""
    inside, beside = [], []
    for path, lines in files:
        (beside if path_kind(path)[0] in _BESIDE else inside).extend((path, line) for line in lines)
    kinds = (
        [named for named in inside if named[1].is_code],
        inside,
        [named for named in beside if named[1].is_deleted and named[1].is_code],
        [named for named in beside if named[1].is_deleted],
        beside,
    )
    chosen = next((kind for kind in kinds if kind), [])
    by_path: dict[str, list[int]] = {}
    for path, line in chosen:
        by_path.setdefault(path, []).append(line.line)
    has_deleted_code = chosen is kinds[0] and any(line.is_deleted for _, line in chosen)
    return Asked({path: sorted(set(lines)) for path, lines in by_path.items()}, has_deleted_code)


def ranges(lines: Sequence[int], most: int) -> list[Range]:
    """Lines in order as ranges, at most `most` of them, the first ones."""
    found: list[list[int]] = []
    for line in lines:
        if found and found[-1][1] == line - 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return [(first, last) for first, last in found[:most]]


def near_lines(path: str, hunks: Sequence[Hunk], content: bytes) -> list[NearLine]:
    """Deleted lines of a file, and those above and below each hunk that only adds; `content` is that before the fix."""
    text = content.decode("utf-8", "replace").split("\n")
    count = len(text) - (not text[-1])
    deleted = {line for old, gone, _, _ in hunks for line in range(old, old + gone)}
    beside = {line for old, gone, _, _ in hunks if not gone for line in (old - 1, old)} - deleted
    return [
        NearLine(line, line in deleted, is_code(path, text[line - 1]))
        for line in sorted(deleted | beside)
        if 1 <= line <= count
    ]
