"""Pull requests inside another one that was squashed.

A branch that gathers others and is squashed leaves one commit of them all:

    main     o-----------S   Dev (#40)
              \\
    dev        o--M--E       M merges #7, E is #8 squashed

What such a branch held landed with it: a head that is one of its commits (#7), and a change that one of its commits repeats (#8,
whose own head the branch does not reach). A head that the branch merely grew out of was not merged: the branch brought its
change. The squash must hold the whole branch; of one that is only alike nobody knows which part was left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from retro.git import Room
from retro.git.diffs import file_sets
from retro.sources.git_landings import INSIDE, Branch, Landing, start_at
from retro.sources.git_mainline import Mainline, reach


@dataclass(frozen=True)
class _Place:
    """Where a commit stands in a squashed branch: 0 is the oldest."""

    outer: Branch
    landing: Landing
    position: int
    is_merged: bool  # by a merge, not by being the branch itself at an earlier time


def enclose(room: Room, mainline: Mainline, branches: Sequence[Branch]) -> None:
    """Fills in the landing of branches that a squashed one among `branches` held, and where those squashed into it began."""
    places = _places(mainline, branches)
    lost = [branch for branch in branches if branch.is_open or branch.landed_by is not None]
    for branch in lost:
        if place := places.get(branch.head):
            _judge(branch, place)
    left = [branch for branch in lost if not branch.landing and branch.head not in places]
    bases = {branch: base for branch in left if (base := _base(mainline, branch, places))}
    if not bases:
        return
    changes = file_sets(room.path, [(branch.head, base) for branch, base in bases.items()])
    parts = _parts(room, mainline, [places[base].outer for base in bases.values()])
    for branch, base in bases.items():
        if branch.head in changes and _is_repeated(changes[branch.head].digest, places[base], parts):
            start_at(mainline, branch, base)
            _land(branch, places[base].landing)


def _places(mainline: Mainline, branches: Sequence[Branch]) -> dict[str, _Place]:
    """Commits of branches that were squashed as a whole; one of several such branches belongs to the first that landed."""
    squashed = [(branch, branch.landing) for branch in branches if branch.landing and branch.landing.how != "rebase"]
    whole = [pair for pair in squashed if pair[1].method in ("same blobs", "same lines")]
    whole.sort(key=lambda pair: (mainline.place(pair[1].sha), len(pair[0].commits), pair[0].head))
    places: dict[str, _Place] = {}
    for branch, landing in whole:
        grown = _first_parents(mainline, branch)
        for position, sha in enumerate(branch.commits):
            places.setdefault(sha, _Place(branch, landing, position, sha not in grown))
    return places


def _first_parents(mainline: Mainline, branch: Branch) -> set[str]:
    """The commits that were the branch's head at some time, as far as its history tells."""
    own, found, step = set(branch.commits), set(), branch.head
    while step in own:
        found.add(step)
        own.discard(step)
        step = next(iter(mainline.commits[step].parents), "")
    return found


def _base(mainline: Mainline, branch: Branch, places: Mapping[str, _Place]) -> str | None:
    """The last commit of a squashed branch that another branch stands on; None for one that shares none with any."""
    if places.keys().isdisjoint(branch.commits):
        return None
    own = set(branch.commits)
    _, edge = reach(mainline.commits, branch.head, lambda sha: sha in places or sha not in own, len(own)) or ([], set())
    shared = sorted(edge & places.keys() & own)
    return max(shared, key=lambda sha: (places[sha].position, sha), default=None)


def _parts(room: Room, mainline: Mainline, outers: Sequence[Branch]) -> dict[str, bytes]:
    """What each commit of some branches changed, as a digest; merges, and commits without a change, are left out."""
    shas = {sha: None for outer in outers for sha in outer.commits if len(mainline.commits[sha].parents) < 2}
    found = file_sets(room.path, [(sha, None) for sha in shas])
    return {sha: change.digest for sha, change in found.items() if change.paths}


def _is_repeated(digest: bytes, base: _Place, parts: Mapping[str, bytes]) -> bool:
    """Whether a commit of the squashed branch that came after `base` made the same change."""
    return any(parts.get(sha) == digest for sha in base.outer.commits[base.position + 1 :])


def _judge(branch: Branch, place: _Place) -> None:
    if place.is_merged:
        _land(branch, place.landing)
    elif branch.is_open:
        branch.landed_by = max(place.outer.numbers)
        branch.reason = f"its change landed by pull request {branch.landed_by}"


def _land(branch: Branch, landing: Landing) -> None:
    branch.landing = replace(landing, method=INSIDE)
    branch.reason = branch.landed_by = None
