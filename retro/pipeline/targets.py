"""What a person asks the reach of: REV, A..B, #7, theme:NAME, sprint:ID, swap:IDENTIFIER -> its commits, as repository and id."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import duckdb

from retro.config import RepoSettings, Settings
from retro.config.literals import closest
from retro.errors import RetroError, UsageError
from retro.frames import rows_of
from retro.git import Room, open_room
from retro.git.revisions import commits_between, find_commit, parents, present_commits, reaches
from retro.pipeline.mining import ROOMS

Connection = duckdb.DuckDBPyConnection
_NUMBER = re.compile(r"[#!]([0-9]+)")
_SHOWN = 10
_FORMS = "a commit, tag or branch, a range A..B, a pull request #7, theme:NAME, sprint:ID or swap:IDENTIFIER"
_LARGEST_NUMBER = 2**63 - 1
_PULLS = """
    select repo, pr_number, title, merged_sha, merged_at, state
    from pull_requests
    where pr_number = $number and list_contains($repos, repo)
    order by repo
"""
# What it brought to the default branch: also what smaller pull requests inside it count as their own.
_LANDED = """
    select commits.commit_sha
    from commits
    semi join (
        select commit_sha
        from pull_request_commits
        where repo = $repo and pr_number = $number
        union all
        select commit_sha
        from change_commits
        where repo = $repo and pr_number = $number
    ) as own using (commit_sha)
    where commits.repo = $repo and commits.is_on_default_branch and not commits.is_merge
    order by commits.commit_sha
"""
_BRANCH = "select distinct commit_sha from pull_request_commits where repo = $repo and pr_number = $number order by 1"
_THEME = """
    select commits.repo, commits.commit_sha
    from change_commits as commits
    inner join commit_kinds on commit_kinds.repo = commits.repo and commit_kinds.commit_sha = commits.commit_sha
    where commit_kinds.theme = $theme and list_contains($repos, commits.repo)
    order by all
"""
_SPRINT = """
    select repo, commit_sha
    from sprint_commits
    where sprint = $sprint and not is_merge and not is_boundary and list_contains($repos, repo)
    order by all
"""
# The whole commits: what had to move along is part of how far a swap reached.
_SWAP = """
    select token_swaps.repo, token_swaps.commit_sha, token_swaps.old_token, token_swaps.new_token, change_commits.change_key
    from token_swaps
    inner join change_commits
        on change_commits.repo = token_swaps.repo and change_commits.commit_sha = token_swaps.commit_sha
    where $token in (token_swaps.old_token, token_swaps.new_token) and list_contains($repos, token_swaps.repo)
    order by all
