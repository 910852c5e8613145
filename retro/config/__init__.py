"""retro.toml -> typed settings; every wrong key or value is named with file and line.

`[sprints]\\ndays = "14"` is refused with
`/project/retro.toml:2: sprints.days = "14": wanted a whole number without quotes, found text`.
"""

import os
from pathlib import Path

from pydantic import ValidationError

from retro.config.documents import parse_document, read_document, told_mistakes
from retro.config.joint_mistakes import joint_mistakes
from retro.config.mistakes import type_mistakes
from retro.config.models import (
    AgentSettings,
    BillSettings,
    ForgeSettings,
    GatewaySettings,
    NamedSprint,
    PriceSettings,
    Project,
    RepoSettings,
    Sections,
    Settings,
    SprintRules,
    SwapSettings,
    Theme,
    WatchSettings,
)
from retro.config.values import folder_name
from retro.errors import SettingsError

__all__ = [
    "FILE_NAME",
    "AgentSettings",
    "BillSettings",
    "ForgeSettings",
    "GatewaySettings",
    "NamedSprint",
    "PriceSettings",
    "Project",
    "RepoSettings",
    "Settings",
    "SprintRules",
    "SwapSettings",
    "Theme",
    "WatchSettings",
    "find_project",
    "load_settings",
    "parse_settings",
]

FILE_NAME = "retro.toml"


def find_project(start: Path | None = None) -> Path:
    """The nearest folder with a retro.toml, from `start` (default: the working directory) upwards.

    SettingsError when there is none.
    """
    folder = Path(os.path.realpath(start or Path.cwd()))
    for candidate in (folder, *folder.parents):
        if os.path.lexists(candidate / FILE_NAME):
            return candidate
    raise SettingsError(
        f"no {FILE_NAME} in {folder} or a folder above it, so this is no project; "
        f"run `retro init` in the project's folder to write one"
    )


def load_settings(root: Path) -> Settings:
    """The settings of the project in the folder `root`; SettingsError lists every mistake of the file, one a line."""
    folder = Path(os.path.realpath(root))
    file = folder / FILE_NAME
    return parse_settings(read_document(file, f"run `retro init` in {folder} to write one"), file)


def parse_settings(source: bytes, file: Path) -> Settings:
    """What the bytes of a retro.toml at the absolute path `file` mean; the disk is only asked about links in paths."""
    raw = parse_document(source, file)
    root = file.parent
    mistakes = list(joint_mistakes(raw, root))
    try:
        sections = Sections.model_validate(raw, context={"root": root})
    except ValidationError as error:
        mistakes = [*type_mistakes(error.errors(include_url=False)), *mistakes]
    if mistakes:
        raise SettingsError(told_mistakes(mistakes, raw, source, file))
    return _with_root(sections, root)


def _with_root(sections: Sections, root: Path) -> Settings:
    repos = sections.repos or (RepoSettings(path=root.resolve(), name=folder_name(root)),)
    return Settings(**{**dict(sections), "repos": repos}, root=root)
