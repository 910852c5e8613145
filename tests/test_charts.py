"""Chart makers: what is drawn for which rows, and that text from repositories is data only."""

import json
from datetime import date

import pytest
from results import HOSTILE, make_result

from retro.figures.charts import bars, coverage_bars, paired_dots, share_bars
from retro.figures.day_charts import day_strip, line_strip
from retro.figures.theme import COLOURS, theme

AREAS = [
    {"repo": "a", "area": "other", "commit_count": 9, "other_commit_count": 0, "subjects": None},
    {"repo": "a", "area": "Docs", "commit_count": 2, "other_commit_count": 3, "subjects": ["one"]},
    {"repo": "b", "area": "Backend", "commit_count": 7, "other_commit_count": 1, "subjects": ["two", "three"]},
]
DAYS = [
    {
        "date": date(2026, 3, 28),
        "commit_count": 5,
        "merge_count": 2,
        "own_added_lines": 9,
        "own_deleted_lines": 4,
        "release_count": 0,
    },
    {
        "date": date(2026, 3, 29),
        "commit_count": 0,
        "merge_count": 0,
        "own_added_lines": 0,
        "own_deleted_lines": 0,
        "release_count": 2,
    },
]


def drawn(chart) -> list[list[dict]]:
    """The rows of the chart and then those that a layer has for itself, exact values left out."""
    spec = chart.to_dict()
    data = [part["data"]["values"] for part in (spec, *spec["layer"]) if "data" in part]
    return [
        [{key: value for key, value in row.items() if not key.startswith("exact_")} for row in rows] for rows in data
    ]


def test_bars_are_sorted_with_the_unnamed_rest_last_and_paler():
    _, first = drawn(bars(make_result("area_changes", AREAS), ("repo", "area"), ("commit_count",)))
    assert [(row["name"], row["value"], row["is_vague"]) for row in first] == [
        ("b: Backend", 7, False),
        ("a: Docs", 2, False),
        ("a: other", 9, True),
    ]


def test_two_columns_are_stacked_and_told_as_part_of_their_sum():
    chart = bars(make_result("area_changes", AREAS), "area", ("commit_count", "other_commit_count"), notes="subjects")
    texts, parts = drawn(chart)
    assert [(row["name"], row["part"], row["value"]) for row in parts[:2]] == [
        ("Backend", "commits", 7),
        ("Backend", "other commits", 1),
    ]
    assert [(row["name"], row["says"], row["notes"]) for row in texts] == [
        ("Backend", "7 of 8", ["two", "three"]),
        ("Docs", "2 of 5", ["one", ""]),
        ("other", "9 of 9", ["", ""]),
    ]


def test_a_column_that_is_the_same_in_all_rows_is_left_out_of_names():
    (row, *_), _ = drawn(bars(make_result("area_changes", AREAS[:2]), ("repo", "area"), ("commit_count",)))
    assert row["name"] == "Docs"


def test_bars_start_at_zero_and_more_rows_than_twenty_are_not_drawn():
    rows = [{"path": f"p{number}", "commit_count": number} for number in range(50)]
    chart = bars(make_result("file_changes", rows), "path", ("commit_count",))
    assert len(drawn(chart)[0]) == 20
    assert chart.to_dict()["layer"][0]["encoding"]["x"]["stack"] == "zero"


def test_a_whole_share_has_no_note_on_the_rest_and_an_unknown_one_no_bar():
    rows = [
        {"subject": "themes", "share": 0.75, "part": 9, "whole": 12, "unknown": "commits without a theme"},
        {"subject": "lines", "share": 1.0, "part": 12, "whole": 12, "unknown": "binary files"},
        {"subject": "areas", "share": None, "part": 0, "whole": 0, "unknown": "files without an area"},
    ]
    (texts,) = drawn(share_bars(make_result("coverage", rows), "subject", "share", ("part", "whole"), "unknown"))
    assert [(row["says"], row["notes"], row.get("value")) for row in texts] == [
        ("75\u202f% · 9 of 12", ["commits without a theme"], 0.75),
        ("100\u202f% · 12 of 12", [""], 1.0),
        ("unknown", ["files without an area"], None),
    ]


