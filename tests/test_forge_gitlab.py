"""What GitLab's records tell, which has no reviews but notes of what people decided."""

from datetime import UTC, datetime
from pathlib import Path

from forge_records import KEY, SHA, merge_request, read, rows, write

from retro.keyed_hashes import keyed_hash


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 10, hour, minute, tzinfo=UTC)


def who(login: str) -> str:
    return keyed_hash(KEY, f"gitlab:{login}")


def note(note_id: int, body: str, login: str = "bob", minute: int = 0, **more: object) -> dict:
    return {
        "id": note_id,
        "noteable_type": "MergeRequest",
        "noteable_iid": 1,
        "system": True,
        "body": body,
        "author": {"username": login},
        "created_at": f"2026-03-10T10:{minute:02}:00.000Z",
    } | more


def test_a_merge_request_is_a_pull_request(tmp_path: Path) -> None:
    done = {"state": "merged", "merged_at": "2026-03-10T12:00:00.000Z", "merge_user": {"username": "bob"}}
    records = [
        merge_request(1, **done, merge_commit_sha=SHA["h"], changes_count="3", diff_refs={"base_sha": SHA["a"]}),
        merge_request(2, **done, squash_commit_sha=SHA["g"]),
        merge_request(3, **done, merge_commit_sha=SHA["e"], squash_commit_sha=SHA["f"]),
        merge_request(4, **done),
        merge_request(5, state="closed", closed_at="2026-03-10T12:00:00.000Z", source_project_id=7),
        merge_request(6, state="locked", changes_count="1000+", draft=None, work_in_progress=True),
    ]
    made, _ = read([write(tmp_path / "mrs.json", *records)], "gitlab")
    columns = ("state", "merged_sha", "merged_how", "closed_at", "is_from_fork", "changed_file_count", "base_sha")
    assert rows(made, "pull_request_records", *columns) == [
        ("merged", SHA["h"], "merge", at(12), False, 3, SHA["a"]),
        ("merged", SHA["g"], "squash", at(12), False, None, None),
        ("merged", SHA["e"], "merge", at(12), False, None, None),
        ("merged", None, None, at(12), False, None, None),
        ("closed", None, None, at(12), True, None, None),
        ("open", None, None, None, False, None, None),
    ]


def test_approvals_requests_and_what_was_taken_back_are_reviews(tmp_path: Path) -> None:
    notes = [
        note(1, "requested changes", minute=1),
        note(2, "approved this merge request", minute=2),
        note(3, "approved this merge request", "cara", minute=3),
        note(4, "unapproved this merge request", minute=4),
        note(5, "marked this merge request as **ready**", "ann", minute=5),
        note(6, "marked this merge request as **draft**", "ann", minute=6),
        note(7, "unmarked as a **Work In Progress**", "ann", minute=7),
        note(8, "added 2 commits\n\n<ul>", "ann", minute=8),
        note(9, "changed the description", "ann", minute=9),
        note(10, "LGTM, but the docs are stale", system=False, minute=10),
        note(11, "on an issue", noteable_type="Issue"),
    ]
    approvals = {"iid": 1, "approved_by": [{"user": {"username": "cara"}}, {"user": {"username": "dora"}}]}
    made, facts = read([write(tmp_path / "a.json", merge_request(1), *notes, approvals)], "gitlab")
    assert rows(
        made, "pr_reviews", "review_id", "author_hash", "state", "is_dismissed", "submitted_at", "dismissed_at"
    ) == [
        ("1", who("bob"), "changes_requested", False, at(10, 1), None),
        ("2", who("bob"), "approved", True, at(10, 2), at(10, 4)),
        ("3", who("cara"), "approved", False, at(10, 3), None),
        (f"approval-{who('dora')}", who("dora"), "approved", False, None, None),
    ]
    assert rows(made, "pull_request_events", "event_key", "kind") == [
        ("5", "ready_for_review"),
        ("6", "drafted"),
        ("7", "ready_for_review"),
        ("8", "pushed"),
    ]
    assert rows(made, "pr_review_comments", "comment_id", "kind", "finding_kinds") == [
        ("10", "conversation", ["documentation", "logic"])
    ]
    assert facts.account.text() is None


