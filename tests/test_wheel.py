"""The product as it is shipped: a wheel, in an empty environment, away from the checkout."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(CHECKOUT)]
    subprocess.run(build, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment that holds the locked packages and the wheel, nothing else."""
    environment = tmp_path_factory.mktemp("installed") / "environment"
    venv.create(environment, with_pip=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    locked = ["--require-hashes", "--only-binary", ":all:", "--requirement", str(CHECKOUT / "requirements.lock")]
    answer = subprocess.run([*pip, *locked], capture_output=True, text=True)
    if answer.returncode and "No matching distribution" in answer.stderr + answer.stdout:
        pytest.skip("the package index cannot be reached, so the wheel's packages cannot be installed")
    assert answer.returncode == 0, answer.stderr
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True)
    return environment / "bin"


def test_wheel_holds_queries_notebooks_and_page_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        "retro/queries/metrics/sprint_headline.sql",
        "retro/queries/views/sprint_commits.sql",
        "retro/notebooks/sprint.ipynb",
    }
    wanted |= {"retro/tables/commits.sql", "retro/page/index.html.j2", "retro/page/page.css", "retro/page/page.js"}
    assert wanted - names == set()
    assert [name for name in names if name.startswith(("tests/", "benchmarks/", "data/"))] == []


def test_wheel_outside_the_checkout_makes_the_demo_and_its_page(installed: Path, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    retro = str(installed / "retro")
    subprocess.run([retro, "demo", "demo"], cwd=tmp_path, env=environment, check=True)
    answer = subprocess.run(
        [retro, "build", "--project", "demo", "--sprint", "2"],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    page = Path(answer.stdout.strip())
    assert page == tmp_path / "demo" / "reports" / "sprint-2.html"
    assert "319" in page.read_text("utf-8")
    count = subprocess.run(
        [retro, "sql", "--project", "demo", "--format", "csv", "select commit_count from sprint_totals where sprint = '2'"],
        cwd=tmp_path, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert count.stdout.split() == ["commit_count", "319"]
