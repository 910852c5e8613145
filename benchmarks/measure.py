"""What the benchmark scripts share: a project around a repository, a timed command, a table."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

RETRO = [sys.executable, "-m", "retro"]


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a command with its children (user + system), elapsed seconds, peak memory of its own process in MB."""

    cpu: float
    wall: float
    peak_mb: float


def timed(command: Sequence[str], folder: Path | None = None) -> Cost:
    """Cost of a command whose output goes nowhere; it must succeed."""
    started = time.perf_counter()
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command, cwd=folder, stdout=nowhere, stderr=subprocess.PIPE)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)}: {process.stderr.read().decode()}")
    process.stderr.close()
    process.returncode = 0
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - started, usage.ru_maxrss / 1024)


def project(folder: Path, repository: Path) -> Path:
    """A project around one repository: two-week sprints from the first Monday of 2005."""
    folder.mkdir(parents=True)
    text = '[project]\nname = "bench"\n[sprints]\nfirst = 2005-01-03\ndays = 14\n'
    text += f'[[repos]]\npath = "{repository}"\nname = "bench"\n'
    (folder / "retro.toml").write_text(text)
    return folder


def git(repository: Path, *arguments: str) -> str:
    """Output of plain git in a repository, the user's settings left out."""
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C.UTF-8",
    }
    command = ["git", "-c", "core.quotePath=false", *arguments]
    return subprocess.run(
        command,
        env=environment | {"GIT_DIR": str(git_dir(repository))},
        check=True,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    ).stdout


def git_dir(repository: Path) -> Path:
    """The git directory of a clone or bare repository."""
    return repository / ".git" if (repository / ".git").is_dir() else repository


def default_branch(repository: Path) -> str:
    """The branch that HEAD of the repository names."""
    return git(repository, "symbolic-ref", "--short", "HEAD").strip()


def name_of(repository: Path) -> str:
    """What a table calls a repository: its folder, or the one above where that only says what it is."""
    return repository.parent.name if repository.name in ("repo", ".git") else repository.name


def write_table(script: str, intro: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints the table and keeps it beside the script as Markdown."""
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    text = f"# {Path(script).stem}\n\n{intro} Last run {date.today()}, "
    text += f"Python {sys.version.split()[0]}, {os.cpu_count()} cores.\n\n"
    text += "\n".join(lines) + "\n"
    Path(script).with_suffix(".md").write_text(text)
    print(text)
