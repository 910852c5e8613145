"""The repositories that the warehouse knows: which retro.toml names, which were looked at or failed, and what goes with them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb

from retro.errors import RetroError
from retro.masking import mask
from retro.pipeline.log import Reading, log_row
from retro.sources.accounts import Account
from retro.warehouse import load

Connection = duckdb.DuckDBPyConnection
_BY_NOTE = ("commit_attribution", "commit_notes", "line_attributions")
_BY_COMMIT = (
    "commits",
    "commit_files",
    "commit_trailers",
    "commit_kinds",
    "release_commits",
    "gone_commits",
    "commit_functions",
    "function_files",
    "merges",
    "merge_files",
    *_BY_NOTE,
)
_BY_REPO = (
    "file_kinds",
    "declared_kinds",
    "identities",
    "release_records",
    "pull_request_records",
    "pull_request_commits",
    "change_identities",
    "pull_request_scopes",
    "findings",
    "damage_checks",
    "co_change_records",
    "co_change_hints",
    "swap_checks",
    "token_swaps",
    "swap_censuses",
    "swap_leftovers",
    "watch_counts",
)


def log_failures(connection: Connection, failures: dict[str, RetroError]) -> None:
    """A row of `load_log` for each repository that could not be read."""
    for repo, error in failures.items():
        account = Account(note=mask(str(error))[0])
        load(connection, "load_log", log_row(Reading(source="git", item=repo, status="failed"), account))


def mark_configured(connection: Connection, names: Sequence[str]) -> None:
    """Numbers the repositories as retro.toml does, and sets apart those that it no longer names: they count in no sprint."""
    connection.execute(
        "update repos set is_configured = list_contains($names, repo), position = list_position($names, repo)",
        {"names": list(names)},
    )
    connection.execute(
        "delete from load_log where source = 'git' and status = 'failed' and not list_contains(?::text[], item)",
        [list(names)],
    )


def mark_looked_at(connection: Connection, names: Sequence[str]) -> None:
    """Notes that repositories without anything new were looked at now: a sprint that has ended is known to be whole."""
    connection.execute(
        "update repos set mined_at = ? where list_contains(?::text[], repo)", [datetime.now(UTC), list(names)]
    )


def repeated(connection: Connection) -> dict[tuple[str, str], int]:
    """How many commits of a repository (first) count in another (second), which holds them too; reads a view."""
    rows = connection.execute("select repo, counted_repo, count(*) from repeated_commits group by all order by all")
    return {(repo, counted): count for repo, counted, count in rows.fetchall()}


def prune(connection: Connection) -> None:
    """Removes the rows of repositories that retro.toml no longer names, and what hangs on commits that are gone."""
    for table in (*_BY_COMMIT, *_BY_REPO):
        connection.execute(f"delete from {table} where repo in (select repo from repos where not is_configured)")
    connection.execute(
        "delete from load_log where source in ('git', 'git notes') and item in (select repo from repos where not is_configured)"
    )
    connection.execute("delete from repos where not is_configured")
    for table in _BY_COMMIT[1:]:
        connection.execute(
            f"delete from {table} where (repo, commit_sha) not in (select repo, commit_sha from commits)"
        )
    connection.execute("delete from file_kinds where (repo, path) not in (select repo, path from commit_files)")
