"""Pull requests told from git alone -> `pull_request_records`, `pull_request_commits`.

Reads the refs under which a forge keeps the heads of pull requests, and the graph beside the default branch:

    9f2c7a1e... refs/pull/12/head                 (GitHub, Gitea)
    0b6d3f52... refs/merge-requests/7/head        (GitLab)

`refs/pull/*/merge` is left out: a forge makes such test merges by itself. A head that the default branch reaches was merged,
by the merge that has it as a parent; the other heads are looked for among the changes that landed
(retro.sources.git_landings), then within the branches that were squashed there (retro.sources.git_enclosed). Messages that
name a pull request ("Merge pull request #12", "title (#12)") decide only between several that fit, and where the graph tells
nothing; pull requests without a ref are known by them alone.

What git cannot tell stays NULL: title, when it was opened or closed, and whether one that did not land is still open. Landed
means on the default branch: a pull request into another branch that never got there is `unmerged`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import polars as pl

from retro import tables
from retro.git import Commit, Room
from retro.sources.git_branches import fast_forward, read_beside, trace
from retro.sources.git_enclosed import enclose
from retro.sources.git_landed import Landed
from retro.sources.git_landings import INSIDE, Branch, Finder, Landing, read_changes, start_at
from retro.sources.git_mainline import Mainline, read_mainline
from retro.sources.pull_request_refs import BRANCH, branch_refs, pull_request_refs

# By method, the lower end of the interval of its measured precision (benchmarks/pull_requests.md). What messages name is
# the yardstick there; theirs is the share that blobs and graph confirm. For a branch inside another one there is none.
CONFIDENCE = {
    "merge parent": 0.99,
    INSIDE: None,
    "same blobs": 0.99,
    "same commits": 0.97,
    "same lines": 0.99,
    "similar lines": 0.87,
    "fast-forward": 0.85,
    "named in a message": 0.99,
}
_WEAK = (INSIDE, "fast-forward")  # a message that names another commit knows better


class Told(NamedTuple):
    """What an earlier run said of a pull request: its head, where its change begins, and the commit that merged it."""

    head_sha: str | None
    base_sha: str | None
    merged_sha: str | None


@dataclass(frozen=True)
class Hints:
    """What is known besides the refs: which pull requests each landed commit names in its message, the default branch's commit
    as of the last run, and what that run said of each pull request to which it gave a state."""

    named: Mapping[str, frozenset[int]] = field(default_factory=dict)
    tip: str | None = None
    told: Mapping[int, Told] = field(default_factory=dict)


def read(
    room: Room, repo: str, default: tuple[str, str], graph: Sequence[Commit], hints: Hints | None = None
) -> tuple[dict[str, pl.DataFrame], Counter[str]]:
    """Frames of both tables with the pull requests that are new or have changed, and why refs were left out, with counts.

    `default` is the ref and commit of the default branch; `graph` holds at least the commits that it reaches. Raises GitError
    when git fails as a whole; a pull request with damaged objects only gets a reason.
    """
    hints = hints or Hints()
    refs, reasons = pull_request_refs(room.refs)
    commits = room.peel(refs.values())
    landed = read_mainline(graph, default[1])
    heads = {number: commits[name] for number, name in refs.items() if name in commits}
    open_heads, hints = _open_heads(heads, hints, landed)
    branches = _branches(open_heads)
    beside, broken = read_beside(room, default[1], {branch.head for branch in branches} - landed.landings.keys())
    mainline = landed.with_beside(beside)
    for branch in branches:
        if branch.head in broken:
            branch.reason = "objects of it are missing or damaged"
    _judge(room, mainline, branches, hints)
    named = _by_number(mainline, hints)
    verdicts = [
        *_verdicts(branches, named, hints),
        *(_headless(number, room.refs[name], named) for number, name in refs.items() if name not in commits),
        *_named_only(mainline, refs, named, hints),
    ]
    return _frames(room, repo, default, mainline, verdicts), reasons


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of one pull request; `commits` oldest first."""

    number: int
    head: str | None
    base: str | None = None
    commits: Sequence[str] = ()
    landing: Landing | None = None
    reason: str | None = None
    is_unmerged: bool = False


