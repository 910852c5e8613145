"""Who had written the lines that a commit deleted -> `deleted_lines`, `deleted_line_checks`.

Only lines that the commit took away are blamed, whitespace left aside, and git looks back no further than 30 days before it: a
line that was there by then is old, whoever wrote it. That is enough for rework within 21 days and churn within 14, and spares
most of the history that a blame walks. A file that nothing touched in these days is not asked for at all.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from retro import tables
from retro.errors import GitError
from retro.git.blame import BlamedLine, Blamer, Range
from retro.git.changes import FileChange, Hunk, Pair, changed_files, changed_lines
from retro.git.room import Room

_RULES_VERSION = 1
_COMMITS_AT_ONCE, _GRAPH_PAYS = 100, 20
_MOST_FILES, _MOST_RANGES = 50, 500
DAYS_BACK = 30
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Deleting:
    """A commit with one parent: id, author time in seconds since 1970, old paths that others touched in the days before.

    What it deleted in the paths `left_out` counts for nobody.
    """

    commit_sha: str
    written_at: int
    recent_paths: Collection[str]
    left_out: Collection[str] = ()

    @property
    def since(self) -> int:
        """Lines from before this moment are old, in seconds since 1970."""
        return max(self.written_at - DAYS_BACK * _SECONDS_A_DAY, 0)


@dataclass(frozen=True)
class Judged:
    """Rows of both tables for some commits."""

    origins: pl.DataFrame
    checks: pl.DataFrame
    commit_count: int


@dataclass
class _Counts:
    """What is known of one commit."""

    rules_digest: str
    origins: Counter[str]
    deleted_lines: int = 0
    judged_lines: int = 0
    older_lines: int = 0
    file_count: int = 0
    skipped_file_count: int = 0


def rules_digest(left_out: Collection[str] = ()) -> str:
    """SHA-256 of what decides the rows of a commit whose paths `left_out` count for nobody."""
    rules = (_RULES_VERSION, _MOST_FILES, _MOST_RANGES, DAYS_BACK, sorted(left_out))
    return hashlib.sha256(repr(rules).encode()).hexdigest()


def deleted_line_origins(room: Room, repo: str, commits: Sequence[Deleting]) -> Iterator[Judged]:
    """Rows for the commits, some at a time.

    Raises GitError when git does not run or the room cannot be written; what git cannot read costs only its own lines.
    """
    if not commits:
        return
    blamer = Blamer(room.path, room.place.objects)
    if len(commits) >= _GRAPH_PAYS:
        blamer.write_graph(commit.commit_sha for commit in commits)
    for start in range(0, len(commits), _COMMITS_AT_ONCE):
        some = commits[start : start + _COMMITS_AT_ONCE]
        files, hunks = _deletions(room, {commit.commit_sha: commit.left_out for commit in some})
        found = {one.commit_sha: _judge(blamer, one, files.get(one.commit_sha, ()), hunks) for one in some}
        yield _frames(repo, found, room.place.shallow)


def _deletions(
    room: Room, left_out: Mapping[str, Collection[str]]
) -> tuple[Mapping[str, list[FileChange]], Mapping[Pair, list[Hunk]]]:
    """Files in which each commit deleted lines, and the hunks between their blobs; a commit that git cannot compare has none.

    `left_out` maps each commit to the paths in it that count for nobody.
    """
    listed, broken = changed_files(room.path, list(left_out))
    wanted = [one for one in listed if one.old_id and one.path not in left_out[one.commit_sha]]
    hunks, _ = changed_lines(room.path, [sha for sha in left_out if sha not in broken], {one.pair for one in wanted})
    files: dict[str, list[FileChange]] = {}
    for one in wanted:
        if any(gone for _, gone, _, _ in hunks.get(one.pair, ())):
            files.setdefault(one.commit_sha, []).append(one)
    return files, hunks


def _judge(blamer: Blamer, commit: Deleting, files: Sequence[FileChange], hunks: Mapping[Pair, list[Hunk]]) -> _Counts:
    counts = _Counts(rules_digest(commit.left_out), Counter(), file_count=len(files))
    asked_count = 0
    for file in files:
        ranges = [(old, old + gone - 1) for old, gone, _, _ in hunks[file.pair] if gone]
        line_count = sum(last - first + 1 for first, last in ranges)
        counts.deleted_lines += line_count
        if (file.old_path or file.path) not in commit.recent_paths:
            counts.judged_lines += line_count
            counts.older_lines += line_count
            continue
        asked_count += 1
        lines = _blame(blamer, commit, file, ranges[:_MOST_RANGES]) if asked_count <= _MOST_FILES else None
        counts.skipped_file_count += lines is None
        _count(counts, lines or (), commit.since)
    return counts


def _count(counts: _Counts, lines: Sequence[BlamedLine], since: int) -> None:
    for line in lines:
        counts.judged_lines += 1
        if line.committed_at is None or line.committed_at < since:
            counts.older_lines += 1
        else:
            counts.origins[line.commit_sha] += 1


def _blame(blamer: Blamer, commit: Deleting, file: FileChange, ranges: Sequence[Range]) -> list[BlamedLine] | None:
    try:
        return blamer.blame(f"{commit.commit_sha}^", file.old_path or file.path, ranges, since=commit.since)
    except GitError:
        return None


def _frames(repo: str, found: Mapping[str, _Counts], shallow: Collection[str]) -> Judged:
    origins, checks = tables.empty_rows("deleted_lines"), tables.empty_rows("deleted_line_checks")
    for sha, counts in found.items():
        # What a shallow clone's boundary commit seems to have written may be of any age.
        unknown = sum(counts.origins.pop(cut, 0) for cut in shallow)
        for origin, count in sorted(counts.origins.items()):
            _append(origins, (repo, sha, origin, count, counts.rules_digest))
        judged = counts.judged_lines - unknown
        files = (counts.file_count, counts.skipped_file_count)
        _append(checks, (repo, sha, counts.deleted_lines, judged, counts.older_lines, *files, counts.rules_digest))
    return Judged(tables.frame("deleted_lines", origins), tables.frame("deleted_line_checks", checks), len(found))


def _append(rows: Mapping[str, list], values: Sequence[object]) -> None:
    for column, value in zip(rows.values(), values, strict=True):
        column.append(value)
