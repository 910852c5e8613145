"""Pull requests told from refs and graph, against what the messages of the landed commits say:
python benchmarks/pull_requests.py PATH... [--held-out PATH...] [--show N]

The messages are withheld from the method. A merge names its pull request as "Merge pull request #12" or "See merge request
group/project!12", a squash as "title (#12)"; who applies the commits one by one may write "PR-URL: .../pull/12" or "Closes #12".
Repositories after `--held-out` were not looked at when the rules were made; they are summed apart.
`--show N` prints N disagreements of each repository, to be read by eye.
"""

import argparse
import math
import os
import random
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from measure import default_branch, git, name_of

from retro.git import Commit, open_room
from retro.sources import git_pull_requests
from retro.sources.pull_request_refs import pull_request_refs

MERGED = re.compile(r"^Merge pull request #(\d+) ")
SQUASHED = re.compile(r"\(#(\d+)\)$")
IN_GITLAB = re.compile(r"^See merge request \S*!(\d+)\s*$", re.MULTILINE)
APPLIED = re.compile(r"^(?:PR-URL: \S*/pull/|Closes:? #)(\d+)\s*$", re.MULTILINE)
SAME_HOW = {"merge": ("merge",), "squash": ("squash",), "applied": ("squash", "rebase")}
Z = 1.96  # of a 95 % interval

INTRO = """# pull_requests

What `pull_request_records` says from refs and graph alone, against the messages of the landed commits, which were withheld
from it (with them, pull requests that fit equally well are told apart, and most of the missed ones are found).

- Named: pull requests with a ref that a landed commit names. Right: Retro names that commit; of several applied one by one,
  one of them. Recall is right by named.
- Precision is right by judged: a landed commit that names only other pull requests counts as wrong. One that names none
  cannot be judged; nor can a branch that landed inside another one, whose merge names the outer one.
- Applied: landed by hand, with the number in a trailer; several pull requests can become one commit, or be written anew.
- Held out: repositories that were not looked at when the rules and their limits were chosen.
- Same how: share of the right ones for which merge, squash or rebase was told right; for applied
  ones either of the last two is.
- Intervals are Wilson's, of 95 %. CPU is user + system, git included."""


@dataclass
class Messages:
    """For each pull request the commits that name it and how; for each commit the pull requests that it names."""

    commits: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    numbers: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    kinds: dict[str, str] = field(default_factory=dict)


@dataclass
class Tally:
    """Counts of pull requests."""

    named: int = 0
    judged: int = 0
    right: int = 0
    same_how: int = 0

    def __iadd__(self, other: "Tally") -> "Tally":
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--held-out", nargs="*", default=[], type=Path)
    parser.add_argument("--show", type=int, default=0)
    given = parser.parse_args()
    methods: dict[str, Tally] = defaultdict(Tally)
    rows, costs = [], []
    for label, paths in (("all", given.paths), ("all held out", given.held_out)):
        totals: dict[str, Tally] = defaultdict(Tally)
        for path in map(Path.resolve, paths):
            records, parents, cost = reconstruct(path)
            kinds, by_method, wrong = compare(records, parents, read_messages(path))
            rows += kind_rows(name_of(path), kinds)
            costs.append([name_of(path), *cost])
            for counts, sums in ((kinds, totals), (by_method, methods)):
                for name, tally in counts.items():
                    sums[name] += tally
            for line in random.Random(1).sample(wrong, min(given.show, len(wrong))):
                print(name_of(path), line, file=sys.stderr)
        rows += kind_rows(f"**{label}**", totals)
    shares = [[name, tally.judged, tally.right, share(tally.right, tally.judged)] for name, tally in methods.items()]
    write(rows, sorted(shares), costs)


def kind_rows(name: str, kinds: Mapping[str, Tally]) -> list[list[object]]:
    """A row per kind, the name in the first one only."""
    return [[name if place == 0 else "", kind, *cells(kinds[kind])] for place, kind in enumerate(sorted(kinds))]


def reconstruct(path: Path) -> tuple[list[dict], dict[str, str | None], list[str]]:
    """Records of a repository, each with the number of its commits; first parents of the landed commits; and what it took."""
    with tempfile.TemporaryDirectory() as folder:
        room = open_room(path, Path(folder))
        default = room.default_branch()
        graph = room.graph([default[1]])
        before, started = cpu_seconds(), time.perf_counter()
        frames, _ = git_pull_requests.read(room, "bench", default, graph)
        cpu, wall = cpu_seconds() - before, time.perf_counter() - started
    counts = dict(frames["pull_request_commits"].group_by("pr_number").len().iter_rows())
    records = [row | {"count": counts.get(row["pr_number"], 0)} for row in frames["pull_request_records"].to_dicts()]
    merged = sum(1 for row in records if row["merged_sha"])
    unknown = sum(1 for row in records if row["state"] is None)
    numbers = [len(graph), len(records), merged, unknown]
    return records, parents_of(graph), [*(f"{number:,}" for number in numbers), f"{cpu:.1f}", f"{wall:.1f}"]


