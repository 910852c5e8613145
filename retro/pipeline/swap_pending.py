"""Which commits are to be judged for swaps, and which of them can hold one at all.

A swap stands in three files of a change that somebody in the team wrote, on lines that were put in the place of others. So a
change can only hold one that modified three such files, all its commits together: no line is replaced in a file that came,
went, got another name or became a link. Most changes are smaller, and then git need not compare what is in them.
"""

from typing import NamedTuple

import duckdb

from retro.analyses.path_kinds import NOT_WRITTEN
from retro.analyses.swaps import LEAST_FILES

_PENDING = """
    with pending as (
        select
            change_commits.commit_sha,
            change_commits.change_key,
            row_number() over (
                order by
                    change_commits.changed_at, change_commits.change_key, commits.committed_at, change_commits.commit_sha
            ) as place
        from change_commits
        inner join commits on commits.repo = change_commits.repo and commits.commit_sha = change_commits.commit_sha
        anti join (
            select commit_sha from swap_checks where repo = $repo and rules_digest = $digest
        ) as judged on judged.commit_sha = change_commits.commit_sha
        where change_commits.repo = $repo and change_commits.sprint is not null
    ),

    files as (
        select pending.commit_sha, pending.change_key, commit_files.path, commit_files.change_kind, commit_files.lines_status
        from pending
        inner join commit_files on commit_files.repo = $repo and commit_files.commit_sha = pending.commit_sha
    ),

    unread as (
        select commit_sha, count(*) as unread_count from files where lines_status = 'missing' group by all
    ),

    wide as (
        select files.change_key
        from files
        left join file_kinds on file_kinds.repo = $repo and file_kinds.path = files.path
        where files.change_kind = 'M' and (file_kinds.kind is null or not list_contains($not_written, file_kinds.kind))
        group by all
        having count(distinct files.path) >= $least
    )

    select
        pending.commit_sha,
        pending.change_key,
        coalesce(unread.unread_count, 0) as unread_count,
        wide.change_key is not null as is_wide
    from pending
    left join unread on unread.commit_sha = pending.commit_sha
    left join wide on wide.change_key = pending.change_key
    order by pending.place
"""


class Pending(NamedTuple):
    """A commit to judge, its change, its files without content, and whether the change is wide enough to hold a swap."""

    commit_sha: str
    change_key: str
    unread_count: int
    is_wide: bool


def pending_commits(connection: duckdb.DuckDBPyConnection, repo: str, digest: str) -> list[Pending]:
    """Commits of sprints that these rules have not judged yet, those of a change together; reads views."""
    given = {"repo": repo, "digest": digest, "not_written": sorted(NOT_WRITTEN), "least": LEAST_FILES}
    return [Pending(*row) for row in connection.execute(_PENDING, given).fetchall()]
