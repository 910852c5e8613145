"""Forges as they are now: asked over the network where retro.toml says so, and the files of their answers on disk."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from retro.config import ForgeSettings, Settings
from retro.errors import RetroError

if TYPE_CHECKING:
    from retro.pipeline.mining import Options

Known = tuple[str | None, str]  # digest and status of a forge's last run


@dataclass(frozen=True)
class ForgeState:
    """A forge as its files are now; `files` come with the name that messages use, oldest pages first."""

    settings: ForgeSettings
    files: tuple[tuple[Path, str], ...]
    digest: str


@dataclass(frozen=True)
class ForgeStates:
    """All forges of retro.toml, those among them that are to be read, and why some could not be asked."""

    all: tuple[ForgeState, ...] = ()
    changed: tuple[ForgeState, ...] = ()
    failures: tuple[tuple[str, RetroError], ...] = ()
    is_behind: bool = False

    def __bool__(self) -> bool:
        """Whether the warehouse has to be written for their sake."""
        return bool(self.changed or self.failures or self.is_behind)


def forge_states(root: Path, settings: Settings, known: Mapping[str, Known], options: "Options") -> ForgeStates:
    """Asks the forges for what is new, and finds out which have something to read.

    Of one that cannot be asked `failures` tells; what it gave before, and in this run, is read all the same.
    """
    if not settings.forge:
        return ForgeStates(is_behind=bool(known))
    failures, states = {}, []
    for forge in settings.forge:
        if forge.path is None and (error := _fetch(root, forge, options)):
            failures[forge.label] = error
        states.append(_state(root, settings, forge))
    is_all = options.full or options.prune
    changed = [state for state in states if is_all or _is_new(state, known, failures)]
    is_behind = bool(known.keys() - {state.settings.label for state in states})
    return ForgeStates(tuple(states), tuple(changed), tuple(failures.items()), is_behind)


def _is_new(state: ForgeState, known: Mapping[str, Known], failures: Mapping[str, RetroError]) -> bool:
    """Whether its files are others than those that were read last, or it has recovered from a failure."""
    digest, status = known.get(state.settings.label, (None, "loaded"))
    return digest != state.digest or (status == "failed" and state.settings.label not in failures)


def _fetch(root: Path, forge: ForgeSettings, options: "Options") -> RetroError | None:
    """Saves new pages of a live forge; the error that stopped it."""
    # Imported here: HTTP costs a project without a live forge nothing.
    from retro.sources.forge.live import fetch

    options.progress.start(f"forge {forge.label}", 0)
    try:
        asked = (forge.label, forge.kind, forge.repo or "", forge.base_url)
        fetch(root, asked, on_page=lambda: options.progress.advance(1))
    except RetroError as error:
        return error
    return None


def _state(root: Path, settings: Settings, forge: ForgeSettings) -> ForgeState:
    """Files of a forge and the digest of all that decides its rows: their names, sizes and times, rules and settings."""
    from retro.coding_agents import MARKS
    from retro.sources.forge import READER_VERSION
    from retro.sources.forge.documents import dump_files
    from retro.sources.forge.finding_words import RULES
    from retro.sources.forge.pages import folder_of

    if forge.path is None:
        found = sorted((folder_of(root, forge.label) / "pages").glob("*.jsonl.gz"))
    else:
        found = dump_files(root, forge.path)
    files = tuple((path, _shown(path, root)) for path in found)
    rules = settings.attribution
    facts = [
        version("retro-toolkit"),
        READER_VERSION,
        forge.model_dump(),
        [repo.model_dump(mode="json") for repo in settings.repos],
        [rules.agents, rules.bots, rules.humans],
        *(hashlib.sha256(path.read_bytes()).hexdigest() for path in (MARKS, RULES)),
        [(shown, stat.st_size, stat.st_mtime_ns) for path, shown in files if (stat := path.stat())],
    ]
    return ForgeState(forge, files, hashlib.sha256(json.dumps(facts).encode()).hexdigest())


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