def _is_settled(told: Told | None, head: str, mainline: Mainline) -> bool:
    return told is not None and told.head_sha == head and told.merged_sha in mainline.landings


def _open_heads(heads: Mapping[int, str], hints: Hints, mainline: Mainline) -> tuple[dict[int, str], Hints]:
    """The heads that are to be judged, and the hints without what was told of them before they or their rivals were there.

    Pull requests with one head are judged together, since only one of them can have landed by a squash.
    """
    told = hints.told
    new = {sha for number, sha in heads.items() if number not in told or told[number].head_sha != sha}
    settled = {sha for number, sha in heads.items() if _is_settled(told.get(number), sha, mainline)} - new
    found = {number: sha for number, sha in heads.items() if sha not in settled}
    kept = {number: each for number, each in told.items() if heads.get(number) not in new}
    return found, replace(hints, told=kept)


def _branches(heads: Mapping[int, str]) -> list[Branch]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for number in sorted(heads):
        numbers[heads[number]].append(number)
    return [Branch(head, owners) for head, owners in numbers.items()]


def _judge(room: Room, mainline: Mainline, branches: Sequence[Branch], hints: Hints) -> None:
    """Fills in the landings of the branches, or the reasons why there is none."""
    trace(mainline, [branch for branch in branches if branch.is_open], room.place.shallow)
    forked = [branch for branch in branches if branch.is_open and branch.fork]
    for branch in forked:
        _resume(mainline, branch, hints)
    # After the last commit nothing has landed yet; a new branch there is still asked what it changes.
    last = next(reversed(mainline.line), None)
    forked = [branch for branch in forked if branch.fork != last or branch.fork == branch.base]
    changes = read_changes(room, forked)
    beside = [branch for branch in forked if branch.is_open]
    if beside:
        since = min(mainline.place(branch.fork) for branch in beside)
        landed = Landed(room, mainline, [sha for sha in mainline.landings if mainline.place(sha) >= since])
        heads = {branch.head: branch.numbers for branch in branches if branch.landing}
        for number, told in hints.told.items():
            if told.merged_sha and told.head_sha:
                heads.setdefault(told.head_sha, [number])
                landed.taken.add(told.merged_sha)
        Finder(room, mainline, landed, hints.named, heads).find(beside, changes)
        enclose(room, mainline, branches)
    fast_forward(mainline, branches, {told.merged_sha for told in hints.told.values()})


def _resume(mainline: Mainline, branch: Branch, hints: Hints) -> None:
    """Of a branch that an earlier run looked for in vain: only what landed since then is looked at."""
    told = [hints.told[number] for number in branch.numbers if number in hints.told]
    if hints.tip not in mainline.line or not told or any(each[::2] != (branch.head, None) for each in told):
        return
    if len(told) == len(branch.numbers):
        start_at(mainline, branch, told[0].base_sha)
        branch.fork = mainline.latest([branch.fork, hints.tip])


def _verdicts(branches: Sequence[Branch], named: Mapping[int, Landing], hints: Hints) -> Iterator[Verdict]:
    for branch in branches:
        winner = _winner(branch, hints)
        for number in branch.numbers:
            verdict = _verdict(branch, number, named.get(number), winner)
            if verdict.landing or hints.told.get(number) != Told(branch.head, branch.base, None):
                yield verdict


def _verdict(branch: Branch, number: int, named: Landing | None, winner: int | None) -> Verdict:
    landing = branch.landing
    is_loser = winner is not None and number != winner
    if named and (landing is None or landing.method in _WEAK or is_loser):
        return Verdict(number, branch.head, branch.base, branch.commits, named)
    if is_loser:
        reason = f"its change landed by pull request {winner}"
        return Verdict(number, branch.head, branch.base, branch.commits, reason=reason, is_unmerged=True)
    is_unmerged = landing is None and (branch.reason is None or branch.landed_by is not None)
    return Verdict(number, branch.head, branch.base, branch.commits, landing, branch.reason, is_unmerged)


def _winner(branch: Branch, hints: Hints) -> int | None:
    """Of pull requests with one head the one that a squash or rebase landed: the one that it names, else the latest.

    None where a merge landed them all, or nothing did.
    """
    if branch.landing is None or branch.landing.how == "merge":
        return None
    named = hints.named.get(branch.landing.run[-1], frozenset())
    return max(named.intersection(branch.numbers) or branch.numbers)


