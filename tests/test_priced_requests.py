"""What follows from a request and its price is worked out by views; what does not is stored: where the two meet."""

import billing

from retro import queries
from retro.pipeline.derived import make_views

OPUS = {"model": "claude-opus-4-6", "provider": "anthropic", "uncached_input_tokens": 1000, "output_tokens": 2000}


def test_missing_count_leaves_the_tokens_beyond_the_counts_unknown() -> None:
    failed = {"model": "claude-opus-4-6", "uncached_input_tokens": 10, "logged_total_tokens": 50, "status": "failed"}
    columns = "reason, expected_cost_usd, unlogged_output_tokens"
    assert billing.priced(failed | {"cost": "1"}, columns=columns) == [("unexplained", 0, None)]


def test_reason_that_is_seen_twice_is_told_once() -> None:
    both = OPUS | {"cache_read_tokens": 10, "cache_write_5m_tokens": 10, "cache_write_1h_tokens": 0, "cost": "0.055"}
    assert billing.priced(both | {"is_cached_answer": True}, columns="reasons") == [(["cache_mispriced"],)]


def test_pricing_reads_the_shipped_view_and_leaves_nothing_behind() -> None:
    with billing.warehouse() as connection:
        connection.execute("create or replace view priced_requests as select 1 as made_by_the_team")
        billing.add(connection, OPUS | {"cost": "1"}, OPUS | {"cost": "2", "requested_at": "2026-03-11 10:00+00"})
        billing.run(connection)
        verdicts = connection.execute("select request_key, reason from request_verdicts order by 1").fetchall()
        assert verdicts == [("1", "unexplained"), ("2", "unexplained")]
        tables = connection.execute("select table_name from duckdb_tables() where temporary").fetchall()
        views = connection.execute("select view_name from duckdb_views() where temporary and not internal").fetchall()
        assert (tables, views) == ([], [])


def test_costs_that_an_earlier_version_kept_give_way_to_the_view() -> None:
    with billing.warehouse() as connection:
        connection.execute("drop view request_costs")
        connection.execute("create table request_costs as select 1 as kept")
        make_views(connection, (queries.shipped("queries"),))
        assert connection.execute("select count(*) from request_costs").fetchall() == [(0,)]
