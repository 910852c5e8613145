"""One SQL statement: its parameters, its rows, and where in its file a failure lies."""

import re
from typing import TYPE_CHECKING

import duckdb

from retro.config.literals import closest
from retro.errors import QueryError
from retro.frames import rows_of
from retro.warehouse import first_line

if TYPE_CHECKING:
    import polars as pl

_UNKNOWN = re.compile(
    r'\b(?:Table with name|Referenced column) "?([^"\s]+)"? .*\n(?:Did you mean|Candidate bindings:)(.*)'
)
_HEAD = re.compile(r"\A(?:[ \t]*(?:--.*)?\n)*")


def execute(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, object], where: str
) -> "pl.DataFrame":
    """Rows of one statement; intervals as text. Raises QueryError naming file and line."""
    try:
        with connection.cursor() as cursor:
            return rows_of(_plain(cursor.sql(sql, params=parameters or None)))
    except duckdb.Error as error:
        raise _failure(connection, sql, parameters, where, error) from error


def ask(connection: duckdb.DuckDBPyConnection, sql: str, given: dict[str, object], where: str) -> "pl.DataFrame":
    """Rows of one ad-hoc statement that may use the parameters `given`. Raises QueryError for a missing one."""
    wanted = parameters_of(sql, where)
    if missing := sorted(wanted - given.keys()):
        raise QueryError(f"{where}: ${missing[0]} has no value; give it with --{missing[0]}")
    return execute(connection, sql, {name: given[name] for name in wanted}, where)


def parameters_of(sql: str, where: str) -> set[str]:
    """Names of the `$parameters` of the one statement, as DuckDB's own parser finds them. Raises QueryError."""
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(located(error, where)) from error
    if len(statements) != 1:
        raise QueryError(f"{where}: holds {len(statements)} statements; a query is exactly one")
    return set(statements[0].named_parameters)


def located(error: duckdb.Error, where: str, skipped_lines: int = 0) -> str:
    """`file:line: what DuckDB says`, with the line when it names one; it counts from after `skipped_lines`.

    A name that DuckDB does not know is told with the nearest one that it does.
    """
    line = re.search(r"^LINE (\d+):", str(error), re.MULTILINE)
    unknown = _UNKNOWN.search(str(error))
    near = closest(unknown[1], re.findall(r'"([^"]+)"', unknown[2])) if unknown else ""
    told = first_line(error).rstrip("!") + near if near else first_line(error)
    return f"{where}{f':{int(line[1]) + skipped_lines}' if line else ''}: {told}"


def _plain(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """The relation with text in place of intervals, a type that Polars lacks."""
    kinds = {name: str(kind) for name, kind in zip(relation.columns, relation.types, strict=True)}
    if not any("INTERVAL" in kind for kind in kinds.values()):
        return relation
    quoted = {name: '"' + name.replace('"', '""') + '"' for name in kinds}
    return relation.project(
        ", ".join(
            f"{quoted[name]}{'::text' if 'INTERVAL' in kind else ''} as {quoted[name]}" for name, kind in kinds.items()
        )
    )


def _failure(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, object], where: str, error: duckdb.Error
) -> QueryError:
    """The failure with its line: DuckDB's `execute` names it, unlike `sql`, but only right for SQL without a head."""
    body = _HEAD.sub("", sql)
    try:
        with connection.cursor() as cursor:
            cursor.execute(body, parameters or None)
    except duckdb.Error as worded:
        return QueryError(located(worded, where, sql.count("\n") - body.count("\n")))
    return QueryError(located(error, where))
