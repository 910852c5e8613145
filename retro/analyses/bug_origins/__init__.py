"""Which commit most probably brought a bug in -> `bug_origins`, one per bug fix (SZZ: Sliwerski, Zimmermann and Zeller 2005).

What the message says comes first: the commit that is reverted, or named as the origin, when it is an ancestor. Else the lines
that the fix took away or wrote beside are blamed, and the most recent commit that they come from is taken. A fix without an
answer has a row with the reason. The parts: references.py (messages), asked_lines.py and code_lines.py (which lines),
retro.git.blame (whose they are), choice.py (which commit, how sure).
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from retro import tables
from retro.analyses.bug_origins.asked_lines import Asked, NearLine, asked_lines, near_lines, ranges
from retro.analyses.bug_origins.choice import CONFIDENCE, LEAST_SHARE, YOUNG_DAYS, Choice, choose, tier
from retro.analyses.bug_origins.named_commits import Named, named_commits
from retro.analyses.path_kinds import path_kind
from retro.errors import GitError
from retro.git.blame import BlamedLine, Blamer
from retro.git.blobs import read_blobs
from retro.git.changes import FileChange, Hunk, Pair, changed_files, changed_lines
from retro.git.room import Room

_RULES_VERSION = 1
_FIXES_AT_ONCE, _GRAPH_PAYS = 100, 20  # fixes; below the latter writing a graph takes longer than it saves
_MOST_BYTES, _MOST_FILES, _MOST_RANGES = 2_000_000, 50, 200


@dataclass(frozen=True)
class Fix:
    """A commit that fixed a bug: id, parents, whole message, committer time in seconds since 1970 (None: unreadable)."""

    commit_sha: str
    parent_shas: Sequence[str]
    message: str
    committed_at: int | None
    is_boundary: bool = False


@dataclass(frozen=True)
class Origin:
    """What is known of the origin of a fix; `reason` says why there is none."""

    commit_sha: str | None = None
    method: str | None = None
    tier: str | None = None
    reason: str | None = None
    blamed_lines: int = 0
    origin_lines: int = 0
    candidate_count: int = 0
    blamed_file_count: int = 0
    skipped_file_count: int = 0


@dataclass(frozen=True)
class _Change:
    """The files that a fix changed, and why they cannot be looked at."""

    files: Sequence[FileChange]
    reason: str | None = None


_Near = dict[FileChange, list[NearLine]]


def rules_digest() -> str:
    """SHA-256 of what decides a row."""
    rules = [
        _RULES_VERSION,
        _MOST_BYTES,
        _MOST_FILES,
        _MOST_RANGES,
        LEAST_SHARE,
        YOUNG_DAYS,
        sorted(CONFIDENCE.items()),
    ]
    return hashlib.sha256(repr(rules).encode()).hexdigest()


def bug_origins(
    room: Room, repo: str, fixes: Sequence[Fix], landed: Mapping[int, str]
) -> Iterator[tuple[int, pl.DataFrame]]:
    """Rows of `bug_origins`, one per fix, some at a time with their number.

    `landed` has the commit that landed each pull request. Raises GitError when git does not run or the room cannot be
    written; what git cannot read costs only the fix that needs it.
    """
    for some in found_origins(room, fixes, landed):
        yield len(some), _frame(repo, some)


def found_origins(
    room: Room, fixes: Sequence[Fix], landed: Mapping[int, str], *, with_messages: bool = True
) -> Iterator[dict[str, Origin]]:
    """Origin by fix, some fixes at a time; without the messages by blame alone, as a benchmark wants it."""
    if not fixes:
        return
    blamer = Blamer(room.path, room.place.objects)
    if len(fixes) >= _GRAPH_PAYS:
        blamer.write_graph(fix.commit_sha for fix in fixes)
    for start in range(0, len(fixes), _FIXES_AT_ONCE):
        some = fixes[start : start + _FIXES_AT_ONCE]
        named = (
            named_commits(blamer.path, {fix.commit_sha: fix.message for fix in some}, landed) if with_messages else {}
        )
        blamed = [fix for fix in some if fix.commit_sha not in named]
        by_blame = _blamed(room, blamer, blamed)
        yield {
            fix.commit_sha: _explicit(named[fix.commit_sha]) if fix.commit_sha in named else by_blame[fix.commit_sha]
            for fix in some
        }


def _explicit(named: Named) -> Origin:
    return Origin(named.commit_sha, named.method, "explicit")


def _blamed(room: Room, blamer: Blamer, fixes: Sequence[Fix]) -> dict[str, Origin]:
    origins = {fix.commit_sha: Origin(reason=reason) for fix in fixes if (reason := _without_parent(fix))}
    open_fixes = [fix for fix in fixes if fix.commit_sha not in origins]
    changes, hunks = _compared(room, [fix.commit_sha for fix in open_fixes])
    near = _near(room, [file for change in changes.values() for file in change.files[:_MOST_FILES]], hunks)
    for fix in open_fixes:
        change = changes[fix.commit_sha]
        origins[fix.commit_sha] = (
            Origin(reason=change.reason) if change.reason else _by_lines(room, blamer, fix, change.files, near)
        )
    return origins


def _without_parent(fix: Fix) -> str | None:
    """Why a fix has no single commit before it."""
    if fix.is_boundary:
        return "shallow boundary"
    return "merge" if len(fix.parent_shas) > 1 else None if fix.parent_shas else "root commit"


def _compared(room: Room, shas: Sequence[str]) -> tuple[dict[str, _Change], dict[Pair, list[Hunk]]]:
    """Files of each commit that were there before, the code first, and the hunks between their blobs."""
    listed, broken = changed_files(room.path, shas)
    files: dict[str, list[FileChange]] = {sha: [] for sha in shas}
    for change in listed:
        files[change.commit_sha].append(change)
    pairs = {change.pair for change in listed if change.old_id}
    hunks, unread = changed_lines(room.path, [sha for sha in shas if sha not in broken], pairs)
    failed = {*broken, *unread}
    return {sha: _change(changed, hunks, sha in failed) for sha, changed in files.items()}, hunks


def _change(files: Sequence[FileChange], hunks: Mapping[Pair, list[Hunk]], is_broken: bool) -> _Change:
    if is_broken:
        return _Change((), "not comparable")
    if files and not any(change.old_id for change in files):
        return _Change((), "only adds files")
    told = [change for change in files if change.old_id and hunks.get(change.pair)]
    told.sort(key=lambda change: (path_kind(change.path)[0] != "code", change.path))
    return _Change(told, None if told else "no text lines")


def _near(room: Room, files: Sequence[FileChange], hunks: Mapping[Pair, list[Hunk]]) -> _Near:
    """Lines to choose from, of each file whose content before the fix can be read."""
    wanted: dict[str, list[FileChange]] = {}
    for file in files:
        wanted.setdefault(file.old_id or "", []).append(file)
    near = {}
    for blob in read_blobs(room.path, list(wanted), _MOST_BYTES):
        if blob.content is not None:
            for file in wanted[blob.object_id]:
                near[file] = near_lines(_old_path(file), hunks[file.pair], blob.content)
    return near


def _by_lines(room: Room, blamer: Blamer, fix: Fix, files: Sequence[FileChange], near: _Near) -> Origin:
    """The origin by blame of those files of the fix whose lines are known."""
    readable = [(_old_path(file), near[file]) for file in files if file in near]
    asked = asked_lines(readable)
    lines, unread = _blame(blamer, fix, asked)
    counts = (asked.line_count, len(asked.lines) - unread, len(files) - len(readable) + unread)
    return _judged(room, fix, choose(lines), asked.has_deleted_code, counts)


def _old_path(file: FileChange) -> str:
    return file.old_path or file.path


def _blame(blamer: Blamer, fix: Fix, asked: Asked) -> tuple[list[BlamedLine], int]:
    """Origins of the lines, and the number of files that git could not tell them of."""
    found, unread = [], 0
    for path, lines in asked.lines.items():
        try:
            found += blamer.blame(f"{fix.commit_sha}^", path, ranges(lines, _MOST_RANGES))
        except GitError:
            unread += 1
    return found, unread


def _judged(
    room: Room, fix: Fix, choice: Choice | None, has_deleted_code: bool, counts: tuple[int, int, int]
) -> Origin:
    """`counts`: lines asked for, files blamed, files skipped."""
    lines, files, skipped = counts
    if choice is None:
        reason = "not readable" if skipped else "no text lines"
        return Origin(reason=reason, blamed_lines=lines, blamed_file_count=files, skipped_file_count=skipped)
    told = (lines, choice.line_count, choice.candidate_count, files, skipped)
    if choice.commit_sha in room.place.shallow:
        return Origin(None, None, None, "beyond the shallow boundary", *told)
    return Origin(choice.commit_sha, "blame", tier(choice, fix.committed_at, has_deleted_code), None, *told)


def _frame(repo: str, origins: Mapping[str, Origin]) -> pl.DataFrame:
    digest, rows = rules_digest(), tables.empty_rows("bug_origins")
    for sha, origin in origins.items():
        values = (
            repo, sha, origin.commit_sha, origin.method, origin.tier, CONFIDENCE.get(origin.tier or ""), origin.reason,
            origin.blamed_lines, origin.origin_lines, origin.candidate_count, origin.blamed_file_count,
            origin.skipped_file_count, "inferred", digest,
        )  # fmt: skip
        for column, value in zip(rows.values(), values, strict=True):
            column.append(value)
    return tables.frame("bug_origins", rows)
