"""Logs of gateways and usage exports into the warehouse: a file that changed is read whole, and every request counts once.

A request that several files or lines tell of keeps the telling with the most output tokens (a streamed answer is written down
several times on its way), then the dearest, then the latest; it began at the first of their times. Rows that a file no longer
has, because it was rotated or is gone, stay; only `prune` removes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from retro import tables, warehouse
from retro.config import Settings
from retro.errors import WarehouseError
from retro.frames import Readable
from retro.keyed_hashes import read_key
from retro.pipeline.log import Reading, log_row
from retro.pipeline.news.logs import GONE, LogStates
from retro.sources.accounts import Account
from retro.sources.gateway.places import LogFile
from retro.sources.gateway.streams import BROKEN

if TYPE_CHECKING:
    import polars as pl

    from retro.pipeline.mining import Options

Connection = duckdb.DuckDBPyConnection
SOURCE = "gateway"
REPEATED = "a request told before, counted once"
_MEMORY = "640MB"  # to the end of the run, since the commit too holds what it writes; the rest goes to disk


@dataclass
class _Read:
    """A file that this run has read."""

    log: LogFile
    account: Account
    started_at: datetime
    error: str | None = None


def read_gateways(connection: Connection, settings: Settings, states: LogStates, options: "Options") -> int:
    """Loads what is new and says how many requests and buckets that were. Raises WarehouseError for a key it cannot use."""
    _mark_gone(connection, states)
    if options.prune:  # before reading: a request of a log that is gone may stand in another one, too
        _prune(connection, states)
    read = _read_files(connection, settings, states, options) if states.changed else []
    for one in read:
        status = "failed" if one.error else "loaded"
        digest = None if one.error else one.log.digest
        row = log_row(
            Reading(
                source=SOURCE, item=one.log.item, started_at=one.started_at, status=status, is_full=True, digest=digest
            ),
            one.account,
        )
        warehouse.load(connection, "load_log", row)
    return sum(one.account.loaded for one in read)


def _read_files(connection: Connection, settings: Settings, states: LogStates, options: "Options") -> list[_Read]:
    key = read_key(settings.root / warehouse.FILE.parent)
    options.progress.start("gateway logs", len(states.changed))
    read = []
    connection.execute(f"set memory_limit = '{_MEMORY}'")
    before = _last_row(connection)
    for log in states.changed:
        read.append(_read_file(connection, log, key, states))
        if options.prune and not read[-1].error:
            connection.execute(_DROP_EARLIER, [log.section.name, log.label, before])
        options.progress.advance(1)
    _count_once(connection, read, before)
    return read


def _read_file(connection: Connection, log: LogFile, key: bytes, states: LogStates) -> _Read:
    """Puts the rows of a file beside what is there; rows of an earlier reading of it give way."""
    # Imported here: it brings Polars, which a run that reads no log need not pay.
    from retro.sources.gateway.reading import is_bucket, read_log

    one = _Read(log, Account(), datetime.now(UTC))
    _forget_other_readings(connection, log, states)
    table = "usage_buckets" if is_bucket(log.section) else "gateway_requests"
    before = _last_row(connection)
    try:
        for frame in read_log(log, key, one.account):
            if table == "usage_buckets":
                warehouse.load(connection, table, frame)
            else:
                _append(connection, frame)
    except (*BROKEN, ValueError) as error:
        one.error = getattr(error, "strerror", None) or str(error) or type(error).__name__
        one.account = Account(note=f"cannot be read: {one.error}")
        connection.execute("delete from gateway_requests where rowid > ? and file = ?", [before, log.label])
        return one
    if table == "gateway_requests":
        connection.execute(_NUMBER_EQUAL, {"before": before})
        _replace_earlier(connection, log, before)
    return one


def _forget_other_readings(connection: Connection, log: LogFile, states: LogStates) -> None:
    """Removes rows of the file that were read by another map, or for a section of another name: they would count twice."""
    is_other_map = states.maps.get(log.item) not in (None, log.how)
    names = [one.section.name for one in states.logs if one.path == log.path]
    for table in ("gateway_requests", "usage_buckets"):
        connection.execute(
            f"delete from {table} where file = ? and (not list_contains(?::text[], source) or (source = ? and ?))",
            [log.label, names, log.section.name, is_other_map],
        )


def _append(connection: Connection, frame: "pl.DataFrame") -> None:
    if frame.schema != tables.schema("gateway_requests"):
        raise WarehouseError(f"gateway_requests: rows of another shape than declared: {dict(frame.schema)}")
    new_rows = Readable(frame)  # noqa: F841 - DuckDB reads it
    connection.execute("insert into gateway_requests by name select * from new_rows")


def _last_row(connection: Connection) -> int:
    """The highest row id so far: rows appended after it have higher ones."""
    ((last,),) = connection.execute("select coalesce(max(rowid), -1) from gateway_requests").fetchall()
    return last


def _replace_earlier(connection: Connection, log: LogFile, before: int) -> None:
    """Removes the rows of an earlier reading that the file still has; what it no longer has stays."""
    connection.execute(
        """
        delete from gateway_requests
        where source = $source and file = $file and rowid <= $before and request_key in (
            select request_key from gateway_requests where source = $source and file = $file and rowid > $before
        )
        """,
        {"source": log.section.name, "file": log.label, "before": before},
    )


def _count_once(connection: Connection, read: Sequence[_Read], before: int) -> None:
    """Leaves one row a request, and takes the others off the accounts of the files that repeat it."""
    connection.execute(
        """
        create or replace temp table repeated as
        select *, rowid as place
        from gateway_requests
        where hash(source, request_key) in (
            select hash(source, request_key) as code from gateway_requests group by code having count(*) > 1
        )
        """
    )
    connection.execute(_RANK)
    for one in read:
        found = connection.execute(_REPEATS, [one.log.section.name, one.log.label, before]).fetchall()
        for count, line in found:
            one.account.loaded -= count
            one.account.reasons[REPEATED] += count
            one.account.places.setdefault(REPEATED, f"line {line}")
    connection.execute("delete from gateway_requests where rowid in (select place from repeated)")
    connection.execute(_KEEP_BEST)
    for table in ("repeated", "ranked"):
        connection.execute(f"drop table {table}")


_DROP_EARLIER = "delete from gateway_requests where source = ? and file = ? and rowid <= ?"
# A request without an id is known by its content. Equal ones of one file are as many requests, numbered by their place in it; the
# number stays when another file has fewer or more of them.
_NUMBER_EQUAL = """
    update gateway_requests
    set request_key = numbered.request_key || '#' || numbered.occurrence
    from (
        select
            rowid as place,
            request_key,
            row_number() over (partition by request_key order by line, rowid) as occurrence
        from gateway_requests
        where rowid > $before and starts_with(request_key, 'content:') and hash(request_key) in (
            select hash(request_key) as code
            from gateway_requests
            where rowid > $before and starts_with(request_key, 'content:')
            group by code
            having count(*) > 1
        )
    ) as numbered
    where gateway_requests.rowid = numbered.place and numbered.occurrence > 1
