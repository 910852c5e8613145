"""Hints on files that usually change together, their record on a repository's own history, and expected files."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from repositories import START, History, Moved

from retro import open_warehouse, warehouse
from retro.pipeline import mine
from retro.pipeline.co_changes import expected, judge_co_changes

DAY = 86_400
ADA, BOB = "Ada <ada@example.org>", "Bob <bob@example.org>"
SETTINGS = """
[project]
name = "App"
[sprints]
first = 2026-02-23
days = 14
[[repos]]
path = "repository"
name = "app"
"""
RECORD = """
    select
        change_count, hinted_change_count, hint_count, followed_count, busy_count, busy_followed_count, weaker_count,
        weaker_followed_count, busy_lift, weaker_lift, sprint_hint_count, mute_reason
    from co_change_records
"""


def pair_history() -> History:
    """100 changes of a.py and b.py by Ada, beside files as busy by Bob; then 24 of a.py, each followed by b.py a day later."""
    made, first = History(), START - 330 * DAY
    for day in range(100):
        made.commit(changes={"a.py": f"{day}\n", "b.py": f"{day}\n"}, at=first + day * DAY, author=ADA)
        busy = {f"{name}.py": f"{day}\n" for name in "cdefg"}
        made.commit(changes=busy, at=first + day * DAY + 60, author=BOB)
    for number in range(24):
        at = first + (100 + 10 * number) * DAY
        made.commit(changes={"a.py": f"alone {number}\n"}, at=at, author=ADA)
        made.commit(changes={"b.py": f"late {number}\n"}, at=at + DAY, author=ADA)
    return made


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the history of pairs, mined and judged for its only sprint."""
    folder = tmp_path_factory.mktemp("pairs")
    pair_history().write(folder / "repository")
    (folder / "retro.toml").write_text(SETTINGS)
    mine(folder)
    assert judge_co_changes(folder, "1") == {}
    return folder


def rows(folder: Path, sql: str) -> list[tuple]:
    """Rows of a query on the project's warehouse."""
    with open_warehouse(folder / warehouse.FILE) as opened:
        return [tuple(row) for row in opened.sql(sql).rows()]


def test_record_counts_hints_whose_two_weeks_are_over_and_files_as_busy(root: Path) -> None:
    assert rows(root, RECORD) == [(244, 44, 44, 44, 220, 0, 0, 0, None, None, 2, None)]


def test_hints_of_the_sprint_are_findings_with_what_came_of_earlier_ones(root: Path) -> None:
    asked = "path, detail, severity, evidence, confidence, epoch(introduced_at)::bigint, epoch(resolved_at)::bigint"
    assert rows(root, f"select {asked} from findings where rule = 'usually_together' order by introduced_at") == [
        ("b.py", "in 100 of 123 earlier changes of a.py", "note", "inferred", 1.0, START, START + DAY),
        ("a.py", "in 100 of 123 earlier changes of b.py", "note", "inferred", 1.0, START + DAY, None),
    ]


def test_nothing_new_writes_nothing_and_a_setting_judges_again(root: Path, tmp_path: Path) -> None:
    path = root / warehouse.FILE
    before = path.stat().st_mtime_ns
    judge_co_changes(root, "1")
    assert path.stat().st_mtime_ns == before
    (root / "retro.toml").write_text(SETTINGS + '[co_changes]\nnever = ["b.*"]\n')
    judge_co_changes(root, "1")
    assert rows(root, "select path from co_change_hints") == [("a.py",)]
    assert rows(root, "select path from findings where rule = 'usually_together'") == [("a.py",)]
    assert rows(root, "select hint_count, sprint_hint_count from co_change_records") == [(22, 1)]
    (root / "retro.toml").write_text(SETTINGS)
    judge_co_changes(root, "1")


