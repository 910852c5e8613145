"""Transcripts of coding agents as `init` and `doctor` see them: which are there, which are about to be deleted, what is missing.

Nothing of a transcript is read here: only names, sizes and times of files, and what the warehouse knows.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from retro import warehouse
from retro.config import AgentSettings, Settings
from retro.config.literals import toml_text
from retro.config.values import locate
from retro.figures.wording import counted, day_text
from retro.pipeline.agent_readings import kept_days
from retro.sources.agents import KINDS
from retro.sources.agents.files import TranscriptFile, find_files
from retro.sprints import Sprint

_SOON_DAYS = 7
_READ = "select file, size_bytes, modified_ns, epoch(read_at) from agent_files where source = ? and is_present"
_OLDEST = "select epoch(min(started_at)) from agent_sessions where source = ?"
_LOST = "select sprint, lost_day_count from transcript_days where source = ? and lost_day_count > 0"


@dataclass(frozen=True)
class Finding:
    """What was seen of a section's transcripts, and what to do about it; empty `mend`: nothing."""

    is_fine: bool
    what: str
    detail: str
    mend: str = ""


@dataclass(frozen=True)
class _Mined:
    """What the warehouse knows of a section: files with size and change, the last reading, the oldest session.

    `lost` has the days of each sprint that lie between two readings too far apart.
    """

    files: dict[str, tuple[int, int]]
    read_at: datetime | None
    oldest: datetime | None
    lost: dict[str, int]


def transcript_findings(settings: Settings, sprints: Sequence[Sprint], now: datetime) -> Iterator[Finding]:
    """What there is to say about each `[[agents]]` section; `sprints` are those whose data should be there."""
    for section in settings.agents:
        yield from _section_findings(section, settings, sprints, now)


def propose_transcripts() -> str:
    """The commented sections of a new retro.toml for the agents that keep transcripts on this machine; "" without any."""
    lines: list[str] = []
    for name, kind in KINDS.items():
        for folder in kind.folders:
            files = find_files(Path(folder).expanduser(), kind.patterns, Path.home())
            if files:
                seen = f"{counted(len(files), 'file')} in {folder}"
                lines += ["#", f"# [[agents]]  # {seen}", f"# kind = {toml_text(name)}"]
                break
    if not lines:
        return ""
    head = [
        "# Transcripts of coding agents on this machine, none of which was opened. To have the sessions read whose working",
        "# directory lies in one of these repositories, take the `# ` away; no text of theirs is stored (docs/agents.md).",
    ]
    return "\n".join([*head, *lines, ""])


def _section_findings(
    section: AgentSettings, settings: Settings, sprints: Sequence[Sprint], now: datetime
) -> Iterator[Finding]:
    kind, what = KINDS[section.kind], f"agents {section.name}"
    folders = (
        [Path(one).expanduser() for one in kind.folders]
        if section.path is None
        else [locate(settings.root, section.path)]
    )
    files = [file for folder in folders if folder.exists() for file in find_files(folder, kind.patterns, settings.root)]
    mined = _mined(settings.root / warehouse.FILE, section.name)
    if not files:
        yield Finding(False, what, f"no transcript at {' or '.join(map(str, folders))}", "correct `path` in retro.toml")
    else:
        oldest = _changed_at(min(files, key=lambda file: file.modified_ns))
        yield Finding(
            True, what, f"{counted(len(files), 'transcript')}, the oldest of {day_text(oldest.date(), with_year=True)}"
        )
    days = kept_days(kind, folders)
    if days is not None:
        yield from _risks(what, files, mined, days, now)
    yield from _gaps(what, files, mined, sprints)


def _risks(what: str, files: list[TranscriptFile], mined: _Mined, days: int, now: datetime) -> Iterator[Finding]:
    """Files that the agent deletes soon and that are not in the warehouse as they are, and a mining too long ago."""
    limit = now - timedelta(days=days - _SOON_DAYS)
    new = [file for file in files if mined.files.get(file.name) != (file.size, file.modified_ns)]
    soon = [file for file in new if _changed_at(file) < limit]
    if soon:
        detail = f"{counted(len(soon), 'transcript')} not mined and deleted by the agent within {_SOON_DAYS} days"
        yield Finding(False, what, f"{detail} (it keeps {days})", "run `retro mine`")
    if mined.read_at and now - mined.read_at > timedelta(days=days):
        detail = f"read last on {day_text(mined.read_at.date(), with_year=True)}; the agent deletes transcripts after {days} days"
        yield Finding(False, what, f"{detail}, so sessions in between may be lost", "run `retro mine` more often")


def _gaps(what: str, files: list[TranscriptFile], mined: _Mined, sprints: Sequence[Sprint]) -> Iterator[Finding]:
    """Sprints that began before the oldest session that is known of, or of which transcripts were deleted unread."""
    if mined.oldest is None:
        if mined.read_at is None and files:
            yield Finding(False, what, "not mined yet", "run `retro mine`")
        return
    for sprint in sprints:
        if sprint.starts_at < mined.oldest:
            until = (
                "none of it"
                if mined.oldest >= sprint.ends_at
                else f"nothing before {day_text(mined.oldest.date(), with_year=True)}"
            )
            detail = f"sprint {toml_text(sprint.id)}: {until} is known"
            yield Finding(
                False, what, f"{detail}; earlier transcripts are not there", "look for copies, such as backups"
            )
        if lost := mined.lost.get(sprint.id):
            detail = f"sprint {toml_text(sprint.id)}: of {counted(lost, 'day')} the agent may have deleted transcripts unread"
            yield Finding(False, what, detail, "run `retro mine` more often, and look for copies, such as backups")


def _mined(path: Path, source: str) -> _Mined:
    if not path.is_file():
        return _Mined({}, None, None, {})
    with closing(warehouse.open_read_only(path)) as connection:
        try:
            rows = connection.execute(_READ, [source]).fetchall()
            ((oldest,),) = connection.execute(_OLDEST, [source]).fetchall()
            lost = dict(connection.execute(_LOST, [source]).fetchall())
        except (duckdb.CatalogException, duckdb.BinderException):  # written by another version
            return _Mined({}, None, None, {})
    newest = max((seconds for *_, seconds in rows), default=None)
    return _Mined({file: (size, changed) for file, size, changed, _ in rows}, _moment(newest), _moment(oldest), lost)


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _changed_at(file: TranscriptFile) -> datetime:
    return datetime.fromtimestamp(file.modified_ns / 1e9, UTC)
