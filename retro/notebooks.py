"""Notebooks: found by name, given their parameters, executed cell by cell.

A template is an .ipynb without outputs. Its cell tagged `parameters` holds the defaults for running it by hand; a run
puts a cell tagged `injected-parameters` after it (`sprint = '2'`). Those are the tags of papermill, which works on our
notebooks too.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro.errors import NotebookError, UsageError
from retro.queries import shipped
from retro.quick_imports import quick_import

if TYPE_CHECKING:
    from nbclient import NotebookClient
    from nbformat import NotebookNode

PARAMETERS, INJECTED = "parameters", "injected-parameters"
MOST_TRACEBACK_LINES = 6
MOST_ERROR_LETTERS = 1_000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_QUERY = re.compile(r'\bquery\(\\"([a-z0-9_]+)\\"')  # as JSON writes w.query("theme_commits")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


def find_notebook(name: str, root: Path) -> Path:
    """The template of that name: the project's own in `notebooks/`, else the shipped one.

    Raises UsageError listing the names there are.
    """
    places = (root / "notebooks", shipped("notebooks"))
    for place in places:
        if _NAME.fullmatch(name) and (place / f"{name}.ipynb").is_file():
            return place / f"{name}.ipynb"
    known = sorted({path.stem for place in places for path in place.glob("*.ipynb") if _NAME.fullmatch(path.stem)})
    raise UsageError(f"no notebook {name!r}; there {'is' if len(known) == 1 else 'are'} {', '.join(known)}")


@dataclass(frozen=True)
class DeepPage:
    """A notebook that `retro build` makes a page of beside the main one.

    `title` is that of its links, `needs` the table without whose rows it says nothing; the page of one that `is_whole` is
    about all sprints and stands once for the project. `place` is that among the links, `queries` names those it asks.
    """

    name: str
    title: str
    needs: str | None
    is_whole: bool = False
    place: float = field(default=inf, compare=False)
    queries: tuple[str, ...] = field(default=(), compare=False)


def deep_pages(root: Path) -> list[DeepPage]:
    """The notebooks whose metadata names a page, `{"retro": {"page": "What it cost"}}`, as they are linked.

    With `"scope": "project"` beside it the page is one for all sprints, else one for each; the former stand last. Pages
    with a `"place"`, a number, stand in its order before those without, which go by name.
    The project's own notebook stands for the shipped one of its name, also where it names no page.
    """
    places = (shipped("notebooks"), root / "notebooks")
    found = {path.stem: path for place in places for path in place.glob("*.ipynb") if _NAME.fullmatch(path.stem)}
    pages = (_deep_page(name, path) for name, path in sorted(found.items()))
    return sorted((page for page in pages if page), key=lambda page: (page.is_whole, page.place))


def _deep_page(name: str, path: Path) -> DeepPage | None:
    try:
        text = path.read_text("utf-8")
        told = json.loads(text)["metadata"]["retro"]
        title, needs, scope = told["page"], told.get("needs"), told.get("scope", "sprint")
    except (
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
    ):  # no notebook, or one that says nothing of a page
        return None
    if not isinstance(title, str) or not isinstance(needs, str | None):
        return None
    place = told.get("place")
    queries = tuple(dict.fromkeys(_QUERY.findall(text)))
    return DeepPage(name, title, needs, scope == "project", place if isinstance(place, int | float) else inf, queries)


def shipped_templates() -> list[Path]:
    """The templates that come with Retro, by name."""
    return sorted(shipped("notebooks").glob("*.ipynb"))


def run_notebook(
    template: Path,
    parameters: dict[str, Any],
    working_folder: Path,
    on_cell: Callable[[int, int], None] | None = None,
    timeout_seconds: int = 600,
) -> "NotebookNode":
    """The template with these parameters, executed in a Python of its own that starts in `working_folder`.

    `on_cell` is told the number of the code cell that starts (from 1) and how many there are. The time limit is for
    each cell. The kernel sees no variable of the environment whose name speaks of a token, key or password. Raises
    NotebookError naming the cell that failed or ran out of time.
    """
    notebook = with_parameters(_read(template), parameters)
    with quick_import("retro.kernels").kernel(notebook, working_folder, timeout_seconds) as client:
        cells = [(index, cell) for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        for number, (index, cell) in enumerate(cells, 1):
            if on_cell:
                on_cell(number, len(cells))
            _run_cell(client, cell, index, template)
    return notebook


def with_parameters(notebook: "NotebookNode", parameters: dict[str, Any]) -> "NotebookNode":
    """The notebook without outputs and with the parameters' values in a cell after that of the defaults, or at the top.

    A cell injected before is replaced. Values are of JSON's types; raises NotebookError for others.
    """
    v4 = quick_import("nbformat").v4
    lines = [f"{name} = {_literal(name, value)}" for name, value in parameters.items()]
    source = "\n".join(["# Set by the build; edit the cell above to run by hand.", *lines])
    injected = v4.new_code_cell(source, id=INJECTED, metadata={"tags": [INJECTED]})
    cells = [_without_outputs(cell) for cell in notebook.cells if INJECTED not in _tags(cell)]
    place = next((index + 1 for index, cell in enumerate(cells) if PARAMETERS in _tags(cell)), 0)
    notebook.cells = [*cells[:place], injected, *cells[place:]]
    return notebook


def _read(template: Path) -> "NotebookNode":
    nbformat = quick_import("nbformat")
    try:
        stored = json.loads(template.read_text("utf-8"))
        if not _is_format_4(stored):
            raise NotebookError(f"{template}: not a notebook of format 4; open it in JupyterLab and save it again")
        notebook = nbformat.from_dict(_with_cell_ids(stored))
        nbformat.validate(notebook)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise NotebookError(f"{template}: not a notebook that can be read ({_first_line(str(error))})") from error
    for cell in notebook.cells:
        cell.source = "".join(cell.source)  # stored as lines or as one text
    return notebook


def _with_cell_ids(stored: dict) -> dict:
    """Minor version 5, from which on cells have ids; nothing else came with it."""
    cells = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(stored["cells"], 1)]
    return {**stored, "nbformat_minor": max(5, stored.get("nbformat_minor", 0)), "cells": cells}


def _is_format_4(stored: object) -> bool:
    cells = stored.get("cells") if isinstance(stored, dict) and stored.get("nbformat") == 4 else None
    return isinstance(cells, list) and all(isinstance(cell, dict) for cell in cells)


def _literal(name: str, value: Any) -> str:
    try:
        return repr(json.loads(json.dumps(value, allow_nan=False)))
    except (TypeError, ValueError) as error:
        raise NotebookError(f"parameter {name}: {value!r} is not a value that JSON has") from error


def _tags(cell: "NotebookNode") -> list[str]:
    return cell.metadata.get("tags", [])


def _without_outputs(cell: "NotebookNode") -> "NotebookNode":
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    return cell


def _run_cell(client: "NotebookClient", cell: "NotebookNode", index: int, template: Path) -> None:
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    where = f"{template}, {_cell_name(client.nb, cell)}"
    try:
        client.execute_cell(cell, index)
    except CellExecutionError as error:
        said = _shortened(f"{error.ename}: {error.evalue}")
        raise NotebookError(f"{where}: {said}{_traceback(cell)}") from error
    except CellTimeoutError as error:
        raise NotebookError(
            f"{where}: not done after {client.timeout} seconds; stopped (cell_seconds in [pages] of retro.toml is the limit)"
        ) from error
    except DeadKernelError as error:
        raise NotebookError(
            f"{where}: its Python ended while the cell ran (out of memory, or it called exit)"
        ) from error


def _cell_name(notebook: "NotebookNode", cell: "NotebookNode") -> str:
    """How to find the cell: the number that it gets when the template is run by hand, and its first line."""
    by_hand = [other.id for other in notebook.cells if other.cell_type == "code" and INJECTED not in _tags(other)]
    number = f"cell [{by_hand.index(cell.id) + 1}]" if cell.id in by_hand else "the cell with the parameters"
    return f"{number} `{_first_line(cell.source)}`"


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _traceback(cell: "NotebookNode") -> str:
    """The last lines of the traceback in the cell's output, without colours."""
    lines = [
        line.rstrip()
        for output in cell.outputs
        if output.output_type == "error"
        for line in _ESCAPES.sub("", "\n".join(output.traceback)).splitlines()
        if line.strip()
    ]
    return "".join(f"\n  {_shortened(line)}" for line in lines[-MOST_TRACEBACK_LINES:])


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_ERROR_LETTERS else f"{text[:MOST_ERROR_LETTERS]}…"
