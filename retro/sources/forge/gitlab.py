"""GitLab: objects and pages of its REST API (v4), each told by its fields.

    {"iid": 5, "target_branch": "master", "state": "merged", "sha": "9ef8...", "references": {"full": "group/name!5"}}
    {"id": 186327072, "noteable_type": "MergeRequest", "noteable_iid": 1, "system": true, "body": "approved this merge request"}
    {"id": "6a9c...", "individual_note": false, "notes": [{"type": "DiffNote", "resolved": true, "position": {...}}]}

A merge request is a pull request here. GitLab has no reviews as GitHub has them: who approved, asked for changes or took an
approval back stands in its system notes, in English whatever the reader's language, and each such note is a review. An
approval without a note (its call tells the names alone) is a review without a time. Comments stay comments.
"""

import re

from retro.sources.forge.facts import Facts, Place, said, said_inline
from retro.sources.forge.values import address, count, sha, table, text_of

_STATES = {
    "opened": "open",
    "open": "open",
    "closed": "closed",
    "merged": "merged",
    "locked": "open",
    "reopened": "open",
}
_VERDICTS = {
    "approved this merge request": "approved",
    "requested changes": "changes_requested",
    "left review comments without approving": "commented",
}
_TAKEN_BACK = "unapproved this merge request"
_EVENTS = (
    (
        re.compile(
            r"(?:un)?marked (?:this merge request )?as (?:a )?\*\*(?P<state>ready|draft|work in progress)\*\*", re.I
        ),
        None,
    ),
    (re.compile(r"requested review from", re.I), "review_requested"),
    (re.compile(r"removed review request", re.I), "review_request_removed"),
    (re.compile(r"added \d+ (?:new )?commits?", re.I), "pushed"),
    (re.compile(r"merged\s*$", re.I), "merged"),
    (re.compile(r"closed\s*$", re.I), "closed"),
    (re.compile(r"reopened\s*$", re.I), "reopened"),
)


def merge_request(record: dict, place: Place, facts: Facts) -> bool:
    """A merge request, alone or as a list has it."""
    number = count(record.get("iid"))
    if not number:
        return False
    merged_at, seen_at = facts.time(record.get("merged_at"), place), facts.time(record.get("updated_at"), place)
    state = facts.word(_STATES, record.get("state"), place)
    is_merged = state == "merged" or merged_at is not None
    merge, squash = sha(record.get("merge_commit_sha")), sha(record.get("squash_commit_sha"))
    draft = record.get("draft", record.get("work_in_progress"))
    sides = record.get("source_project_id"), record.get("target_project_id")
    refs = table(record.get("diff_refs"))
    fields = {
        "title": facts.text(record.get("title")),
        "state": "merged" if is_merged else state,
        "base_ref": facts.text(record.get("target_branch")),
        "head_ref": facts.text(record.get("source_branch")),
        "base_sha": sha(refs.get("base_sha")),
        "head_sha": sha(record.get("sha")) or sha(refs.get("head_sha")),
        "merged_sha": (merge or squash) if is_merged else None,
        # A merge commit counts as a merge also where the branch was squashed before: two parents.
        "merged_how": ("merge" if merge and merge != squash else "squash" if squash else None) if is_merged else None,
        "opened_at": facts.time(record.get("created_at"), place),
        "merged_at": merged_at,
        "closed_at": facts.time(record.get("closed_at"), place) or (merged_at if is_merged else None),
        "author": facts.people.see(record.get("author")),
        "merger": facts.people.see(record.get("merge_user") or record.get("merged_by")),
        "is_draft": draft if isinstance(draft, bool) else None,
        "is_from_fork": sides[0] != sides[1] if None not in sides else None,
        "labels": facts.labels(record.get("labels")),
        "changed_file_count": _changes(record.get("changes_count")),
        "changed_at": seen_at,
        "words": text_of(record.get("description")),
        "is_ghost": True if "author" in record and record["author"] is None else None,
    }
    key = facts.pull(place, _slug(record), number, fields, seen_at)
    for change in record.get("changes") or ():
        _file(key, table(change), place, facts)
    return True


