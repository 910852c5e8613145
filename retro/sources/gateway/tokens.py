"""Token counts of any convention -> uncached input, cache read, cache writes, output with its reasoning.

Two questions decide what a log's numbers mean: is the cache inside the input, and is the reasoning inside the output? The
log's module answers them once. Where it cannot (a private log without a word in retro.toml), they matter only for requests
that have cached or reasoning tokens, and the log's own total answers if it fits one reading alone; else the number in
question is NULL and said to be unclear. No reading is taken for the usual one.
"""

import polars as pl

from retro.sources.gateway.batches import Numbers, said

_WRITES = ("cache_write_5m_tokens", "cache_write_1h_tokens")
_CACHE = ("uncached_input_tokens", "cache_read_tokens", *_WRITES)
_RESULT = (*_CACHE, "output_tokens", "reasoning_tokens", "logged_total_tokens", "output_limit_tokens")
_CACHED = ("cache_read_tokens", "cache_write_tokens", *_WRITES)


def canonical_tokens(
    counts: Numbers, conventions: tuple[pl.Series, pl.Series]
) -> tuple[dict[str, pl.Series], list[pl.Series]]:
    """Columns of `gateway_requests`, and sentences on what cannot be right."""
    frame = pl.DataFrame(counts.columns).with_columns(cache_inside=conventions[0], reasoning_inside=conventions[1])
    frame = frame.with_columns(cache_unread=_any(counts, _CACHED), reasoning_unread=_any(counts, ("reasoning_tokens",)))
    frame = frame.with_columns(_write_columns()).with_columns(cached=_sum("cache_read_tokens", *_WRITES))
    frame = frame.with_columns(_settled("cache_inside", "cached", "reasoning_tokens"))
    frame = frame.with_columns(_settled("reasoning_inside", "reasoning_tokens", "cached"))
    frame = frame.with_columns(_uncached(), _output(), logged_total_tokens=pl.col("total_tokens"))
    problems = counts.problems
    for condition, sentence, wrong in _CHECKS:
        where = frame.select(condition.fill_null(False)).to_series()
        if where.any():
            problems = [*problems, said(where, sentence)]
            frame = frame.with_columns(frame[name].set(where, None) for name in wrong)
    return {name: frame[name] for name in _RESULT}, problems


def _any(counts: Numbers, names: tuple[str, ...]) -> pl.Expr | pl.Series:
    """Where one of the columns could not be read."""
    unread = [counts.unread[name] for name in names if name in counts.unread]
    return pl.select(pl.any_horizontal(unread)).to_series() if unread else pl.lit(False)


def _write_columns() -> list[pl.Expr]:
    """Writes by the life of the cache: what `cache_write_tokens` has beyond the two told apart has the usual five minutes."""
    short, long, whole = pl.col(_WRITES[0]), pl.col(_WRITES[1]), pl.col("cache_write_tokens")
    rest = (whole - short.fill_null(0) - long.fill_null(0)).clip(lower_bound=0)
    is_told = short.is_not_null() | whole.is_not_null()
    return [pl.when(is_told).then(short.fill_null(0) + rest.fill_null(0)).alias(_WRITES[0])]


def _sum(*names: str) -> pl.Expr:
    return pl.sum_horizontal(pl.col(name).fill_null(0) for name in names)


def _settled(question: str, amount: str, other: str) -> pl.Expr:
    """The answer where nobody gave one: any when nothing depends on it, else the one that the log's total bears out."""
    parts, extra, rest = _sum("input_tokens", "output_tokens"), pl.col(amount).fill_null(0), pl.col(other).fill_null(0)
    total = pl.col("total_tokens")
    fits_inside = (total == parts) | (total == parts + rest)
    fits_apart = (total == parts + extra) | (total == parts + extra + rest)
    by_total = pl.when(fits_inside & ~fits_apart).then(True).when(fits_apart & ~fits_inside).then(False)
    return pl.coalesce(pl.col(question), pl.when(extra == 0).then(True), by_total).alias(question)


def _uncached() -> pl.Expr:
    given = pl.col("input_tokens")
    inside = pl.when(pl.col("cache_inside")).then(pl.when(~pl.col("cache_unread")).then(given - pl.col("cached")))
    return inside.when(~pl.col("cache_inside")).then(given).alias("uncached_input_tokens")


def _output() -> pl.Expr:
    given, thought = pl.col("output_tokens"), pl.col("reasoning_tokens")
    inside = pl.when(pl.col("reasoning_inside")).then(given)
    apart = pl.when(~pl.col("reasoning_unread")).then(given + thought.fill_null(0))
    return inside.when(~pl.col("reasoning_inside")).then(apart).alias("output_tokens")


# What cannot be right, why, and the columns that are NULL then.
_CHECKS = (
    (
        pl.col("uncached_input_tokens") < 0,
        "more cached than input tokens: uncached_input_tokens, cache_read_tokens and cache writes set to NULL",
        _CACHE,
    ),
    (
        pl.col("cache_inside").is_null() & pl.col("input_tokens").is_not_null(),
        "not told whether input includes the cache (set cache_in_input in retro.toml): uncached_input_tokens set to NULL",
        ("uncached_input_tokens",),
    ),
    (
        pl.col("reasoning_inside").is_null() & pl.col("reasoning_tokens").is_not_null(),
        "not told whether output includes reasoning (set reasoning_in_output in retro.toml): output_tokens set to NULL",
        ("output_tokens",),
    ),
    (
        pl.col("reasoning_tokens") > pl.col("output_tokens"),
        "more reasoning than output tokens: reasoning_tokens set to NULL",
        ("reasoning_tokens",),
    ),
)
