"""Fields as a log has them -> rows of `gateway_requests` and `usage_buckets`, a batch at a time.

A system's module gives each request as a dict of text under the names of `retro.config.gateways`. A value that cannot be
right becomes NULL and is named in `usage_problem`; what has no usable time is left out, since it belongs to no sprint.
"""

import hashlib
import json
from collections import Counter

import polars as pl

from retro import tables
from retro.config.gateways import FLAG_FIELDS, MONEY_FIELDS, TOKEN_FIELDS
from retro.sources.gateway import values
from retro.sources.gateway.batches import Batch, Reading, joined
from retro.sources.gateway.tokens import canonical_tokens

_CLEAN = (
    "response_id",
    "provider_request_id",
    "model",
    "provider",
    "service_tier",
    "session_id",
    "repo",
    "branch",
    "team",
)
_BUCKET_CLEAN = ("model", "provider", "service_tier", "team", "meter", "charge_category", "consumed_unit")
_BUCKET_TOKENS = (*TOKEN_FIELDS, "request_count")
_BUCKET_MONEY = ("cost", "list_cost", "consumed_quantity")
_OK = ("ok", "success", "succeeded", "completed")
_FAILED = ("failed", "failure", "error", "errored", "incomplete")


def request_frame(raw: Batch, reading: Reading) -> pl.DataFrame:
    """The rows of `gateway_requests` that a batch makes, in its order."""
    requested_at = raw.times("requested_at", reading.timezone)
    ended_at, _ = values.moments(raw["ended_at"], reading.timezone)
    usage, problems = canonical_tokens(raw.numbers(TOKEN_FIELDS, values.counts), raw.conventions(reading))
    amounts = raw.numbers(MONEY_FIELDS, values.money)
    costs = raw.costs(amounts.columns, reading.currency)
    columns = {
        "request_key": raw.keys(reading, requested_at),
        "requested_at": requested_at,
        "duration_seconds": _durations(raw["duration_seconds"], requested_at, ended_at),
        "status": _statuses(raw["status"]),
        "logged_cost": costs["cost"],
        "logged_currency": costs["currency"].set(costs["cost"].is_null(), None),
        "logged_cost_usd": costs["cost_usd"],
        "logged_extra_usd": costs["extra_cost_usd"],
        "upstream_cost_usd": costs["upstream_cost_usd"],
        "usage_problem": joined([*problems, *amounts.problems], raw.height),
        "user_hash": raw.hashes("user", reading.hash_key),
        "end_user_hash": raw.hashes("end_user", reading.hash_key),
        **{name: values.flags(raw[name]) for name in FLAG_FIELDS},
        **{name: raw.clean(name) for name in _CLEAN},
        **usage,
    }
    return _finished("gateway_requests", columns, requested_at, raw, reading)


def bucket_frame(raw: Batch, reading: Reading, met: Counter[str]) -> pl.DataFrame:
    """The rows of `usage_buckets` that a batch makes; `met` counts the groups of the file so far."""
    started_at = raw.times("requested_at", reading.timezone)
    ended_at, _ = values.moments(raw["ended_at"], reading.timezone)
    counted = raw.numbers(_BUCKET_TOKENS, values.counts)
    usage, problems = canonical_tokens(counted, raw.conventions(reading))
    amounts = raw.numbers(_BUCKET_MONEY, values.signed_money)
    costs = raw.costs(amounts.columns, reading.currency)
    columns = {
        "bucket_key": pl.Series([_bucket_key(row, met) for row in raw.rows(range(raw.height))], dtype=pl.String),
        "started_at": started_at,
        "ended_at": ended_at,
        "request_count": counted.columns["request_count"],
        "consumed_quantity": amounts.columns["consumed_quantity"],
        "billed_cost": costs["cost"],
        "billed_currency": costs["currency"].set(costs["cost"].is_null(), None),
        "billed_cost_usd": costs["cost_usd"],
        "list_cost_usd": costs["list_cost_usd"],
        "usage_problem": joined([*problems, *amounts.problems], raw.height),
        "user_hash": raw.hashes("user", reading.hash_key),
        **{name: raw.clean(name) for name in _BUCKET_CLEAN},
        **{name: column for name, column in usage.items() if name in tables.schema("usage_buckets")},
    }
    return _finished("usage_buckets", columns, started_at, raw, reading)


def _finished(
    table: str, columns: dict[str, pl.Series], times: pl.Series, raw: Batch, reading: Reading
) -> pl.DataFrame:
    """The columns that every row has, in the shape of the table; rows without a time left out."""
    provider = columns["provider"].fill_null(pl.lit(reading.provider, dtype=pl.String))
    own = {
        "provider": provider,
        "source": raw.same(reading.source),
        "file": raw.same(reading.label),
        "line": raw.lines,
        "tags": raw.tags(reading),
    }
    frame = pl.DataFrame(columns | own)
    raw.count(frame["usage_problem"].set(times.is_null(), None))
    return frame.filter(times.is_not_null()).select(
        pl.col(name).cast(kind) for name, kind in tables.schema(table).items()
    )


def _bucket_key(row: dict, met: Counter[str]) -> str:
    """A digest over the span and the group; the second equal group of a file and each further one are numbered."""
    names = (
        "requested_at",
        "ended_at",
        "group",
        "model",
        "provider",
        "service_tier",
        "team",
        "user",
        "meter",
        "charge_category",
    )
    told = json.dumps([row.get(name) for name in names], default=str).encode("utf-8", "replace")
    key = hashlib.sha256(told).hexdigest()[:32]
    met[key] += 1
    return key if met[key] == 1 else f"{key}#{met[key]}"


def _durations(logged: pl.Series, requested_at: pl.Series, ended_at: pl.Series) -> pl.Series:
    """Seconds as logged, else between begin and end; NULL where that is below 0 or no number."""
    seconds = logged.cast(pl.Float64, strict=False)
    lasted = (ended_at - requested_at).dt.total_microseconds().cast(pl.Float64) / 1e6
    both = pl.select(pl.coalesce(seconds, lasted).round(6)).to_series()
    return pl.select(pl.when((both >= 0) & both.is_finite()).then(both)).to_series()


def _statuses(written: pl.Series) -> pl.Series:
    word = written.str.to_lowercase()
    is_ok = word.is_in(_OK) | word.str.contains(r"^2\d\d$")
    is_failed = word.is_in(_FAILED) | word.str.contains(r"^[45]\d\d$")
    chosen = pl.when(is_ok).then(pl.lit("ok")).when(is_failed).then(pl.lit("failed")).otherwise(pl.lit("unknown"))
    return pl.select(chosen).to_series()
