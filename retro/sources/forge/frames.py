"""Facts -> rows of the declared tables: what one record says of another is applied here, and logins become hashes."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from retro import tables
from retro.sources.forge.facts import Facts, Key, short_lists
from retro.sources.forge.people import NOBODY

if TYPE_CHECKING:  # Polars takes 0.2 s to import, which a run that finds nothing new need not pay
    import polars as pl

RepoOf = Callable[[str | None], str | None]
TABLES = (
    "pull_request_records", "pull_request_commits", "pull_request_files", "pull_request_events", "pull_request_issues",
    "pr_reviews", "pr_review_comments", "pr_review_threads", "issues", "release_records",
)  # fmt: skip
# Of these a pull request that is told of again has only what it has now.
PARTS = {
    "pull_request_commits": None, "pull_request_files": None, "pull_request_events": "has_timeline",
    "pull_request_issues": None, "pr_reviews": "has_reviews", "pr_review_comments": None, "pr_review_threads": "has_threads",
}  # fmt: skip
_LISTS = {"labels", "finding_kinds"}
_CLOSING = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\b:?\s+#([1-9][0-9]{0,17})\b", re.IGNORECASE)
_WORDS = {
    "pull_request_files": "files", "pull_request_commits": "commits", "pr_reviews": "reviews", "pr_review_threads": "threads",
}  # fmt: skip


def frames(told: Sequence[tuple[Facts, RepoOf]]) -> "dict[str, pl.DataFrame]":
    """All rows by table, of all sources of one forge, since one can complete what another tells.

    Each comes with what gives the configured repository of a slug, None for one that is not configured: that is left out
    and counted. Lists that a tool has cut are counted in the account of the last source.
    """
    facts, *others = (_settled(*one) for one in reversed(told))
    for other in others:
        _merge(facts, other)
    facts.drop_old_parts()
    _apply_dismissals(facts)
    _add_approvals(facts)
    _number_commits(facts)
    _close_issues(facts)
    _tell_merge(facts)
    _forget_closing(facts)
    _count_gaps(facts)
    _leave_out_untold(facts)
    names = {"pull_request_records": "pulls", "release_records": "releases"}
    return {table: _frame(facts, table, names.get(table, table)) for table in TABLES}


def _settled(facts: Facts, repo_of: RepoOf) -> Facts:
    """The facts with the repository's own name in the place of the slug; two slugs of one (it was renamed) become one."""
    settled = Facts(facts.people, facts.account)
    strangers: dict[str | None, int] = defaultdict(int)
    for table, rows in facts.rows.items():
        for key, row in rows.items():
            repo = repo_of(key[0])
            if repo is None:
                strangers[key[0]] += table in ("pulls", "issues", "releases")
            else:
                settled.put(table, (repo, *key[1:]), row, facts.seen.get((table, key)))
    settled.totals = {(table, (repo_of(key[0]), *key[1:])): total for (table, key), total in facts.totals.items()}
    settled.first_places = {(repo_of(key[0]), *key[1:]): place for key, place in facts.first_places.items()}
    settled.newest_lists = {(table, (repo_of(key[0]), key[1])): at for (table, key), at in facts.newest_lists.items()}
    for slug, count in strangers.items():
        facts.account.reasons[f"of {slug or 'a repository that is not named'}, whose clone no [[repos]] is"] += count
        facts.account.loaded = max(0, facts.account.loaded - count)
    return settled


def _merge(facts: Facts, other: Facts) -> None:
    """Adds what another source of the same forge tells."""
    for table, rows in other.rows.items():
        for key, row in rows.items():
            facts.put(table, key, row, other.seen.get((table, key)))
    for (table, key), total in other.totals.items():
        facts.expect(table, key, total)
    facts.first_places = other.first_places | facts.first_places
    for whole, sight in other.newest_lists.items():
        facts.newest_lists[whole] = max(sight, facts.newest_lists.get(whole, sight))


