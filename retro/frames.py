"""Rows between DuckDB and Polars, by Arrow's own interface.

DuckDB's `.pl()`, and a Polars frame named in its SQL, go through PyArrow, whose import costs 0.17 s of CPU: more than
reading a small repository. Both speak Arrow's PyCapsule interface as well, which needs no third library.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import polars as pl


class Readable:
    """A Polars frame as SQL may name it: the frame itself would have PyArrow imported. Read as often as it is named."""

    def __init__(self, frame: "pl.DataFrame") -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)


def rows_of(relation: "duckdb.DuckDBPyRelation") -> "pl.DataFrame":
    """All rows of a relation, in its order and with its types; times keep their zone. Raises duckdb.Error."""
    import polars as pl

    return pl.DataFrame(relation)
