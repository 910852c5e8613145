"""What doctor says of repositories that were mined and have no commit in any sprint: their pages would stay empty."""

from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb

from retro.figures.wording import counted, moment_text

_OUTSIDE = """
    select
        commits.repo,
        count(*) as commit_count,
        epoch(min(commits.committed_at))::bigint as first_at,
        epoch(max(commits.committed_at))::bigint as last_at
    from commits
    inner join repos on repos.repo = commits.repo and repos.is_configured
    where
        commits.is_on_default_branch
        and not exists (
            from commits as own
            inner join sprints on own.committed_at >= sprints.starts_at and own.committed_at < sprints.ends_at
            where own.repo = commits.repo and own.is_on_default_branch
        )
    group by commits.repo
    having last_at is not null
    order by commits.repo
"""


def outside_of_sprints(connection: duckdb.DuckDBPyConnection, timezone: str) -> Iterator[tuple[str, str]]:
    """Each repository none of whose commits lies in a sprint, and when they were made, in words."""
    for repo, count, *seconds in connection.execute(_OUTSIDE).fetchall():
        first, last = (moment_text(datetime.fromtimestamp(at, UTC), timezone) for at in seconds)
        when = f"made {first}" if count == 1 else f"made from {first} to {last}"
        yield repo, f"none of its {counted(count, 'commit')}, {when}, lies in a sprint"