def _changes(value: object) -> int | None:
    """The number of files, which GitLab tells as text; "1000+" is no number."""
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 10 else count(value)


def _slug(record: dict) -> str | None:
    full = text_of(table(record.get("references")).get("full"))
    return re.split("[!#]", full)[0].lower() if full else address(record.get("web_url"))[0]


def _of_request(place: Place, facts: Facts, number: int | None = None) -> tuple | None:
    number = number or place.number
    return facts.pull(place, None, number, {}) if number else None


def note(record: dict, place: Place, facts: Facts, thread: str | None = None) -> bool:
    """A comment, or what GitLab itself notes; notes on other things than merge requests count as read."""
    if record.get("noteable_type") not in (None, "MergeRequest"):
        return True
    key = _of_request(place, facts, count(record.get("noteable_iid")))
    if key is None or not count(record.get("id")):
        return False
    if record.get("system") is True:
        facts.rows["pulls"][key].update(has_timeline=True, has_reviews=True)
        _system_note(key, record, place, facts)
        return True
    facts.rows["pulls"][key]["has_threads"] = True
    position = table(record.get("position"))
    path = text_of(position.get("new_path")) or text_of(position.get("old_path"))
    fields = {
        "kind": "inline" if path else "conversation",
        "thread_id": thread,
        "created_at": facts.time(record.get("created_at"), place),
        "path": path,
        "line": count(position.get("new_line")) or count(position.get("old_line")),
        "commit_sha": sha(position.get("head_sha")) or sha(record.get("commit_id")),
        "author": facts.people.see(record.get("author")),
    }
    facts.put("pr_review_comments", (*key, str(record["id"])), fields | said_inline(record.get("body")))
    return True


def _system_note(key: tuple, record: dict, place: Place, facts: Facts) -> None:
    body, note_id = (text_of(record.get("body")) or "").strip(), str(record["id"])
    author, at = facts.people.see(record.get("author")), facts.time(record.get("created_at"), place)
    if body.lower() == _TAKEN_BACK:
        facts.put("taken_back", (*key, author, note_id), {"at": at})
        return
    if verdict := _VERDICTS.get(body.lower()):
        fields = {"state": verdict, "submitted_at": at, "author": author, **said("")}
        facts.put("pr_reviews", (*key, note_id), fields)
        return
    if kind := _event_kind(body):
        facts.put("pull_request_events", (*key, note_id), {"kind": kind, "occurred_at": at, "actor": author})


def _event_kind(body: str) -> str | None:
    for pattern, kind in _EVENTS:
        if found := pattern.match(body):
            if kind:
                return kind
            is_draft = found["state"].lower() != "ready"
            return "drafted" if is_draft != body.lower().startswith("un") else "ready_for_review"
    return None


def discussion(record: dict, place: Place, facts: Facts) -> bool:
    """A thread of notes; one that can be resolved is a thread of the review."""
    notes = [one for one in record.get("notes") or () if isinstance(one, dict)]
    thread_id = text_of(record.get("id"))
    if not notes or thread_id is None:
        return False
    root = notes[0]
    is_thread = root.get("resolvable") is True
    done = [note(one, place, facts, thread_id if is_thread else None) for one in notes]
    key = _of_request(place, facts, count(root.get("noteable_iid")))
    if is_thread and key:
        position = table(root.get("position"))
        is_resolved = all(one.get("resolved") is True for one in notes if one.get("resolvable"))
        last = max((one for one in notes if one.get("resolved_at")), key=lambda one: one["resolved_at"], default={})
        facts.put("pr_review_threads", (*key, thread_id), {
            "path": text_of(position.get("new_path")) or text_of(position.get("old_path")),
            "line": count(position.get("new_line")) or count(position.get("old_line")),
            "is_resolved": is_resolved,
            "resolver": facts.people.see(last.get("resolved_by")) if is_resolved else None,
            "resolved_at": facts.time(last.get("resolved_at"), place) if is_resolved else None,
        })  # fmt: skip
    return all(done)


