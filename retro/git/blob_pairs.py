"""Files before and after a change, compared by content: each pair once, however many commits and branches hold it.

The commit of a branch, the branch as a whole and the merge that lands it mostly change a file in the same way, and git would
compare its content for each of them. Here the pairs themselves are put to git: two folders are made whose files have numbers for
names, one with the contents before and one with those after, and `git diff-tree` compares the two. Their order is the
caller's: versions of one file that stand together share delta bases. The folders lie in the room, for as long as it takes.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

from retro.errors import RepositoryError
from retro.git.diffs import salvaged
from retro.git.process import Stream, read_together, run

Answer = TypeVar("Answer")

_DIFF = (
    "diff-tree", "-r", "-p", "--no-renames", "--full-index", "--diff-algorithm=myers", "--indent-heuristic", "-O/dev/null",
    "--no-relative", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=none", "--src-prefix=a/",
    "--dst-prefix=b/",
)  # fmt: skip
SUBMODULE = b"160000"
_AT_ONCE = 20_000
_SHARD = 400  # below this a second process costs more than it saves


class BlobPair(NamedTuple):
    """A file before and after: modes and ids of the content, as raw rows have them. An id of zeros: there is no file."""

    old_mode: bytes
    new_mode: bytes
    old_id: bytes
    new_id: bytes

    @property
    def ids(self) -> set[bytes]:
        """Ids of the contents; submodules have none in this repository."""
        sides = (self.old_mode, self.old_id), (self.new_mode, self.new_id)
        return {object_id for mode, object_id in sides if mode != SUBMODULE and _is_there(object_id)}

    @property
    def is_deleted(self) -> bool:
        """Whether there is no file any more."""
        return not _is_there(self.new_id)


def _is_there(object_id: bytes) -> bool:
    return bool(object_id.strip(b"0"))


Read = Callable[[Iterator[tuple[int, bytes]]], Iterator[tuple[int, Answer]]]


def compared(git_dir: Path, pairs: Sequence[BlobPair], context: int, read: Read[Answer]) -> dict[BlobPair, Answer]:
    """What `read` makes of the comparison of each pair; those that are equal or cannot be read are left out.

    `pairs` are different ones. `read` gets pieces of patches (which of two processes it is from, and bytes), in which the
    file of `pairs[12]` is called 00000012, and gives numbers and answers; of several for a number the last one counts.
    Raises RepositoryError when the room cannot be written, or git is ended from outside.
    """
    missing = _missing(git_dir, pairs)
    there = [pair for pair in pairs if pair.old_id != pair.new_id and pair.ids.isdisjoint(missing)]

    def answered(part: Sequence[BlobPair]) -> dict[BlobPair, Answer]:
        return {part[number]: answer for number, answer in read(_pieces(git_dir, part, context))}

    answers: dict[BlobPair, Answer] = {}
    for start in range(0, len(there), _AT_ONCE):
        answers |= salvaged(answered, there[start : start + _AT_ONCE])
    return answers


def _missing(git_dir: Path, pairs: Sequence[BlobPair]) -> set[bytes]:
    """Contents that are not in the clone."""
    if not pairs:
        return set()
    wanted = b"".join(blob + b"\n" for blob in sorted(set().union(*(pair.ids for pair in pairs))))
    answers = run(git_dir, "cat-file", "--batch-check=", "--buffer", stdin=wanted).splitlines()
    return {line.split()[0] for line in answers if line.endswith(b" missing")}


def _pieces(git_dir: Path, pairs: Sequence[BlobPair], context: int) -> Iterator[tuple[int, bytes]]:
    """Patches as two processes write them, each for one half."""
    cut = len(pairs) // 2 if len(pairs) > _SHARD else len(pairs)
    with ExitStack() as stack:
        halves = [half for half in (range(cut), range(cut, len(pairs))) if half]
        folders = [stack.enter_context(_folders(git_dir, pairs, half)) for half in halves]
        yield from read_together([Stream(git_dir, [*_DIFF, f"-U{context}", *both]) for both in folders])


@contextmanager
def _folders(git_dir: Path, pairs: Sequence[BlobPair], numbers: range) -> Iterator[list[str]]:
    """Ids of the folders with the contents before and after."""
    before = b"".join(_entry(number, pairs[number].old_mode, pairs[number].old_id) for number in numbers)
    after = b"".join(_entry(number, pairs[number].new_mode, pairs[number].new_id) for number in numbers)
    hashed = "sha256" if len(pairs[numbers[0]].old_id) == 64 else "sha1"
    written = [_write(git_dir, entries, hashed) for entries in (before, after)]
    try:
        yield [path.parent.name + path.name for path in written]
    finally:
        for path in written:
            path.unlink(missing_ok=True)


def _entry(number: int, mode: bytes, object_id: bytes) -> bytes:
    """One line of a folder; none for a file that is not there."""
    if not _is_there(object_id):
        return b""
    return b"%s %08d\0%s" % (mode.lstrip(b"0"), number, bytes.fromhex(object_id.decode("ascii")))


def _write(git_dir: Path, entries: bytes, hashed: str) -> Path:
    """Puts a folder among the room's own objects."""
    content = b"tree %d\0" % len(entries) + entries
    name = hashlib.new(hashed, content, usedforsecurity=False).hexdigest()
    path = git_dir / "objects" / name[:2] / name[2:]
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zlib.compress(content, 1))
    except OSError as error:
        # Not a GitError: nothing that was asked for is damaged, and to ask for less does not help.
        raise RepositoryError(
            f"{path}: cannot be written ({error.strerror}); check permissions and free space"
        ) from error
    return path
