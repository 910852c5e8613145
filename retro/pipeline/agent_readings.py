"""When the transcripts of a coding agent were read, and how far back they reached then: fills `agent_readings`.

Agents delete old transcripts. Where two readings lie further apart than an agent keeps its transcripts, sessions of the days in
between may have come and gone unseen.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import orjson

from retro.pipeline.news.transcripts import Transcripts
from retro.sources.agents import KINDS, Kind

Connection = duckdb.DuckDBPyConnection
_USER_SETTINGS_BYTES = 1 << 20
_OLDEST_ENDED = """
    select min(agent_sessions.ended_at)
    from (select source, unnest(session_ids) as session_id from agent_files where source = $source and is_present) as present
    inner join agent_sessions using (source, session_id)
"""


def note_reading(connection: Connection, section: Transcripts) -> None:
    """Notes that the section's transcripts were looked for now; call it when what is new of them is loaded."""
    now, days = datetime.now(UTC), kept_days(KINDS[section.settings.kind], section.folders)
    asked = f"insert into agent_readings select $source, $now, least($kept_from_at, ({_OLDEST_ENDED}))"
    if days is None:
        asked = "insert into agent_readings select $source, $now, $kept_from_at"
    kept_from_at = None if days is None else now - timedelta(days=days)
    connection.execute(asked, {"source": section.source, "now": now, "kept_from_at": kept_from_at})


def kept_days(kind: Kind, folders: Sequence[Path]) -> int | None:
    """Days that the agent keeps its transcripts: what its user has set, else its default; None: it deletes none."""
    if kind.keeps_days is None:
        return None
    for folder in folders:
        file = folder.parent / "settings.json"
        try:
            if file.stat().st_size <= _USER_SETTINGS_BYTES:
                told = orjson.loads(file.read_bytes())
                days = told.get("cleanupPeriodDays") if isinstance(told, dict) else None
                if type(days) is int and 0 < days < 36_500:
                    return days
        except (OSError, ValueError):
            continue
    return kind.keeps_days