def approvals(record: dict, place: Place, facts: Facts) -> bool:
    """Who approves now. Their notes tell when; without a note the review has no time."""
    key = _of_request(place, facts, count(record.get("iid")))
    if key is None:
        return False
    facts.rows["pulls"][key]["has_reviews"] = True
    for one in record.get("approved_by") or ():
        author = facts.people.see(table(one).get("user"))
        if author:
            facts.put("approvals", (*key, author), {"at": facts.time(table(one).get("approved_at"), place)})
    return True


def commit(record: dict, place: Place, facts: Facts) -> bool:
    """A commit of a merge request; a page has the newest first."""
    key, commit_sha = _of_request(place, facts), sha(record.get("id"))
    if key is None or commit_sha is None:
        return False
    facts.put_part("pull_request_commits", (*key, commit_sha), {"is_newest_first": True}, (0, place.order))
    return True


def file(record: dict, place: Place, facts: Facts) -> bool:
    """A file that a merge request changes."""
    key = _of_request(place, facts)
    return key is not None and _file(key, record, place, facts)


def _file(key: tuple, record: dict, place: Place, facts: Facts) -> bool:
    """Lines are counted from the diff, where it is there and was not cut off for its size."""
    path, old_path = text_of(record.get("new_path")), text_of(record.get("old_path"))
    if path is None:
        return False
    flags = (("new_file", "A"), ("deleted_file", "D"), ("renamed_file", "R"))
    diff = record.get("diff")
    is_whole = isinstance(diff, str) and not (record.get("too_large") or record.get("collapsed"))
    lines = diff.split("\n") if is_whole else []
    fields = {
        "old_path": old_path if old_path != path else None,
        "change_kind": next((kind for flag, kind in flags if record.get(flag) is True), "M"),
        "added_lines": sum(line.startswith("+") for line in lines) if is_whole else None,
        "deleted_lines": sum(line.startswith("-") for line in lines) if is_whole else None,
    }
    facts.put_part("pull_request_files", (*key, path), fields, (0, place.order))
    return True


def issue(record: dict, place: Place, facts: Facts) -> bool:
    """An issue; where the page is a merge request's `closes_issues`, also that it closes it."""
    number = count(record.get("iid"))
    if not number:
        return False
    slug, seen_at = _slug(record) or place.slug, facts.time(record.get("updated_at"), place)
    fields = {
        "title": facts.text(record.get("title")),
        "state": facts.word(_STATES, record.get("state"), place),
        "author": facts.people.see(record.get("author")),
        "labels": facts.labels(record.get("labels")),
        "opened_at": facts.time(record.get("created_at"), place),
        "closed_at": facts.time(record.get("closed_at"), place),
        "changed_at": seen_at,
    }
    facts.put("issues", (slug, number), fields, seen_at)
    if place.part == "closes_issues" and place.number and slug in (None, place.slug):
        facts.put("pull_request_issues", (place.slug, place.number, number), {"method": "forge"})
    return True


def release(record: dict, place: Place, facts: Facts) -> bool:
    """A release that was published; one that is announced for later is none yet."""
    tag = facts.text(record.get("tag_name"))
    if tag is None:
        return False
    if record.get("upcoming_release") is not True:
        at = facts.time(record.get("released_at") or record.get("created_at"), place)
        fields = {"released_at": at, "commit_sha": sha(table(record.get("commit")).get("id"))}
        facts.put("releases", (place.slug, tag), fields)
    return True


# A record is of the first shape all of whose fields it has.
SHAPES = (
    (frozenset({"iid", "target_branch"}), merge_request),
    (frozenset({"approved_by"}), approvals),
    (frozenset({"notes", "individual_note"}), discussion),
    (frozenset({"noteable_type", "body"}), note),
    (frozenset({"body", "system"}), note),
    (frozenset({"short_id", "id"}), commit),
    (frozenset({"tag_name"}), release),
    (frozenset({"new_path", "old_path"}), file),
    (frozenset({"iid", "state", "title"}), issue),
)


def read(record: dict, place: Place, facts: Facts) -> bool:
    """Reads one record; False when it is of no known shape, or names no merge request where it must."""
    fields = record.keys()
    for wanted, reader in SHAPES:
        if wanted <= fields:
            return reader(record, place, facts)
    return False
