"""The demo's notes retell the founding story, and its page finds out what of them is true."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from results import read_html

from retro import Warehouse, open_warehouse


@pytest.fixture(scope="module")
def warehouse(demo_project: Path):
    with open_warehouse(demo_project / "data" / "retro.duckdb") as opened:
        yield opened


@pytest.fixture(scope="module")
def page(demo_page: Path) -> BeautifulSoup:
    return read_html(demo_page)


def rows(warehouse: Warehouse, name: str, *columns: str, sprint: str = "2") -> list[tuple]:
    return warehouse.query(name, sprint=sprint).polars().select(columns).rows()


def test_broken_governance_file_went_unnoticed_from_the_merge_of_17_march_to_19_march(warehouse: Warehouse) -> None:
    told = rows(warehouse, "incident_timelines", "incident", "mark", "marked_at", "known_by")
    marks = {mark: (at, known_by) for incident, mark, at, known_by in told if incident == "I-half-merge"}
    assert marks == {
        "introduced": (datetime(2026, 3, 17, 8, 27, tzinfo=UTC), "git"),
        "landed": (datetime(2026, 3, 17, 8, 27, tzinfo=UTC), "git"),
        "surfaced": (datetime(2026, 3, 19, 7, 5, tzinfo=UTC), "human"),
        "repaired": (datetime(2026, 3, 19, 7, 50, tzinfo=UTC), "git"),
    }
    # The repair is the pull request whose commit takes 78 lines out.
    removed = warehouse.sql(
        """
        select distinct files.path, files.deleted_lines
        from incident_marks as marks
        inner join pull_requests on pull_requests.merged_sha = marks.commit_sha
        inner join pull_request_commits as branch on branch.pr_number = pull_requests.pr_number
        inner join commit_files as files on files.commit_sha = branch.commit_sha
        where marks.incident = 'I-half-merge' and marks.mark = 'repaired'
        """
    ).rows()
    assert removed == [("services/gateway/governance.py", 78)]


def test_three_bugs_escaped_into_the_release_of_13_march(warehouse: Warehouse) -> None:
    escaped = warehouse.sql(
        """
        select marks.incident
        from incident_marks as marks
        inner join release_commits on release_commits.commit_sha = marks.commit_sha
        where marks.mark = 'landed' and release_commits.tag_name = 'v2.0.0'
        order by marks.incident
        """
    ).rows()
    assert escaped == [("I-default-price",), ("I-latency-share",), ("I-spot-hosts",)]


def test_surfacing_that_nobody_told_is_an_upper_bound(warehouse: Warehouse) -> None:
    told = rows(warehouse, "incident_timelines", "incident", "mark", "known_by", "evidence")
    assert [row for row in told if row[2] == "upper bound" and row[1] == "surfaced"] == [
        ("I-spot-hosts", "surfaced", "upper bound", "inferred")
    ]


def test_actions_of_sprint_1_come_first(warehouse: Warehouse) -> None:
    columns = ("action", "state", "is_ownerless", "carried_count", "lesson_verdict")
    assert rows(warehouse, "action_states", *columns) == [
        ("A-2", "overdue", False, 1, "broken"),
        ("A-3", "open", True, 1, None),
        ("A-1", "done", False, 1, "holds"),
        ("A-6", "open", True, 0, "not measurable"),
        ("A-4", "open", False, 0, "not yet"),
        ("A-5", "open", False, 0, "not yet"),
    ]


def test_lessons_are_measured(warehouse: Warehouse) -> None:
    assert rows(warehouse, "lesson_verdicts", "lesson", "verdict", "trend") == [
        ("L-every-commit-a-theme", "holds", "too few to tell"),
        ("L-small-releases", "broken", "regressed"),
        ("L-release-often", "too few to tell", None),
        ("L-clean-merges", "not yet", None),
        ("L-price-with-model", "not yet", None),
        ("L-cached-image", "not measurable", None),
    ]
    assert {row[0] for row in rows(warehouse, "lesson_verdicts", "verdict", sprint="1")} == {"not yet"}


def test_claims_are_held_against_the_numbers(warehouse: Warehouse) -> None:
    assert rows(warehouse, "claim_checks", "claimed", "measured_value", "verdict") == [
        ("== 319", "319", "confirmed"),
        ("~ 1200", "1192", "confirmed"),
        ("== 18", "18", "confirmed"),
        ("== 59", "59", "confirmed"),
        ("== 20", "12", "contradicted"),
        (None, None, "not checkable"),
    ]


def test_theme_told_by_the_team_is_marked(warehouse: Warehouse) -> None:
    told = warehouse.sql("select theme, theme_rule from commit_kinds where evidence = 'human'").rows()
    assert told == [("Dashboard UX", "notes:notes/sprint-2.toml:138")]


def test_page_shows_lanes_actions_lessons_and_claims(page: BeautifulSoup) -> None:
    titles = {figure["id"]: figure.find(["h2", "h3", "h4", "figcaption"]) for figure in page.find_all("figure")}
    assert {
        "incident-timelines",
        "incident-accounts",
        "action-states",
        "lesson-verdicts",
        "claim-checks",
    } <= titles.keys()
    text = page.get_text(" ", strip=True)
    assert "Of 4 incidents one went unnoticed for 7 days" in text
    assert "1 of 3 earlier actions is done; 5 are open, 1 overdue and 2 without an owner" in text
    assert "6 lessons: 1 broken, 1 holds, 1 too few to tell, 2 not yet and 1 not measurable" in text
    assert "6 claims: 4 confirmed, 1 contradicted and 1 not checkable" in text
