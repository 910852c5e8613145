"""Damage that commits and merges did to files, told from blobs alone: nothing is checked out, nothing is run.

A commit is asked about each file that it left different from all of its parents; damage is what the result has and no parent
has, in a file that was there before. So a fault is told of the commit that brought it, once: copies of it (a branch that was
rebased) are the same damage. `scan` finds damage, `find_repairs` when each was repaired.

Where renames are known they are followed; a file that is new has no right state to fall from, and nothing is said of it.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.metadata import version

from retro.analyses.damage.confirming import confirmed
from retro.analyses.damage.landed import text_damage
from retro.analyses.damage.merges import Merge, merge_damage
from retro.analyses.damage.paths import PYTHON, language_of, left_out
from retro.analyses.damage.repairs import History, Step, find_repairs
from retro.analyses.damage.stale import Versions, Written
from retro.analyses.damage.symptoms import RULES, STALE, UNREPAIRED, Damage, Text
from retro.analyses.damage.syntax_parser import PACKAGES
from retro.analyses.damage.texts import Texts, Wanted
from retro.git.results import Result, results
from retro.git.room import Room

__all__ = [
    "RULES", "STALE", "UNREPAIRED", "Asked", "Checked", "Damage", "History", "Scanned", "Step", "Texts", "find_repairs",
    "rules_digest", "scan",
]  # fmt: skip

_RULES_VERSION = 3
_COMMITS_AT_ONCE = 500
_LEAD_COMMITS = 2_000  # before the first new one, so that stale changes of it are seen


@cache
def rules_digest() -> str:
    """SHA-256 of what decides a row: the version of these rules and those of the parsers."""
    parsers = [version(name) for name in ("ruff", "tree-sitter", *PACKAGES)]
    return hashlib.sha256(repr(("damage", _RULES_VERSION, parsers)).encode()).hexdigest()


@dataclass(frozen=True)
class Asked:
    """A commit to look at: times as in `commits`, the paths that a merge changed without a conflict, old paths by new ones.

    `is_whole`: every language and conflict markers everywhere; otherwise Python alone. Merges are always looked at whole.
    """

    commit_sha: str
    parents: tuple[str, ...]
    authored_at: datetime | None
    committed_at: datetime | None
    landed_at: datetime | None
    message: str
    is_whole: bool = False
    edited: tuple[str, ...] = ()
    renames: Mapping[str, str] = field(default_factory=dict)

    @property
    def looks_at_all(self) -> bool:
        """Whether files of every kind are looked at."""
        return self.is_whole or len(self.parents) > 1


@dataclass(frozen=True)
class Checked:
    """A commit that was looked at: files that could hold damage, and those among them that could not be judged."""

    commit_sha: str
    is_whole: bool
    file_count: int
    unread_count: int


@dataclass(frozen=True)
class Scanned:
    """What came of some commits."""

    checked: list[Checked]
    damages: list[Damage]


def scan(
    room: Room, texts: Texts, asked: Sequence[Asked], not_looked_at: frozenset[str], before: Sequence[Asked] = ()
) -> Iterator[Scanned]:
    """Damage of the commits `asked`, in the order of history, up to 500 at a time.

    `not_looked_at` are paths that the team or their names call generated or vendored; `before` are commits that were looked at
    already, of which the last show what `asked` may take back. Raises GitError when git does not run.
    """
    versions, seen = Versions(), set()
    lead = list(before[-_LEAD_COMMITS:])
    written = {one.commit_sha: _written(one) for one in (*lead, *asked)}
    for _ in versions.stale(results(room.path, [one.commit_sha for one in lead]), {}):
        pass
    for start in range(0, len(asked), _COMMITS_AT_ONCE):
        some = asked[start : start + _COMMITS_AT_ONCE]
        changes = _changes(room, some, not_looked_at)
        whole = {one.commit_sha for one in some if one.looks_at_all}
        looked_at = [
            change
            for change in changes
            if not left_out(change.path) and (language_of(change.path) == PYTHON or change.commit_sha in whole)
        ]
        found, known = text_damage(texts, looked_at)
        found = confirmed(found, texts.contents(damage.new_id for damage in found))
        merges = [Merge(one.commit_sha, one.parents, one.edited) for one in some if len(one.parents) == 2]
        found += merge_damage(room, texts, merges, looked_at, known)
        found += _stale(texts, versions, changes, written)
        yield Scanned(_checked(some, looked_at, known), list(_once(found, not_looked_at, seen)))


def _written(one: Asked) -> Written:
    return Written(one.authored_at, one.committed_at, one.landed_at, one.message)


def _changes(room: Room, some: Sequence[Asked], not_looked_at: frozenset[str]) -> list[Result]:
    """Changed files, a renamed one with its old blob."""
    by_sha = {one.commit_sha: one for one in some}
    changes = [change for change in results(room.path, list(by_sha)) if change.path not in not_looked_at]
    gone = {(change.commit_sha, change.path): change.parent_ids for change in changes if not change.new_id}
    followed = []
    for change in changes:
        old_path = by_sha[change.commit_sha].renames.get(change.path)
        old_ids = gone.get((change.commit_sha, old_path)) if old_path and not any(change.parent_ids) else None
        followed.append(Result(change.commit_sha, change.path, old_ids or change.parent_ids, change.new_id))
    return followed


def _stale(
    texts: Texts, versions: Versions, changes: Sequence[Result], written: Mapping[str, Written]
) -> Iterator[Damage]:
    """Stale changes with the lines that they took back; without such a line nothing was lost."""
    found = list(versions.stale(changes, written))
    held = texts.contents(object_id for damage, taken_back in found for object_id in (damage.new_id, taken_back))
    for damage, taken_back in found:
        before, after = held.get(taken_back or ""), held.get(damage.new_id or "")
        lost = _lines(before or b"") - _lines(after or b"")
        if before is not None and after is not None and lost:
            yield Damage(damage.commit_sha, damage.path, damage.symptom, damage.new_id, lost_lines=frozenset(lost))


def _lines(content: bytes) -> set[bytes]:
    return {line.strip() for line in content.split(b"\n") if len(line.strip()) > 2}


def _once(found: Sequence[Damage], not_looked_at: frozenset[str], seen: set[tuple]) -> Iterator[Damage]:
    """Each damage once, whatever it was copied to."""
    for damage in found:
        key = (damage.path, damage.symptom.key, damage.new_id or damage.commit_sha)
        if key not in seen and damage.path not in not_looked_at:
            seen.add(key)
            yield damage


def _checked(some: Sequence[Asked], looked_at: Sequence[Result], known: Mapping[Wanted, Text]) -> list[Checked]:
    counts: dict[str, list[int]] = {}
    for change in looked_at:
        text = known.get((change.new_id or "", language_of(change.path)))
        if text is not None:
            count = counts.setdefault(change.commit_sha, [0, 0])
            count[0] += 1
            count[1] += bool(text.left_out and not text.left_out.startswith("generated"))
    return [Checked(one.commit_sha, one.looks_at_all, *counts.get(one.commit_sha, (0, 0))) for one in some]
