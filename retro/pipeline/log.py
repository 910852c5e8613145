"""A line in the log of loads."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from retro import tables

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from retro.sources.accounts import Account


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """An item of a source as a run looked at it: which one, since when, and how that went."""

    source: str
    item: str
    started_at: datetime = field(default_factory=_now)
    status: str = "loaded"
    is_full: bool = False
    digest: str | None = None


def log_row(reading: Reading, account: "Account") -> "pl.DataFrame":
    """One row of `load_log`, ended now."""
    return tables.frame(
        "load_log",
        {
            "source": [reading.source],
            "item": [reading.item],
            "digest": [reading.digest],
            "status": [reading.status],
            "is_full": [reading.is_full],
            "rows_read": [account.read],
            "rows_loaded": [account.loaded],
            "rows_skipped": [account.read - account.loaded],
            "reason": [account.text()],
            "masked_count": [account.masked],
            "started_at": [reading.started_at],
            "ended_at": [_now()],
        },
    )


def unread_since(connection: "duckdb.DuckDBPyConnection", moment: datetime) -> tuple[int, int]:
    """How many logs and transcripts read since then had something to leave out, and how many of their rows were left out."""
    return connection.execute(_UNREAD, [moment]).fetchone()


_UNREAD = """
    select count(*), coalesce(sum(rows_skipped), 0)::bigint
    from load_log
    where source in ('gateway', 'agents') and started_at >= ? and rows_read > 0 and (rows_skipped > 0 or reason is not null)
"""
