"""Retro's commits, files and lines beside a recount with plain git, and with PyDriller: python benchmarks/recount.py PATH...

Rows are (commit, path, old path, kind, lines added, lines deleted). PyDriller runs on a throw-away clone, since it writes to
the repository's settings.
"""

import subprocess
import sys
import tempfile
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from measure import default_branch, git, git_dir, name_of, project, write_table
from pydriller import Repository

from retro import open_warehouse, pipeline

HEAD = (
    "repository", "commits", "sprints with commits", "sprints that differ", "added (git)", "added (Retro)",
    "deleted (git)", "deleted (Retro)", "rows (Retro)", "rows that git tells otherwise", "rows (PyDriller)",
    "rows equal to PyDriller's",
)  # fmt: skip
ON_BRANCH = (
    "semi join (select repo, commit_sha from commits where is_on_default_branch) as landed using (repo, commit_sha)"
)
KINDS = {"ADD": "A", "DELETE": "D", "MODIFY": "M", "RENAME": "R", "COPY": "C"}
Key = tuple[str, str]  # commit and path
Row = tuple[str | None, str, int | None, int | None]  # old path, kind, lines added, lines deleted
Reason = tuple[str, str]


def main() -> None:
    rows, reasons = [], Counter()
    for path in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(compare(Path(folder), Path(path).resolve(), reasons))
    intro = (
        "Commits per sprint against `git log --format=%ct` of the default branch, put into sprints by an own loop; lines "
        "against the sums of `git log --numstat -M` over the branch; rows, one by one, against `git log -M`, asked for raw "
        "lines and for counts, and against `modified_files` of PyDriller. Then the rows that differ from PyDriller's, each "
        "with what explains it."
    )
    write_table(__file__, intro, HEAD, rows)
    add_reasons(reasons)
    if any(row[3] or row[4] != row[5] or row[6] != row[7] or row[9] for row in rows):
        sys.exit("recount.py: Retro and git differ")


def compare(folder: Path, repository: Path, reasons: Counter[Reason]) -> list[object]:
    root, branch = project(folder / "p", repository), default_branch(repository)
    pipeline.mine(root)
    with open_warehouse(root / "data" / "retro.duckdb") as warehouse:
        sprints = warehouse.sql(
            "select sprint, epoch(starts_at)::bigint, epoch(ends_at)::bigint from sprints order by 2"
        ).rows()
        mined = dict(warehouse.sql("select sprint, commit_count from sprint_totals where commit_count > 0").rows())
        files = warehouse.sql(
            "select commit_sha, path, old_path, change_kind, added_lines, deleted_lines, lines_status "
            f"from commit_files {ON_BRANCH}"
        ).rows()
    counted = commits_by_sprint(repository, sprints)
    differing = sum(1 for sprint in counted.keys() | mined.keys() if counted[sprint] != mined.get(sprint, 0))
    ours = {file[:2]: tuple(file[2:6]) for file in files}
    told = dict(told_by_git(repository, branch))
    theirs = list(told_by_pydriller(repository, folder / "clone", branch))
    equal = explain(ours, theirs, name_of(repository), reasons)
    sums = [line_sums(repository, branch), [sum(row[place] or 0 for row in ours.values()) for place in (2, 3)]]
    return [
        name_of(repository), git(repository, "rev-list", "--count", branch).strip(), len(counted), differing,
        *(f"{pair[place]:,}" for place in (0, 1) for pair in sums), f"{len(ours):,}",
        sum(1 for key in ours.keys() | told.keys() if ours.get(key) != told.get(key)), f"{len(theirs):,}", f"{equal:,}",
    ]  # fmt: skip


def commits_by_sprint(repository: Path, sprints: list[tuple]) -> Counter[str]:
    counted: Counter[str] = Counter()
    starts = [start for _, start, _ in sprints]
    for at in map(int, git(repository, "log", "--format=%ct", default_branch(repository), "--").split()):
        place = bisect_right(starts, at) - 1
        if place >= 0 and at < sprints[place][2]:
            counted[sprints[place][0]] += 1
    return counted


