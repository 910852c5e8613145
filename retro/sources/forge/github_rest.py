"""Answers of GitHub's REST API, of whatever version: one object, a page of them, or what a webhook carries.

    {"number": 41, "state": "closed", "merged_at": "2019-08-20T11:40:15Z", "head": {"sha": "ee1a..."}, "html_url": ...}
    {"id": 277027723, "state": "COMMENTED", "commit_id": "ee1a...", "pull_request_url": ".../pulls/41", "user": {...}}
    {"id": 300245643, "path": "worker.go", "diff_hunk": "@@ ...", "pull_request_review_id": 257849164, ...}
    {"event": "review_dismissed", "dismissed_review": {"review_id": 7, "state": "approved"}, "created_at": ...}

Each function takes a record, where it stands and the facts so far, and says whether it could place the record. Pages of
commits, files and timelines name no pull request: their address does, or their file's name (`pulls-41-commits.json`).
"""

from retro.sources.forge.facts import Facts, Place, said, said_inline
from retro.sources.forge.values import address, count, own_id, sha, table, text_of

PULL_STATES = {"open": "open", "closed": "closed", "merged": "merged", "opened": "open", "locked": "open"}
REVIEW_STATES = {
    "approved": "approved",
    "approve": "approved",
    "changes_requested": "changes_requested",
    "request_changes": "changes_requested",
    "commented": "commented",
    "comment": "commented",
    "dismissed": "dismissed",
}
_KINDS = {"added": "A", "modified": "M", "changed": "T", "removed": "D", "deleted": "D", "renamed": "R", "copied": "C"}
EVENTS = {
    "ready_for_review": "ready_for_review",
    "convert_to_draft": "drafted",
    "converted_to_draft": "drafted",
    "review_requested": "review_requested",
    "review_request_removed": "review_request_removed",
    "review_dismissed": "review_dismissed",
    "head_ref_force_pushed": "force_pushed",
    "closed": "closed",
    "reopened": "reopened",
    "merged": "merged",
}


def pull(record: dict, place: Place, facts: Facts) -> bool:
    """A pull request, whole or as a list has it."""
    number = count(record.get("number"))
    if not number:
        return False
    head, base = table(record.get("head")), table(record.get("base"))
    slug = text_of(table(base.get("repo")).get("full_name")) or _slug(record)
    merged_at = facts.time(record.get("merged_at"), place)
    is_merged = merged_at is not None or record.get("merged") is True
    seen_at = facts.time(record.get("updated_at"), place)
    fields = {
        "title": facts.text(record.get("title")),
        "state": "merged" if is_merged else facts.word(PULL_STATES, record.get("state"), place),
        "base_ref": facts.text(base.get("ref")),
        "head_ref": facts.text(head.get("ref")),
        "head_sha": sha(head.get("sha")),
        # Of one that is not merged this is a test merge that GitHub makes by itself.
        "merged_sha": sha(record.get("merge_commit_sha")) if is_merged else None,
        "opened_at": facts.time(record.get("created_at"), place),
        "merged_at": merged_at,
        "closed_at": facts.time(record.get("closed_at"), place),
        "author": facts.people.see(record.get("user"), record.get("author_association")),
        "merger": facts.people.see(record.get("merged_by")),
        "is_draft": record.get("draft") if isinstance(record.get("draft"), bool) else None,
        "is_from_fork": _is_from_fork(head, base),
        "labels": facts.labels(record.get("labels")),
        "added_lines": count(record.get("additions")),
        "deleted_lines": count(record.get("deletions")),
        "changed_file_count": count(record.get("changed_files")),
        "branch_commit_count": count(record.get("commits")),
        "changed_at": seen_at,
        "words": text_of(record.get("body")),
        "is_ghost": True if "user" in record and record["user"] is None else None,
    }
    facts.pull(place, slug.lower() if slug else None, number, fields, seen_at)
    return True


def _slug(record: dict) -> str | None:
    for url in ("html_url", "pull_request_url", "issue_url", "url"):
        slug, _ = address(record.get(url))
        if slug:
            return slug
    return None


