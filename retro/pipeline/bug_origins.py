"""Origins of the bugs fixed in the sprint that is built and some time before: told when first asked for, kept by fix."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import duckdb

from retro.analyses import bug_origins
from retro.analyses.bug_origins import Fix
from retro.config import Settings
from retro.errors import RepositoryError
from retro.git import Room
from retro.pipeline.judged_repositories import forget, judge_pending
from retro.pipeline.mining import Progress
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
    ) as asked_for using (repo, commit_sha)
"""
# Of very many fixes the newest, so that those of the sprint that is built come first; the others count as not judged.
_PENDING = """
    with shown as (
        select
            commits.repo,
            commits.commit_sha,
            commits.parent_shas,
            commits.subject,
            commits.body,
            commits.committed_at,
            commits.is_boundary
        from commits
        semi join (
            select repo, commit_sha
            from commit_kinds
            where bug_fix_evidence is not null
        ) as fixes using (repo, commit_sha)
        {of_sprint}
        order by commits.committed_at desc, commits.repo, commits.commit_sha
        limit $most
    )

    select
        shown.repo,
        shown.commit_sha,
        shown.parent_shas,
        shown.subject,
        shown.body,
        epoch(shown.committed_at)::bigint as committed_at,
        shown.is_boundary
    from shown
    anti join (
        select repo, fix_sha as commit_sha
        from bug_origins
        where rules_digest = $digest
    ) as judged using (repo, commit_sha)
    order by shown.repo, shown.committed_at, shown.commit_sha
"""
_Pending = dict[str, list[Fix]]


def judge_bug_origins(root: Path, sprint: str | None, progress: Progress | None = None) -> dict[str, RepositoryError]:
    """Fills `bug_origins` for the fixes of a sprint, the one before and the sixty days to its end; of all history without one.

    Nothing pending, nothing written; of very many fixes of a sprint the newest are looked at ([pages] judged_commits). Gives the
    repositories that could not be read, each with its error: the origins of their bugs stay unknown.
    """
    return judge_pending(root, "bug origins", partial(_pending, sprint), _judge, progress)


def _pending(sprint: str | None, connection: duckdb.DuckDBPyConnection, settings: Settings) -> _Pending:
    """Fixes to look at by repository, in the order of history; of a sprint the newest ([pages] judged_commits)."""
    chosen = {"most": None} if sprint is None else {"sprint": sprint, "most": settings.pages.judged_commits}
    given = {"digest": bug_origins.rules_digest()} | chosen
    asked = _PENDING.format(of_sprint="" if sprint is None else _OF_SPRINT)
    pending: _Pending = {}
    for repo, sha, parents, subject, body, committed_at, is_boundary in connection.execute(asked, given).fetchall():
        fix = Fix(sha, tuple(parents), f"{subject}\n\n{body}", committed_at, is_boundary)
        pending.setdefault(repo, []).append(fix)
    return pending


def _judge(connection: duckdb.DuckDBPyConnection, repo: str, room: Room, fixes: Sequence[Fix]) -> Iterator[int]:
    forget(connection, "bug_origins", "fix_sha", repo, [fix.commit_sha for fix in fixes])
    for count, rows in bug_origins.bug_origins(room, repo, fixes, _landed(connection, repo)):
        load(connection, "bug_origins", rows)
        yield count


def _landed(connection: duckdb.DuckDBPyConnection, repo: str) -> dict[int, str]:
    """The commit that landed each pull request."""
    asked = "select pr_number, merged_sha from pull_requests where repo = ? and merged_sha is not null"
    return dict(connection.execute(asked, [repo]).fetchall())
