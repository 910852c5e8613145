"""Sessions of coding agents meet commits, and requests themes.

Fills `commit_fingerprints`, `session_commits`, `session_commit_controls` and `label_themes`.

Git is asked only about commits that were written within 15 days after a session's edit (24 hours count, the rest is for the
controls), and about each of them once: what it says is kept as hashes. The joining itself is done anew at every run.
"""

from typing import TYPE_CHECKING

import duckdb

from retro import warehouse
from retro.analyses import session_commits
from retro.analyses.commit_fingerprints import commit_fingerprints, rules_digest
from retro.analyses.session_marks import read_records
from retro.analyses.session_themes import label_themes
from retro.config import RepoSettings, Settings
from retro.errors import GitError
from retro.frames import rows_of
from retro.git import Room, open_room
from retro.keyed_hashes import read_key
from retro.pipeline.mining import ROOMS
from retro.warehouse import load

if TYPE_CHECKING:
    from retro.pipeline.mining import Progress

Connection = duckdb.DuckDBPyConnection
_TABLES = ("session_commits", "session_commit_controls", "label_themes")
_NEAR_DAYS = max(session_commits.SHIFTS) + 1
# Commits of a repository without a fingerprint that still holds: the landed ones, and those of branches of pull requests that
# ended after the first edit. Only of the landed ones the author time is known before git is asked.
_PENDING = """
    with days as (
        select distinct edited_at::date + nearness.range::integer as day
        from agent_edits
        inner join agent_sessions using (source, session_id)
        cross join range($near_days) as nearness
        where agent_sessions.repo = $repo
        union
        select distinct called_at::date
        from agent_commits
        inner join agent_sessions using (source, session_id)
        where agent_sessions.repo = $repo
    ),

    known as (
        select commit_sha, authored_at, status
        from commit_fingerprints
        where repo = $repo and rules_digest = $digest
    ),

    branches as (
        select distinct commit_sha
        from pull_request_commits
        inner join pull_request_records using (source, repo, pr_number)
        where repo = $repo and head_committed_at >= (select min(day) from days)
    ),

    asked as (
        select commit_sha, authored_at
        from commits
        where repo = $repo and not is_merge and not is_boundary and authored_at::date in (select day from days)
        union all
        select commit_sha, null
        from branches
        where commit_sha not in (select commit_sha from commits where repo = $repo)
    )

    select
        asked.commit_sha,
        coalesce(asked.authored_at, known.authored_at)::date in (select day from days) as is_near
    from asked
    left join known using (commit_sha)
    where known.commit_sha is null or (known.status = 'far' and known.authored_at::date in (select day from days))
    order by asked.authored_at, asked.commit_sha
"""
FRAMES = {
    "sessions": "select * from agent_sessions where repo is not null",
    "edits": "select agent_sessions.repo, agent_edits.* from agent_edits inner join agent_sessions using (source, session_id) "
    "where agent_sessions.repo is not null",
    "calls": "select agent_sessions.repo, agent_commits.* from agent_commits "
    "inner join agent_sessions using (source, session_id) where agent_sessions.repo is not null",
    "commits": "select * from commit_fingerprints",
}
BRANCHES = """
    select distinct
        branch_commits.repo,
        branch_commits.commit_sha,
        coalesce(
            records.head_ref, regexp_extract(landed.subject, '^Merge pull request #[0-9]+ from [^/ ]+/(.+)$', 1)
        ) as head_ref
    from pull_request_commits as branch_commits
    inner join pull_request_records as records
        on records.source = branch_commits.source and records.repo = branch_commits.repo
        and records.pr_number = branch_commits.pr_number
    left join commits as landed on landed.repo = records.repo and landed.commit_sha = records.merged_sha
"""
# Fingerprints made by other rules, and of commits that a rewritten branch left behind.
_FORGET = """
    delete from commit_fingerprints
    where rules_digest <> ? or (repo, commit_sha) not in (
        select repo, commit_sha from commits
        union all
        select repo, commit_sha from pull_request_commits
    )
"""
_LABELS = """
    select distinct 'feature' as kind, map_extract(tags, 'feature')[1] as label
    from gateway_requests
    where label <> ''
    union
    select distinct 'branch', branch
    from gateway_requests
    where branch <> ''
    union
    select distinct 'branch', map_extract(tags, 'branch')[1] as label
    from gateway_requests
    where label <> ''
    order by all
"""


def judge(connection: Connection, settings: Settings, progress: "Progress") -> None:
    """Fills the four tables; a repository that cannot be read keeps the fingerprints it has."""
    for table in _TABLES:
        connection.execute(f"delete from {table}")
    load(connection, "label_themes", label_themes(connection.execute(_LABELS).fetchall(), settings.themes))
    ((count,),) = connection.execute("select count(*) from agent_sessions where repo is not null").fetchall()
    if not count:
        return
    key = read_key(settings.root / warehouse.FILE.parent)
    connection.execute(_FORGET, [rules_digest(key)])
    records: dict[str, list[str]] = {}
    for repo in settings.repos:
        try:
            records |= _read_repository(connection, settings, repo, key, progress)
        except GitError:  # mining has named it among the failures
            continue
    told = _evidence(connection, records)
    load(connection, "session_commits", session_commits.session_commits(told))
    load(connection, "session_commit_controls", session_commits.session_commit_controls(told))


def _read_repository(
    connection: Connection, settings: Settings, repo: RepoSettings, key: bytes, progress: "Progress"
) -> dict[str, list[str]]:
    """Reads what is new of a repository; gives the sessions that records in it tell of."""
    pending = connection.execute(
        _PENDING, {"repo": repo.name, "digest": rules_digest(key), "near_days": _NEAR_DAYS}
    ).fetchall()
    marked = "select count(*) from commit_fingerprints where repo = ? and len(session_marks) > 0"
    if not pending and not connection.execute(marked, [repo.name]).fetchall()[0][0]:
        return {}
    room = open_room(repo.path, settings.root / ROOMS, repo.alternates)
    progress.start(f"sessions of {repo.name}", len(pending))
    _read_commits(connection, room, repo.name, pending, key)
    progress.advance(len(pending))
    marks = connection.execute(
        "select distinct unnest(session_marks) from commit_fingerprints where repo = ?", [repo.name]
    ).fetchall()
    return read_records(room, [mark for (mark,) in marks])


def _read_commits(
    connection: Connection, room: Room, repo: str, pending: list[tuple[str, bool | None]], key: bytes
) -> None:
    """Loads fingerprints; where only git knows how old a commit is, its message is read first, and its lines if it is near."""
    near = [sha for sha, is_near in pending if is_near]
    for frame in commit_fingerprints(room, repo, near, [sha for sha, is_near in pending if is_near is None], key):
        load(connection, "commit_fingerprints", frame)
    if any(is_near is None for _, is_near in pending):
        found = connection.execute(
            _PENDING, {"repo": repo, "digest": rules_digest(key), "near_days": _NEAR_DAYS}
        ).fetchall()
        for frame in commit_fingerprints(room, repo, [sha for sha, is_near in found if is_near], [], key):
            load(connection, "commit_fingerprints", frame)


def _evidence(connection: Connection, records: dict[str, list[str]]) -> session_commits.Evidence:
    frames = {name: rows_of(connection.sql(asked)) for name, asked in FRAMES.items()}
    return session_commits.Evidence(**frames, branches=rows_of(connection.sql(BRANCHES)), records=records)
