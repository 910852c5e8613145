"""The one DuckDB file: opened, filled and swapped in.

Writing happens in a copy beside the file, in one transaction; the copy then takes the file's place by `os.replace`. A
reader keeps the file that it opened, a kill leaves the old one, and a full disk costs the copy only. The format is that
of DuckDB 1.0; the views need a client of 1.2 or later.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from retro import tables
from retro.errors import WarehouseError
from retro.frames import Readable, rows_of
from retro.warehouse_file import FILE, cannot_write, one_writer, remove, stale_copies

if TYPE_CHECKING:  # Polars takes 0.2 s to import, which not every verb needs
    import polars as pl

__all__ = [
    "FILE",
    "first_line",
    "load",
    "one_writer",
    "open_locked",
    "open_read_only",
    "rewrite",
    "stale_copies",
    "transaction",
    "worded",
]
_SPARE_BYTES = 64 << 20
_NO_ROOM = (duckdb.IOException, duckdb.TransactionException)  # a commit without room is the second
_NO_BAR = "set enable_progress_bar = false"  # DuckDB draws it on the standard output, where a result belongs
_DAMAGED = "Corrupt database file"  # DuckDB has no class of error for it


def open_read_only(path: Path) -> duckdb.DuckDBPyConnection:
    """Read-only connection, times in UTC.

    Raises WarehouseError when there is no file or when it is damaged.
    """
    if not path.is_file():
        raise WarehouseError(f"{path}: there is no warehouse yet; `retro mine` makes it")
    if not os.access(path, os.R_OK):
        raise WarehouseError(f"{path}: may not be read; mend its permissions (`chmod u+rw`) and try again")
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        raise WarehouseError(
            f"{path}: cannot be opened as a DuckDB file ({first_line(error)}); "
            "move it away and run `retro mine` to make it again"
        ) from error
    connection.execute("set global timezone = 'UTC'")  # global: a cursor takes no session setting over
    with suppress(duckdb.InvalidInputException):  # in a notebook without ipywidgets there is none to switch off
        connection.execute(_NO_BAR)
    return connection


def open_locked(path: Path, memory: str = "4GB") -> duckdb.DuckDBPyConnection:
    """Read-only connection for ad-hoc SQL: no other file, no extension, no setting can be reached from it.

    That stops accidents; it is no wall against an attacker. The lock holds for every later connection of this process
    to the same file.
    """
    open_read_only(path).close()  # the same clear errors
    connection = duckdb.connect(str(path), read_only=True, config={"python_enable_replacements": "false"})
    for setting in (
        "global timezone = 'UTC'",
        "temp_directory = ''",
        "enable_progress_bar = false",
        "enable_external_access = false",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "allow_community_extensions = false",
        f"memory_limit = '{memory}'",
        "lock_configuration = true",
    ):
        connection.execute(f"set {setting}")
    return connection


@contextmanager
def rewrite(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Connection to a copy of the warehouse, with every table made; at the end of the block the copy takes its place.

    Leaving by an exception (Ctrl-C too) throws the copy away. Whoever writes much opens a `transaction`. Call it within
    `one_writer`. Raises WarehouseError when there is no room or no permission, or when the file is damaged or was
    written with other columns.
    """
    copy = path.parent / f".retro.{os.getpid()}.duckdb"
    try:
        _check_space(path)
        if path.exists():
            shutil.copyfile(path, copy)
        with duckdb.connect(":memory:") as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute(_NO_BAR)
            # What does not fit into memory: without this in the folder that the caller stands in.
            connection.execute(f"set temp_directory = '{_quoted(copy)}.tmp'")
            connection.execute(f"attach '{_quoted(copy)}' as warehouse (storage_version 'v1.0.0')")
            connection.execute("use warehouse")
            with transaction(connection) as made:
                _make_tables(made, path)
            yield connection
            connection.execute("use memory")
            connection.execute("detach warehouse")
        os.replace(copy, path)
    except OSError as error:
        raise cannot_write(path, error) from error
    except duckdb.Error as error:
        if (told := worded(path, error)) is None:
            raise
        raise told from error
    finally:
        for leftover in (copy, copy.with_name(copy.name + ".wal"), copy.with_name(copy.name + ".tmp")):
            remove(leftover)


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of its own to what `connection` writes, for one thread, in one transaction.

    Leaving by an exception undoes what it did; others, on other rows, may work at the same time.
    """
    own = connection.cursor()
    try:
        own.execute("set timezone = 'UTC'")
        own.execute(_NO_BAR)
        own.execute("use warehouse")
        own.execute("begin")
        yield own
        own.execute("commit")
    finally:
        own.close()  # undoes what was not committed


def load(connection: duckdb.DuckDBPyConnection, table: str, frame: "pl.DataFrame") -> int:
    """Puts the rows of `frame` into `table`, each in place of the row with the same key; how many there were.

    Loading the same rows twice leaves one of each. Raises WarehouseError when the frame has other columns than the
    table, or two rows with one key.
    """
    if frame.schema != tables.schema(table):
        raise WarehouseError(f"{table}: rows of another shape than declared: {dict(frame.schema)}")
    if frame.is_empty():
        return 0
    key = list(tables.key(table))
    if frame.select(key).is_duplicated().any():
        twice = frame.filter(frame.select(key).is_duplicated()).row(0, named=True)
        raise WarehouseError(f"{table}: two rows with the key {[twice[column] for column in key]}")
    same = " and ".join(f"existing.{column} = new_rows.{column}" for column in key)
    new_rows = Readable(frame)  # noqa: F841 - DuckDB reads it
    connection.execute(f"delete from {table} as existing using new_rows where {same}")
    connection.execute(f"insert into {table} by name select * from new_rows")
    return frame.height


def worded(path: Path, error: duckdb.Error) -> WarehouseError | None:
    """What a failure of DuckDB says about the file at `path`; None when it says nothing about it."""
    if _DAMAGED in str(error):
        cure = "move it away and run `retro mine` to make it again"
        return WarehouseError(f"{path}: is damaged ({first_line(error)}); {cure}")
    if isinstance(error, _NO_ROOM):
        return WarehouseError(f"{path}: cannot be written ({first_line(error)}); free some space and run it again")
    return None


def first_line(error: BaseException) -> str:
    """The first line of an error's text."""
    return str(error).strip().partition("\n")[0]


def _make_tables(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Makes the tables that the file lacks; raises WarehouseError when one of them has other columns than declared."""
    known = "select table_name from duckdb_tables() where database_name = 'warehouse'"
    present = {name for (name,) in connection.execute(known).fetchall()}
    views = {
        name for (name,) in connection.execute("select view_name from duckdb_views() where not internal").fetchall()
    }
    for name, text in tables.ddl().items():
        if name not in present:
            if name in views:  # of a version that did not keep its rows
                connection.execute(f"drop view {name}")
            connection.execute(text)
        elif rows_of(connection.table(name).limit(0)).schema != tables.schema(name):
            raise WarehouseError(
                f"{path}: its table {name} has the columns of another version of Retro; "
                "move the file away and run `retro mine` to make it again"
            )


def _check_space(path: Path) -> None:
    needed = (path.stat().st_size if path.exists() else 0) + _SPARE_BYTES
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise WarehouseError(
            f"{path}: {free >> 20:,} MB free on this disk, {needed >> 20:,} MB needed; free some space and run it again"
        )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
