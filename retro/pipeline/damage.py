"""Damage in merges and landed changes: told when a sprint is built, kept by commit.

The first build looks at all of the default branch: Python everywhere, files of every kind in merges and in the sprint that is
built and the one before. Later builds look at new commits only. Of pull requests that were squashed in these two sprints the
branch's own commits are looked at as well: damage lives there for minutes that no landed commit shows.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from retro import warehouse
from retro.analyses import damage
from retro.analyses.damage.rows import check_rows, finding_key, finding_rows
from retro.analyses.path_kinds import NOT_WRITTEN
from retro.config import Settings, load_settings
from retro.errors import RepositoryError
from retro.frames import rows_of
from retro.git import Room, open_room
from retro.pipeline.mining import ROOMS, Progress, Silent
from retro.warehouse import load

Connection = duckdb.DuckDBPyConnection
_SPRINTS = """
    select own.starts_at, own.ends_at
    from sprints as own
    inner join sprints as asked on asked.sprint = $sprint and own.sequence between asked.sequence - 1 and asked.sequence
"""
_LANDED = f"""
    select
        commits.repo,
        commits.commit_sha,
        commits.parent_shas,
        commits.authored_at,
        commits.committed_at,
        commits.landed_at,
        commits.subject || chr(10) || commits.body as message,
        exists (
            from ({_SPRINTS}) as shown
            where commits.committed_at >= shown.starts_at and commits.committed_at < shown.ends_at
        ) as is_shown
    from commits
    where commits.repo = $repo and commits.is_on_default_branch and not commits.is_boundary
"""
_BRANCHES = f"""
    select distinct
        pull_request_commits.pr_number,
        pull_request_commits.commit_sha,
        pull_request_commits.position
    from pull_request_commits
    inner join pull_requests
        on pull_requests.repo = pull_request_commits.repo and pull_requests.pr_number = pull_request_commits.pr_number
        and pull_requests.source = pull_request_commits.source
    inner join ({_SPRINTS}) as shown
        on pull_requests.merged_at >= shown.starts_at and pull_requests.merged_at < shown.ends_at
    anti join commits on commits.repo = pull_request_commits.repo and commits.commit_sha = pull_request_commits.commit_sha
    where pull_request_commits.repo = $repo
    order by pull_request_commits.pr_number, pull_request_commits.position, pull_request_commits.commit_sha
"""
_NUMBERS = """
    select commit_sha, pr_number from commit_pull_requests where repo = $repo
    union all
    select commit_sha, min(pr_number) from pull_request_commits where repo = $repo group by commit_sha
    union all
    select merged_sha, pr_number from pull_requests
    where repo = $repo and merged_sha is not null and method is distinct from 'inside a merged branch'
