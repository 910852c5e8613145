"""What swaps left behind, followed to the tip of the default branch, and the findings that come of it."""

from collections.abc import Mapping, Sequence

import duckdb
import polars as pl

from retro.analyses.swaps.findings import RULE, Residue, finding_rows
from retro.analyses.swaps.models import Models
from retro.analyses.swaps.removals import Gone, removals
from retro.analyses.swaps.residues import Swap, still_there
from retro.config import Settings
from retro.frames import Readable, rows_of
from retro.git import Room
from retro.warehouse import load

__all__ = ["RULE", "follow", "write_findings"]

Connection = duckdb.DuckDBPyConnection
_MOST_COMMITS = 300  # that touched a file after the swap
_MOST_RENAMES = 20
_OPEN = """
    select
        swap_leftovers.change_key,
        swap_leftovers.old_token,
        swap_leftovers.new_token,
        swap_leftovers.path,
        swap_leftovers.is_price_file and not swap_leftovers.has_new as is_price_file,
        swap_censuses.commit_sha,
        swaps.swap_class,
        commits.landed_at
    from swap_leftovers
    inner join swap_censuses using (repo, change_key, old_token, new_token)
    inner join (
        select old_token, new_token, any_value(swap_class) as swap_class
        from token_swaps
        where repo = $repo
        group by all
    ) as swaps using (old_token, new_token)
    inner join commits on commits.repo = swap_censuses.repo and commits.commit_sha = swap_censuses.commit_sha
    where swap_leftovers.repo = $repo and not swap_leftovers.is_gone and swap_leftovers.looked_sha <> $tip
    order by all
"""
_RENAMES = """
    select commit_files.old_path, commit_files.path
    from commit_files
    inner join commits on commits.repo = commit_files.repo and commits.commit_sha = commit_files.commit_sha
    where commit_files.repo = $repo and commit_files.change_kind = 'R' and commits.is_on_default_branch
        and commit_files.old_path in (select unnest($paths::text[])) and commits.landed_at > $after
    order by commits.landed_at
"""
_TOUCHING = """
    select commits.commit_sha
    from commit_files
    inner join commits on commits.repo = commit_files.repo and commits.commit_sha = commit_files.commit_sha
    where commit_files.repo = $repo and commits.is_on_default_branch and commits.landed_at > $after
        and (
            commit_files.path in (select unnest($paths::text[])) or commit_files.old_path in (select unnest($paths::text[]))
        )
    group by all
    order by min(commits.landed_at), min(commits.committed_at), commits.commit_sha
    limit $most
"""
_RESIDUES = """
    with swapped as (
        select
            token_swaps.repo,
            change_commits.change_key,
            token_swaps.old_token,
            token_swaps.new_token,
            any_value(token_swaps.swap_class) as swap_class,
            any_value(change_commits.pr_number) as pr_number,
            any_value(change_commits.changed_at) as changed_at,
            len(list_distinct(flatten(list(token_swaps.paths)))) as file_count
        from token_swaps
        inner join change_commits
            on change_commits.repo = token_swaps.repo and change_commits.commit_sha = token_swaps.commit_sha
        where token_swaps.repo = $repo
        group by all
    ),

    open_files as (
        select
            change_key,
            old_token,
            new_token,
            count(*) as file_count
        from swap_leftovers
        where repo = $repo and not is_kept
        group by all
    )

    select
        swapped.change_key,
        swap_censuses.commit_sha,
        swapped.pr_number,
        swapped.changed_at as swapped_at,
        swapped.swap_class,
        swapped.old_token,
        swapped.new_token,
        swapped.file_count as swapped_file_count,
        swap_leftovers.path,
        coalesce(file_kinds.kind, 'other') as kind,
        swap_leftovers.line,
        coalesce(swap_leftovers.place_count, 0) as place_count,
        coalesce(swap_leftovers.is_price_file, false) as is_price_file,
        coalesce(swap_leftovers.has_new, false) as has_new,
        coalesce(open_files.file_count, 0) as open_file_count,
        swap_leftovers.removed_sha,
        swap_leftovers.removed_at
    from swapped
    inner join swap_censuses using (repo, change_key, old_token, new_token)
    inner join (
        select * from swap_leftovers where repo = $repo and not is_kept
        union all by name
        select repo, change_key, old_token, new_token from swap_censuses where repo = $repo and not is_new_priced
    ) as swap_leftovers using (repo, change_key, old_token, new_token)
    left join open_files using (change_key, old_token, new_token)
    left join file_kinds on file_kinds.repo = swapped.repo and file_kinds.path = swap_leftovers.path
    order by all
"""


