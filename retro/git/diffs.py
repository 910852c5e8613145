"""How changes of commits compare, by `git diff-tree --stdin` in the room: their files, their lines, their patch-ids.

A comparison is a pair: a commit, and the commit that it is compared with (None: its first parent). Three depths, each dearer
than the one before:

- `file_sets` reads trees only, so that it works without a single blob: the paths, and a digest over paths, modes and blobs.
  Equal digests mean the same change to the same files;
- `line_sets` reads the lines that went and came, and keeps enough of them to tell how alike two changes are;
- `patch_ids` asks git for its stable patch-id, which is the same for a commit and its cherry-pick or rebased copy;
- `added_lines` gives the added lines themselves, by path, as the caller wants to keep them; both sides: line_changes.py.

A damaged or missing object costs only the comparisons that need it: they are left out of the answer.
"""

import hashlib
import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import TypeVar
from zlib import crc32

from retro.errors import GitError
from retro.git.objects import unquoted
from retro.git.process import Stream, read_together, run

Comparison = tuple[str, str | None]
Answer = TypeVar("Answer")
Asked = TypeVar("Asked")
Kept = TypeVar("Kept")
Key = TypeVar("Key")

_DIFF = (
    "diff-tree", "--stdin", "-r", "--root", "--no-renames", "--no-abbrev", "-O/dev/null", "--no-relative", "--no-ext-diff",
    "--no-textconv", "--no-color", "--ignore-submodules=none",
)  # fmt: skip
_PATCH = ("-p", "--full-index", "--diff-algorithm=myers", "--indent-heuristic", "--format=commit %H")
_START = b"\ncommit "  # no line of a patch can look like this: each begins with a sign or a word of git's own
_RAW = re.compile(rb"([0-9a-f]{40}(?:[0-9a-f]{24})?)\0((?::[^\0]+\0(?:(?<=[RC]\d\d\d.)[^\0]+\0)?[^\0]+\0)*)", re.DOTALL)
_CHANGED_LINE = re.compile(rb"^[+-][^\n]*", re.MULTILINE)
_ADDED_LINE = re.compile(rb"^\+([^\n]*)", re.MULTILINE)
_PATH = re.compile(rb'^(?:\+\+\+ "?b/|--- "?a/|rename to "?)([^\n]*)', re.MULTILINE)
_KEPT_LINES = 512
_SHARD = 400  # below this a second process costs more than it saves
_PATCH_BYTES = 16 << 20  # of patches held at a time on their way to patch-id
_MOST_FAILURES = 64  # runs of git that may fail before what is left is given up


@dataclass(frozen=True, slots=True)
class FileSet:
    """The files of a change: their paths in git's order, and a digest over paths, modes and blobs before and after."""

    paths: tuple[bytes, ...]
    digest: bytes


@dataclass(frozen=True, slots=True)
class LineSet:
    """The lines of a change, as hashes of path, sign and line: how many different ones, and up to 512 of the smallest, in order.

    The smallest hashes of a set are a fair sample of it, and the same sample of equal lines in another set.
    """

    count: int
    smallest: array

    def likeness(self, other: "LineSet") -> float:
        """Lines in both by lines in either (Jaccard index): exact up to 512 lines, beyond that an estimate within about 0.04.

        1 only when as far as can be seen all lines are the same.
        """
        mine, theirs = set(self.smallest), set(other.smallest)
        sample = sorted(mine | theirs)[:_KEPT_LINES]
        if not sample:
            return 0.0
        if self == other:
            return 1.0
        return min(0.999, len(mine & theirs & set(sample)) / len(sample))


def file_sets(git_dir: Path, asked: Sequence[Comparison]) -> dict[str, FileSet]:
    """Files of each comparison by its commit; one without a difference has no paths, one that cannot be read is left out."""
    names: dict[bytes, bytes] = {}  # one object per path, however many commits change it

    def read(some: Sequence[Comparison]) -> dict[str, FileSet]:
        found = {sha: FileSet((), b"") for sha, _ in some}
        for sha, rows in raw_records(git_dir, some):
            paths = tuple(names.setdefault(path, path) for path in rows[1::2])
            found[sha] = FileSet(paths, hashlib.sha256(b"\0".join(rows)).digest()[:16])
        return found

    return salvaged(read, asked)


