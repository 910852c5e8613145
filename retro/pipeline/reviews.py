"""What git adds to the facts of a review: fills `pull_request_scopes` and `findings` (those that review caught).

A pull request is judged again when its commits, reviews, flags or the rules have changed; others keep their rows. Judged are
those that ended up to 180 days before the first sprint of retro.toml: the earlier ones are what sizes are compared with, and
nothing else is asked of them.
"""

from typing import TYPE_CHECKING

import duckdb

from retro.analyses.declared_kinds import Declaration
from retro.analyses.file_kinds import FileRules
from retro.analyses.review_findings import Flag
from retro.analyses.review_rows import Pull, review_rows
from retro.analyses.review_scope import digest
from retro.config import RepoSettings, Settings
from retro.errors import GitError
from retro.frames import Readable
from retro.git import open_room
from retro.pipeline.mining import ROOMS
from retro.warehouse import load

if TYPE_CHECKING:
    from retro.pipeline.mining import Progress

Connection = duckdb.DuckDBPyConnection
_HISTORY_DAYS = 180
_PULLS = """
    with lists as (
        select
            source,
            repo,
            pr_number,
            list(commit_sha order by position) as shas,
            row_number() over (
                partition by repo, pr_number order by case when source = 'git' then 0 else 1 end, source
            ) as place
        from pull_request_commits
        group by source, repo, pr_number
    ),

    looks as (
        select repo, pr_number, min_by(commit_sha, seen_at) as reviewed_sha, min(seen_at) as reviewed_at
        from (
            select repo, pr_number, commit_sha, submitted_at as seen_at
            from pull_request_reviews
            where is_counted and submitted_at is not null
            union all
            select repo, pr_number, commit_sha, created_at
            from pull_request_comments
            where is_counted and kind = 'inline' and created_at is not null
        )
        group by all
    ),

    landed as (
        select branch.repo, branch.pr_number, min(links.canonical_sha) as landed_before_sha
        from lists as branch
        inner join pull_requests as pulls on pulls.repo = branch.repo and pulls.pr_number = branch.pr_number
        inner join change_identities as links
            on links.repo = branch.repo and list_contains(branch.shas, links.commit_sha)
            and links.relation in ('rebase', 'cherry-pick') and not list_contains(branch.shas, links.canonical_sha)
        inner join commits as canonical
            on canonical.repo = links.repo and canonical.commit_sha = links.canonical_sha
            and canonical.landed_at < coalesce(pulls.merged_at, pulls.closed_at, pulls.head_committed_at) - interval 1 hour
        where branch.place = 1 and links.canonical_sha is distinct from pulls.merged_sha
        group by all
    )

    select
        pulls.pr_number,
        pulls.head_sha,
        from_git.base_sha,
        pulls.merged_sha,
        coalesce(lists.shas, []) as shas,
        epoch(coalesce(pulls.merged_at, pulls.closed_at, pulls.head_committed_at))::bigint as ended_at,
        looks.reviewed_sha,
        epoch(looks.reviewed_at)::bigint as reviewed_at,
        landed.landed_before_sha,
        coalesce(told.has_threads, false) as has_threads,
        coalesce(pulls.merged_at, pulls.closed_at, pulls.head_committed_at, 'infinity'::timestamptz)
        >= (select min(starts_at) from sprints) as is_of_sprint
    from pull_requests as pulls
    left join lists on lists.repo = pulls.repo and lists.pr_number = pulls.pr_number and lists.place = 1
    left join pull_request_records as from_git
        on from_git.repo = pulls.repo and from_git.pr_number = pulls.pr_number and from_git.source = 'git'
        and from_git.head_sha = pulls.head_sha
    left join pull_request_records as told
        on told.repo = pulls.repo and told.pr_number = pulls.pr_number and told.source = pulls.source
    left join looks on looks.repo = pulls.repo and looks.pr_number = pulls.pr_number
    left join landed on landed.repo = pulls.repo and landed.pr_number = pulls.pr_number
    where pulls.repo = $repo
        and coalesce(pulls.merged_at, pulls.closed_at, pulls.head_committed_at, 'infinity'::timestamptz)
        >= (select min(starts_at) from sprints) - to_days($history)
    order by pulls.pr_number
"""
_FLAGS = """
    select
        pr_number, source || ' ' || pr_number || ' ' || comment_id, path, line, commit_sha, epoch(created_at)::bigint,
        coalesce(finding_kinds, []), is_resolved, author_kind, author_agent
    from pull_request_comments
    where repo = ? and kind = 'inline' and is_counted and is_reply is not true and path is not null
    order by pr_number, created_at, comment_id
"""
_DECLARED = "select path, line, kind, pattern, is_set from declared_kinds where repo = ? order by all"


def judge(connection: Connection, settings: Settings, progress: "Progress") -> None:
    """Brings both tables up to date, reading views; a repository that cannot be read keeps the rows that it has."""
    for repo in settings.repos:
        _forget(connection, repo.name)
        declared = connection.execute(_DECLARED, [repo.name]).fetchall()
        rules = FileRules(settings.areas.get(repo.name), [Declaration(*row) for row in declared])
        pending = _pending(connection, repo.name, rules)
        if pending:
            progress.start(f"reviews of {repo.name}", len(pending))
            try:
                _judge(connection, settings, repo, pending, rules, progress)
            except GitError:  # mining has named it among the failures
                continue


def _judge(
    connection: Connection,
    settings: Settings,
    repo: RepoSettings,
    pending: list[Pull],
    rules: FileRules,
    progress: "Progress",
) -> None:
    room = open_room(repo.path, settings.root / ROOMS, repo.alternates)
    ((tip,),) = connection.execute("select max(default_branch_sha) from repos where repo = ?", [repo.name]).fetchall()
    for scopes, findings in review_rows(room, repo.name, tip, pending, rules):
        judged = Readable(scopes.select("pr_number"))  # noqa: F841 - DuckDB reads it
        connection.execute(
            "delete from findings where rule = 'review flag' and repo = ? and pr_number in (select pr_number from judged)",
            [repo.name],
        )
        load(connection, "pull_request_scopes", scopes)
        load(connection, "findings", findings)
        progress.advance(scopes.height)


def _forget(connection: Connection, repo: str) -> None:
    """Drops what was judged of pull requests that are gone."""
    for table, only in (("pull_request_scopes", ""), ("findings", "and rule = 'review flag'")):
        connection.execute(
            f"delete from {table} where repo = $repo {only} "
            "and pr_number not in (select pr_number from pull_requests where repo = $repo)",
            {"repo": repo},
        )


def _pending(connection: Connection, repo: str, rules: FileRules) -> list[Pull]:
    """Pull requests whose facts are not those that were judged."""
    flags: dict[int, list[Flag]] = {}
    for number, key, path, line, sha, at, words, *rest in connection.execute(_FLAGS, [repo]).fetchall():
        flags.setdefault(number, []).append(Flag(key, path, line, sha, at, tuple(words), *rest))
    asked = "select pr_number, rules_digest from pull_request_scopes where repo = ?"
    known = dict(connection.execute(asked, [repo]).fetchall())
    pending = []
    for number, head, base, merged, shas, *rest in connection.execute(
        _PULLS, {"repo": repo, "history": _HISTORY_DAYS}
    ).fetchall():
        facts = (number, head, base, merged, tuple(shas), *rest, tuple(flags.get(number, ())))
        told = digest(rules.digest, facts)
        if known.get(number) != told:
            pending.append(Pull(*facts, told))
    return pending
