"""What doctor says of the rows that stand of each repository: what a page would lack, whichever run left it out."""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from retro.figures.wording import counted
from retro.project.repository_sprints import outside_of_sprints

_MISSING = """
    select commit_files.repo, count(*) as file_count, count(distinct commit_files.commit_sha) as commit_count
    from commit_files
    inner join repos on repos.repo = commit_files.repo and repos.is_configured
    where commit_files.lines_status = 'missing'
    group by commit_files.repo
    order by commit_files.repo
"""

_HAS_GONE = "from duckdb_tables() where table_name = 'gone_commits'"  # not before the first run of this version
_GONE = """
    select gone_commits.repo, count(*) as commit_count
    from gone_commits
    inner join repos on repos.repo = gone_commits.repo and repos.is_configured
    group by gone_commits.repo
    order by gone_commits.repo
"""


@dataclass(frozen=True)
class Gap:
    """What a repository lacks, and what to do about it; `mend` is empty when nothing is."""

    repo: str
    detail: str
    mend: str


def repository_gaps(connection: duckdb.DuckDBPyConnection, timezone: str) -> Iterator[Gap]:
    """Repositories without a commit in any sprint, with files whose lines nobody could count, with commits that are gone."""
    for repo, told in outside_of_sprints(connection, timezone):
        yield Gap(repo, told, "set `first` under [sprints] to a day before them, or name the branch")
    for repo, files, commits in connection.execute(_MISSING).fetchall():
        told = f"{counted(files, 'changed file')} of {counted(commits, 'commit')} without line counts: the content was missing"
        yield Gap(repo, told, "bring the content into the clone, then run `retro mine --full`")
    for repo, commits in connection.execute(_GONE).fetchall() if connection.execute(_HAS_GONE).fetchall() else ():
        told = f"{counted(commits, 'commit')} that neither the default branch nor a release reaches any more"
        yield Gap(repo, f"{told}, kept: `retro mine --prune` removes {'it' if commits == 1 else 'them'}", "")
