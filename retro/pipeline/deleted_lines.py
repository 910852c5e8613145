"""Who had written the lines that were deleted in the sprint which is built, the one before and between them: asked once."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import duckdb

from retro.analyses import deleted_lines
from retro.config import Settings
from retro.errors import RepositoryError
from retro.frames import Readable, rows_of
from retro.git import Room
from retro.pipeline.judged_repositories import forget, judge_pending
from retro.pipeline.mining import Progress
from retro.warehouse import load

# From the start of the sprint before to the end of this one, also between the two; the newest of very many, so that those of the
# sprint that is built come first, and a later build has nothing to add.
_DELETING = """
    select
        deleting.repo,
        deleting.commit_sha,
        deleting.committed_at,
        epoch(coalesce(deleting.authored_at, deleting.committed_at))::bigint as written_at,
        deleting.left_out_paths,
        checks.rules_digest
    from deleting_commits as deleting
    inner join sprints as asked on asked.sprint = $sprint
    left join sprints as earlier on earlier.sequence = asked.sequence - 1
    left join deleted_line_checks as checks
        on checks.repo = deleting.repo and checks.commit_sha = deleting.commit_sha
    where
        deleting.committed_at >= coalesce(earlier.starts_at, asked.starts_at)
        and deleting.committed_at < asked.ends_at
        and (deleting.own_deleted_lines > 0 or checks.commit_sha is not null)
    order by deleting.committed_at desc, deleting.repo, deleting.commit_sha
    limit $most
"""
# Each commit with the old paths in it that another commit, or a merge by itself, touched in the days that are looked back.
_RECENT = """
    with touches as (
        select repo, commit_sha, path from commit_files
        union all
        select repo, commit_sha, path from merge_files
    ),

    recent as (
        select distinct pending.repo, pending.commit_sha, touches.path
        from waiting as pending
        inner join commit_files as changed on changed.repo = pending.repo and changed.commit_sha = pending.commit_sha
        inner join touches
            on touches.repo = pending.repo
            and touches.path = coalesce(changed.old_path, changed.path)
            and touches.commit_sha <> pending.commit_sha
        inner join commits on commits.repo = touches.repo and commits.commit_sha = touches.commit_sha
        where
            changed.deleted_lines > 0
            and commits.committed_at <= pending.committed_at
            and epoch(commits.committed_at) >= pending.written_at - $days * 86400
    )

    select
        pending.repo,
        pending.commit_sha,
        pending.written_at,
        coalesce(list(recent.path) filter (where recent.path is not null), []) as paths,
        any_value(pending.left_out_paths) as left_out_paths
    from waiting as pending
    left join recent on recent.repo = pending.repo and recent.commit_sha = pending.commit_sha
    group by pending.repo, pending.commit_sha, pending.written_at
    order by pending.repo, any_value(pending.committed_at), pending.commit_sha
"""
_Pending = dict[str, list[deleted_lines.Deleting]]


def judge_deleted_lines(root: Path, sprint: str, progress: Progress | None = None) -> dict[str, RepositoryError]:
    """Fills `deleted_lines` and `deleted_line_checks` from the start of the sprint before to the end of this one.

    Nothing pending, nothing written; of very many commits the newest are looked at ([pages] judged_commits).
    Gives the repositories that could not be read, each with its error: the rework in them stays unknown.
    """
    return judge_pending(root, "deleted lines", partial(_pending, sprint), _judge, progress)


def _pending(sprint: str, connection: duckdb.DuckDBPyConnection, settings: Settings) -> _Pending:
    """Commits to look at by repository, in the order of history: those without a row, or with one by other rules.

    They are among the newest that deleted lines, as many as [pages] judged_commits says.
    """
    given = {"sprint": sprint, "most": settings.pages.judged_commits}
    deleting = rows_of(connection.sql(_DELETING, params=given))
    is_pending = [
        digest != deleted_lines.rules_digest(left_out)
        for left_out, digest in deleting.select("left_out_paths", "rules_digest").iter_rows()
    ]
    wanted = deleting.filter(is_pending)
    pending: _Pending = {}
    if not wanted.is_empty():
        waiting = Readable(wanted)  # noqa: F841 - DuckDB reads it
        found = connection.sql(_RECENT, params={"days": deleted_lines.DAYS_BACK})
        for repo, sha, written_at, paths, left_out in rows_of(found).iter_rows():
            commit = deleted_lines.Deleting(sha, written_at, frozenset(paths), left_out)
            pending.setdefault(repo, []).append(commit)
    return pending


def _judge(
    connection: duckdb.DuckDBPyConnection, repo: str, room: Room, commits: Sequence[deleted_lines.Deleting]
) -> Iterator[int]:
    for table in ("deleted_lines", "deleted_line_checks"):
        forget(connection, table, "commit_sha", repo, [commit.commit_sha for commit in commits])
    for judged in deleted_lines.deleted_line_origins(room, repo, commits):
        load(connection, "deleted_lines", judged.origins)
        load(connection, "deleted_line_checks", judged.checks)
        yield judged.commit_count
