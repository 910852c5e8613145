"""Answers of GitHub's GraphQL API, and of `gh pr list/view --json`, which are the same fields with lists made flat.

    {"data": {"repository": {"nameWithOwner": "o/n", "pullRequests": {"nodes": [{"number": 41, "headRefOid": ...}]}}}}
    [{"number": 41, "state": "MERGED", "author": {"is_bot": false, "login": "a"}, "changedFiles": 130, "files": [...]}]

`gh` cuts files and commits at 100 without a word; the counts that stand beside them tell.
"""

from collections.abc import Iterator
from dataclasses import replace

from retro.sources.forge.facts import Facts, Place, said, said_inline
from retro.sources.forge.github_rest import PULL_STATES, REVIEW_STATES, put_dismissal, put_event
from retro.sources.forge.values import address, count, nodes, own_id, sha, table, text_of

PULL_KEYS = {
    "additions", "baseRefName", "baseRefOid", "changedFiles", "closingIssuesReferences", "commits", "deletions", "files",
    "headRefName", "headRefOid", "isCrossRepository", "isDraft", "latestReviews", "mergeCommit", "mergedAt", "mergedBy",
    "reviewDecision", "reviewRequests", "reviewThreads", "reviews", "timelineItems",
}  # fmt: skip
_EVENTS = {
    "ReadyForReviewEvent": "ready_for_review",
    "ConvertToDraftEvent": "drafted",
    "ReviewRequestedEvent": "review_requested",
    "ReviewRequestRemovedEvent": "review_request_removed",
    "ReviewDismissedEvent": "review_dismissed",
    "HeadRefForcePushedEvent": "force_pushed",
    "ClosedEvent": "closed",
    "ReopenedEvent": "reopened",
    "MergedEvent": "merged",
}
_KINDS = {"added": "A", "modified": "M", "changed": "T", "deleted": "D", "renamed": "R", "copied": "C"}
_GH_LIMIT = 100


def page(record: dict, place: Place, facts: Facts) -> bool:
    """An answer as it came: pull requests, issues and releases wherever they stand in it."""
    if record.get("errors"):
        facts.account.miss("answers in which the forge reports an error", place.text)
    found = [*_things(record.get("data"), place)]
    for thing, where in found:
        node(thing, where, facts)
    return True


def _things(value: object, place: Place) -> Iterator[tuple[dict, Place]]:
    if isinstance(value, list):
        for one in value:
            yield from _things(one, place)
    elif isinstance(value, dict):
        if kind_of(value):
            yield value, place
            return
        slug = text_of(value.get("nameWithOwner"))
        inner = replace(place, slug=slug.lower()) if slug else place
        for one in value.values():
            yield from _things(one, inner)


def kind_of(record: dict) -> str | None:
    """pull, issue, release or None: by its fields, since a query need not ask for `__typename`."""
    if "tagName" in record:
        return "release"
    if count(record.get("number")) is None:
        return None
    told = {"PullRequest": "pull", "Issue": "issue"}.get(str(record.get("__typename")))
    if told or record.keys() & PULL_KEYS or "/pull/" in str(record.get("url")):
        return told or "pull"
    is_issue = "stateReason" in record or "/issues/" in str(record.get("url"))
    return "issue" if is_issue else None


def node(record: dict, place: Place, facts: Facts) -> bool:
    """A pull request, an issue or a release."""
    kind = kind_of(record)
    return {"pull": pull, "issue": issue, "release": release}[kind](record, place, facts) if kind else False


def pull(record: dict, place: Place, facts: Facts) -> bool:
    """A pull request with all that the query asked for."""
    number = count(record.get("number"))
    if not number:
        return False
    seen_at = facts.time(record.get("updatedAt"), place)
    slug = address(record.get("url"))[0]
    key = facts.pull(place, slug, number, _pull_fields(record, place, facts) | {"changed_at": seen_at}, seen_at)
    _lists(key, record, _sight(key, seen_at, place, facts), place, facts)
    for one in nodes(record.get("reviews")):
        _review(key, one, place, facts)
    for one in nodes(record.get("comments")):
        _comment(key, one, {"kind": "conversation"}, place, facts)
    for one in nodes(record.get("reviewThreads")):
        _thread(key, one, place, facts)
    for one in nodes(record.get("timelineItems")):
        _event(key, one, place, facts)
    for one in nodes(record.get("closingIssuesReferences")):
        _closing(key, one, facts)
    return True


