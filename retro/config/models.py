"""The settings as types. A validator's ValueError is the reason that the reader of retro.toml sees."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from retro.config.forges import FORGE_KINDS, forge_address, forge_repo
from retro.config.gateways import GATEWAY_COLUMNS, GATEWAY_KINDS
from retro.config.globs import check_area_glob, check_glob
from retro.config.literals import closest
from retro.config.rates import rate
from retro.config.transcripts import AGENT_KINDS
from retro.config.watches import Literals

_YEARS = range(1970, 2100)
LONGEST_CADENCE_DAYS = 366
BUG_BOUNDARIES = ("release", "default_branch")


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


def _check_gateway_kind(kind: str) -> str:
    if kind not in GATEWAY_KINDS:
        raise ValueError(f"unknown kind{closest(kind, GATEWAY_KINDS)} (known: {', '.join(GATEWAY_KINDS)})")
    return kind


def _check_agent_kind(kind: str) -> str:
    if kind not in AGENT_KINDS:
        raise ValueError(f"unknown kind{closest(kind, AGENT_KINDS)} (known: {', '.join(AGENT_KINDS)})")
    return kind


def _check_forge_kind(kind: str) -> str:
    if kind not in FORGE_KINDS:
        raise ValueError(f"unknown kind{closest(kind, FORGE_KINDS)} (known: {', '.join(FORGE_KINDS)})")
    return kind


def _check_boundary(name: str) -> str:
    if name not in BUG_BOUNDARIES:
        raise ValueError(f"unknown boundary{closest(name, BUG_BOUNDARIES)} (known: {', '.join(BUG_BOUNDARIES)})")
    return name


def _check_gateway_column(name: str) -> str:
    if name not in GATEWAY_COLUMNS:
        raise ValueError(
            f"is none that Retro knows{closest(name, GATEWAY_COLUMNS)} (allowed: {', '.join(GATEWAY_COLUMNS)})"
        )
    return name


def _check_currency(code: str) -> str:
    if not re.fullmatch("[A-Z]{3}", code):
        raise ValueError("wanted a currency by its three capital letters, such as USD or EUR")
    return code


def _check_models(models: tuple[str, ...]) -> tuple[str, ...]:
    if not models:
        raise ValueError("the list is empty; write at least one model, * and ? stand for any letters")
    return models


def _check_percents(percents: tuple[int, ...]) -> tuple[int, ...]:
    if not all(low < high for low, high in zip((1, *percents), (*percents, 101), strict=True)):
        raise ValueError("wanted whole percents from 2 to 100, each above the one before, such as [5, 10]")
    return percents


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
ZoneName = Annotated[str, AfterValidator(_check_timezone)]
Name = Annotated[str, AfterValidator(_check_name)]
Glob = Annotated[Filled, AfterValidator(check_glob)]
Day = Annotated[date, AfterValidator(_check_year)]
Rate = Annotated[Decimal, BeforeValidator(rate)]
# `strict` refuses the lists that TOML has; the items stay strict.
Names = Annotated[tuple[Name, ...], Field(strict=False)]
Texts = Annotated[tuple[Filled, ...], Field(strict=False)]
Globs = Annotated[tuple[Glob, ...], Field(strict=False)]
AreaGlobs = Annotated[tuple[Annotated[Glob, AfterValidator(check_area_glob)], ...], Field(strict=False, min_length=1)]


class Section(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Project(Section):
    """Whose retrospective it is; days and sprints are those of the time zone (IANA name)."""

    name: Name
    timezone: ZoneName = "UTC"
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
    """A log of model requests; `tags` and `columns` map Retro's names to those of the log.

    `timezone` is that of times which the log writes without one, `currency` that of costs without one.
    """

    kind: Annotated[Name, AfterValidator(_check_gateway_kind)]
    path: Filled
    name: Name = Field(default_factory=lambda given: given["kind"])
    timezone: ZoneName | None = None
    currency: Annotated[str, AfterValidator(_check_currency)] | None = None
    tags: dict[Name, Filled] = {}
    columns: dict[Annotated[str, AfterValidator(_check_gateway_column)], Filled] = {}
    cache_in_input: bool | None = None
    reasoning_in_output: bool | None = None


class AgentSettings(Section):
    """A folder of agent transcripts, read whole; without `path` the agent's own default folder, of which only sessions whose
    working directory lies in a configured repository are read.

    `repo` is the repository of sessions whose working directory is none of this machine's.
    """

    kind: Annotated[Name, AfterValidator(_check_agent_kind)]
    path: Filled | None = None
    name: Name = Field(default_factory=lambda given: given["kind"])
    repo: Name | None = None


class PriceSettings(Section):
    """The team's own price of some models, in dollars per million tokens; it wins over every price list.

    `models` are names as the logs write them, `*` and `?` are the only special letters; the first section that matches
    counts. `start` and `end` are days in UTC, both inclusive. Cached tokens without a rate cost what input costs,
    `request` is a fee per request.
    """

    models: Annotated[Texts, AfterValidator(_check_models)]
    provider: Name | None = None
    start: Day | None = None
    end: Day | None = None
    input: Rate
    output: Rate
    cache_read: Rate | None = None
    cache_write: Rate | None = None
    cache_write_1h: Rate | None = None
    reasoning: Rate | None = None
    request: Rate | None = None
    note: Filled | None = None


class BillSettings(Section):
    """How logged costs are checked; `second_opinion` is the path of a price list in LiteLLM's JSON form."""

    within_percent: Annotated[tuple[int, ...], Field(strict=False), AfterValidator(_check_percents)] = (5, 10)
    second_opinion: Filled | None = None


