"""Sprints from settings: which there are, and where their windows begin and end in UTC."""

from datetime import UTC, date, datetime, timedelta, tzinfo

import pytest

from retro.config import NamedSprint, SprintRules
from retro.errors import UsageError
from retro.sprints import Sprint, find_sprint, gap_days, last_finished, plan_sprints

CADENCE = SprintRules(first=date(2026, 2, 23), days=14)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def named(id: str, start: date, end: date, goal: str | None = None) -> NamedSprint:
    return NamedSprint(id=id, start=start, end=end, goal=goal)


def days_of(sprints: list[Sprint]) -> list[tuple[str, str, str, str]]:
    return [(one.id, str(one.first_date), str(one.last_date), one.origin) for one in sprints]


def window(day: date, timezone: str, days: int = 1) -> tuple[datetime, datetime]:
    rules = SprintRules(named=(named("x", day, day + timedelta(days=days - 1)),))
    sprint = plan_sprints(rules, timezone, day)[0]
    return sprint.starts_at, sprint.ends_at


def test_a_cadence_runs_through_the_sprint_that_holds_the_last_day():
    first, second, third = (utc(f"{day}T23:00") for day in ("2026-02-22", "2026-03-08", "2026-03-22"))
    assert plan_sprints(CADENCE, "Europe/Berlin", date(2026, 3, 22)) == [
        Sprint("1", 1, first, second, date(2026, 2, 23), date(2026, 3, 8), None, "cadence"),
        Sprint("2", 2, second, third, date(2026, 3, 9), date(2026, 3, 22), None, "cadence"),
    ]
    next_one = ("3", "2026-03-23", "2026-04-05", "cadence")
    assert days_of(plan_sprints(CADENCE, "Europe/Berlin", date(2026, 3, 23)))[2:] == [next_one]


@pytest.mark.parametrize("until", [date(2025, 2, 22), date(2026, 2, 22), date(2026, 2, 23)])
def test_a_cadence_that_begins_later_has_its_first_sprint(until):
    assert days_of(plan_sprints(CADENCE, "UTC", until)) == [("1", "2026-02-23", "2026-03-08", "cadence")]


def test_without_rules_there_is_no_sprint():
    assert plan_sprints(SprintRules(), "UTC", date(2026, 3, 1)) == []


def test_a_named_sprint_replaces_the_cadence_sprint_of_its_id():
    goal = named("2", date(2026, 3, 9), date(2026, 3, 19), "Fleet management")
    rules = CADENCE.model_copy(update={"named": (goal,)})
    sprints = plan_sprints(rules, "Europe/Berlin", date(2026, 4, 5))
    assert days_of(sprints) == [
        ("1", "2026-02-23", "2026-03-08", "cadence"),
        ("2", "2026-03-09", "2026-03-19", "named"),
        ("3", "2026-03-23", "2026-04-05", "cadence"),
    ]
    assert [(one.sequence, one.goal) for one in sprints] == [(1, None), (2, "Fleet management"), (3, None)]
    assert gap_days(sprints) == [(date(2026, 3, 20), date(2026, 3, 22))]


def test_a_replaced_cadence_sprint_is_gone_wherever_the_named_one_lies():
    rules = CADENCE.model_copy(update={"named": (named("1", date(2025, 1, 1), date(2025, 1, 2)),)})
    assert days_of(plan_sprints(rules, "UTC", date(2026, 3, 9))) == [
        ("1", "2025-01-01", "2025-01-02", "named"),
        ("2", "2026-03-09", "2026-03-22", "cadence"),
    ]


@pytest.mark.parametrize("start, end", [(date(2026, 3, 8), date(2026, 3, 8)), (date(2026, 2, 1), date(2026, 2, 23))])
def test_a_cadence_sprint_that_shares_a_day_with_a_named_one_is_left_out(start, end):
    rules = CADENCE.model_copy(update={"named": (named("hack days", start, end),)})
    assert days_of(plan_sprints(rules, "UTC", date(2026, 3, 9))) == [
        ("hack days", str(start), str(end), "named"),
        ("2", "2026-03-09", "2026-03-22", "cadence"),
    ]


def test_named_sprints_come_in_the_order_of_time_also_after_the_last_day():
    late, early = named("b", date(2030, 1, 1), date(2030, 1, 2)), named("c", date(2020, 1, 1), date(2020, 1, 2))
    sprints = plan_sprints(SprintRules(named=(late, early)), "UTC", date(2026, 1, 1))
    assert [(one.id, one.sequence) for one in sprints] == [("c", 1), ("b", 2)]


def test_neighbours_share_the_instant_between_them():
    sprints = plan_sprints(SprintRules(first=date(2025, 1, 1), days=1), "Europe/Berlin", date(2025, 12, 31))
    assert len(sprints) == 365
    assert [one.ends_at for one in sprints[:-1]] == [one.starts_at for one in sprints[1:]]
    assert gap_days(sprints) == []


