"""Files of notes: found, read and checked.

    sprint = "2"
    [[lessons]]
    id = "L-duplicate-imports"
    text = "Duplicate imports reach review"
    expect = { query = "findings_count", where = { rule = "duplicate_import" }, op = "==", value = 0 }

`read_note` gives the typed notes of one file, or SettingsError with every mistake of it, one a line.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from retro.config.documents import parse_document, read_document, told_mistakes
from retro.config.mistakes import tables_at, type_mistakes
from retro.config.positions import find_positions, nearest_position
from retro.errors import SettingsError
from retro.masking import mask
from retro.sources.notes.mistakes import LISTS, Known, note_mistakes
from retro.sources.notes.models import SECTIONS, Notes

FOLDER = "notes"
# What a team writes freely; ids, names and references are kept as they are.
_TEXTS = {"title", "surfaced_by", "impact", "root_cause", "text", "owner", "reason"}


@dataclass(frozen=True)
class NoteFile:
    """A file of notes on disk: `item` is its path from the project's folder, `digest` the SHA-256 of its bytes."""

    path: Path
    item: str
    digest: str

    @property
    def sprint(self) -> str:
        """The sprint that its name says: "2" of sprint-2.toml."""
        return self.path.stem.removeprefix("sprint-")


@dataclass(frozen=True)
class Note:
    """A file of notes that holds no mistake."""

    file: NoteFile
    notes: Notes
    source: bytes
    masked_count: int = 0

    @property
    def sprint(self) -> str:
        """Its sprint's id."""
        return self.file.sprint

    @cached_property
    def _positions(self) -> dict:
        return find_positions(self.source)

    def line_of(self, kind: str, place: int) -> int:
        """Line of the item at `place` (from 0) of the list `kind`."""
        return nearest_position(self._positions, (kind, place))[0]

    @property
    def item_count(self) -> int:
        """How many incidents, lessons, actions, claims and overrides it tells."""
        return sum(len(getattr(self.notes, kind)) for kind in (*LISTS, "overrides"))


def find_notes(root: Path) -> list[NoteFile]:
    """The files notes/sprint-*.toml of the project at `root`, by name. One that cannot be read has its error as digest."""
    found = []
    for path in sorted((root / FOLDER).glob("sprint-*.toml")):
        try:
            told = hashlib.sha256(read_document(path, "write one")).hexdigest()
        except SettingsError as error:
            told = str(error)
        found.append(NoteFile(path, f"{FOLDER}/{path.name}", told))
    return found


def read_note(file: NoteFile, known: Known) -> Note:
    """The notes in a file. SettingsError lists every mistake, one a line, with file and line."""
    source = read_document(file.path, "write one")
    raw = parse_document(source, file.path)
    mistakes = list(note_mistakes(raw, file.sprint, known))
    try:
        Notes.model_validate(raw)
    except ValidationError as error:
        mistakes = [*type_mistakes(error.errors(include_url=False), SECTIONS), *mistakes]
    if mistakes:
        raise SettingsError(told_mistakes(mistakes, raw, source, file.path))
    masked_count = _mask_texts(raw)
    return Note(file, Notes.model_validate(raw), source, masked_count)


def _mask_texts(raw: dict[str, object]) -> int:
    """Replaces secrets in the texts of all items; how many there were."""
    masked_count = 0
    for kind in (*LISTS, "overrides"):
        for _, item in tables_at(raw, kind):
            for name in _TEXTS & item.keys():
                item[name], count = mask(item[name])
                masked_count += count
    return masked_count


def taken_ids(note: Note) -> dict[tuple[str, str], str]:
    """The ids of a file's incidents and lessons, which no other file may use."""
    ids = {("incidents", one.id): note.file.item for one in note.notes.incidents}
    return ids | {("lessons", one.id): note.file.item for one in note.notes.lessons}
