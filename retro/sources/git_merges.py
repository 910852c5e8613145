"""What merges themselves changed -> `merges`, `merge_files`.

A merge has no files in `commit_files`: against either parent it changes what the other side did. Here it is compared with an
automatic merge of its parents, made again (retro.git.remerges): nothing left is a clean merge; a file with a conflict was
resolved by hand; a file without one that differs all the same was edited in the merge, where no review looks.
"""

from collections import Counter
from collections.abc import Iterator, Sequence, Set

import polars as pl

from retro import tables
from retro.git import Commit, Room
from retro.git.diffs import readable
from retro.git.remerges import Remerge, remerges

Rows = dict[str, list]
CUT_OFF = "its history is cut off by a shallow clone"  # until the clone is deepened
DAMAGED = "objects of it are missing or damaged"  # until they arrive


def outcomes(
    room: Room, repo: str, graph: Sequence[Commit], wanted: Set[str], reasons: Counter[str]
) -> Iterator[dict[str, pl.DataFrame]]:
    """Frames of both tables, some hundred merges at a time, for the merges of `graph` among `wanted`.

    Those that are left unjudged are counted in `reasons`. A merge is named by its content and so is what became of it: none need
    be read twice.
    """
    merges = [commit for commit in graph if len(commit.parents) > 1 and commit.sha in wanted]
    unjudged = _unjudged(merges, graph, room.place.shallow)
    if unjudged:
        rows = {name: tables.empty_rows(name) for name in ("merges", "merge_files")}
        for sha, reason in unjudged.items():
            _add_merge(rows["merges"], repo, Remerge(sha, None), reason, reasons)
        yield _frames(rows)
    judged = [commit.sha for commit in merges if commit.sha not in unjudged]
    for part in remerges(room.path, room.place.objects, judged):
        rows = {name: tables.empty_rows(name) for name in ("merges", "merge_files")}
        for remerge in part:
            reason = DAMAGED if remerge.files is None else None
            _add_merge(rows["merges"], repo, remerge, reason, reasons)
            _add_files(rows["merge_files"], repo, remerge)
        yield _frames(rows)


def arrived(room: Room, merges: Sequence[Commit]) -> set[str]:
    """Those of some merges of two parents in whose changes against either no blob is missing, told without reading one.

    A partial clone can lack the blobs of thousands: making their merges again, to fail again, would cost a git run each.
    """
    found = {commit.sha for commit in merges}
    for side in (0, 1):
        asked = [(commit.sha, commit.parents[side]) for commit in merges if commit.sha in found]
        found = {sha for sha, _ in readable(room.path, asked)} if asked else set()
    return found


def _unjudged(merges: Sequence[Commit], graph: Sequence[Commit], shallow: Set[str]) -> dict[str, str]:
    """Merges that an automatic merge cannot be made of, with the reason."""
    octopuses = {commit.sha: "more than two parents" for commit in merges if len(commit.parents) > 2}
    if not shallow:
        return octopuses
    reached = _cuts_below(graph, shallow)
    pairs = {commit.sha: commit.parents for commit in merges if commit.sha not in octopuses}
    # Where just one of two parents reaches a cut, their common ancestor may lie behind it.
    cut = {sha for sha, (one, two) in pairs.items() if reached.get(one) != reached.get(two)}
    return octopuses | dict.fromkeys(sorted(cut), CUT_OFF)


def _cuts_below(graph: Sequence[Commit], shallow: Set[str]) -> dict[str, int]:
    """For each commit the cut commits that it reaches, as a number with a bit for each of them."""
    parents = {commit.sha: commit.parents for commit in graph}
    bits = {sha: 1 << place for place, sha in enumerate(sorted(shallow & parents.keys()))}
    reached: dict[str, int] = {}
    waiting = list(parents)
    while waiting:
        sha = waiting[-1]
        above = [] if sha in reached else [p for p in parents[sha] if p in parents and p not in reached]
        waiting += above
        if not above:
            waiting.pop()
            below = bits.get(sha, 0)
            for parent in parents[sha]:
                below |= reached.get(parent, 0)
            reached[sha] = below
    return reached


def _add_merge(rows: Rows, repo: str, remerge: Remerge, reason: str | None, reasons: Counter[str]) -> None:
    files = remerge.files or ()
    conflicts = sum(1 for file in files if file.conflict_kind)
    edited = len(files) - conflicts
    outcome = "unjudged" if reason else "resolved" if conflicts else "edited" if edited else "clean"
    if reason:
        reasons[f"merges left unjudged: {reason}"] += 1
    counts = (None, None) if reason else (conflicts, edited)
    _append(rows, repo, remerge.commit_sha, outcome, *counts, reason)


def _add_files(rows: Rows, repo: str, remerge: Remerge) -> None:
    for file in remerge.files or ():
        _append(
            rows, repo, remerge.commit_sha, file.path, file.old_path, file.change_kind, file.added_lines, file.deleted_lines,
            file.conflict_kind, "resolved" if file.conflict_kind else "edited",
        )  # fmt: skip


def _append(rows: Rows, *values: object) -> None:
    for column, value in zip(rows.values(), values, strict=True):
        column.append(value)


def _frames(rows: dict[str, Rows]) -> dict[str, pl.DataFrame]:
    return {name: tables.frame(name, columns) for name, columns in rows.items()}
