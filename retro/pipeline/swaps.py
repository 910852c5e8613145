"""Swaps of identifiers and what they left behind: found while mining, in commits of the default branch that lie in a sprint.

Only new commits are read. What a swap left behind takes a search of a whole tree, so it is looked for in the last three sprints
while mining, and in the sprint that is built and the one before when that is asked for; then again when the default branch has
moved (swap_leftovers.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from retro import tables, warehouse
from retro.analyses import swaps
from retro.analyses.path_kinds import NOT_WRITTEN, path_kind
from retro.analyses.swaps.classes import BUMP, MODEL
from retro.analyses.swaps.residues import Census, Swap, left_behind
from retro.config import RepoSettings, Settings, load_settings
from retro.errors import RepositoryError, SettingsError
from retro.git import Room, open_room
from retro.pipeline import swap_leftovers
from retro.pipeline.mining import ROOMS, Silent
from retro.pipeline.swap_pending import Pending, pending_commits
from retro.warehouse import load

if TYPE_CHECKING:
    from retro.analyses.prices import PriceBook
    from retro.pipeline.mining import Progress

Connection = duckdb.DuckDBPyConnection
_MOST_LEFT = 20  # files; where more remain it was no attempt to change them all
_NEWEST = "select sprint from sprints order by sequence desc limit 3"
_SHOWN = """
    select own.sprint
    from sprints as own
    inner join sprints as asked on asked.sprint = ? and own.sequence between asked.sequence - 1 and asked.sequence
"""
_UNSEARCHED = """
    with ends as (
        select
            change_commits.change_key,
            coalesce(any_value(merged.commit_sha), max_by(commits.commit_sha, commits.committed_at)) as commit_sha,
            any_value(change_commits.changed_at)::date as changed_date
        from change_commits
        inner join commits on commits.repo = change_commits.repo and commits.commit_sha = change_commits.commit_sha
        left join pull_requests
            on pull_requests.repo = change_commits.repo and pull_requests.pr_number = change_commits.pr_number
        left join commits as merged
            on merged.repo = change_commits.repo
            and merged.commit_sha = pull_requests.merged_sha
            and merged.is_on_default_branch
        where change_commits.repo = $repo and list_contains($sprints, change_commits.sprint)
        group by all
    )

    select ends.commit_sha, own.change_key, own.old_token, own.new_token, own.swap_class, ends.changed_date
    from (
        select distinct change_commits.change_key, token_swaps.old_token, token_swaps.new_token, token_swaps.swap_class
        from token_swaps
        inner join change_commits
            on change_commits.repo = token_swaps.repo and change_commits.commit_sha = token_swaps.commit_sha
        where token_swaps.repo = $repo and token_swaps.swap_class <> $bump and not token_swaps.is_masked
            and token_swaps.rules_digest = $digest
    ) as own
    inner join ends on ends.change_key = own.change_key
    anti join (
        select change_key, old_token, new_token from swap_censuses where repo = $repo and rules_digest = $digest
    ) as judged
        on judged.change_key = own.change_key
        and judged.old_token = own.old_token
        and judged.new_token = own.new_token
    order by all
