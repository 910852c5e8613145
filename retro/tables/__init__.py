"""The tables, declared once: each `*.sql` file beside this one holds a table's DDL, comments and checks.

Everything else that needs to know a table's shape (Polars schema, key, data dictionary) is read back from DuckDB. A table's
key stands at the end of its comment ("Key: repo, commit_sha."): an index would enforce it at six times the file size, so the
load enforces it instead (retro.warehouse.load).
"""

from functools import cache
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from retro.frames import rows_of

if TYPE_CHECKING:
    import duckdb
    import polars as pl

_ONE_AT_A_TIME = RLock()  # repositories are read in threads


@cache
def ddl() -> dict[str, str]:
    """DDL text by table name, in alphabetical order."""
    return {path.stem: path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("*.sql"))}


@cache
def schema(table: str) -> "pl.Schema":
    """Polars schema of a table, as DuckDB has it."""
    with _ONE_AT_A_TIME:
        return rows_of(_holding(table).table(table)).schema


@cache
def key(table: str) -> tuple[str, ...]:
    """Columns that tell a table's rows apart."""
    asked = "select comment from duckdb_tables() where table_name = ?"
    with _ONE_AT_A_TIME:
        ((comment,),) = _holding(table).execute(asked, [table]).fetchall()
    return tuple(comment.rpartition("Key: ")[2].rstrip(".").split(", "))


def frame(table: str, rows: dict[str, list]) -> "pl.DataFrame":
    """Polars frame of a declared shape from lists by column; times are microseconds since 1970, UTC."""
    import polars as pl

    return pl.DataFrame(rows, schema=schema(table))


def empty_rows(table: str) -> dict[str, list]:
    """An empty list for each column of a table, in its order."""
    return {column: [] for column in schema(table)}


@cache
def _holding(table: str) -> "duckdb.DuckDBPyConnection":
    """The empty warehouse, with this table in it: a run needs few of them, and making all takes longer than some runs."""
    connection = _empty_warehouse()
    connection.execute(ddl()[table])
    return connection


@cache
def _empty_warehouse() -> "duckdb.DuckDBPyConnection":
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("set timezone = 'UTC'")
    return connection
