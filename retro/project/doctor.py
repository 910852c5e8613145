"""What is configured, found, stale and missing in a project, and how to mend it.

Each part of a project is looked at by itself: what is broken becomes a line of the answer, never the end of it.
"""

import fcntl
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import duckdb

from retro import warehouse
from retro.config import RepoSettings, Settings, load_settings
from retro.config.literals import toml_text
from retro.errors import RetroError
from retro.figures.wording import counted, day_range, list_text, moment_text
from retro.git import Room, open_room
from retro.git.process import check_version
from retro.git.room import read_time
from retro.pipeline import is_behind
from retro.pipeline.news import known
from retro.pipeline.news.logs import log_states
from retro.project.forges import forge_findings
from retro.project.repository_gaps import repository_gaps
from retro.project.transcripts import transcript_findings
from retro.sources.gateway.places import find_logs
from retro.sprints import Sprint, gap_days, last_finished, plan_sprints

_LITTLE_SPACE_BYTES = 1 << 30
_SHOWN_GAPS = 5
# The state of a source is that of its latest run; what was left out is told by the latest run that had rows to read.
_LOADS = """
    select
        source,
        item,
        arg_max(status, started_at) as status,
        arg_max(coalesce(reason, ''), started_at) as reason,
        coalesce(arg_max(rows_skipped, started_at) filter (where rows_read > 0), 0) as rows_skipped,
        coalesce(arg_max(coalesce(reason, ''), started_at) filter (where rows_read > 0), '') as skip_reason
    from load_log
    where status <> 'unread'
    group by all
    order by source, item
"""

