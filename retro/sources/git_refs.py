"""Which refs of a repository are read; kept apart from the reading, so that finding nothing new costs nothing."""

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence

# Where tools keep their records of who wrote a commit.
NOTES_REFS = ("refs/notes/ai", "refs/notes/agent-trace", "refs/notes/ai-attribution", "refs/notes/whogitit")

# A name of a package or the word release before it, then a number: v1.2.0, release/2026-03-17, core-1.0.0rc1, 3.11
_VERSION = re.compile(r"(?:[A-Za-z][A-Za-z0-9]*[-_/@])*(?:v|r|rel|release)?\d[A-Za-z0-9._+-]*", re.IGNORECASE)


def release_refs(refs: Mapping[str, str], patterns: Sequence[str] | None) -> list[str]:
    """Tags of `refs` that stand for releases: those that match a glob of `patterns`, else those that look like versions."""
    tags = sorted(ref for ref in refs if ref.startswith("refs/tags/"))
    if patterns is None:
        return [ref for ref in tags if _VERSION.fullmatch(ref.removeprefix("refs/tags/"))]
    return [ref for ref in tags if any(fnmatch.fnmatchcase(ref.removeprefix("refs/tags/"), each) for each in patterns)]


def notes_refs(refs: Iterable[str], more: Sequence[str] = ()) -> list[str]:
    """Those of `refs` that tools keep such notes in, and those that match a glob of `more`."""
    return sorted(ref for ref in refs if ref in NOTES_REFS or any(fnmatch.fnmatchcase(ref, glob) for glob in more))
