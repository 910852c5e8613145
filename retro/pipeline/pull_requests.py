"""What became of merges, pull requests and copied changes of a repository: told from git, put into the warehouse.

Each step reads all that it needs before it changes a row, so that one that fails leaves the rows of the last run.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from retro.frames import Readable
from retro.git import Commit
from retro.queries import all_queries, shipped
from retro.sources import git_merges, git_pull_requests
from retro.sources.git_change_identities import PullRequest, identities
from retro.sources.git_mainline import read_mainline
from retro.sources.git_pull_requests import Hints, Told
from retro.sources.pull_request_refs import pull_request_refs
from retro.warehouse import load

if TYPE_CHECKING:
    from retro.pipeline.mining import Options
    from retro.pipeline.news.repositories import RepoState

Connection = duckdb.DuckDBPyConnection
Frames = dict[str, pl.DataFrame]
_RECORDS, _COMMITS = "pull_request_records", "pull_request_commits"
_TOLD = """
    select pr_number, head_sha, base_sha, merged_sha, method from pull_request_records
    where source = 'git' and repo = ? and state is not null
"""


def read_merges(
    connection: Connection, state: "RepoState", graph: Sequence[Commit], options: "Options", reasons: Counter[str]
) -> None:
    """Judges the merges of `graph` that no run has judged yet, those that a shallow clone cut off, and those of which objects
    were missing that are there by now; all when `full`."""
    repo = state.settings.name
    merges = [commit for commit in graph if len(commit.parents) > 1]
    wanted = {commit.sha for commit in merges} if options.full else _unjudged(connection, state, merges)
    if not wanted:
        return
    options.progress.start(f"merges of {repo}", len(wanted))
    for frames in git_merges.outcomes(state.room, repo, graph, wanted, reasons):
        judged = Readable(frames["merges"].select("commit_sha"))  # noqa: F841 - DuckDB reads it
        connection.execute(
            "delete from merge_files where repo = ? and commit_sha in (select commit_sha from judged)", [repo]
        )
        for table, frame in frames.items():
            load(connection, table, frame)
        options.progress.advance(frames["merges"].height)


def _unjudged(connection: Connection, state: "RepoState", merges: Sequence[Commit]) -> set[str]:
    """Merges to be judged: new ones, and those left unjudged for a reason that may be gone."""
    asked = "select commit_sha, reason from merges where repo = ?"
    earlier = dict(connection.execute(asked, [state.settings.name]).fetchall())
    damaged = [commit for commit in merges if earlier.get(commit.sha) == git_merges.DAMAGED]
    again = git_merges.arrived(state.room, damaged)
    return again | {c.sha for c in merges if c.sha not in earlier or earlier[c.sha] == git_merges.CUT_OFF}


def read(
    connection: Connection,
    state: "RepoState",
    default: tuple[str, str],
    graph: Sequence[Commit],
    options: "Options",
) -> Counter[str]:
    """Brings pull requests and linked changes up to date; why refs were left out, with counts.

    `default` is the ref and commit of the default branch, where the commits of `graph` are placed already.
    """
    repo, room = state.settings.name, state.room
    refs, _ = pull_request_refs(room.refs)
    was_cut = _was_cut(connection, repo)
    is_full = options.full or (was_cut and not room.place.shallow)  # of what a cut hid the last run could not tell all
    hints, count = _hints(connection, repo, refs, is_full), len(refs)
    if was_cut:
        hints = _without_cut(hints, refs)
    if count:
        options.progress.start(f"pull requests of {repo}", count)
    frames, reasons = git_pull_requests.read(room, repo, default, graph, hints)
    known = {} if is_full else _change_ids(connection, repo)
    branches = _branches(connection, repo, frames)
    links = identities(room, repo, read_mainline(graph, default[1]), branches, known)
    _load(connection, repo, frames)
    _name_branches(connection, repo, git_pull_requests.branch_names(room, default))
    if options.prune:
        _prune(connection, repo, refs)
    if not room.place.shallow:  # what lies behind a cut cannot be linked again
        connection.execute("delete from change_identities where repo = ?", [repo])
    load(connection, "change_identities", links)
    options.progress.advance(count)
    return reasons


def _hints(connection: Connection, repo: str, refs: Mapping[int, str], is_full: bool) -> Hints:
    """What messages say, and what the last run said: all of it, or, when everything is to be read again, what refs that are
    gone by now told it."""
    named, told = _named(connection, repo), connection.execute(_TOLD, [repo]).fetchall()
    if is_full:
        gone = [row for row in told if row[0] not in refs and row[-1] != "named in a message"]
        return Hints(named, None, {number: Told(*shas) for number, *shas, _ in gone})
    tips = connection.execute("select default_branch_sha from repos where repo = ?", [repo]).fetchall()
    return Hints(named, tips[0][0] if tips else None, {number: Told(*shas) for number, *shas, _ in told})


def _was_cut(connection: Connection, repo: str) -> bool:
    """Whether the clone was shallow at the last run."""
    return connection.execute("select 1 from repos where repo = ? and is_shallow", [repo]).fetchone() is not None


def _without_cut(hints: Hints, refs: Mapping[int, str]) -> Hints:
    """The hints without those of heads whose change began behind the cut: a clone can be deepened step by step."""
    told = {
        number: each
        for number, each in hints.told.items()
        if number not in refs or each.head_sha is None or each.base_sha is not None
    }
    return replace(hints, told=told)


def _named(connection: Connection, repo: str) -> dict[str, frozenset[int]]:
    """Numbers of the pull requests that each commit's message names."""
    view = all_queries((shipped("queries"),), "views")["commit_pull_requests"].sql
    rows = connection.execute(
        f"select commit_sha, pr_number from ({view}\n) where repo = ? and pr_number > 0", [repo]
    ).fetchall()
    return {sha: frozenset({number}) for sha, number in rows}


