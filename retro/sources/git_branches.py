"""Where the branches of pull requests left the default branch, which commits are their own, and which of them were merged.

All of it is asked of the graph in memory; git is only needed to read the graph.
"""

from collections.abc import Collection, Sequence, Set

from retro.errors import GitError
from retro.git import Commit, Room
from retro.sources.git_landings import INSIDE, Branch, Landing
from retro.sources.git_mainline import Mainline, reach

_MOST_COMMITS = 10_000  # of one branch; a forge shows a few hundred
_MOST_STEPS = 20_000_000  # commits looked at for all branches, so that any number of refs ends in bounded time
_MOST_FAILURES = 64


def read_beside(room: Room, tip: str, heads: Collection[str]) -> tuple[list[Commit], set[str]]:
    """Commits that `heads` reach and `tip` does not, and the heads whose history cannot be read to its end."""
    commits: dict[str, Commit] = {}
    broken: set[str] = set()
    waiting, failures = [sorted(heads)] if heads else [], 0
    while waiting:
        part = waiting.pop()
        try:
            commits |= {commit.sha: commit for commit in room.graph([*part, f"^{tip}"])}
        except GitError:
            failures += 1
            middle = len(part) // 2
            if middle and failures <= _MOST_FAILURES:
                waiting += [part[middle:], part[:middle]]
            else:
                broken.update(part)
    return list(commits.values()), broken


def trace(mainline: Mainline, branches: Sequence[Branch], shallow: Set[str]) -> None:
    """Fills in fork, base and commits of each open branch, and the landing of those that a merge brought.

    A head on the line itself is left as it is: it either was fast-forwarded or has nothing of its own.
    """
    steps = 0
    for branch in branches:
        if steps > _MOST_STEPS:
            branch.reason = "the pull requests before it have more commits than are looked at"
        elif branch.head in mainline.landings and branch.head not in mainline.line:
            _trace_merged(mainline, branch)
        elif branch.head not in mainline.line:
            _trace_beside(mainline, branch, shallow)
        steps += len(branch.commits)


def fast_forward(mainline: Mainline, branches: Sequence[Branch], taken: Set[str | None]) -> None:
    """Judges the heads that stand on the line: pushed there as they are, unless the commit landed another pull request.

    `taken` are commits that are known to have landed others. How many commits came with a head cannot be told: only itself
    is counted.
    """
    found = {sha for branch in branches if branch.landing for sha in (branch.landing.sha, *branch.landing.run)} | taken
    for branch in branches:
        if not branch.is_open or branch.head not in mainline.line:
            continue
        parents = mainline.commits[branch.head].parents
        if branch.head in found or len(parents) != 1:
            branch.reason = "it has no commits of its own"
        else:
            branch.fork = branch.base = parents[0]
            branch.commits = [branch.head]
            branch.landing = Landing("rebase", branch.head, (branch.head,), "fast-forward")


def _trace_beside(mainline: Mainline, branch: Branch, shallow: Set[str]) -> None:
    traced = reach(mainline.commits, branch.head, mainline.landings.__contains__, _MOST_COMMITS)
    if traced is None:
        branch.reason = f"it has more than {_MOST_COMMITS:,} commits of its own"
        return
    commits, edge = traced
    fork = mainline.latest(edge)
    if fork is None:
        # Where anything is cut, what they share may lie behind it, though the branch's own commits are all there.
        branch.reason = "its history is cut off" if shallow else "it shares no history with the default branch"
        return
    branch.fork = branch.base = fork
    branch.commits = commits


def _trace_merged(mainline: Mainline, branch: Branch) -> None:
    landing = mainline.landings[branch.head]
    merges = [sha for sha in mainline.merges.get(branch.head, ()) if mainline.landings[sha] == landing]
    merge = min(merges, key=mainline.time) if merges else landing

    def is_elsewhere(sha: str) -> bool:
        return mainline.landings.get(sha) != landing

    before = reach(mainline.commits, mainline.commits[merge].parents[0], is_elsewhere, _MOST_COMMITS)
    known = set(before[0]) if before else set()
    traced = reach(mainline.commits, branch.head, lambda sha: is_elsewhere(sha) or sha in known, _MOST_COMMITS)
    branch.commits, edge = traced or ([branch.head], set())
    branch.fork = branch.base = mainline.latest(edge)
    method = "merge parent" if merges else INSIDE
    branch.landing = Landing("merge", merge, (merge,), method)
