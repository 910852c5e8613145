"""What the numbers say to a lesson, sprint by sprint.

A lesson expects a value in each sprint since its day (holds, broken), or a trend against up to three sprints before (worked,
regressed, no effect seen). A trend of counts is tested by the conditional exact test: given all events, those since are
binomial with the share of the exposure that lies since; it is one-sided at 0.10, so that fewer events than before, which
chance alone brings in four of ten cases, do not count as an effect. Shares compare by their Wilson intervals at 95 %.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from retro.analyses.measures import holds, shown

CHANCE = 0.10
FEWEST_EVENTS, FEWEST_JUDGED = 5, 20
LEAST_COVERAGE = 0.8
EARLIER_SPRINTS, MOST_FURTHER = 3, 20
_Z = 1.959963984540054


@dataclass(frozen=True)
class Expected:
    """What a lesson expects: `op` and `value` as text, or a `trend`; `is_share` where the value is a share of the exposure.

    `first_sprint` is the number of the first whole sprint from which it should show, `last_earlier` that of the last one that
    was over before: a sprint in the middle of which it began counts to neither. None: not due yet, because of `waits_for`.
    `unit` names the exposure.
    """

    op: str | None = None
    value: str | None = None
    trend: str | None = None
    is_share: bool = False
    first_sprint: int | None = None
    last_earlier: int = 0
    waits_for: str = ""
    unit: str = "days"

    @property
    def is_down(self) -> bool:
        """Whether fewer is better: as the trend says, else as the operator does."""
        return self.trend == "down" if self.trend else self.op not in (">", ">=")


@dataclass(frozen=True)
class Measurement:
    """What the query said of the sprint number `sequence`: its value and exposure, or why not; `coverage` is 0 to 1."""

    sequence: int
    value: int | float | Decimal | str | None = None
    exposure: int = 0
    coverage: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Verdict:
    """A lesson's verdict, what decided it in words, and the counts behind it."""

    verdict: str
    reason: str
    trend: str | None = None
    count: int | None = None
    exposure: int | None = None
    earlier_count: int | None = None
    earlier_exposure: int | None = None
    value: object = None
    chance: float | None = None
    sprint_count: int = 0
    earlier_sprint_count: int = 0
    further_sprint_count: int | None = None


def judge(expected: Expected | None, measured: Sequence[Measurement]) -> Verdict:
    """The verdict after the last of the sprints that were measured, which stand in the order of time."""
    if expected is None:
        return Verdict("not measurable", "the notes name no query that would show it")
    if expected.first_sprint is None:
        return Verdict("not yet", expected.waits_for)
    since = [one for one in measured if one.sequence >= expected.first_sprint]
    if not since:
        return Verdict("not yet", "the first whole sprint since then is still to come")
    if told := _unmeasured(since):
        return Verdict("not measurable", told, sprint_count=len(since))
    before = [one for one in measured if one.sequence <= expected.last_earlier and _unmeasured([one]) is None]
    tested = _trend(expected, since, before[-EARLIER_SPRINTS:])
    return tested if expected.op is None else _absolute(expected, since, tested)


def _unmeasured(since: Sequence[Measurement]) -> str | None:
    for one in since:
        if one.reason:
            return one.reason
        if one.coverage is not None and one.coverage < LEAST_COVERAGE:
            return f"only {one.coverage:.0%} of what it rests on could be judged"
        if not one.exposure:
            return "nothing could have gone wrong: the exposure is 0"
    return None


def _absolute(expected: Expected, since: Sequence[Measurement], tested: Verdict) -> Verdict:
    """Whether the value stood in every sprint since, beside what the trend says."""
    stood = [holds(one.value, expected.op, expected.value) for one in since]
    beside = replace(
        tested, trend=None if tested.verdict == "not measurable" else tested.verdict, value=since[-1].value
    )
    if None in stood:
        return replace(
            beside,
            verdict="not measurable",
            reason=f"{shown(since[-1].value)} cannot be compared with {expected.value}",
        )
    broken = stood.count(False)
    kept = f"{len(stood) - broken} of {len(stood)} {'sprint' if len(stood) == 1 else 'sprints'}"
    told = f"{expected.op} {expected.value} in {kept}; in the last {_short(since[-1].value)}"
    return replace(beside, verdict="broken" if broken else "holds", reason=told, further_sprint_count=None)


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else shown(value)


def _trend(expected: Expected, since: Sequence[Measurement], before: Sequence[Measurement]) -> Verdict:
    known = Verdict(
        "not measurable", "", value=since[-1].value, sprint_count=len(since), earlier_sprint_count=len(before)
    )
    if not before:
        return replace(known, verdict="too few to tell", reason="no earlier sprint to compare with")
    try:
        (count, exposure), (earlier, earlier_exposure) = (_sums(part, expected.is_share) for part in (since, before))
    except (TypeError, ValueError):
        return replace(known, reason="only counts and shares of a count can be compared over sprints")
    known = replace(known, count=count, exposure=exposure, earlier_count=earlier, earlier_exposure=earlier_exposure)
    return (_share_trend if expected.is_share else _count_trend)(expected, known)


