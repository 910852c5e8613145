"""Requests in a warehouse of their own, priced: what the tests of prices and of verification share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from retro import queries, tables
from retro.config import Settings, parse_settings
from retro.pipeline.mining import Silent
from retro.pipeline.prices import price

Row = dict[str, object]
TEAM_PRICE = """
[[prices]]
models = ["stepfun/step-3.5-flash"]
input = 0.10
output = 0.30
end = 2026-09-30
note = "before the public history begins"
"""
_FILLED = {"source": "litellm", "requested_at": "2026-03-10 10:00+00", "status": "ok", "file": "a.jsonl"}


def settings(text: str = "", root: Path = Path("/project")) -> Settings:
    """The settings of a retro.toml that also says `text`."""
    return parse_settings(f'[project]\nname = "Gateway"\n{text}'.encode(), root / "retro.toml")


@contextmanager
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty warehouse in memory, with the views that say what requests cost."""
    views = queries.all_queries((queries.shipped("queries"),), "views")
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute("set timezone = 'UTC'")
        for text in tables.ddl().values():
            connection.execute(text)
        for name in ("model_rates", "priced_requests", "request_costs"):
            connection.execute(f"create view {name} as {views[name].sql}")
        yield connection


def add(connection: duckdb.DuckDBPyConnection, *rows: Row) -> None:
    """Requests, numbered from 1 where they have no key; `cost` is logged in dollars."""
    for number, given in enumerate(rows, 1):
        row = {"request_key": str(number), **_FILLED, **given}
        cost = row.pop("cost", None)
        if cost is not None:
            row |= {"logged_cost": cost, "logged_cost_usd": cost, "logged_currency": "USD"}
        marks = ", ".join("?" * len(row))
        connection.execute(
            f"insert into gateway_requests ({', '.join(row)}, tags) values ({marks}, map([]::text[], []::text[]))",
            list(row.values()),
        )


def run(connection: duckdb.DuckDBPyConnection, text: str = "", root: Path = Path("/project")) -> None:
    """Prices what is there."""
    price(connection, settings(text, root), Silent())


def priced(*rows: Row, text: str = "", columns: str = "reason, reasons, reason_detail") -> list[tuple]:
    """Columns of `request_costs` for the requests, in the order of their keys."""
    with warehouse() as connection:
        add(connection, *rows)
        run(connection, text)
        return connection.execute(f"select {columns} from request_costs order by request_key").fetchall()
