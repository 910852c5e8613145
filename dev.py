#!/usr/bin/env python3
"""Sets a checkout up and uses it; needs Python 3.11 or newer, git, and a network to the package index once.

    python3 dev.py demo     makes the demo and its page in demo/, and says where the page is
    python3 dev.py test     runs the linter and all tests; further words go to pytest
    python3 dev.py lock     writes the two lock files anew from pyproject.toml (needs uv)

The packages go into .venv, at the versions and hashes of the lock files, and are installed again when these change.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"
LOCKS = {"requirements.lock": ["--group", "build"], "requirements-dev.lock": ["--group", "dev", "--extra", "lab"]}


def main(words: list[str]) -> int:
    """Runs the task that the first word names; the exit status of what it ran."""
    tasks = {"demo": demo, "test": test, "lock": lock}
    if sys.version_info < (3, 11):  # noqa: UP036 - said before anything else fails
        sys.exit(f"dev.py: this is Python {sys.version.split()[0]}; Retro needs 3.11 or newer")
    if not words or words[0] not in tasks:
        sys.exit(__doc__)
    os.chdir(HERE)
    return tasks[words[0]](words[1:])


def demo(words: list[str]) -> int:
    """Writes the demo project and builds its second sprint."""
    python = install("requirements.lock")
    folder = HERE / "demo"
    if folder.exists() and not (folder / "retro.toml").is_file():
        sys.exit(f"dev.py: {folder} is there and is no demo; move it away")
    if folder.exists():
        shutil.rmtree(folder)
    status = run(python, "-m", "retro", "demo", str(folder))
    return status or run(python, "-m", "retro", "build", "--project", str(folder), "--sprint", "2", *words)


def test(words: list[str]) -> int:
    """Runs ruff, then pytest on all processors."""
    python = install("requirements-dev.lock")
    status = run(python, "-m", "ruff", "check", ".")
    return run(python, "-m", "pytest", "-n", "auto", *words) or status


def lock(words: list[str]) -> int:
    """Compiles both lock files, for every platform that Python 3.11 and newer runs on."""
    for name, groups in LOCKS.items():
        command = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"]
        command += [
            "--no-header",
            "--custom-compile-command",
            "python3 dev.py lock",
            *groups,
            "pyproject.toml",
            "--output-file",
            name,
        ]
        if status := subprocess.call([*command, *words]):
            return status
    return 0


def install(name: str) -> Path:
    """The Python of an environment that holds what the lock file `name` lists, and this checkout."""
    python = ENVIRONMENT / "bin" / "python"
    wanted = hashlib.sha256((HERE / name).read_bytes() + (HERE / "pyproject.toml").read_bytes()).hexdigest()
    stamp = ENVIRONMENT / f"{name}.installed"
    if stamp.is_file() and stamp.read_text() == wanted:
        return python
    print(f"dev.py: setting up {ENVIRONMENT} (a minute or two, once)", file=sys.stderr)
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.check_call([*pip, "--require-hashes", "--only-binary", ":all:", "--requirement", name])
    subprocess.check_call([*pip, "--no-deps", "--no-build-isolation", "--editable", "."])
    stamp.write_text(wanted)
    return python


def run(python: Path, *words: str) -> int:
    """Exit status of a command in the environment."""
    return subprocess.call([str(python), *words])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
