"""The SQL files beside this one, run statement by statement, each with the parameters that it names."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from retro.frames import rows_of


def run(connection: duckdb.DuckDBPyConnection, step: str, given: Mapping[str, object]) -> None:
    """Runs all statements of a step, which leave temporary tables in the connection."""
    for statement in connection.extract_statements(_text(step)):
        connection.execute(statement, {name: given[name] for name in statement.named_parameters})


def rows(connection: duckdb.DuckDBPyConnection, step: str, given: Mapping[str, object]) -> pl.DataFrame:
    """The answer of a step that is one query."""
    (statement,) = connection.extract_statements(_text(step))
    return rows_of(connection.sql(_text(step), params={name: given[name] for name in statement.named_parameters}))


def _text(step: str) -> str:
    return (Path(__file__).parent / f"{step}.sql").read_text("utf-8")
