"""The rows of transcripts: read some files, join them with what earlier runs kept, and put them into the warehouse."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from retro import tables
from retro.frames import Readable, rows_of
from retro.pipeline.agents import SOURCE, KnownFile, account_of
from retro.pipeline.log import Reading, log_row
from retro.pipeline.news.transcripts import Transcripts
from retro.pipeline.rewritten_transcripts import AS_OF, set_apart
from retro.sources.accounts import Account
from retro.sources.agents import rows
from retro.sources.agents.facts import Collected
from retro.sources.agents.files import Tally, TranscriptFile
from retro.sources.agents.reading import read_files
from retro.warehouse import load

if TYPE_CHECKING:
    from retro.pipeline.mining import Options

Connection = duckdb.DuckDBPyConnection
_BY_SESSION = ("agent_sessions", "agent_events", "agent_edits", "agent_commits")
_BATCH_BYTES = 2 << 30  # transcripts read before what they tell is put into the warehouse


def clear(connection: Connection) -> None:
    """Removes all rows of transcripts: those that are still there are about to be read again."""
    connection.execute("delete from gateway_requests where source in (select source from agent_sessions)")
    for table in (*_BY_SESSION, "agent_files"):
        connection.execute(f"delete from {table}")


def log_missing(connection: Connection, section: Transcripts, started_at: datetime) -> None:
    """A line in the log for a section whose folder is not there: a named one failed, an agent that is not used has nothing."""
    if section.only_configured:
        account = Account(note="there are no transcripts of this agent here")
        load(
            connection, "load_log", log_row(Reading(source=SOURCE, item=section.source, started_at=started_at), account)
        )
    else:
        account = Account(note=section.missing)
        load(
            connection,
            "load_log",
            log_row(Reading(source=SOURCE, item=section.source, started_at=started_at, status="failed"), account),
        )


def read_section(
    connection: Connection,
    section: Transcripts,
    known: Mapping[str, KnownFile],
    wanted: Sequence[TranscriptFile],
    run: "tuple[datetime, Options]",
) -> int:
    """Loads the `wanted` files and those that hold parts of the same histories; how many requests they tell of."""
    started_at, options = run
    options.progress.start(f"transcripts of {section.source}", len(wanted))
    tallies: list[Tally] = []
    requests, known = 0, dict(known)
    for batch in _batches(wanted):
        collected, read = _read(section, known, batch)
        requests += _load(connection, section, known, collected, read)
        tallies += read
        options.progress.advance(len(batch))
    _mark_gone(connection, section)
    account = account_of((tally.file.name, tally.account) for tally in tallies)
    digest = hashlib.sha256("".join(sorted(tally.digest or "" for tally in tallies)).encode()).hexdigest()
    is_full = len(wanted) == len(section.files)
    load(
        connection,
        "load_log",
        log_row(
            Reading(source=SOURCE, item=section.source, started_at=started_at, is_full=is_full, digest=digest), account
        ),
    )
    return requests


def _batches(files: Sequence[TranscriptFile]) -> Iterator[list[TranscriptFile]]:
    batch: list[TranscriptFile] = []
    size = 0
    for file in files:
        batch.append(file)
        size += file.size
        if size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _read(
    section: Transcripts, known: Mapping[str, KnownFile], batch: Sequence[TranscriptFile]
) -> tuple[Collected, list[Tally]]:
    """What the files of a batch tell, read with the files that share a history with one of them.

    The oldest file comes first, since a copied history belongs to it: when a new file turns out to hold a part of a known
    history, all are read over again.
    """
    wanted = {file.name: file for file in batch}
    for file in batch:
        family = known[file.name].family if file.name in known else ()
        wanted |= {one.name: one for one in _relatives(section, known, family)}
    while True:
        collected, tallies = _read_in_order(section, wanted.values())
        families = {name for tally in tallies for name in _family(tally)}
        more = {one.name: one for one in _relatives(section, known, families) if one.name not in wanted}
        if not more:
            return collected, tallies
        wanted |= more


def _read_in_order(section: Transcripts, files: Iterable[TranscriptFile]) -> tuple[Collected, list[Tally]]:
    collected = Collected(section.source, section.settings.kind, section.key, section.checkouts)
    return collected, read_files(collected, sorted(files, key=lambda one: (one.modified_ns, one.name)))


def _relatives(section: Transcripts, known: Mapping[str, KnownFile], family: Iterable[str]) -> list[TranscriptFile]:
    """Files that were read before and hold a part of one of these histories."""
    family = set(family)
    return [one for one in section.files if one.name in known and not family.isdisjoint(known[one.name].family)]


def _family(tally: Tally) -> list[str]:
    return sorted({*tally.session_ids, *(one.decode("utf-8", "replace") for one in tally.family)})


def _load(
    connection: Connection,
    section: Transcripts,
    known: dict[str, KnownFile],
    collected: Collected,
    tallies: list[Tally],
) -> int:
    frames = rows.frames(collected, tallies, only_configured=section.only_configured)
    if tallies:
        tallies[0].account.masked += collected.masked_count
    for file, old, held in set_apart(connection, section.source, tallies, frames):
        known |= {old: held, file: KnownFile(held.family, frozenset())}
    read, here = {tally.file.name for tally in tallies}, {file.name for file in section.files}
    others = {name: one for name, one in known.items() if name not in read}
    kept = {session for name, one in others.items() if name not in here for session in one.session_ids}
    before = {session for name, one in known.items() if name in read for session in one.session_ids}
    elsewhere = {session for one in others.values() for session in one.session_ids}
    frames = _without_known(connection, section.source, frames)
    frames = _with_earlier(connection, section.source, frames, kept)
    touched = set(frames["agent_sessions"]["session_id"]) | (before - elsewhere)
    _forget(connection, section.source, sorted(touched), sorted(kept), sorted(read))
    for table in _BY_SESSION:
        load(connection, table, frames[table])
    _load_requests(connection, section.source, frames["gateway_requests"])
    load(connection, "agent_files", _file_rows(section, tallies, set(frames["agent_sessions"]["session_id"])))
    return frames["gateway_requests"].height


def _forget(connection: Connection, source: str, sessions: list[str], kept: list[str], files: list[str]) -> None:
    """Removes what the files told in earlier runs; of sessions that a file told of which is gone, edits and commits stay."""
    for table in _BY_SESSION:
        spared = kept if table in ("agent_edits", "agent_commits") else []
        connection.execute(
            f"delete from {table} where source = ? and list_contains(?::text[], session_id) "
            "and not list_contains(?::text[], session_id)",
            [source, sessions, spared],
        )
    connection.execute(
        "delete from gateway_requests where source = ? and list_contains(?::text[], file)", [source, files]
    )


def _without_known(connection: Connection, source: str, frames: rows.Frames) -> rows.Frames:
    """The frames without events that another session has: a history copied from a file that is gone."""
    events = frames["agent_events"]
    asked = """
        select event_id from agent_events where source = ? and event_id in (select event_id from told)
            and session_id not in (select session_id from told)
    """
    told = Readable(events.select("event_id", "session_id"))  # noqa: F841 - DuckDB reads it
    copied = rows_of(connection.sql(asked, params=[source]))
    if copied.is_empty():
        return frames
    own = rows.numbered(events.join(copied, on="event_id", how="anti"))
    return {**frames, "agent_events": own, "agent_sessions": rows.counted(frames["agent_sessions"], own)}


def _with_earlier(connection: Connection, source: str, frames: rows.Frames, kept: set[str]) -> rows.Frames:
    """The frames, with what only files that are gone told of their sessions."""
    wanted = sorted(kept & set(frames["agent_sessions"]["session_id"]))
    if not wanted:
        return frames
    asked = "select * from {} where source = ? and list_contains(?::text[], session_id)"
    events = rows_of(connection.sql(asked.format("agent_events"), params=[source, wanted]))
    sessions = rows_of(connection.sql(asked.format("agent_sessions"), params=[source, wanted]))
    new = frames["agent_events"]
    only_old = events.join(new, on=["session_id", "event_id"], how="anti", nulls_equal=False)
    unnamed = ["session_id", "started_at", "kind"]  # events without an id of their own
    only_old = only_old.join(new.filter(pl.col("event_id").is_null()), on=unnamed, how="anti")
    joined = rows.numbered(pl.concat([new, only_old.select(new.columns).cast(dict(new.schema))]))
    return {
        **frames,
        "agent_events": joined,
        "agent_sessions": rows.counted(_widened(frames["agent_sessions"], sessions), joined),
    }


def _widened(sessions: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """The sessions with the times of their earlier rows, where those reach further."""
    names = ["started_at", "ended_at", "active_seconds"]
    before = earlier.select("session_id", *(pl.col(name).alias(f"{name}_before") for name in names))
    joined = sessions.join(before, on="session_id", how="left")
    return joined.with_columns(
        started_at=pl.min_horizontal("started_at", "started_at_before"),
        ended_at=pl.max_horizontal("ended_at", "ended_at_before"),
        active_seconds=pl.max_horizontal("active_seconds", "active_seconds_before"),
    ).select(sessions.columns)


def _load_requests(connection: Connection, source: str, requests: pl.DataFrame) -> None:
    """Loads the requests; one that another file told of keeps the fuller telling and the earlier time."""
    asked = "select * from gateway_requests where source = ? and request_key in (select request_key from told)"
    told = Readable(requests.select("request_key"))  # noqa: F841 - DuckDB reads it
    there = rows_of(connection.sql(asked, params=[source]))
    if not there.is_empty():
        both = pl.concat([there.cast(dict(requests.schema)), requests])
        both = both.with_columns(requested_at=pl.col("requested_at").min().over("request_key"))
        is_old = pl.col("file").str.contains(AS_OF, literal=True)  # a file that is whole again tells it itself
        fullest = both.sort("output_tokens", is_old, descending=[True, False], nulls_last=True, maintain_order=True)
        requests = fullest.unique("request_key", keep="first", maintain_order=True)
    load(connection, "gateway_requests", requests)


def _file_rows(section: Transcripts, tallies: Sequence[Tally], sessions: set[str]) -> pl.DataFrame:
    table = tables.empty_rows("agent_files")
    now = datetime.now(UTC)
    for tally in tallies:
        account = tally.account
        values = (
            section.source, tally.file.name, tally.file.size, tally.file.modified_ns, tally.digest, section.rules, _family(tally),
            sorted(tally.session_ids & sessions), account.read, account.read - account.loaded, account.text(), True, now,
        )  # fmt: skip
        for column, value in zip(table.values(), values, strict=True):
            column.append(value)
    return tables.frame("agent_files", table)


def _mark_gone(connection: Connection, section: Transcripts) -> None:
    names = [file.name for file in section.files]
    connection.execute(
        "update agent_files set is_present = false where source = ? and is_present and not list_contains(?::text[], file)",
        [section.source, names],
    )
