"""`retro new`: what it writes works at once, never overwrites, and stands for a shipped file of its name."""

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from command_line import retro
from repositories import History, project

from retro import queries
from retro.pipeline import mine


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project that was not mined."""
    return project(tmp_path / "project")


@pytest.fixture(scope="module")
def mined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two commits that was mined."""
    folder = tmp_path_factory.mktemp("new")
    made = History()
    made.commit("feat: begin", {"a.py": "1\n"})
    made.commit("fix: mend", {"a.py": "2\n"})
    root = project(folder / "project", made.write(folder / "repo"))
    mine(root)
    return root


def test_a_new_query_answers_at_once_and_its_head_names_every_column(mined: Path) -> None:
    root = mined
    made = retro("new", "query", "weekday_commits", "-C", root)
    file = root / "queries" / "metrics" / "weekday_commits.sql"
    assert (made.status, made.out, made.err) == (0, "", f"wrote {file}; next: retro query weekday_commits\n")
    answer = retro("query", "weekday_commits", "-C", root, "--sprint", "1", "--format", "csv")
    assert answer.status == 0
    head, row = answer.out.splitlines()
    assert head.split(",") == list(queries.read(file).columns) == ["weekday", "commit_count", "merge_count"]
    assert row == "3,2,0"


def test_a_new_notebook_becomes_a_page_with_its_figure(mined: Path) -> None:
    root = mined
    made = retro("new", "notebook", "our_work", "-C", root)
    file = root / "notebooks" / "our_work.ipynb"
    assert made.status == 0 and made.err == f"wrote {file}; next: retro build --notebook our_work\n"
    built = retro("build", "-C", root, "--sprint", "1", "--notebook", "our_work", "--no-mine")
    assert built.status == 0, built.err
    page = BeautifulSoup((root / "reports" / "sprint-1" / "our_work.html").read_text("utf-8"), "html.parser")
    assert page.select_one(".kicker").get_text() == "Our work"
    assert [tag["id"] for tag in page.select("figure")] == ["work-type-commits"]
    assert "tagged" not in page.select_one("main").get_text(), "what speaks to the author stays out of the page"


def test_a_shipped_name_gives_a_copy_and_says_so(root: Path) -> None:
    made = retro("new", "query", "theme_commits", "-C", root)
    file = root / "queries" / "metrics" / "theme_commits.sql"
    assert made.status == 0
    assert made.err.startswith("note: Retro ships a query theme_commits: this is a copy, used in its place from now on")
    assert file.read_text("utf-8") == (queries.shipped("queries") / "metrics" / "theme_commits.sql").read_text("utf-8")
    assert queries.find("theme_commits", queries.folders(root)).path == file


@pytest.mark.parametrize(
    ("kind", "place"), [("query", "queries/metrics/mine.sql"), ("notebook", "notebooks/mine.ipynb")]
)
def test_what_is_there_is_never_overwritten(root: Path, kind: str, place: str) -> None:
    assert retro("new", kind, "mine", "-C", root).status == 0
    (root / place).write_text("our own work")
    again = retro("new", kind, "mine", "-C", root)
    assert again.status == 2 and f"{root / place}: is already there and is never overwritten" in again.err
    assert (root / place).read_text() == "our own work"


@pytest.mark.parametrize("name", ["../escape", "Own", "a-b", "", "1st", "a" * 65, "\x1b[31mred", "a/b"])
def test_a_name_that_is_none_is_refused_before_anything_is_written(root: Path, name: str) -> None:
    answer = retro("new", "query", "-C", root, "--", name)
    assert answer.status == 2 and "a name is lower-case letters, digits and _" in answer.err
    assert "\x1b[31mred" not in answer.err
    assert not (root / "queries").exists()


def test_other_kinds_and_folders_without_a_project_are_refused(tmp_path: Path) -> None:
    answer = retro("new", "table", "mine", "-C", tmp_path)
    assert answer.status == 2 and "'table': unknown; choose notebook or query" in answer.err
    answer = retro("new", "query", "mine", "-C", tmp_path)
    assert answer.status == 1 and "retro.toml: no such file; run `retro init`" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(root: Path) -> None:
    (root / "notebooks").write_text("a file, not a folder")
    answer = retro("new", "notebook", "mine", "-C", root)
    assert answer.status == 2 and f"{root / 'notebooks' / 'mine.ipynb'}: cannot be written" in answer.err


def test_the_new_notebook_is_a_template_without_outputs(root: Path) -> None:
    retro("new", "notebook", "mine", "-C", root)
    notebook = json.loads((root / "notebooks" / "mine.ipynb").read_text("utf-8"))
    assert notebook["metadata"]["retro"] == {"page": "Mine"}
    assert all(not cell.get("outputs") for cell in notebook["cells"])
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