def _pull_fields(record: dict, place: Place, facts: Facts) -> dict:
    merge, merged_at = table(record.get("mergeCommit")), facts.time(record.get("mergedAt"), place)
    state = "merged" if merged_at is not None else facts.word(PULL_STATES, record.get("state"), place)
    parents = count(table(merge.get("parents")).get("totalCount"))
    return {
        "title": facts.text(record.get("title")),
        "state": state,
        "base_ref": facts.text(record.get("baseRefName")),
        "head_ref": facts.text(record.get("headRefName")),
        "head_sha": sha(record.get("headRefOid")),
        "merged_sha": sha(merge.get("oid")) if state == "merged" else None,
        "merged_how": "merge" if parents == 2 else None,
        "opened_at": facts.time(record.get("createdAt"), place),
        "merged_at": merged_at,
        "closed_at": facts.time(record.get("closedAt"), place),
        "author": facts.people.see(record.get("author"), record.get("authorAssociation")),
        "merger": facts.people.see(record.get("mergedBy")),
        "is_draft": record.get("isDraft") if isinstance(record.get("isDraft"), bool) else None,
        "is_from_fork": record.get("isCrossRepository") if isinstance(record.get("isCrossRepository"), bool) else None,
        "labels": facts.labels(record.get("labels")),
        "added_lines": count(record.get("additions")),
        "deleted_lines": count(record.get("deletions")),
        "changed_file_count": count(record.get("changedFiles")),
        "branch_commit_count": count(table(record.get("commits")).get("totalCount")),
        "has_reviews": True if "reviews" in record else None,
        "has_threads": True if "reviewThreads" in record else None,
        "has_timeline": True if "timelineItems" in record else None,
        "words": text_of(record.get("body")),
        "is_ghost": True if "author" in record and record["author"] is None else None,
    }


def _sight(key: tuple, seen_at: int | None, place: Place, facts: Facts) -> tuple[int, int]:
    """When its lists were told; a page that goes on with one names no time and follows the page that began it."""
    if seen_at is None:
        seen_at = max(0, facts.seen.get(("pulls", key), 0))
    return seen_at, place.order


def _lists(key: tuple, record: dict, sight: tuple[int, int], place: Place, facts: Facts) -> None:
    """Commits and files, and how many there are of each list by the forge's own count."""
    for one in nodes(record.get("commits")):
        if commit_sha := sha(table(one.get("commit")).get("oid")) or sha(one.get("oid")):
            facts.put_part("pull_request_commits", (*key, commit_sha), {}, sight)
    listed = record.get("commits")
    if isinstance(listed, list) and len(listed) == _GH_LIMIT:  # `gh` gives no count; the newest are missing
        head = sha(record.get("headRefOid"))
        is_cut = head is None or head not in {table(one).get("oid") for one in listed}
        facts.expect("pull_request_commits", key, _GH_LIMIT + 1 if is_cut else None)
    for one in nodes(record.get("files")):
        if path := text_of(one.get("path")):
            fields = {
                "change_kind": facts.word(_KINDS, one.get("changeType"), place),
                "added_lines": count(one.get("additions")),
                "deleted_lines": count(one.get("deletions")),
            }
            facts.put_part("pull_request_files", (*key, path), fields, sight)
    if "files" in record:
        facts.expect("pull_request_files", key, count(record.get("changedFiles")))
    for name, stored in (
        ("commits", "pull_request_commits"),
        ("reviews", "pr_reviews"),
        ("reviewThreads", "pr_review_threads"),
    ):
        facts.expect(stored, key, count(table(record.get(name)).get("totalCount")))


def _review(key: tuple, record: dict, place: Place, facts: Facts) -> None:
    review_id = own_id(record)
    if review_id is None or record.get("state") == "PENDING":
        return
    state = facts.word(REVIEW_STATES, record.get("state"), place)
    fields = {
        "state": None if state == "dismissed" else state,
        "is_dismissed": True if state == "dismissed" else None,
        "submitted_at": facts.time(record.get("submittedAt"), place),
        "commit_sha": sha(table(record.get("commit")).get("oid")),
        "author": facts.people.see(record.get("author"), record.get("authorAssociation")),
    }
    facts.put("pr_reviews", (*key, review_id), fields | said(record.get("body")))


