"""What model requests should have cost: prices by name, day and tier, and why a logged cost differs.

Prices come from `PriceBook`, one answer per distinct provider, model, tier and day. The arithmetic and the rules that
explain a difference are SQL (`rules/*.sql`), since they look at every request; `retro.pipeline.prices` runs them.
What each step and each reason means: docs/prices.md.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import polars as pl

from retro import tables
from retro.analyses.prices.book import TEAM_SOURCE, Alternative, Answer, PriceBook
from retro.analyses.prices.rates import Price

__all__ = ["Alternative", "Answer", "PriceBook", "alternatives", "known_pairs", "model_prices", "rule"]

Lookup = tuple[str, str, str, date]
_RATE = pl.Decimal(18, 6)
_RATE_COLUMNS = (
    "input_usd", "cache_read_usd", "cache_write_5m_usd", "cache_write_1h_usd", "output_usd", "reasoning_usd", "request_usd",
)  # fmt: skip
_ALTERNATIVES = pl.Schema(
    {
        "provider": pl.String,
        "model": pl.String,
        "service_tier": pl.String,
        "price_date": pl.Date,
        "place": pl.Int64,
        "reason": pl.String,
        "detail": pl.String,
        "is_guess": pl.Boolean,
        **dict.fromkeys(_RATE_COLUMNS, _RATE),
    }
)


@cache
def rule(name: str) -> str:
    """The SQL of a rule."""
    return (Path(__file__).parent / "rules" / f"{name}.sql").read_text("utf-8")


def model_prices(lookups: Iterable[Lookup], book: PriceBook) -> pl.DataFrame:
    """Rows of `model_prices` for provider, model, tier (empty where the log has none) and day."""
    rows = tables.empty_rows("model_prices")
    for lookup in lookups:
        answer = book.ask(*lookup)
        for price in answer.prices:
            values = (*lookup, *_when(lookup[3], price), *_found(answer, price), book.digest)
            for column, value in zip(rows.values(), values, strict=True):
                column.append(value)
    return tables.frame("model_prices", rows)


def alternatives(lookups: Iterable[Lookup], book: PriceBook) -> pl.DataFrame:
    """Other rates that the costs of these lookups may come from, in the order in which they are to be tried."""
    rows = [
        (*lookup, place, each.reason, each.detail, each.is_guess, *each.rates.values())
        for lookup in lookups
        for place, each in enumerate(book.alternatives(*lookup))
    ]
    return pl.DataFrame(rows, schema=_ALTERNATIVES, orient="row")


def known_pairs(book: PriceBook) -> pl.DataFrame:
    """Pairs of rates that gateways may take as their default, in dollars per million tokens."""
    return pl.DataFrame(book.known_pairs(), schema={"input_usd": _RATE, "output_usd": _RATE}, orient="row")


def _when(day: date, price: Price) -> Iterator[object]:
    midnight = datetime.combine(day, time(), UTC)
    yield midnight + timedelta(minutes=price.start_minute)
    yield midnight + timedelta(minutes=price.end_minute)
    yield price.from_input_tokens
    yield price.until_input_tokens


def _found(answer: Answer, price: Price) -> tuple[object, ...]:
    return (
        answer.provider, answer.model, answer.nearest, answer.match_kind, answer.source, price.effective_date,
        answer.source == TEAM_SOURCE, *price.rates.values(), answer.second_opinion, answer.note,
    )  # fmt: skip
