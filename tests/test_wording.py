"""Numbers, days and names in words: the same on every machine."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from retro.figures import wording


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1192, "1,192"),
        (-5, "\u22125"),
        (0.000075, "0.000075"),
        (47.36, "47.36"),
        (3.0, "3"),
        (1e20, "100,000,000,000,000,000,000"),
        (Decimal("0.003552000000"), "0.003552"),
        (Decimal("1200.00"), "1,200"),
    ],
)
def test_numbers_are_exact_and_never_in_powers_of_ten(value, text):
    assert wording.number_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (99_999, "99,999"),
        (212_345, "212\u202fk"),
        (-211_501, "\u2212212\u202fk"),
        (999_499, "999\u202fk"),
        (999_500, "1\u202fM"),
        (3_440_000, "3.4\u202fM"),
    ],
)
def test_big_numbers_are_shortened_for_a_tile(value, text):
    assert wording.short_number(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0\u202f%"), (0.001, "under 1\u202f%"), (0.304, "30\u202f%"), (0.996, "over 99\u202f%"), (1, "100\u202f%")],
)
def test_only_none_is_0_and_only_all_is_100_per_cent(share, text):
    assert wording.share_text(share) == text


def test_a_change_has_a_sign():
    assert [wording.change_text(now, 10) for now in (11, 10, 8)] == ["+1", "no change", "\u22122"]


@pytest.mark.parametrize(
    ("column", "title"),
    [
        ("changed_file_count", "changed files"),
        ("repository_count", "repositories"),
        ("masked_count", "masked"),
        ("released_at", "released"),
        ("commit_sha", "commit"),
        ("is_merge", "merge"),
        ("expected_cost_usd", "expected cost"),
    ],
)
def test_columns_have_readable_titles(column, title):
    assert wording.column_title(column) == title


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("commit_count", 1, "1 commit"),
        ("commit_count", 0, "no commits"),
        ("commit_count", 1192, "1,192 commits"),
        ("added_lines", 54, "+54 lines"),
        ("deleted_lines", 1, "\u22121 line"),
        ("commit_share", 0.5, "50\u202f%"),
        ("commit_count", None, "commits unknown"),
        ("own_added_lines", 54, "+54 lines"),
        ("own_changed_file_count", 1, "1 changed file"),
    ],
)
def test_measures_carry_their_noun(column, value, text):
    assert wording.measure_text(column, value) == text


@pytest.mark.parametrize(
    ("whole", "own", "text"),
    [
        (1192, 570, "1,192 with generated, vendored and lock files"),
        (570, 570, "no generated, vendored or lock files"),
        (0, 0, "no generated, vendored or lock files"),
        (None, None, "with all files: unknown"),
    ],
)
def test_beside_a_number_that_leaves_files_out_stands_the_raw_one(whole, own, text):
    assert wording.whole_text(whole, own) == text


def test_days_carry_their_weekday_and_a_span_its_year_once():
    assert wording.day_text(date(2026, 3, 17)) == "Tue 17 March"
    assert wording.day_range(date(2026, 3, 9), date(2026, 3, 19)) == "Mon 9 March to Thu 19 March 2026"
    assert wording.day_range(date(2025, 12, 29), date(2026, 1, 9)) == "Mon 29 December 2025 to Fri 9 January 2026"


def test_moments_are_told_in_the_zone_across_daylight_saving():
    before, after = datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, 1, tzinfo=UTC)
    assert wording.moment_text(before, "Europe/Berlin") == "Sun 29 March 2026, 01:59 CET"
    assert wording.moment_text(after, "Europe/Berlin") == "Sun 29 March 2026, 03:01 CEST"
    assert wording.moment_text(datetime(2026, 3, 20, 18, 2), "UTC") == "Fri 20 March 2026, 18:02 UTC"


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("any", None, "\u2013"),
        ("is_merge", True, "yes"),
        ("commit_share", 0.25, "25\u202f%"),
        ("committed_at", datetime(2026, 3, 20, 18, 2, tzinfo=UTC), "Fri 20 Mar 2026, 19:02 CET"),
        ("date", date(2026, 3, 20), "Fri 20 March 2026"),
        ("subjects", ["one", "two"], "one · two"),
        ("commit_sha", "f" * 40, "f" * 10),
        ("path", "<b>", "<b>"),
    ],
)
def test_values_read_as_their_kind(column, value, text):
    assert wording.value_text(column, value, "Europe/Berlin") == text


def test_lists_read_as_phrases():
    assert [wording.list_text(names) for names in (["a"], ["a", "b"], ["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b and c",
    ]


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (0, "0 minutes"),
        (0.005, "under a minute"),
        (0.1667, "10 minutes"),
        (1.49, "89 minutes"),
        (1.5, "2 hours"),
        (47.3833, "47 hours"),
        (71.9, "72 hours"),
        (72, "3 days"),
        (Decimal("143.4"), "6 days"),
        (-47.4, "\u221247 hours"),
    ],
)
def test_a_length_of_time_is_said_as_a_person_says_it(hours, text):
    assert wording.duration_text(hours) == text


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("repair_hours", 47.3833, "47 hours"),
        ("hours", 0, "0 hours"),
        ("removal_days", 7, "7 days"),
        ("median_days", 0.06, "86 minutes"),
        ("repair_hours", None, "\u2013"),
        ("hours_note", 5, "5"),
        ("commit_count", 1192, "1,192"),
        ("commit_share", 0.5, "50\u202f%"),
    ],
)
def test_figures_say_hours_and_days_in_words_and_the_rest_as_it_is(column, value, text):
    assert wording.said_text(column, value) == text


@pytest.mark.parametrize(
    ("column", "title"),
    [
        ("repair_hours", "repair"),
        ("removal_days", "removal"),
        ("hours", "time"),
        ("p90_hours", "9 of 10 within"),
        ("median_detection_hours", "median time to detection"),
        ("commit_count", "commits"),
    ],
)
def test_a_heading_over_words_does_not_repeat_the_unit(column, title):
    assert wording.said_title(column) == title


def test_tiles_labels_and_changes_tell_hours_in_words():
    assert wording.tile_text("median_detection_hours", 143.4) == "6 days"
    assert wording.measure_text("answer_hours", 114.79) == "5 days"
    assert wording.change_text(143.4, 47.0, "median_detection_hours") == "+4 days"
    assert wording.change_text(47.0, 143.4, "median_detection_hours") == "\u22124 days"
