"""Changed functions are told for the sprint that is built and the one before, once."""

import shutil
from pathlib import Path

from retro import open_warehouse
from retro.pipeline import mine
from retro.pipeline.functions import judge_functions


def told(root: Path) -> list[tuple]:
    """How many commits of each sprint have a file whose functions were asked for."""
    with open_warehouse(root / "data" / "retro.duckdb") as warehouse:
        return warehouse.sql(
            """
            select sprint, count(distinct commit_sha)
            from sprint_commits
            semi join function_files using (repo, commit_sha)
            group by all
            order by all
            """
        ).rows()


def test_the_sprint_and_the_one_before_are_judged_and_no_other(tmp_path: Path, demo_project: Path) -> None:
    root = Path(shutil.copytree(demo_project, tmp_path / "demo", ignore=shutil.ignore_patterns("data", "reports")))
    mine(root)
    assert told(root) == []
    judge_functions(root, "1")
    assert [sprint for sprint, _ in told(root)] == ["1"]
    judge_functions(root, "2")
    assert [sprint for sprint, _ in told(root)] == ["1", "2"]


def test_judging_twice_writes_nothing(demo_project: Path) -> None:
    file = demo_project / "data" / "retro.duckdb"
    before = file.stat()
    assert judge_functions(demo_project, "2") == {}
    after = file.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
