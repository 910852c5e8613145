"""Commits and lines per sprint, beside a recount with plain git: python benchmarks/recount.py PATH..."""

import sys
import tempfile
from bisect import bisect_right
from collections import Counter
from pathlib import Path

from measure import default_branch, git, name_of, project, write_table

from retro import open_warehouse, pipeline

HEAD = (
    "repository",
    "commits",
    "sprints with commits",
    "sprints that differ",
    "added (git)",
    "added (Retro)",
    "deleted (git)",
    "deleted (Retro)",
)


def main() -> None:
    rows = []
    for path in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(compare(project(Path(folder) / "p", Path(path).resolve()), Path(path).resolve()))
    intro = (
        "Commits per sprint against `git log --format=%ct` of the default branch, put into sprints by an own loop; lines "
        "against the sums of `git log --numstat -M` over the whole branch."
    )
    write_table(__file__, intro, HEAD, rows)
    if any(row[3] or row[4] != row[5] or row[6] != row[7] for row in rows):
        sys.exit("recount.py: Retro and git differ")


def compare(root: Path, repository: Path) -> list[object]:
    pipeline.mine(root)
    branch = default_branch(repository)
    with open_warehouse(root / "data" / "retro.duckdb") as warehouse:
        sprints = warehouse.sql(
            "select sprint, epoch(starts_at)::bigint, epoch(ends_at)::bigint from sprints order by 2"
        ).rows()
        mined = dict(warehouse.sql("select sprint, commit_count from sprint_totals where commit_count > 0").rows())
        ((added, deleted),) = warehouse.sql(
            "select sum(added_lines)::bigint, sum(deleted_lines)::bigint from commit_files "
            "semi join (select repo, commit_sha from commits where is_on_default_branch) as landed using (repo, commit_sha)"
        ).rows()
    counted: Counter[str] = Counter()
    starts = [start for _, start, _ in sprints]
    times = [int(line) for line in git(repository, "log", "--format=%ct", branch, "--").split()]
    for at in times:
        place = bisect_right(starts, at) - 1
        if place >= 0 and at < sprints[place][2]:
            counted[sprints[place][0]] += 1
    differing = sum(1 for sprint in counted.keys() | mined.keys() if counted[sprint] != mined.get(sprint, 0))
    lines = git(repository, "log", "--numstat", "-M", "--format=", branch, "--").splitlines()
    pairs = [line.split("\t", 2)[:2] for line in lines if line and line[0] != "-"]
    sums = [sum(int(pair[column]) for pair in pairs) for column in (0, 1)]
    return [
        name_of(repository),
        f"{len(times):,}",
        len(counted),
        differing,
        f"{sums[0]:,}",
        f"{added:,}",
        f"{sums[1]:,}",
        f"{deleted:,}",
    ]


if __name__ == "__main__":
    main()