"""


@dataclass(frozen=True)
class Target:
    """What was meant, in words, and its commits; merges left out. `over_at`: when it was over, None: with its last commit.

    `missing_count` are commits that belong to it and are not in the clone. `is_change`: it can be compared with single changes,
    as no theme and no sprint can.
    """

    title: str
    commits: Sequence[tuple[str, str]]
    over_at: datetime | None = None
    missing_count: int = 0
    is_change: bool = True

    @property
    def repos(self) -> list[str]:
        """Names of its repositories."""
        return sorted({repo for repo, _ in self.commits})


def find_target(connection: Connection, settings: Settings, text: str, repo: str | None) -> Target:
    """The target that `text` names, in the repository `repo` or in all. Raises UsageError naming what there is."""
    finder = Finder(connection, settings, repo)
    kind, colon, name = text.partition(":")
    if match := _NUMBER.fullmatch(text):
        return finder.pull_request(int(match[1]))
    if colon and (look := {"theme": finder.theme, "sprint": finder.sprint, "swap": finder.swap}.get(kind)):
        return look(name)
    if not text.strip():
        raise UsageError(f"nothing is asked for; name {_FORMS}")
    if "..." in text:
        raise UsageError(f"{text!r}: three dots mean two things; write A..B for what B has and A has not")
    if ".." in text:
        return finder.range(text)
    return finder.revision(text)


class Finder:
    """Looks for targets in the chosen repositories."""

    def __init__(self, connection: Connection, settings: Settings, repo: str | None) -> None:
        self._connection, self._settings = connection, settings
        self._repos = [one for one in settings.repos if repo in (None, one.name)]
        if not self._repos:
            names = [one.name for one in settings.repos]
            raise UsageError(f"no repository {repo!r}{closest(repo or '', names)} (known: {', '.join(names)})")

    @property
    def names(self) -> list[str]:
        """Names of the repositories that are looked at."""
        return [repo.name for repo in self._repos]

    @cached_property
    def rooms(self) -> dict[str, Room]:
        """Rooms of the repositories that can be opened; raises the reason when none can."""
        rooms, failures = {}, []
        for repo in self._repos:
            try:
                rooms[repo.name] = open_room_of(self._settings, repo)
            except RetroError as error:
                failures.append(error)
        if failures and not rooms:
            raise failures[0]
        return rooms

    def revision(self, text: str) -> Target:
        """The commit that `text` means; of a merge what it brought in."""
        repo, (sha,) = self._only(text, [text])
        room = self.rooms[repo]
        before = parents(room, sha)
        if len(before) < 2:
            return Target(f"commit {sha[:12]} in {repo}", [(repo, sha)])
        brought = commits_between(room, before[0], sha)
        if not brought:
            raise UsageError(f"{text!r} is a merge that brought no commit but merges; ask for what it merged")
        return Target(f"merge {sha[:12]} in {repo}, what it brought in", [(repo, one) for one in brought])

    def range(self, text: str) -> Target:
        """The commits of A..B; an end that is left out is the default branch."""
        first, _, last = text.partition("..")
        if not first or not last or ".." in last:
            raise UsageError(f"{text!r}: a range has two ends: A..B")
        repo, (older, newer) = self._only(text, [first, last])
        room = self.rooms[repo]
        commits = commits_between(room, older, newer)
        if not commits and older != newer and reaches(room, older, newer):
            raise UsageError(f"{text!r} runs backwards: {last} lies behind {first}; write {last}..{first}")
        if not commits:
            raise UsageError(f"{text!r} is empty: {last} has no commit, merges apart, that {first} has not")
        return Target(f"{text} in {repo}", [(repo, sha) for sha in commits])

    def pull_request(self, number: int) -> Target:
        """What a pull request brought, or would bring when it has not landed."""
        given = {"number": min(number, _LARGEST_NUMBER), "repos": self.names}
        found = [] if number > _LARGEST_NUMBER else self._rows(_PULLS, given)
        if not found:
            raise UsageError(f"no pull request #{number} in {', '.join(self.names)}; {self._known_numbers()}")
        if len(found) > 1:
            where = ", ".join(row["repo"] for row in found)
            raise UsageError(f"#{number} is there in several repositories: {where}; choose one with --repo")
        (row,) = found
        shas, missing = self._pull_commits(row)
        repo, title = row["repo"], row["title"] or "no title known"
        if not shas:
            raise UsageError(f"#{number} in {repo} ({title}): none of its commits is in the clone")
        state = "" if row["state"] == "merged" else f", {row['state'] or 'not judged'}"
        return Target(f"#{number} in {repo}: {title}{state}", [(repo, sha) for sha in shas], row["merged_at"], missing)

    def theme(self, name: str) -> Target:
        """All commits of a theme."""
        rows = self._connection.execute("select theme, count(*) from commit_kinds group by all order by 2 desc, 1")
        known = [theme for theme, _ in rows.fetchall()]
        by_lower = {theme.casefold(): theme for theme in known}
        if name.casefold() not in by_lower:
            raise UsageError(f"no theme {name!r}{closest(name, known)} (known: {_some(known)})")
        theme = by_lower[name.casefold()]
        commits = self._pairs(_THEME, {"theme": theme, "repos": self.names})
        if not commits:
            raise UsageError(f"theme {theme!r} has no commit but merges in {', '.join(self.names)}")
        return Target(f"theme {theme}", commits, is_change=False)

    def sprint(self, name: str) -> Target:
        """The commits of a sprint."""
        known = self._rows("select sprint, ends_at from sprints order by sequence desc", {})
        ends = {row["sprint"]: row["ends_at"] for row in known}
        if name not in ends:
            raise UsageError(f"no sprint {name!r} (the newest: {_some(list(ends)) or 'none is planned'})")
        commits = self._pairs(_SPRINT, {"sprint": name, "repos": self.names})
        if not commits:
            raise UsageError(f"sprint {name!r} has no commit but merges in {', '.join(self.names)}")
        return Target(f"sprint {name}", commits, ends[name], is_change=False)

    def swap(self, token: str) -> Target:
        """The commits that swapped an identifier for another, or another for it."""
        rows = self._rows(_SWAP, {"token": token, "repos": self.names})
        if not rows:
            swapped = self._rows(
                "select distinct unnest([old_token, new_token]) as token from token_swaps order by 1", {}
            )
            known = [row["token"] for row in swapped]
            raise UsageError(f"no swap of {token!r}{closest(token, known)} (known: {_some(known) or 'none'})")
        pairs = sorted({f"{row['old_token']} -> {row['new_token']}" for row in rows})
        commits = sorted({(row["repo"], row["commit_sha"]) for row in rows})
        is_change = len({(row["repo"], row["change_key"]) for row in rows}) == 1
        return Target(f"swap {_some(pairs)}", commits, is_change=is_change)

    def _only(self, text: str, names: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        """The repository in which all `names` mean a commit, and these; UsageError when there is none, or a choice."""
        found = {}
        for repo, room in self.rooms.items():
            shas = tuple(find_commit(room, name) for name in names)
            if None not in shas:
                found[repo] = shas
        if not found:
            raise UsageError(f"{text!r} is no revision in {', '.join(self.rooms)}; {self._known_names(names)}")
        if len(set(found.values())) > 1:
            raise UsageError(f"{text!r} is there in several repositories: {', '.join(found)}; choose one with --repo")
        return next(iter(found.items()))

    def _pull_commits(self, row: Mapping[str, object]) -> tuple[list[str], int]:
        """Commits of a pull request without merges, and how many more are not in the clone."""
        given = {"repo": row["repo"], "number": row["pr_number"]}
        landed = [sha for (sha,) in self._connection.execute(_LANDED, given).fetchall()]
        if landed:
            return landed, 0
        branch = [sha for (sha,) in self._connection.execute(_BRANCH, given).fetchall()]
        room = self.rooms.get(str(row["repo"]))
        own = [str(row["merged_sha"])] if row["merged_sha"] else branch
        return present_commits(room, own) if room else ([], len(own))

    def _known_numbers(self) -> str:
        asked = "select max(pr_number), min(pr_number), count(*) from pull_requests where list_contains($repos, repo)"
        ((newest, oldest, count),) = self._connection.execute(asked, {"repos": self.names}).fetchall()
        return (
            f"{count:,} {'is' if count == 1 else 'are'} known, from #{oldest} to #{newest}"
            if count
            else "none is known"
        )

    def _known_names(self, names: Sequence[str]) -> str:
        refs = [ref for room in self.rooms.values() for ref in room.refs]
        short = [re.sub(r"^refs/(?:heads|tags|remotes/origin|remotes)/", "", ref) for ref in refs]
        own = sorted({name for name, ref in zip(short, refs, strict=True) if not ref.startswith("refs/pull/")})
        hints = "".join(hint for name in names if (hint := closest(name, own)))
        return f"branches and tags there: {_some(own) or 'none'}{hints}; else name {_FORMS}"

    def _pairs(self, sql: str, given: dict[str, object]) -> list[tuple[str, str]]:
        return [(repo, sha) for repo, sha in self._connection.execute(sql, given).fetchall()]

    def _rows(self, sql: str, given: dict[str, object]) -> list[dict]:
        return rows_of(self._connection.sql(sql, params=given or None)).to_dicts()


def open_room_of(settings: Settings, repo: RepoSettings) -> Room:
    """The room of a repository of the project."""
    return open_room(repo.path, Path(settings.root) / ROOMS, repo.alternates)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
