"""What follows from the rows of the sources: the plan, kinds of commits and files, and the views."""

import re
from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import version
from pathlib import Path

import duckdb
import polars as pl

from retro import tables
from retro.analyses import categories, file_kinds
from retro.analyses.declared_kinds import Declaration
from retro.config import Settings
from retro.errors import QueryError
from retro.frames import Readable, rows_of
from retro.pipeline import attribution, notes, sessions
from retro.pipeline.mining import Progress
from retro.queries import Query, all_queries, located, shipped
from retro.sprints import Sprint
from retro.warehouse import load

Connection = duckdb.DuckDBPyConnection
_COMMITS_AT_ONCE, _PATHS_AT_ONCE = 5_000, 50_000


def write_plan(connection: Connection, settings: Settings, sprints: Sequence[Sprint], plan: str) -> None:
    """Replaces `projects` and `sprints` by what retro.toml says now."""
    connection.execute("delete from projects")
    connection.execute("delete from sprints")
    project = settings.project
    bugs = (settings.bugs.boundary, settings.bugs.releases_are_deployments)
    row = [project.name, project.timezone, project.invented, *bugs, plan, version("retro-toolkit")]
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


def judge(connection: Connection, settings: Settings, progress: Progress) -> None:
    """Fills the tables that follow from others where a row is missing or was made by other rules."""
    notes.forget_overrides(connection)
    _judge_commits(connection, settings, progress)
    notes.override_kinds(connection)
    attribution.judge(connection, settings, progress)
    _judge_files(connection, settings)
    _price_requests(connection, settings, progress)
    sessions.judge(connection, settings, progress)


def make_views(connection: Connection, places: tuple[Path, ...]) -> None:
    """Makes every view anew, in the order of what they read, with its head as comments.

    Raises QueryError naming file and line.
    """
    for (name,) in connection.execute("select view_name from duckdb_views() where not internal").fetchall():
        connection.execute(f'drop view if exists "{name}"')
    views = all_queries(places, "views")
    _make_macros(connection)
    _forget_kept(connection, views)
    for name in _in_order(views):
        view = views[name]
        try:
            connection.execute(f"create view {name} as {view.sql}")
            connection.execute(f"comment on view {name} is {_literal(f'{view.question} {view.row}')}")
            for column, text in view.columns.items():
                connection.execute(f'comment on column {name}."{column}" is {_literal(text)}')
        except duckdb.Error as error:
            raise QueryError(located(error, str(view.path))) from error


def _make_macros(connection: Connection) -> None:
    """Makes the formulas that queries share; they stay in the file, so that SQL run by hand can use them too."""
    for path in sorted((shipped("queries") / "macros").glob("*.sql")):
        connection.execute(path.read_text("utf-8"))


def _forget_kept(connection: Connection, views: dict[str, Query]) -> None:
    """Removes tables of an earlier version that are views by now."""
    kept = connection.execute("select table_name from duckdb_tables() where not internal and not temporary").fetchall()
    for (name,) in kept:
        if name in views and name not in tables.ddl():
            connection.execute(f"drop table {name}")


def _judge_commits(connection: Connection, settings: Settings, progress: Progress) -> None:
    digest = categories.rules_digest(settings.themes)
    pending = """
        from commits anti join (select repo, commit_sha from commit_kinds where rules_digest = $digest) as judged
            using (repo, commit_sha)
    """
    ((count,),) = connection.execute(f"select count(*) {pending}", {"digest": digest}).fetchall()
    progress.start("kinds of work", count)
    while True:
        asked = f"select repo, commit_sha, subject, body, is_merge {pending} limit {_COMMITS_AT_ONCE}"
        batch = rows_of(connection.sql(asked, params={"digest": digest}))
        if batch.is_empty():
            return
        load(connection, "commit_kinds", categories.commit_kinds(_with_paths(connection, batch), settings.themes))
        progress.advance(batch.height)


def _with_paths(connection: Connection, batch: pl.DataFrame) -> list[categories.CommitText]:
    changes: dict[tuple[str, str], list[categories.Change]] = {}
    asked = """
        select repo, commit_sha, path, change_kind, added_lines, deleted_lines
        from commit_files
        semi join commit_texts using (repo, commit_sha)
        order by path
    """
    commit_texts = Readable(batch)  # noqa: F841 - DuckDB reads it
    found = rows_of(connection.sql(asked))
    for repo, sha, *change in found.iter_rows():
        changes.setdefault((repo, sha), []).append(categories.Change(*change))
    texts = []
    for row in batch.iter_rows():
        own = changes.get(row[:2], [])
        texts.append(categories.CommitText(*row, paths=[change.path for change in own], changes=own))
    return texts


def _judge_files(connection: Connection, settings: Settings) -> None:
    for (repo,) in connection.execute("select distinct repo from commit_files order by repo").fetchall():
        rules = file_kinds.FileRules(settings.areas.get(repo), _declarations(connection, repo))
        while paths := _pending_paths(connection, repo, rules.digest):
            load(connection, "file_kinds", file_kinds.file_kinds(repo, paths, rules))


def _declarations(connection: Connection, repo: str) -> list[Declaration]:
    """What the repository declares of its files."""
    asked = "select path, line, kind, pattern, is_set from declared_kinds where repo = ? order by all"
    return [Declaration(*row) for row in connection.execute(asked, [repo]).fetchall()]


def _pending_paths(connection: Connection, repo: str, digest: str) -> list[str]:
    """Paths without a row, or with one that other rules made, some at once."""
    rows = connection.execute(
        f"""
        select distinct path from commit_files
            anti join (select path from file_kinds where repo = $repo and rules_digest = $digest) as judged using (path)
        where repo = $repo
        limit {_PATHS_AT_ONCE}
        """,
        {"repo": repo, "digest": digest},
    ).fetchall()
    return [path for (path,) in rows]


def _price_requests(connection: Connection, settings: Settings, progress: Progress) -> None:
    """Fills `model_prices` and `request_verdicts`, where there are requests or were some."""
    asked = "select exists(from gateway_requests) or exists(from priced_days)"
    if connection.execute(asked).fetchall() == [(True,)]:
        # Imported here: the price list takes 0.2 s, which a project without bills need not pay.
        from retro.pipeline.prices import price

        price(connection, settings, progress)


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