"""
_RANK = """
    create or replace temp table ranked as
    select
        *,
        min(requested_at) over (partition by source, request_key) as first_at,
        row_number() over (
            partition by source, request_key
            order by output_tokens desc nulls last, logged_cost desc nulls last, file, line desc, place
        ) as rank
    from repeated
"""
_REPEATS = """
    select count(*), min(line) from ranked where source = ? and file = ? and place > ? and rank > 1 having count(*) > 0
"""
_KEEP_BEST = """
    insert into gateway_requests by name
    select
        * exclude (place, first_at, rank) replace (first_at as requested_at)
    from ranked
    where rank = 1
"""


def _mark_gone(connection: Connection, states: LogStates) -> None:
    """Notes once that a log which was read is no longer there, or that no section names it: its rows stay."""
    for item in states.gone:
        account = Account(
            note="no longer there or no longer named in retro.toml; its rows are kept until `retro mine --prune`"
        )
        row = log_row(Reading(source=SOURCE, item=item, digest=GONE), account)
        warehouse.load(connection, "load_log", row)


def _prune(connection: Connection, states: LogStates) -> None:
    """Removes the rows of logs that are gone, and what is said of them."""
    there = [log.item for log in states.logs]
    gone = "source = 'gateway' and not list_contains($there::text[], item)"
    for table in ("gateway_requests", "usage_buckets"):
        connection.execute(
            f"delete from {table} where source || ': ' || file in (select item from load_log where {gone})",
            {"there": there},
        )
    connection.execute(f"delete from load_log where {gone}", {"there": there})