_UNNAMED = """
    select source, count(*) from gateway_requests where not list_contains(?::text[], source) group by all order by all
"""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: `detail` is what was seen, `mend` what to do about it, empty when nothing is."""

    level: Literal["ok", "warn", "fail"]
    what: str
    detail: str
    mend: str = ""


def doctor(root: Path, now: datetime | None = None) -> list[Check]:
    """Checks of the machine and of the project in the folder `root`, in a fixed order; a broken one raises nothing."""
    moment = now or datetime.now(UTC)
    checks = [*_guarded("machine", _machine)]
    try:
        settings = load_settings(root)
    except RetroError as error:
        return [*checks, Check("fail", "settings", str(error), "mend retro.toml as told")]
    checks.append(Check("ok", "settings", f"{settings.root}/retro.toml, project {toml_text(settings.project.name)}"))
    with tempfile.TemporaryDirectory(prefix="retro-doctor-") as rooms:
        tips: dict[str, str | None] = {}
        for repo in settings.repos:
            checks += _guarded(f"repository {repo.name}", _repository, repo, Path(rooms), settings, tips)
    checks += _sprints(settings, moment)
    checks += _guarded("gateway logs", _gateway_logs, settings)
    checks += _forges(settings)
    checks += _guarded("agents", _transcripts, settings, moment)
    file = settings.root / warehouse.FILE
    checks += _guarded("bills", _unnamed_sources, file, settings)
    checks += _guarded("data folder", _data_folder, file)
    of_warehouse = _guarded("warehouse", _warehouse, file, tips, moment, settings.project.timezone)
    checks += of_warehouse
    if all(check.level != "fail" for check in of_warehouse):
        checks += _guarded("warehouse", _behind, settings.root)
    return checks


def _guarded(what: str, look: Callable[..., Iterator[Check]], *arguments: object) -> list[Check]:
    """The checks of `look`; where it breaks off, what it had seen until then and the reason."""
    checks: list[Check] = []
    try:
        checks.extend(look(*arguments))
    except (RetroError, OSError, OverflowError, duckdb.Error) as error:
        checks.append(Check("fail", what, str(error).strip().partition("\n")[0], "mend what is told and run it again"))
    return checks


def _machine() -> Iterator[Check]:
    yield Check("ok", "Python", platform.python_version())
    yield Check("ok", "DuckDB", duckdb.__version__)
    yield Check("ok", "git", check_version())


def _repository(repo: RepoSettings, rooms: Path, settings: Settings, tips: dict[str, str | None]) -> Iterator[Check]:
    what = f"repository {repo.name}"
    room = open_room(repo.path, rooms, repo.alternates)
    found = room.default_branch(repo.branch)
    tips[repo.name] = found[1] if found else None
    if found is None:
        yield Check("warn", what, f"{repo.path}: no commit yet", "commit something, or name the branch in retro.toml")
        return
    ref, sha = found
    yield Check("ok", what, f"{repo.path}: {_short(ref)}, last commit {_commit_time(room, sha, settings)}")
    if room.place.shallow:
        yield Check("warn", what, "a shallow clone: older commits are not there", "run `git fetch --unshallow` in it")
    if room.place.broken_refs:
        names = ", ".join(map(toml_text, room.place.broken_refs[:3]))
        yield Check(
            "warn", what, f"{counted(len(room.place.broken_refs), 'broken ref')}: {names}", "run `git fsck` in it"
        )


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def _commit_time(room: Room, sha: str, settings: Settings) -> str:
    text = room.run("log", "--max-count=1", "--format=%ct", "--end-of-options", sha, "--").decode().strip()
    seconds = read_time(text)
    if seconds is None:
        return "at an unreadable time"
    return moment_text(datetime.fromtimestamp(seconds, UTC), settings.project.timezone)


def _sprints(settings: Settings, now: datetime) -> Iterator[Check]:
    timezone = settings.project.timezone
    sprints = plan_sprints(settings.sprints, timezone, now.astimezone(ZoneInfo(timezone)).date())
    try:
        finished = last_finished(sprints, now)
    except RetroError as error:
        yield Check("fail", "sprints", str(error), "correct [sprints] in retro.toml")
        return
    running = [sprint for sprint in sprints if sprint.starts_at <= now < sprint.ends_at]
    told = [f"running {_named(sprint)}" for sprint in running]
    told += [f"last finished {_named(finished)}"] if finished not in running else []
    yield Check("ok", "sprints", "; ".join([f"{len(sprints)} planned", *told]))
    gaps = [day_range(first, last) for first, last in gap_days(sprints)]
    if gaps:
        shown = "; ".join(gaps[-_SHOWN_GAPS:])
        yield Check("ok", "days without a sprint", f"{counted(len(gaps), 'gap')}, the latest: {shown}")


def _named(sprint: Sprint) -> str:
    return f"{toml_text(sprint.id)} ({day_range(sprint.first_date, sprint.last_date)})"


def _gateway_logs(settings: Settings) -> Iterator[Check]:
    """How many files each section's path means; one that means none is likely a slip of the path."""
    for section in settings.gateway:
        logs = find_logs(settings.root, [section])
        found = [log for log in logs if log.state]
        what, path = f"gateway {section.name}", toml_text(section.path)
        if found:
            size = sum(log.state[0] for log in found)
            yield Check("ok", what, f"{counted(len(found), 'file')} at {path}, {size >> 20:,} MB")
        else:
            yield Check("warn", what, f"no file at {path}", "correct the path, or put the log there")
    file = settings.root / warehouse.FILE
    changed = log_states(settings, known(file).logs).changed if settings.gateway and file.is_file() else ()
    if changed:
        yield Check(
            "warn", "gateway logs", f"{counted(len(changed), 'file')} new or changed since mining", "run `retro mine`"
        )


def _forges(settings: Settings) -> Iterator[Check]:
    """Dumps that are there, and tokens for the forges that are asked."""
    for found in forge_findings(settings):
        yield Check("ok" if found.is_fine else "warn", found.what, found.detail, found.mend)


def _transcripts(settings: Settings, now: datetime) -> Iterator[Check]:
    """Transcripts that are there, about to be deleted, or missing from the running and the last finished sprint."""
    timezone = settings.project.timezone
    started = plan_sprints(settings.sprints, timezone, now.astimezone(ZoneInfo(timezone)).date())
    latest = [sprint for sprint in started if sprint.starts_at <= now][-2:]
    for found in transcript_findings(settings, latest, now):
        yield Check("ok" if found.is_fine else "warn", found.what, found.detail, found.mend)


