"""What the default branch removed and added of late, at each moment that a review asks about.

Of a landing only those files are read that a branch asks about which ended up to 30 days later: what it did to others no answer
can hold.
"""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from retro.analyses.review_branches import Landing
from retro.analyses.review_scope import WINDOW_DAYS, Landed
from retro.git.line_changes import FileLines, LineReader

_AT_ONCE = 1_000
_DAY = 86_400
_FORGET_DAYS = 7
_LANDING_SECONDS = 120  # a forge notes the merge some seconds after the commits that it makes


@dataclass(frozen=True)
class Question:
    """A moment that will be asked about, the landing `own` that it leaves out, and the paths that matter to it."""

    at: int
    own: str | None
    paths: Collection[str]


class DefaultBranch:
    """The default branch, gone through once; moments are asked for in the order of `questions`."""

    def __init__(self, reader: LineReader, landings: Sequence[Landing], questions: Sequence[Question]) -> None:
        self._reader, self._waiting = reader, list(landings)
        self._landed, self._forgotten_at = Landed(), 0
        self._read: dict[str, dict[str, FileLines]] = {}  # of the next landings, since each call of git costs
        self._times: dict[str, list[int]] = {}  # when a path is asked about
        self._held: dict[str | None, int] = {}  # until when a landing waits, since it is the asking branch's own
        for question in sorted(questions, key=lambda question: question.at):
            self._held[question.own] = question.at
            for path in question.paths:
                self._times.setdefault(path, []).append(question.at)

    def until(self, at: int, own: str | None) -> Landed:
        """What had landed a moment before `at`, but for the landing `own`, which waits for the next question."""
        held = []
        while self._waiting and self._waiting[0].at < at - _LANDING_SECONDS:
            if self._waiting[0].sha == own:
                held.append(self._waiting.pop(0))
            else:
                files = self._files()
                landing = self._waiting.pop(0)
                self._landed.land(landing.sha, landing.at, files)
        self._waiting[:0] = held
        if at > self._forgotten_at + _FORGET_DAYS * _DAY:  # for the memory alone: what is too old does not count anyway
            self._landed.forget(at - WINDOW_DAYS * _DAY)
            self._forgotten_at = at
        return self._landed

    def _files(self) -> dict[str, FileLines]:
        """Changed files of the first landing that waits."""
        first = self._waiting[0].sha
        if first not in self._read:
            some = {each.sha: each for each in self._waiting[:_AT_ONCE]}
            comparisons = [(each.sha, each.parent) for each in some.values()]
            found = self._reader.read(comparisons, lambda sha, path: self._matters(some[sha], path))
            self._read = {sha: found.get(sha, {}) for sha in some}
        return self._read[first]

    def _matters(self, landing: Landing, path: str) -> bool:
        """Whether a question comes after it to which its lines, or those that it takes the place of, are not too old."""
        times = self._times.get(path, [])
        place = bisect_right(times, landing.at)
        newest = max(landing.at, self._held.get(landing.sha, 0))
        return place < len(times) and times[place] <= newest + WINDOW_DAYS * _DAY
