"""The default branch as a line of landings, and what lies beside it.

The line is the branch's first-parent history. Each commit that the branch reaches landed with one commit of the line: itself,
or the merge that brought it. A commit that the branch does not reach belongs to whatever head reaches it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from retro.git import Commit
from retro.sources.git import claim


@dataclass(frozen=True)
class Mainline:
    """Commits by id, landed or not; the line, each with its place (0: the oldest); for each landed commit the one of the
    line that brought it; and for each commit the landed merges that have it as another parent than the first."""

    commits: dict[str, Commit]
    line: Mapping[str, int]
    landings: Mapping[str, str]
    merges: Mapping[str, list[str]]

    def place(self, sha: str) -> int:
        """Place on the line at which a landed commit came in."""
        return self.line[self.landings[sha]]

    def latest(self, shas: Iterable[str]) -> str | None:
        """The one of some landed commits that landed last; on a tie one of the line, then the younger; None without any."""
        return max(shas, key=lambda sha: (self.place(sha), sha in self.line, self.time(sha), sha), default=None)

    def time(self, sha: str) -> int:
        """Committer time in seconds since 1970, 0 when it is unreadable."""
        return self.commits[sha].committed_at or 0

    def is_after(self, sha: str, base: str) -> bool:
        """Whether a landed commit came in after `base` did, or beside it by the same merge."""
        gap = self.place(sha) - self.place(base)
        return gap > 0 or (gap == 0 and base not in self.line)

    def with_beside(self, commits: Iterable[Commit]) -> "Mainline":
        """The same line with more commits beside it."""
        return replace(self, commits=self.commits | {commit.sha: commit for commit in commits})


def read_mainline(landed: Iterable[Commit], tip: str) -> Mainline:
    """The line that ends at `tip`; `landed` are the commits that it reaches (others among them do no harm)."""
    by_sha = {commit.sha: commit for commit in landed}
    line = []
    step: str | None = tip
    while step in by_sha:
        line.append(step)
        step = next(iter(by_sha[step].parents), None)
    line.reverse()
    landings = claim(by_sha, line)
    merges: dict[str, list[str]] = {}
    for sha in landings:
        for parent in by_sha[sha].parents[1:]:
            merges.setdefault(parent, []).append(sha)
    return Mainline(by_sha, {sha: place for place, sha in enumerate(line)}, landings, merges)


def reach(
    commits: Mapping[str, Commit], head: str, is_outside: Callable[[str], bool], most: int
) -> tuple[list[str], set[str]] | None:
    """Commits that `head` reaches before it meets one outside, oldest first, and those outside that it met.

    Parents stand before their children, and the first parent's line before the others. None when there are more than `most`.
    """
    inside: list[str] = []
    seen: set[str] = set()
    edge: set[str] = set()
    waiting = [(head, False)]
    while waiting:
        sha, is_done = waiting.pop()
        if is_done:
            inside.append(sha)
        elif sha in seen or sha not in commits:
            continue
        elif is_outside(sha):
            edge.add(sha)
        else:
            seen.add(sha)
            if len(seen) > most:
                return None
            waiting.append((sha, True))
            waiting += [(parent, False) for parent in reversed(commits[sha].parents)]
    return inside, edge
