"""Scope of pull requests against what became of them: python benchmarks/review_scope.py PATH [--number N]

Outcome: within 14 days after a pull request landed, a fix or revert on the default branch edits lines that git blames on it.
`--number` prints what is said of one pull request.
"""

import argparse
import math
import re
import sys
import tempfile
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from measure import git, name_of

from retro.config import load_settings
from retro.pipeline import mine, reviews
from retro.pipeline.mining import Silent
from retro.warehouse import FILE

WITHIN_SECONDS = 14 * 86_400
Z = 1.96
HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? ", re.MULTILINE)
FIXES = """
    select commits.commit_sha, epoch(commits.committed_at)::bigint as landed_seconds, landed.pr_number
    from commits
    inner join commit_kinds using (repo, commit_sha)
    left join pull_requests as landed on landed.merged_sha = commits.commit_sha
    where commits.is_on_default_branch and commits.landed_at = commits.committed_at and len(commits.parent_shas) > 0
        and (commit_kinds.work_type in ('fix', 'revert') or regexp_matches(landed.title, '^(fix|revert)\\b', 'i'))
    order by landed_seconds
"""
PULLS = """
    select
        pulls.pr_number, epoch(pulls.merged_at)::bigint as landed_seconds, pulls.merged_sha,
        coalesce(list(branch.commit_sha) filter (where branch.commit_sha is not null), []) as shas,
        len(any_value(scopes.concerns)) as concerns, len(any_value(scopes.commit_types)) as types,
        len(any_value(scopes.areas)) as areas, any_value(scopes.code_lines) as code, any_value(scopes.test_lines) as test,
        any_value(scopes.other_lines) as other, any_value(scopes.readded_lines) as readded,
        any_value(scopes.repeated_lines) as repeated
    from pull_requests as pulls
    inner join pull_request_scopes as scopes using (repo, pr_number)
    left join pull_request_commits as branch
        on branch.repo = pulls.repo and branch.pr_number = pulls.pr_number and branch.source = 'git'
    where pulls.state = 'merged' and scopes.status = 'read' and scopes.code_lines > 0
    group by all
"""


@dataclass
class Pull:
    """A merged pull request with code in it, and whether a fix followed."""

    number: int
    at: int
    merged_sha: str
    shas: list[str]
    concerns: int
    types: int
    areas: int
    code: int
    test: int
    other: int
    readded: int
    repeated: int
    is_hit: bool = False

    @property
    def lines(self) -> int:
        """Own lines."""
        return self.code + self.test + self.other

    @property
    def minutes(self) -> float:
        """Reading time by the model of change_request_scopes."""
        return 60 * (self.code / 400 + self.test / 800 + self.other / 1200)


RULES: tuple[tuple[str, Callable[[Pull], bool]], ...] = (
    ("concerns >= 2", lambda pull: pull.concerns >= 2),
    ("concerns >= 3", lambda pull: pull.concerns >= 3),
    ("concerns > 3", lambda pull: pull.concerns > 3),
    ("declared types >= 3, nothing left out", lambda pull: pull.types >= 3),
    ("declared types > 3, nothing left out", lambda pull: pull.types > 3),
    ("top folders > 3", lambda pull: pull.areas > 3),
    ("reading > 30 min, 400 lines an hour", lambda pull: pull.lines > 200),
    ("reading > 30 min, code 400, tests 800, rest 1,200", lambda pull: pull.minutes > 30),
    ("lines brought back >= 1", lambda pull: pull.readded >= 1),
    ("lines brought back >= 3", lambda pull: pull.readded >= 3),
    ("lines there twice >= 10", lambda pull: pull.repeated >= 10),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--number", type=int)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        text = '[project]\nname = "b"\ntimezone = "UTC"\n[sprints]\nfirst = 2020-01-01\ndays = 14\n'
        (root / "retro.toml").write_text(f'{text}[[repos]]\npath = "{given.path.resolve()}"\nname = "b"\n')
        mine(root)
        seconds = judge_again(root)
        with duckdb.connect(str(root / FILE), read_only=True) as connection:
            report(connection, given, seconds)


def judge_again(root: Path) -> float:
    """CPU seconds, git included, that scope and re-landing of all pull requests take."""
    with duckdb.connect(str(root / FILE)) as connection:
        connection.execute("delete from pull_request_scopes")
        before = cpu_seconds()
        reviews.judge(connection, load_settings(root), Silent())
        return cpu_seconds() - before


def cpu_seconds() -> float:
    import resource

    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))