def line_sets(git_dir: Path, asked: Sequence[Comparison]) -> dict[str, LineSet]:
    """The lines that each comparison adds and deletes, by its commit; a binary file counts as lines that name its blobs."""

    def read(some: Sequence[Comparison]) -> dict[str, LineSet]:
        return {sha: _line_set(patch) for sha, patch in _patches(git_dir, some, "-U1")}

    return salvaged(read, readable(git_dir, asked))


def patch_ids(git_dir: Path, shas: Sequence[str]) -> dict[str, str]:
    """git's stable patch-id of each commit's change against its first parent; a commit without a change has none."""

    def read(some: Sequence[Comparison]) -> dict[str, str]:
        ids, held, size = {}, [], 0
        for sha, patch in _patches(git_dir, some, "-U3"):
            held += [f"commit {sha}\n".encode(), patch]
            size += len(patch)
            if size > _PATCH_BYTES:
                ids |= _ids_of(git_dir, held)
                held, size = [], 0
        return ids | _ids_of(git_dir, held)

    return salvaged(read, readable(git_dir, [(sha, None) for sha in shas]))


def added_lines(
    git_dir: Path, shas: Sequence[str], keep: Callable[[bytes], Kept | None]
) -> dict[str, dict[str, list[Kept]]]:
    """Changed paths of each commit (of a deleted file the old one) and the lines added there, in order, as `keep` gives them.

    Renames are followed, so that a moved file adds only what changed in it. A line for which `keep` gives None is dropped.
    A commit without a change has no paths, one that cannot be read is left out.
    """

    def read(some: Sequence[Comparison]) -> dict[str, dict[str, list[Kept]]]:
        found: dict[str, dict[str, list[Kept]]] = {sha: {} for sha, _ in some}
        for sha, patch in _patches(git_dir, some, "-U0", "-M"):
            found[sha] = dict(_added(file, keep) for file in patch.split(b"\ndiff --git ")[1:])
        return found

    return salvaged(read, readable(git_dir, [(sha, None) for sha in shas]))


def readable(git_dir: Path, asked: Sequence[Comparison]) -> list[Comparison]:
    """Those of the comparisons all of whose blobs are in the clone: a partial clone lacks some, and git would stop at them."""

    def read(some: Sequence[Comparison]) -> dict[str, set[bytes]]:
        return {sha: _blobs(rows) for sha, rows in raw_records(git_dir, some)}

    blobs = salvaged(read, asked)
    wanted = b"".join(blob + b"\n" for blob in sorted(set().union(*blobs.values())))
    answers = run(git_dir, "cat-file", "--batch-check=%(objectname)", "--buffer", stdin=wanted).splitlines()
    missing = {line.split()[0] for line in answers if line.endswith(b" missing")}
    return [pair for pair in asked if pair[0] in blobs and blobs[pair[0]].isdisjoint(missing)]


def salvaged(read: Callable[[Sequence[Asked]], dict[Key, Answer]], asked: Sequence[Asked]) -> dict[Key, Answer]:
    """Answers of `read`; where git fails, the halves are tried, until what cannot be read stands alone and is left out."""
    answers: dict[Key, Answer] = {}
    waiting, failures = [list(asked)] if asked else [], 0
    while waiting:
        part = waiting.pop()
        try:
            answers |= read(part)
        except GitError:
            failures += 1
            if len(part) > 1 and failures <= _MOST_FAILURES:
                middle = len(part) // 2
                waiting += [part[middle:], part[:middle]]
    return answers


def raw_records(git_dir: Path, asked: Sequence[Comparison], *options: str) -> Iterator[tuple[str, list[bytes]]]:
    """Commit and its raw rows, as tokens: data, path, data, path, ...; of a rename (option -M) the old path comes first.

    Comparisons without a difference are left out. Raises GitError when git fails at one of them.
    """
    streams = _streams(git_dir, [*_DIFF, "--raw", "-z", *options], asked)
    tails = [b"" for _ in streams]
    for position, piece in read_together(streams):
        text = tails[position] + piece
        # The last record may go on: what begins at its id waits for the next piece.
        records = list(_RAW.finditer(text))
        cut = records[-1].start() if records else 0
        tails[position] = text[cut:]
        yield from (_raw_record(record) for record in records[:-1])
    for tail in tails:
        yield from (_raw_record(record) for record in _RAW.finditer(tail))