def _is_from_fork(head: dict, base: dict) -> bool | None:
    """Whether the branch lies elsewhere; of a fork that was deleted only the owner in `label` is left."""
    ours, theirs = (table(side.get("repo")).get("full_name") for side in (base, head))
    if ours and theirs:
        return ours.lower() != theirs.lower()
    owners = [text.partition(":")[0] for side in (base, head) if (text := text_of(side.get("label"))) and ":" in text]
    return True if len(set(owners)) == 2 else None


def _of_pull(record: dict, place: Place, facts: Facts) -> tuple | None:
    """Key of the pull request that a record hangs on, by its own address or that of its page; None: not told."""
    slug, number = next(
        (found for url in ("pull_request_url", "html_url", "issue_url") if (found := address(record.get(url)))[1]),
        (None, None),
    )
    slug, number = slug or place.slug, number or place.number
    return None if number is None else facts.pull(place, slug, number, {})


def review(record: dict, place: Place, facts: Facts) -> bool:
    """A review; one that its author has not sent yet is left out."""
    key, review_id = _of_pull(record, place, facts), own_id(record)
    if key is None or review_id is None:
        return False
    facts.rows["pulls"][key]["has_reviews"] = True
    if str(record.get("state")).lower() == "pending":
        return True
    put_review(key, review_id, record, place, facts)
    return True


def put_review(key: tuple, review_id: str, record: dict, place: Place, facts: Facts) -> None:
    """The fields of a review as REST has them."""
    state = facts.word(REVIEW_STATES, record.get("state"), place)
    fields = {
        "state": None if state == "dismissed" else state,
        "is_dismissed": True if state == "dismissed" else None,
        "submitted_at": facts.time(record.get("submitted_at"), place),
        "commit_sha": sha(record.get("commit_id")),
        "author": facts.people.see(record.get("user"), record.get("author_association")),
    }
    facts.put("pr_reviews", (*key, review_id), fields | said(record.get("body")))


def inline_comment(record: dict, place: Place, facts: Facts) -> bool:
    """A comment on a line; the first of a thread stands for the thread."""
    key, comment_id = _of_pull(record, place, facts), own_id(record)
    if key is None or comment_id is None:
        return False
    facts.rows["pulls"][key]["has_threads"] = True
    reply_to = own_id({"id": record.get("in_reply_to_id")})
    line = count(record.get("original_line")) or count(record.get("line"))
    seen_at = facts.time(record.get("updated_at"), place)
    fields = {
        "kind": "inline",
        "review_id": own_id({"id": record.get("pull_request_review_id")}),
        "thread_id": reply_to or comment_id,
        "reply_to_id": reply_to,
        "created_at": facts.time(record.get("created_at"), place),
        "path": text_of(record.get("path")),
        "line": line,
        "commit_sha": sha(record.get("original_commit_id")) or sha(record.get("commit_id")),
        "author": facts.people.see(record.get("user"), record.get("author_association")),
    }
    facts.put("pr_review_comments", (*key, comment_id), fields | said_inline(record.get("body")), seen_at)
    thread = {} if reply_to else {"path": fields["path"], "line": line, "is_outdated": _is_outdated(record)}
    facts.put("pr_review_threads", (*key, reply_to or comment_id), thread, seen_at)
    return True


def _is_outdated(record: dict) -> bool | None:
    """A comment whose lines are gone has lost its position in the newest diff, and its line in newer versions."""
    for now, once in (("position", "original_position"), ("line", "original_line")):
        if record.get(once) is not None and now in record:
            return record[now] is None
    return None


def conversation_comment(record: dict, place: Place, facts: Facts) -> bool:
    """A comment below a pull request; one below an issue is of no interest and counts as read."""
    if "/issues/" in str(record.get("html_url")):
        return True
    key, comment_id = _of_pull(record, place, facts), own_id(record)
    if key is None or comment_id is None:
        return False
    fields = {
        "kind": "conversation",
        "created_at": facts.time(record.get("created_at"), place),
        "author": facts.people.see(record.get("user"), record.get("author_association")),
    }
    facts.put("pr_review_comments", (*key, comment_id), fields | said_inline(record.get("body")))
    return True


