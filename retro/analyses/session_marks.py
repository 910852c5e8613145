"""Lines of commit messages that name the session of a coding agent, or a record that does.

    Claude-Session: https://claude.ai/code/session_01NQ4uZG1G       the session's id stands in the value
    Entire-Session: 2026-01-06-af74d9e0-6474-4284-85e7-b5a6d7c8e9f0
    https://claude.ai/code/session_01NQ4uZG1G                       a link alone
    Entire-Checkpoint: 00c9e2351016                                 a record in a branch of the repository, which names sessions

The rule is the same for every tool: a key that speaks of a session, and a value that holds the id of a session that is known. A
line counts wherever it stands, since a squashed message holds the trailers of each of its commits.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from retro.coding_agents import checkpoint_branches
from retro.git import Room
from retro.git.blobs import read_blobs
from retro.masking import mask

_LEAST_ID = 8  # a shorter id of a session could be any word
_LONGEST_LINE = 300
_RECORD_BYTES = 1 << 20
_KEY = r"(?:[a-z0-9]+-)*(?:session|checkpoint|thread|conversation|chat|transcript|logs)(?:-(?:id|url|link))?"
_LINE = re.compile(
    rf"^[ \t]*(?:({_KEY})[ \t]*:[ \t]*)?((?(1)\S|https?://)[^\n]*?)[ \t\r]*$", re.IGNORECASE | re.MULTILINE
)
_WORD = re.compile(r"[A-Za-z0-9_-]{8,}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_RECORD_ID = re.compile(r"[0-9a-f]{3,64}")
Records = Mapping[str, Sequence[str]]  # ids of sessions by "key: id" of the record


def session_marks(message: str) -> list[str]:
    """Lines of `message` that may name a session, as Key: value (a bare link as link: ...), each once and in order."""
    lines = (f"{key or 'link'}: {value}"[:_LONGEST_LINE] for key, value in _LINE.findall(message))
    return [mask(line)[0] for line in dict.fromkeys(lines)]


def named_sessions(mark: str, known: Mapping[str, Sequence[str]], records: Records) -> Iterator[str]:
    """The sessions that a line of `session_marks` names; `known` has each session's id in lower case and as it is written."""
    key, _, value = mark.partition(": ")
    told = records.get(f"{key.lower()}: {value.lower()}", ()) if key.lower() in checkpoint_branches() else (value,)
    found = (one for text in told for candidate in _candidates(text) for one in known.get(candidate.lower(), ()))
    yield from dict.fromkeys(found)


def read_records(room: Room, marks: Iterable[str]) -> dict[str, list[str]]:
    """Ids of the sessions that the named records tell of; a record that is not in the clone is left out."""
    found: dict[str, list[str]] = {}
    wanted = {tuple(mark.lower().split(": ", 1)) for mark in marks}
    for key, branch in checkpoint_branches().items():
        ids = {value for name, value in wanted if name == key and _RECORD_ID.fullmatch(value)}
        if ids and (tip := _tip(room, branch)):
            found |= {f"{key}: {name}": sessions for name, sessions in _records_of(room, tip, ids).items()}
    return found


def _candidates(text: str) -> Iterator[str]:
    """Every piece of a value that could be an id: whole, its words, and an id behind a date."""
    yield text
    yield from _WORD.findall(text)
    yield from _UUID.findall(text)


def _tip(room: Room, branch: str) -> str | None:
    refs = (f"refs/heads/{branch}", f"refs/remotes/origin/{branch}")
    return next((room.refs[ref] for ref in refs if ref in room.refs), None)


def _records_of(room: Room, tip: str, ids: set[str]) -> dict[str, list[str]]:
    files = _metadata_files(room, tip, ids)
    found: dict[str, list[str]] = {}
    for blob in read_blobs(room.path, list(files), _RECORD_BYTES):
        session = _session_of(blob.content)
        if session:
            for name in files[blob.object_id]:
                found.setdefault(name, []).append(session)
    return found


def _metadata_files(room: Room, tip: str, ids: set[str]) -> dict[str, list[str]]:
    """Ids of the records in which each blob called metadata.json stands, by the blob."""
    files: dict[str, list[str]] = {}
    for line in (
        room.run("ls-tree", "-r", "-z", "--end-of-options", tip).decode("utf-8", "backslashreplace").split("\0")
    ):
        about, _, path = line.partition("\t")
        first, _, rest = path.partition("/")
        name = first + rest.partition("/")[0]
        if name in ids and path.endswith("/metadata.json"):
            files.setdefault(about.split()[2], []).append(name)
    return files


def _session_of(content: bytes | None) -> str | None:
    try:
        record = json.loads(content or b"null")
    except ValueError:
        return None
    session = record.get("session_id") if isinstance(record, dict) else None
    return session if isinstance(session, str) and len(session) >= _LEAST_ID else None
