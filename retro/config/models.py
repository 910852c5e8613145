"""The settings as types. A validator's ValueError is the reason that the reader of retro.toml sees."""

import re
import warnings
from datetime import date
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from retro.config.literals import closest

_YEARS = range(1970, 2100)
LONGEST_CADENCE_DAYS = 366


def _check_filled(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty; write some text or leave the line out")
    return text


def _check_name(text: str) -> str:
    _check_filled(text)
    if not text.isprintable():
        raise ValueError("holds a line break or another invisible character; take it out")
    if text != text.strip():
        raise ValueError("begins or ends with a blank; take it out")
    return text


def _check_theme_name(text: str) -> str:
    if text.casefold() == "uncategorized":
        raise ValueError("this name is kept for the commits that no theme takes; choose another")
    return text


def _check_timezone(key: str) -> str:
    try:
        ZoneInfo(key)
    except (LookupError, ValueError, OSError) as error:
        zones = available_timezones()
        by_city = {zone.rpartition("/")[2]: zone for zone in sorted(zones)}
        meant = closest(by_city.get(key, key), sorted(zones))
        raise ValueError(f"unknown time zone{meant or '; write one such as Europe/Berlin or UTC'}") from error
    return key


def _check_year(day: date) -> date:
    if day.year not in _YEARS:
        raise ValueError(f"the year lies outside {_YEARS[0]} to {_YEARS[-1]}")
    return day


def _check_glob(glob: str) -> str:
    # Imported here: 0.1 s that settings without a glob do not pay.
    from pathspec import GitIgnoreSpec

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            patterns = GitIgnoreSpec.from_lines([glob]).patterns
    except (ValueError, re.error, FutureWarning) as error:
        raise ValueError("not a gitignore-style glob; write one such as docs/** or *.md") from error
    if not any(pattern.include is not None for pattern in patterns):
        raise ValueError("this glob matches nothing; write one such as docs/** or *.md")
    return glob


def _check_area_glob(glob: str) -> str:
    if glob.startswith("!"):
        raise ValueError(
            "each glob of an area stands alone, so one that excludes has no effect; put an area before this one"
        )
    return glob


def _text_of_id(value: object) -> object:
    if isinstance(value, str):
        return value
    if type(value) is not int or value.bit_length() > 64:
        raise PydanticCustomError("id_type", "")
    return str(value)


def _resolve_path(value: object, info: ValidationInfo) -> Path:
    if isinstance(value, Path):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "")
    _check_filled(value)
    try:
        return locate(info.context["root"], value)
    except (OSError, RuntimeError, ValueError) as error:
        raise ValueError("cannot be followed to a folder; write the path of a clone or of a bare repository") from error


def locate(root: Path, path: str) -> Path:
    """A path of retro.toml as an absolute one: `~` expanded, relative to the folder `root`, symbolic links followed."""
    # Asked of the text: to Path, `./~name` and `~name` are the same.
    return (root / (Path(path).expanduser() if path.startswith("~") else path)).resolve()


def folder_name(path: Path) -> str:
    """A repository's name when none is given: its folder's without `.git`."""
    folder = path.parent if path.name == ".git" else path
    return folder.name.removesuffix(".git") or "repository"


Filled = Annotated[str, AfterValidator(_check_filled)]
Name = Annotated[str, AfterValidator(_check_name)]
Glob = Annotated[Filled, AfterValidator(_check_glob)]
Day = Annotated[date, AfterValidator(_check_year)]
# `strict` refuses the lists that TOML has; the items stay strict.
Names = Annotated[tuple[Name, ...], Field(strict=False)]
Texts = Annotated[tuple[Filled, ...], Field(strict=False)]
Globs = Annotated[tuple[Glob, ...], Field(strict=False)]
AreaGlobs = Annotated[tuple[Annotated[Glob, AfterValidator(_check_area_glob)], ...], Field(strict=False, min_length=1)]


class Section(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Project(Section):
    """Whose retrospective it is; days and sprints are those of the time zone (IANA name)."""

    name: Name
    timezone: Annotated[str, AfterValidator(_check_timezone)] = "UTC"
    invented: bool = False


class NamedSprint(Section):
    """A sprint with its own dates, both inclusive."""

    id: Annotated[Name, BeforeValidator(_text_of_id)]
    start: Day
    end: Day
    goal: Name | None = None


class SprintRules(Section):
    """A cadence from the day `first`, one sprint every `days` days, and named sprints that win over it."""

    first: Day | None = None
    days: Annotated[int, Field(ge=1, le=LONGEST_CADENCE_DAYS)] | None = None
    named: Annotated[tuple[NamedSprint, ...], Field(strict=False)] = ()


class RepoSettings(Section):
    """One repository: `path` is absolute; without `branch` its own default branch is followed."""

    path: Annotated[Path, BeforeValidator(_resolve_path)]
    name: Name = Field(default_factory=lambda given: folder_name(given["path"]))
    branch: Name | None = None
    release_tags: Names | None = None
    alternates: bool = False


class Theme(Section):
    """A team's own name for a kind of work, and the rules that give it to a commit."""

    name: Annotated[Name, AfterValidator(_check_theme_name)]
    scopes: Texts = ()
    paths: Globs = ()
    words: Texts = ()
    branches: Texts = ()
    tickets: Texts = ()
    labels: Texts = ()


class Attribution(Section):
    """The team's own rules on who wrote a commit; `*` and `?` are the only special letters of a pattern.

    `agents` maps a tool's name to patterns over names and addresses; `notes` are further refs with records of authorship.
    """

    agents: dict[str, Texts] = {}
    bots: Texts = ()
    humans: Texts = ()
    notes: Texts = ()


class GatewaySettings(Section):
    """A log of model requests; `tags` and `columns` map Retro's names to those of the log."""

    kind: Name
    path: Filled
    tags: dict[str, Filled] = {}
    columns: dict[str, Filled] = {}


class AgentSettings(Section):
    """A folder of agent transcripts; without `path` the agent's own default folder."""

    kind: Name
    path: Filled | None = None


class ForgeSettings(Section):
    """A forge to ask about `repo` (owner/name), or dumps of its answers under `path`."""

    kind: Name
    repo: Name | None = None
    path: Filled | None = None


class Sections(Section):
    """All that retro.toml may hold."""

    project: Project
    sprints: SprintRules = SprintRules()
    repos: Annotated[tuple[RepoSettings, ...], Field(strict=False)] = ()
    areas: dict[str, dict[Name, AreaGlobs]] = {}
    themes: Annotated[tuple[Theme, ...], Field(strict=False)] = ()
    attribution: Attribution = Attribution()
    gateway: Annotated[tuple[GatewaySettings, ...], Field(strict=False)] = ()
    agents: Annotated[tuple[AgentSettings, ...], Field(strict=False)] = ()
    forge: Annotated[tuple[ForgeSettings, ...], Field(strict=False)] = ()


class Settings(Sections):
    """The settings of the project in the folder `root`; at least one repository."""

    root: Path


SECTIONS: dict[tuple[str, ...], type[Section]] = {
    (): Sections,
    ("project",): Project,
    ("sprints",): SprintRules,
    ("sprints", "named"): NamedSprint,
    ("repos",): RepoSettings,
    ("themes",): Theme,
    ("attribution",): Attribution,
    ("gateway",): GatewaySettings,
    ("agents",): AgentSettings,
    ("forge",): ForgeSettings,
}
