"""What becomes old: settings changed since mining, repositories that are gone, sprints that have ended since."""

from pathlib import Path

import duckdb
import nbformat
import pytest

from retro import laboratory, open_warehouse, pipeline
from retro.demo import write_demo
from retro.errors import QueryError, UsageError
from retro.project import doctor
from retro.queries import read


@pytest.fixture
def mined(tmp_path: Path) -> Path:
    """The demo project, mined."""
    root = write_demo(tmp_path / "demo")
    pipeline.mine(root)
    return root


def change(root: Path, old: str, new: str) -> None:
    file = root / "retro.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_changed_settings_are_noticed_until_the_next_run(mined: Path) -> None:
    assert not pipeline.is_behind(mined)
    change(mined, "end = 2026-03-19", "end = 2026-03-18")
    assert pipeline.is_behind(mined)
    assert ("warn", "settings, views or the plan of sprints changed since mining") in [
        (c.level, c.detail) for c in doctor(mined)
    ]
    pipeline.mine(mined)
    assert not pipeline.is_behind(mined)


def test_a_sprint_that_only_the_settings_know_is_not_built_without_mining(mined: Path) -> None:
    change(mined, "id = 2", 'id = "two"')
    with pytest.raises(UsageError, match="'two' is not in the warehouse yet; run it without --no-mine"):
        pipeline.build(mined, "two", is_mining=False)


def test_a_mistyped_repository_is_forgotten_once_it_is_corrected(mined: Path) -> None:
    right = '[[repos]]\npath = "platform.git"'
    change(mined, right, f'[[repos]]\npath = "platfrom.git"\n\n{right}')
    assert list(pipeline.mine(mined).failures) == ["platfrom"]
    change(mined, '[[repos]]\npath = "platfrom.git"\n\n', "")
    pipeline.mine(mined)
    with open_warehouse(mined / "data" / "retro.duckdb") as warehouse:
        rows = [row for row in warehouse.query("source_loads").rows() if row["source"] == "git"]
    assert [(row["item"], row["status"], row["rows_loaded"]) for row in rows] == [("platform", "loaded", 378)]


def test_reading_everything_again_counts_once(mined: Path) -> None:
    pipeline.mine(mined, full=True)
    with open_warehouse(mined / "data" / "retro.duckdb") as warehouse:
        (row,) = (row for row in warehouse.query("source_loads").rows() if row["source"] == "git")
    assert (row["run_count"], row["rows_read"]) == (1, 378)


def test_a_sprint_that_ended_since_the_last_look_is_whole_after_the_next(mined: Path) -> None:
    file = mined / "data" / "retro.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("update repos set mined_at = '2026-03-19 12:00+00'")
    with open_warehouse(file) as warehouse:
        assert warehouse.query("sprint_details", sprint="2").rows()[0]["is_running"]
    assert pipeline.mine(mined).is_written
    with open_warehouse(file) as warehouse:
        assert not warehouse.query("sprint_details", sprint="2").rows()[0]["is_running"]
    assert not pipeline.mine(mined).is_written


def test_the_notebook_to_try_things_in_names_the_sprint_in_the_cell_to_edit(mined: Path) -> None:
    notebook = nbformat.read(laboratory.lay_out(mined) / "sprint.ipynb", as_version=4)
    tagged = [(cell.metadata.get("tags"), cell.source) for cell in notebook.cells if "sprint =" in cell.source]
    assert tagged == [(["parameters"], 'sprint = "2"')]


def test_an_unknown_sprint_is_refused_from_python_too(mined: Path) -> None:
    with (
        open_warehouse(mined / "data" / "retro.duckdb") as warehouse,
        pytest.raises(QueryError, match="no sprint '99'; the newest ones are 1, 2"),
    ):
        warehouse.query("sprint_headline", sprint=99)


def test_an_unknown_class_of_evidence_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "own.sql"
    file.write_text("-- What?\n-- One row.\n-- Evidence: certain\nselect 1 as one\n", "utf-8")
    with pytest.raises(
        QueryError, match=r"own\.sql:3: Evidence: 'certain' is no class; write one of verified, human, inferred"
    ):
        read(file)
