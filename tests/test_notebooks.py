"""Notebooks: found, given parameters, run in a Python of their own; a cell that fails is named."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from retro.errors import NotebookError, UsageError
from retro.notebooks import INJECTED, PARAMETERS, find_notebook, run_notebook, shipped_templates, with_parameters


def make(folder: Path, *sources: str, name: str = "own") -> Path:
    """A template with a cell for parameters and one for each source."""
    code = nbformat.v4.new_code_cell
    cells = [code("sprint = '1'", metadata={"tags": [PARAMETERS]}), *(code(source) for source in sources)]
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{name}.ipynb")
    return folder / f"{name}.ipynb"


def printed(notebook: NotebookNode) -> str:
    return "".join(output.text for cell in notebook.cells for output in cell.get("outputs", []) if "text" in output)


def sources(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells]


def test_a_projects_own_notebook_wins_over_the_shipped_one(tmp_path):
    assert find_notebook("sprint", tmp_path) in shipped_templates()
    own = make(tmp_path / "notebooks", name="sprint")
    assert find_notebook("sprint", tmp_path) == own


@pytest.mark.parametrize("name", ["sprnt", "../sprint", "sprint.ipynb", ""])
def test_an_unknown_notebook_is_an_error_that_lists_the_known_ones(tmp_path, name):
    make(tmp_path / "notebooks", name="ours")
    with pytest.raises(UsageError, match=r"there are (\w+, )*ours, (\w+, )*sprint"):
        find_notebook(name, tmp_path)


def test_parameters_follow_their_defaults_and_a_second_run_replaces_them(tmp_path):
    template = nbformat.read(make(tmp_path, "print(sprint)"), as_version=4)
    once = with_parameters(template, {"sprint": "2"})
    twice = with_parameters(once, {"sprint": "it's 3", "days": [1, None, True]})
    head = "# Set by the build; edit the cell above to run by hand.\n"
    assert sources(twice) == ["sprint = '1'", head + 'sprint = "it\'s 3"\ndays = [1, None, True]', "print(sprint)"]
    assert [cell.metadata.get("tags") for cell in twice.cells] == [[PARAMETERS], [INJECTED], None]
    nbformat.validate(twice)


def test_a_notebook_without_a_cell_for_parameters_gets_them_at_the_top(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(sprint)")])
    assert sources(with_parameters(notebook, {"sprint": "2"}))[0].endswith("sprint = '2'")


@pytest.mark.parametrize("value", [Path("x"), float("nan"), {1, 2}])
def test_a_parameter_is_a_value_that_json_has(tmp_path, value):
    template = nbformat.read(make(tmp_path), as_version=4)
    with pytest.raises(NotebookError, match=r"parameter sprint: .* is not a value that JSON has"):
        with_parameters(template, {"sprint": value})


def test_a_run_has_its_parameters_folder_and_retro_and_none_of_our_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_secret")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    monkeypatch.setenv("HARMLESS", "kept")
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "startup.py"))
    (tmp_path / "startup.py").write_text("raise SystemExit('the start-up file was read')")
    (tmp_path / "json.py").write_text("raise SystemExit('a file of the folder took the place of a module')")
    told = "import os, retro; print([sprint, os.getcwd(), retro.__file__, sorted(os.environ)])"
    steps = []
    notebook = run_notebook(make(tmp_path, told), {"sprint": "2"}, tmp_path, lambda *step: steps.append(step))
    sprint, folder, package, names = ast.literal_eval(printed(notebook))
    assert (sprint, folder) == ("2", str(tmp_path))
    assert package == sys.modules["retro"].__file__
    assert "HARMLESS" in names
    assert not {"GITHUB_TOKEN", "ANTHROPIC_API_KEY"} & set(names)
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert not any("execution" in cell.metadata for cell in notebook.cells)


def test_a_failing_cell_is_named_with_its_error_and_number_by_hand(tmp_path):
    template = make(tmp_path, "x = 1", "\ndef half(n):\n    return n / (x - 1)\nhalf(3)", "print('never')")
    with pytest.raises(NotebookError) as caught:
        run_notebook(template, {"sprint": "2"}, tmp_path)
    first, *rest = str(caught.value).splitlines()
    assert first == f"{template}, cell [3] `def half(n):`: ZeroDivisionError: division by zero"
    assert rest[-1] == "  ZeroDivisionError: division by zero"
    assert "\x1b" not in str(caught.value)


def test_a_cell_that_runs_too_long_is_named(tmp_path):
    template = make(tmp_path, "import time; time.sleep(60)")
    with pytest.raises(NotebookError, match=r"cell \[2\] `import time; time.sleep\(60\)`: not done after 1 seconds"):
        run_notebook(template, {"sprint": "2"}, tmp_path, timeout_seconds=1)


def test_a_cell_that_ends_its_python_is_named(tmp_path):
    template = make(tmp_path, "import os; os._exit(3)")
    with pytest.raises(NotebookError, match=r"cell \[2\] `import os; os._exit\(3\)`: its Python ended"):
        run_notebook(template, {"sprint": "2"}, tmp_path)


def test_a_python_that_does_not_start_is_an_error_with_what_it_said(tmp_path, monkeypatch):
    monkeypatch.setattr("retro.kernels.START", "raise SystemExit('no such library')")
    with pytest.raises(NotebookError, match="the Python for the notebook did not start: no such library"):
        run_notebook(make(tmp_path, "1"), {}, tmp_path)


def test_a_long_temporary_folder_still_leaves_room_for_the_sockets(tmp_path, monkeypatch):
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    assert printed(run_notebook(make(tmp_path, "print(6 * 7)"), {}, tmp_path)) == "42\n"
    assert not any(long.iterdir())


@pytest.mark.parametrize("minor", [0, 4])
def test_a_notebook_of_an_older_format_4_runs_too(tmp_path, minor):
    cell = {"cell_type": "code", "metadata": {}, "source": ["x = 1\n", "y"], "outputs": [], "execution_count": 9}
    stored = {"nbformat": 4, "nbformat_minor": minor, "metadata": {}, "cells": [cell]}
    (tmp_path / "old.ipynb").write_text(json.dumps(stored))
    with pytest.raises(NotebookError, match=r"old\.ipynb, cell \[1\] `x = 1`: NameError: name 'y' is not defined"):
        run_notebook(tmp_path / "old.ipynb", {"sprint": "2"}, tmp_path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "that can be read"),
        ("{", "that can be read"),
        ("\xff", "that can be read"),
        ('{"nbformat": 4, "nbformat_minor": 5, "cells": [{}], "metadata": {}}', "that can be read"),
        ('{"nbformat": 4, "nbformat_minor": 5, "cells": [1]}', "of format 4"),
        ("[]", "of format 4"),
        ('{"nbformat": 3, "worksheets": []}', "of format 4"),
    ],
)
def test_a_file_that_is_no_notebook_is_an_error_that_names_it(tmp_path, text, why):
    template = tmp_path / "broken.ipynb"
    template.write_text(text, "latin-1")
    with pytest.raises(NotebookError, match=rf"broken\.ipynb: not a notebook {why}"):
        run_notebook(template, {}, tmp_path)


def test_the_grammar_is_kept_out_for_the_import_and_no_longer():
    check = (
        "import sys; from retro.quick_imports import quick_import; quick_import('nbformat'); "
        "assert 'jsonschema' in sys.modules and 'rfc3987_syntax' not in sys.modules; import rfc3987_syntax"
    )
    subprocess.run([sys.executable, "-c", check], check=True, env={**os.environ, "PYTHONWARNINGS": ""})


@pytest.mark.parametrize("template", shipped_templates(), ids=lambda path: path.stem)
class TestShippedTemplates:
    """What every notebook that comes with Retro keeps to."""

    def test_it_has_no_outputs_and_its_cells_have_names(self, template):
        text = template.read_text("utf-8")
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
        codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert [(cell.outputs, cell.execution_count) for cell in codes] == [([], None)] * len(codes)
        assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
        assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n"

    def test_it_has_one_cell_for_parameters_with_a_sprint_unless_it_is_about_all(self, template):
        notebook = nbformat.read(template, as_version=4)
        if notebook.metadata.get("retro", {}).get("scope") == "project":
            assert not any(PARAMETERS in cell.metadata.get("tags", []) for cell in notebook.cells)
            return
        (cell,) = [cell for cell in notebook.cells if PARAMETERS in cell.metadata.get("tags", [])]
        assert cell.source == 'sprint = "2"'

    def test_it_imports_the_public_names_and_nothing_else(self, template):
        code = "\n".join(
            cell.source for cell in nbformat.read(template, as_version=4).cells if cell.cell_type == "code"
        )
        imports = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import | ast.ImportFrom)]
        assert [ast.unparse(node) for node in imports] == ["import retro"]
