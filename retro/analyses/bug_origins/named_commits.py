"""Names of origins in messages, made to commits: a name counts only when it leads to an ancestor of the fix."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from retro.analyses.bug_origins.references import Reference, references
from retro.errors import GitError
from retro.git.process import run


class Named(NamedTuple):
    """The origin that a message names, and how."""

    commit_sha: str
    method: str


def named_commits(git_dir: Path, messages: Mapping[str, str], landed: Mapping[int, str]) -> dict[str, Named]:
    """The origin by fix, for the fixes whose message (by commit id) names an ancestor.

    `landed` has the commit that landed each pull request.
    """
    named = {sha: references(message) for sha, message in messages.items()}
    commits = _commits(git_dir, sorted({one.name for some in named.values() for one in some if not _is_number(one)}))
    found: dict[str, Named] = {}
    for fix, some in named.items():
        for one in some:
            origin = landed.get(int(one.name)) if _is_number(one) else commits.get(one.name)
            if origin and origin != fix and _is_ancestor(git_dir, origin, fix):
                found[fix] = Named(origin, one.method)
                break
    return found


def _is_number(reference: Reference) -> bool:
    return reference.method == "named pull request"


def _commits(git_dir: Path, names: Sequence[str]) -> dict[str, str]:
    """Full id for each name that is one commit's alone."""
    if not names:
        return {}
    asked = "".join(f"{name}^{{commit}}\n" for name in names).encode()
    answers = run(git_dir, "cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked).decode().splitlines()
    told = zip(names, map(str.split, answers), strict=True)
    return {name: words[0] for name, words in told if words[1:] == ["commit"]}


def _is_ancestor(git_dir: Path, older: str, newer: str) -> bool:
    try:
        return not run(git_dir, "rev-list", "--max-count=1", older, f"^{newer}", "--")
    except GitError:  # one of them is not in the objects
        return False