def _raw_record(record: re.Match[bytes]) -> tuple[str, list[bytes]]:
    return record[1].decode("ascii"), record[2].split(b"\0")[:-1]


def _blobs(rows: Sequence[bytes]) -> set[bytes]:
    """Ids of the blobs on either side of raw rows; submodules (mode 160000) are no objects of this repository."""
    found = set()
    for data in rows[::2]:
        old_mode, new_mode, old, new, _ = data[1:].split(b" ")
        found |= {oid for mode, oid in ((old_mode, old), (new_mode, new)) if mode != b"160000" and oid.strip(b"0")}
    return found


def _patches(git_dir: Path, asked: Sequence[Comparison], *options: str) -> Iterator[tuple[str, bytes]]:
    """Commit and its patch; comparisons without a difference are left out."""
    streams = _streams(git_dir, [*_DIFF, *_PATCH, *options], asked)
    tails = [bytearray(b"\n") for _ in streams]
    for position, piece in read_together(streams):
        tail = tails[position]
        searched = max(0, len(tail) - len(_START))
        tail += piece
        end = tail.rfind(_START, searched)
        if end > 0:
            yield from _split_patches(bytes(tail[:end]))
            del tail[:end]
    for tail in tails:
        yield from _split_patches(bytes(tail))


def _split_patches(text: bytes) -> Iterator[tuple[str, bytes]]:
    for record in text.split(_START)[1:]:
        sha, _, patch = record.partition(b"\n")
        yield sha.decode("ascii"), patch + b"\n"


def _line_set(patch: bytes) -> LineSet:
    lines: set[int] = set()
    for file in patch.split(b"\ndiff --git ")[1:]:
        head, _, hunks = file.partition(b"\n@@")
        name, *about = head.split(b"\n")
        # Without hunks the file is binary, empty, or changed in its mode only: its blobs and modes tell it apart.
        lines.update(map(crc32, _CHANGED_LINE.findall(hunks) if hunks else about, repeat(crc32(name))))
    return LineSet(len(lines), array("L", _smallest(lines)))


def _added(file: bytes, keep: Callable[[bytes], Kept | None]) -> tuple[str, list[Kept]]:
    """Path of one file of a patch, and its added lines as they are kept."""
    head, _, hunks = file.partition(b"\n@@")
    named = {match[0][:3]: match[1] for match in _PATH.finditer(head)}
    path = named.get(b"+++") or named.get(b"---") or named.get(b"ren") or head.partition(b"\n")[0].rpartition(b" b/")[2]
    lines = map(keep, _ADDED_LINE.findall(hunks))
    return _text(path), [line for line in lines if line is not None]


def _text(path: bytes) -> str:
    """A path as git wrote it in a patch: a tab ends one with blanks, a quote one with escapes."""
    path = path.removesuffix(b"\t")
    if path.endswith(b'"'):
        path = unquoted(path.removesuffix(b'"'))
    return path.decode("utf-8", "backslashreplace")


def _smallest(hashes: set[int]) -> list[int]:
    """The smallest of some 32-bit hashes, in order; of very many only those are sorted that are small enough to be among them."""
    cut = (2 * _KEPT_LINES << 32) // (len(hashes) or 1)
    few = [each for each in hashes if each < cut]
    return sorted(few if len(few) >= _KEPT_LINES else hashes)[:_KEPT_LINES]


def _ids_of(git_dir: Path, patches: Sequence[bytes]) -> dict[str, str]:
    if not patches:
        return {}
    answer = run(git_dir, "patch-id", "--stable", stdin=b"".join(patches)).decode("ascii")
    return {sha: change_id for change_id, sha in (line.split() for line in answer.splitlines())}


def _streams(git_dir: Path, arguments: Sequence[str], asked: Sequence[Comparison]) -> list[Stream]:
    """Two processes on contiguous blocks, since neighbours share delta bases; one for few comparisons."""
    cut = len(asked) // 2 if len(asked) > _SHARD else len(asked)
    blocks = [block for block in (asked[:cut], asked[cut:]) if block]
    return [Stream(git_dir, arguments, _lines(block)) for block in blocks]


def _lines(asked: Sequence[Comparison]) -> bytes:
    return "".join(f"{sha} {against}\n" if against else f"{sha}\n" for sha, against in asked).encode()