def test_pairs_without_claim_and_finding_are_left_out():
    rows = [
        {"work_type": "feat", "declared_commit_count": 60, "observed_commit_count": 7},
        {"work_type": "merge", "declared_commit_count": 0, "observed_commit_count": 0},
    ]
    chart = paired_dots(make_result("types", rows), "work_type", ("declared_commit_count", "observed_commit_count"))
    ((row,),) = drawn(chart)
    assert (row["name"], row["says"], row["claimed"], row["found"]) == ("feat", "60 declared · 7 observed", 60, 7)


def test_a_day_has_its_commits_apart_from_its_merges_and_its_releases():
    columns, totals, diamonds, times = drawn(day_strip(make_result("day_changes", DAYS)))
    assert [(row["day"], row["part"], row["value"]) for row in columns] == [
        ("Sat 28 March 2026", "other commits", 3),
        ("Sat 28 March 2026", "merges", 2),
        ("Sun 29 March 2026", "other commits", 0),
        ("Sun 29 March 2026", "merges", 0),
    ]
    assert [row["day"] for row in totals] == ["Sat 28 March 2026"]
    assert [(row["day"], row["times"]) for row in diamonds] == [("Sun 29 March 2026", "2")]
    assert times == diamonds


def test_five_digits_over_a_day_are_shortened_so_that_they_do_not_overlap():
    days = [{**DAYS[0], "commit_count": count} for count in (9_999, 10_800)]
    _, totals, *_ = drawn(day_strip(make_result("day_changes", days)))
    assert [row["label"] for row in totals] == ["9999", "11\u202fk"]


def test_deleted_lines_go_below_zero():
    columns, *_ = drawn(line_strip(make_result("day_changes", DAYS)))
    assert [(row["part"], row["value"]) for row in columns[:2]] == [("added", 9), ("deleted", -4)]


def test_many_days_carry_no_numbers():
    days = [DAYS[0] | {"date": date(2026, 3, day)} for day in range(1, 31)]
    assert len(drawn(day_strip(make_result("day_changes", days)))) == 1


@pytest.mark.parametrize("make", [day_strip, line_strip])
def test_a_sprint_without_days_makes_a_chart_all_the_same(make):
    assert make(make_result("day_changes", [])).to_dict()["layer"]


def test_text_from_repositories_stands_in_the_data_and_nowhere_else():
    rows = [{"area": text, "commit_count": 1, "subjects": [text]} for text in HOSTILE]
    spec = bars(make_result("area_changes", rows), "area", ("commit_count",), notes="subjects").to_dict()
    assert [row["name"] for row in spec.pop("data")["values"]] == list(HOSTILE)
    assert [row["name"] for row in spec["layer"][0].pop("data")["values"]] == list(HOSTILE)
    assert not any(text in json.dumps(spec, ensure_ascii=False) for text in HOSTILE)


def test_there_are_at_most_eight_hues_and_one_for_each_meaning():
    greys = {"baseline", "track"}
    tints = {"other work"}
    hues = [colour for meaning, colour in COLOURS.items() if meaning not in greys | tints]
    assert len(hues) == len(set(hues)) <= 8
    assert theme()["aria"] is False


def coverage(**judged: int | None) -> list[dict]:
    return [
        {
            "subject": subject,
            "judged_count": count,
            "total_count": 4,
            "judged_share": None if count is None else count / 4,
            "unknown": f"{subject} that nobody knows",
        }
        for subject, count in judged.items()
    ]


def test_coverage_shows_what_was_not_judged_whole_the_least_first():
    (texts,) = drawn(coverage_bars(make_result("coverage_shares", coverage(areas=4, lines=3, authors=1))))
    assert [(line["name"], line["notes"]) for line in texts] == [
        ("authors", ["authors that nobody knows"]),
        ("lines", ["lines that nobody knows"]),
    ]


def test_coverage_shows_every_subject_where_all_were_judged_whole():
    (texts,) = drawn(coverage_bars(make_result("coverage_shares", coverage(areas=4, lines=4))))
    assert [line["name"] for line in texts] == ["areas", "lines"]


def test_parts_of_a_share_in_hours_are_told_in_words():
    waits = [{"stage": "review", "wait_share": 0.5, "wait_hours": 115.4, "whole_hours": 230.8}]
    (texts,) = drawn(share_bars(make_result("waits", waits), "stage", "wait_share", ("wait_hours", "whole_hours")))
    assert [line["says"] for line in texts] == ["50\u202f% \u00b7 5 days of 10 days"]