def parents_of(graph: list[Commit]) -> dict[str, str | None]:
    """First parents by commit."""
    return {commit.sha: next(iter(commit.parents), None) for commit in graph}


def cpu_seconds() -> float:
    """CPU seconds of this process and its children so far."""
    return sum(os.times()[:4])


def read_messages(path: Path) -> Messages:
    """What the messages of the default branch say, of pull requests that have a ref."""
    names = git(path, "for-each-ref", "--format=%(refname)", "refs/pull", "refs/merge-requests").split()
    refs, _ = pull_request_refs(dict.fromkeys(names, ""))
    is_gitlab = {number for number, name in refs.items() if name.startswith("refs/merge-requests/")}
    messages = Messages()
    log = git(path, "log", "--format=%H%x00%P%x00%B%x01", default_branch(path), "--")
    for record in log.split("\x01"):
        if record.count("\0") == 2:
            sha, parents, message = record.strip("\n").split("\0")
            kind, numbers = named(parents.count(" ") > 0, message.strip(), is_gitlab)
            for number in numbers & refs.keys():
                messages.commits[number].add(sha)
                messages.numbers[sha].add(number)
                messages.kinds[sha] = kind
    return messages


def named(is_merge: bool, message: str, is_gitlab: set[int]) -> tuple[str, set[int]]:
    """How a message names pull requests, and which."""
    subject = message.partition("\n")[0].strip()
    if is_merge:
        numbers = {int(match[1]) for match in MERGED.finditer(subject)} - is_gitlab
        return "merge", numbers | ({int(number) for number in IN_GITLAB.findall(message)} & is_gitlab)
    if match := SQUASHED.search(subject):
        return "squash", {int(match[1])} - is_gitlab
    return "applied", {int(number) for number in APPLIED.findall(message)} - is_gitlab


def compare(
    records: list[dict], parents: Mapping[str, str | None], messages: Messages
) -> tuple[dict[str, Tally], dict[str, Tally], list[str]]:
    """Tallies by kind and by method, and the disagreements in words."""
    kinds: dict[str, Tally] = defaultdict(Tally)
    methods: dict[str, Tally] = defaultdict(Tally)
    wrong = []
    for row in records:
        answers = messages.commits.get(row["pr_number"], set())
        run = landed_run(row, parents)
        naming = answers or {sha for sha in run if sha in messages.numbers}
        if not naming or (not answers and row["method"] == "inside a merged branch"):
            continue
        kind = messages.kinds[min(naming)]
        right = not answers.isdisjoint(run)
        tally = Tally(bool(answers), bool(run), right, right and row["merged_how"] in SAME_HOW[kind])
        kinds[kind] += tally
        if run:
            methods[row["method"]] += tally
        if not right:
            told = " ".join(
                str(row[name]) for name in ("head_sha", "base_sha", "count", "method", "merged_sha", "reason")
            )
            wrong.append(f"#{row['pr_number']}: {told}; named by {sorted(answers)}")
    return kinds, methods, wrong


def landed_run(row: dict, parents: Mapping[str, str | None]) -> set[str]:
    """The commits that brought a pull request: of a rebase as many as it has commits, else one."""
    run, step = set(), row["merged_sha"]
    for _ in range(row["count"] if row["merged_how"] == "rebase" else 1):
        if step:
            run.add(step)
            step = parents.get(step)
    return run


def cells(tally: Tally) -> list[object]:
    """Counts, recall, precision and share of the right ways of merging."""
    shares = (share(tally.right, tally.named), share(tally.right, tally.judged), share(tally.same_how, tally.right))
    return [f"{tally.named:,}", f"{tally.judged:,}", f"{tally.right:,}", *shares]


def share(part: int, whole: int) -> str:
    """Share with its Wilson interval."""
    if not whole:
        return "-"
    p = part / whole
    middle = (p + Z * Z / (2 * whole)) / (1 + Z * Z / whole)
    half = Z * math.sqrt(p * (1 - p) / whole + Z * Z / (4 * whole * whole)) / (1 + Z * Z / whole)
    return f"{p:.3f} ({max(0, middle - half):.3f}-{min(1, middle + half):.3f})"


def write(kinds: list[list[object]], methods: list[list[object]], costs: list[list[object]]) -> None:
    """Prints the tables and keeps them beside the script."""
    run = f"Last run {date.today()}, Python {sys.version.split()[0]}."
    text = f"{INTRO} {run}\n\n" + "\n".join(
        [
            table(("repository", "kind", "named", "judged", "right", "recall", "precision", "same how"), kinds),
            table(("method", "judged", "right", "precision"), methods),
            table(("repository", "landed commits", "pull requests", "merged", "not judged", "CPU s", "wall s"), costs),
        ]
    )
    Path(__file__).with_suffix(".md").write_text(text)
    print(text)


def table(head: tuple[str, ...], rows: list[list[object]]) -> str:
    """A table in Markdown."""
    lines = [f"| {' | '.join(map(str, row))} |" for row in (head, *rows)]
    return "\n".join([lines[0], f"|{' --- |' * len(head)}", *lines[1:]]) + "\n"


if __name__ == "__main__":
    main()
