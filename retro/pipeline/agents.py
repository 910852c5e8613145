"""Transcripts of coding agents into the warehouse: what is new of each `[[agents]]` section, and what is gone.

A file is read again when its size or the time of its last change differs, together with the other files that hold parts of
the same history. Agents delete their transcripts: rows stay when a file is gone, and only --prune removes them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from retro.pipeline.log import Reading, log_row
from retro.pipeline.news.known import FAILED_TRANSCRIPTS, Known
from retro.pipeline.news.logs import GONE
from retro.pipeline.news.transcripts import Transcripts, changed, has_news
from retro.sources.accounts import Account
from retro.warehouse import load

if TYPE_CHECKING:
    from retro.pipeline.mining import Options

Connection = duckdb.DuckDBPyConnection
SOURCE = "agents"
_KNOWN = "select source, file, size_bytes, modified_ns, rules_digest, is_present, family, session_ids from agent_files"


@dataclass(frozen=True)
class KnownFile:
    """What a file was found to hold when it was read."""

    family: frozenset[str]
    session_ids: frozenset[str]


def read_agents(connection: Connection, sections: Sequence[Transcripts], options: "Options") -> int:
    """Loads what is new of every section; how many requests came of it."""
    # Imported here: a run that finds nothing new never pays for Polars.
    from retro.pipeline import agent_rows
    from retro.pipeline.agent_readings import note_reading

    connection.execute("delete from load_log where source = 'agents' and status = 'unread'")  # of a version before this
    if options.prune:
        agent_rows.clear(connection)
        connection.execute("delete from agent_readings")
        connection.execute("delete from load_log where source = 'agents' and digest = ?", [GONE])
    (known, files), requests = _known(connection), 0
    for section in sections:
        started_at = datetime.now(UTC)
        is_again = options.full or options.prune
        if section.missing:
            agent_rows.log_missing(connection, section, started_at)
        elif is_again or has_news(section, known):
            wanted = section.files if is_again else changed(section, known.transcripts.get(section.source, {}))
            its = files.get(section.source, {})
            requests += agent_rows.read_section(connection, section, its, wanted, (started_at, options))
        if not section.missing:
            note_reading(connection, section)
    _mark_unnamed(connection, [section.source for section in sections])
    return requests


def _mark_unnamed(connection: Connection, named: Sequence[str]) -> None:
    """Notes once that retro.toml no longer names a section whose transcripts were read: its rows stay and count."""
    asked = (
        "select distinct source from agent_files where is_present and not list_contains(?::text[], source) order by all"
    )
    for (source,) in connection.execute(asked, [named]).fetchall():
        connection.execute("update agent_files set is_present = false where source = ?", [source])
        account = Account(note="no longer named in retro.toml; its rows are kept until `retro mine --prune`")
        load(connection, "load_log", log_row(Reading(source=SOURCE, item=source, digest=GONE), account))


def account_of(accounts: Iterable[tuple[str, Account]]) -> Account:
    """The accounts of files as one: each reason with the file and line of its first place."""
    total = Account()
    for name, account in accounts:
        total.read += account.read
        total.loaded += account.loaded
        total.masked += account.masked
        total.reasons += account.reasons
        for reason, place in account.places.items():
            total.places.setdefault(reason, f"{name}, {place}")
    return total


def _known(connection: Connection) -> tuple[Known, dict[str, dict[str, KnownFile]]]:
    """What earlier runs read, and what the files held, by section and file."""
    failed = [item for (item,) in connection.execute(FAILED_TRANSCRIPTS).fetchall()]
    known, files = Known(failed_transcripts=failed), {}
    for source, file, *state, family, sessions in connection.execute(_KNOWN).fetchall():
        known.transcripts.setdefault(source, {})[file] = tuple(state)
        files.setdefault(source, {})[file] = KnownFile(frozenset(family), frozenset(sessions))
    return known, files
