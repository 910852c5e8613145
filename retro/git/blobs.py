"""File contents in bulk: object ids in, bytes out, by `git cat-file` in the room.

What cannot be had is said, not raised: an object that is not in the clone (`missing`), is not a file (`not a file`), is
larger than asked for (`too large`, known before it is read) or cannot be unpacked (`damaged`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from retro.errors import GitError
from retro.git.process import Stream, read_together, run


@dataclass(frozen=True)
class Blob:
    """One object asked for: its bytes, or None and why there are none."""

    object_id: str
    content: bytes | None
    reason: str | None = None


def read_blobs(git_dir: Path, object_ids: Sequence[str], most_bytes: int) -> Iterator[Blob]:
    """Each distinct id of `object_ids` once: first those that cannot be had, then the contents in the order given.

    Memory holds a few contents at a time, none over `most_bytes`. Raises GitError when git itself fails.
    """
    wanted = []
    for object_id, reason in _judged(git_dir, list(dict.fromkeys(object_ids)), most_bytes):
        if reason is None:
            wanted.append(object_id)
        else:
            yield Blob(object_id, None, reason)
    while wanted:
        answered = 0
        try:
            for blob in _contents(git_dir, wanted):
                answered += 1
                yield blob
        except GitError:
            if answered == len(wanted) or not _is_alone_broken(git_dir, wanted[answered]):
                raise
            yield Blob(wanted[answered], None, "damaged")
            answered += 1
        wanted = wanted[answered:]


def _judged(git_dir: Path, object_ids: list[str], most_bytes: int) -> Iterator[tuple[str, str | None]]:
    """Each id with the reason why it cannot be read, None when it can."""
    if not object_ids:
        return
    output = run(git_dir, "cat-file", "--batch-check", "--buffer", stdin=_lines(object_ids))
    for object_id, line in zip(object_ids, output.decode("ascii", "replace").splitlines(), strict=True):
        words = line.split()
        if words[-1] == "missing":
            yield object_id, "missing"
        elif words[1] != "blob":
            yield object_id, "not a file"
        else:
            yield object_id, "too large" if int(words[2]) > most_bytes else None


def _contents(git_dir: Path, object_ids: list[str]) -> Iterator[Blob]:
    """Contents of files that are there, read from `<id> blob <size>\\n<bytes>\\n` records as they come."""
    stream = Stream(git_dir, ["cat-file", "--batch", "--buffer"], _lines(object_ids))
    held = bytearray()
    for _, piece in read_together([stream]):
        held += piece
        start = 0
        while (record := _record(held, start)) is not None:
            blob, start = record
            yield blob
        del held[:start]


def _record(held: bytearray, start: int) -> tuple[Blob, int] | None:
    """The record that begins at `start` and where the next one does; None while it is not whole."""
    end = held.find(b"\n", start)
    if end < 0:
        return None
    object_id, _, size = held[start:end].decode("ascii").split()
    stop = end + 1 + int(size)
    if len(held) <= stop:
        return None
    return Blob(object_id, bytes(held[end + 1 : stop])), stop + 1


def _is_alone_broken(git_dir: Path, object_id: str) -> bool:
    """Whether git fails for this object and works otherwise, so that the others can still be read."""
    try:
        run(git_dir, "cat-file", "blob", object_id)
    except GitError:
        run(git_dir, "version")
        return True
    return False


def _lines(object_ids: Sequence[str]) -> bytes:
    return "".join(f"{object_id}\n" for object_id in object_ids).encode()