def line_sums(repository: Path, branch: str) -> list[int]:
    lines = git(repository, "log", "--numstat", "-M", "--format=", branch, "--").splitlines()
    pairs = [line.split("\t", 2)[:2] for line in lines if line and line[0] != "-"]
    return [sum(int(pair[column]) for pair in pairs) for column in (0, 1)]


def told_by_git(repository: Path, branch: str) -> Iterator[tuple[Key, Row]]:
    """Rows as `git log` tells them, raw lines and counts asked for in two calls and put together by path."""
    counts: dict[Key, tuple[int | None, int | None]] = {}
    for sha, tokens in told_commits(repository, branch, "--numstat"):
        while tokens:
            added, deleted, path = tokens.pop(0).split("\t", 2)
            path = path or [tokens.pop(0), tokens.pop(0)][1]
            counts[sha, path] = tuple(None if count == "-" else int(count) for count in (added, deleted))
    for sha, tokens in told_commits(repository, branch, "--raw"):
        while tokens:
            kind = tokens.pop(0).split(" ")[-1][0]
            old_path = tokens.pop(0) if kind in "RC" else None
            path = tokens.pop(0)
            yield (sha, path), (old_path, kind, *counts[sha, path])


def told_commits(repository: Path, branch: str, option: str) -> Iterator[tuple[str, list[str]]]:
    """Each commit of the branch with the tokens that `git log -z` gives of its files."""
    output = git(repository, "log", option, "-M", "-z", "--format=commit %H", branch, "--")
    for part in output.split("commit ")[1:] if "\0commit " not in output else ("\0" + output).split("\0commit ")[1:]:
        sha, _, files = part.partition("\0")
        yield sha.strip(), [token for token in files.lstrip("\n").split("\0") if token]


def told_by_pydriller(repository: Path, clone: Path, branch: str) -> Iterator[tuple[Key, Row]]:
    options = ["-q", "--bare", "--single-branch", "--no-tags", f"--branch={branch}"]
    subprocess.run(["git", "clone", *options, str(git_dir(repository)), str(clone)], check=True)
    for commit in Repository(str(clone)).traverse_commits():
        for file in [] if commit.merge else commit.modified_files:
            kind = KINDS.get(file.change_type.name, file.change_type.name)
            old_path = file.old_path if kind in "RC" else None
            yield (commit.hash, file.new_path or file.old_path), (old_path, kind, file.added_lines, file.deleted_lines)


def explain(ours: dict[Key, Row], theirs: list[tuple[Key, Row]], name: str, reasons: Counter[Reason]) -> int:
    """Counts what explains each row that differs; how many are equal."""
    equal, seen = 0, set()
    for key, row in theirs:
        own = ours.get(key)
        seen.add(key)
        if own == row:
            equal += 1
        else:
            reasons[name, reason(own, row)] += 1
    for key in ours.keys() - seen:
        reasons[name, reason(ours[key], None)] += 1
    return equal


def reason(own: Row | None, other: Row | None) -> str:
    """What explains a difference between a row of Retro, or none, and one of PyDriller, or none."""
    if own and own[1] == "T":
        return "a file became a link or the other way round: git tells one change of type, PyDriller a deletion and an addition"
    if own and other and own[1] == "M" and other[1:] == ("UNKNOWN", 0, 0):
        return "a change of mode alone: git tells a modification, PyDriller an unknown kind"
    if own and other and own[:2] == other[:2] and own[2] is None and other[2:] == (0, 0):
        return "a binary file: git counts no lines, PyDriller 0"
    if own is None or other is None:
        return f"only {'PyDriller' if own is None else 'Retro'} has the row; not explained"
    return "not explained"


def add_reasons(reasons: Counter[Reason]) -> None:
    """Appends the differences to the table that was written."""
    lines = ["", "| repository | rows | what explains the difference |", "| --- | --- | --- |"]
    lines += [f"| {name} | {count} | {text} |" for (name, text), count in sorted(reasons.items())]
    text = "\n".join(lines) + "\n"
    with Path(__file__).with_suffix(".md").open("a") as file:
        file.write(text)
    print(text)


if __name__ == "__main__":
    main()
