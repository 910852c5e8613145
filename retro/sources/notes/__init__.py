"""The team's own notes, notes/sprint-2.toml: incidents, lessons, actions, claims, and overrides of categories."""

from retro.sources.notes.mistakes import Known
from retro.sources.notes.reading import FOLDER, Note, NoteFile, find_notes, read_note, taken_ids
from retro.sources.notes.rows import note_frames

__all__ = ["FOLDER", "Known", "Note", "NoteFile", "find_notes", "note_frames", "read_note", "taken_ids"]
