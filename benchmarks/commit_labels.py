"""Commits whose kind somebody else told, for categories.py: people's labels, and what a repository's subjects claim.

Labels by people come from RETRO_SAMPLES (commit-labels/) and from a clone of evidencebp/commit-classification, which states
no licence and is read where it lies. Claims (`fix: ...`) are cut off before the rules see the commit."""

import csv
import hashlib
import io
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from measure import git

from retro.analyses.categories import (
    BugFix,
    Change,
    CommitText,
    Observation,
    declared_type,
    judged,
    names_other_work,
    path_role,
)

NEWEST = 5000
FIELDS = ("log", "--no-merges", "--no-mailmap", "-z", f"-n{NEWEST}", "--format=%x1e%H%x1f%s%x1f%b%x1f")
CORRECTIVE = ("Is_Corrective", "Is_Bug")


class Judged(NamedTuple):
    """A commit, what people or its subject call it, what the rules say, and whether the rules were tuned on it."""

    commit: CommitText
    label: str
    observed: Observation
    fix: BugFix
    is_tuned: bool


def is_tuned(sha: str) -> bool:
    """Half of the ids, always the same."""
    return int(hashlib.sha256(sha.encode()).hexdigest(), 16) % 2 == 0


def labelled(path: Path) -> Iterator[tuple[dict[str, str], CommitText]]:
    """Rows with their commits. The files tell a commit's lines, not each path's: they are given to its first path of code."""
    for row in csv.DictReader(path.open(encoding="utf-8", newline="")):
        subject, _, body = row["message"].partition("\n")
        paths = [part for part in row["paths"].split(";") if part]
        counted = next((one for one in paths if path_role(one) == "code"), paths[0] if paths else None)
        lines = (int(row["additions"]), int(row["deletions"]))
        changes = [Change(one, None, *(lines if one == counted else (0, 0))) for one in paths]
        yield row, CommitText("", row["sha"], subject, body.strip(), subject.startswith("Merge "), paths, changes)


def judge_seven(folder: Path) -> list[Judged]:
    rows = labelled(folder / "zeng_ccs_350.csv")
    return [Judged(commit, row["label"], *judged(commit), is_tuned(row["sha"])) for row, commit in rows]


def judge_linux(folder: Path) -> list[Judged]:
    """Rows that three people rated. The others are merges that nobody rated; the file calls all of them corrective."""
    return [
        Judged(commit, "fix" if row["label"] == "corrective" else row["label"], *judged(commit), is_tuned(row["sha"]))
        for row, commit in labelled(folder / "linux_human_annot.csv")
        if row["n_annot"] == "3"
    ]


def judge_messages(clone: Path) -> list[Judged]:
    """Messages that people called corrective or not, each once, merges left out; their paths are not told."""
    csv.field_size_limit(10**8)
    rows: dict[str, Judged] = {}
    for name in sorted(git(clone, "ls-tree", "-r", "--name-only", "HEAD", "data").split()):
        if name.endswith(".csv"):
            rows = {row.commit.commit_sha: row for row in _messages(git(clone, "show", f"HEAD:{name}"))} | rows
    return list(rows.values())


def _messages(text: str) -> Iterator[Judged]:
    for row in csv.DictReader(io.StringIO(text)):
        label = next((row[column].upper() for column in CORRECTIVE if row.get(column)), "")
        subject, _, body = (row.get("message") or "").strip().partition("\n")
        if label in ("TRUE", "FALSE") and row.get("commit") and subject and not subject.startswith("Merge "):
            commit = CommitText("", row["commit"], subject, body.strip(), False, ())
            yield Judged(commit, "fix" if label == "TRUE" else "other", *judged(commit), is_tuned(row["commit"]))


def declared(repository: Path, tuned: bool) -> list[Judged]:
    """The newest commits that declare a type other than chore and revert; the claim is cut off before the rules see it.

    `fix(deps)`, `fix(docs)` and their like are left out: they claim that no code was at fault.
    """
    rows = []
    for commit in commits_of(repository.resolve()):
        kind, scope, _ = declared_type(commit.subject, commit.body)
        if kind not in (None, "chore", "revert") and not (kind == "fix" and names_other_work(scope)):
            rows.append(Judged(commit, kind, *judged(without_type(commit)), tuned))
    return rows


def without_type(commit: CommitText) -> CommitText:
    subject = re.sub(r"^[A-Za-z]+(\([^()]*\))?!?: +", "", commit.subject)
    return CommitText("", commit.commit_sha, subject, commit.body, False, commit.paths, commit.changes)


def commits_of(repository: Path) -> Iterator[CommitText]:
    """With lines and renames; a clone that lacks file contents gives paths only."""
    try:
        text = git(repository, *FIELDS, "-M", "--raw", "--numstat")
    except subprocess.CalledProcessError:
        text = git(repository, *FIELDS, "--no-renames", "--raw")
    for block in text.split("\x1e")[1:]:
        sha, subject, body, rest = block.split("\x1f", 3)
        changes = read_changes(rest.lstrip("\0\n").split("\0"))
        known = changes if any(change.added is not None for change in changes) else ()
        yield CommitText("", sha, subject, body[:65536], False, [change.path for change in changes], known)


def read_changes(tokens: Sequence[str]) -> list[Change]:
    kinds: dict[str, str] = {}
    lines: dict[str, list[int | None]] = {}
    rest = iter(tokens)
    for token in rest:
        if token.startswith(":"):
            kind = token.rpartition(" ")[2][0]
            path = [next(rest) for _ in range(2 if kind in "RC" else 1)][-1]
            kinds[path] = kind
        elif token.count("\t") == 2:
            *counts, path = token.strip("\n").split("\t")
            path = path or [next(rest), next(rest)][1]
            lines[path] = [None if count == "-" else int(count) for count in counts]
    return [Change(path, kind, *lines.get(path, (None, None))) for path, kind in kinds.items()]
