"""A line in the log of loads."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from retro import tables

if TYPE_CHECKING:
    import polars as pl

    from retro.sources.accounts import Account


def log_row(
    item: str,
    started_at: datetime,
    account: "Account",
    *,
    source: str = "git",
    status: str = "loaded",
    is_full: bool = False,
    digest: str | None = None,
) -> "pl.DataFrame":
    """One row of `load_log`, ended now."""
    return tables.frame(
        "load_log",
        {
            "source": [source],
            "item": [item],
            "digest": [digest],
            "status": [status],
            "is_full": [is_full],
            "rows_read": [account.read],
            "rows_loaded": [account.loaded],
            "rows_skipped": [account.read - account.loaded],
            "reason": [account.text()],
            "masked_count": [account.masked],
            "started_at": [started_at],
            "ended_at": [datetime.now(UTC)],
        },
    )
