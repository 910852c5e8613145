"""Transcripts that were written anew, cut off or can no longer be read since: what they told before stays.

It stays under a name of its own, as that of a file that is gone: `a.jsonl, as of 2026-03-10 09:00:00.000` is what `a.jsonl` held
when it was read then. A file that only grew tells all that it told before, so nothing of it is set apart.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import polars as pl

from retro.frames import Readable
from retro.pipeline.agents import KnownFile
from retro.sources.agents.files import Tally

Connection = duckdb.DuckDBPyConnection
AS_OF = ", as of "
_KEPT = "requests that the file no longer tells of since it was written anew, kept until `retro mine --prune`"
_CHUNK_BYTES = 1 << 20
# Files of which a request, or a session as a whole, is in the warehouse and in none of the files that were read now.
_POORER = """
    with missed as (
        select file, count(*) as request_count
        from gateway_requests
        where source = $source and list_contains($files::text[], file) and request_key not in (select request_key from requests)
        group by file
    ),

    sessions_of_files as (
        select file, unnest(session_ids) as session_id
        from agent_files
        where source = $source and list_contains($files::text[], file)
    ),

    missed_sessions as (
        select distinct file
        from sessions_of_files
        where session_id not in (select session_id from sessions)
    )

    select
        agent_files.file,
        agent_files.size_bytes,
        agent_files.digest,
        strftime(agent_files.read_at, '%Y-%m-%d %H:%M:%S.%g'),
        agent_files.family,
        agent_files.session_ids,
        coalesce(missed.request_count, 0)
    from agent_files
    left join missed on missed.file = agent_files.file
    left join missed_sessions on missed_sessions.file = agent_files.file
    where agent_files.source = $source
        and list_contains($files::text[], agent_files.file)
        and coalesce(missed.file, missed_sessions.file) is not null
    order by agent_files.file
"""


def set_apart(
    connection: Connection, source: str, tallies: Sequence[Tally], frames: Mapping[str, pl.DataFrame]
) -> Iterator[tuple[str, str, KnownFile]]:
    """Renames what files that were written anew no longer tell; yields name, new name and what it held of each of them.

    `frames` are the rows that the files tell now.
    """
    requests, sessions = (  # noqa: F841 - DuckDB reads them
        Readable(frames["gateway_requests"].select("request_key")),
        Readable(frames["agent_sessions"].select("session_id")),
    )
    read = {tally.file.name: tally for tally in tallies}
    for file, size, digest, read_at, *held, count in connection.execute(
        _POORER, {"source": source, "files": list(read)}
    ).fetchall():
        tally = read[file]
        if digest in (None, tally.digest) or _begins_as(tally.file.path, size, digest):
            continue
        name = f"{file}{AS_OF}{read_at}"
        places = {"source": source, "file": file, "name": name}
        connection.execute(
            "update gateway_requests set file = $name where source = $source and file = $file "
            "and request_key not in (select request_key from requests)",
            places,
        )
        connection.execute(
            "insert into agent_files select * replace ($name as file, false as is_present) from agent_files "
            "where source = $source and file = $file",
            places,
        )
        if count:
            tally.account.places.setdefault(_KEPT, "the file itself")
            tally.account.count(_KEPT, count)
        yield file, name, KnownFile(*map(frozenset, held))


def _begins_as(path: Path, size: int, digest: str) -> bool:
    """Whether the file still begins with the `size` bytes that had this SHA-256."""
    found = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while size > 0 and (chunk := file.read(min(size, _CHUNK_BYTES))):
                found.update(chunk)
                size -= len(chunk)
    except OSError:
        return False
    return size == 0 and found.hexdigest() == digest
