"""Origins of bugs are told for the sprint that is built and the one before, once, and for all history when asked."""

import shutil
from pathlib import Path

from retro import open_warehouse
from retro.pipeline import mine
from retro.pipeline.bug_origins import judge_bug_origins


def told(root: Path) -> list[tuple]:
    """Bug fixes by sprint: all, those that were looked at, and those with an origin."""
    with open_warehouse(root / "data" / "retro.duckdb") as warehouse:
        return warehouse.sql(
            """
            select sprint, count(*), count(*) filter (where is_judged), count(origin_sha)
            from sprint_bug_fixes
            group by all
            order by all
            """
        ).rows()


def test_the_sprint_and_the_one_before_are_judged_and_no_other(tmp_path: Path, demo_project: Path) -> None:
    root = Path(shutil.copytree(demo_project, tmp_path / "demo", ignore=shutil.ignore_patterns("data", "reports")))
    mine(root)
    counts = {sprint: count for sprint, count, _, _ in told(root)}
    assert {judged for _, _, judged, _ in told(root)} == {0}
    judge_bug_origins(root, "1")
    assert {sprint: judged for sprint, _, judged, _ in told(root)} == {"1": counts["1"], "2": 0}
    judge_bug_origins(root, "2")
    assert {sprint: judged for sprint, _, judged, _ in told(root)} == counts
    assert sum(with_origin for *_, with_origin in told(root)) > 0


def test_judging_twice_writes_nothing(tmp_path: Path, demo_project: Path) -> None:
    root = Path(shutil.copytree(demo_project, tmp_path / "demo"))
    judge_bug_origins(root, None)
    file = root / "data" / "retro.duckdb"
    before = file.stat()
    assert judge_bug_origins(root, None) == {}
    assert judge_bug_origins(root, "2") == {}
    after = file.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
