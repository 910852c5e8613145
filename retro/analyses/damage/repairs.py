"""When damage was repaired: the first commit after it, in the order of landing, at whose file the symptom is gone.

A repair is told by the file itself: one of the commit's parents still had the symptom, the commit has not. It must descend from
the commit that brought the damage. A file that was deleted takes its damage along, unless the same commit holds the old text
under a new name: then the damage went there. What cannot be read, or cannot be parsed, repairs nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from retro.analyses.damage.names import has_word
from retro.analyses.damage.paths import language_of
from retro.analyses.damage.symptoms import LOST, REMOVED, STALE, TWICE, UNREPAIRED, Damage
from retro.analyses.damage.texts import Texts
from retro.git.results import Result, results_against
from retro.git.room import Room

_AT_ONCE = 6  # versions of a file that are read before the next are asked for
_MOST_MOVES = 3
_STILL_LOST_SHARE = 0.2
_PATHS_AT_ONCE = 500


@dataclass(frozen=True)
class Step:
    """A commit of a history: its parents, and when it landed (None: unknown; then its place decides)."""

    commit_sha: str
    parents: tuple[str, ...]
    landed_at: datetime | None = None


class History:
    """Commits in an order in which parents stand before children."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = steps
        self.places = {step.commit_sha: place for place, step in enumerate(steps)}

    def order(self, sha: str) -> tuple[float, int]:
        """By the moment of landing, then by place."""
        place = self.places[sha]
        landed_at = self.steps[place].landed_at
        return (landed_at.timestamp() if landed_at else float("inf")), place

    def descents(self, shas: Sequence[str]) -> dict[str, int]:
        """For each commit, a bit for each of `shas` that it descends from."""
        own = {sha: 1 << bit for bit, sha in enumerate(shas)}
        below: dict[str, int] = {}
        for step in self.steps:
            bits = 0
            for parent in step.parents:
                bits |= below.get(parent, 0) | own.get(parent, 0)
            if bits:
                below[step.commit_sha] = bits
        return below


def find_repairs(room: Room, texts: Texts, damages: Sequence[Damage], history: History) -> dict[int, str]:
    """Commit that repaired each of `damages`, by its position; those without a repair are left out."""
    found: dict[int, str] = {}
    open_ones = {
        number: damage
        for number, damage in enumerate(damages)
        if damage.symptom.rule not in UNREPAIRED and damage.commit_sha in history.places
    }
    for _ in range(_MOST_MOVES):
        if not open_ones:
            break
        ended = _search(room, texts, open_ones, history)
        moved = _moves(room, {number: change for number, change in ended.items() if change.new_id is None}, open_ones)
        found |= {number: change.commit_sha for number, change in ended.items() if number not in moved}
        open_ones = moved
    return found


def _search(room: Room, texts: Texts, damages: Mapping[int, Damage], history: History) -> dict[int, Result]:
    """The change that took each damage out of its file."""
    shas = list(dict.fromkeys(damage.commit_sha for damage in damages.values()))
    below, bits = history.descents(shas), {sha: 1 << bit for bit, sha in enumerate(shas)}
    by_path = _events(room, damages, history)
    queues = {
        number: [
            change
            for change in sorted(
                (each for path in _paths(damage) for each in by_path.get(path, ())),
                key=lambda change: history.order(change.commit_sha),
            )
            if below.get(change.commit_sha, 0) & bits[damage.commit_sha]
        ]
        for number, damage in damages.items()
    }
    found: dict[int, Result] = {}
    while queues:
        some = {number: queue[:_AT_ONCE] for number, queue in queues.items()}
        judged = _Judged(texts, [(damages[number], change) for number, queue in some.items() for change in queue])
        for number, queue in some.items():
            hit = next((change for change in queue if judged.is_repair(damages[number], change)), None)
            if hit:
                found[number] = hit
        queues = {n: queue[_AT_ONCE:] for n, queue in queues.items() if n not in found and len(queue) > _AT_ONCE}
    return found


