"""Brings the warehouse up to date: what is new is found without starting git, then read, loaded and judged in one swap."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import duckdb

from retro import warehouse
from retro.config import RepoSettings, Settings, load_settings
from retro.errors import RetroError, WarehouseError
from retro.git import Room, open_room
from retro.pipeline import agents, forge, notes
from retro.pipeline.bills import log_states, read_gateways
from retro.queries import folders
from retro.sprints import Sprint, find_sprint, last_finished, plan_sprints

ROOMS = Path("data") / "rooms"
_READ_WHOLE = """
    select repo, tips_digest from repos
    where repo not in (
        select item from load_log where source = 'git' group by item having arg_max(status, started_at) = 'failed'
    )
"""


class Progress(Protocol):
    """What a run tells about itself while it works; the command line draws it."""

    def start(self, what: str, total: int) -> None:
        """A piece of work with `total` steps begins."""

    def advance(self, steps: int) -> None:
        """So many more of its steps are done."""


class Silent:
    """Progress that nobody sees."""

    def start(self, what: str, total: int) -> None:
        """Says nothing."""

    def advance(self, steps: int) -> None:
        """Says nothing."""


@dataclass
class Mined:
    """What a run did: new commits by repository, rows from gateway logs, what failed and why, whether the warehouse was written.

    `repeated` are the commits of a repository that count in another one, which holds them too: (repository, other) -> count.
    """

    commits: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    repeated: dict[tuple[str, str], int] = field(default_factory=dict)
    failures: dict[str, RetroError] = field(default_factory=dict)
    is_written: bool = False


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


def project_sprints(settings: Settings, now: datetime | None = None) -> list[Sprint]:
    """The plan up to the sprint that runs at `now` (default: this moment)."""
    zone = settings.project.timezone
    return plan_sprints(settings.sprints, zone, (now or datetime.now(UTC)).astimezone(ZoneInfo(zone)).date())


def choose_sprint(settings: Settings, sprint: str | None) -> Sprint:
    """The sprint called `sprint`; without a name the last one that ended. Raises UsageError naming the known ones."""
    planned = project_sprints(settings)
    return find_sprint(planned, sprint) if sprint is not None else last_finished(planned, datetime.now(UTC))


def mine(root: Path, *, full: bool = False, prune: bool = False, progress: Progress | None = None) -> Mined:
    """Brings the warehouse of the project at `root` up to date and says what was new.

    Only new commits are read; `full` reads all of them again; `prune` removes rows whose source is gone. A repository that
    fails keeps its earlier rows, is logged, and does not stop the others: look at `failures`. With nothing new, nothing is
    written. Raises SettingsError and WarehouseError.
    """
    root = root.resolve()
    settings = load_settings(root)
    path = root / warehouse.FILE
    mined = Mined()
    with warehouse.one_writer(path):
        _keep_from_git(path.parent)
        states = _states(root, settings, mined)
        sprints = project_sprints(settings)
        plan = plan_digest(settings, sprints, folders(root))
        known = _known(path)
        changed = [state for state in states if full or prune or known.tips.get(state.settings.name) != state.digest]
        has_new_logs = log_states(settings, path, again=full or prune).is_new
        options = Options(full, prune, progress or Silent())
        forges = forge.look(root, settings, options)
        if (
            changed
            or forges
            or has_new_logs
            or full
            or prune
            or agents.has_news(agents.look(settings, states), path)
            or notes.look(settings, path).is_new
            or mined.failures
            or known.plan != plan
            or _has_ended_since(known.mined_at, sprints)
        ):
            _write(path, settings, plan, (states, changed), forges, options, mined)
            mined.failures |= dict(forges.failures)
            mined.is_written = True
    return mined


def is_behind(root: Path) -> bool:
    """True when settings, views or the plan of sprints differ from those that the warehouse was made with."""
    settings = load_settings(root)
    plan = plan_digest(settings, project_sprints(settings), folders(root))
    return _known(root / warehouse.FILE).plan not in (None, plan)


@dataclass(frozen=True)
class Options:
    """How a run reads: everything again, rows without a source removed, and whom it tells."""

    full: bool
    prune: bool
    progress: Progress


def _write(
    path: Path,
    settings: Settings,
    plan: str,
    states: tuple[list[RepoState], list[RepoState]],
    forges: forge.ForgeStates,
    options: Options,
    mined: Mined,
) -> None:
    """Writes the warehouse anew; `states` are all repositories that can be opened, and those among them to be read."""
    there, changed = states
    # Imported here: a run that finds nothing new never pays for Polars and the classifiers.
    from retro.pipeline import derived, note_checks, repositories, reviews

    with warehouse.rewrite(path) as connection:
        repositories.read_all(connection, changed, options, mined)
        with warehouse.transaction(connection) as own:
            repositories.log_failures(own, mined.failures)
            repositories.mark_configured(own, [repo.name for repo in settings.repos])
            repositories.mark_looked_at(own, [state.settings.name for state in there if state not in changed])
            logs = log_states(settings, path, again=options.full or options.prune)
            mined.requests = read_gateways(own, settings, logs, options)
            mined.requests += agents.read_agents(own, agents.look(settings, there), options)
            if options.prune:
                repositories.prune(own)
            forge.read_forges(own, forges, settings, options)
            derived.write_plan(own, settings, project_sprints(settings), plan)
            mined.failures |= notes.read_notes(own, settings, notes.look(settings, path), project_sprints(settings))
            derived.judge(own, settings, options.progress)
            derived.make_views(own, folders(settings.root))
            reviews.judge(own, settings, options.progress)
            mined.repeated = repositories.repeated(own)
        note_checks.check(connection, settings)


def _states(root: Path, settings: Settings, mined: Mined) -> list[RepoState]:
    """Each repository that can be opened; the others go into `mined.failures`."""
    from retro.sources.git_refs import notes_refs, release_refs
    from retro.sources.pull_request_refs import read_refs

    states = []
    for repo in settings.repos:
        try:
            room = open_room(repo.path, root / ROOMS, repo.alternates)
            branches = tuple(room.branch_candidates(repo.branch))
        except RetroError as error:
            mined.failures[repo.name] = error
            continue
        releases, notes = release_refs(room.refs, repo.release_tags), notes_refs(room.refs, settings.attribution.notes)
        pulls = read_refs(room.refs)
        states.append(RepoState(repo, room, branches, tuple(releases), tuple(notes), tuple(pulls)))
    return states


def plan_digest(settings: Settings, sprints: Sequence[Sprint], places: Sequence[Path]) -> str:
    """SHA-256 over all that decides derived rows and views: settings, sprints, view files, Retro's version."""
    views = [path.read_text("utf-8") for place in places for path in sorted((place / "views").glob("*.sql"))]
    named = settings.model_dump(mode="json", exclude={"root"})
    facts = [version("retro-toolkit"), named, [str(sprint) for sprint in sprints], views]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Known:
    """The last run: digests of the plan and of each repository that it read whole, and when the oldest was looked at."""

    plan: str | None = None
    tips: dict[str, str] = field(default_factory=dict)
    mined_at: datetime | None = None


