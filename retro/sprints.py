"""The sprints of a project: `first = 2026-02-23, days = 14` and named ones -> half-open windows in UTC.

Named sprints win: a cadence sprint with the same id is replaced, one that overlaps a named sprint is left out. The
cadence numbers its sprints "1", "2", ... from `first` on, and keeps those numbers whatever is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from retro.config.literals import closest, toml_text
from retro.config.models import SprintRules
from retro.errors import UsageError

_ONE_DAY = timedelta(days=1)
_SHOWN_IDS = 10

Span = tuple[str, date, date, str | None, Literal["named", "cadence"]]


@dataclass(frozen=True)
class Sprint:
    """The time from `starts_at` up to but without `ends_at`, in UTC: whole local days, `first_date` to `last_date`.

    `sequence` counts the project's sprints from 1 in the order of time.
    """

    id: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    first_date: date
    last_date: date
    goal: str | None
    origin: Literal["named", "cadence"]


def plan_sprints(rules: SprintRules, timezone: str, until: date) -> list[Sprint]:
    """All named sprints, and those of the cadence up to the one that holds the day `until`, in the order of time.

    A cadence that begins later has its first sprint.
    """
    zone = ZoneInfo(timezone)
    named: list[Span] = [(one.id, one.start, one.end, one.goal, "named") for one in rules.named]
    free = [span for span in _cadence(rules, until) if not _is_taken(span, named)]
    spans = sorted([*named, *free], key=lambda span: span[1])
    return [_sprint(sequence, span, zone) for sequence, span in enumerate(spans, start=1)]


def gap_days(sprints: list[Sprint]) -> list[tuple[date, date]]:
    """First and last day of each stretch between two sprints that belongs to none, in the order of time."""
    return [
        (earlier.last_date + _ONE_DAY, later.first_date - _ONE_DAY)
        for earlier, later in pairwise(sprints)
        if later.first_date - earlier.last_date > _ONE_DAY
    ]


def find_sprint(sprints: list[Sprint], id: str) -> Sprint:
    """The sprint with that id; UsageError with the newest ids when there is none."""
    for sprint in sprints:
        if sprint.id == id:
            return sprint
    ids = [sprint.id for sprint in sprints]
    meant = "" if id.isdigit() else closest(id, ids)
    raise UsageError(f"no sprint {toml_text(id)}{meant} ({_known_ids(ids)})")


def last_finished(sprints: list[Sprint], now: datetime) -> Sprint:
    """The newest sprint that is over at the moment `now`, else the running one; UsageError when none has begun."""
    begun = [sprint for sprint in sprints if sprint.starts_at <= now]
    finished = [sprint for sprint in begun if sprint.ends_at <= now]
    if finished or begun:
        return (finished or begun)[-1]
    if not sprints:
        raise UsageError("no sprint is planned; set `first` and `days` under [sprints] in retro.toml")
    first = sprints[0]
    begins = f"the first, {toml_text(first.id)}, begins on {first.first_date}"
    raise UsageError(f"no sprint has begun yet: {begins}; set an earlier day under [sprints] in retro.toml")


def _cadence(rules: SprintRules, until: date) -> Iterator[Span]:
    if rules.first is None or rules.days is None:
        return
    length = timedelta(days=rules.days)
    first = rules.first
    for number in range(1, max(0, (until - first) // length) + 2):
        yield str(number), first, first + length - _ONE_DAY, None, "cadence"
        first += length


def _is_taken(span: Span, named: list[Span]) -> bool:
    """Whether a named sprint has the id of the span, or one of its days."""
    id, start, end, _, _ = span
    return any(id == other_id or (start <= last and first <= end) for other_id, first, last, _, _ in named)


def _sprint(sequence: int, span: Span, zone: ZoneInfo) -> Sprint:
    id, start, end, goal, origin = span
    ends_at = _day_start(end + _ONE_DAY, zone)
    return Sprint(id, sequence, _day_start(start, zone), ends_at, start, end, goal, origin)


def _day_start(day: date, zone: ZoneInfo) -> datetime:
    """First instant of the local day, in UTC: the earlier midnight of two; where it is skipped, the end of the jump."""
    midnight = datetime.combine(day, time())
    before, start = (midnight.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    # A skipped midnight reads one jump earlier with fold=1 than with fold=0; the clock changes between the two.
    while start - before > timedelta(seconds=1):
        middle = before + (start - before) // 2
        if middle.astimezone(zone).replace(tzinfo=None) < midnight:
            before = middle
        else:
            start = middle
    return start.replace(microsecond=0)


def _known_ids(ids: list[str]) -> str:
    if not ids:
        return "none is planned; set `first` and `days` under [sprints] in retro.toml"
    newest = ", ".join(ids[-_SHOWN_IDS:])
    return f"known: {newest}" if len(ids) <= _SHOWN_IDS else f"the newest {_SHOWN_IDS} of {len(ids)}: {newest}"
