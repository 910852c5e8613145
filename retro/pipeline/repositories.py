"""One repository into the warehouse: new commits, where they stand now, releases, and a line in the log."""

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from retro import tables
from retro.errors import GitEndedError, GitError, RepositoryError
from retro.frames import Readable, rows_of
from retro.git import Commit
from retro.git.process import end_all
from retro.masking import clean_url
from retro.pipeline import attribution, pull_requests
from retro.pipeline.listings import Begun, Branch, Listing, take
from retro.pipeline.log import Reading, log_row
from retro.sources import git, git_attributes
from retro.warehouse import load, transaction

if TYPE_CHECKING:
    from retro.pipeline.mining import Mined, Options, Progress
    from retro.pipeline.news.repositories import RepoState

Connection = duckdb.DuckDBPyConnection
_LOOK_SECONDS = 0.2
_GONE = "commits that neither the default branch nor a release reaches any more, kept (gone_commits)"
_EARLIER = "select commit_sha, is_boundary, is_on_default_branch, landed_at from commits where repo = $repo"


def read_all(
    connection: Connection, states: "Sequence[RepoState]", listings: Begun, options: "Options", mined: "Mined"
) -> None:
    """Loads what is new of each repository, as many at once as there are processors, each in a transaction of its own.

    Of some the `listings` were begun. One that fails keeps its earlier rows and does not stop the others: `mined.failures`
    says why.
    """
    stop = Event()
    watched = replace(options, progress=_Stoppable(options.progress, stop))
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        running = {
            state.settings.name: pool.submit(_read_alone, connection, state, listings, watched) for state in states
        }
        try:
            for repo, future in running.items():
                _await(repo, future, mined)
        except BaseException:  # Ctrl-C among them: the threads end at their next step
            stop.set()
            end_all()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _await(repo: str, future: Future[int], mined: "Mined") -> None:
    while not future.done():  # in short waits: Ctrl-C may reach a thread that does not wake this one
        wait([future], timeout=_LOOK_SECONDS)
    try:
        mined.commits[repo] = future.result()
    except RepositoryError as error:
        mined.failures[repo] = error


class _Stoppable:
    """Progress that ends the thread which tells of it, once `stop` is set."""

    def __init__(self, shown: "Progress", stop: Event) -> None:
        self._shown, self._stop = shown, stop

    def start(self, what: str, total: int) -> None:
        self._heed()
        self._shown.start(what, total)

    def advance(self, steps: int) -> None:
        self._heed()
        self._shown.advance(steps)

    def _heed(self) -> None:
        if self._stop.is_set():
            raise GitEndedError("the run was stopped")


def _read_alone(connection: Connection, state: "RepoState", listings: Begun, options: "Options") -> int:
    """Loads what is new of one repository: how many commits were. Raises GitError, and then nothing of it has changed."""
    repo, started_at = state.settings.name, datetime.now(UTC)
    with transaction(connection) as own:
        earlier = rows_of(own.sql(_EARLIER, params={"repo": repo}))
        listing = take(listings, state)
        branch = listing.branch
        account, graph = _read(own, state, listing, options, earlier)
        attribution.read_people(own, repo, state.room, branch[1] if branch else None)
        attribution.read_notes(own, state)
        if branch:
            account.reasons.update(pull_requests.read(own, state, branch, graph, options))
        load(own, "repos", _repo_row(state, branch))
        is_full = options.full or earlier.is_empty()
        load(
            own,
            "load_log",
            log_row(
                Reading(source="git", item=repo, started_at=started_at, digest=state.digest, is_full=is_full), account
            ),
        )
    return account.loaded


def _read(
    connection: Connection, state: "RepoState", listing: Listing, options: "Options", earlier: pl.DataFrame
) -> tuple[git.Account, list[Commit]]:
    """Loads what is new of the history; the account of it, and the graph of all commits that count now."""
    repo, room = state.settings.name, state.room
    branch, releases, graph = listing.branch, listing.releases, listing.graph
    wanted = _wanted(graph, earlier, room.place.shallow, options.full)
    if room.place.shallow:
        graph = _with_older(connection, repo, graph, listing.tips)
    landed = git.landings(graph, branch[1] if branch else None)
    account = _load_history(connection, state, wanted, landed, options.progress)
    if gone := _place_commits(connection, repo, graph, landed, options.prune):
        account.reasons[_GONE] += gone
    pull_requests.read_merges(connection, state, listing.graph, options, account.reasons)
    for table, frame in git.release_rows(repo, releases, graph).items():
        only = "and source = 'git'" if table == "release_records" else ""  # a forge has releases too
        connection.execute(f"delete from {table} where repo = ? {only}", [repo])
        load(connection, table, frame)
    declared = git_attributes.declared_kinds(room, repo, branch[1] if branch else None, account)
    connection.execute("delete from declared_kinds where repo = ?", [repo])
    load(connection, "declared_kinds", declared)
    if not branch:
        account.note = "no commit yet"
    unread = len(room.place.broken_refs) + len(state.release_refs) - len(releases)
    if unread:
        account.reasons["refs that cannot be read or lead to no commit"] += unread
    return account, graph


