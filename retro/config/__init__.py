"""retro.toml -> typed settings; every wrong key or value is named with file and line.

`[sprints]\\ndays = "14"` is refused with
`/project/retro.toml:2: sprints.days = "14": wanted a whole number without quotes, found text`.
"""

import codecs
import os
import re
import stat
import tomllib
from pathlib import Path

from pydantic import ValidationError

from retro.config.literals import shown_value
from retro.config.mistakes import Mistake, joint_mistakes, type_mistakes
from retro.config.models import (
    AgentSettings,
    ForgeSettings,
    GatewaySettings,
    NamedSprint,
    Project,
    RepoSettings,
    Sections,
    Settings,
    SprintRules,
    Theme,
    folder_name,
)
from retro.errors import SettingsError

__all__ = [
    "FILE_NAME",
    "AgentSettings",
    "ForgeSettings",
    "GatewaySettings",
    "NamedSprint",
    "Project",
    "RepoSettings",
    "Settings",
    "SprintRules",
    "Theme",
    "find_project",
    "load_settings",
    "parse_settings",
]

FILE_NAME = "retro.toml"
_LARGEST_FILE_BYTES = 1_000_000
_TOML_PLACE = re.compile(r"(?P<why>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)", re.DOTALL)


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
    return parse_settings(_read_file(folder / FILE_NAME), folder / FILE_NAME)


def parse_settings(source: bytes, file: Path) -> Settings:
    """What the bytes of a retro.toml at the absolute path `file` mean; the disk is only asked about links in paths."""
    raw = _parse_toml(_decode(source, file), file)
    root = file.parent
    mistakes = list(joint_mistakes(raw, root))
    try:
        sections = Sections.model_validate(raw, context={"root": root})
    except ValidationError as error:
        mistakes = [*type_mistakes(error.errors(include_url=False)), *mistakes]
    if mistakes:
        raise SettingsError(_describe(mistakes, raw, source, file))
    return _with_root(sections, root)


def _with_root(sections: Sections, root: Path) -> Settings:
    repos = sections.repos or (RepoSettings(path=root.resolve(), name=folder_name(root)),)
    return Settings(**{**dict(sections), "repos": repos}, root=root)


def _describe(mistakes: list[Mistake], raw: dict[str, object], source: bytes, file: Path) -> str:
    """One line a mistake, in the order of the file."""
    # Imported here: the parser is only needed once something is wrong.
    from retro.config.positions import find_positions, nearest_position

    positions = find_positions(source)
    placed = [(nearest_position(positions, mistake.path), mistake) for mistake in mistakes]
    lines = []
    for (line, _), mistake in sorted(placed, key=lambda pair: pair[0]):
        other_line = nearest_position(positions, mistake.other)[0] if mistake.other else None
        lines.append(f"{file}:{line}: {mistake.text(raw, other_line)}")
    return "\n".join(lines)


def _read_file(file: Path) -> bytes:
    """The bytes of a regular file; a pipe or a device of that name is refused rather than waited for."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise SettingsError(f"{file}: no such file; run `retro init` in {file.parent} to write one") from error
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({error.strerror}); mend its permissions") from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise SettingsError(f"{file}: not a regular file; put a text file there")
        with open(descriptor, "rb", closefd=False) as stream:
            source = stream.read(_LARGEST_FILE_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(source) > _LARGEST_FILE_BYTES:
        raise SettingsError(f"{file}: larger than {_LARGEST_FILE_BYTES:,} bytes; shorten it")
    return source


def _decode(source: bytes, file: Path) -> str:
    if source.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SettingsError(f"{file}:1: begins with a byte order mark; save the file as UTF-8 without one")
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            f"{file}:{line}: byte 0x{source[error.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from error


def _parse_toml(text: str, file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(_syntax_message(str(error), text, file)) from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{file}: a number is too long or lists are nested too deeply; shorten them") from error


def _syntax_message(message: str, text: str, file: Path) -> str:
    """tomllib's own words, with the line in front and the line's text quoted."""
    found = _TOML_PLACE.fullmatch(message)
    lines = text.split("\n")
    line = int(found["line"] or len(lines)) if found else 1
    why = found["why"] if found else message
    quoted = shown_value(lines[line - 1].strip())
    return f"{file}:{line}: not valid TOML ({why}): {quoted}; mend this line or the one before"
