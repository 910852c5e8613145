"""The files that a `[[gateway]]` section means, and their state on disk.

Imports little: every run asks, and most find nothing new.
"""

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from glob import escape, glob, has_magic
from importlib.metadata import version
from pathlib import Path

from retro.config import GatewaySettings


@dataclass(frozen=True)
class LogFile:
    """One file of a section; `label` is its path from the project's folder, whole when it lies outside."""

    section: GatewaySettings
    path: Path
    label: str
    state: tuple[int, int] | None

    @property
    def item(self) -> str:
        """Name in `load_log`: two sections may read one file."""
        return f"{self.section.name}: {self.label}"

    @property
    def how(self) -> str:
        """32 hexadecimal digits over all that decides how its rows are read: Retro's version and the section but its path."""
        return _digest([version("retro-toolkit"), self.section.model_dump(mode="json", exclude={"path"})])

    @property
    def digest(self) -> str:
        """`how`, then 32 digits over size and time of change, as git's index knows a file to be unchanged."""
        return self.how + _digest(self.state)


def find_logs(root: Path, sections: Sequence[GatewaySettings]) -> list[LogFile]:
    """The files of all sections, each section's in order of their paths; a file that two patterns name comes once a source."""
    found = {}
    for section in sections:
        for path in _paths(root, section.path):
            label = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
            found.setdefault((section.name, path), LogFile(section, path, label, _state(path)))
    return list(found.values())


def _paths(root: Path, pattern: str) -> Iterator[Path]:
    """A file of exactly this name, all files of a folder, or what the glob matches; a name that nothing has is kept."""
    path = Path(os.path.normpath(root / Path(pattern).expanduser()))
    if path.is_dir():
        yield from _files(os.path.join(_as_there(path), "**", "*"))
    elif path.exists() or not has_magic(pattern):
        yield path
    else:
        yield from _files(_as_there(path))


def _as_there(path: Path) -> str:
    """The path as a glob in which a folder that has the very name, brackets and all, means itself."""
    whole, pattern = Path(path.anchor), path.anchor
    for part in path.parts[1:]:
        whole /= part
        pattern = os.path.join(pattern, escape(part) if os.path.lexists(whole) else part)
    return pattern


def _files(pattern: str) -> list[Path]:
    return sorted(Path(name) for name in glob(pattern, recursive=True) if not os.path.isdir(name))


def _state(path: Path) -> tuple[int, int] | None:
    """Size and time of change; None for what is no regular file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


def _digest(facts: object) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:32]
