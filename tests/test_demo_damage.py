"""The demo's governance file: what Retro tells of its merge is what git tells when it is counted again."""

import ast
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retro import open_warehouse
from retro.pipeline.damage import judge_damage

GOVERNANCE = "services/gateway/governance.py"


def asked(root: Path, sql: str) -> list[tuple]:
    """Rows of a question to the warehouse."""
    with open_warehouse(root / "data" / "retro.duckdb") as warehouse:
        return [tuple(row) for row in warehouse.sql(sql).rows()]


def told_by_git(root: Path, *arguments: str) -> str:
    """What git says in the demo's repository."""
    folder = next(root.glob("*.git"))
    return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True).stdout


def parses(text: str) -> bool:
    """What Python itself says."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


@pytest.fixture(scope="module")
def judged(demo_project: Path) -> Path:
    """The demo with its damage told."""
    judge_damage(demo_project, "2")
    return demo_project


def test_governance_file_breaks_at_the_merge_of_17_march_and_is_repaired_two_days_later(judged: Path) -> None:
    rows = asked(
        judged,
        """
        select rule, path, is_merge, merged_ref, into_ref, pr_number, status, landed_at::date::text, resolved_at::date::text,
            resolved_at::date - landed_at::date, repair_added_lines, repair_deleted_lines
        from damage
        order by rule
        """,
    )
    place = (GOVERNANCE, True, "governance/policy-tiers", "main", 132, "repaired", "2026-03-17", "2026-03-19", 2, 0, 78)
    assert rows == [("block twice", *place), ("no longer parses", *place), ("removed name", *place)]


def test_git_and_python_count_the_same(judged: Path) -> None:
    ((merge, repair, landed_at, resolved_at),) = asked(
        judged, "select distinct commit_sha, resolved_sha, landed_at, resolved_at from damage"
    )
    versions = [f"{merge}^1", f"{merge}^2", merge, f"{repair}^", repair]
    states = [parses(told_by_git(judged, "show", f"{version}:{GOVERNANCE}")) for version in versions]
    assert states == [True, True, False, False, True]
    assert told_by_git(judged, "show", "--format=", "--numstat", repair, "--", GOVERNANCE) == f"0\t78\t{GOVERNANCE}\n"
    times = [int(told_by_git(judged, "log", "-1", "--format=%ct", sha)) for sha in (merge, repair)]
    assert [datetime.fromtimestamp(seconds, UTC) for seconds in times] == [landed_at, resolved_at]
    between = told_by_git(judged, "log", "--format=%H", f"{merge}..{repair}^", "--", GOVERNANCE).split()
    assert not any(parses(told_by_git(judged, "show", f"{sha}:{GOVERNANCE}")) for sha in between)


def test_every_commit_of_the_default_branch_was_looked_at(judged: Path) -> None:
    missing = "select count(*) from commits anti join damage_checks using (repo, commit_sha) where is_on_default_branch"
    assert asked(judged, missing) == [(0,)]
    shown = (
        "select distinct sprint, is_whole from sprint_commits join damage_checks using (repo, commit_sha) order by all"
    )
    assert asked(judged, shown) == [("1", True), ("2", True)]


def test_judging_twice_writes_nothing(judged: Path) -> None:
    before = (judged / "data" / "retro.duckdb").stat()
    assert judge_damage(judged, "2") == {}
    after = (judged / "data" / "retro.duckdb").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_second_look_from_nothing_tells_the_same(judged: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(judged, tmp_path / "demo", ignore=shutil.ignore_patterns("data", "reports")))
    from retro.pipeline import mine

    mine(root)
    judge_damage(root, "2")
    rows = "select * from findings where rule in ('no longer parses', 'block twice', 'removed name') order by all"
    assert asked(root, rows) == asked(judged, rows)