def _unnamed_sources(file: Path, settings: Settings) -> Iterator[Check]:
    """Sections that retro.toml no longer names and whose requests are still in the bill."""
    if not file.is_file():
        return
    named = [section.name for section in (*settings.gateway, *settings.agents)]
    with closing(warehouse.open_read_only(file)) as connection:
        found = connection.execute(_UNNAMED, [named]).fetchall()
    for source, count in found:
        yield Check(
            "warn",
            f"bills of {source}",
            f"{counted(count, 'request')} still in the bill, though no section of retro.toml has this name",
            "name it again, or run `retro mine --prune` to remove them",
        )


def _data_folder(file: Path) -> Iterator[Check]:
    """Room on the disk, a run that is under way, and copies that dead runs left."""
    folder = next(parent for parent in file.parents if parent.is_dir())
    free = shutil.disk_usage(folder).free
    needed = 2 * file.stat().st_size if file.is_file() else 0
    space = f"{free >> 20:,} MB free at {folder}"
    if free < _LITTLE_SPACE_BYTES or free < needed:
        yield Check("warn", "disk", space, "free some space: each run writes a copy of the warehouse first")
    else:
        yield Check("ok", "disk", space)
    if _is_locked(file.parent / ".retro.lock"):
        yield Check("warn", "lock", "another run is writing the warehouse", "wait for its end")
    stale = warehouse.stale_copies(file.parent)
    if stale:
        names = ", ".join(toml_text(copy.name) for copy in stale)
        yield Check("warn", "stale copies", f"{names} of runs that were cut off", "the next `retro mine` removes them")


def _is_locked(lock: Path) -> bool:
    """Whether a living run holds the lock; the file itself stays after a run and means nothing."""
    if not lock.is_file():
        return False
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _warehouse(file: Path, tips: dict[str, str | None], now: datetime, timezone: str) -> Iterator[Check]:
    if not file.exists():
        yield Check("warn", "warehouse", f"{file}: not there yet", "run `retro mine`")
        return
    with closing(warehouse.open_read_only(file)) as connection:
        yield from _mined_repositories(connection, tips, now)
        for gap in repository_gaps(connection, timezone):
            yield Check("warn" if gap.mend else "ok", f"repository {gap.repo}", gap.detail, gap.mend)
        yield from _loads(connection)


def _behind(root: Path) -> Iterator[Check]:
    if is_behind(root):
        yield Check(
            "warn", "warehouse", "settings, views or the plan of sprints changed since mining", "run `retro mine`"
        )


def _mined_repositories(
    connection: duckdb.DuckDBPyConnection, tips: dict[str, str | None], now: datetime
) -> Iterator[Check]:
    rows = connection.execute("select repo, default_branch_sha, epoch(mined_at) from repos order by repo").fetchall()
    mined = {repo: sha for repo, sha, _ in rows}
    if rows:
        newest = max(seconds for _, _, seconds in rows)
        yield Check("ok", "warehouse", f"{counted(len(rows), 'repository')}, {_age(newest, now)}")
    stale = [repo for repo, sha in tips.items() if repo not in mined or mined[repo] != sha]
    if stale:
        yield Check("warn", "warehouse", f"behind the default branch of {list_text(stale)}", "run `retro mine`")


def _age(seconds: float, now: datetime) -> str:
    hours = max(0, int(now.timestamp() - seconds)) // 3600
    if hours < 1:
        return "mined less than an hour ago"
    return f"mined {counted(hours, 'hour')} ago" if hours < 48 else f"mined {counted(hours // 24, 'day')} ago"


def _loads(connection: duckdb.DuckDBPyConnection) -> Iterator[Check]:
    """What the runs of each source left out or could not read, and how many secrets they masked."""
    for source, item, status, reason, skipped, skip_reason in connection.execute(_LOADS).fetchall():
        if status == "failed":
            yield Check("fail", f"{source} {item}", f"not read: {reason}", "mend it and run `retro mine`")
        elif skipped or skip_reason:
            yield Check(
                "warn", f"{source} {item}", f"{counted(skipped, 'row')} skipped; {skip_reason or 'no reason told'}"
            )
    (masked,) = connection.execute("select coalesce(sum(masked_count), 0)::bigint from load_log").fetchone()
    yield Check("ok", "secrets", f"{counted(masked, 'secret')} masked by the runs so far")
