"""Rows pass between DuckDB and Polars with their types and their errors, and without a third library."""

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import polars as pl
import pytest

from retro.frames import Readable, rows_of

ROW = {
    "a_count": 3,
    "a_share": 0.25,
    "cost_usd": Decimal("1.2500000000"),
    "name": "naïve",
    "nothing": None,
    "is_merge": True,
    "at": datetime(2026, 3, 10, 9, tzinfo=UTC),
    "day": date(2026, 3, 10),
    "shas": ["a", "b"],
    "tags": {"sprint": "2"},
}
ASKED = """
    select
        3::bigint as a_count,
        0.25::double as a_share,
        1.25::decimal(38, 10) as cost_usd,
        'naïve' as name,
        null::text as nothing,
        true as is_merge,
        '2026-03-10 10:00+01'::timestamptz as at,
        '2026-03-10'::date as day,
        ['a', 'b'] as shas,
        {'sprint': '2'} as tags
"""


@pytest.fixture
def connection():
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


def test_rows_keep_their_types_and_their_zone(connection):
    frame = rows_of(connection.sql(ASKED))
    assert frame.rows(named=True) == [ROW]
    assert frame.schema == connection.sql(ASKED).pl().schema


def test_rows_keep_their_order_and_an_empty_answer_its_columns(connection):
    asked = "select range as n from range(300_000) order by n desc"
    assert rows_of(connection.sql(asked))["n"].to_list() == list(range(299_999, -1, -1))
    assert rows_of(connection.sql(f"{asked} limit 0")).schema == {"n": pl.Int64}


def test_frame_may_be_named_several_times_and_asked_again(connection):
    given = Readable(pl.DataFrame({"n": range(5_000)}))
    connection.register("given", given)
    for _ in range(2):
        assert connection.execute("select count(*) from given join given as other using (n)").fetchall() == [(5_000,)]


@pytest.mark.parametrize("failing", ["error('late')", "cast(repeat('late', 1) as integer)"])
def test_failure_after_the_first_rows_is_one_of_duckdb(connection, failing):
    asked = f"select case when range = 900_000 then {failing} else null end as n from range(1_000_000)"
    with pytest.raises(duckdb.Error, match=r"^(Invalid Input|Conversion) Error: .*late"):
        rows_of(connection.sql(asked))


def test_process_that_handed_rows_over_ends_silently_and_without_pyarrow():
    script = """
import sys, duckdb, polars as pl
from retro.frames import Readable, rows_of
connection = duckdb.connect()
given = Readable(pl.DataFrame({"n": [1, 2]}))
print(rows_of(connection.sql("select sum(n)::bigint as n from given")).item(), "pyarrow" in sys.modules)
"""
    answer = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert (answer.stdout, answer.stderr) == ("3 False\n", "")
