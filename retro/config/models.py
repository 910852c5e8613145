"""The sections of retro.toml as types."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from retro.config.forges import FORGE_KINDS, forge_address, forge_repo
from retro.config.gateways import GATEWAY_KINDS
from retro.config.transcripts import AGENT_KINDS
from retro.config.values import (
    AreaGlobs,
    Currency,
    Day,
    Filled,
    Folder,
    GatewayColumn,
    Globs,
    Models,
    Name,
    Names,
    Percents,
    Rate,
    SprintId,
    Texts,
    ThemeName,
    ZoneName,
    folder_name,
    one_of,
)
from retro.config.watches import Literals

LONGEST_CADENCE_DAYS = 366
BUG_BOUNDARIES = ("release", "default_branch")


class Section(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Project(Section):
    """Whose retrospective it is; days and sprints are those of the time zone (IANA name)."""

    name: Name
    timezone: ZoneName = "UTC"
    invented: bool = False


class NamedSprint(Section):
    """A sprint with its own dates, both inclusive."""

    id: SprintId
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

    path: Folder
    name: Name = Field(default_factory=lambda given: folder_name(given["path"]))
    branch: Name | None = None
    release_tags: Names | None = None
    alternates: bool = False


class Theme(Section):
    """A team's own name for a kind of work, and the rules that give it to a commit."""

    name: ThemeName
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

    kind: Annotated[Name, one_of("kind", GATEWAY_KINDS)]
    path: Filled
    name: Name = Field(default_factory=lambda given: given["kind"])
    timezone: ZoneName | None = None
    currency: Currency | None = None
    tags: dict[Name, Filled] = {}
    columns: dict[GatewayColumn, Filled] = {}
    cache_in_input: bool | None = None
    reasoning_in_output: bool | None = None


class AgentSettings(Section):
    """A folder of agent transcripts, read whole; without `path` the agent's own default folder, of which only sessions whose
    working directory lies in a configured repository are read.

    `repo` is the repository of sessions whose working directory is none of this machine's.
    """

    kind: Annotated[Name, one_of("kind", AGENT_KINDS)]
    path: Filled | None = None
    name: Name = Field(default_factory=lambda given: given["kind"])
    repo: Name | None = None


class PriceSettings(Section):
    """The team's own price of some models, in dollars per million tokens; it wins over every price list.

    `models` are names as the logs write them, `*` and `?` are the only special letters; the first section that matches
    counts. `start` and `end` are days in UTC, both inclusive. Cached tokens without a rate cost what input costs,
    `request` is a fee per request.
    """

    models: Models
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

    within_percent: Percents = (5, 10)
    second_opinion: Filled | None = None


class BugSettings(Section):
    """When a bug has escaped, and whether a release is a deployment.

    `boundary` is what a bug must reach before its fix: a release, or the default branch; without it a release where the
    repository has any, else the default branch.
    """

    boundary: Annotated[Name, one_of("boundary", BUG_BOUNDARIES)] | None = None
    releases_are_deployments: bool = False


class CoChangeSettings(Section):
    """Which files are expected to change together.

    After `half_life_days` an earlier change counts half; files that match a glob of `never` are never named as forgotten.
    """

    half_life_days: Annotated[int, Field(ge=1, le=36_500)] = 180
    never: Globs = ()


class PageSettings(Section):
    """How pages are built: a notebook's cell that runs longer than `cell_seconds` is stopped, and named.

    Where lines came from is asked commit by commit: of the commits that deleted lines, and of the bug fixes, of a sprint and the
    one before, the newest `judged_commits` each. A larger sprint counts the others as not judged.
    """

    cell_seconds: Annotated[int, Field(ge=1, le=86_400)] = 600
    judged_commits: Annotated[int, Field(ge=1, le=10_000_000)] = 2_000


class ForgeSettings(Section):
    """A forge to ask about `repo` (owner/name), or dumps of its answers under `path`, which are read without the network.

    `clone` names the repository of [[repos]] that it belongs to; without it the one whose remote is the same. `base_url`
    is the address of the interface of a server of one's own: https://HOST/api/v3 for GitHub, https://HOST/api/v4 for GitLab.
    """

    kind: Annotated[Name, one_of("kind", FORGE_KINDS)]
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