def commit(record: dict, place: Place, facts: Facts) -> bool:
    """A commit of a pull request, in the order of its page."""
    key, commit_sha = _of_pull({}, place, facts), sha(record.get("sha"))
    if key is None or commit_sha is None:
        return False
    facts.put("pull_request_commits", (*key, commit_sha), {})
    return True


def file(record: dict, place: Place, facts: Facts) -> bool:
    """A file that a pull request changes."""
    key, path = _of_pull({}, place, facts), text_of(record.get("filename"))
    if key is None or path is None:
        return False
    fields = {
        "old_path": text_of(record.get("previous_filename")),
        "change_kind": facts.word(_KINDS | {"unchanged": "M"}, record.get("status"), place),
        "added_lines": count(record.get("additions")),
        "deleted_lines": count(record.get("deletions")),
    }
    facts.put("pull_request_files", (*key, path), fields)
    return True


def event(record: dict, place: Place, facts: Facts) -> bool:
    """An event of a timeline; the kinds that say nothing about a review count as read."""
    kind = record.get("event")
    if kind == "reviewed":
        return review(record, place, facts)
    if kind == "commented":
        return conversation_comment(record, place, facts)
    if kind == "committed":
        return commit(record, place, facts)
    key = _of_pull(record, place, facts)
    if key is None:
        return kind not in EVENTS
    facts.rows["pulls"][key]["has_timeline"] = True
    if kind in EVENTS:
        dismissed = table(record.get("dismissed_review"))
        fields = {
            "occurred_at": facts.time(record.get("created_at"), place),
            "actor": facts.people.see(record.get("actor")),
            "subject": facts.people.see(record.get("requested_reviewer")),
            "review_id": own_id({"id": dismissed.get("review_id")}),
        }
        put_event(key, EVENTS[kind], fields, facts)
        put_dismissal(key, fields, facts.word(REVIEW_STATES, dismissed.get("state"), place), facts)
    return True


def put_event(key: tuple, kind: str, fields: dict, facts: Facts) -> None:
    """An event; REST and GraphQL give it different ids, so that kind, time and whom it is about stand for it."""
    told = [
        str(part) for part in (kind, fields.get("occurred_at"), fields.get("subject"), fields.get("review_id")) if part
    ]
    facts.put("pull_request_events", (*key, tuple(told)), fields | {"kind": kind})


def put_dismissal(key: tuple, fields: dict, state: str | None, facts: Facts) -> None:
    """What the dismissal of a review tells of the review: its state before."""
    if review_id := fields.get("review_id"):
        told = {"state": None if state == "dismissed" else state, "is_dismissed": True}
        facts.put("dismissals", (*key, review_id), told | {"dismissed_at": fields["occurred_at"]})


def issue(record: dict, place: Place, facts: Facts) -> bool:
    """An issue; lists of issues hold pull requests too, which are told better elsewhere."""
    number = count(record.get("number"))
    if not number:
        return False
    if "pull_request" in record or "/pull/" in str(record.get("html_url")):
        return True
    seen_at = facts.time(record.get("updated_at"), place)
    fields = {
        "title": facts.text(record.get("title")),
        "state": facts.word(PULL_STATES, record.get("state"), place),
        "reason": facts.text(record.get("state_reason")),
        "author": facts.people.see(record.get("user"), record.get("author_association")),
        "labels": facts.labels(record.get("labels")),
        "opened_at": facts.time(record.get("created_at"), place),
        "closed_at": facts.time(record.get("closed_at"), place),
        "changed_at": seen_at,
    }
    facts.put("issues", (_slug(record) or place.slug, number), fields, seen_at)
    return True


def release(record: dict, place: Place, facts: Facts) -> bool:
    """A release that was published; a draft is none."""
    tag = facts.text(record.get("tag_name"))
    if tag is None:
        return False
    if record.get("draft") is not True:
        at = facts.time(record.get("published_at") or record.get("created_at"), place)
        slug = address(str(record.get("url")).replace("/releases", "/pulls"))[0]
        facts.put("releases", (slug or place.slug, tag), {"released_at": at})
    return True
