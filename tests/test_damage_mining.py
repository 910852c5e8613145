"""Damage in the warehouse: incremental, repaired later, in branches that were squashed, in a repository that is gone."""

import shutil
from pathlib import Path

from repositories import START, History, Repository

from retro import open_warehouse
from retro.pipeline import mine
from retro.pipeline.damage import judge_damage

GOOD, BROKEN = "a = 1\n", "a = (1\n"
SETTINGS = """
[project]
name = "App"
timezone = "UTC"
[sprints]
first = 2026-02-23
days = 14
[[repos]]
path = "repository"
name = "app"
"""


def project(tmp_path: Path, made: History) -> tuple[Path, Repository]:
    """A project with one repository, mined and judged."""
    repository = made.write(tmp_path / "repository")
    (tmp_path / "retro.toml").write_text(SETTINGS)
    again(tmp_path)
    return tmp_path, repository


def again(root: Path) -> None:
    """Mines and judges what is new."""
    mine(root)
    assert judge_damage(root, "1") == {}


def told(root: Path, columns: str = "commit_sha, rule, status, resolved_sha") -> list[tuple]:
    """Rows of the view `damage`."""
    with open_warehouse(root / "data" / "retro.duckdb") as warehouse:
        return [
            tuple(row)
            for row in warehouse.sql(f"select {columns} from damage order by introduced_at, rule, path").rows()
        ]


def test_repair_that_comes_later_is_found_later(tmp_path: Path) -> None:
    made = History()
    made.commit(changes={"a.py": GOOD})
    made.commit(changes={"a.py": BROKEN})
    root, repository = project(tmp_path, made)
    assert told(root) == [(repository.shas[2], "no longer parses", "open", None)]
    made.commit(changes={"a.py": GOOD})
    made.commit(changes={"b.py": GOOD})
    repository.grow(made)
    again(root)
    assert told(root) == [(repository.shas[2], "no longer parses", "repaired", repository.shas[3])]


def test_damage_that_was_repaired_in_its_branch_never_landed(tmp_path: Path) -> None:
    made = History()
    base = made.commit(changes={"a.py": GOOD})
    broken = made.commit(changes={"a.py": BROKEN}, branch="topic", parents=[base])
    mended = made.commit(changes={"a.py": GOOD + "b = 1\n"}, branch="topic", parents=[broken])
    made.commit("Merge branch 'topic'", {"a.py": GOOD + "b = 1\n"}, parents=[base, mended])
    root, repository = project(tmp_path, made)
    columns = "commit_sha, status, resolved_sha, repair_hours, repair_added_lines, repair_deleted_lines"
    hours = (3600 + 60) / 3600  # from writing to the repair; the repair is made a minute after it was written
    assert told(root, columns) == [(repository.shas[2], "repaired before landing", repository.shas[3], hours, 2, 1)]


def test_damage_in_a_branch_that_was_squashed_is_told_with_its_pull_request(tmp_path: Path) -> None:
    made = History()
    base = made.commit(changes={"a.py": GOOD})
    broken = made.commit("begin", {"a.py": BROKEN}, branch="topic", parents=[base])
    made.commit("end", {"a.py": GOOD + "b = 1\n"}, branch="topic", parents=[broken])
    made.commit("Add b (#7)", {"a.py": GOOD + "b = 1\n"}, branch="main", parents=[base])
    made.stream = made.stream.replace(b"refs/heads/topic", b"refs/pull/7/head")
    root, repository = project(tmp_path, made)
    columns = "commit_sha, pr_number, landed_at, status, resolved_sha"
    assert told(root, columns) == [(repository.shas[2], 7, None, "repaired before landing", repository.shas[3])]


def test_damage_of_a_repository_that_is_gone_is_pruned(tmp_path: Path) -> None:
    made = History()
    made.commit(changes={"a.py": GOOD})
    made.commit(changes={"a.py": BROKEN})
    root, repository = project(tmp_path, made)
    other = History()
    other.commit(changes={"a.py": GOOD}, at=START)
    other.write(tmp_path / "other")
    (root / "retro.toml").write_text(SETTINGS.replace('"repository"', '"other"').replace('"app"', '"other"'))
    shutil.rmtree(repository.path)
    mine(root, prune=True)
    with open_warehouse(root / "data" / "retro.duckdb") as warehouse:
        left = warehouse.sql("select (select count(*) from findings), (select count(*) from damage_checks)").rows()
    assert [tuple(row) for row in left] == [(0, 0)]


def test_other_languages_are_looked_at_in_the_sprints_that_are_built(tmp_path: Path) -> None:
    made = History()
    for number, text in enumerate(("f()\n", "f(\n", "f()\n"), 1):
        made.commit(changes={"a.js": text, "a.py": f"a = {number}\n"}, at=START + 3600 * number)
    late = START + 45 * 86_400
    for number, text in enumerate(("f(1)\n", "f(2\n"), 1):
        made.commit(changes={"a.js": text}, at=late + 3600 * number)
    root, repository = project(tmp_path, made)
    assert told(root, "commit_sha") == [(repository.shas[2],)]
    assert judge_damage(root, "4") == {}
    assert told(root, "commit_sha") == [(repository.shas[2],), (repository.shas[5],)]
