"""Findings that review caught: a line or file that a reviewer flagged, and a later commit of the same pull request changed.

A flag is a comment by somebody else, before the end, that begins a thread on a file. It was caught on the line when a later
commit, merges left out, changes that line or one of the two beside it. A flag on a whole file, and one whose thread was
resolved, is caught when a later commit changes the file at all. What kind of finding it is, the reviewer's words say (they are
told at import and not stored); where they name none, the kind of the file does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from retro.analyses.review_scope import BranchCommit

RULE = "review flag"
NEAR_LINES = 2
MOST_LINES = 4_000  # beyond them lines of a file are not compared, only whether it changed
# Where words name several kinds, the first of these counts.
KINDS = ("duplicate import", "security", "type", "logic", "test", "documentation", "style")
_OF_FILE = {"test": "test", "documentation": "documentation"}
_SEVERITY = {"security": "error", "type": "error", "logic": "error", "style": "note"}


@dataclass(frozen=True)
class Flag:
    """A comment that begins a thread; `created_at` in seconds since 1970, None: unknown."""

    key: str
    path: str
    line: int | None
    commit_sha: str | None
    created_at: int | None
    words: tuple[str, ...]
    is_resolved: bool | None
    finder_kind: str
    finder_agent: str | None


@dataclass(frozen=True)
class Caught:
    """A flag, the commit that changed what it is about, and how near (line or file)."""

    flag: Flag
    commit: BranchCommit
    method: str


def kind_of(flag: Flag, file_kind: str) -> tuple[str, str]:
    """Kind of a finding, and what told it."""
    named = [kind for kind in KINDS if kind in flag.words]
    if named:
        return named[0], f"the reviewer's words name {', '.join(named)}"
    kind = _OF_FILE.get(file_kind)
    return (kind, f"the file is of the kind {kind}") if kind else ("other", "neither words nor file tell the kind")


def severity_of(kind: str) -> str:
    """How bad a finding of that kind is, at most."""
    return _SEVERITY.get(kind, "warning")


def later_commits(flag: Flag, commits: Sequence[BranchCommit]) -> list[BranchCommit] | None:
    """Commits after a flag that change its file, oldest first; None where nobody can tell which came after it."""
    places = [place for place, commit in enumerate(commits) if commit.sha == flag.commit_sha]
    if places:
        after = commits[places[0] + 1 :]
    elif flag.created_at is None:
        return None
    else:
        after = [commit for commit in commits if (commit.committed_at or 0) > flag.created_at]
    return [commit for commit in after if flag.path in commit.paths]


def caught(flag: Flag, later: Sequence[BranchCommit], texts: Mapping[tuple[str, str], bytes | None]) -> Caught | None:
    """How a flag was caught, if it was; `texts` are contents by commit and path, None where the file is gone."""
    if not later:
        return None
    before = texts.get((flag.commit_sha or "", flag.path))
    if flag.line is not None and before is not None:
        for commit in later:
            after = texts.get((commit.sha, flag.path))
            if after is None or touches(before, after, flag.line):
                return Caught(flag, commit, "line")
    if flag.line is None or flag.is_resolved:
        return Caught(flag, later[0], "file")
    return None


def touches(before: bytes, after: bytes, line: int) -> bool:
    """Whether what became of a text changed its `line`, or one of the two on either side; False for very long texts."""
    old, new = before.split(b"\n"), after.split(b"\n")
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(old), len(new)) > MOST_LINES:
        return False
    first, last = line - 1 - NEAR_LINES - start, line - 1 + NEAR_LINES - start
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return any(tag != "equal" and low <= last and max(high, low + 1) > first for tag, low, high, _, _ in blocks)
