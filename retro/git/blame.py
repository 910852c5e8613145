"""Which commits the lines of a file come from, by `git blame --incremental -w` in a directory of the room's own.

    0f0d1e29... 12 14 2          lines 14 and 15 of the file that was asked for
    committer-time 1772000000    only where the commit is named for the first time
    filename old/name.py

Whitespace does not count as a change. A commit graph with Bloom filters of changed paths halves the time; git reads one that lies
with the source's objects too, where anybody may have written it, so blame runs where only the packs are linked and the graph is
made by Retro itself (retro.git.objects).
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from retro.errors import GitError
from retro.git.objects import lay_out
from retro.git.process import run

_GRAPH = Path("objects/info/commit-graph")
_WITH_GRAPH = ("-c", "core.commitGraph=true")
_GROUP = re.compile(rb"([0-9a-f]{40}(?:[0-9a-f]{24})?) \d+ (\d+) (\d+)")

Range = tuple[int, int]  # first and last line, from 1


@dataclass(frozen=True, slots=True)
class BlamedLine:
    """A line of the file and the commit that it comes from; committer time in seconds since 1970, None when unreadable."""

    line: int
    commit_sha: str
    committed_at: int | None


class Blamer:
    """Blames lines of one repository; `path` is the directory in which git runs."""

    def __init__(self, room: Path, objects: Path) -> None:
        """`objects` is the source's folder with objects, `room` the room. Raises GitError when it cannot be written."""
        self.path = lay_out(room, objects)
        self._graph = self.path / _GRAPH

    def write_graph(self, tips: Iterable[str]) -> None:
        """Writes the graph of all that `tips` reach; where git cannot (a damaged or shallow history) there is none."""
        self._graph.with_suffix(".lock").unlink(missing_ok=True)  # of a run that was killed
        asked = "".join(f"{sha}\n" for sha in sorted(set(tips))).encode()
        with suppress(GitError):
            write = ("commit-graph", "write", "--stdin-commits", "--changed-paths", "--no-progress")
            run(self.path, *_WITH_GRAPH, *write, stdin=asked)

    def blame(self, revision: str, path: str, ranges: Sequence[Range], *, since: int | None = None) -> list[BlamedLine]:
        """Origin of each line in `ranges` of the file `path` as it is in `revision`, in no order.

        With `since` (seconds since 1970) git looks back no further: an older line has some commit from before then. Raises
        GitError when there is no such file, or when content that git needs is missing or damaged.
        """
        limits = [f"-L{first},{last}" for first, last in ranges] + (
            [] if since is None else [f"--since=@{since} +0000"]
        )
        asked = ["blame", "--incremental", "-w", *limits, revision, "--", path]
        if self._graph.is_file():
            try:
                return _lines(run(self.path, *_WITH_GRAPH, *asked))
            except GitError:  # of the file, or of a graph that the disk has damaged
                pass
        return _lines(run(self.path, *asked))


def _lines(output: bytes) -> list[BlamedLine]:
    times: dict[str, int | None] = {}
    groups: list[tuple[str, int, int]] = []
    for line in output.split(b"\n"):
        if match := _GROUP.fullmatch(line):
            groups.append((match[1].decode(), int(match[2]), int(match[3])))
        elif line.startswith(b"committer-time "):
            times[groups[-1][0]] = int(line[15:]) or None
    return [BlamedLine(first + place, sha, times.get(sha)) for sha, first, count in groups for place in range(count)]
