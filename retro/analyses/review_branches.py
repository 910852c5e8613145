"""Branches of pull requests as git has them: commits with their files, fork points, contents, the default branch's line.

Objects that are not in the clone are left out of the answers: a branch that was squashed is often gone.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from retro.analyses.review_scope import BranchCommit
from retro.errors import GitError
from retro.git import Room
from retro.git.blobs import read_blobs
from retro.git.diffs import file_sets, salvaged
from retro.git.records import read_time

MOST_BYTES = 2_000_000
_FORMAT = "%H%x00%P%x00%at%x00%ct%x00%s"


@dataclass(frozen=True)
class Landing:
    """A commit of the default branch's first-parent line; `at` in seconds since 1970."""

    sha: str
    parent: str | None
    at: int


def present(room: Room, shas: Collection[str]) -> set[str]:
    """Those of some commits that the clone has."""
    if not shas:
        return set()
    asked = "".join(f"{sha}\n" for sha in sorted(shas)).encode()
    answers = room.run("cat-file", "--batch-check=%(objectname) %(objecttype)", "--buffer", stdin=asked).decode("ascii")
    return {words[0] for line in answers.splitlines() if (words := line.split())[1:] == ["commit"]}


def branch_commits(room: Room, shas: Iterable[str]) -> dict[str, BranchCommit]:
    """Commits with the paths that they change, by id; merges are left out."""
    told = salvaged(partial(_told, room), list(dict.fromkeys(shas)))
    single = {sha: fields for sha, (is_merge, *fields) in told.items() if not is_merge}
    files = file_sets(room.path, [(sha, None) for sha in single])
    return {
        sha: BranchCommit(sha, *fields, tuple(path.decode("utf-8", "backslashreplace") for path in files[sha].paths))
        for sha, fields in single.items()
        if sha in files
    }


def fork_point(room: Room, sha: str, other: str) -> str | None:
    """Where two commits parted; None where the clone cannot tell."""
    try:
        answer = room.run("merge-base", sha, other).decode("ascii").split()
    except GitError:
        return None
    return answer[0] if answer else None


def contents(room: Room, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], bytes | None]:
    """Text of a file at a commit, by both; None where there is no such file. Very large ones are left out."""
    asked = [pair for pair in sorted(wanted) if "\n" not in pair[1]]
    if not asked:
        return {}
    lines = "".join(f"{sha}:{path}\n" for sha, path in asked).encode("utf-8", "backslashreplace")
    answers = room.run("cat-file", "--batch-check=%(objectname) %(objecttype)", "--buffer", stdin=lines).splitlines()
    ids = {
        pair: line.split()[0].decode("ascii") if line.endswith(b" blob") else None
        for pair, line in zip(asked, answers, strict=True)
    }
    blobs = {blob.object_id: blob for blob in read_blobs(room.path, [oid for oid in ids.values() if oid], MOST_BYTES)}
    return {
        pair: blobs[oid].content if oid else None
        for pair, oid in ids.items()
        if oid is None or blobs[oid].content is not None
    }


def mainline(room: Room, tip: str | None, since: int) -> list[Landing]:
    """The default branch's first-parent line from `since` on, oldest first by committer time."""
    if tip is None:
        return []
    lines = room.run("rev-list", "--first-parent", "--parents", "--timestamp", tip).decode("ascii").splitlines()
    found = []
    for line in lines:
        seconds, sha, *parents = line.split()
        at = read_time(seconds)
        if at is not None and at >= since:
            found.append(Landing(sha, parents[0] if parents else None, at))
    return sorted(found, key=lambda landing: landing.at)


def _told(room: Room, shas: Sequence[str]) -> dict[str, tuple[bool, str, int | None, int | None]]:
    asked = "".join(f"{sha}\n" for sha in shas).encode()
    text = room.run("log", "--no-walk=unsorted", "--stdin", "-z", "--no-mailmap", f"--format={_FORMAT}", stdin=asked)
    fields = text.decode("utf-8", "backslashreplace").split("\0")
    return {
        sha: (" " in parents, subject, read_time(authored), read_time(committed))
        for sha, parents, authored, committed, subject in zip(*[iter(fields)] * 5, strict=False)
    }