def _change_ids(connection: Connection, repo: str) -> dict[str, str]:
    asked = "select commit_sha, change_id from change_identities where repo = ? and change_id is not null"
    return dict(connection.execute(asked, [repo]).fetchall())


def _branches(connection: Connection, repo: str, frames: Frames) -> list[PullRequest]:
    """All pull requests, those of `frames` in place of what the warehouse has of them."""
    fresh, fresh_commits = Readable(frames[_RECORDS]), Readable(frames[_COMMITS])  # noqa: F841 - DuckDB reads them
    rows = connection.execute(
        f"""
        with records as (
            select pr_number, merged_sha, merged_how from fresh
            union all
            select pr_number, merged_sha, merged_how from {_RECORDS}
            where source = 'git' and repo = $repo and pr_number not in (select pr_number from fresh)
        ),

        branch_commits as (
            select pr_number, commit_sha, position from fresh_commits
            union all
            select pr_number, commit_sha, position from {_COMMITS}
            where source = 'git' and repo = $repo and pr_number not in (select pr_number from fresh)
        )

        select merged_sha, merged_how, list(commit_sha order by position)
        from records
        inner join branch_commits using (pr_number)
        group by pr_number, merged_sha, merged_how
        order by pr_number
        """,
        {"repo": repo},
    ).fetchall()
    return [PullRequest(*row) for row in rows]


def _load(connection: Connection, repo: str, frames: Frames) -> None:
    """Loads what is new or has changed; what was merged by a commit that no longer counts is not merged any more."""
    fresh = Readable(frames[_RECORDS])  # noqa: F841 - DuckDB reads it
    connection.execute(
        f"delete from {_COMMITS} where source = 'git' and repo = ? and pr_number in (select pr_number from fresh)",
        [repo],
    )
    for table, frame in frames.items():
        load(connection, table, frame)
    connection.execute(
        f"""
        update {_RECORDS} set state = null, base_ref = null, merged_sha = null, merged_how = null, merged_at = null,
            method = null, confidence = null, reason = 'its ref is gone, and so is the commit that merged it'
        where source = 'git' and repo = $repo and state = 'merged' and merged_sha not in
            (select commit_sha from commits where repo = $repo and is_on_default_branch)
        """,
        {"repo": repo},
    )


def _name_branches(connection: Connection, repo: str, names: Mapping[str, str]) -> None:
    """Gives pull requests the name of a branch that was made or moved after they were read; one that is gone is kept."""
    refs = {"head_sha": list(names), "head_ref": list(names.values())}
    branches = Readable(pl.DataFrame(refs, schema=dict.fromkeys(refs, pl.String)))  # noqa: F841 - DuckDB reads it
    connection.execute(
        f"""
        update {_RECORDS} set head_ref = branches.head_ref from branches
        where source = 'git' and repo = ? and {_RECORDS}.head_sha = branches.head_sha
            and {_RECORDS}.head_ref is distinct from branches.head_ref
        """,
        [repo],
    )


def _prune(connection: Connection, repo: str, refs: Mapping[int, str]) -> None:
    """Removes the pull requests that have no ref any more and were not merged."""
    connection.execute(
        f"""
        delete from {_RECORDS} where source = 'git' and repo = ? and state is distinct from 'merged'
            and not list_contains(?::bigint[], pr_number)
        """,
        [repo, list(refs)],
    )
    connection.execute(
        f"""
        delete from {_COMMITS} where source = 'git' and repo = $repo
            and pr_number not in (select pr_number from {_RECORDS} where source = 'git' and repo = $repo)
        """,
        {"repo": repo},
    )
