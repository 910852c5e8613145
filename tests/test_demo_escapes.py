"""The demo's bugs: three escaped with the release of 13 March, and review caught six of nine."""

from pathlib import Path

import pytest

from retro import Warehouse, open_warehouse


@pytest.fixture(scope="module")
def warehouse(demo_project: Path):
    with open_warehouse(demo_project / "data" / "retro.duckdb") as opened:
        yield opened


def rows(warehouse: Warehouse, name: str, *columns: str) -> list[tuple]:
    return warehouse.query(name, sprint="2").polars().select(columns).rows()


def test_three_bugs_escaped_and_the_notes_tell_of_each(warehouse: Warehouse) -> None:
    escaped = warehouse.sql(
        "select fix_subject, released_in, incident, surfaced_by from bug_escapes where is_escaped order by fix_subject"
    ).rows()
    assert escaped == [
        ('Revert "feat(fleet): buy spot hosts above the floor"', "v2.0.0", "I-spot-hosts", "upper bound"),
        ("fix(cost): price the model that answers", "v2.0.0", "I-default-price", "human"),
        ("fix(desktop): show no latency before the first frame", "v2.0.0", "I-latency-share", "human"),
    ]


def test_three_bugs_had_escaped_without_a_word_in_the_notes(warehouse: Warehouse) -> None:
    """What git alone says: origins that a message names, in a release that does not hold the fix."""
    named = warehouse.sql(
        """
        select fixes.fix_subject
        from sprint_bug_fixes as fixes
        inner join release_commits on release_commits.commit_sha = fixes.origin_sha
        inner join releases on releases.tag_name = release_commits.tag_name and releases.released_at < fixes.fixed_at
        where fixes.sprint = '2' and fixes.tier in ('explicit', 'high') and releases.tag_name = 'v2.0.0'
        """
    ).rows()
    assert len(named) == 3


def test_review_caught_six_of_nine(warehouse: Warehouse) -> None:
    columns = ("caught_count", "escaped_count", "interval")
    assert rows(warehouse, "catch_rate_groups", *columns)[0] == (6, 3, "95 %: 35 to 88 %")
    headline = rows(warehouse, "escape_headline", "sprint", "escaped_bug_count", "caught_note")
    assert headline == [("1", 0, "0 caught"), ("2", 3, "6 caught, 67 % (35 to 88 %)")]


def test_funnel_holds_each_known_bug_once(warehouse: Warehouse) -> None:
    assert rows(warehouse, "escape_funnel", "stage", "bug_count") == [
        ("caught in review", 6),
        ("fixed on its branch", 20),
        ("fixed before the release", 18),
        ("escaped", 3),
    ]


def test_faults_are_the_four_incidents_and_one_of_their_times_is_a_bound(warehouse: Warehouse) -> None:
    columns = ("subject", "fault_count", "known_count", "bound_count", "median_hours")
    assert rows(warehouse, "detection_times", *columns) == [("incidents", 4, 4, 1, 143.4), ("all", 4, 4, 1, 143.4)]


def test_a_release_is_no_deployment_until_the_team_says_so(warehouse: Warehouse) -> None:
    told = dict(rows(warehouse, "delivery_measures", "measure", "value"))
    assert [value for measure, value in told.items() if measure.startswith("dora_")] == [None] * 4
    assert told["proxy_change_fail_rate"] == 1.0


def test_page_says_what_a_merge_broke(demo_page: Path) -> None:
    text = demo_page.read_text("utf-8")
    assert "A merge on Tue 17 March broke governance.py" in text
    assert "nobody saw it for two days" in text
