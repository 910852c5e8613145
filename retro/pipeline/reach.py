"""How far a change reaches: a commit, a range, a pull request, a theme or a sprint, also one that has not landed.

The numbers are those of the views `target_reach` and `target_ranks`: their text runs here over the commits that are asked for, in
place of those of changes and sprints. What the warehouse has not got (a branch that is not merged) is read from the clone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from retro import tables, warehouse
from retro.analyses import file_kinds
from retro.analyses.declared_kinds import Declaration
from retro.config import Settings, load_settings
from retro.errors import GitError, UsageError, WarehouseError
from retro.frames import Readable, rows_of
from retro.pipeline.co_changes import expected
from retro.pipeline.targets import Target, find_target, open_room_of
from retro.queries import all_queries, folders
from retro.sources import git
from retro.sources.accounts import Account

Connection = duckdb.DuckDBPyConnection
_ASKED = "asked"
_MOST_LEARNED, _SHOWN_EXPECTED = 30, 10  # files: of larger changes nothing is learned either (co_changes)
_READ_HERE = ("commits", "commit_files", "file_kinds")
_VIEWS = ("target_spreads", "target_ranks", "target_reach")
_TARGETS = """
    select target_kind, target_repo, target, sprint, reached_at, repo, commit_sha
    from main.reach_commits
    where target_kind = 'change'
    union all
    from asked_commits
"""
_TOTALS = """
    select
        reach.* exclude (target_kind, target_repo, target, sprint),
        coalesce(ranks.earlier_change_count, 0) as earlier_change_count,
        ranks.file_rank_share,
        ranks.spread_rank_share
    from target_reach as reach
    left join target_ranks as ranks using (target_kind, target_repo, target, sprint)
    where reach.target_kind = 'asked'
"""
_FILES = """
    select
        changed.repo,
        changed.path,
        coalesce(kinds.area, 'other') as area,
        coalesce(kinds.kind, 'other') as kind,
        kinds.language,
        coalesce(kinds.kind not in ('generated', 'vendored', 'lock'), true) as is_own,
        string_agg(distinct changed.change_kind, '' order by changed.change_kind) as change_kinds,
        count(*) as commit_count,
        coalesce(sum(changed.added_lines), 0)::bigint as added_lines,
        coalesce(sum(changed.deleted_lines), 0)::bigint as deleted_lines
    from asked_commits
    inner join commit_files as changed
        on changed.repo = asked_commits.repo and changed.commit_sha = asked_commits.commit_sha
    left join file_kinds as kinds on kinds.repo = changed.repo and kinds.path = changed.path
    group by all
    order by is_own desc, coalesce(sum(changed.added_lines + changed.deleted_lines), 0) desc, changed.repo, changed.path
"""
_SPREAD = """
    select
        {columns},
        count(*) filter (where is_own) as own_file_count,
        1::double * count(*) filter (where is_own) / nullif(sum(count(*) filter (where is_own)) over (), 0) as file_share,
        count(*) as file_count,
        coalesce(sum(added_lines) filter (where is_own), 0)::bigint as own_added_lines,
        coalesce(sum(deleted_lines) filter (where is_own), 0)::bigint as own_deleted_lines
    from asked_files
    group by all
    order by own_file_count desc, file_count desc, {order}
