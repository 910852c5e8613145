"""Brings the warehouse up to date: what is new is found without starting git, then read, loaded and judged in one swap."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from retro.config import Settings, load_settings
from retro.errors import RetroError, WarehouseError
from retro.pipeline import listings
from retro.pipeline.news import Found, keep, known, look
from retro.pipeline.news.plan import plan_digest, project_sprints
from retro.pipeline.news.repositories import ROOMS
from retro.queries import folders
from retro.sprints import Sprint, find_sprint, last_finished
from retro.warehouse_file import FILE, one_writer

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "ROOMS",
    "Mined",
    "Options",
    "Progress",
    "Silent",
    "choose_sprint",
    "is_behind",
    "mine",
    "project_sprints",
]


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

    `unread` are the logs and transcripts of this run that had something to leave out, and the rows left out.
    `repeated` are the commits of a repository that count in another one, which holds them too: (repository, other) -> count.
    """

    commits: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    unread: tuple[int, int] = (0, 0)
    repeated: dict[tuple[str, str], int] = field(default_factory=dict)
    failures: dict[str, RetroError] = field(default_factory=dict)
    is_written: bool = False


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
    settings, options, mined = load_settings(root), Options(full, prune, progress or Silent()), Mined()
    path = root / FILE
    with one_writer(path):
        _keep_from_git(path.parent)
        found = look(root, settings, options)
        mined.failures |= found.failures
        if found.is_new:
            _write(path, settings, found, options, mined)
            mined.failures |= dict(found.forges.failures)
            mined.is_written = True
        keep(path, found.query_texts)
    return mined


def is_behind(root: Path) -> bool:
    """True when settings, views or the plan of sprints differ from those that the warehouse was made with."""
    settings = load_settings(root)
    plan = plan_digest(settings, project_sprints(settings), folders(root))
    return known(root / FILE).plan not in (None, plan)


@dataclass(frozen=True)
class Options:
    """How a run reads: everything again, rows without a source removed, and whom it tells."""

    full: bool
    prune: bool
    progress: Progress


def _write(path: Path, settings: Settings, found: Found, options: Options, mined: Mined) -> None:
    """Writes the warehouse anew with what was found."""
    with listings.begun(found.changed) as begun:
        # Imported here and below: a run that finds nothing new never pays for DuckDB, Polars and the classifiers.
        from retro import warehouse
        from retro.pipeline import note_checks, repositories

        with warehouse.rewrite(path) as connection:
            repositories.read_all(connection, found.changed, begun, options, mined)
            with warehouse.transaction(connection) as own:
                _read(own, settings, found, options, mined)
                _judge(own, settings, found, options, mined)
            note_checks.check(connection, settings)


def _read(connection: "DuckDBPyConnection", settings: Settings, found: Found, options: Options, mined: Mined) -> None:
    """Loads every source but the repositories, and where those stand."""
    from retro.pipeline import agents, bills, derived, forge, known_repositories, log, notes

    known_repositories.log_failures(connection, mined.failures)
    known_repositories.mark_configured(connection, [repo.name for repo in settings.repos])
    known_repositories.mark_looked_at(
        connection, [state.settings.name for state in found.there if state not in found.changed]
    )
    since = datetime.now(UTC)
    mined.requests = bills.read_gateways(connection, settings, found.logs, options)
    mined.requests += agents.read_agents(connection, found.transcripts, options)
    mined.unread = log.unread_since(connection, since)
    if options.prune:
        known_repositories.prune(connection)
    forge.read_forges(connection, found.forges, settings, options)
    derived.write_plan(connection, settings, found.sprints, found.plan)
    mined.failures |= notes.read_notes(connection, settings, found.notes, found.sprints)


def _judge(connection: "DuckDBPyConnection", settings: Settings, found: Found, options: Options, mined: Mined) -> None:
    """Brings up to date what follows from the sources: kinds, views, attributions, reviews, swaps, frozen numbers."""
    from retro.pipeline import derived, frozen, known_repositories, request_targets, reviews, swaps, watches

    derived.judge(connection, settings, options.progress)
    derived.make_views(connection, folders(settings.root))
    request_targets.keep(connection)
    reviews.judge(connection, settings, options.progress)
    mined.failures |= swaps.judge(connection, settings, options.progress) | watches.judge(connection, settings)
    frozens = frozen.look(settings, settings.root / FILE)
    mined.failures |= frozen.read_frozen(connection, frozens, is_pruning=options.prune)
    frozen.write_bases(connection, settings, found.sprints, frozens)
    mined.repeated = known_repositories.repeated(connection)


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