def _paths(damage: Damage) -> list[str]:
    return [damage.path, *([damage.module_path] if damage.module_path else [])]


def _events(room: Room, damages: Mapping[int, Damage], history: History) -> dict[str, list[Result]]:
    """Changes of the damaged files against each parent, after the first damage."""
    first = min(history.places[damage.commit_sha] for damage in damages.values())
    steps = history.steps[first:]
    paths = sorted({path for damage in damages.values() for path in _paths(damage)})
    by_path: dict[str, list[Result]] = {}
    for start in range(0, len(paths), _PATHS_AT_ONCE):
        for number in range(max(len(step.parents) for step in steps)):
            pairs = [(step.commit_sha, step.parents[number]) for step in steps if len(step.parents) > number]
            for change in results_against(room.path, pairs, paths[start : start + _PATHS_AT_ONCE]):
                by_path.setdefault(change.path, []).append(change)
    return by_path


class _Judged:
    """What is needed to tell repairs among some changes, read at once."""

    def __init__(self, texts: Texts, asked: Sequence[tuple[Damage, Result]]) -> None:
        by_text = [(damage, change) for damage, change in asked if not _needs_content(damage)]
        self._texts = texts.judge(
            (object_id, language_of(damage.path))
            for damage, change in by_text
            for object_id in (change.new_id, *change.parent_ids)
            if object_id
        )
        self._contents = texts.contents(
            object_id
            for damage, change in asked
            if _needs_content(damage)
            for object_id in (damage.new_id, change.new_id, *change.parent_ids)
        )

    def is_repair(self, damage: Damage, change: Result) -> bool:
        """Whether the symptom was there before the change and is gone after it."""
        old_id = change.parent_ids[0]
        if change.path == damage.module_path:
            # The name is back where the import looks for it.
            return self._has_name(change.new_id, damage) and not self._has_name(old_id, damage)
        return old_id is not None and self._has(damage, old_id) is True and self._has(damage, change.new_id) is False

    def _has_name(self, object_id: str | None, damage: Damage) -> bool:
        return has_word(self._contents.get(object_id or "", b""), damage.symptom.name)

    def _has(self, damage: Damage, object_id: str | None) -> bool | None:
        """Whether a version of the file has the symptom; None: cannot be told."""
        if object_id is None:
            return False
        if _needs_content(damage):
            content = self._contents.get(object_id)
            return None if content is None else _shows(damage, content)
        text = self._texts[object_id, language_of(damage.path)]
        if damage.symptom.key in text.symptoms:
            return True
        return False if text.knows(damage.symptom.rule) else None


def _needs_content(damage: Damage) -> bool:
    return damage.symptom.rule in (TWICE, REMOVED, LOST, STALE)


def _shows(damage: Damage, content: bytes) -> bool:
    if damage.symptom.rule == TWICE:
        return content.count(damage.block) > 1
    if damage.symptom.rule == REMOVED:
        return has_word(content, damage.symptom.name)
    lines = {line.strip() for line in content.split(b"\n")}
    return len(damage.lost_lines - lines) > _STILL_LOST_SHARE * len(damage.lost_lines)


def _moves(room: Room, deletions: Mapping[int, Result], damages: Mapping[int, Damage]) -> dict[int, Damage]:
    """Damages whose file was deleted in a commit that adds the same text elsewhere, each as it goes on there."""
    shas = {change.commit_sha for change in deletions.values()}
    if not shas:
        return {}
    pairs = [
        (change.commit_sha, room.run("rev-parse", f"{change.commit_sha}^").decode().strip())
        for change in deletions.values()
    ]
    added: dict[tuple[str, str], str] = {}
    for change in results_against(room.path, sorted(set(pairs))):
        if change.new_id and change.parent_ids == (None,):
            added[change.commit_sha, change.new_id] = change.path
    moved = {}
    for number, change in deletions.items():
        path = added.get((change.commit_sha, change.parent_ids[0] or ""))
        if path:
            moved[number] = replace(damages[number], commit_sha=change.commit_sha, path=path)
    return moved
