"""Who wrote what: the notes and identities of a repository, and the judgement on each commit."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from retro.analyses import attribution
from retro.analyses.mailmap import identities, read_mailmap
from retro.config import Settings
from retro.frames import Readable, rows_of
from retro.git import Room
from retro.pipeline.log import Reading, log_row
from retro.sources import git_notes
from retro.sources.accounts import Account
from retro.warehouse import load

if TYPE_CHECKING:
    from retro.pipeline.mining import Progress
    from retro.pipeline.news.repositories import RepoState

Connection = duckdb.DuckDBPyConnection
_COMMITS_AT_ONCE = 5_000


def read_people(connection: Connection, repo: str, room: Room, tip: str | None) -> None:
    """Replaces the identities of a repository: every spelling in its commits, and what `.mailmap` at `tip` makes of it."""
    people = rows_of(
        connection.sql(
            """
        select distinct repo, author_name as name, author_email as email from commits where repo = $repo
        union
        select distinct repo, committer_name, committer_email from commits where repo = $repo
        order by all
        """,
            params={"repo": repo},
        )
    )
    connection.execute("delete from identities where repo = ?", [repo])
    load(connection, "identities", identities(people, read_mailmap(room, tip)))


def read_notes(connection: Connection, state: "RepoState") -> None:
    """Reads the notes that are new or rewritten, and forgets those that are gone; their commits are judged again."""
    repo, account, started_at = state.settings.name, Account(), datetime.now(UTC)
    listed = git_notes.list_notes(state.room, state.notes_refs, account)
    rows = connection.execute(
        "select notes_ref, commit_sha, note_sha from commit_notes where repo = ?", [repo]
    ).fetchall()
    known = {(ref, sha): note for ref, sha, note in rows}
    own = connection.execute("select commit_sha from commits where repo = ? and not is_merge", [repo]).fetchall()
    changed = git_notes.changed_notes(listed, (sha for (sha,) in own), known)
    there = {(note.notes_ref, note.commit_sha) for note in listed}
    stale = {(note.notes_ref, note.commit_sha) for note in changed} | (known.keys() - there)
    if not stale and not account.reasons:
        return
    _forget(connection, repo, stale)
    for frames in git_notes.read_notes(state.room, repo, changed, account):
        for table, frame in frames.items():
            load(connection, table, frame)
    load(
        connection,
        "load_log",
        log_row(Reading(source="git notes", item=repo, started_at=started_at, digest=state.digest), account),
    )


def judge(connection: Connection, settings: Settings, progress: "Progress") -> None:
    """Fills `commit_attribution` where a row is missing or was made by other rules."""
    rules = settings.attribution
    team = attribution.TeamRules(rules.agents, rules.bots, rules.humans)
    digest = {"digest": attribution.rules_digest(team)}
    pending = """
        from commits anti join (select repo, commit_sha from commit_attribution where rules_digest = $digest) as judged
            using (repo, commit_sha)
    """
    ((count,),) = connection.execute(f"select count(*) {pending}", digest).fetchall()
    progress.start("authors", count)
    while True:
        batch = rows_of(connection.sql(f"select repo, commit_sha {pending} limit {_COMMITS_AT_ONCE}", params=digest))
        if batch.is_empty():
            return
        asked_shas = Readable(batch)  # noqa: F841 - DuckDB reads it
        commits = rows_of(connection.sql(_COMMITS))
        trailers = rows_of(connection.sql(_WITH_COMMITS.format("commit_trailers")))
        notes = rows_of(connection.sql(_WITH_COMMITS.format("commit_notes")))
        load(connection, "commit_attribution", attribution.commit_attribution(commits, trailers, notes, team))
        progress.advance(batch.height)


# Lines added, so that a note which tells of many more is known to be another commit's; NULL where git counted none.
_COMMITS = """
    select
        commits.repo,
        commits.commit_sha,
        commits.author_name,
        commits.author_email,
        commits.authored_at,
        commits.committed_at,
        commits.subject,
        commits.body,
        case
            when commits.is_merge or commits.is_boundary then null
            when counted.repo is null then 0
            else counted.added_lines
        end as added_lines
    from commits
    semi join asked_shas using (repo, commit_sha)
    left join (
        select repo, commit_sha, sum(added_lines)::bigint as added_lines
        from commit_files
        semi join asked_shas using (repo, commit_sha)
        group by all
    ) as counted using (repo, commit_sha)
"""
_WITH_COMMITS = "select * from {} semi join asked_shas using (repo, commit_sha)"


def _forget(connection: Connection, repo: str, stale: set[tuple[str, str]]) -> None:
    keys = pl.DataFrame(sorted(stale), schema={"notes_ref": pl.String, "commit_sha": pl.String}, orient="row")
    gone = Readable(keys)  # noqa: F841 - DuckDB reads it
    for table in ("commit_notes", "line_attributions"):
        connection.execute(
            f"delete from {table} where repo = ? and (notes_ref, commit_sha) in (select notes_ref, commit_sha from gone)",
            [repo],
        )
    connection.execute(
        "delete from commit_attribution where repo = ? and commit_sha in (select commit_sha from gone)", [repo]
    )
