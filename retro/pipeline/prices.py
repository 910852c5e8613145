"""Prices every billed request again and says why its logged cost differs: `model_prices` and `request_verdicts`.

The unit is a day: one whose requests changed, and any after a change of price lists, settings or rules, is priced again as a
whole. Prices are asked for once per provider, model, tier and day. What a request should have cost is no row of its own: the
view `priced_requests` gives it from the request and the price, here and to whoever asks. Kept is only what needs a look at more:
copies, and why a logged cost is off.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

import duckdb

from retro.analyses import prices
from retro.config import Settings
from retro.errors import SettingsError
from retro.frames import Readable
from retro.pipeline.log import Reading, log_row
from retro.queries import read, shipped
from retro.sources.accounts import Account
from retro.warehouse import load

if TYPE_CHECKING:
    from retro.pipeline.mining import Progress

Connection = duckdb.DuckDBPyConnection
_REQUESTS_AT_ONCE = 1_000_000
_MEMORY = "500MB"  # what is in hand fits well; without a limit DuckDB keeps all that it wrote
_LOOKUPS = """
    select distinct
        coalesce(provider, ''),
        coalesce(model, ''),
        coalesce(service_tier, ''),
        price_date
    from batch_requests
    order by all
"""
_VIEWS = ("model_rates", "priced_requests")  # those that Retro ships, whatever a team has in their place
# What the rules leave behind in the connection.
_PASSING = {
    "view": ("priced_requests", "model_rates", "batch_requests"),
    "table": ("wanted_days", "stale_days", "repeated_ids", "unsettled_requests", "findings"),
}
_STALE = "using stale_days where price_date between first_date and last_date"
_PRICED = """
    insert into priced_days
    select price_date, request_count, request_digest, $digest as rules_digest
    from wanted_days
    semi join stale_days on price_date between first_date and last_date
"""


def price(connection: Connection, settings: Settings, progress: "Progress") -> None:
    """Fills `model_prices`, `request_verdicts` and `priced_days` where a request is new or changed, or was priced by other rules.

    A second opinion that cannot be read is logged, and prices are then asked for without it.
    """
    book = _book(connection, settings)
    for rule in ("macros", "wanted_days"):
        _run(connection, rule)
    for view in _VIEWS:
        text = read(shipped("queries") / "views" / f"{view}.sql").sql
        connection.execute(f"create or replace temp view {view} as {text}")
    _run(connection, "stale_days", digest=book.digest, requests_at_once=_REQUESTS_AT_ONCE)
    days = connection.execute(
        "select first_date, last_date, request_count from stale_days order by first_date"
    ).fetchall()
    progress.start("prices", sum(count for _, _, count in days))
    connection.execute("set variable within = ?::bigint[]", [list(settings.bills.within_percent)])
    connection.execute(f"set memory_limit = '{_MEMORY}'")
    # At once: later, it would look through all that was added meanwhile.
    for table in ("request_verdicts", "model_prices", "priced_days"):
        connection.execute(f"delete from {table} {_STALE}")
    for first, last, count in days:
        connection.execute("set variable starts_at = ?::date::timestamptz", [first])
        connection.execute("set variable ends_at = ?::date::timestamptz", [last + timedelta(days=1)])
        _price_days(connection, book)
        progress.advance(count)
    connection.execute(_PRICED, {"digest": book.digest})
    connection.execute("reset memory_limit")
    for kind, names in _PASSING.items():
        for name in names:
            connection.execute(f"drop {kind} if exists temp.{name}")


def _book(connection: Connection, settings: Settings) -> prices.PriceBook:
    connection.execute("delete from load_log where source = 'second opinion'")
    try:
        return prices.PriceBook(settings)
    except SettingsError as error:
        item, account = settings.bills.second_opinion, Account(note=str(error))
        row = log_row(Reading(source="second opinion", item=item, status="failed"), account)
        load(connection, "load_log", row)
        bills = settings.bills.model_copy(update={"second_opinion": None})
        return prices.PriceBook(settings.model_copy(update={"bills": bills}))


def _price_days(connection: Connection, book: prices.PriceBook) -> None:
    """Prices the requests of some days; other rates and defaults are only tried where the logged cost is off.

    Their verdicts stand in a temporary table of the same name first: the rules need not look through those of all other days.
    """
    load(connection, "model_prices", prices.model_prices(connection.execute(_LOOKUPS).fetchall(), book))
    ((kept,),) = connection.execute("select current_database() || '.main.request_verdicts'").fetchall()
    connection.execute(f"create temp table request_verdicts as select * from {kept} limit 0")
    for rule in ("duplicates", "unsettled_requests", "facts"):
        _run(connection, rule)
    _try_other_prices(connection, book)
    _run(connection, "request_verdicts")
    connection.execute(f"insert into {kept} select * from temp.request_verdicts")
    connection.execute("drop table temp.request_verdicts")


def _try_other_prices(connection: Connection, book: prices.PriceBook) -> None:
    unsettled = "select distinct provider, model, service_tier, price_date from unsettled_requests order by all"
    lookups = connection.execute(unsettled).fetchall()
    if not lookups:
        return
    for name, frame in (
        ("alternatives", prices.alternatives(lookups, book)),
        ("known_pairs", prices.known_pairs(book)),
    ):
        connection.register(name, Readable(frame))
    _run(connection, "other_prices")
    _run(connection, "default_prices")
    connection.unregister("alternatives")
    connection.unregister("known_pairs")


def _run(connection: Connection, rule: str, **parameters: object) -> None:
    """Runs the statements of a rule; the parameters are those of its only statement."""
    if parameters:
        connection.execute(prices.rule(rule), parameters)
        return
    for statement in duckdb.extract_statements(prices.rule(rule)):
        connection.execute(statement)