def _known(path: Path) -> Known:
    """What the warehouse at `path` says of the last run; nothing when there was none.

    A repository whose last run failed is left out: it is read again even when it is as it was before it broke.
    """
    if not path.is_file():
        return Known()
    with warehouse.open_read_only(path) as connection:
        try:
            plans = connection.execute("select plan_digest from projects").fetchall()
            ((seconds,),) = connection.execute("select epoch(min(mined_at)) from repos where is_configured").fetchall()
            digests = connection.execute(_READ_WHOLE).fetchall()
        except (duckdb.CatalogException, duckdb.BinderException):  # other tables: opening it for writing says so
            return Known()
        except duckdb.Error as error:
            if (told := warehouse.worded(path, error)) is None:
                raise
            raise told from error
    mined_at = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return Known(plans[0][0] if plans else None, dict(digests), mined_at)


def _has_ended_since(mined_at: datetime | None, sprints: Sequence[Sprint]) -> bool:
    """True when a sprint that ran when the repositories were last looked at has ended: now it is known to be whole."""
    return mined_at is not None and any(mined_at < sprint.ends_at <= datetime.now(UTC) for sprint in sprints)


def _keep_from_git(folder: Path) -> None:
    """Keeps what Retro makes out of the project's own history, unless the team has decided otherwise."""
    ignore = folder / ".gitignore"
    try:
        if not ignore.exists():
            ignore.write_text("# Made by Retro; delete this line pair to keep the files in git.\n*\n")
    except OSError as error:
        raise WarehouseError(
            f"{ignore}: cannot be written ({error.strerror}); check the permissions of {folder}"
        ) from error