"""
_SECTIONS = {
    "Areas": ("repo", "area"),
    "Kinds": ("kind",),
    "Languages": ("language",),
    "Repositories": ("repo",),
}


def reach(root: Path, target: str, repo: str | None = None) -> Mapping[str, pl.DataFrame]:
    """Frames by title: the reach in one row, then its areas, kinds, languages, repositories and files.

    `target` is REV, A..B, #7, theme:NAME or sprint:ID; `repo` the repository to look in, None: all. Files are those of its
    commits, merges left out; lines are summed over them. Raises UsageError for a target that means nothing, or several things,
    and WarehouseError without a warehouse.
    """
    root = root.resolve()
    settings = load_settings(root)
    with warehouse.open_read_only(root / warehouse.FILE) as connection:
        found = find_target(connection, settings, target, repo)
        _put_commits(connection, settings, found)
        totals = _run(connection, reach_sql(root), root)
        if totals.is_empty():
            raise UsageError(f"{found.title}: changed no file")
        files = rows_of(connection.sql(f"{_sources()} {_FILES}"))
        connection.register("asked_files", Readable(files))
        told = {"target": found.title, "unread_commit_count": found.missing_count}
        sections = {"Reach": totals.select(*(pl.lit(value).alias(name) for name, value in told.items()), pl.all())}
        for title, columns in _SECTIONS.items():
            sections[title] = rows_of(
                connection.sql(_SPREAD.format(columns=", ".join(columns), order=", ".join(columns)))
            )
        return sections | {"Files": files} | _expected(connection, settings, found, totals["reached_at"][0], files)


def _expected(
    connection: Connection, settings: Settings, target: Target, over_at: datetime | None, files: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """What usually changes with its own files and did not: of a change of few files in one repository, nothing of others."""
    paths = files.filter(pl.col("is_own"))["path"].to_list()
    if not (target.is_change and len(target.repos) == 1 and over_at and 0 < len(paths) <= _MOST_LEARNED):
        return {}
    rows = expected(connection, target.repos[0], paths, over_at, settings.co_changes.half_life_days)
    return {"Usually together": rows.filter(pl.col("shared_change_count") > 0).head(_SHOWN_EXPECTED)}


def _run(connection: Connection, sql: str, root: Path) -> pl.DataFrame:
    try:
        return rows_of(connection.sql(sql))
    except duckdb.CatalogException as error:
        raise WarehouseError(
            f"{root / warehouse.FILE}: was written by another version ({warehouse.first_line(error)}); run `retro mine`"
        ) from error


def reach_sql(root: Path) -> str:
    """The statement that gives the reach in one row, over the commits in `asked_commits`."""
    views = all_queries(folders(root), "views")
    parts = [f"reach_commits as ({_TARGETS})", *(f"{name} as (\n{views[name].sql})" for name in _VIEWS)]
    return f"{_sources()}, {', '.join(parts)} {_TOTALS}"


def _sources() -> str:
    """The tables of the warehouse with the rows that were read here."""
    return "with " + ", ".join(
        f"{name} as (select * from main.{name} union all select * from read_{name})" for name in _READ_HERE
    )


def _put_commits(connection: Connection, settings: Settings, target: Target) -> None:
    """Makes `asked_commits`, and `read_...` with the rows that the warehouse has not got."""
    read = _read_missing(connection, settings, target)
    for name in _READ_HERE:
        connection.register(f"read_{name}", Readable(read[name]))
    only = target.repos[0] if target.is_change and len(target.repos) == 1 else "-"
    over_at = target.over_at or _last_commit(connection, target)
    rows = [(_ASKED, only, _ASKED, "-", over_at, repo, sha) for repo, sha in target.commits]
    names = ("target_kind", "target_repo", "target", "sprint", "reached_at", "repo", "commit_sha")
    kinds = dict.fromkeys(names, pl.String) | {"reached_at": pl.Datetime("us", "UTC")}
    connection.register("asked_commits", Readable(pl.DataFrame(rows, schema=kinds, orient="row")))


def _last_commit(connection: Connection, target: Target) -> datetime | None:
    shas = pl.DataFrame(list(target.commits), schema=["repo", "commit_sha"], orient="row")
    connection.register("asked_shas", Readable(shas))
    asked = f"{_sources()} select max(committed_at) as at from commits semi join asked_shas using (repo, commit_sha)"
    return rows_of(connection.sql(asked)).item()


def _read_missing(connection: Connection, settings: Settings, target: Target) -> dict[str, pl.DataFrame]:
    """Rows of the commits that the warehouse has not got, read from their clones."""
    read = {name: [tables.frame(name, tables.empty_rows(name))] for name in _READ_HERE}
    for repo in (repo for repo in settings.repos if repo.name in target.repos):
        missing = _unknown(connection, repo.name, [sha for name, sha in target.commits if name == repo.name])
        if not missing:
            continue
        for frames in git.history(open_room_of(settings, repo), repo.name, missing, {}, account := Account()):
            for name in ("commits", "commit_files"):
                read[name].append(frames[name])
        if account.loaded != len(missing):
            raise GitError(f"{repo.name}: git told of {account.loaded:,} of {len(missing):,} commits; run `git fsck`")
        paths = _new_paths(connection, repo.name, pl.concat(read["commit_files"]))
        read["file_kinds"].append(file_kinds.file_kinds(repo.name, paths, _rules(connection, settings, repo.name)))
    return {name: pl.concat(frames) for name, frames in read.items()}


def _unknown(connection: Connection, repo: str, shas: Sequence[str]) -> list[str]:
    known = "select commit_sha from commits where repo = ? and list_contains(?::text[], commit_sha)"
    there = {sha for (sha,) in connection.execute(known, [repo, list(shas)]).fetchall()}
    return [sha for sha in shas if sha not in there]


def _new_paths(connection: Connection, repo: str, files: pl.DataFrame) -> list[str]:
    """Paths of the repository that no commit of the warehouse has."""
    wanted = set(files.filter(pl.col("repo") == repo)["path"])
    known = connection.execute("select path from file_kinds where repo = ?", [repo]).fetchall()
    return sorted(wanted - {path for (path,) in known})


def _rules(connection: Connection, settings: Settings, repo: str) -> file_kinds.FileRules:
    asked = "select path, line, kind, pattern, is_set from declared_kinds where repo = ? order by all"
    declared = [Declaration(*row) for row in connection.execute(asked, [repo]).fetchall()]
    return file_kinds.FileRules(settings.areas.get(repo), declared)
