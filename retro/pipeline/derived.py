"""What follows from the rows of the sources: the plan, kinds of commits and files, and the views."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import version
from pathlib import Path

import duckdb
import polars as pl

from retro import tables
from retro.analyses import categories, file_kinds
from retro.config import Settings
from retro.errors import QueryError
from retro.pipeline import attribution
from retro.pipeline.log import log_row
from retro.pipeline.mining import Progress
from retro.queries import Query, all_queries, located
from retro.sources.accounts import Account
from retro.sprints import Sprint
from retro.warehouse import load

Connection = duckdb.DuckDBPyConnection
_COMMITS_AT_ONCE, _PATHS_AT_ONCE = 5_000, 50_000


def write_plan(connection: Connection, settings: Settings, sprints: Sequence[Sprint], plan: str) -> None:
    """Replaces `projects` and `sprints` by what retro.toml says now."""
    connection.execute("delete from projects")
    connection.execute("delete from sprints")
    project = settings.project
    row = [project.name, project.timezone, project.invented, plan, version("retro-toolkit")]
    load(
        connection,
        "projects",
        tables.frame("projects", dict(zip(tables.schema("projects"), ([v] for v in row), strict=True))),
    )
    columns = ("sequence", "starts_at", "ends_at", "first_date", "last_date", "goal", "origin")
    rows = {"sprint": [sprint.id for sprint in sprints]} | {
        name: [getattr(s, name) for s in sprints] for name in columns
    }
    load(connection, "sprints", tables.frame("sprints", rows))


def log_unread(connection: Connection, settings: Settings) -> None:
    """A row of `load_log` for each source that retro.toml names and this version does not read yet."""
    named = [("gateway", source.kind) for source in settings.gateway]
    named += [("agents", source.kind) for source in settings.agents]
    named += [("forge", source.kind) for source in settings.forge]
    connection.execute("delete from load_log where status = 'unread'")
    for section, kind in dict.fromkeys(named):
        account = Account(note=f"this version of Retro does not read [[{section}]] yet")
        load(connection, "load_log", log_row(kind, datetime.now(UTC), account, source=section, status="unread"))


def judge(connection: Connection, settings: Settings, progress: Progress) -> None:
    """Fills `commit_kinds`, `commit_attribution` and `file_kinds` where a row is missing or was made by other rules."""
    _judge_commits(connection, settings, progress)
    attribution.judge(connection, settings, progress)
    _judge_files(connection, settings)


def make_views(connection: Connection, places: tuple[Path, ...]) -> None:
    """Makes every view anew, in the order of what they read, with its head as comments.

    Raises QueryError naming file and line.
    """
    for (name,) in connection.execute("select view_name from duckdb_views() where not internal").fetchall():
        connection.execute(f'drop view if exists "{name}"')
    views = all_queries(places, "views")
    for name in _in_order(views):
        view = views[name]
        try:
            connection.execute(f"create view {name} as {view.sql}")
            connection.execute(f"comment on view {name} is {_literal(f'{view.question} {view.row}')}")
            for column, text in view.columns.items():
                connection.execute(f'comment on column {name}."{column}" is {_literal(text)}')
        except duckdb.Error as error:
            raise QueryError(located(error, str(view.path))) from error


def _judge_commits(connection: Connection, settings: Settings, progress: Progress) -> None:
    digest = categories.rules_digest(settings.themes)
    pending = """
        from commits anti join (select repo, commit_sha from commit_kinds where rules_digest = $digest) as judged
            using (repo, commit_sha)
    """
    ((count,),) = connection.execute(f"select count(*) {pending}", {"digest": digest}).fetchall()
    progress.start("kinds of work", count)
    while True:
        batch = connection.sql(
            f"select repo, commit_sha, subject, body, is_merge {pending} limit {_COMMITS_AT_ONCE}",
            params={"digest": digest},
        ).pl()
        if batch.is_empty():
            return
        load(connection, "commit_kinds", categories.commit_kinds(_with_paths(connection, batch), settings.themes))
        progress.advance(batch.height)


def _with_paths(connection: Connection, batch: pl.DataFrame) -> list[categories.CommitText]:
    changes: dict[tuple[str, str], list[categories.Change]] = {}
    found = connection.sql(
        """
        select repo, commit_sha, path, change_kind, added_lines, deleted_lines
        from commit_files
        semi join batch using (repo, commit_sha)
        order by path
        """
    ).pl()
    for repo, sha, *change in found.iter_rows():
        changes.setdefault((repo, sha), []).append(categories.Change(*change))
    texts = []
    for row in batch.iter_rows():
        own = changes.get(row[:2], [])
        texts.append(categories.CommitText(*row, paths=[change.path for change in own], changes=own))
    return texts


def _judge_files(connection: Connection, settings: Settings) -> None:
    digest = file_kinds.rules_digest(settings.areas)
    while True:
        pending = connection.sql(
            f"""
            select distinct repo, path from commit_files
                anti join (select repo, path from file_kinds where rules_digest = $digest) as judged using (repo, path)
            limit {_PATHS_AT_ONCE}
            """,
            params={"digest": digest},
        ).pl()
        if pending.is_empty():
            return
        load(connection, "file_kinds", file_kinds.file_kinds(pending.iter_rows(), settings.areas))


def _in_order(views: dict[str, Query]) -> list[str]:
    """View names, each after those that its SQL names."""
    words = {name: set(re.findall(r"\w+", re.sub(r"--.*", "", view.sql))) for name, view in views.items()}
    try:
        return list(TopologicalSorter({name: (words[name] & views.keys()) - {name} for name in views}).static_order())
    except CycleError as error:
        circle = error.args[1]
        raise QueryError(f"{views[circle[0]].path}: views read each other in a circle: {', '.join(circle)}") from error


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
