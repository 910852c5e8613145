"""Several notebooks at a time, and notebooks of a team that fail, hang or print without end."""

import os
import time
from pathlib import Path

import nbformat
import pytest
from repositories import plain_history
from test_notebooks import make, printed

from retro import kernel_streams, pipeline
from retro.errors import NotebookError
from retro.notebook_runs import run_notebooks
from retro.notebooks import run_notebook

MEET = """
import pathlib, time
pathlib.Path("{mine}").touch()
started = time.monotonic()
while not pathlib.Path("{other}").exists() and time.monotonic() - started < 50:
    time.sleep(0.05)
print(pathlib.Path("{other}").exists())
"""


def test_two_notebooks_run_at_the_same_time_and_answer_in_order(tmp_path):
    templates = {
        name: make(tmp_path, MEET.format(mine=name, other=other), name=f"note_{name}")
        for name, other in (("left", "right"), ("right", "left"))
    }
    told = []
    outcomes = run_notebooks(
        templates, {name: {"sprint": "2"} for name in templates}, tmp_path, lambda *step: told.append(step)
    )
    assert [(name, printed(outcome)) for name, outcome in outcomes.items()] == [("left", "True\n"), ("right", "True\n")]
    assert sorted(told) == [(name, number, 3) for name in ("left", "right") for number in (1, 2, 3)]


def test_a_notebook_that_fails_is_named_and_the_other_runs_to_its_end(tmp_path):
    templates = {"bad": make(tmp_path, "1 / 0", name="bad"), "good": make(tmp_path, "print(sprint)", name="good")}
    outcomes = run_notebooks(templates, {name: {"sprint": "2"} for name in templates}, tmp_path)
    assert isinstance(outcomes["bad"], NotebookError) and "bad.ipynb, cell [2]" in str(outcomes["bad"])
    assert printed(outcomes["good"]) == "2\n"


def test_an_interruption_ends_the_pythons_that_run(tmp_path):
    def interrupt(name: str, number: int, count: int) -> None:
        if number == 3:
            raise KeyboardInterrupt

    templates = {
        "hangs": make(tmp_path, "import time; time.sleep(300)", name="hangs"),
        "stops": make(tmp_path, "1", "2", name="stops"),
    }
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_notebooks(templates, {"hangs": {}, "stops": {}}, tmp_path, interrupt)
    assert time.monotonic() - started < 200


def test_a_cell_that_prints_a_hundred_megabytes_is_cut_and_says_so(tmp_path):
    notebook = run_notebook(
        make(tmp_path, "for _ in range(100): print('x' * 1_000_000)", "print('after')"), {"sprint": "2"}, tmp_path
    )
    text = printed(notebook)
    assert len(text) == kernel_streams.MOST_LETTERS + len(kernel_streams.NOTE) + len("after\n")
    assert text.endswith(kernel_streams.NOTE + "after\n")


def test_one_output_too_large_for_a_page_is_told_and_left_out(tmp_path):
    notebook = run_notebook(make(tmp_path, "from IPython.display import HTML\nHTML('x' * 6_000_000)"), {}, tmp_path)
    (output,) = notebook.cells[-1].outputs
    assert list(output.data) == ["text/plain"]


def test_an_error_of_a_million_letters_is_shortened(tmp_path):
    with pytest.raises(NotebookError) as caught:
        run_notebook(make(tmp_path, "raise ValueError('x' * 1_000_000)"), {}, tmp_path)
    assert len(str(caught.value)) < 10_000


TOML = """
[project]
name = "{name}"
[[sprints.named]]
id = 2
start = 2026-03-09
end = 2026-03-19
[[sprints.named]]
id = 3
start = 2026-03-20
end = 2026-03-29
[pages]
cell_seconds = 2
[[repos]]
path = "repo"
"""


def own_notebook(root: Path, name: str, source: str, metadata: dict | None = None) -> None:
    (root / "notebooks").mkdir(exist_ok=True)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    notebook.metadata["retro"] = metadata or {}
    nbformat.write(notebook, root / "notebooks" / f"{name}.ipynb")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A mined project of two commits and a sprint without any; its name is long, right-to-left and smiles."""
    plain_history(2).write(tmp_path / "repo")
    name = "פרויקט \U0001f680 " + "w" * 290
    (tmp_path / "retro.toml").write_text(TOML.format(name=name), "utf-8")
    pipeline.mine(tmp_path)
    return tmp_path


def test_a_failing_main_page_leaves_the_others_built_and_is_raised(project):
    own_notebook(project, "sprint", "1 / 0")
    own_notebook(project, "trends", "'all sprints'", {"page": "Trends", "scope": "project"})
    own_notebook(project, "slow", "import time; time.sleep(60)", {"page": "Slow"})
    with pytest.raises(NotebookError, match=r"sprint\.ipynb, cell \[1\] `1 / 0`: ZeroDivisionError"):
        pipeline.build(project, "2", is_mining=False)
    reports = project / "reports"
    assert [(reports / name).is_file() for name in ("sprint-2.html", "trends.html", "index.html")] == [
        False,
        True,
        True,
    ]


def test_a_notebook_that_hangs_is_stopped_at_the_limit_of_the_settings(project):
    own_notebook(project, "slow", "import time; time.sleep(60)", {"page": "Slow"})
    with pytest.raises(NotebookError, match=r"slow\.ipynb, cell \[1\] .* not done after 2 seconds; .*cell_seconds"):
        pipeline.build(project, "2", notebook="slow", is_mining=False)


HELD = "import ctypes, os; open('pid', 'w').write(str(os.getpid())); ctypes.PyDLL(None).sleep(300)"
ENDLESS = "import duckdb; duckdb.sql('select count(*) from range(10000000000) a, range(10000000000) b').fetchall()"
DEAF = "import signal, time; signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals)); time.sleep(300)"


@pytest.mark.parametrize("source", [HELD, ENDLESS, DEAF], ids=["holds the interpreter", "endless query", "no signals"])
def test_a_cell_that_hangs_in_native_code_is_ended_with_its_python(tmp_path, source):
    started = time.monotonic()
    with pytest.raises(NotebookError, match=r"stuck\.ipynb, cell \[2\] .* not done after 2 seconds; stopped"):
        run_notebook(make(tmp_path, source, name="stuck"), {}, tmp_path, timeout_seconds=2)
    assert time.monotonic() - started < 60
    if source == HELD:
        with pytest.raises(ProcessLookupError):
            os.kill(int((tmp_path / "pid").read_text()), 0)


def test_two_cells_that_hang_in_native_code_let_the_others_be_written(tmp_path):
    templates = {name: make(tmp_path, HELD, name=name) for name in ("left", "right")}
    templates["good"] = make(tmp_path, "print(sprint)", name="good")
    outcomes = run_notebooks(templates, {name: {"sprint": "2"} for name in templates}, tmp_path, timeout_seconds=2)
    assert [isinstance(outcomes[name], NotebookError) for name in templates] == [True, True, False]
    assert printed(outcomes["good"]) == "2\n"
