"""`git log` over many commits: read by two processes, taken up again behind a file that is lost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from retro.errors import GitError
from retro.git.losses import Losses
from retro.git.process import Stream, read_together
from retro.git.records import log_format, take_whole_records

_LOG = (
    "log", "--no-walk=unsorted", "--stdin", "-z", "--raw", "--numstat", "-M", "-l1000", "--root", "--indent-heuristic",
    "--diff-algorithm=myers", "--diff-merges=off", "-O/dev/null", "--no-relative", "--no-abbrev", "--no-mailmap",
    "--no-notes", "--no-decorate", "--no-ext-diff", "--no-textconv", "--no-color", "--no-show-signature",
    "--ignore-submodules=none", "--encoding=UTF-8",
)  # fmt: skip
_ALONE_COMMITS, _HALVED_COMMITS = 400, 4_000  # up to here one process, up to there two are quicker than more
_MIDDLE_COMMITS = 2_400  # in a block that whoever ends first takes; each has to fill its own cache of delta bases
_PIECE_BYTES = 1 << 20
_DIED = 128  # what git exits with when it cannot go on; one that is killed, or absent, is not asked again


@dataclass(frozen=True)
class LogPiece:
    """Whole records of the log (retro.git.records), bytes that are not UTF-8 as \\xNN.

    `lost` are ids of files whose content the clone does not have: what the text counts of their lines is untrue.
    """

    text: str
    lost: frozenset[str]


def read_log(git_dir: Path, shas: Sequence[str], mark: str) -> Iterator[LogPiece]:
    """Metadata, trailers and changed files of the commits `shas`, in pieces as git writes them.

    Two processes at a time share the work in contiguous blocks: neighbours share delta bases. Where git stops at a file that
    is missing or damaged, it is started again with a stand-in for it. Raises GitError, naming the object, when it stops for
    any other reason.
    """
    shards = [_Shard(block) for block in _blocks(shas) if block]
    losses = Losses(git_dir)
    try:
        while shards:
            try:
                yield from _pieces(git_dir, shards, mark, losses.object_ids)
                return
            except _StoppedAtObject:
                shards = [_Shard(shard.unread) for shard in shards if shard.unread]
                if not _can_go_on(losses, shards):
                    raise
    finally:
        losses.forget()


def _blocks(shas: Sequence[str]) -> list[Sequence[str]]:
    """Contiguous blocks in the order in which they are taken.

    Halves of a long history cost up to twice as much as each other, so both ends come first, each three eighths, and what is
    between them in small blocks.
    """
    count = len(shas)
    if count <= _ALONE_COMMITS:
        return [shas]
    if count <= _HALVED_COMMITS:
        return [shas[: count // 2], shas[count // 2 :]]
    start, end = count * 3 // 8, count * 5 // 8
    parts = max(2, (end - start) // _MIDDLE_COMMITS)
    cuts = [start + (end - start) * part // parts for part in range(parts + 1)]
    return [shas[:start], shas[end:], *(shas[first:last] for first, last in pairwise(cuts))]


class _StoppedAtObject(GitError):
    """git gave up by itself: something of the repository cannot be read."""


class _Shard:
    """A block of commits, as far as its records have been handed on."""

    def __init__(self, shas: Sequence[str]) -> None:
        self.unread = shas
        self._held, self._more = bytearray(), bytearray()  # the second is not searched yet

    def take(self, piece: bytes, mark: str) -> bytes:
        """Whole records of what is held and `piece`; nothing while that is little."""
        self._more += piece
        return self.take_whole(mark) if len(self._more) >= _PIECE_BYTES else b""

    def take_whole(self, mark: str) -> bytes:
        """All records that are known to be whole, since another one has begun behind them."""
        more, self._more = bytes(self._more), bytearray()
        return take_whole_records(self._held, more, mark)

    def take_rest(self) -> bytes:
        """What is held when git has come to its end."""
        return bytes(self._held + self._more)


def _pieces(git_dir: Path, shards: Sequence[_Shard], mark: str, lost: frozenset[str]) -> Iterator[LogPiece]:
    arguments = [*_LOG, f"--format={log_format(mark)}", "--end-of-options"]
    streams: list[Stream] = []
    start = f"{mark}S"

    def started() -> Iterator[Stream]:
        for shard in shards:
            streams.append(Stream(git_dir, arguments, "\n".join(shard.unread).encode(), replaces=bool(lost)))
            yield streams[-1]

    def handed_on(shard: _Shard, records: bytes) -> LogPiece:
        text = records.decode("utf-8", "backslashreplace")
        shard.unread = shard.unread[text.count(start) :]
        return LogPiece(text, lost)

    try:
        for position, piece in read_together(started(), at_once=2):
            if records := shards[position].take(piece, mark):
                yield handed_on(shards[position], records)
    except GitError as error:
        if any(stream.is_ended for stream in streams) or all(stream.process.returncode != _DIED for stream in streams):
            raise
        for shard in shards:
            if records := shard.take_whole(mark):
                yield handed_on(shard, records)
        raise _StoppedAtObject(str(error)) from error
    for shard in shards:
        if records := shard.take_rest():
            yield handed_on(shard, records)


def _can_go_on(losses: Losses, shards: Sequence[_Shard]) -> bool:
    try:
        return losses.find([shard.unread for shard in shards])
    except GitError:  # what is broken is more than a file: the first error says what git stopped at
        return False