def _comment(key: tuple, record: dict, known: dict, place: Place, facts: Facts) -> None:
    """A comment; `gh` gives its number in the address only (#issuecomment-123)."""
    written = str(record.get("url")).rpartition("issuecomment-")[2]
    comment_id = written if written.isdecimal() else own_id(record)
    if comment_id is None:
        return
    fields = {
        "created_at": facts.time(record.get("createdAt"), place),
        "author": facts.people.see(record.get("author"), record.get("authorAssociation")),
    }
    facts.put("pr_review_comments", (*key, comment_id), known | fields | said_inline(record.get("body")))


def _thread(key: tuple, record: dict, place: Place, facts: Facts) -> None:
    """A thread; its first comment's number stands for it, as in REST."""
    comments = [*nodes(record.get("comments"))]
    thread_id = own_id(comments[0]) if comments else own_id(record)
    if thread_id is None:
        return
    path, line = text_of(record.get("path")), count(record.get("originalLine")) or count(record.get("line"))
    facts.put("pr_review_threads", (*key, thread_id), {
        "path": path,
        "line": line,
        "is_resolved": record.get("isResolved") if isinstance(record.get("isResolved"), bool) else None,
        "is_outdated": record.get("isOutdated") if isinstance(record.get("isOutdated"), bool) else None,
        "resolver": facts.people.see(record.get("resolvedBy")),
    })  # fmt: skip
    total = count(table(record.get("comments")).get("totalCount"))
    if total is not None and total > len(comments):
        facts.account.miss("threads whose comments are cut", place.text)
    for one in comments:
        known = {
            "kind": "inline",
            "thread_id": thread_id,
            "review_id": own_id(table(one.get("pullRequestReview"))),
            "reply_to_id": own_id(table(one.get("replyTo"))),
            "path": text_of(one.get("path")) or path,
            "line": count(one.get("originalLine")) or line,
            "commit_sha": sha(table(one.get("originalCommit")).get("oid")) or sha(table(one.get("commit")).get("oid")),
        }
        _comment(key, one, known, place, facts)


def _event(key: tuple, record: dict, place: Place, facts: Facts) -> None:
    kind = _EVENTS.get(str(record.get("__typename")))
    if kind is None:
        return
    fields = {
        "occurred_at": facts.time(record.get("createdAt"), place),
        "actor": facts.people.see(record.get("actor")),
        "subject": facts.people.see(record.get("requestedReviewer")),
        "commit_sha": sha(table(record.get("afterCommit")).get("oid")),
        "review_id": own_id(table(record.get("review"))),
    }
    put_event(key, kind, fields, facts)
    put_dismissal(key, fields, facts.word(REVIEW_STATES, record.get("previousReviewState"), place), facts)


def _closing(key: tuple, record: dict, facts: Facts) -> None:
    """An issue of the same repository that it closes."""
    number, slug = count(record.get("number")), address(record.get("url"))[0]
    owner = table(record.get("repository"))
    named = text_of(owner.get("nameWithOwner")) or (
        f"{table(owner.get('owner')).get('login')}/{owner['name']}" if owner.get("name") else None
    )
    other = slug or (named.lower() if named else None)
    if number and other in (None, key[0]):
        facts.put("pull_request_issues", (*key, number), {"method": "forge"})


def issue(record: dict, place: Place, facts: Facts) -> bool:
    """An issue, as GraphQL and `gh issue list --json` give it."""
    number = count(record.get("number"))
    if not number:
        return False
    seen_at = facts.time(record.get("updatedAt"), place)
    reason = facts.text(record.get("stateReason"))
    fields = {
        "title": facts.text(record.get("title")),
        "state": facts.word(PULL_STATES, record.get("state"), place),
        "reason": reason.lower() if reason else None,
        "author": facts.people.see(record.get("author"), record.get("authorAssociation")),
        "labels": facts.labels(record.get("labels")),
        "opened_at": facts.time(record.get("createdAt"), place),
        "closed_at": facts.time(record.get("closedAt"), place),
        "changed_at": seen_at,
    }
    facts.put("issues", (address(record.get("url"))[0] or place.slug, number), fields, seen_at)
    return True


def release(record: dict, place: Place, facts: Facts) -> bool:
    """A release, as GraphQL and `gh release list --json` give it."""
    tag = facts.text(record.get("tagName"))
    if tag is None:
        return False
    if record.get("isDraft") is not True:
        at = facts.time(record.get("publishedAt") or record.get("createdAt"), place)
        commit_sha = sha(table(record.get("tagCommit")).get("oid"))
        facts.put("releases", (place.slug, tag), {"released_at": at, "commit_sha": commit_sha})
    return True
