"""Who wrote commits when, and which commit they say they were picked from, for many commits at once.

git answers a line per commit: `0f0d1e29... NUL ada@example.org NUL 1772000000`.
"""

import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from retro.git.process import run

_LOG = ("log", "--no-walk=unsorted", "--stdin", "--no-mailmap", "--no-notes", "--no-show-signature", "--no-color")
_PICKED = "(cherry picked from commit "
_PICKED_LINE = re.compile(r"^\(cherry picked from commit ([0-9a-f]{40}(?:[0-9a-f]{24})?)\)\s*$", re.MULTILINE)


class Author(NamedTuple):
    """E-mail and author time as written: what a rebase and a cherry-pick keep."""

    email: str
    time: str


def read_authors(git_dir: Path, shas: Sequence[str]) -> dict[str, Author]:
    """Author of each commit; commits that are not in the clone are left out."""
    records = _told(git_dir, present(git_dir, shas), "--format=%H%x00%ae%x00%at").split(
        "\n"
    )  # no field holds a newline
    return {sha: Author(email, time) for sha, email, time in (record.split("\0") for record in records if record)}


def read_picks(git_dir: Path, shas: Sequence[str]) -> dict[str, str]:
    """For commits whose message says so (`git cherry-pick -x`): the commit that they were picked from, the last one named.

    Raises GitError when one of `shas` is missing.
    """
    mark = secrets.token_hex(16)
    records = _told(git_dir, shas, "-F", f"--grep={_PICKED}", f"--format={mark}%H%x00%B").split(mark)[1:]
    named = {sha: _PICKED_LINE.findall(message) for sha, _, message in (record.partition("\0") for record in records)}
    return {sha: sources[-1] for sha, sources in named.items() if sources}


def present(git_dir: Path, shas: Sequence[str]) -> list[str]:
    """Those of the commits that are in the clone."""
    asked = "".join(f"{sha}\n" for sha in shas).encode()
    if not asked:
        return []
    answers = (
        run(git_dir, "cat-file", "--batch-check=%(objectname) %(objecttype)", "--buffer", stdin=asked)
        .decode()
        .split("\n")
    )
    return [words[0] for words in map(str.split, answers) if words[1:] == ["commit"]]


def _told(git_dir: Path, shas: Sequence[str], *arguments: str) -> str:
    if not shas:
        return ""
    asked = "".join(f"{sha}\n" for sha in shas).encode()
    return run(git_dir, *_LOG, *arguments, stdin=asked).decode("utf-8", "backslashreplace")