class BugSettings(Section):
    """When a bug has escaped, and whether a release is a deployment.

    `boundary` is what a bug must reach before its fix: a release, or the default branch; without it a release where the
    repository has any, else the default branch.
    """

    boundary: Annotated[Name, AfterValidator(_check_boundary)] | None = None
    releases_are_deployments: bool = False


class CoChangeSettings(Section):
    """Which files are expected to change together.

    After `half_life_days` an earlier change counts half; files that match a glob of `never` are never named as forgotten.
    """

    half_life_days: Annotated[int, Field(ge=1, le=36_500)] = 180
    never: Globs = ()


class PageSettings(Section):
    """How pages are built: a notebook's cell that runs longer than `cell_seconds` is stopped, and named."""

    cell_seconds: Annotated[int, Field(ge=1, le=86_400)] = 600


class ForgeSettings(Section):
    """A forge to ask about `repo` (owner/name), or dumps of its answers under `path`, which are read without the network.

    `clone` names the repository of [[repos]] that it belongs to; without it the one whose remote is the same. `base_url`
    is the address of the interface of a server of one's own: https://HOST/api/v3 for GitHub, https://HOST/api/v4 for GitLab.
    """

    kind: Annotated[Name, AfterValidator(_check_forge_kind)]
    repo: Annotated[Name, BeforeValidator(forge_repo)] | None = None
    path: Filled | None = None
    name: Name | None = None
    clone: Name | None = None
    base_url: Annotated[Filled, BeforeValidator(forge_address)] | None = None

    @property
    def label(self) -> str:
        """What messages and the log call it: its name, else kind and repository or path."""
        return self.name or f"{self.kind} {self.repo if self.path is None else self.path}"


class WatchSettings(Section):
    """Identifiers that the team wants in few places: counted in the tree at the end of each sprint.

    `literals` are counted together, in `paths` alone where given; `keep` are files that rightly name them and do not count.
    """

    name: Name
    literals: Literals
    repo: Name | None = None
    paths: Globs = ()
    keep: Globs = ()


class SwapSettings(Section):
    """What a swap may leave behind: `keep` are files that rightly name old identifiers, such as a catalog of all models."""

    keep: Globs = ()


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
    prices: Annotated[tuple[PriceSettings, ...], Field(strict=False)] = ()
    bills: BillSettings = BillSettings()
    bugs: BugSettings = BugSettings()
    co_changes: CoChangeSettings = CoChangeSettings()
    pages: PageSettings = PageSettings()
    forge: Annotated[tuple[ForgeSettings, ...], Field(strict=False)] = ()
    watch: Annotated[tuple[WatchSettings, ...], Field(strict=False)] = ()
    swaps: SwapSettings = SwapSettings()


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
    ("prices",): PriceSettings,
    ("bills",): BillSettings,
    ("bugs",): BugSettings,
    ("co_changes",): CoChangeSettings,
    ("pages",): PageSettings,
    ("forge",): ForgeSettings,
    ("watch",): WatchSettings,
    ("swaps",): SwapSettings,
}
