"""Which files are expected to change together with given ones."""

from collections.abc import Iterable
from datetime import datetime

import duckdb
import polars as pl

from retro.analyses.expected_files import Past, Shared, expected_files
from retro.pipeline.co_changes import steps

HALF_LIFE_DAYS = 180
_SHAPE = {
    "path": pl.String,
    "score": pl.Float64,
    "recency": pl.Float64,
    "nearness": pl.Float64,
    "popularity": pl.Float64,
    "shared_change_count": pl.Int64,
}


def expected(
    connection: duckdb.DuckDBPyConnection,
    repo: str,
    paths: Iterable[str],
    before: datetime,
    half_life_days: int = HALF_LIFE_DAYS,
) -> pl.DataFrame:
    """Files that usually change with `paths` of a repository and are not among them, the likeliest first.

    Learned from changes that landed before `before` (an aware time), of at most 30 files and not by bots. Paths may be old
    names; answers are the newest ones. Columns: path, score, recency, nearness, popularity (retro.analyses.expected_files) and
    shared_change_count, the earlier changes with the given file that it shares most with. Routine, generated, vendored, lock and
    deleted files are left out. No row: none of the paths is known and none is near.
    """
    named = {"repo": repo, "before": before}
    given = _newest_names(connection, repo, list(paths))
    if not given:
        return pl.DataFrame(schema=_SHAPE)
    asked = {**named, "paths": given, "half_life_days": half_life_days}
    steps.run(connection, "known", named)
    shared: dict[str, dict[str, Shared]] = {}
    for one, path, weight, count in steps.rows(connection, "past", asked).iter_rows():
        shared.setdefault(one, {})[path] = Shared(weight, count)
    weights = {one: found[one].weight for one, found in shared.items()}
    counts = dict(steps.rows(connection, "files", named).iter_rows())
    ranked = expected_files(given, Past(weights, shared, counts))
    columns = ("path", "score", "recency", "nearness", "popularity", "change_count")
    rows = [tuple(getattr(one, column) for column in columns) for one in ranked]
    return pl.DataFrame(rows, schema=_SHAPE, orient="row")


def _newest_names(connection: duckdb.DuckDBPyConnection, repo: str, paths: list[str]) -> list[str]:
    """The newest name of each path; a path that no commit named stays as it is."""
    asked = "select path, newest_path from file_names where repo = ? and list_contains(?::text[], path)"
    newest = dict(connection.execute(asked, [repo, paths]).fetchall())
    return list(dict.fromkeys(newest.get(path, path) for path in paths))
