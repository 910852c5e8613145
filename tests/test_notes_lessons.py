"""What the numbers say to a claim and to a lesson."""

from datetime import date
from decimal import Decimal

import pytest

from retro.analyses.lessons import Expected, Measurement, Verdict, binomial_tail, judge, wilson
from retro.analyses.measures import holds, measure

ROWS = [
    {"theme": "Docs", "commit_count": 4, "first_date": date(2026, 3, 9), "evidence": "inferred", "commit_share": None},
    {"theme": "Fleet", "commit_count": 7, "first_date": date(2026, 3, 9), "evidence": "inferred", "commit_share": 0.5},
]
COLUMNS = tuple(ROWS[0])


@pytest.mark.parametrize(
    ("where", "column", "value", "reason"),
    [
        ({"theme": "Docs"}, None, 4, None),
        ({"theme": "Docs"}, "commit_count", 4, None),
        ({"commit_count": 7.0}, "theme", "Fleet", None),
        ({}, "row_count", 2, None),
        ({"theme": "none"}, "row_count", 0, None),
        ({"theme": "none"}, None, None, "no row matches"),
        (
            {"first_date": "2026-03-09"},
            "theme",
            None,
            "2 rows match; pick one with where, or count them with row_count",
        ),
        ({"theme": "Docs"}, "commit_share", None, "its commit_share is unknown"),
        ({"theme": "Fleet"}, None, None, "the query has 2 numbers (commit_count, commit_share); name one with column"),
        ({"them": "Docs"}, None, None, "the query has no column them; did you mean theme?"),
        ({}, "priority", None, "the query has no column priority"),
    ],
)
def test_one_value_is_picked_or_the_reason_is_told(where, column, value, reason):
    found = measure(ROWS, COLUMNS, where, column)
    assert (found.value, found.reason) == (value, reason)


@pytest.mark.parametrize(
    ("measured", "op", "told", "is_so"),
    [
        (319, "==", "319", True),
        (319, "==", "320", False),
        (Decimal("0.000075000"), "==", "0.000075", True),
        (0.1, "==", "0.1", True),
        (14.5, "~", "15", True),
        (15.5, "~", "15", False),
        (1192, "~", "1200", True),
        (1149, "~", "1200", False),
        (19.96, "~", "20.0", True),
        (24, "~", "20", True),
        (24, "~", "20.0", False),
        (-15, "~", "-15", True),
        (0, "~", "0", True),
        ("clean", "==", "clean", True),
        ("clean", "~", "15", None),
        (True, "==", "true", True),
        (True, "<", "true", None),
        (7, "==", "seven", None),
        (date(2026, 3, 9), "<=", "2026-03-10", True),
        ([1], "==", "1", None),
    ],
)
def test_value_compares_exactly_and_with_a_tilde_by_rounding(measured, op, told, is_so):
    assert holds(measured, op, told) is is_so


def counts(*values, exposure: int = 10) -> list[Measurement]:
    return [Measurement(sequence, value, exposure) for sequence, value in enumerate(values, 1)]


def verdict(expected: Expected, measured: list[Measurement]) -> tuple[str, str]:
    told = judge(expected, measured)
    return told.verdict, told.reason


DOWN = Expected(trend="down", first_sprint=4, last_earlier=3)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            (3, 3, 3, 1),
            ("no effect seen", "1 in 10 days, after 9 in 30 days before; 2 more sprints like this would tell"),
        ),
        (
            (3, 3, 3, 1, 1),
            ("no effect seen", "2 in 20 days, after 9 in 30 days before; one more sprint like this would tell"),
        ),
        ((3, 3, 3, 0), ("worked", "0 in 10 days, after 9 in 30 days before")),
        ((3, 3, 3, 1, 1, 1), ("worked", "3 in 30 days, after 9 in 30 days before")),
        ((1, 1, 1, 9), ("regressed", "9 in 10 days, after 3 in 30 days before")),
        (
            (1, 1, 1, 1),
            ("too few to tell", "1 in 10 days, after 3 in 30 days before; 20 more sprints like this would not tell"),
        ),
        ((3, 3, 3), ("not yet", "the first whole sprint since then is still to come")),
    ],
)
def test_trend_is_tested_against_three_sprints_before_with_exposure(values, said):
    assert verdict(DOWN, counts(*values)) == said


def test_only_three_sprints_before_are_compared_and_one_in_the_middle_counts_to_neither():
    expected = Expected(trend="down", first_sprint=6, last_earlier=4)
    told = judge(expected, counts(100, 2, 2, 2, 100, 2))
    assert (told.earlier_count, told.earlier_exposure, told.count, told.exposure) == (6, 30, 2, 10)


