"""The data dictionary: what the warehouse file says of itself, read back from its comments."""

import difflib
from dataclasses import dataclass
from pathlib import Path

from retro.errors import UsageError
from retro.warehouse import open_read_only


@dataclass(frozen=True)
class Relation:
    """A table or view: its comment, its number of rows, and (name, type, meaning) of each column."""

    name: str
    kind: str
    comment: str
    row_count: int
    columns: tuple[tuple[str, str, str], ...]


def relations(path: Path) -> dict[str, Relation]:
    """Tables, then views of the warehouse at `path`, by name."""
    with open_read_only(path) as connection:
        listed = connection.execute(
            """
            select table_name, 'table' as kind, comment from duckdb_tables() where not internal
            union all select view_name, 'view', comment from duckdb_views() where not internal
            order by kind, 1
            """
        ).fetchall()
        columns: dict[str, list[tuple[str, str, str]]] = {}
        for table, *column in connection.execute(
            "select table_name, column_name, lower(data_type), coalesce(comment, '') from duckdb_columns() "
            "where not internal order by table_name, column_index"
        ).fetchall():
            columns.setdefault(table, []).append(tuple(column))
        counts = {name: connection.execute(f'select count(*) from "{name}"').fetchall()[0][0] for name, _, _ in listed}
    return {
        name: Relation(name, kind, comment or "", counts[name], tuple(columns[name])) for name, kind, comment in listed
    }


def find(known: dict[str, Relation], name: str) -> Relation:
    """The relation called `name`. Raises UsageError naming the close ones."""
    if name in known:
        return known[name]
    close = difflib.get_close_matches(name, known, 3)
    raise UsageError(
        f"no table or view {name!r}; " + (f"did you mean {', '.join(close)}?" if close else "`retro tables` lists them")
    )