"""
_LOG = ("log", "--no-walk=unsorted", "--stdin", "--format=%H%x00%P%x00%at%x00%ct%x00%s%x01")


def judge_damage(root: Path, sprint: str, progress: Progress | None = None) -> dict[str, RepositoryError]:
    """Fills `findings` and `damage_checks` for what is new; nothing pending, nothing written.

    Gives the repositories that could not be read, each with its error: their damage stays unknown.
    """
    root = root.resolve()
    path, settings = root / warehouse.FILE, load_settings(root)
    with warehouse.one_writer(path):
        with warehouse.open_read_only(path) as connection:
            pending = [repo.name for repo in settings.repos if _pending(connection, repo.name, sprint)]
        if not pending:
            return {}
        with warehouse.rewrite(path) as connection, warehouse.transaction(connection) as own:
            return _judge(own, settings, pending, sprint, progress or Silent())


def _pending(connection: Connection, repo: str, sprint: str) -> list[str]:
    """Commits to look at, best in the order of history; those of branches come after the landed ones."""
    given = {"repo": repo, "sprint": sprint, "digest": damage.rules_digest()}
    judged = "select commit_sha, is_whole from damage_checks where repo = $repo and rules_digest = $digest"
    landed = connection.execute(
        f"""
        select landed.commit_sha
        from ({_LANDED}) as landed
        left join ({judged}) as judged on judged.commit_sha = landed.commit_sha
        where judged.commit_sha is null or (landed.is_shown and not judged.is_whole)
        """,
        given,
    ).fetchall()
    branches = connection.execute(f"from ({_BRANCHES}) anti join ({judged}) using (commit_sha)", given).fetchall()
    return [sha for (sha,) in landed] + [sha for _, sha, _ in branches]


def _judge(
    connection: Connection, settings: Settings, repos: Sequence[str], sprint: str, progress: Progress
) -> dict[str, RepositoryError]:
    failures = {}
    for repo in (repo for repo in settings.repos if repo.name in repos):
        wanted = set(_pending(connection, repo.name, sprint))
        progress.start(f"damage {repo.name}", len(wanted))
        try:
            room = open_room(repo.path, settings.root / ROOMS, repo.alternates)
            with damage.Texts(room.path) as texts:
                run = _Run(connection, repo.name, room, texts)
                run.landed(run.history(sprint), wanted, progress)
                run.branches(sprint, wanted, progress)
        except RepositoryError as error:
            failures[repo.name] = error
    return failures


class _Run:
    """The work on one repository."""

    def __init__(self, connection: Connection, repo: str, room: Room, texts: damage.Texts) -> None:
        self._connection, self._repo, self._room, self._texts = connection, repo, room, texts
        self._numbers = dict(connection.execute(_NUMBERS, {"repo": repo}).fetchall())
        kinds = "select path from file_kinds where repo = ? and list_contains(?::text[], kind)"
        left_out = connection.execute(kinds, [repo, sorted(NOT_WRITTEN)]).fetchall()
        self._left_out = frozenset(path for (path,) in left_out)

    def history(self, sprint: str) -> list[damage.Asked]:
        """The commits of the default branch, parents before children."""
        found = rows_of(self._connection.sql(_LANDED, params={"repo": self._repo, "sprint": sprint})).rows()
        rows = {row[1]: row for row in found}
        edited = self._lists("select commit_sha, path from merge_files where repo = ? and outcome = 'edited'")
        renames = self._lists(
            "select commit_sha, (path, old_path) from commit_files where repo = ? and change_kind = 'R' and old_path is not null"
        )
        return [
            damage.Asked(
                sha, tuple(rows[sha][2]), *rows[sha][3:8], tuple(edited.get(sha, ())), dict(renames.get(sha, ()))
            )
            for sha in _parents_first({sha: row[2] for sha, row in rows.items()})
        ]

    def landed(self, history: Sequence[damage.Asked], wanted: set[str], progress: Progress) -> None:
        """Looks at the wanted commits, and again for repairs of what was open."""
        first = next((place for place, one in enumerate(history) if one.commit_sha in wanted), len(history))
        steps = [damage.Step(one.commit_sha, one.parents, one.landed_at) for one in history]
        unresolved = self._open({one.commit_sha for one in history} - wanted)
        asked = [one for one in history if one.commit_sha in wanted]
        found = self._scan(asked, history[:first], progress)
        if unresolved:
            again = [one for one in history if one.commit_sha in unresolved]
            found += [
                each
                for scanned in damage.scan(self._room, self._texts, again, self._left_out)
                for each in scanned.damages
            ]
        self._load(found, history, steps)

    def branches(self, sprint: str, wanted: set[str], progress: Progress) -> None:
        """Looks at the commits of squashed pull requests, each pull request by itself."""
        rows = rows_of(self._connection.sql(_BRANCHES, params={"repo": self._repo, "sprint": sprint})).rows()
        by_number: dict[int, list[str]] = {}
        for number, sha, _ in rows:
            by_number.setdefault(number, []).append(sha)
        known = _read_commits(self._room, [sha for _, sha, _ in rows if sha in wanted])
        for number, shas in by_number.items():
            asked = [known[sha] for sha in shas if sha in known]
            if asked:
                self._numbers |= dict.fromkeys(shas, number)
                steps = [damage.Step(one.commit_sha, one.parents, one.committed_at) for one in asked]
                self._load(self._scan(asked, (), progress), asked, steps)

    def _scan(
        self, asked: Sequence[damage.Asked], before: Sequence[damage.Asked], progress: Progress
    ) -> list[damage.Damage]:
        shas = [one.commit_sha for one in asked]
        for table, also in (("damage_checks", ""), ("findings", "and list_contains($rules, rule)")):
            given = {"repo": self._repo, "shas": shas} | ({"rules": list(damage.RULES)} if also else {})
            self._connection.execute(
                f"delete from {table} where repo = $repo and list_contains($shas::text[], commit_sha) {also}", given
            )
        found: list[damage.Damage] = []
        for scanned in damage.scan(self._room, self._texts, asked, self._left_out, before):
            load(self._connection, "damage_checks", check_rows(self._repo, scanned.checked))
            found += scanned.damages
            progress.advance(len(scanned.checked))
        return found

    def _load(
        self, found: Sequence[damage.Damage], asked: Sequence[damage.Asked], steps: Sequence[damage.Step]
    ) -> None:
        """Rows of `findings`, with the repairs that the history shows."""
        by_key = {f"{one.symptom.rule} {finding_key(one)}": one for one in found}
        by_sha = {one.commit_sha: one for one in asked}
        places = damage.find_repairs(self._room, self._texts, list(by_key.values()), damage.History(steps))
        keys = list(by_key)
        repairs = {keys[place]: (sha, by_sha[sha].committed_at) for place, sha in places.items()}
        rows = finding_rows(self._repo, by_key.values(), by_sha, repairs, self._numbers)
        load(self._connection, "findings", rows)

    def _open(self, shas: set[str]) -> set[str]:
        """Commits among `shas` whose damage was not repaired when it was looked at last, and those that a stale one took back."""
        asked = """
            select distinct rule, commit_sha, finding_key
            from findings
            where repo = $repo and list_contains($rules, rule) and resolved_sha is null
        """
        rules = [rule for rule in damage.RULES if rule not in damage.UNREPAIRED]
        rows = rows_of(self._connection.sql(asked, params={"repo": self._repo, "rules": rules})).rows()
        taken_back = tuple(key.rpartition(" ")[2] for rule, _, key in rows if rule == damage.STALE)
        earlier = {sha for sha in shas if sha.startswith(taken_back)} if taken_back else set()
        return {sha for _, sha, _ in rows} & shas | earlier

    def _lists(self, asked: str) -> dict[str, list]:
        found: dict[str, list] = {}
        for sha, value in self._connection.execute(asked, [self._repo]).fetchall():
            found.setdefault(sha, []).append(value)
        return found


def _parents_first(parents: Mapping[str, Sequence[str]]) -> list[str]:
    """Commits in an order in which each stands after its parents."""
    ordered: dict[str, None] = {}
    waiting = list(parents)
    while waiting:
        sha = waiting[-1]
        missing = [] if sha in ordered else [each for each in parents[sha] if each in parents and each not in ordered]
        if missing:
            waiting += missing
        else:
            ordered.setdefault(waiting.pop())
    return list(ordered)


def _read_commits(room: Room, shas: Sequence[str]) -> dict[str, damage.Asked]:
    """Commits that the warehouse does not hold; those that are not in the clone are left out."""
    there = room.run("cat-file", "--batch-check=%(objecttype) %(objectname)", stdin=_stdin(shas)).split(b"\n")
    wanted = [line.split()[1].decode() for line in there if line.startswith(b"commit ")]
    if not wanted:
        return {}
    found = {}
    for record in room.run(*_LOG, stdin=_stdin(wanted)).decode("utf-8", "replace").split("\x01")[:-1]:
        sha, parents, authored, committed, subject = record.strip("\n").split("\0")
        times = [datetime.fromtimestamp(int(text), UTC) if text.isdigit() else None for text in (authored, committed)]
        found[sha] = damage.Asked(sha, tuple(parents.split()), *times, None, subject, is_whole=True)
    return found


def _stdin(shas: Sequence[str]) -> bytes:
    return "".join(f"{sha}\n" for sha in shas).encode()