def _apply_dismissals(facts: Facts) -> None:
    """What the timeline tells of a dismissed review, and on GitLab the approval that was taken back."""
    reviews = facts.rows["pr_reviews"]
    for key, told in facts.rows["dismissals"].items():
        if row := reviews.get(key):
            row.update({name: value for name, value in told.items() if value is not None})
    approvals: dict[Key, list[dict]] = defaultdict(list)
    for key, row in reviews.items():
        if row.get("state") == "approved" and row.get("submitted_at") is not None:
            approvals[*key[:2], row.get("author")].append(row)
    for key, told in facts.rows["taken_back"].items():
        at = told.get("at")
        before = [row for row in approvals[key[:3]] if at is not None and row["submitted_at"] <= at]
        if before:
            max(before, key=lambda row: row["submitted_at"]).update(is_dismissed=True, dismissed_at=at)


def _add_approvals(facts: Facts) -> None:
    """GitLab's approvals of which no note tells."""
    reviews = facts.rows["pr_reviews"]
    standing = {
        (*key[:2], row.get("author"))
        for key, row in reviews.items()
        if row.get("state") == "approved" and not row.get("is_dismissed")
    }
    for key, told in facts.rows["approvals"].items():
        if key not in standing:
            name = f"approval-{facts.people.who(key[2]).hash}"
            reviews[*key[:2], name] = {"state": "approved", "author": key[2], "submitted_at": told.get("at")}


def _number_commits(facts: Facts) -> None:
    """Oldest first: GitHub lists them so, GitLab the other way round."""
    by_pull: dict[Key, list[Key]] = defaultdict(list)
    for key in facts.rows["pull_request_commits"]:
        by_pull[key[:2]].append(key)
    for keys in by_pull.values():
        rows = [facts.rows["pull_request_commits"][key] for key in keys]
        if rows[0].get("is_newest_first"):
            rows.reverse()
        for position, row in enumerate(rows, 1):
            row["position"] = position


def _close_issues(facts: Facts) -> None:
    """Issues that the text of a pull request says it closes, where the forge names none."""
    told = {key[:2] for key in facts.rows["pull_request_issues"]}
    for key, row in facts.rows["pulls"].items():
        if row.get("words") and key not in told:
            for number in _CLOSING.findall(row["words"]):
                facts.rows["pull_request_issues"].setdefault((*key, int(number)), {"method": "words"})


def _tell_merge(facts: Facts) -> None:
    """A landed commit that is one of the branch's own was not made by merging or squashing."""
    commits = facts.rows["pull_request_commits"]
    for key, row in facts.rows["pulls"].items():
        if row.get("state") == "merged" and row.get("merged_how") is None and (*key, row.get("merged_sha")) in commits:
            row["merged_how"] = "rebase"


def _forget_closing(facts: Facts) -> None:
    """What was opened again is not closed, though an older record tells when it was."""
    for row in (*facts.rows["pulls"].values(), *facts.rows["issues"].values()):
        if row.get("state") == "open":
            row["closed_at"] = None


def _count_gaps(facts: Facts) -> None:
    """Lists that a tool has cut, accounts that are gone, times that cannot be in that order, dismissals not told."""
    pulls = facts.rows["pulls"]
    listed = {table: {key[:2] for key in facts.rows[table]} for table in _WORDS}
    for key, row in pulls.items():
        for table, name in (
            ("pull_request_files", "changed_file_count"),
            ("pull_request_commits", "branch_commit_count"),
        ):
            if key in listed[table]:
                facts.expect(table, key, row.get(name))
        if row.get("is_ghost"):
            _miss(facts, "pull requests whose author's account was deleted", key)
        ends = [at for name in ("merged_at", "closed_at") if (at := row.get(name)) is not None]
        if row.get("opened_at") is not None and any(at < row["opened_at"] for at in ends):
            _miss(facts, "pull requests that ended before they began", key)
    for table, word in _WORDS.items():
        for key in short_lists(facts, table):
            _miss(facts, f"pull requests whose list of {word} is cut", key)
    for key, row in facts.rows["pr_reviews"].items():
        if row.get("author") is None:
            _miss(facts, "reviews without an account", key)
        if row.get("state") is None and row.get("is_dismissed"):
            _miss(facts, "dismissed reviews whose state before is not told", key)
        opened_at = pulls.get(key[:2], {}).get("opened_at")
        if None not in (opened_at, row.get("submitted_at")) and row["submitted_at"] < opened_at:
            _miss(facts, "reviews from before the pull request", key)


