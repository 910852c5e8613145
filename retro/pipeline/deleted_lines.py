"""Who had written the lines that the sprint which is built and the one before deleted: asked when first wanted."""

from pathlib import Path

import duckdb

from retro import warehouse
from retro.analyses import deleted_lines
from retro.analyses.path_kinds import NOT_WRITTEN
from retro.config import RepoSettings, Settings, load_settings
from retro.errors import GitError
from retro.git import open_room
from retro.pipeline.mining import ROOMS, Progress, Silent
from retro.warehouse import load

_PENDING = """
    select distinct
        sprint_commits.repo,
        sprint_commits.commit_sha,
        sprint_commits.committed_at,
        epoch(coalesce(commits.authored_at, commits.committed_at))::bigint as written_at
    from sprint_commits
    inner join commits on commits.repo = sprint_commits.repo and commits.commit_sha = sprint_commits.commit_sha
    semi join (
        select sprint, repo, commit_sha
        from sprint_file_changes
        where is_own and deleted_lines > 0
    ) as deleting
        on deleting.sprint = sprint_commits.sprint
        and deleting.repo = sprint_commits.repo
        and deleting.commit_sha = sprint_commits.commit_sha
    anti join (
        select repo, commit_sha
        from deleted_line_checks
        where rules_digest = $digest
    ) as judged on judged.repo = sprint_commits.repo and judged.commit_sha = sprint_commits.commit_sha
    inner join sprints on sprints.sprint = sprint_commits.sprint
    inner join sprints as asked on asked.sprint = $sprint and sprints.sequence between asked.sequence - 1 and asked.sequence
    where not commits.is_merge and not commits.is_boundary
"""
# Each commit with the old paths in it that another commit, or a merge by itself, touched in the days that are looked back.
_ASKED = f"""
    with pending as ({_PENDING}),

    touches as (
        select repo, commit_sha, path from commit_files
        union all
        select repo, commit_sha, path from merge_files
    ),

    recent as (
        select distinct pending.repo, pending.commit_sha, touches.path
        from pending
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

    select pending.repo, pending.commit_sha, pending.written_at, coalesce(list(recent.path), []) as paths
    from pending
    left join recent on recent.repo = pending.repo and recent.commit_sha = pending.commit_sha
    group by all
    order by pending.repo, any_value(pending.committed_at), pending.commit_sha
"""
_Pending = dict[str, list[deleted_lines.Deleting]]


def judge_deleted_lines(root: Path, sprint: str, progress: Progress | None = None) -> dict[str, GitError]:
    """Fills `deleted_lines` and `deleted_line_checks` for a sprint and the one before; nothing pending, nothing written.

    Gives the repositories that could not be read, each with its error: the rework in them stays unknown.
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


def _pending(connection: duckdb.DuckDBPyConnection, sprint: str) -> _Pending:
    """Commits to look at by repository, in the order of history."""
    given = {"digest": deleted_lines.rules_digest(), "sprint": sprint, "days": deleted_lines.DAYS_BACK}
    pending: _Pending = {}
    for repo, sha, written_at, paths in connection.sql(_ASKED, params=given).pl().iter_rows():
        pending.setdefault(repo, []).append(deleted_lines.Deleting(sha, written_at, frozenset(paths)))
    return pending


def _judge(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    pending: _Pending,
    progress: Progress,
) -> dict[str, GitError]:
    failures = {}
    for repo in (repo for repo in settings.repos if repo.name in pending):
        progress.start(f"deleted lines {repo.name}", len(pending[repo.name]))
        try:
            _judge_repository(connection, settings, repo, pending[repo.name], progress)
        except GitError as error:
            failures[repo.name] = error
    return failures


def _judge_repository(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    repo: RepoSettings,
    commits: list[deleted_lines.Deleting],
    progress: Progress,
) -> None:
    for table in ("deleted_lines", "deleted_line_checks"):
        connection.execute(
            f"delete from {table} where repo = ? and list_contains(?::text[], commit_sha)",
            [repo.name, [commit.commit_sha for commit in commits]],
        )
    kinds = "select path from file_kinds where repo = ? and list_contains(?::text[], kind)"
    left_out = {path for (path,) in connection.execute(kinds, [repo.name, sorted(NOT_WRITTEN)]).fetchall()}
    room = open_room(repo.path, settings.root / ROOMS, repo.alternates)
    for judged in deleted_lines.deleted_line_origins(room, repo.name, commits, left_out):
        load(connection, "deleted_lines", judged.origins)
        load(connection, "deleted_line_checks", judged.checks)
        progress.advance(judged.commit_count)
