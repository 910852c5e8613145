"""Changed functions of the sprint that is built and of the one before: parsed when first asked for, kept by commit."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import duckdb

from retro.analyses import functions
from retro.config import Settings
from retro.errors import RepositoryError
from retro.frames import rows_of
from retro.git import Room
from retro.pipeline.judged_repositories import forget, judge_pending
from retro.pipeline.mining import Progress
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


def judge_functions(root: Path, sprint: str, progress: Progress | None = None) -> dict[str, RepositoryError]:
    """Fills `commit_functions` and `function_files` for a sprint and the one before; nothing pending, nothing written.

    Gives the repositories that could not be read, each with its error: their functions stay unknown.
    """
    return judge_pending(root, "functions", partial(_pending, sprint), _judge, progress)


def _pending(sprint: str, connection: duckdb.DuckDBPyConnection, _: Settings) -> dict[str, list[str]]:
    """Commits to look at by repository, in the order of history: neighbours share the blobs that they parse."""
    suffixes = sorted(functions.PARSED | functions.UNPARSED)
    given = {"suffixes": suffixes, "digest": functions.rules_digest(), "sprint": sprint}
    pending: dict[str, list[str]] = {}
    for repo, sha, _ in rows_of(connection.sql(_PENDING, params=given)).iter_rows():
        pending.setdefault(repo, []).append(sha)
    return pending


def _judge(connection: duckdb.DuckDBPyConnection, repo: str, room: Room, shas: Sequence[str]) -> Iterator[int]:
    for table in ("commit_functions", "function_files"):
        forget(connection, table, "commit_sha", repo, shas)
    for judged in functions.commit_functions(room, repo, shas):
        load(connection, "commit_functions", judged.functions)
        load(connection, "function_files", judged.files)
        yield judged.commit_count
