"""Lines of a tree that hold one of several texts, by `git grep` and `git cat-file` in the room.

Fixed texts, binary files left out, submodules not followed, nobody's settings. git is asked for the files alone and the lines are
looked for here: asked for lines, git searches the rest of a file again for every text after each line found, which took a minute
where this takes a second. git ends well when the content of a file is not in the clone and only says so on its standard error, so
that is read: a tree whose files cannot all be read was not searched whole.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from retro.git.blobs import read_blobs
from retro.git.process import Stream, read_together, run

LARGEST_FILE_BYTES = 64 << 20
_NO_MATCH = 1  # exit status of git grep
_ERROR_BYTES = 1 << 24
_LONGEST_LINE = 4_000  # of a longer line the parts around its first hits are given
_AROUND = 500
_UNREAD = re.compile(rb"unable to read (?:tree )?\(?([0-9a-f]{40}(?:[0-9a-f]{24})?)")
_GREP = (
    "grep", "--fixed-strings", "--files-with-matches", "-I", "--null", "--full-name", "--no-color", "--no-textconv",
    "--no-recurse-submodules",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line of a file that holds one of the texts; bytes that are not UTF-8 as \\xNN, of a long line the parts that count."""

    path: str
    number: int
    text: str


@dataclass(frozen=True)
class Lines:
    """What was found, by path and line, and how many contents could not be read or are over 64 MB."""

    lines: list[Line]
    unread_count: int


def find_lines(git_dir: Path, revision: str, texts: Sequence[str], paths: Sequence[str] = ()) -> Lines:
    """Lines of the tree of `revision` (a full object id) that hold one of `texts`, in `paths` alone where some are given.

    A text is one line and not empty. Raises GitError when git cannot search at all.
    """
    if not texts:
        return Lines([], 0)
    wanted = [text.encode("utf-8", "surrogateescape") for text in texts]
    names, unread = _matching(git_dir, revision, wanted, paths)
    ids = _object_ids(git_dir, revision, names)
    by_id: dict[str, list[str]] = {}
    for name in names:
        if name in ids:
            by_id.setdefault(ids[name], []).append(name.decode("utf-8", "backslashreplace"))
    lines = []
    for blob in read_blobs(git_dir, list(by_id), LARGEST_FILE_BYTES):
        if blob.content is None:
            unread.add(blob.object_id.encode())
            continue
        held = list(_lines(blob.content, wanted))
        lines += [Line(path, number, text) for path in by_id[blob.object_id] for number, text in held]
    return Lines(sorted(lines, key=lambda line: (line.path, line.number)), len(unread))


class _Search(Stream):
    """A running git grep: no match is no failure, and what could not be read is kept."""

    unread: set[bytes]

    def close(self) -> None:
        """Waits for the end; raises GitError when git could not search."""
        if self.process.wait() == _NO_MATCH:
            self.process.returncode = 0
        self._errors.seek(0)
        self.unread = set(_UNREAD.findall(self._errors.read(_ERROR_BYTES)))
        super().close()


def _matching(
    git_dir: Path, revision: str, texts: Sequence[bytes], paths: Sequence[str]
) -> tuple[list[bytes], set[bytes]]:
    """Paths of files with one of the texts, and ids of contents that are not there. (git 2.39 knows no --end-of-options here.)"""
    stream = _Search(git_dir, [*_GREP, "-f", "-", revision, "--", *paths], b"".join(text + b"\n" for text in texts))
    output = b"".join(piece for _, piece in read_together([stream]))
    head = len(revision) + 1
    return [name[head:] for name in output.split(b"\0")[:-1]], stream.unread


def _object_ids(git_dir: Path, revision: str, names: Sequence[bytes]) -> dict[bytes, str]:
    """Object id of each of these paths."""
    if not names:
        return {}
    wanted, found = set(names), {}
    for entry in run(git_dir, "ls-tree", "-r", "-z", "--full-tree", "--end-of-options", revision).split(b"\0")[:-1]:
        head, _, name = entry.partition(b"\t")
        if name in wanted:
            found[name] = head.split()[2].decode("ascii")
    return found


def _lines(content: bytes, texts: Sequence[bytes]) -> Iterator[tuple[int, str]]:
    """Number and text of each line with one of the texts."""
    hits: set[int] = set()
    for text in texts:
        place = content.find(text)
        while place >= 0:
            hits.add(place)
            place = content.find(text, place + len(text))
    if not hits:
        return
    starts = [0, *(match.end() for match in re.finditer(rb"\n", content))]
    by_line: dict[int, list[int]] = {}
    for hit in sorted(hits):
        by_line.setdefault(bisect_right(starts, hit), []).append(hit)
    longest = max(map(len, texts))
    for number, places in by_line.items():
        start = starts[number - 1]
        end = starts[number] - 1 if number < len(starts) else len(content)
        yield number, _shown(content, start, end, places, longest).rstrip(b"\r").decode("utf-8", "backslashreplace")


def _shown(content: bytes, start: int, end: int, places: Sequence[int], longest: int) -> bytes:
    """A line, or what stands around the first hits of a long one."""
    if end - start <= _LONGEST_LINE + longest:
        return content[start:end]
    around = [(max(start, place - _AROUND), min(end, place + longest + _AROUND)) for place in places[:20]]
    return b" ... ".join(content[left:right] for left, right in around)