def _leave_out_untold(facts: Facts) -> None:
    """Pull requests of which only reviews, comments or the like were read: git may know more of them."""
    pulls = facts.rows["pulls"]
    signs = ("state", "opened_at", "title", "head_sha")
    untold = [key for key, row in pulls.items() if not any(row.get(sign) is not None for sign in signs)]
    for key in untold:
        _miss(facts, "pull requests of which only parts are told", key)
        del pulls[key]


def _miss(facts: Facts, reason: str, key: Key) -> None:
    place = facts.first_places.get(key[:2])
    facts.account.miss(reason, f"pull request {key[1]}" + (f", {place}" if place else ""))


def _frame(facts: Facts, table: str, name: str) -> "pl.DataFrame":
    """The rows of one table, in the order of their keys as told."""
    columns = tables.empty_rows(table)
    people = [
        column.removesuffix("_kind") for column in columns if column.endswith("_kind") and column != "released_at_kind"
    ]
    people = [who for who in people if f"{who}_hash" in columns]
    for row in _keyed(facts, table, name):
        row |= _defaults(table, facts, row)
        for who in people:
            row |= _person(facts, who, row, columns)
        for values, column in zip(columns.values(), columns, strict=True):
            values.append(row.get(column))
    for column in columns.keys() & _LISTS:
        columns[column] = _list_series(columns[column])
    return tables.frame(table, columns)


def _list_series(values: list[list[str] | None]) -> "pl.Series":
    """A column of lists, of which most are the same few: each distinct one is made once."""
    import polars as pl

    places = {
        value: place for place, value in enumerate(dict.fromkeys(None if v is None else tuple(v) for v in values))
    }
    distinct = pl.Series([None if value is None else list(value) for value in places], dtype=pl.List(pl.String))
    return distinct.gather([places[None if value is None else tuple(value)] for value in values])


def _keyed(facts: Facts, table: str, name: str) -> Iterator[dict]:
    """Rows with the columns of their key; parts of a pull request that nothing else tells of count as told of."""
    names = ("pr_number", *(column for column in tables.key(table) if column not in ("source", "repo", "pr_number")))
    if "pr_number" not in tables.key(table):
        names = names[1:]
    for key, row in facts.rows[name].items():
        told = dict(zip(names, key[1:], strict=True)) | {"source": facts.people.forge, "repo": key[0]}
        if table == "pull_request_events" and isinstance(key[2], tuple):
            told["event_key"] = _event_key(facts, row)
        yield row | told


def _event_key(facts: Facts, row: dict) -> str:
    subject = facts.people.who(row.get("subject")).hash
    parts = (row["kind"], row.get("occurred_at"), subject, row.get("review_id"))
    return ":".join(str(part) for part in parts if part is not None)


def _defaults(table: str, facts: Facts, row: dict) -> dict:
    """Columns that always hold a value."""
    if table == "pr_reviews":
        return {"is_dismissed": bool(row.get("is_dismissed"))}
    if table == "pr_review_comments":
        return {"kind": row.get("kind", "conversation")}
    if table == "release_records":
        return {"released_at_kind": "published"}
    if table == "pull_request_records":
        return {"evidence": "verified"}
    return {}


def _person(facts: Facts, who: str, row: dict, columns: dict) -> dict:
    """Hash, kind and agent of an account; of one that need not be there nothing, where it is not there."""
    login = row.get(who)
    if login is None and who in ("merger", "resolver", "subject"):
        return {}
    person = facts.people.who(login) if login else NOBODY
    told = {f"{who}_hash": person.hash, f"{who}_kind": person.kind}
    return told | ({f"{who}_agent": person.agent} if f"{who}_agent" in columns else {})
