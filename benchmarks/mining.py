"""Mining beside plain git, PyDriller, Perceval and pygit2 on the same commits: python benchmarks/mining.py PATH...

    --runs N          runs of git and Retro, in turn; medians are shown (3)
    --rivals PYTHON   a Python that has the others; by default this one
    --most N          above so many commits PyDriller reads a sample of as many, and its CPU is extrapolated (20,000)

The others are no requirement of Retro; to get them: uv venv rivals && uv pip install -p rivals pydriller perceval pygit2
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from measure import RETRO, Cost, default_branch, git, git_dir, name_of, project, timed, write_table

FLOOR = ["log", "--raw", "--numstat", "-z", "-M"]
STARTUP_SECONDS = 0.5
BLOCKS = 10
HEAD = (
    "repository", "commits", "tool", "CPU, s", "of it own, s", "wall, s", "peak MB", "CPU / git", "wall / git",
    "own without start-up / git", "PyDriller CPU / its",
)  # fmt: skip

# Each script gets the clone and a file, and may leave in it its own CPU seconds and its own peak in kB.
TELL = """
import json, os, pathlib, resource, sys
def tell():
    used = resource.getrusage(resource.RUSAGE_SELF)
    pathlib.Path(sys.argv[2]).write_text(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""
HISTORY = (
    TELL
    + """
import tempfile
from concurrent.futures import ThreadPoolExecutor
from retro.git import open_room
def listed(room):
    _, tip = room.default_branch()
    return tip, room.graph([tip])
with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as pool:
    folder = pathlib.Path(folder)
    room = open_room(pathlib.Path(sys.argv[1]), folder / "rooms")
    listing = pool.submit(listed, room)  # as the pipeline does, while the rest is imported
    from retro import warehouse
    from retro.sources import git
    from retro.sources.accounts import Account
    with warehouse.rewrite(folder / "retro.duckdb") as connection:
        tip, graph = listing.result()
        shas = [commit.sha for commit in graph]
        for frames in git.history(room, "bench", shas, git.landings(graph, tip), Account()):
            for table, frame in frames.items():
                warehouse.load(connection, table, frame)
tell()
"""
)
MINE = (
    TELL
    + """
from retro import pipeline
failures = pipeline.mine(pathlib.Path(sys.argv[1])).failures
tell()
sys.exit(str(failures) if failures else 0)
"""
)
PYDRILLER = """
import sys
from pydriller import Repository
clone, place, step, take = sys.argv[1], 0, int(sys.argv[3]), int(sys.argv[4])
for commit in Repository(clone).traverse_commits():
    if place % step < take and not commit.merge:
        rows = [(file.new_path, file.old_path, file.added_lines, file.deleted_lines) for file in commit.modified_files]
    place += 1
"""
PERCEVAL = """
import sys, tempfile
from perceval.backends.core.git import Git
with tempfile.TemporaryDirectory() as folder:
    for item in Git(sys.argv[1], folder + "/mirror").fetch():
        rows = [(file["file"], file.get("added"), file.get("removed")) for file in item["data"]["files"]]
"""
PYGIT2 = """
import sys, pygit2
repository = pygit2.Repository(sys.argv[1])
for commit in repository.walk(repository.head.target):
    if len(commit.parents) < 2:
        diff = commit.parents[0].tree.diff_to_tree(commit.tree) if commit.parents else commit.tree.diff_to_tree(swap=True)
        diff.find_similar()
        rows = [(patch.delta.new_file.path, patch.line_stats) for patch in diff]
"""


@dataclass(frozen=True)
class Run:
    """What a tool cost; `own` are CPU seconds of its own process, git's not among them, where it was asked."""

    tool: str
    cost: Cost
    own: float | None = None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rivals", default=sys.executable)
    parser.add_argument("--most", type=int, default=20_000)
    given = parser.parse_args()
    rows: list[list[object]] = []
    for path in given.paths:
        rows += measured(path.resolve(), given)
    intro = (
        f"Each on a throw-away bare clone of the default branch. git is `{' '.join(['git', *FLOOR])} BRANCH` to nowhere. "
        "Retro's history is what it reads and stores of the commits themselves: metadata, messages (secrets masked), trailers, "
        "changed files; Retro's whole run adds merges, pull requests, authors, kinds and views. git and Retro ran "
        f"{given.runs} times in turn, the medians are shown; the others once, reading the changed files and their lines of every "
        f"commit. CPU is that of the process and its children. The start-up set apart is {STARTUP_SECONDS} s. The peak of "
        "Retro leaves git's processes out; that of the others is the largest of their processes. Where PyDriller says n, it "
        f"read that many commits in {BLOCKS} blocks of neighbours over the whole history, its CPU and wall are extrapolated."
    )
    write_table(__file__, intro, HEAD, rows)


def measured(repository: Path, given: argparse.Namespace) -> list[list[object]]:
    """Rows of the table for one repository."""
    with tempfile.TemporaryDirectory() as folder:
        clone = cloned(repository, Path(folder) / "clone.git")
        count = int(git(clone, "rev-list", "--count", default_branch(clone)))
        runs = [*own_runs(clone, given.runs), *rival_runs(clone, count, given)]
    floor, rival = runs[0].cost, next(run.cost for run in runs if run.tool.startswith("PyDriller"))
    return [row(name_of(repository), count, run, floor, rival) for run in runs]


def cloned(repository: Path, target: Path) -> Path:
    """A bare clone that holds the default branch and nothing else, so that all read the same commits."""
    options = ["-q", "--bare", "--single-branch", "--no-tags", f"--branch={default_branch(repository)}"]
    subprocess.run(["git", "clone", *options, str(git_dir(repository)), str(target)], check=True)
    return target


def own_runs(clone: Path, count: int) -> list[Run]:
    """Medians of git, Retro's history, its whole run, and a run that finds nothing new."""
    runs: dict[str, list[Run]] = {}
    for _ in range(count):
        with tempfile.TemporaryDirectory() as folder:
            root = project(Path(folder) / "p", clone)
            told = root / "told"
            floor = timed(["git", f"--git-dir={clone}", *FLOOR, default_branch(clone)])
            for run in (
                Run("git", floor),
                told_run("Retro, history", HISTORY, clone, told),
                told_run("Retro, whole run", MINE, root, told),
                Run("Retro, nothing new", timed([*RETRO, "mine", "--project", str(root)])),
            ):
                runs.setdefault(run.tool, []).append(run)
    return [median(several) for several in runs.values()]


def told_run(tool: str, script: str, argument: Path, told: Path) -> Run:
    """A run of a script that tells of its own process."""
    cost = timed([sys.executable, "-c", script, str(argument), str(told)])
    own, peak = json.loads(told.read_text())
    return Run(tool, replace(cost, peak_mb=peak / 1024), own)


def median(runs: Sequence[Run]) -> Run:
    """The medians of several runs of one tool."""
    figures = [statistics.median(getattr(run.cost, name) for run in runs) for name in ("cpu", "wall", "peak_mb")]
    owns = [run.own for run in runs if run.own is not None]
    return Run(runs[0].tool, Cost(*figures), statistics.median(owns) if owns else None)


def rival_runs(clone: Path, count: int, given: argparse.Namespace) -> list[Run]:
    """One run of each of the others; PyDriller writes to the settings of its clone, so it comes last."""
    runs = [
        Run(tool, timed([given.rivals, "-c", script, str(clone)]))
        for tool, script in (("pygit2", PYGIT2), ("Perceval", PERCEVAL))
    ]
    return [*runs, pydriller(clone, count, given)]


def pydriller(clone: Path, count: int, given: argparse.Namespace) -> Run:
    """PyDriller over every commit, or over blocks of neighbours: then what walking alone costs is not multiplied."""
    command = [given.rivals, "-c", PYDRILLER, str(clone), "nowhere"]
    if count <= given.most:
        return Run("PyDriller", timed([*command, "1", "1"]))
    walk = timed([*command, "1", "0"])
    some = timed([*command, str(-(-count // BLOCKS)), str(given.most // BLOCKS)])
    factor = count / given.most
    cpu, wall = (getattr(walk, name) + factor * (getattr(some, name) - getattr(walk, name)) for name in ("cpu", "wall"))
    return Run(f"PyDriller (n={given.most:,})", Cost(cpu, wall, some.peak_mb))


def row(name: str, count: int, run: Run, floor: Cost, rival: Cost) -> list[object]:
    cost = run.cost
    own = "" if run.own is None else f"{run.own:.2f}"
    net = "" if run.own is None else f"{max(0.0, run.own - STARTUP_SECONDS) / floor.cpu:.2f}"
    return [
        name, f"{count:,}", run.tool, f"{cost.cpu:.2f}", own, f"{cost.wall:.2f}", f"{cost.peak_mb:.0f}",
        f"{cost.cpu / floor.cpu:.2f}", f"{cost.wall / floor.wall:.2f}", net, f"{rival.cpu / cost.cpu:.1f}",
    ]  # fmt: skip


if __name__ == "__main__":
    main()
