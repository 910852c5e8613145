"""JupyterLab on a project: working copies of the notebooks, and Lab itself from the extra `retro-toolkit[lab]`."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

from retro.config import load_settings
from retro.errors import RetroError, UsageError
from retro.notebooks import PARAMETERS, shipped_templates
from retro.pipeline import shown_sprint
from retro.quick_imports import quick_import

FOLDER = Path("data") / "lab"


def lay_out(root: Path) -> Path:
    """The folder with a working copy of each shipped notebook, set to the last sprint that ended.

    A copy that is already there is kept as it is: it may hold work. A project's own notebooks stay in `notebooks/`.
    """
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    nbformat = quick_import("nbformat")
    sprint = shown_sprint(root, load_settings(root), None)
    for template in shipped_templates():
        copy = folder / template.name
        if not copy.exists():
            notebook = nbformat.read(template, as_version=4)
            for cell in notebook.cells:  # none in a notebook about all sprints
                if PARAMETERS in cell.metadata.get("tags", []) and "sprint" in cell.source:
                    # In the cell to edit: a value set after it would win over it.
                    cell.source = f"sprint = {json.dumps(sprint)}"
            nbformat.write(notebook, copy)
    return folder


def open_lab(root: Path, *, opens_browser: bool = True, port: int | None = None) -> None:
    """Runs JupyterLab on `root` until it is stopped. Raises UsageError when it is not installed."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise UsageError("JupyterLab is not installed; `pip install 'retro-toolkit[lab]'` brings it")
    options = ["--ServerApp.root_dir", str(root), "--LabApp.default_url", f"/lab/tree/{FOLDER.as_posix()}/sprint.ipynb"]
    options += [] if opens_browser else ["--no-browser"]
    options += [f"--port={port}"] if port else []
    tools = str(Path(sys.executable).parent)  # so that the kernel is the Python that has Retro
    environment = os.environ | {"PATH": os.pathsep.join([tools, os.environ.get("PATH", "")])}
    options += ["--allow-root"] if os.geteuid() == 0 else []  # in a container; Lab listens on this machine only
    status = subprocess.run([sys.executable, "-m", "jupyterlab", *options], env=environment, check=False).returncode
    if status > 0:
        raise RetroError(f"JupyterLab ended with exit status {status}; what it printed above says why")
