"""The warehouse of a project, opened for asking."""

from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from retro.errors import QueryError, WarehouseError
from retro.queries.files import Query, all_queries, find
from retro.queries.places import folders
from retro.queries.reads import reading
from retro.queries.results import Coverages, Result, run, snapshot
from retro.queries.statements import execute
from retro.warehouse import FILE, open_read_only

if TYPE_CHECKING:
    import polars as pl

MOST_KEPT_ROWS = 5_000  # of a result, for the next call of the same query


class Warehouse:
    """A read-only warehouse that answers named queries. Use as a context manager or `close()` it."""

    def __init__(self, path: Path, folders: tuple[Path, ...]) -> None:
        self.path = path
        self._folders = folders
        self._connection = _Lender(open_read_only(path))
        self._results: dict[tuple[str, str], Result] = {}
        self._coverages: Coverages = {}
        self._kept: set[str] = set()

    def query(self, name: str, **parameters: object) -> Result:
        """Result of the named query. Raises QueryError when it, or its sprint, is unknown, wrongly called or fails.

        The file that was opened does not change, so what is asked again is not run again; an edited query is.
        """
        if "sprint" in parameters and str(parameters["sprint"]) not in self._sprints:
            _check_sprint(self._connection, str(parameters["sprint"]))
        asked = find(name, self._folders)
        key = (asked.sql, repr(sorted(parameters.items())))
        if key not in self._results:
            self._keep(asked.sql)
            result = run(self._connection, asked, parameters, self.snapshot, self._coverages)
            if result.row_count > MOST_KEPT_ROWS:
                return result
            self._results[key] = result
        return replace(self._results[key], frame=self._results[key].frame.clone())

    def sql(self, text: str, **parameters: object) -> "pl.DataFrame":
        """Rows of one ad-hoc statement as a Polars frame; `parameters` are the values of its `$names`.

        The file is read-only and times are in UTC; cast `sum()` of whole numbers `::bigint` to keep them whole. Raises
        QueryError naming the line.
        """
        return execute(self._connection, text, parameters, "your SQL")

    def _keep(self, sql: str) -> None:
        """Fills the views that `sql` reads and that are marked to be kept, those that others read first."""
        needed = reading(sql, {name: view.sql for name, view in self._views.items()})
        kept = {name for name in needed if "Kept" in self._views[name].facts} - self._kept
        for name in sorted(kept, key=lambda name: (len(self._reads[name]), name)):
            self._kept.add(name)
            with suppress(duckdb.Error):  # the query that reads it tells of the failure, with its line
                self._connection.execute(f"create temp table {name} as select * from {name}")

    @cached_property
    def _views(self) -> dict[str, Query]:
        return all_queries(self._folders, "views")

    @cached_property
    def _reads(self) -> dict[str, set[str]]:
        views = {name: view.sql for name, view in self._views.items()}
        return {name: reading(sql, views) for name, sql in views.items() if "Kept" in self._views[name].facts}

    @cached_property
    def _sprints(self) -> set[str]:
        return {name for (name,) in execute(self._connection, "select sprint from sprints", {}, "sprints").rows()}

    @cached_property
    def snapshot(self) -> str:
        """Digest of the inputs: equal digests mean equal numbers."""
        return snapshot(self._connection)

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def __enter__(self) -> "Warehouse":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Lender:
    """A connection that lends itself for a cursor: another one would not see its temporary tables."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.execute, self.close = connection.execute, connection.close

    def cursor(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """The connection, left open at the end of a `with` block."""
        return nullcontext(self._connection)


def open_warehouse(path: Path | str | None = None) -> Warehouse:
    """The warehouse at `path`; without one, `data/retro.duckdb` of this folder or of the nearest one above it.

    Raises WarehouseError when there is none.
    """
    if path is not None:
        chosen = Path(path).resolve()
        return Warehouse(chosen, folders(chosen.parent.parent))
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            return Warehouse(folder / FILE, folders(folder))
    raise WarehouseError(f"{here}: no {FILE} here or in a folder above; run `retro mine` in your project first")


def _check_sprint(connection: duckdb.DuckDBPyConnection, sprint: str) -> None:
    known = [
        name for (name,) in execute(connection, "select sprint from sprints order by sequence", {}, "sprints").rows()
    ]
    if sprint not in known:
        newest = ", ".join(known[-10:]) or "none; set [sprints] in retro.toml and run `retro mine`"
        raise QueryError(f"no sprint {sprint!r}; the newest ones are {newest}")
