"""Fixes whose origin their message names, out of mirrors, for benchmarks/bug_origins.py."""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from measure import git, git_dir

from retro.analyses.bug_origins import Fix
from retro.analyses.bug_origins.named_commits import named_commits
from retro.analyses.bug_origins.references import references

PER_REPOSITORY = 150
MENDS = re.compile(
    r"\b(?:fix|bug|regress|broke|crash|leak|wrong|incorrect|fail|error|oversight|mistake)", re.IGNORECASE
)


@dataclass(frozen=True)
class Case:
    """A fix, and the commit that its message names as the origin."""

    repository: Path
    fix: Fix
    origin: str


def cases(repository: Path, pairs: Sequence[tuple[str, str]]) -> list[Case]:
    """A case for each pair of a fix and its origin."""
    fixes = commits(repository, tuple(fix for fix, _ in pairs))
    return [Case(repository, fixes[fix][0], origin) for fix, origin in pairs]


@cache
def commits(repository: Path, shas: tuple[str, ...]) -> dict[str, tuple[Fix, str]]:
    """Each commit as a fix, and its author's address."""
    if not shas:
        return {}
    output = subprocess.run(
        ["git", "log", "--no-walk=unsorted", "--stdin", "--format=%H%x01%P%x01%ct%x01%ae%x01%B%x00"],
        env={"PATH": os.environ["PATH"], "GIT_DIR": str(git_dir(repository))},
        input="\n".join(shas).encode(),
        capture_output=True,
        check=True,
    ).stdout.decode("utf-8", "replace")
    found = {}
    for record in output.split("\0")[:-1]:
        sha, parents, time, author, message = record.lstrip("\n").split("\1", 4)
        found[sha] = Fix(sha, parents.split(), message, int(time)), author
    return found


def mined(repository: Path, known: set[str]) -> Iterator[tuple[str, str]]:
    """Fixes of the default branch, the newest first, whose message alone names one origin; none of `known`."""
    output = git(repository, "log", "--no-merges", "--format=%H%x01%B%x00", "HEAD")
    messages = dict(record.lstrip("\n").split("\1", 1) for record in output.split("\0")[:-1])
    wanted = {
        sha: message
        for sha, message in messages.items()
        if MENDS.search(message) and [found.method for found in references(message)] == ["named"]
    }
    seen: set[str] = set()
    merges = set(git(repository, "rev-list", "--merges", "HEAD").split())
    for fix, named in named_commits(git_dir(repository), wanted, {}).items():
        if not {fix, named.commit_sha} & known and named.commit_sha not in seen | merges and len(seen) < PER_REPOSITORY:
            seen.add(named.commit_sha)
            yield fix, named.commit_sha


@cache
def landings(repository: Path) -> dict[str, str]:
    """The commit of the first-parent line by which each commit of the default branch came."""
    lines = git(repository, "rev-list", "--parents", "HEAD").splitlines()
    parents = {words[0]: words[1:] for words in map(str.split, lines)}
    mainline = [next(iter(parents))]
    while parents[mainline[-1]]:
        mainline.append(parents[mainline[-1]][0])
    found: dict[str, str] = {}
    for landing in reversed(mainline):
        waiting = [landing]
        while waiting:
            sha = waiting.pop()
            if sha not in found:
                found[sha] = landing
                waiting += parents.get(sha, [])
    return found