def test_upward_trend_worked_when_there_are_more():
    assert judge(Expected(trend="up", first_sprint=2, last_earlier=1), counts(1, 9)).verdict == "worked"


@pytest.mark.parametrize(
    ("op", "values", "said"),
    [
        ("==", (3, 0, 0), ("holds", "== 0 in 2 of 2 sprints; in the last 0", "too few to tell")),
        ("==", (3, 0, 1), ("broken", "== 0 in 1 of 2 sprints; in the last 1", "too few to tell")),
        ("<=", (9, 0), ("broken", None, None)),
    ],
)
def test_expected_value_holds_in_every_sprint_beside_the_trend(op, values, said):
    told = judge(Expected(op, "0", first_sprint=2, last_earlier=1), counts(*values))
    if said[1] is None:
        assert (told.verdict, told.trend) == ("holds", "worked")
    else:
        assert (told.verdict, told.reason, told.trend) == said
    assert told.further_sprint_count is None


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        (Measurement(2, reason="no row matches"), "no row matches"),
        (Measurement(2, 3, 10, coverage=0.79), "only 79% of what it rests on could be judged"),
        (Measurement(2, 3, 0), "nothing could have gone wrong: the exposure is 0"),
    ],
)
def test_what_cannot_be_measured_says_why(last, reason):
    assert verdict(Expected("==", "0", first_sprint=2, last_earlier=1), [*counts(1), last]) == (
        "not measurable",
        reason,
    )


def test_without_a_query_or_before_its_time_there_is_no_verdict():
    assert judge(None, counts(1)) == Verdict("not measurable", "the notes name no query that would show it")
    assert judge(Expected(waits_for="still open: A-1"), counts(1)) == Verdict("not yet", "still open: A-1")
    told = judge(Expected(trend="down", first_sprint=1), counts(1))
    assert (told.verdict, told.reason) == ("too few to tell", "no earlier sprint to compare with")


def test_value_of_another_kind_is_not_compared():
    told = judge(Expected("~", "0", first_sprint=1), [Measurement(1, "clean", 10)])
    assert (told.verdict, told.reason) == ("not measurable", "clean cannot be compared with 0")


def test_only_counts_have_a_trend():
    told = judge(Expected(trend="down", first_sprint=2, last_earlier=1), counts(1.5, 2.5))
    assert (told.verdict, told.reason) == (
        "not measurable",
        "only counts and shares of a count can be compared over sprints",
    )


@pytest.mark.parametrize(
    ("before", "since", "said"),
    [
        ((0.5, 100), (0.1, 100), "worked"),
        ((0.5, 100), (0.45, 100), "too few to tell"),
        ((0.5, 10), (0.0, 10), "too few to tell"),
    ],
)
def test_shares_compare_by_intervals_that_do_not_overlap(before, since, said):
    expected = Expected(trend="down", is_share=True, first_sprint=2, last_earlier=1, unit="commits")
    assert judge(expected, [Measurement(1, *before), Measurement(2, *since)]).verdict == said


def test_further_sprints_that_would_tell_are_counted():
    told = judge(DOWN, counts(3, 3, 3, 1))
    assert (told.verdict, told.further_sprint_count) == ("no effect seen", 2)
    assert judge(DOWN, counts(3, 3, 3, 1, 1, 1)).verdict == "worked"


def test_exact_test_and_interval_are_those_of_the_textbooks():
    assert binomial_tail(3, 10, 0.5) == pytest.approx(176 / 1024)
    assert binomial_tail(10, 10, 0.25) == 1
    assert binomial_tail(-1, 10, 0.25) == 0
    assert binomial_tail(500_000, 1_000_000, 0.5) == pytest.approx(0.5, abs=1e-3)
    assert wilson(8, 10) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)


def test_test_alone_says_worked_without_a_change_in_at_most_a_tenth():
    """Three events a sprint before and after: the mass of outcomes that would be called an effect."""
    rate = sum(
        _poisson(before, 9) * _poisson(since, 3)
        for before in range(40)
        for since in range(25)
        if _is_worked(before, since)
    )
    assert 0.02 < rate <= 0.10


def _poisson(count: int, mean: float) -> float:
    chance = 2.718281828459045**-mean
    for one in range(1, count + 1):
        chance *= mean / one
    return chance


def _is_worked(before: int, since: int) -> bool:
    measured = [Measurement(1, before, 30), Measurement(2, since, 10)]
    return judge(Expected(trend="down", first_sprint=2, last_earlier=1), measured).verdict == "worked"