"""


def judge(connection: Connection, settings: Settings, progress: "Progress") -> dict[str, RepositoryError]:
    """Fills the tables of swaps and the findings `swap_incomplete` for what is new; reads views.

    Gives the repositories that could not be read, each with its error: their swaps stay unknown.
    """
    failures: dict[str, RepositoryError] = {}
    sprints = [sprint for (sprint,) in connection.execute(_NEWEST).fetchall()]
    for repo in settings.repos:
        run = _Run(connection, repo, settings)
        pending = run.pending()
        if pending or run.has_swaps():
            failures |= run.judge(pending, sprints, progress)
    return failures


def judge_swaps(root: Path, sprint: str, progress: "Progress | None" = None) -> dict[str, RepositoryError]:
    """Looks for what the swaps of a sprint and the one before left behind; nothing pending, nothing written.

    Gives the repositories that could not be read, each with its error.
    """
    root = root.resolve()
    path, settings = root / warehouse.FILE, load_settings(root)
    with warehouse.one_writer(path):
        with warehouse.open_read_only(path) as connection:
            sprints = [one for (one,) in connection.execute(_SHOWN, [sprint]).fetchall()]
            pending = [repo for repo in settings.repos if _Run(connection, repo, settings).unsearched(sprints)]
        if not pending:
            return {}
        failures: dict[str, RepositoryError] = {}
        with warehouse.rewrite(path) as connection, warehouse.transaction(connection) as own:
            for repo in pending:
                failures |= _Run(own, repo, settings).judge([], sprints, progress or Silent())
        return failures


def _book(settings: Settings) -> "PriceBook":
    """All prices; without a second opinion that cannot be read, which the prices of requests tell of."""
    # Imported here: the price list takes 0.3 s, which a project without a model swap need not pay.
    from retro.analyses.prices import PriceBook

    try:
        return PriceBook(settings)
    except SettingsError:
        bills = settings.bills.model_copy(update={"second_opinion": None})
        return PriceBook(settings.model_copy(update={"bills": bills}))


class _Run:
    """The work on one repository."""

    def __init__(self, connection: Connection, repo: RepoSettings, settings: Settings) -> None:
        self._connection, self._repo, self._settings, self._place = connection, repo.name, settings, repo
        self.models = swaps.Models(settings.prices)
        self.digest = swaps.rules_digest(repr((settings.prices, settings.bills.second_opinion)))

    @cached_property
    def _book(self) -> "PriceBook":
        return _book(self._settings)

    @cached_property
    def _kinds(self) -> dict[str, str]:
        asked = "select path, kind from file_kinds where repo = ?"
        return dict(self._connection.execute(asked, [self._repo]).fetchall())

    @cached_property
    def _not_own(self) -> frozenset[str]:
        return frozenset(path for path, kind in self._kinds.items() if kind in NOT_WRITTEN)

    def judge(self, pending: list[Pending], sprints: Sequence[str], progress: "Progress") -> dict[str, RepositoryError]:
        """Does the work for some commits and sprints; gives the error when the repository cannot be read."""
        failures: dict[str, RepositoryError] = {}
        try:
            room = open_room(self._place.path, self._settings.root / ROOMS, self._place.alternates)
            self.scan(room, pending, progress)
            self.search(room, self.unsearched(sprints), progress)
            swap_leftovers.follow(self._connection, room, self._repo, self._settings, self.models)
        except RepositoryError as error:
            failures[self._repo] = error
        swap_leftovers.write_findings(self._connection, self._repo, self.digest)
        return failures

    def unsearched(self, sprints: Sequence[str]) -> list[tuple]:
        """Swaps of these sprints whose old identifier was not looked for yet, those of a commit together."""
        given = {"repo": self._repo, "digest": self.digest, "bump": BUMP, "sprints": list(sprints)}
        return self._connection.execute(_UNSEARCHED, given).fetchall()

    def pending(self) -> list[Pending]:
        """Commits to judge, those of a change together."""
        return pending_commits(self._connection, self._repo, self.digest)

    def has_swaps(self) -> bool:
        """Whether the repository has swaps, or findings of earlier ones."""
        asked = "select exists(from token_swaps where repo = $repo) or exists(from findings where repo = $repo and rule = $rule)"
        given = {"repo": self._repo, "rule": swap_leftovers.RULE}
        return self._connection.execute(asked, given).fetchall() == [(True,)]

    def scan(self, room: Room, pending: list[Pending], progress: "Progress") -> None:
        """Reads commits and keeps the substitutions that are swaps of their change; one that cannot have any is not read."""
        if not pending:
            return
        self._connection.execute(
            "delete from token_swaps where repo = $repo and commit_sha in (select unnest($shas::text[]))",
            {"repo": self._repo, "shas": [one.commit_sha for one in pending]},
        )
        change_of = {one.commit_sha: one.change_key for one in pending if one.is_wide}
        if change_of:
            progress.start(f"swaps in {self._repo}", len(change_of))
        kept: list[swaps.Found] = []
        for _, group in groupby(swaps.scan(room, list(change_of)), key=lambda one: change_of[one.commit_sha]):
            commits = list(group)
            kept += self._swaps(commits)
            progress.advance(len(commits))
        load(
            self._connection, "token_swaps", swaps.swap_rows(self._repo, kept, self.models, self._not_own, self.digest)
        )
        checked = [(one.commit_sha, one.unread_count) for one in pending]
        load(self._connection, "swap_checks", swaps.check_rows(self._repo, checked, self.digest))

    def _swaps(self, commits: list[swaps.Scanned]) -> Iterator[swaps.Found]:
        """Substitutions of a change that reach enough files that the team wrote."""
        paths: dict[swaps.Key, set[str]] = {}
        for one in commits:
            for found in one.found:
                paths.setdefault(found.key, set()).update(found.lines.keys() - self._not_own)
        wanted = {key for key, own in paths.items() if len(own) >= swaps.LEAST_FILES}
        return (found for one in commits for found in one.found if found.key in wanted)

    def search(self, room: Room, rows: Sequence[tuple], progress: "Progress") -> None:
        """Looks for the old identifiers of swaps (rows of `unsearched`) in the tree right after the change."""
        if rows:
            progress.start(f"what swaps left in {self._repo}", len(rows))
        for sha, group in groupby(rows, key=lambda row: row[0]):
            own = list(group)
            dates = {row[1]: row[5] for row in own}
            censuses = left_behind(room, [Swap(*row[1:5], commit_sha=sha) for row in own], self.models, self._kind_of)
            self._load_censuses(censuses, dates)
            progress.advance(len(own))

    def _kind_of(self, path: str) -> str:
        return self._kinds.get(path) or path_kind(path)[0]

    def _load_censuses(self, censuses: list[Census], dates: Mapping) -> None:
        rows, left = tables.empty_rows("swap_censuses"), tables.empty_rows("swap_leftovers")
        for census in censuses:
            swap = census.swap
            key = (self._repo, swap.change_key, swap.old_token, swap.new_token)
            self._connection.execute(
                "delete from swap_leftovers where repo = ? and change_key = ? and old_token = ? and new_token = ?",
                list(key),
            )
            places = sum(one.place_count for one in census.leftovers)
            price = self._price(swap, dates[swap.change_key])
            values = (*key, swap.commit_sha, len(census.leftovers), places, census.unread_count, *price, self.digest)
            _append(rows, values)
            for one in census.leftovers if len(census.leftovers) <= _MOST_LEFT else ():
                place = (one.path, one.line, one.place_count, one.text, one.form, one.is_price_file, one.has_new)
                _append(left, (*key, *place, False, swap.commit_sha, False, None, None, self.digest))
        load(self._connection, "swap_censuses", tables.frame("swap_censuses", rows))
        load(self._connection, "swap_leftovers", tables.frame("swap_leftovers", left))

    def _price(self, swap: Swap, day) -> tuple[bool | None, str | None]:
        """Whether the new model has a price on the day of the change, and where it stands; NULL for others."""
        if swap.swap_class != MODEL:
            return None, None
        answer = self._book.ask("", swap.new_token, "", day)
        return answer.match_kind != "unknown", answer.source


def _append(rows: dict[str, list], values: tuple) -> None:
    for column, value in zip(rows.values(), values, strict=True):
        column.append(value)