def report(connection: duckdb.DuckDBPyConnection, given: argparse.Namespace, seconds: float) -> None:
    """Prints the table and keeps it beside the script."""
    ((count, judged),) = connection.execute(
        "select count(*), count(*) filter (where status = 'read') from pull_request_scopes"
    ).fetchall()
    pulls = [Pull(*row) for row in connection.execute(PULLS).fetchall()]
    mark_hits(given.path, pulls, connection.execute(FIXES).fetchall())
    hits = sum(pull.is_hit for pull in pulls)
    rows = [row_of(name, rule, pulls) for name, rule in RULES]
    intro = (
        f"# review_scope\n\n{name_of(given.path)}: {count:,} pull requests, {judged:,} of them read by `pull_request_scopes` in\n"
        f"{seconds:.1f} s CPU, git included. Outcome: a fix or revert that landed within 14 days edits lines that git blames on\n"
        f"the pull request. Base rate: {hits} of {len(pulls)} merged ones with code ({hits / len(pulls):.1%}).\n\n"
        "- Without reviews each branch is judged at its last head; fixes of what a branch itself had changed are left out of\n"
        "  its concerns.\n"
        "- Risk ratio: share hit of those flagged by that of the others, with a 95 % interval (Katz). Stratified: Mantel and\n"
        "  Haenszel over quarters by own lines, so that size itself does not count.\n"
        f"- Last run {date.today()}, Python {sys.version.split()[0]}.\n"
    )
    head = "| rule | flagged | hit / not flagged | risk ratio | size-stratified |\n| --- | --- | --- | --- | --- |"
    text = f"{intro}\n{head}\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"
    Path(__file__).with_suffix(".md").write_text(text)
    print(text)
    if given.number:
        print(connection.sql(f"from pull_request_scopes where pr_number = {given.number}"))


def mark_hits(path: Path, pulls: list[Pull], fixes: list[tuple]) -> None:
    """Blames the lines that each fix takes out, and marks the pull requests of the last 14 days that they come from."""
    owner = {sha: pull for pull in pulls for sha in (*pull.shas, pull.merged_sha)}
    began = time.time()
    for place, (sha, at, number) in enumerate(fixes):
        recent = any(at - WITHIN_SECONDS <= pull.at < at for pull in pulls)
        for blamed in blamed_commits(path, sha) if recent else ():
            pull = owner.get(blamed)
            if pull and pull.number != number and at - WITHIN_SECONDS <= pull.at < at:
                pull.is_hit = True
        if place % 100 == 99:
            print(f"{place + 1} of {len(fixes)} fixes, {time.time() - began:.0f} s", file=sys.stderr)


def blamed_commits(path: Path, sha: str) -> set[str]:
    """Commits that wrote the lines that a commit, against its first parent, takes out of code."""
    files: dict[str, list[str]] = defaultdict(list)
    patch = git(path, "diff", "-U0", "--no-color", "--no-ext-diff", f"{sha}^1", sha)
    for part in re.split(r"^diff --git ", patch, flags=re.MULTILINE)[1:]:
        old = re.search(r"^--- a/(.*)$", part, re.MULTILINE)
        if old and re.search(r"\.(py|ts|tsx|js|jsx|go|rs|java|rb|sh|html|css|sql)$", old[1]):
            ranges = [(int(start), int(count or 1)) for start, count in HUNK.findall(part)]
            files[old[1]] += [f"-L{start},+{count}" for start, count in ranges if count]
    found: set[str] = set()
    for name, ranges in files.items():
        if ranges:
            blame = git(path, "blame", "-s", "-l", "--root", *ranges, f"{sha}^1", "--", name)
            found |= {line[:40] for line in blame.splitlines()}
    return found


def row_of(name: str, rule: Callable[[Pull], bool], pulls: list[Pull]) -> list[str]:
    """Cells of a rule."""
    flagged, others = [p for p in pulls if rule(p)], [p for p in pulls if not rule(p)]
    a, b = sum(p.is_hit for p in flagged), sum(p.is_hit for p in others)
    shares = f"{a / len(flagged):.1%} / {b / len(others):.1%}" if flagged and others else "-"
    return [
        name,
        f"{len(flagged) / len(pulls):.1%}",
        shares,
        ratio(a, len(flagged), b, len(others)),
        stratified(rule, pulls),
    ]


def ratio(a: int, n: int, b: int, m: int) -> str:
    """Risk ratio with its interval."""
    if not (a and b):
        return "-"
    value, spread = (a / n) / (b / m), Z * math.sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    return f"{value:.2f} ({value * math.exp(-spread):.2f}-{value * math.exp(spread):.2f})"


def stratified(rule: Callable[[Pull], bool], pulls: list[Pull]) -> str:
    """Risk ratio over quarters by size."""
    sizes = sorted(pull.lines for pull in pulls)
    cuts = [sizes[len(sizes) * place // 4] for place in (1, 2, 3)]
    above = below = 0.0
    for quarter in range(4):
        own = [pull for pull in pulls if bisect_right(cuts, pull.lines) == quarter]
        flagged, others = [p for p in own if rule(p)], [p for p in own if not rule(p)]
        if own:
            above += sum(p.is_hit for p in flagged) * len(others) / len(own)
            below += sum(p.is_hit for p in others) * len(flagged) / len(own)
    return f"{above / below:.2f}" if below else "-"


if __name__ == "__main__":
    main()
