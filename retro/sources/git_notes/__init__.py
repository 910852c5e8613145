"""Git notes in which a tool recorded who wrote a commit -> `commit_notes`, `line_attributions`.

A notes ref leads to a tree whose paths, without the slashes, are the ids of commits:

    100644 blob 5f0c... TAB 00/3ae9cdf117fda181ae1d624bc871427a59a9ee

Forms of the notes themselves: `authorship_logs`, `json_forms`. Prompts and answers, which some of them hold, are never
looked at. A note that breaks the rules of its form is kept as a row that says why it was not understood. Notes hang on
ids: a commit that was rebased or squashed by hand has none, and a plain clone fetches none
(`git fetch origin 'refs/notes/*:refs/notes/*'` does).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from retro import tables
from retro.errors import GitError
from retro.git import Room
from retro.git.blobs import Blob, read_blobs
from retro.sources.accounts import Account
from retro.sources.git_notes.authorship_logs import read_log
from retro.sources.git_notes.facts import NoteFacts, UnreadableNote, Writer
from retro.sources.git_notes.json_forms import json_object, read_json

_ENTRY = re.compile(r"\d+ blob ([0-9a-f]+)\t([0-9a-f/]+)")
_ID_LENGTHS = (40, 64)
_LARGEST_NOTE, _BATCH_BYTES = 16 << 20, 32 << 20


@dataclass(frozen=True)
class Note:
    """A note on a commit: the ref that holds it, the commit, the note's object id."""

    notes_ref: str
    commit_sha: str
    note_sha: str


def list_notes(room: Room, refs: Iterable[str], account: Account) -> list[Note]:
    """Every note of the refs, whatever commit it is on; one for a ref and commit, also where a damaged tree holds two.

    A ref whose tree cannot be read is counted and left out.
    """
    notes: dict[tuple[str, str], Note] = {}
    for ref in refs:
        try:
            output = room.run("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", room.refs[ref])
        except GitError:
            account.reasons["refs of notes that cannot be read"] += 1
            continue
        entries = (_ENTRY.fullmatch(entry) for entry in output.decode("utf-8", "backslashreplace").split("\0"))
        found = ((entry[2].replace("/", ""), entry[1]) for entry in entries if entry)
        notes |= {(ref, commit): Note(ref, commit, note) for commit, note in found if len(commit) in _ID_LENGTHS}
    return list(notes.values())


def changed_notes(notes: Sequence[Note], commits: Iterable[str], known: Mapping[tuple[str, str], str]) -> list[Note]:
    """Notes on one of `commits` that are new or rewritten.

    `commits` are those that are no merges: a tool's note on a merge repeats those of the commits that it brings in, and
    every line would count twice. `known` maps notes_ref and commit_sha to the id that the note had when it was read
    (rows of `commit_notes`).
    """
    mined = frozenset(commits)
    return [n for n in notes if n.commit_sha in mined and known.get((n.notes_ref, n.commit_sha)) != n.note_sha]


def read_notes(room: Room, repo: str, notes: Sequence[Note], account: Account) -> Iterator[dict[str, pl.DataFrame]]:
    """Frames of `commit_notes` and `line_attributions`, some megabytes of notes at a time.

    Each note is one record read; those not understood are skipped with their reason. Raises GitError when git breaks
    off.
    """
    holders: dict[str, list[Note]] = {}
    for note in notes:
        holders.setdefault(note.note_sha, []).append(note)
    batch, size = _empty(), 0
    for blob in read_blobs(room.path, list(holders), _LARGEST_NOTE):
        facts, reason = _understood(blob)
        for note in holders[blob.object_id]:
            _count(account, facts, reason)
            _add(batch, repo, note, facts, reason)
        size += len(blob.content or b"")
        if size >= _BATCH_BYTES:
            yield _frames(batch)
            batch, size = _empty(), 0
    yield _frames(batch)


def parse_note(text: str) -> NoteFacts:
    """What a note says. Raises UnreadableNote with the reason."""
    head, divider, tail = f"\n{text.replace(chr(13) + chr(10), chr(10))}".partition("\n---\n")
    if divider:
        return read_log(head[1:], json_object(tail))
    if not text.strip().startswith(("{", "[")):
        raise UnreadableNote("neither an authorship log nor JSON")
    return read_json(text.strip())


def _understood(blob: Blob) -> tuple[NoteFacts | None, str | None]:
    """What the note says, or why it was not understood."""
    if blob.content is None:
        return None, blob.reason
    try:
        return parse_note(blob.content.decode("utf-8", "backslashreplace")), None
    except UnreadableNote as error:
        return None, str(error)


def _count(account: Account, facts: NoteFacts | None, reason: str | None) -> None:
    account.read += 1
    account.loaded += facts is not None
    if reason:
        account.reasons[f"notes not understood, {reason}"] += 1


def _empty() -> dict[str, dict[str, list]]:
    return {name: tables.empty_rows(name) for name in ("commit_notes", "line_attributions")}


def _frames(batch: dict[str, dict[str, list]]) -> dict[str, pl.DataFrame]:
    return {name: tables.frame(name, rows) for name, rows in batch.items()}


def _add(batch: dict[str, dict[str, list]], repo: str, note: Note, facts: NoteFacts | None, reason: str | None) -> None:
    head = (repo, note.notes_ref, note.commit_sha)
    if facts is None:
        _append(batch["commit_notes"], *head, note.note_sha, *(None,) * 7, reason)
        return
    main = facts.main_writer
    told = (main.kind, main.agent, main.model) if main else (None, None, None)
    counts = (facts.line_count("agent"), facts.line_count("human"), facts.session_count)
    _append(batch["commit_notes"], *head, note.note_sha, facts.format, *told, *counts, None)
    for path, ranges in facts.ranges.items():
        for first, last, writer in ranges:
            _append(batch["line_attributions"], *head, path, first, last, *_columns(writer))


def _columns(writer: Writer) -> tuple[str | None, ...]:
    return writer.kind, writer.agent, writer.model, writer.session_key


def _append(rows: dict[str, list], *values: object) -> None:
    for column, value in zip(rows.values(), values, strict=True):
        column.append(value)
