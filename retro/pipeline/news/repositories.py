"""Repositories as they are on disk now."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from retro.config import RepoSettings, Settings
from retro.errors import RetroError
from retro.git import Room, open_room
from retro.sources.git_refs import notes_refs, release_refs
from retro.sources.pull_request_refs import read_refs

ROOMS = Path("data") / "rooms"


@dataclass(frozen=True)
class RepoState:
    """A repository as it is on disk now, found without starting git."""

    settings: RepoSettings
    room: Room
    branches: tuple[str, ...]
    release_refs: tuple[str, ...]
    notes_refs: tuple[str, ...]
    pull_request_refs: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over all that decides its rows: refs read and their ids, where it is cut, refs that cannot be read, version."""
        names = (*self.branches, *self.release_refs, *self.notes_refs, *self.pull_request_refs)
        refs = [(name, self.room.refs[name]) for name in names]
        facts = [
            version("retro-toolkit"),
            len(self.branches),
            refs,
            sorted(self.room.place.shallow),
            self.room.place.broken_refs,
        ]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def repository_states(root: Path, settings: Settings) -> tuple[list[RepoState], dict[str, RetroError]]:
    """Each repository that can be opened, and why the others cannot, by name."""
    states, failures = [], {}
    for repo in settings.repos:
        try:
            states.append(_state(root, repo, settings.attribution.notes))
        except RetroError as error:
            failures[repo.name] = error
    return states, failures


def _state(root: Path, repo: RepoSettings, more_notes: Sequence[str]) -> RepoState:
    room = open_room(repo.path, root / ROOMS, repo.alternates)
    return RepoState(
        repo,
        room,
        branches=tuple(room.branch_candidates(repo.branch)),
        release_refs=tuple(release_refs(room.refs, repo.release_tags)),
        notes_refs=tuple(notes_refs(room.refs, more_notes)),
        pull_request_refs=tuple(read_refs(room.refs)),
    )