def _wanted(graph: Sequence[Commit], earlier: pl.DataFrame, shallow: frozenset[str], is_full: bool) -> list[str]:
    """Commits to read: new ones, and those at which the clone was cut once and no longer is; all of them when `is_full`.

    What an earlier run read whole is not read again where the clone is cut now: it would lose its changes.
    """
    known, cut = set(earlier["commit_sha"]), set(earlier.filter(pl.col("is_boundary"))["commit_sha"])
    again = known - (shallow - cut) if is_full else cut - shallow
    return [commit.sha for commit in graph if commit.sha not in known or commit.sha in again]


def _with_older(connection: Connection, repo: str, graph: Sequence[Commit], tips: Sequence[str]) -> list[Commit]:
    """`graph` with the commits beyond the boundary of a shallow clone that earlier runs read: `tips` reach them too."""
    rows = connection.execute(
        "select commit_sha, parent_shas, epoch(committed_at)::bigint from commits where repo = ? and not is_boundary",
        [repo],
    ).fetchall()
    stored = {sha: Commit(sha, tuple(parents), seconds) for sha, parents, seconds in rows}
    known = {commit.sha: commit for commit in graph} | stored
    listed = {commit.sha for commit in graph}
    return [known[sha] for sha in (*listed, *(git.claim(known, tips).keys() - listed))]


def _load_history(
    connection: Connection,
    state: "RepoState",
    wanted: Sequence[str],
    landed: dict[str, int | None],
    progress: "Progress",
) -> git.Account:
    """Reads the commits `wanted` and puts them in place of what the warehouse has of them."""
    repo, account = state.settings.name, git.Account()
    progress.start(f"git {repo}", len(wanted))
    for frames in git.history(state.room, repo, wanted, landed, account):
        read = Readable(frames["commits"].select("commit_sha"))  # noqa: F841 - DuckDB reads it
        for table in (
            "commit_files",
            "commit_trailers",
            "commit_kinds",
            "function_files",
            "damage_checks",
            "swap_checks",
        ):  # the latter four are judged again
            connection.execute(
                f"delete from {table} where repo = ? and commit_sha in (select commit_sha from read)", [repo]
            )
        for table, frame in frames.items():
            load(connection, table, frame)
        progress.advance(frames["commits"].height)
    if account.loaded != len(wanted):
        raise GitError(
            f"{repo}: git listed {len(wanted):,} commits and told of {account.loaded:,}; run `git fsck` in the clone"
        )
    return account


def _place_commits(
    connection: Connection, repo: str, graph: Sequence[Commit], landed: dict[str, int | None], prune_gone: bool
) -> int:
    """Says of every commit of the repository whether the default branch reaches it now, and since when.

    A rewritten branch leaves commits that nothing reaches: they stay, off the default branch and marked, unless `prune_gone`.
    How many are so since this run.
    """
    micros = [None if (at := landed.get(commit.sha)) is None else at * 1_000_000 for commit in graph]
    seen = pl.DataFrame(
        {"commit_sha": [c.sha for c in graph], "is_landed": [c.sha in landed for c in graph], "landed_at": micros},
        schema={"commit_sha": pl.String, "is_landed": pl.Boolean, "landed_at": pl.Datetime("us", "UTC")},
    )
    places = Readable(seen)
    connection.execute(
        """
        update commits set is_on_default_branch = places.is_landed, landed_at = places.landed_at from places
        where commits.repo = ? and commits.commit_sha = places.commit_sha
            and (commits.is_on_default_branch <> places.is_landed or commits.landed_at is distinct from places.landed_at)
        """,
        [repo],
    )
    gone = "repo = ? and commit_sha not in (select commit_sha from places)"
    if prune_gone:
        connection.execute(f"delete from commits where {gone}", [repo])
    connection.execute(
        f"update commits set is_on_default_branch = false, landed_at = null where is_on_default_branch and {gone}",
        [repo],
    )
    return _mark_gone(connection, repo, places)


def _mark_gone(connection: Connection, repo: str, places: Readable) -> int:
    """Marks the commits that are not among `places`, and no longer those that came back; how many were not marked before."""
    back = "delete from gone_commits where repo = ? and commit_sha in (select commit_sha from places)"
    connection.execute(back, [repo])
    new = """
        insert into gone_commits
        select repo, commit_sha, now() from commits
        where repo = ? and commit_sha not in (select commit_sha from places)
            and commit_sha not in (select commit_sha from gone_commits where repo = ?)
    """
    ((count,),) = connection.execute(new, [repo, repo]).fetchall()
    return count


def _repo_row(state: "RepoState", branch: Branch) -> pl.DataFrame:
    url = state.room.place.remote_url
    name, sha = branch or (None, None)
    return tables.frame(
        "repos",
        {
            "repo": [state.settings.name],
            "remote_url": [clean_url(url) if url else None],
            "default_branch": [name],
            "default_branch_sha": [sha],
            "tips_digest": [state.digest],
            "object_format": [state.room.object_format],
            "is_shallow": [bool(state.room.place.shallow)],
            "is_configured": [True],
            "position": [None],
            "mined_at": [datetime.now(UTC)],
        },
    )