def test_discussions_are_threads_with_who_resolved_them(tmp_path: Path) -> None:
    position = {"new_path": "a.py", "new_line": 4, "head_sha": SHA["b"]}
    solved = {"resolvable": True, "resolved": True, "resolved_by": {"username": "ann"}}
    first = note(
        1, "Why?", system=False, type="DiffNote", position=position, **solved, resolved_at="2026-03-10T11:00:00.000Z"
    )
    answer = note(
        2,
        "Because.",
        "ann",
        system=False,
        type="DiffNote",
        position=position,
        **solved,
        resolved_at="2026-03-10T11:00:00.000Z",
    )
    opened = note(3, "And this?", system=False, resolvable=True, resolved=False)
    plain = note(4, "Hello", system=False, resolvable=False)
    discussions = [
        {"id": "d1", "individual_note": False, "notes": [first, answer]},
        {"id": "d2", "individual_note": False, "notes": [opened]},
        {"id": "d3", "individual_note": True, "notes": [plain]},
    ]
    made, _ = read([write(tmp_path / "discussions.json", merge_request(1), *discussions)], "gitlab")
    assert rows(
        made, "pr_review_threads", "thread_id", "path", "line", "is_resolved", "resolver_hash", "resolved_at"
    ) == [
        ("d1", "a.py", 4, True, who("ann"), at(11)),
        ("d2", None, None, False, None, None),
    ]
    assert rows(made, "pr_review_comments", "comment_id", "thread_id", "kind", "commit_sha") == [
        ("1", "d1", "inline", SHA["b"]),
        ("2", "d1", "inline", SHA["b"]),
        ("3", "d2", "conversation", None),
        ("4", None, "conversation", None),
    ]


def test_parts_take_their_merge_request_from_the_page(tmp_path: Path) -> None:
    base = "https://gitlab.com/api/v4/projects/acme%2Fapp/merge_requests/1"
    commits = [{"id": SHA[name], "short_id": "x"} for name in "dcb"]
    diffs = [
        {"old_path": "a.py", "new_path": "a.py", "diff": "@@ -1 +1,2 @@\n-x\n+y\n+z\n"},
        {"old_path": "b.py", "new_path": "c.py", "renamed_file": True, "diff": ""},
        {"old_path": "big", "new_path": "big", "new_file": True, "diff": "", "too_large": True},
    ]
    closes = [
        {
            "iid": 9,
            "title": "Broken",
            "state": "opened",
            "author": {"username": "ann"},
            "references": {"full": "acme/app#9"},
        }
    ]
    pages = [
        {"url": f"{base}/commits", "body": commits},
        {"url": f"{base}/diffs?per_page=100", "body": diffs},
        {"url": f"{base}/closes_issues?per_page=100", "body": closes},
        {"url": "https://gitlab.com/api/v4/projects/acme%2Fapp/releases", "body": [
            {"tag_name": "v1", "released_at": "2026-03-10T08:00:00.000Z", "commit": {"id": SHA["a"]}},
            {"tag_name": "v2", "upcoming_release": True},
        ]},
    ]  # fmt: skip
    made, facts = read([write(tmp_path / "pages.jsonl", merge_request(1), *pages)], "gitlab")
    assert rows(made, "pull_request_commits", "position", "commit_sha") == [(1, SHA["b"]), (2, SHA["c"]), (3, SHA["d"])]
    assert rows(made, "pull_request_files", "path", "old_path", "change_kind", "added_lines", "deleted_lines") == [
        ("a.py", None, "M", 2, 1),
        ("big", None, "A", None, None),
        ("c.py", "b.py", "R", 0, 0),
    ]
    assert rows(made, "pull_request_issues", "pr_number", "issue_number", "method") == [(1, 9, "forge")]
    assert rows(made, "issues", "issue_number", "title") == [(9, "Broken")]
    assert rows(made, "release_records", "tag_name", "commit_sha", "released_at") == [("v1", SHA["a"], at(8))]
    assert facts.account.text() is None


def test_bots_and_accounts_that_are_gone_are_told_apart(tmp_path: Path) -> None:
    notes = [
        note(1, "approved this merge request", "project_7_bot_ab12"),
        note(2, "approved this merge request", "ghost"),
        note(3, "approved this merge request", "GitLabDuo"),
        note(4, "approved this merge request", "bob"),
    ]
    made, _ = read([write(tmp_path / "a.json", merge_request(1), *notes)], "gitlab")
    assert rows(made, "pr_reviews", "author_kind", "author_agent") == [
        ("bot", None), ("unknown", None), ("agent", "gitlab-duo"), ("human", None),
    ]  # fmt: skip
