"""Forges into the warehouse: asked over the network where retro.toml says so, then read from files, whoever wrote them."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from retro import warehouse
from retro.config import ForgeSettings, Settings
from retro.errors import RetroError
from retro.frames import Readable
from retro.pipeline.news.forges import ForgeState, ForgeStates

if TYPE_CHECKING:
    import polars as pl

    from retro.pipeline.mining import Options
    from retro.sources.forge import Facts, People
    from retro.sources.forge.frames import RepoOf
    from retro.sources.forge.people import TeamMark

Connection = duckdb.DuckDBPyConnection
SOURCE = "forge"


def read_forges(connection: Connection, forges: ForgeStates, settings: Settings, options: "Options") -> None:
    """Loads what changed. Sections of one kind are read together, since one can complete what another tells."""
    labels = [state.settings.label for state in forges.all]
    connection.execute("delete from load_log where source = 'forge' and not list_contains(?::text[], item)", [labels])
    if options.prune:
        _prune(connection)
    for kind in dict.fromkeys(state.settings.kind for state in forges.changed):
        _read(connection, [state for state in forges.all if state.settings.kind == kind], settings, options)
    _log_failures(connection, forges.failures)


def _read(connection: Connection, states: Sequence[ForgeState], settings: Settings, options: "Options") -> None:
    """Reads all sections of one kind and loads their rows."""
    from retro.keyed_hashes import read_key
    from retro.pipeline.log import Reading, log_row
    from retro.sources.forge import People, frames

    key = read_key((settings.root / warehouse.FILE).parent)
    people = People(states[0].settings.kind, key, _team_mark(settings))
    began, told = [], []
    with _no_ring_search():
        for state in states:
            began.append(datetime.now(UTC))
            told.append((_facts(state, people, options), _repo_of(connection, state.settings, settings)))
        made = frames(told)
    _store(connection, made)
    for state, started_at, (facts, _) in zip(states, began, told, strict=True):
        label, account = state.settings.label, facts.account
        row = log_row(
            Reading(source=SOURCE, item=label, started_at=started_at, digest=state.digest, is_full=True), account
        )
        warehouse.load(connection, "load_log", row)


def _facts(state: ForgeState, people: "People", options: "Options") -> "Facts":
    """What the files of one section tell."""
    from retro.sources.forge import Facts, read_files

    facts = Facts(people)
    options.progress.start(f"forge {state.settings.label}", len(state.files))
    read_files(state.files, facts, lambda: options.progress.advance(1))
    if not state.files:
        facts.account.note = "no file found"
    return facts


@contextmanager
def _no_ring_search() -> Iterator[None]:
    """Facts are many small dicts that never point back: a fifth of the time would go into looking for rings among them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _team_mark(settings: Settings) -> "TeamMark":
    """The team's own rules about accounts, as the reader asks them."""
    from retro.analyses.attribution import TeamRules

    rules = settings.attribution
    team = TeamRules(rules.agents, rules.bots, rules.humans)
    if not (team.agents or team.bots or team.humans):
        return lambda login: None

    def mark(login: str) -> tuple[str, str | None] | None:
        found = team.author_mark(login, f"{login}@users.noreply.github.com")
        return (found.kind, found.agent) if found and found.method in ("team", "team_human") else None

    return mark


def _repo_of(connection: Connection, forge: ForgeSettings, settings: Settings) -> "RepoOf":
    """Which configured repository a slug (owner/name) means.

    One whose remote is the slug; else what `clone` says; else the only repository there is, if its remote says nothing
    else or the section names the slug by `repo`. A repository renamed on the forge is known by `clone` or `repo`.
    """
    from retro.sources.forge.values import repository_of

    urls = dict(connection.execute("select repo, remote_url from repos where is_configured").fetchall())
    by_slug = {slug: repo for repo, url in urls.items() if (slug := repository_of(url))}
    names = [repo.name for repo in settings.repos]
    own = by_slug.get((forge.repo or "").lower())
    alone = names[0] if len(names) == 1 and (forge.repo or repository_of(urls.get(names[0])) is None) else None
    rest = forge.clone or own or alone
    is_live = forge.path is None

    def repo_of(slug: str | None) -> str | None:
        if is_live or slug is None:
            return rest or (names[0] if len(names) == 1 else None)
        return by_slug.get(slug) or rest

    return repo_of


def _store(connection: Connection, made: "dict[str, pl.DataFrame]") -> None:
    """Puts rows in place of earlier ones; the parts of a pull request that was read again are those that it has now."""
    from retro.sources.forge import PARTS

    records = made["pull_request_records"]
    for table, told_by in PARTS.items():
        whole = Readable(records.filter(records[told_by]) if told_by else records)  # noqa: F841 - DuckDB reads it
        told = Readable(made[table].select("source", "repo", "pr_number").unique())  # noqa: F841 - DuckDB reads it
        connection.execute(
            f"""
            delete from {table} where (source, repo, pr_number) in (
                select source, repo, pr_number from whole
                {"" if told_by else "semi join told using (source, repo, pr_number)"}
                union
                select source, repo, pr_number from told
            )
            """
        )
    for table, frame in made.items():
        warehouse.load(connection, table, frame)


def _log_failures(connection: Connection, failures: Sequence[tuple[str, RetroError]]) -> None:
    from retro.masking import mask
    from retro.pipeline.log import Reading, log_row
    from retro.sources.accounts import Account

    for label, error in failures:
        account = Account(note=mask(str(error))[0])
        row = log_row(Reading(source=SOURCE, item=label, status="failed"), account)
        warehouse.load(connection, "load_log", row)


def _prune(connection: Connection) -> None:
    """Removes all rows of forges; what there still is was read anew and is loaded after this."""
    from retro.sources.forge import TABLES

    for table in TABLES:
        connection.execute(f"delete from {table} where source <> 'git'")
