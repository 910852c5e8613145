"""Watched identifiers, counted in the tree at the end of each sprint: fills `watch_counts`.

A sprint that was counted is counted again only when its last commit, the watch or the areas have changed; `retro mine` comes here
when a repository or the settings have.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import polars as pl
from pathspec import GitIgnoreSpec

from retro import tables
from retro.analyses.census import EXACT, OWN_KINDS, Judge, Place, Wanted, places
from retro.analyses.declared_kinds import Declaration
from retro.analyses.file_kinds import FileRules
from retro.config import RepoSettings, Settings, WatchSettings
from retro.errors import RepositoryError
from retro.frames import rows_of
from retro.git import Room, open_room
from retro.git.grep import find_lines
from retro.pipeline.census import judge_of
from retro.pipeline.mining import ROOMS
from retro.warehouse import load

Connection = duckdb.DuckDBPyConnection
_RULES_VERSION = 1
_MOST_SPRINTS = 26
_CHAIN = """
    with recursive parents as materialized (
        select commit_sha, parent_shas[1] as parent_sha, committed_at
        from commits
        where repo = $repo and is_on_default_branch
    ),

    chain as (
        select commit_sha, parent_sha, committed_at, 1 as place from parents where commit_sha = $tip
        union all
        select parents.commit_sha, parents.parent_sha, parents.committed_at, chain.place + 1
        from chain
        inner join parents on parents.commit_sha = chain.parent_sha
    )

    select commit_sha, committed_at from chain order by place
"""


@dataclass(frozen=True)
class _End:
    """A sprint and the commit whose tree is what it ended with."""

    sprint: str
    commit_sha: str
    committed_at: datetime | None


def judge(connection: Connection, settings: Settings) -> dict[str, RepositoryError]:
    """Counts watched identifiers where a sprint, a watch or a rule is new; gives the repositories that could not be read."""
    failures: dict[str, RepositoryError] = {}
    names = [watch.name for watch in settings.watch]
    connection.execute("delete from watch_counts where not list_contains(?::text[], watch)", [names])
    for repo in settings.repos:
        watches = [watch for watch in settings.watch if watch.repo in (None, repo.name)]
        own = [watch.name for watch in watches]
        connection.execute(
            "delete from watch_counts where repo = ? and not list_contains(?::text[], watch)", [repo.name, own]
        )
        try:
            if watches:
                _judge_repository(connection, settings, repo, watches)
        except RepositoryError as error:
            failures[repo.name] = error
    return failures


def _judge_repository(
    connection: Connection, settings: Settings, repo: RepoSettings, watches: Sequence[WatchSettings]
) -> None:
    declared = "select path, line, kind, pattern, is_set from declared_kinds where repo = ? order by all"
    declarations = [Declaration(*row) for row in connection.execute(declared, [repo.name]).fetchall()]
    rules = FileRules(settings.areas.get(repo.name), declarations).digest
    digests = {watch.name: _digest(watch, rules) for watch in watches}
    known = set(
        connection.execute(
            "select watch, sprint, commit_sha, rules_digest from watch_counts where repo = ?", [repo.name]
        ).fetchall()
    )
    room, area_and_kind = None, judge_of(settings, repo.name, declarations)
    for end in _ends(connection, repo.name):
        pending = [
            watch for watch in watches if (watch.name, end.sprint, end.commit_sha, digests[watch.name]) not in known
        ]
        if pending:
            room = room or open_room(repo.path, settings.root / ROOMS, repo.alternates)
            load(connection, "watch_counts", _counts(room, repo.name, end, pending, area_and_kind, digests))


def _digest(watch: WatchSettings, rules: str) -> str:
    return hashlib.sha256(repr(("watch", _RULES_VERSION, watch.model_dump(), rules)).encode()).hexdigest()


def _ends(connection: Connection, repo: str) -> list[_End]:
    """The last sprints, each with the newest first-parent commit before its end, where there is one."""
    tips = connection.execute("select default_branch_sha from repos where repo = ?", [repo]).fetchall()
    if not tips or tips[0][0] is None:
        return []
    chain = rows_of(connection.sql(_CHAIN, params={"repo": repo, "tip": tips[0][0]})).rows()
    sprints = rows_of(connection.sql("select sprint, ends_at from sprints order by sequence desc")).rows()
    found = []
    for sprint, ends_at in sprints[:_MOST_SPRINTS]:
        if last := next((row for row in chain if row[1] is not None and row[1] < ends_at), None):
            found.append(_End(sprint, *last))
    return found


def _counts(
    room: Room,
    repo: str,
    end: _End,
    watches: Sequence[WatchSettings],
    judge: Judge,
    digests: dict[str, str],
) -> pl.DataFrame:
    """Rows of `watch_counts` of one tree, which is searched once for all texts."""
    texts = sorted({text for watch in watches for text in watch.literals})
    found = find_lines(room.path, end.commit_sha, texts)
    rows = tables.empty_rows("watch_counts")
    for watch in watches:
        own = places(found.lines, [Wanted(text) for text in watch.literals], judge)
        values = (
            repo, watch.name, end.sprint, end.commit_sha, end.committed_at, *_numbers(watch, own), found.unread_count,
            "verified", digests[watch.name],
        )  # fmt: skip
        for column, value in zip(rows.values(), values, strict=True):
            column.append(value)
    return tables.frame("watch_counts", rows)


def _numbers(watch: WatchSettings, own: Sequence[Place]) -> Iterator[object]:
    """Lines, files, areas with their names, lines of code and settings, lines with variants alone, lines kept."""
    if watch.paths:
        wanted = _matched(watch.paths, own)
        own = [place for place in own if place.path in wanted]
    kept = _matched(watch.keep, own)
    exact = {(place.path, place.line): place for place in own if place.form == EXACT}
    counted = [place for place in exact.values() if place.path not in kept]
    areas = sorted({place.area for place in counted})
    variants = {(place.path, place.line) for place in own if place.path not in kept} - exact.keys()
    yield len(counted)
    yield len({place.path for place in counted})
    yield len(areas)
    yield areas
    yield sum(place.kind in OWN_KINDS for place in counted)
    yield len(variants)
    yield len(exact) - len(counted)


def _matched(globs: Sequence[str], own: Sequence[Place]) -> set[str]:
    return set(GitIgnoreSpec.from_lines(globs).match_files({place.path for place in own})) if globs else set()
