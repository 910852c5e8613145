"""Rows between DuckDB and Polars, by Arrow's own interface.

DuckDB's `.pl()`, and a Polars frame named in its SQL, go through PyArrow, whose import costs 0.17 s of CPU: more than
reading a small repository. Both speak Arrow's PyCapsule interface as well, which needs no third library.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import polars as pl


class Readable:
    """Rows of a Polars frame or a DuckDB relation that show nothing but Arrow's interface; read as often as wanted.

    SQL may name it, where the frame itself would have PyArrow imported. Polars remembers the class of what it was given
    until the process ends; DuckDB's own, kept so, has its bindings complain of leaks then.
    """

    def __init__(self, rows: "pl.DataFrame | duckdb.DuckDBPyRelation") -> None:
        self._rows = rows

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._rows.__arrow_c_stream__(requested_schema)


def rows_of(relation: "duckdb.DuckDBPyRelation") -> "pl.DataFrame":
    """All rows of a relation, in its order and with its types; times keep their zone.

    Raises duckdb.Error, also where the failure comes after the first rows, which Polars reports as its own.
    """
    import duckdb
    import polars as pl

    try:
        return pl.DataFrame(Readable(relation))
    except pl.exceptions.ComputeError as error:
        raise duckdb.Error(str(error).removeprefix("got external error: ")) from error
