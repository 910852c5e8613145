"""How long a page takes and how large it is: python benchmarks/building.py PATH... [--runs N]

The demo comes first; a repository's page is that of its sprint with the most commits.
"""

import argparse
import statistics
import subprocess
import tempfile
from pathlib import Path

from measure import RETRO, Cost, name_of, project, timed, write_table

from retro import open_warehouse

HEAD = ("project", "commits", "main CPU s", "main wall s", "pages", "all CPU s", "all wall s", "main kB", "notebook kB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder) / "demo"
        subprocess.run([*RETRO, "demo", str(demo)], check=True, capture_output=True)
        roots = {"demo": demo} | {
            name_of(path): project(Path(folder) / name_of(path), path.resolve()) for path in given.paths
        }
        rows = [measure(name, root, given.runs) for name, root in roots.items()]
    intro = (
        f"Medians of {given.runs} runs of `retro build --no-mine` on a project that is mined; kernels count as CPU. "
        "Main: `--notebook sprint` alone; all: with its deep pages, two notebooks at a time, and the list of sprints."
    )
    write_table(__file__, intro, HEAD, rows)


def measure(name: str, root: Path, runs: int) -> list[object]:
    subprocess.run([*RETRO, "mine", "--project", str(root)], check=True, capture_output=True)
    with open_warehouse(root / "data" / "retro.duckdb") as warehouse:
        sprint, commits = warehouse.sql(
            "select sprint, commit_count from sprint_totals order by 2 desc, 1 limit 1"
        ).row(0)
    build = [*RETRO, "build", "--no-mine", "--project", str(root), "--sprint", sprint]
    alone = [timed([*build, "--notebook", "sprint"]) for _ in range(runs)]
    costs = [timed(build) for _ in range(runs)]
    page = next((root / "reports").glob("sprint-*.html"))
    count = len([path for path in (root / "reports").rglob("*.html") if path.name != "index.html"])
    sizes = [f"{path.stat().st_size / 1000:.0f}" for path in (page, page.with_suffix(".ipynb"))]
    return [name, f"{commits:,}", *medians(alone), count, *medians(costs), *sizes]


def medians(costs: list[Cost]) -> list[str]:
    """Median CPU and wall seconds."""
    return [f"{statistics.median(getattr(cost, kind) for cost in costs):.1f}" for kind in ("cpu", "wall")]


if __name__ == "__main__":
    main()
