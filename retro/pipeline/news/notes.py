"""The team's notes as they are on disk now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retro.config import Settings

if TYPE_CHECKING:
    from retro.sources.notes import NoteFile

FOLDER = "notes"


@dataclass(frozen=True)
class NoteStates:
    """The files of notes on disk, and whether they are those that the warehouse was made with."""

    files: tuple["NoteFile", ...] = ()
    is_new: bool = False


def note_states(settings: Settings, known: Mapping[str, str]) -> NoteStates:
    """How the notes of the project stand against the digests known of them; a file with a mistake is always new."""
    if not (settings.root / FOLDER).is_dir():
        return NoteStates((), bool(known))
    # Imported here: a project without notes need not pay.
    from retro.sources.notes import find_notes

    files = tuple(find_notes(settings.root))
    return NoteStates(files, {file.item: file.digest for file in files} != dict(known))
