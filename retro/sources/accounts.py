"""What a run read and kept of one source item, and why the rest is missing."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Account:
    """What a run read and kept of one item (a repository, a log file), and why values are missing; grows while it is read.

    `note` is a sentence about the run as a whole, `reasons` count the records that each is true of, `places` say where each
    was met first.
    """

    read: int = 0
    loaded: int = 0
    masked: int = 0
    note: str | None = None
    reasons: Counter[str] = field(default_factory=Counter)
    places: dict[str, str] = field(default_factory=dict)

    def miss(self, reason: str, place: str) -> None:
        """Counts one record of which `reason` is true, met at `place` ("line 12")."""
        self.reasons[reason] += 1
        self.places.setdefault(reason, place)

    def count(self, reason: str, times: int) -> None:
        """Counts so many records of which `reason` is true; without any, it is not mentioned."""
        if times:
            self.reasons[reason] += times

    def text(self) -> str | None:
        """The note, then the reasons with their counts and first places; None without any."""
        counted = [self._counted(reason, count) for reason, count in sorted(self.reasons.items())]
        return "; ".join([self.note, *counted] if self.note else counted) or None

    def _counted(self, reason: str, count: int) -> str:
        place = self.places.get(reason)
        if place is None:
            return f"{reason}: {count:,}"
        return f"{reason}: {count:,} ({'first ' if count > 1 else ''}at {place})"
