"""Origins of the bugs fixed in the sprint that is built and some time before: told when first asked for, kept by fix."""

from pathlib import Path

import duckdb

from retro import warehouse
from retro.analyses import bug_origins
from retro.analyses.bug_origins import Fix
from retro.config import RepoSettings, Settings, load_settings
from retro.errors import GitError
from retro.git import open_room
from retro.pipeline.mining import ROOMS, Progress, Silent
from retro.warehouse import load

# Those of the last sixty days of the sprint too: what was written more than thirty days ago has had its thirty days to fail.
_OF_SPRINT = """
    semi join (
        select commits.repo, commits.commit_sha
        from commits
        inner join sprints as asked on asked.sprint = $sprint
        left join sprints as earlier on earlier.sequence = asked.sequence - 1
        where
            commits.is_on_default_branch
            and commits.committed_at < asked.ends_at
            and commits.committed_at >= least(earlier.starts_at, asked.ends_at - interval 60 days)
    ) as shown using (repo, commit_sha)
"""
_PENDING = """
    select
        commits.repo,
        commits.commit_sha,
        commits.parent_shas,
        commits.subject,
        commits.body,
        epoch(commits.committed_at)::bigint as committed_at,
        commits.is_boundary
    from commits
    semi join (
        select repo, commit_sha
        from commit_kinds
        where bug_fix_evidence is not null
    ) as fixes using (repo, commit_sha)
    {of_sprint}
    anti join (
        select repo, fix_sha as commit_sha
        from bug_origins
        where rules_digest = $digest
    ) as judged using (repo, commit_sha)
    order by commits.repo, commits.committed_at, commits.commit_sha
"""
_Pending = dict[str, list[Fix]]


def judge_bug_origins(root: Path, sprint: str | None, progress: Progress | None = None) -> dict[str, GitError]:
    """Fills `bug_origins` for the fixes of a sprint, the one before and the sixty days to its end; of all history without one.

    Nothing pending, nothing written. Gives the repositories that could not be read, each with its error: the origins of their
    bugs stay unknown.
    """
    root = root.resolve()
    path, settings = root / warehouse.FILE, load_settings(root)
    with warehouse.one_writer(path):
        with warehouse.open_read_only(path) as connection:
            pending = _pending(connection, sprint)
        if not pending:
            return {}
        with warehouse.rewrite(path) as connection, warehouse.transaction(connection) as own:
            return _judge(own, settings, pending, progress or Silent())


def _pending(connection: duckdb.DuckDBPyConnection, sprint: str | None) -> _Pending:
    """Fixes to look at by repository, in the order of history."""
    given = {"digest": bug_origins.rules_digest()} | ({} if sprint is None else {"sprint": sprint})
    asked = _PENDING.format(of_sprint="" if sprint is None else _OF_SPRINT)
    pending: _Pending = {}
    for repo, sha, parents, subject, body, committed_at, is_boundary in connection.execute(asked, given).fetchall():
        fix = Fix(sha, tuple(parents), f"{subject}\n\n{body}", committed_at, is_boundary)
        pending.setdefault(repo, []).append(fix)
    return pending


def _judge(
    connection: duckdb.DuckDBPyConnection, settings: Settings, pending: _Pending, progress: Progress
) -> dict[str, GitError]:
    failures = {}
    for repo in (repo for repo in settings.repos if repo.name in pending):
        progress.start(f"bug origins {repo.name}", len(pending[repo.name]))
        try:
            _judge_repository(connection, settings, repo, pending[repo.name], progress)
        except GitError as error:
            failures[repo.name] = error
    return failures


def _judge_repository(
    connection: duckdb.DuckDBPyConnection, settings: Settings, repo: RepoSettings, fixes: list[Fix], progress: Progress
) -> None:
    shas = [fix.commit_sha for fix in fixes]
    connection.execute(
        "delete from bug_origins where repo = ? and list_contains(?::text[], fix_sha)", [repo.name, shas]
    )
    room = open_room(repo.path, settings.root / ROOMS, repo.alternates)
    for count, rows in bug_origins.bug_origins(room, repo.name, fixes, _landed(connection, repo.name)):
        load(connection, "bug_origins", rows)
        progress.advance(count)


def _landed(connection: duckdb.DuckDBPyConnection, repo: str) -> dict[int, str]:
    """The commit that landed each pull request."""
    asked = "select pr_number, merged_sha from pull_requests where repo = ? and merged_sha is not null"
    return dict(connection.execute(asked, [repo]).fetchall())
