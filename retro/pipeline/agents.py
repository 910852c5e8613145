"""Transcripts of coding agents into the warehouse: what is new of each `[[agents]]` section, and what is gone.

A file is read again when its size or the time of its last change differs, together with the other files that hold parts of
the same history. Agents delete their transcripts: rows stay when a file is gone, and only --prune removes them.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from retro import keyed_hashes, warehouse
from retro.config import AgentSettings, Settings
from retro.config.models import locate
from retro.errors import GitError
from retro.git import Place
from retro.git.places import read_file
from retro.sources.accounts import Account
from retro.sources.agents import KINDS
from retro.sources.agents.checkouts import Checkouts
from retro.sources.agents.files import TranscriptFile, find_files

if TYPE_CHECKING:
    from retro.pipeline.mining import Options, RepoState

Connection = duckdb.DuckDBPyConnection
SOURCE = "agents"
_KNOWN = "select source, file, size_bytes, modified_ns, rules_digest, is_present, family, session_ids from agent_files"
_FAILED = (
    "select item from load_log where source = 'agents' group by item having arg_max(status, started_at) = 'failed'"
)
_POINTER_BYTES = 1 << 16


@dataclass(frozen=True)
class Transcripts:
    """An `[[agents]]` section as it is on disk now; `missing` says why there is nothing, `rules` is what else decides rows."""

    settings: AgentSettings
    checkouts: Checkouts
    files: tuple[TranscriptFile, ...]
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


@dataclass(frozen=True)
class KnownFile:
    """A row of `agent_files`: the file as it was when it was read."""

    size: int
    modified_ns: int
    rules: str
    is_present: bool
    family: frozenset[str]
    session_ids: frozenset[str]

    def is_same(self, file: TranscriptFile, rules: str) -> bool:
        """True when nothing says that it is another now."""
        return (self.size, self.modified_ns, self.rules, self.is_present) == (file.size, file.modified_ns, rules, True)


@dataclass
class Known:
    """What earlier runs read: files by source, and sections that failed last."""

    files: dict[str, dict[str, KnownFile]] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()


def look(settings: Settings, states: "Sequence[RepoState]") -> list[Transcripts]:
    """The sections of retro.toml with their files, found without reading one."""
    if not settings.agents:
        return []
    key = keyed_hashes.read_key(settings.root / warehouse.FILE.parent)
    folders = {folder: state.settings.name for state in states for folder in _checkouts(state)}
    return [_section(one, settings.root, folders, key) for one in settings.agents]


def has_news(sections: Iterable[Transcripts], path: Path) -> bool:
    """True when a file is new, changed or gone since the run that wrote the warehouse at `path`."""
    sections = list(sections)
    if not sections:
        return False
    if not path.is_file():
        return True
    with warehouse.open_read_only(path) as connection:
        try:
            known = read_known(connection)
        except (duckdb.CatalogException, duckdb.BinderException):
            return True
    return any(_has_news(one, known) for one in sections)


def read_known(connection: Connection) -> Known:
    """What earlier runs read."""
    known = Known(failed=frozenset(item for (item,) in connection.execute(_FAILED).fetchall()))
    for source, file, size, modified, rules, is_present, family, sessions in connection.execute(_KNOWN).fetchall():
        one = KnownFile(size, modified, rules, is_present, frozenset(family), frozenset(sessions))
        known.files.setdefault(source, {})[file] = one
    return known


def read_agents(connection: Connection, sections: Sequence[Transcripts], options: "Options") -> int:
    """Loads what is new of every section; how many requests came of it."""
    # Imported here: a run that finds nothing new never pays for Polars.
    from retro.pipeline import agent_rows

    connection.execute("delete from load_log where source = 'agents' and status = 'unread'")  # of a version before this
    if options.prune:
        agent_rows.clear(connection)
    known, requests = read_known(connection), 0
    for section in sections:
        started_at = datetime.now(UTC)
        if section.missing:
            agent_rows.log_missing(connection, section, started_at)
        elif options.full or options.prune or _has_news(section, known):
            files = known.files.get(section.source, {})
            wanted = changed(section, files, again=options.full or options.prune)
            requests += agent_rows.read_section(connection, section, files, wanted, (started_at, options))
    return requests


def changed(section: Transcripts, known: Mapping[str, KnownFile], *, again: bool) -> list[TranscriptFile]:
    """Files to read: the new and the changed ones; all of them `again`."""
    return [
        one
        for one in section.files
        if again or one.name not in known or not known[one.name].is_same(one, section.rules)
    ]


def account_of(accounts: Iterable[tuple[str, Account]]) -> Account:
    """The accounts of files as one: each reason with the file and line of its first place."""
    total = Account()
    for name, account in accounts:
        total.read += account.read
        total.loaded += account.loaded
        total.masked += account.masked
        total.reasons += account.reasons
        for reason, place in account.places.items():
            total.places.setdefault(reason, f"{name}, {place}")
    return total


def _has_news(section: Transcripts, known: Known) -> bool:
    files = known.files.get(section.source, {})
    if section.missing:
        return section.source not in known.failed
    here = {file.name for file in section.files}
    gone = any(one.is_present and name not in here for name, one in files.items())
    return gone or section.source in known.failed or bool(changed(section, files, again=False))


def _section(settings: AgentSettings, root: Path, repos: Mapping[str, str], key: bytes) -> Transcripts:
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
    return Transcripts(settings, Checkouts(repos, settings.repo), tuple(ordered), missing, rules, key)


def _checkouts(state: "RepoState") -> Iterator[str]:
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