def _by_number(mainline: Mainline, hints: Hints) -> dict[int, Landing]:
    """For each number that a landed commit names the first commit to do so."""
    found: dict[int, Landing] = {}
    for sha in sorted(hints.named.keys() & mainline.landings.keys(), key=lambda sha: (mainline.place(sha), sha)):
        how = "merge" if len(mainline.commits[sha].parents) > 1 else "squash"
        for number in hints.named[sha]:
            found.setdefault(number, Landing(how, sha, (sha,), "named in a message"))
    return found


def _headless(number: int, head: str, named: Mapping[int, Landing]) -> Verdict:
    """A pull request whose head cannot be read; a message can still tell that it was merged."""
    reason = "its head is missing, damaged or no commit"
    return Verdict(number, head, landing=named.get(number), reason=reason)


def _named_only(
    mainline: Mainline, refs: Mapping[int, str], named: Mapping[int, Landing], hints: Hints
) -> Iterator[Verdict]:
    """Pull requests without a ref that a landed commit names; of a merge the commits are known too."""
    for number, landing in named.items():
        told = hints.told.get(number)
        if number in refs or (told and told.merged_sha == landing.sha):
            continue
        parents = mainline.commits[landing.sha].parents
        branch = Branch(parents[1], [number]) if len(parents) > 1 else None
        if branch is None:
            yield Verdict(number, None, landing=landing)
        else:
            trace(mainline, [branch], set())
            yield Verdict(number, branch.head, branch.base, branch.commits, landing)


def _frames(
    room: Room, repo: str, default: tuple[str, str], mainline: Mainline, verdicts: Sequence[Verdict]
) -> dict[str, pl.DataFrame]:
    records, commits = tables.empty_rows("pull_request_records"), tables.empty_rows("pull_request_commits")
    names = branch_names(room, default)
    for verdict in verdicts:
        row = _record(mainline, verdict) | {"source": "git", "repo": repo, "head_ref": names.get(verdict.head)}
        is_into_default = row.get("merged_sha") in mainline.line and row.get("method") != INSIDE
        row["base_ref"] = default[0] if is_into_default else None
        for column, values in records.items():
            values.append(row.get(column))
        for position, sha in enumerate(verdict.commits, 1):
            for values, value in zip(commits.values(), ("git", repo, verdict.number, sha, position), strict=True):
                values.append(value)
    return {
        "pull_request_records": tables.frame("pull_request_records", records),
        "pull_request_commits": tables.frame("pull_request_commits", commits),
    }


def _record(mainline: Mainline, verdict: Verdict) -> dict[str, object]:
    landing = verdict.landing
    row: dict[str, object] = {
        "pr_number": verdict.number,
        "state": "merged" if landing else "unmerged" if verdict.is_unmerged else None,
        "base_sha": verdict.base,
        "head_sha": verdict.head,
        "evidence": "inferred",
        "reason": None if landing else verdict.reason,
        "head_committed_at": _micros(mainline, verdict.head),
    }
    if landing:
        row |= {
            "merged_sha": landing.sha,
            "merged_how": landing.how,
            "merged_at": _micros(mainline, landing.sha),
            "method": landing.method,
            "confidence": CONFIDENCE[landing.method],
        }
    return row


def _micros(mainline: Mainline, sha: str | None) -> int | None:
    """Committer time in microseconds since 1970; None for a commit that is not there, or has no readable one."""
    seconds = mainline.commits[sha].committed_at if sha in mainline.commits else None
    return None if seconds is None else seconds * 1_000_000


def branch_names(room: Room, default: tuple[str, str]) -> dict[str, str]:
    """Name of the one branch that stands at the head of pull requests, by that commit; the default branch aside."""
    names: dict[str, set[str]] = defaultdict(set)
    for ref in branch_refs(room.refs, pull_request_refs(room.refs)[0].values()):
        if ref != default[0]:
            names[room.refs[ref]].add(BRANCH.sub("", ref))
    return {sha: next(iter(found)) for sha, found in names.items() if len(found) == 1}