# Zone, local day, and the UTC instants at which that day begins and ends.
CLOCK_CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29), "2026-03-28T23:00", "2026-03-29T22:00"),  # 23 hours
    ("Europe/Berlin", date(2026, 10, 25), "2026-10-24T22:00", "2026-10-25T23:00"),  # 25 hours
    ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T03:00", "2018-11-05T02:00"),  # begins at 1:00
    ("America/Sao_Paulo", date(2018, 2, 17), "2018-02-17T02:00", "2018-02-18T03:00"),  # 23:00 to 24:00 twice
    ("Africa/Cairo", date(2024, 4, 26), "2024-04-25T22:00", "2024-04-26T21:00"),  # begins at 1:00
    ("Africa/Cairo", date(2024, 10, 31), "2024-10-30T21:00", "2024-10-31T22:00"),  # 23:00 to 24:00 twice
    ("America/Havana", date(2025, 11, 2), "2025-11-02T04:00", "2025-11-03T05:00"),  # 0:00 to 1:00 twice
    ("America/St_Johns", date(2010, 11, 6), "2010-11-06T02:30", "2010-11-07T02:30"),  # back to 23:01 a minute later
    ("Africa/Monrovia", date(1972, 1, 7), "1972-01-07T00:44:30", "1972-01-08T00:00"),  # begins at 0:44:30
    ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00", "2011-12-30T10:00"),  # a day that was left out
    ("Pacific/Kiritimati", date(2026, 1, 1), "2025-12-31T10:00", "2026-01-01T10:00"),
    ("Asia/Kathmandu", date(2026, 1, 1), "2025-12-31T18:15", "2026-01-01T18:15"),
]


@pytest.mark.parametrize("timezone, day, starts_at, ends_at", CLOCK_CHANGES)
def test_a_day_begins_with_its_first_instant_on_the_local_clock(timezone, day, starts_at, ends_at):
    assert window(day, timezone) == (utc(starts_at), utc(ends_at))


def test_a_jump_that_begins_before_midnight_ends_the_day_where_it_lands(monkeypatch):
    """No zone of today does this, so one is made: at 23:30 on 9 March the clock goes to 0:30 on 10 March."""
    monkeypatch.setattr("retro.sprints.ZoneInfo", lambda key: LateJump())
    assert window(date(2026, 3, 10), "Late/Jump") == (utc("2026-03-09T23:30"), utc("2026-03-10T23:00"))


class LateJump(tzinfo):
    change = datetime(2026, 3, 9, 23, 30)

    def utcoffset(self, moment: datetime) -> timedelta:
        local = moment.replace(tzinfo=None, fold=0)
        in_jump = self.change <= local < self.change + timedelta(hours=1)
        summer = local >= self.change and (not in_jump or moment.fold == 1)
        return timedelta(hours=1 if summer else 0)

    def dst(self, moment: datetime) -> timedelta:
        return timedelta(0)

    def fromutc(self, moment: datetime) -> datetime:
        summer = moment.replace(tzinfo=None) >= self.change
        return moment + timedelta(hours=1 if summer else 0)


def test_an_unknown_sprint_is_told_with_the_newest_ids():
    few = plan_sprints(CADENCE, "UTC", date(2026, 3, 22))
    assert find_sprint(few, "2") is few[1]
    with pytest.raises(UsageError) as caught:
        find_sprint(few, "sprint 2")
    assert str(caught.value) == 'no sprint "sprint 2" (known: 1, 2)'
    many = plan_sprints(CADENCE, "UTC", date(2026, 12, 31))
    with pytest.raises(UsageError) as caught:
        find_sprint(many, "99")
    newest = "14, 15, 16, 17, 18, 19, 20, 21, 22, 23"
    assert str(caught.value) == f'no sprint "99" (the newest 10 of 23: {newest})'


def test_an_id_in_words_is_told_the_closest_one():
    sprints = plan_sprints(
        SprintRules(named=(named("Spring clean", date(2026, 3, 1), date(2026, 3, 2)),)), "UTC", date.max
    )
    with pytest.raises(UsageError) as caught:
        find_sprint(sprints, "spring-clean")
    assert str(caught.value) == 'no sprint "spring-clean"; did you mean "Spring clean"? (known: Spring clean)'


def test_without_sprints_the_settings_to_write_are_told():
    for asked in (lambda: find_sprint([], "1"), lambda: last_finished([], utc("2026-03-01T00:00"))):
        with pytest.raises(UsageError, match=r"set `first` and `days` under \[sprints\] in retro\.toml"):
            asked()


def test_the_last_finished_sprint_is_over_at_that_moment():
    first, second = plan_sprints(CADENCE, "UTC", date(2026, 3, 22))
    assert last_finished([first, second], utc("2026-03-22T23:59:59")) is first
    assert last_finished([first, second], utc("2026-03-23T00:00:00")) is second
    assert last_finished([first, second], utc("2027-01-01T00:00:00")) is second


def test_while_the_first_sprint_runs_it_is_taken():
    first, second = plan_sprints(CADENCE, "UTC", date(2026, 3, 22))
    assert last_finished([first, second], utc("2026-02-23T00:00:00")) is first
    with pytest.raises(UsageError) as caught:
        last_finished([first, second], utc("2026-02-22T23:59:59"))
    told = 'no sprint has begun yet: the first, "1", begins on 2026-02-23; set an earlier day under [sprints] in retro.toml'
    assert str(caught.value) == told