def test_few_hints_are_muted_and_no_finding(tmp_path: Path) -> None:
    made, first = History(), START - 20 * DAY
    for day in range(8):
        made.commit(changes={"a.py": f"{day}\n", "b.py": f"{day}\n"}, at=first + day * DAY, author=ADA)
    made.commit(changes={"a.py": "alone\n"}, at=START, author=ADA)
    made.write(tmp_path / "repository")
    (tmp_path / "retro.toml").write_text(SETTINGS)
    mine(tmp_path)
    judge_co_changes(tmp_path, "1")
    assert rows(tmp_path, RECORD) == [(7, 0, 0, 0, 0, 0, 0, 0, None, None, 1, "0 hints could be judged, 20 are needed")]
    assert rows(tmp_path, "select path, because_path, shared_count, earlier_count from co_change_hints") == [
        ("b.py", "a.py", 8, 8)
    ]
    assert rows(tmp_path, "select rule from findings") == []


def test_repository_without_a_commit_has_an_empty_record(tmp_path: Path) -> None:
    History().write(tmp_path / "repository")
    (tmp_path / "retro.toml").write_text(SETTINGS)
    mine(tmp_path)
    judge_co_changes(tmp_path, "1")
    assert rows(tmp_path, RECORD) == [(*(0,) * 8, None, None, 0, "0 hints could be judged, 20 are needed")]


def moment(seconds: int) -> datetime:
    """A time in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def test_expected_file_is_the_one_that_moved_along(root: Path) -> None:
    with warehouse.open_read_only(root / warehouse.FILE) as connection:
        found = expected(connection, "app", ["a.py"], moment(START))
        assert found.row(0, named=True)["path"] == "b.py"
        assert found.row(0, named=True)["shared_change_count"] == 100
        assert found["path"].to_list() == ["b.py", "c.py", "d.py", "e.py", "f.py", "g.py"]
        assert "a.py" not in expected(connection, "app", ["a.py", "b.py"], moment(START))["path"]


def test_nothing_after_the_moment_is_known(root: Path) -> None:
    first = START - 330 * DAY
    with warehouse.open_read_only(root / warehouse.FILE) as connection:
        assert expected(connection, "app", ["a.py"], moment(first)).is_empty()
        early = expected(connection, "app", ["a.py"], moment(first + 4 * DAY + 30))
        assert early.filter(path="b.py")["shared_change_count"].to_list() == [5]


def test_recent_changes_weigh_more_and_the_half_life_decides_how_much(root: Path) -> None:
    with warehouse.open_read_only(root / warehouse.FILE) as connection:
        short, long = (
            expected(connection, "app", ["a.py"], moment(START), half_life_days=days).row(0, named=True)["recency"]
            for days in (30, 36_500)
        )
    assert short < 0.1 < 0.7 < long


def test_unknown_paths_and_repositories_expect_what_is_near_or_nothing(root: Path) -> None:
    with warehouse.open_read_only(root / warehouse.FILE) as connection:
        assert expected(connection, "app", ["elsewhere/test_a.py"], moment(START))["path"].to_list() == ["a.py"]
        assert expected(connection, "app", ["else'where/x y.rs"], moment(START)).is_empty()
        assert expected(connection, "other", ["a.py"], moment(START)).is_empty()
        assert expected(connection, "app", [], moment(START)).is_empty()


def test_renamed_file_keeps_its_past_under_either_name(tmp_path: Path) -> None:
    made = History()
    for number in range(3):
        made.commit(changes={"a.py": f"{number}\n" * 9, "lib/b.py": f"{number}\n"})
    made.commit(changes={"core/z.py": Moved("a.py")})
    made.write(tmp_path / "repository")
    (tmp_path / "retro.toml").write_text(SETTINGS)
    mine(tmp_path)
    with warehouse.open_read_only(tmp_path / warehouse.FILE) as connection:
        later = moment(START) + timedelta(days=9)
        for name in ("a.py", "core/z.py"):
            found = expected(connection, "app", [name], later)
            assert found.select("path", "shared_change_count").rows() == [("lib/b.py", 3)]