def _sums(part: Sequence[Measurement], is_share: bool) -> tuple[int, int]:
    """Events and exposure; ValueError for what is no count, or no share of one."""
    exposure = sum(one.exposure for one in part)
    if is_share:
        return sum(round(float(one.value) * one.exposure) for one in part), exposure
    if any(isinstance(one.value, bool) or int(one.value) != one.value or one.value < 0 for one in part):
        raise ValueError("no counts")
    return sum(int(one.value) for one in part), exposure


def _count_trend(expected: Expected, known: Verdict) -> Verdict:
    events = known.count + known.earlier_count
    share = known.exposure / (known.exposure + known.earlier_exposure)
    fewer, more = binomial_tail(known.count, events, share), 1 - binomial_tail(known.count - 1, events, share)
    wanted, unwanted = (fewer, more) if expected.is_down else (more, fewer)
    before = f"{known.earlier_count} in {known.earlier_exposure} {expected.unit} before"
    told = f"{known.count} in {known.exposure} {expected.unit}, after {before}"
    known = replace(known, reason=told, chance=min(1.0, max(0.0, min(wanted, unwanted))))
    if events < FEWEST_EVENTS:
        return _awaiting(replace(known, verdict="too few to tell"), _is_count_told)
    if wanted <= CHANCE or unwanted <= CHANCE:
        return replace(known, verdict="worked" if wanted <= CHANCE else "regressed")
    return _awaiting(replace(known, verdict="no effect seen"), _is_count_told)


def _share_trend(expected: Expected, known: Verdict) -> Verdict:
    low, high = wilson(known.count, known.exposure)
    earlier_low, earlier_high = wilson(known.earlier_count, known.earlier_exposure)
    before = f"{earlier_low:.0%} to {earlier_high:.0%} of {known.earlier_exposure}"
    told = f"{low:.0%} to {high:.0%} of {known.exposure} {expected.unit}, after {before}"
    known = replace(known, reason=told)
    is_small = min(known.exposure, known.earlier_exposure) < FEWEST_JUDGED
    if is_small or (low <= earlier_high and earlier_low <= high):
        return _awaiting(replace(known, verdict="too few to tell"), _is_share_told)
    has_fallen = high < earlier_low
    return replace(known, verdict="worked" if has_fallen == expected.is_down else "regressed")


def _awaiting(known: Verdict, is_told: Callable[[Verdict, int, int], bool]) -> Verdict:
    """The verdict with how many more sprints like those since would tell an effect; None when twenty would not."""
    for further in range(1, MOST_FURTHER + 1):
        times = 1 + Decimal(further) / known.sprint_count
        if is_told(known, round(known.count * times), round(known.exposure * times)):
            told = "one more sprint like this" if further == 1 else f"{further} more sprints like this"
            return replace(known, reason=f"{known.reason}; {told} would tell", further_sprint_count=further)
    return replace(known, reason=f"{known.reason}; {MOST_FURTHER} more sprints like this would not tell")


def _is_count_told(known: Verdict, count: int, exposure: int) -> bool:
    events = count + known.earlier_count
    tail = partial(binomial_tail, total=events, share=exposure / (exposure + known.earlier_exposure))
    return events >= FEWEST_EVENTS and min(tail(count), 1 - tail(count - 1)) <= CHANCE


def _is_share_told(known: Verdict, count: int, exposure: int) -> bool:
    low, high = wilson(count, exposure)
    earlier_low, earlier_high = wilson(known.earlier_count, known.earlier_exposure)
    is_large = min(exposure, known.earlier_exposure) >= FEWEST_JUDGED
    return is_large and (high < earlier_low or earlier_high < low)


def binomial_tail(count: int, total: int, share: float) -> float:
    """Probability of at most `count` of `total`, each with the probability `share` (0 to 1, both left out).

    Terms beyond twelve standard deviations are left out: they add less than a double can hold.
    """
    middle, spread = total * share, 12 * (1 + math.sqrt(total * share * (1 - share)))
    if count >= min(total, middle + spread):
        return 1.0
    return math.fsum(math.exp(_log_term(one, total, share)) for one in range(max(0, int(middle - spread)), count + 1))


def _log_term(count: int, total: int, share: float) -> float:
    """Logarithm of the probability of exactly `count`."""
    ways = math.lgamma(total + 1) - math.lgamma(count + 1) - math.lgamma(total - count + 1)
    return ways + count * math.log(share) + (total - count) * math.log1p(-share)


def wilson(count: int, total: int) -> tuple[float, float]:
    """The interval of Wilson (1927) at 95 % for a share, 0 to 1."""
    share, square = count / total, _Z * _Z / total
    middle = (share + square / 2) / (1 + square)
    half = _Z * math.sqrt(share * (1 - share) / total + square / (4 * total)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)