def follow(connection: Connection, room: Room, repo: str, settings: Settings, models: Models) -> None:
    """Looks for open leftovers at the tip of the default branch, and for the commits that removed those that are gone.

    Raises GitError.
    """
    _mark_kept(connection, repo, settings.swaps.keep)
    found = connection.execute("select default_branch_sha from repos where repo = ?", [repo]).fetchall()
    tip = found[0][0] if found else None
    if tip is None:
        return
    rows = rows_of(connection.sql(_OPEN, params={"repo": repo, "tip": tip})).rows(named=True)
    swaps = [
        Swap(row["change_key"], row["old_token"], row["new_token"], row["swap_class"], row["commit_sha"])
        for row in rows
    ]
    names = [_names(connection, repo, row) for row in rows]
    prices = [row["is_price_file"] for row in rows]
    there = still_there(room, tip, list(zip(swaps, names, prices, strict=True)), models)
    gone = [place for place, is_there in enumerate(there) if not is_there]
    asked = [
        Gone(swaps[place], names[place], prices[place], _touching(connection, repo, rows[place], names[place]))
        for place in gone
    ]
    removed = dict(zip(gone, removals(room, asked, models), strict=True))
    _update(connection, repo, tip, rows, removed)


def write_findings(connection: Connection, repo: str, digest: str) -> None:
    """Replaces the findings of a repository by what its leftovers say now."""
    connection.execute("delete from findings where repo = ? and rule = ?", [repo, RULE])
    rows = rows_of(connection.sql(_RESIDUES, params={"repo": repo})).rows(named=True)
    load(connection, "findings", finding_rows(repo, (Residue(**row) for row in rows), digest))


def _mark_kept(connection: Connection, repo: str, keep: Sequence[str]) -> None:
    """Says of every leftover whether the team's globs keep it, as they are now."""
    from pathspec import GitIgnoreSpec

    asked = "select distinct path from swap_leftovers where repo = ?"
    paths = [path for (path,) in connection.execute(asked, [repo]).fetchall()]
    kept = list(GitIgnoreSpec.from_lines(keep).match_files(paths)) if keep else []
    connection.execute(
        """
        update swap_leftovers set is_kept = list_contains($kept::text[], path)
        where repo = $repo and is_kept <> list_contains($kept::text[], path)
        """,
        {"kept": kept, "repo": repo},
    )


def _names(connection: Connection, repo: str, row: Mapping) -> tuple[str, ...]:
    """The names that the file has had since the swap."""
    names = [row["path"]]
    for _ in range(_MOST_RENAMES):
        given = {"repo": repo, "paths": names, "after": row["landed_at"]}
        new = [path for _, path in connection.execute(_RENAMES, given).fetchall() if path not in names]
        if not new:
            break
        names += dict.fromkeys(new)
    return tuple(names)


def _touching(connection: Connection, repo: str, row: Mapping, names: Sequence[str]) -> tuple[str, ...]:
    given = {"repo": repo, "paths": list(names), "after": row["landed_at"], "most": _MOST_COMMITS}
    return tuple(sha for (sha,) in connection.execute(_TOUCHING, given).fetchall())


def _update(connection: Connection, repo: str, tip: str, rows: Sequence[Mapping], removed: Mapping) -> None:
    """Writes what was seen at the tip; `removed` are commits by the place of the rows that are gone."""
    now = pl.DataFrame(
        [
            (row["change_key"], row["old_token"], row["new_token"], row["path"], place in removed, removed.get(place))
            for place, row in enumerate(rows)
        ],
        schema={
            **dict.fromkeys(("change_key", "old_token", "new_token", "path"), pl.String),
            "is_gone": pl.Boolean,
            "removed_sha": pl.String,
        },
        orient="row",
    )
    seen = Readable(now)  # noqa: F841 - DuckDB reads it
    connection.execute(
        """
        update swap_leftovers
        set looked_sha = $tip, is_gone = seen.is_gone, removed_sha = seen.removed_sha, removed_at = seen.removed_at
        from (
            select seen.*, commits.committed_at as removed_at
            from seen
            left join commits on commits.repo = $repo and commits.commit_sha = seen.removed_sha
        ) as seen
        where swap_leftovers.repo = $repo and swap_leftovers.change_key = seen.change_key
            and swap_leftovers.old_token = seen.old_token and swap_leftovers.new_token = seen.new_token
            and swap_leftovers.path = seen.path
        """,
        {"repo": repo, "tip": tip},
    )
