"""The report: page, notebook and frozen numbers, all of them or none, under names of their own."""

import base64
import hashlib
import os
import subprocess
import sys
import zlib

import nbformat
import pytest
from results import (
    make_head,
    make_notebook,
    make_page,
)

from retro.errors import NotebookError, RetroError
from retro.page import chart_script
from retro.reports import all_or_none, build_page, report_path, write_report


def test_the_page_of_the_sprint_before_is_linked_once_it_is_there(tmp_path):
    assert not make_page(tmp_path, make_head()).select(".links a")
    write_report(make_notebook(make_head(sprint="1", previous_sprint=None)), tmp_path / "sprint-1.html")
    assert make_page(tmp_path, make_head()).select_one(".links a")["href"] == "sprint-1.html"


def test_three_files_are_written_and_a_new_folder_is_ignored_by_git(tmp_path):
    paths = write_report(make_notebook(make_head()), tmp_path / "reports" / "sprint-2.html")
    assert [path.name for path in paths] == ["sprint-2.html", "sprint-2.ipynb", "sprint-2.numbers.parquet"]
    assert sorted(path.name for path in paths[0].parent.iterdir()) == [".gitignore", *(path.name for path in paths)]
    assert (paths[0].parent / ".gitignore").read_text().endswith("\n*\n")


def test_a_folder_that_was_there_keeps_its_own_rules_for_git(tmp_path):
    write_report(make_notebook(make_head()), tmp_path / "sprint-2.html")
    assert not (tmp_path / ".gitignore").exists()


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_a_report_that_breaks_off_leaves_the_old_one_whole(tmp_path, error):
    old = tmp_path / "sprint-2.html"
    old.write_text("the page of yesterday")
    with pytest.raises(type(error) if isinstance(error, OSError) else error), all_or_none(tmp_path) as write:
        write(old, b"half a page")
        raise error
    assert [path.name for path in tmp_path.iterdir()] == ["sprint-2.html"]
    assert old.read_text() == "the page of yesterday"


def test_what_a_killed_run_left_is_cleared_away_and_a_living_ones_is_not(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    stale, living = (tmp_path / f".retro-{process}-sprint-2.html" for process in (ended.pid, os.getppid()))
    stale.touch()
    living.touch()
    with all_or_none(tmp_path) as write:
        write(tmp_path / "sprint-2.html", b"page")
    assert sorted(path.name for path in tmp_path.iterdir()) == [living.name, "sprint-2.html"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "reports").write_text("a file, not a folder")
    with pytest.raises(RetroError, match=r"reports/sprint-2\.html: the report cannot be written \(.*\); check room"):
        write_report(make_notebook(make_head()), tmp_path / "reports" / "sprint-2.html")


def test_a_failing_cell_leaves_no_report(tmp_path):
    template = tmp_path / "notebooks" / "broken.ipynb"
    template.parent.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")]), template)
    with pytest.raises(NotebookError, match="ZeroDivisionError"):
        build_page(tmp_path, "2", "broken", tmp_path / "reports")
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("sprint", "name", "path"),
    [
        ("2", "sprint", "sprint-2.html"),
        ("2", "cost", "sprint-2/cost.html"),
        ("2026-W11", "sprint", "sprint-2026-W11.html"),
        ("Q1/2", "sprint", "sprint-Q1-2-"),
        ("..", "sprint", "sprint-"),
        ("x" * 300, "sprint", "sprint-" + "x" * 60),
    ],
)
def test_a_sprints_id_becomes_a_file_name_of_its_own(tmp_path, sprint, name, path):
    made = report_path(tmp_path, sprint, name)
    assert made.is_relative_to(tmp_path) and ".." not in made.parts
    assert made.relative_to(tmp_path).as_posix().startswith(path)
    assert report_path(tmp_path, "Q1-2") != report_path(tmp_path, "Q1/2")


def unpacked(script: chart_script.ChartScript) -> str:
    return zlib.decompress(base64.b64decode(script.packed), wbits=-zlib.MAX_WBITS).decode()


def test_the_chart_script_is_kept_packed_and_made_again_when_it_is_damaged(tmp_path, monkeypatch):
    made = []
    script = "window.vegaEmbed = 1; '</script>'"
    monkeypatch.setattr(chart_script, "_make", lambda: made.append(1) or script)
    (got,) = {chart_script.chart_script(tmp_path) for _ in range(3)}
    assert unpacked(got) == script
    assert got.size == len(script)
    assert base64.b64decode(got.digest) == hashlib.sha256(script.encode()).digest()
    assert len(made) == 1
    (kept,) = tmp_path.iterdir()
    kept.write_text(kept.read_text() + "YWxlcnQ=")
    assert chart_script.chart_script(tmp_path) == got
    assert len(made) == 2


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path, monkeypatch):
    monkeypatch.setattr(chart_script, "_make", lambda: "script")
    (tmp_path / "file").touch()
    made = chart_script.chart_script(tmp_path / "file")
    assert unpacked(made) == "script"
