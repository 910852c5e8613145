"""Transcripts of coding agents as they are on disk now: a file is another one when its size or time of change differs."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from retro.config import AgentSettings, Settings
from retro.config.values import locate
from retro.errors import GitError
from retro.git import Place
from retro.git.places import read_file
from retro.pipeline.news.known import Known
from retro.pipeline.news.repositories import RepoState
from retro.warehouse_file import FILE

if TYPE_CHECKING:
    from retro.sources.agents.checkouts import Checkouts
    from retro.sources.agents.files import TranscriptFile

_POINTER_BYTES = 1 << 16
State = tuple[int, int, str, bool]  # size, time of change, rules, whether it was there


@dataclass(frozen=True)
class Transcripts:
    """An `[[agents]]` section as it is on disk now; `missing` says why there is nothing, `rules` is what else decides rows."""

    settings: AgentSettings
    folders: tuple[Path, ...]
    checkouts: "Checkouts"
    files: tuple["TranscriptFile", ...]
    missing: str | None
    rules: str
    key: bytes

    @property
    def source(self) -> str:
        """The name that its rows carry."""
        return self.settings.name

    @property
    def only_configured(self) -> bool:
        """True when sessions outside the configured repositories are left alone."""
        return self.settings.path is None

    def state(self, file: "TranscriptFile") -> State:
        """How the warehouse would know the file, were it read now."""
        return (file.size, file.modified_ns, self.rules, True)


def transcripts(settings: Settings, states: Sequence[RepoState]) -> tuple[Transcripts, ...]:
    """The sections of retro.toml with their files, found without reading one."""
    if not settings.agents:
        return ()
    # Imported here: a project without transcripts need not pay.
    from retro.keyed_hashes import read_key

    key = read_key(settings.root / FILE.parent)
    folders = {folder: state.settings.name for state in states for folder in _checkouts(state)}
    return tuple(_section(one, settings.root, folders, key) for one in settings.agents)


def has_news(section: Transcripts, known: Known) -> bool:
    """True when a file is new, changed or gone since the last run, or the section was missing and no longer is."""
    has_failed = section.source in known.failed_transcripts
    if section.missing:
        return not has_failed
    files = known.transcripts.get(section.source, {})
    here = {file.name for file in section.files}
    gone = any(is_present and name not in here for name, (*_, is_present) in files.items())
    return gone or has_failed or bool(changed(section, files))


def changed(section: Transcripts, known: Mapping[str, State]) -> "list[TranscriptFile]":
    """Files to read: the new and the changed ones."""
    return [file for file in section.files if tuple(known.get(file.name, ())) != section.state(file)]


def _section(settings: AgentSettings, root: Path, repos: Mapping[str, str], key: bytes) -> Transcripts:
    from retro.sources.agents import KINDS
    from retro.sources.agents.checkouts import Checkouts
    from retro.sources.agents.files import find_files

    kind = KINDS[settings.kind]
    folders = (
        [Path(one).expanduser() for one in kind.folders] if settings.path is None else [locate(root, settings.path)]
    )
    there = [folder for folder in folders if folder.exists()]
    missing = None
    if not there:
        missing = f"{' and '.join(map(str, folders))}: no such folder; correct `path` of this section in retro.toml"
    elif unreadable := next((one for one in there if not os.access(one, os.R_OK)), None):
        missing = f"{unreadable}: may not be read; mend its permissions"
    files = {file.path: file for folder in there for file in find_files(folder, kind.patterns, root)}
    ordered = sorted(files.values(), key=lambda file: (file.modified_ns, file.name))
    facts = [version("retro-toolkit"), settings.kind, settings.path, settings.repo, sorted(repos.items())]
    facts.append(hashlib.sha256(key).hexdigest())
    rules = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
    return Transcripts(settings, tuple(folders), Checkouts(repos, settings.repo), tuple(ordered), missing, rules, key)


def _checkouts(state: RepoState) -> Iterator[str]:
    """Folders in which the repository is checked out: the configured one, and its linked work trees."""
    yield str(state.settings.path)
    place = state.room.place
    if place.common_dir.name == ".git":
        yield str(place.common_dir.parent)
    yield from _work_trees(place)


def _work_trees(place: Place) -> Iterator[str]:
    for pointer in sorted((place.common_dir / "worktrees").glob("*/gitdir")):
        try:
            text = (read_file(pointer, _POINTER_BYTES) or "").strip()
        except GitError:
            continue
        if text.endswith("/.git"):
            yield text.removesuffix("/.git")
