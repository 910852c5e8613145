"""Every split of a sprint's cost sums to its bill, whatever the requests are like."""

import random
from decimal import Decimal

import duckdb
import pytest

from retro import queries, tables
from retro.pipeline import request_targets

PLACES = (queries.shipped("queries"),)
SPLITS = ("theme_costs", "feature_costs", "session_type_costs", "branch_costs", "pull_request_costs", "work_type_costs")
BUCKETS = {
    "theme_costs": {"uncategorized"},
    "feature_costs": {"not tagged"},
    "session_type_costs": {"not tagged"},
    "branch_costs": {"main branch", "unattributed"},
    "pull_request_costs": {
        "main branch",
        "unattributed",
        "branch without a pull request",
        "commit without a pull request",
    },
    "work_type_costs": {"fix", "unknown"},
}


@pytest.fixture
def connection(shipped_warehouse: duckdb.DuckDBPyConnection):
    yield shipped_warehouse
    for table in tables.ddl():
        shipped_warehouse.execute(f"delete from {table}")


def fill(connection: duckdb.DuckDBPyConnection, seed: int, count: int) -> None:
    """Sprints of March, a repository with merged, open and closed pull requests, and `count` requests of all kinds."""
    connection.execute("insert into projects values ('Gateway', 'Europe/Berlin', false, null, false, 'plan', '1')")
    for number, (first, last) in enumerate((("2026-02-23", "2026-03-08"), ("2026-03-09", "2026-03-19")), 1):
        row = [
            str(number),
            number,
            f"{first} 00:00+01",
            f"{last} 24:00+01".replace("24:00", "23:59:59.999"),
            first,
            last,
        ]
        connection.execute(
            "insert into sprints by name select ? as sprint, ? as sequence, ?::timestamptz as starts_at, "
            "?::timestamptz as ends_at, ?::date as first_date, ?::date as last_date, 'cadence' as origin",
            row,
        )
    connection.execute(
        "insert into repos by name select 'app' as repo, 'tips' as tips_digest, 'sha1' as object_format, false as is_shallow, "
        "true as is_configured, '2026-04-10'::timestamptz as mined_at, 'refs/heads/main' as default_branch"
    )
    for number, state in enumerate(("merged", "open", "closed"), 1):
        connection.execute(
            "insert into pull_request_records by name select 'github' as source, 'app' as repo, ? as pr_number, ? as state, "
            "? as head_ref, 'verified' as evidence, case when ? = 'merged' then '2026-03-11'::timestamptz end as merged_at",
            [number, state, f"work/{number}", state],
        )
    chance = random.Random(seed)
    for number in range(count):
        insert_request(connection, chance, number)
    request_targets.keep(connection)


def insert_request(connection: duckdb.DuckDBPyConnection, chance: random.Random, number: int) -> None:
    tags = {
        key: chance.choice(values)
        for key, values in {"sprint": "12x", "feature": "ab", "session_type": "cd"}.items()
        if chance.random() < 0.4
    }
    cost = None if chance.random() < 0.1 else Decimal(chance.randrange(10**9)) / 10**12
    row = [
        f"r{number}",
        f"2026-03-{chance.randrange(1, 28):02} 1{chance.randrange(10)}:00+00",
        cost,
        list(tags),
        list(tags.values()),
        chance.choice([None, "s1", "s2", "s3"]),
        chance.choice([None, "main", "work/1", "work/2", "work/3", "elsewhere"]),
    ]
    connection.execute(
        "insert into gateway_requests by name select 'litellm' as source, ? as request_key, ?::timestamptz as requested_at, "
        "?::decimal(18, 12) as logged_cost_usd, 'ok' as status, map(?::text[], ?::text[]) as tags, ? as session_id, "
        "? as branch, 'a.jsonl' as file",
        row,
    )


def rows_of(connection: duckdb.DuckDBPyConnection, name: str) -> list[dict]:
    return queries.run(connection, queries.find(name, PLACES), {"sprint": "2"}, "").rows()


@pytest.mark.parametrize("seed", range(3))
def test_splits_days_and_headline_sum_to_the_bill_to_the_last_digit(connection, seed):
    fill(connection, seed, 120)
    (headline,) = rows_of(connection, "cost_headline")[-1:]
    bill, unknown = headline["ai_cost_usd"], headline["unknown_cost_count"]
    assert bill > 0 and unknown > 0
    for split in SPLITS:
        rows = rows_of(connection, split)
        assert sum(row["cost_usd"] or 0 for row in rows) == bill, split
        assert sum(row["unknown_cost_count"] for row in rows) == unknown, split
        assert {row[split.removesuffix("_costs")] for row in rows} >= BUCKETS[split]
    assert sum(row["cost_usd"] or 0 for row in rows_of(connection, "model_costs")) == bill
    sessions = sum(row["cost_usd"] or 0 for row in rows_of(connection, "session_costs"))
    (spread,) = rows_of(connection, "session_cost_spread")
    assert sessions + spread["without_session_usd"] == bill
    assert sum(row["logged_usd"] or 0 for row in rows_of(connection, "model_costs")) == bill
