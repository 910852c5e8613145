"""What a commit can be known by beside a session of a coding agent: author time, hash of its subject, hashes of its added lines.

Hashes are keyed as those of the sessions' edits are, so that the two can be compared and neither can be read back.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from retro import tables
from retro.analyses.session_marks import session_marks
from retro.git import Room
from retro.git.diffs import added_lines, salvaged
from retro.git.records import read_time
from retro.keyed_hashes import line_hash

LEAST_LINE_CHARACTERS = 12  # as in agent_edits: a shorter line stands anywhere
_RULES_VERSION = 1
_COMMITS_AT_ONCE = 1_000
_FORMAT = "%H%x00%P%x00%at%x00%s%x00%B"


@dataclass(frozen=True)
class Message:
    """What the commit itself says; `authored_at` in microseconds since 1970, None when it is unreadable."""

    is_merge: bool
    authored_at: int | None
    subject: str
    marks: list[str]


def rules_digest(key: bytes) -> str:
    """Digest of all that decides a row: the key and the version of the rules."""
    return hashlib.sha256(repr(("commit fingerprints", _RULES_VERSION, key)).encode()).hexdigest()


def commit_fingerprints(
    room: Room, repo: str, near: Sequence[str], far: Sequence[str], key: bytes
) -> Iterator[pl.DataFrame]:
    """Rows of `commit_fingerprints`, some at a time: of the commits `near` a session with their lines, of those `far` without.

    A commit that cannot be read at all gives no row.
    """
    asked = [(sha, True) for sha in near] + [(sha, False) for sha in far]
    for start in range(0, len(asked), _COMMITS_AT_ONCE):
        yield _fingerprints(room, repo, dict(asked[start : start + _COMMITS_AT_ONCE]), key)


def _fingerprints(room: Room, repo: str, asked: dict[str, bool], key: bytes) -> pl.DataFrame:
    messages = salvaged(partial(_messages, room), list(asked))
    wanted = [sha for sha, message in messages.items() if asked[sha] and not message.is_merge]
    lines = added_lines(room.path, wanted, partial(_hashed, key))
    digest = rules_digest(key)
    rows = tables.empty_rows("commit_fingerprints")
    for sha, message in messages.items():
        files, status = lines.get(sha), "read"
        if files is None:
            status = "merge" if message.is_merge else "unreadable" if asked[sha] else "far"
        values = (
            repo, sha, message.authored_at, line_hash(key, message.subject), message.marks,
            None if files is None else list(files), None if files is None else list(files.values()), status, digest,
        )  # fmt: skip
        for column, value in zip(rows.values(), values, strict=True):
            column.append(value)
    return tables.frame("commit_fingerprints", rows)


def _messages(room: Room, shas: Sequence[str]) -> dict[str, Message]:
    asked = "".join(f"{sha}\n" for sha in shas).encode()
    text = room.run("log", "--no-walk=unsorted", "--stdin", "-z", "--no-mailmap", f"--format={_FORMAT}", stdin=asked)
    fields = text.decode("utf-8", "backslashreplace").split("\0")
    found = {}
    for sha, parents, authored, subject, body in zip(*[iter(fields)] * 5, strict=False):
        seconds = read_time(authored)
        at = None if seconds is None else seconds * 1_000_000
        found[sha] = Message(" " in parents, at, subject, session_marks(body))
    return found


def _hashed(key: bytes, line: bytes) -> int | None:
    text = line.decode("utf-8", "replace").strip()
    return line_hash(key, text) if len(text) >= LEAST_LINE_CHARACTERS else None
