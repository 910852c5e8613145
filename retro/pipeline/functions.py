"""Changed functions of the sprint that is built and of the one before: parsed when first asked for, kept by commit."""

from pathlib import Path

import duckdb

from retro import warehouse
from retro.analyses import functions
from retro.config import Settings, load_settings
from retro.errors import GitError
from retro.git import open_room
from retro.pipeline.mining import ROOMS, Progress, Silent
from retro.warehouse import load

_PENDING = """
    select distinct sprint_commits.repo, sprint_commits.commit_sha, sprint_commits.committed_at
    from sprint_commits
    semi join (
        select repo, commit_sha
        from commit_files
        where list_contains($suffixes, lower(regexp_extract(path, '\\.([^./]+)$', 1)))
    ) as code using (repo, commit_sha)
    anti join (
        select repo, commit_sha
        from function_files
        where rules_digest = $digest
    ) as judged using (repo, commit_sha)
    inner join sprints on sprints.sprint = sprint_commits.sprint
    inner join sprints as asked on asked.sprint = $sprint and sprints.sequence between asked.sequence - 1 and asked.sequence
    order by sprint_commits.repo, sprint_commits.committed_at, sprint_commits.commit_sha
"""


def judge_functions(root: Path, sprint: str, progress: Progress | None = None) -> dict[str, GitError]:
    """Fills `commit_functions` and `function_files` for a sprint and the one before; nothing pending, nothing written.

    Gives the repositories that could not be read, each with its error: their functions stay unknown.
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


def _pending(connection: duckdb.DuckDBPyConnection, sprint: str) -> dict[str, list[str]]:
    """Commits to look at by repository, in the order of history: neighbours share the blobs that they parse."""
    suffixes = sorted(functions.PARSED | functions.UNPARSED)
    given = {"suffixes": suffixes, "digest": functions.rules_digest(), "sprint": sprint}
    pending: dict[str, list[str]] = {}
    for repo, sha, _ in connection.sql(_PENDING, params=given).pl().iter_rows():
        pending.setdefault(repo, []).append(sha)
    return pending


def _judge(
    connection: duckdb.DuckDBPyConnection, settings: Settings, pending: dict[str, list[str]], progress: Progress
) -> dict[str, GitError]:
    failures = {}
    for repo in (repo for repo in settings.repos if repo.name in pending):
        shas = pending[repo.name]
        progress.start(f"functions {repo.name}", len(shas))
        for table in ("commit_functions", "function_files"):
            connection.execute(
                f"delete from {table} where repo = ? and list_contains(?::text[], commit_sha)", [repo.name, shas]
            )
        try:
            room = open_room(repo.path, settings.root / ROOMS, repo.alternates)
            for judged in functions.commit_functions(room, repo.name, shas):
                load(connection, "commit_functions", judged.functions)
                load(connection, "function_files", judged.files)
                progress.advance(judged.commit_count)
        except GitError as error:
            failures[repo.name] = error
    return failures
