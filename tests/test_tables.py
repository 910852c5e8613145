"""Tables as DuckDB reads them back: shapes, keys and the checks that refuse impossible rows."""

from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import polars as pl
import pytest

from retro import tables

MOMENT = datetime(2026, 3, 9, 23, 5, 6, 789_000, tzinfo=UTC)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as opened:
        for text in tables.ddl().values():
            opened.execute(text)
        yield opened


def test_schema_is_the_declared_one() -> None:
    assert dict(tables.schema("sprints")) == {
        "sprint": pl.String,
        "sequence": pl.Int32,
        "starts_at": pl.Datetime("us", "UTC"),
        "ends_at": pl.Datetime("us", "UTC"),
        "first_date": pl.Date,
        "last_date": pl.Date,
        "goal": pl.String,
        "origin": pl.String,
    }
    assert tables.schema("commits")["parent_shas"] == pl.List(pl.String)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("projects", ("project",)),
        ("commits", ("repo", "commit_sha")),
        ("commit_files", ("repo", "commit_sha", "path")),
        ("load_log", ("source", "item", "started_at")),
    ],
)
def test_key_is_the_one_that_the_comment_names(table: str, key: tuple[str, ...]) -> None:
    assert tables.key(table) == key


def test_frame_takes_times_as_microseconds_or_as_datetimes() -> None:
    def released(at: object) -> list[dict]:
        row = {
            "source": "git",
            "repo": "app",
            "tag_name": "v1",
            "commit_sha": "a1",
            "released_at": at,
            "released_at_kind": "tagged",
        }
        return tables.frame("release_records", {name: [value] for name, value in row.items()}).to_dicts()

    assert released(int(MOMENT.timestamp() * 1_000_000)) == released(MOMENT)
    assert released(MOMENT)[0]["released_at"] == MOMENT
    assert released(None)[0]["released_at"] is None


def test_empty_rows_make_an_empty_frame_of_the_tables_shape() -> None:
    for table in tables.ddl():
        frame = tables.frame(table, tables.empty_rows(table))
        assert (frame.height, frame.schema) == (0, tables.schema(table))


FILE = "insert into commit_files values ('app', 'a1', 'x.py', null, {kind}, {added}, {deleted}, {status})"
SPRINT = "insert into sprints values ('1', 1, {starts}, {ends}, {first}, {last}, null, {origin})"
LOG = "insert into load_log values ('git', 'app', null, {status}, true, {read}, {loaded}, {skipped}, null, 0, now(), now())"
FILE_ROW = {"kind": "'M'", "added": 1, "deleted": 1, "status": "'counted'"}
SPRINT_ROW = {
    "starts": "'2026-03-08 23:00+00'",
    "ends": "'2026-03-19 23:00+00'",
    "first": "'2026-03-09'",
    "last": "'2026-03-19'",
    "origin": "'named'",
}
LOG_ROW = {"status": "'loaded'", "read": 3, "loaded": 2, "skipped": 1}


@pytest.mark.parametrize(("statement", "row"), [(FILE, FILE_ROW), (SPRINT, SPRINT_ROW), (LOG, LOG_ROW)])
def test_possible_row_is_taken(statement: str, row: dict, connection: duckdb.DuckDBPyConnection) -> None:
    assert connection.execute(statement.format(**row)).fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        (FILE, FILE_ROW | {"kind": "'X'"}),
        (FILE, FILE_ROW | {"added": -1}),
        (FILE, FILE_ROW | {"deleted": -1}),
        (FILE, FILE_ROW | {"kind": "null"}),
        (FILE, FILE_ROW | {"status": "'unknown'"}),
        (FILE, FILE_ROW | {"status": "'binary'"}),
        (FILE, FILE_ROW | {"status": "'missing'", "added": "null"}),
        (SPRINT, SPRINT_ROW | {"ends": SPRINT_ROW["starts"]}),
        (SPRINT, SPRINT_ROW | {"last": "'2026-03-08'"}),
        (SPRINT, SPRINT_ROW | {"origin": "'guessed'"}),
        (LOG, LOG_ROW | {"read": 4}),
        (LOG, LOG_ROW | {"status": "'done'"}),
    ],
)
def test_impossible_row_is_refused(statement: str, row: dict, connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.ConstraintException):
        connection.execute(statement.format(**row))


@pytest.mark.parametrize("status", ["binary", "missing"])
def test_file_without_line_counts_says_why(status: str, connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(FILE.format(kind="'A'", added="null", deleted="null", status=f"'{status}'"))
    rows = connection.execute("select added_lines, deleted_lines, lines_status from commit_files").fetchall()
    assert rows == [(None, None, status)]
