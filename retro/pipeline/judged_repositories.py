"""How a build judges what is pending, repository by repository: one that cannot be read costs the others nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import duckdb

from retro import warehouse
from retro.config import Settings, load_settings
from retro.errors import RepositoryError
from retro.git import Room, open_room
from retro.pipeline.mining import ROOMS, Progress, Silent

Connection = duckdb.DuckDBPyConnection
Item = TypeVar("Item")
# Items to judge by the name of their repository, in the order of history.
Find = Callable[[Connection, Settings], Mapping[str, Sequence[Item]]]
# Loads the rows for the items of a repository in place of older ones; yields how many items are done, some at a time.
Judge = Callable[[Connection, str, Room, Sequence[Item]], Iterator[int]]


def judge_pending(
    root: Path, label: str, find: Find[Item], judge: Judge[Item], progress: Progress | None
) -> dict[str, RepositoryError]:
    """Judges what `find` gives of the project at `root`; nothing pending, nothing written. `label` is told to `progress`.

    Gives the repositories that could not be read, each with its error.
    """
    root = root.resolve()
    path, settings = root / warehouse.FILE, load_settings(root)
    with warehouse.one_writer(path):
        with warehouse.open_read_only(path) as connection:
            pending = find(connection, settings)
        if not pending:
            return {}
        with warehouse.rewrite(path) as connection, warehouse.transaction(connection) as own:
            return _judge_each(own, settings, pending, judge, _Labelled(label, progress or Silent()))


def forget(connection: Connection, table: str, column: str, repo: str, shas: Sequence[str]) -> None:
    """Removes the rows of a table whose `column` holds one of these commits of a repository."""
    connection.execute(f"delete from {table} where repo = ? and list_contains(?::text[], {column})", [repo, list(shas)])


class _Labelled:
    """Progress whose pieces of work all have the same name."""

    def __init__(self, label: str, progress: Progress) -> None:
        self._label, self._progress = label, progress
        self.advance = progress.advance

    def start(self, repo: str, total: int) -> None:
        """A repository with `total` items begins."""
        self._progress.start(f"{self._label} {repo}", total)


def _judge_each(
    connection: Connection,
    settings: Settings,
    pending: Mapping[str, Sequence[Item]],
    judge: Judge[Item],
    progress: _Labelled,
) -> dict[str, RepositoryError]:
    failures = {}
    for repo in (repo for repo in settings.repos if repo.name in pending):
        progress.start(repo.name, len(pending[repo.name]))
        try:
            room = open_room(repo.path, settings.root / ROOMS, repo.alternates)
            for count in judge(connection, repo.name, room, pending[repo.name]):
                progress.advance(count)
        except RepositoryError as error:
            failures[repo.name] = error
    return failures
