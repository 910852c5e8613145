"""What the default branch removed and added of late, at each moment that a review asks about."""

from collections.abc import Sequence

from retro.analyses.review_branches import Landing
from retro.analyses.review_scope import WINDOW_DAYS, Landed, kept_line
from retro.git import Room
from retro.git.diffs import FileLines, signed_lines

_AT_ONCE = 300
_DAY = 86_400
_FORGET_DAYS = 7
_LANDING_SECONDS = 120  # a forge notes the merge some seconds after the commits that it makes


class DefaultBranch:
    """The default branch, gone through once; moments are asked for in order."""

    def __init__(self, room: Room, landings: Sequence[Landing]) -> None:
        self._room, self._waiting = room, list(landings)
        self._landed, self._forgotten_at = Landed(), 0
        self._read: dict[str, dict[str, FileLines]] = {}  # of the next landings, since each call of git costs

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
        if first not in self._read:  # also of one without a change, which has no answer
            some = [(each.sha, each.parent) for each in self._waiting[:_AT_ONCE]]
            self._read = {first: {}} | signed_lines(self._room.path, some, kept_line)
        return self._read[first]
