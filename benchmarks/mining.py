"""Mining beside plain git and PyDriller on the same range: python benchmarks/mining.py PATH... [--runs N] [--no-pydriller]"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import RETRO, default_branch, git, git_dir, name_of, project, timed, write_table

FLOOR = ["log", "--raw", "--numstat", "-z", "-M"]
PYDRILLER = """
import sys
from pydriller import Repository
rows = 0
for commit in Repository(sys.argv[1]).traverse_commits():
    if not commit.merge:
        rows += sum(1 for file in commit.modified_files if file.added_lines is not None)
"""
HEAD = (
    "repository", "commits", "git CPU", "git wall", "retro CPU", "own CPU", "retro wall", "peak MB", "CPU / git",
    "wall / git", "nothing new, s", "PyDriller CPU", "PyDriller / retro",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-pydriller", action="store_true")
    given = parser.parse_args()
    rows = [measure(path.resolve(), given.runs, not given.no_pydriller) for path in given.paths]
    intro = (
        f"Medians of {given.runs} runs, git and Retro in turn; git is `git log --raw --numstat -z -M BRANCH` to nowhere. "
        "Retro reads metadata, trailers, files and releases, judges kinds and themes, and writes the warehouse; own CPU "
        "leaves git's processes out. PyDriller runs once, on a throw-away clone."
    )
    write_table(__file__, intro, HEAD, rows)


def measure(repository: Path, runs: int, with_pydriller: bool) -> list[object]:
    branch, commits = (
        default_branch(repository),
        git(repository, "rev-list", "--count", default_branch(repository)).strip(),
    )
    floors, mines, owns, idles = [], [], [], []
    for _ in range(runs):
        floors.append(timed(["git", f"--git-dir={git_dir(repository)}", *FLOOR, branch]))
        with tempfile.TemporaryDirectory() as folder:
            root = project(Path(folder) / "p", repository)
            own = root / "own"
            mines.append(timed([sys.executable, "-c", OWN, str(own), str(root)]))
            owns.append(float(own.read_text()))
            idles.append(timed([*RETRO, "mine", "--project", str(root)]))
    git_cpu, git_wall = (statistics.median(getattr(cost, name) for cost in floors) for name in ("cpu", "wall"))
    cpu, wall, peak = (statistics.median(getattr(cost, name) for cost in mines) for name in ("cpu", "wall", "peak_mb"))
    rival = pydriller(repository) if with_pydriller else None
    return [
        name_of(repository), f"{int(commits):,}", f"{git_cpu:.2f}", f"{git_wall:.2f}", f"{cpu:.2f}",
        f"{statistics.median(owns):.2f}", f"{wall:.2f}", f"{peak:.0f}", f"{cpu / git_cpu:.2f}", f"{wall / git_wall:.2f}",
        f"{statistics.median(cost.wall for cost in idles):.2f}", f"{rival:.1f}" if rival else "not run",
        f"{rival / cpu:.1f}" if rival else "not run",
    ]  # fmt: skip


# Runs `retro mine` and leaves the CPU seconds of its own process, git's not among them, in a file.
OWN = """
import os, pathlib, sys
from retro import pipeline
pipeline.mine(pathlib.Path(sys.argv[2]))
used = os.times()
pathlib.Path(sys.argv[1]).write_text(str(used.user + used.system))
"""


def pydriller(repository: Path) -> float:
    """CPU seconds of PyDriller over the default branch of a throw-away clone: it writes to the repository's settings."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "-q", "--no-checkout", str(git_dir(repository)), str(clone)], check=True)
        return timed([sys.executable, "-c", PYDRILLER, str(clone)]).cpu


if __name__ == "__main__":
    main()
