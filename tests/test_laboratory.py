"""`retro lab`: a ready workspace, a server that answers, notebooks that run where JupyterLab would run them."""

import importlib.util
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from repositories import History, project

from retro import laboratory
from retro.figures import CHART_TYPE
from retro.notebooks import run_notebook, shipped_templates
from retro.pipeline import mine

needs_lab = pytest.mark.skipif(
    importlib.util.find_spec("jupyterlab") is None, reason="the extra `lab` is not installed"
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with three commits that was mined."""
    folder = tmp_path_factory.mktemp("lab")
    made = History()
    for number in range(3):
        made.commit(f"feat: step {number}", {f"src/{number}.py": "1\n"})
    root = project(folder / "project", made.write(folder / "repo"))
    mine(root)
    return root


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[str]:
    """Address and token of a running `retro lab`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from retro.cli import main; main()", "lab", "-C", str(root), "--no-browser"]
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(root / "no-config"),
        "JUPYTER_RUNTIME_DIR": str(root / "runtime"),
    }
    with (root / "lab.log").open("w") as log:
        run = subprocess.Popen(
            [*command, f"--port={port}"], stderr=log, stdout=log, env=environment, start_new_session=True
        )
        try:
            yield _address(run, root / "lab.log")
        finally:
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGTERM)
            run.wait(30)


def _address(run: subprocess.Popen, log: Path) -> str:
    """What the server says of itself, once it listens."""
    for _ in range(600):
        found = re.search(r"(http://127\.0\.0\.1:\d+)/lab\S*\?token=(\w+)", log.read_text())
        if found:
            return f"{found[1]} {found[2]}"
        assert run.poll() is None, log.read_text()
        time.sleep(0.2)
    raise AssertionError(log.read_text())


def asked(server: str, place: str) -> bytes:
    address, token = server.split()
    request = urllib.request.Request(address + place, headers={"Authorization": f"token {token}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


@needs_lab
def test_the_server_shows_the_working_copies_and_a_kernel(server: str) -> None:
    listed = json.loads(asked(server, "/api/contents/data/lab"))["content"]
    assert {entry["name"] for entry in listed} == {template.name for template in shipped_templates()}
    notebook = json.loads(asked(server, "/api/contents/data/lab/sprint.ipynb"))
    assert notebook["type"] == "notebook" and notebook["writable"]
    assert json.loads(asked(server, "/api/kernelspecs"))["kernelspecs"]
    assert b"<title>JupyterLab" in asked(server, "/lab/tree/data/lab/sprint.ipynb")


@needs_lab
def test_the_server_answers_nobody_without_its_token(server: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="403"):
        asked(server.split()[0] + " wrong", "/api/contents")


def test_a_working_copy_is_kept_with_what_was_done_in_it(root: Path) -> None:
    copy = laboratory.lay_out(root) / "sprint.ipynb"
    copy.write_text("work")
    try:
        assert laboratory.lay_out(root) / "sprint.ipynb" == copy and copy.read_text() == "work"
    finally:
        copy.unlink()
        laboratory.lay_out(root)


def test_a_working_copy_runs_in_its_folder_and_draws_what_jupyterlab_can(root: Path) -> None:
    folder = laboratory.lay_out(root)
    notebook = nbformat.read(folder / "sprint.ipynb", as_version=4)
    (tagged,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]
    assert tagged.source == 'sprint = "1"'
    executed = run_notebook(folder / "sprint.ipynb", {"sprint": "1"}, folder)
    outputs = [output.data for cell in executed.cells for output in cell.get("outputs", ()) if "data" in output]
    charts = [data[CHART_TYPE] for data in outputs if CHART_TYPE in data]
    assert len(charts) >= 3
    assert {chart["$schema"] for chart in charts} == {"https://vega.github.io/schema/vega-lite/v5.json"}
    assert "container" not in {chart.get("width") for chart in charts}, (
        "a chart as wide as its container hangs JupyterLab"
    )
    assert any("<table><tr><td" in data.get("text/html", "") for data in outputs), (
        "tiles are a table with inline styles"
    )
    nbformat.validate(executed)
