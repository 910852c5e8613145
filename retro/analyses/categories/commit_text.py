"""What the rules look at, and what a subject claims.

Declared is the claim, `feat(fleet): add canary` by Conventional Commits
(https://www.conventionalcommits.org/en/v1.0.0/). The rules that observe leave it aside, wherever it stands: in the
subject, and in the lines of a body that a squash has gathered.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_CONVENTIONAL = re.compile(r"(?P<type>[A-Za-z]+)(?:\((?P<scope>[^()\n]*)\))?(?P<breaking>!)?: +(?=\S)")
_DECLARED = {
    "feat": "feat", "feature": "feat", "fix": "fix", "bugfix": "fix", "hotfix": "fix", "refactor": "refactor",
    "style": "refactor", "perf": "perf", "test": "test", "tests": "test", "docs": "docs", "doc": "docs",
    "build": "build", "deps": "build", "ci": "ci", "chore": "chore", "revert": "revert",
}  # fmt: skip
_CLAIMED_FIX = re.compile(r"^([ \t]*(?:[*-] )?)(?:bug|hot)?fix(?:\([^()\n]*\))?!?: +(?=\S)", re.MULTILINE)
_BREAKING = re.compile(r"^BREAKING[ -]CHANGE: ", re.MULTILINE)


class Change(NamedTuple):
    """One path of a commit as `commit_files` has it; None where nobody counted."""

    path: str
    kind: str | None
    added: int | None
    deleted: int | None


@dataclass(frozen=True)
class CommitText:
    """What the rules look at: identity, message, parents and paths of one commit, and what became of each if known."""

    repo: str
    commit_sha: str
    subject: str
    body: str
    is_merge: bool
    paths: Sequence[str]
    changes: Sequence[Change] = ()


def declared_type(subject: str, body: str = "") -> tuple[str | None, str | None, bool]:
    """Conventional type, scope, and whether the change is declared breaking; None where the subject claims none."""
    is_breaking = bool(body) and bool(_BREAKING.search(body))
    if subject.startswith('Revert "'):
        return "revert", None, is_breaking
    match = _CONVENTIONAL.match(subject) if ": " in subject else None
    kind = _DECLARED.get(match["type"].lower()) if match else None
    if match is None or kind is None:
        return None, None, is_breaking
    return kind, (match["scope"] or "").strip() or None, is_breaking or bool(match["breaking"])


def without_claim(line: str) -> str:
    """The line without its conventional head."""
    match = _CONVENTIONAL.match(line) if ": " in line else None
    return line[match.end() :] if match else line


def without_claimed_fixes(body: str) -> str:
    """A body in lower case without the heads `fix: ` of its lines, such as those that a squash has gathered."""
    may_claim = "fix" in body and ("fix: " in body or "fix(" in body or "fix!" in body)
    return _CLAIMED_FIX.sub(r"\1", body) if may_claim else body
