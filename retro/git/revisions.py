"""Which commit a person means: a branch, a tag, the first letters of an id, each with steps back (`main~3`, `v1.2^2`).

Names are looked up in the refs that were read as text, in git's own order; git itself only sees ids.
"""

import re
from collections.abc import Sequence

from retro.errors import GitError, UsageError
from retro.git.room import Room

_FORMS = ("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/origin/{}")
_STEPS = re.compile(r"(?:\^[0-9]{0,4}|~[0-9]{0,6})*\Z")
_PREFIX = re.compile(r"[0-9a-f]{4,64}")
_LONGEST_NAME, _SHOWN = 1000, 5


def find_commit(room: Room, name: str) -> str | None:
    """Id of the commit that `name` means; None when it means none. Raises UsageError when it fits several."""
    if len(name) > _LONGEST_NAME or not name.isprintable():
        return None
    steps = _STEPS.search(name)
    start = _named(room, name[: steps.start()]) or _by_prefix(room, name[: steps.start()].lower())
    if start is None:
        return None
    try:
        answer = room.run("rev-parse", "--verify", "--end-of-options", f"{start}{steps[0]}^{{commit}}")
    except GitError:  # fewer ancestors than steps, or no commit at all
        return None
    return answer.decode().strip()


def commits_between(room: Room, first: str, last: str) -> list[str]:
    """Ids of the commits, merges left out, that `last` reaches and `first` does not, newest first."""
    output = room.run("rev-list", "--no-merges", "--stdin", stdin=f"{last}\n^{first}\n".encode())
    return output.decode().split()


def reaches(room: Room, newer: str, older: str) -> bool:
    """Whether `older` is an ancestor of `newer`, or the same commit."""
    return not room.run("rev-list", "--max-count=1", "--stdin", stdin=f"{older}\n^{newer}\n".encode())


def parents(room: Room, sha: str) -> list[str]:
    """Ids of the parents of a commit in order; none beyond the boundary of a shallow clone."""
    return room.run("rev-list", "--parents", "--max-count=1", "--stdin", stdin=f"{sha}\n".encode()).decode().split()[1:]


def present_commits(room: Room, shas: Sequence[str]) -> tuple[list[str], int]:
    """Those of `shas` that are in the clone, merges left out, in their order, and how many are not there."""
    asked = "".join(f"{sha}\n" for sha in shas).encode()
    answers = room.run("cat-file", "--batch-check=%(objecttype) %(objectname)", stdin=asked).decode().splitlines()
    there = [line.split()[1] for line in answers if line.startswith("commit ")]
    if not there:
        return [], len(shas)
    told = room.run("rev-list", "--no-walk=unsorted", "--no-merges", "--stdin", stdin="\n".join(there).encode())
    return told.decode().split(), len(shas) - len(there)


def _named(room: Room, name: str) -> str | None:
    if name in ("HEAD", "@"):
        name = room.head_ref or "HEAD"
    return next((room.refs[ref] for form in _FORMS if (ref := form.format(name)) in room.refs), None)


def _by_prefix(room: Room, prefix: str) -> str | None:
    if not _PREFIX.fullmatch(prefix):
        return None
    objects = room.run("rev-parse", f"--disambiguate={prefix}").decode().split()
    if not objects:
        return None
    asked = "".join(f"{oid}\n" for oid in objects).encode()
    kinds = room.run("cat-file", "--batch-check=%(objecttype) %(objectname)", stdin=asked).decode().splitlines()
    found = sorted(line.split()[1] for line in kinds if line.startswith("commit "))
    if len(found) > 1:
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise UsageError(f"{prefix!r} fits several commits: {', '.join(found[:_SHOWN])}{more}; write more letters")
    tags = [line.split()[1] for line in kinds if line.startswith("tag ")]
    return next(iter(found + tags), None)
