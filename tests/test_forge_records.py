"""What GitHub's records tell: each shape is known by its fields, and many records of one thing become one row."""

import base64
from datetime import UTC, datetime
from pathlib import Path

from forge_records import (
    KEY,
    SHA,
    graph_pull,
    listing,
    read,
    rest_comment,
    rest_pull,
    rest_review,
    rows,
    user,
    write,
)

from retro.keyed_hashes import keyed_hash


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 10, hour, minute, tzinfo=UTC)


def who(login: str) -> str:
    return keyed_hash(KEY, f"github:{login}")


def test_a_merged_pull_request_of_rest_is_told_whole(tmp_path: Path) -> None:
    record = rest_pull(
        1, state="closed", merged_at="2026-03-10T12:00:00Z", closed_at="2026-03-10T12:00:00Z", merged_by=user("bob"),
        additions=10, deletions=2, changed_files=3, commits=2, title="Use key sk-ant-" + "a" * 20,
    )  # fmt: skip
    made, facts = read([write(tmp_path / "prs.json", record)])
    (row,) = made["pull_request_records"].to_dicts()
    title = row.pop("title")
    assert title.startswith("Use key [anthropic:") and facts.account.masked == 1
    assert {name: value for name, value in row.items() if value is not None} == {
        "source": "github", "repo": "app", "pr_number": 1, "state": "merged", "base_ref": "main", "head_ref": "topic",
        "head_sha": SHA["b"], "merged_sha": SHA["h"], "opened_at": at(8), "merged_at": at(12), "closed_at": at(12),
        "evidence": "verified", "author_hash": who("ann"), "author_kind": "human", "merger_hash": who("bob"),
        "merger_kind": "human", "is_draft": False, "is_from_fork": False, "labels": ["bug"], "added_lines": 10,
        "deleted_lines": 2, "changed_file_count": 3, "branch_commit_count": 2, "changed_at": at(9),
    }  # fmt: skip


def test_no_name_login_or_text_becomes_a_row(tmp_path: Path) -> None:
    node = graph_pull(
        1,
        reviews=listing(
            {"databaseId": 5, "state": "APPROVED", "author": {"login": "bob-the-builder"}, "body": "secret plan"}
        ),
    )
    made, _ = read(
        [write(tmp_path / "a.json", node), write(tmp_path / "b.json", rest_comment(1, 3, user=user("bob-the-builder")))]
    )
    for table, frame in made.items():
        text = str(frame.to_dicts())
        assert not [word for word in ("bob", "ann'", "plan", "duplicated") if word in text], table


def test_records_of_one_pull_request_complete_each_other_and_the_newest_wins(tmp_path: Path) -> None:
    old = rest_pull(1, title="Old", updated_at="2026-03-10T08:30:00Z", additions=5, closed_at="2026-03-10T08:20:00Z")
    new = rest_pull(1, title="New", updated_at="2026-03-10T10:00:00Z")
    for name, order in (("a", [old, new]), ("b", [new, old])):
        made, _ = read([write(tmp_path / name / "prs.jsonl", *order)])
        assert rows(made, "pull_request_records", "title", "added_lines", "closed_at") == [("New", 5, None)]


def test_test_merge_of_an_open_pull_request_is_not_taken_for_its_landing(tmp_path: Path) -> None:
    made, _ = read(
        [write(tmp_path / "prs.json", rest_pull(1), rest_pull(2, state="closed", closed_at="2026-03-10T12:00:00Z"))]
    )
    assert rows(made, "pull_request_records", "state", "merged_sha") == [("open", None), ("closed", None)]


def test_rest_graphql_and_gh_meet_in_one_row_each(tmp_path: Path) -> None:
    packed = b"\x93\x00\xce" + (7).to_bytes(4, "big") + b"\xce" + (5).to_bytes(4, "big")
    opaque = "PRR_" + base64.urlsafe_b64encode(packed).decode().rstrip("=")
    by_gh = {
        "number": 1, "reviews": [{"id": opaque, "state": "APPROVED", "author": {"login": "bob"}, "body": "fine"}],
        "comments": [
            {"id": "IC_x", "url": "https://github.com/acme/app/pull/1#issuecomment-8", "author": {"login": "bob"}, "body": ""}
        ],
    }  # fmt: skip
    by_graph = graph_pull(1, reviews=listing({"databaseId": 5, "state": "APPROVED", "commit": {"oid": SHA["b"]}}))
    by_rest = rest_review(1, 5, commit_id=None)
    made, _ = read([write(tmp_path / f"{n}.json", one) for n, one in enumerate((by_gh, by_graph, by_rest))])
    assert rows(made, "pr_reviews", "review_id", "state", "author_hash", "commit_sha") == [
        ("5", "approved", who("bob"), SHA["b"])
    ]
    assert rows(made, "pr_review_comments", "comment_id", "kind") == [("8", "conversation")]


def test_state_before_a_dismissal_comes_from_the_timeline(tmp_path: Path) -> None:
    event = {
        "event": "review_dismissed", "created_at": "2026-03-10T11:00:00Z", "actor": user("ann"),
        "dismissed_review": {"review_id": 5, "state": "changes_requested"},
    }  # fmt: skip
    node = {
        "__typename": "ReviewDismissedEvent", "createdAt": "2026-03-10T11:30:00Z", "actor": {"login": "ann"},
        "previousReviewState": "APPROVED", "review": {"databaseId": 6},
    }  # fmt: skip
    dismissed = [rest_review(1, number, state="DISMISSED") for number in (5, 6, 7)]
    made, facts = read([
        write(tmp_path / "reviews.json", *dismissed),
        write(tmp_path / "pulls-1-timeline.json", event),
        write(tmp_path / "graph.json", graph_pull(1, timelineItems=listing(node))),
    ])  # fmt: skip
    assert rows(made, "pr_reviews", "review_id", "state", "is_dismissed", "dismissed_at") == [
        ("5", "changes_requested", True, at(11)),
        ("6", "approved", True, at(11, 30)),
        ("7", None, True, None),
    ]
    assert facts.account.reasons["dismissed reviews whose state before is not told"] == 1
    assert rows(made, "pull_request_events", "kind", "review_id") == [
        ("review_dismissed", "5"),
        ("review_dismissed", "6"),
    ]


def test_accounts_are_told_apart_by_type_login_and_list(tmp_path: Path) -> None:
    reviews = [
        rest_review(1, 1, user=user("renovate[bot]", "Bot")),
        rest_review(1, 2, user=user("coderabbitai[bot]", "Bot")),
        rest_review(1, 3, user=user("bob")),
        rest_review(1, 4, user=None),
        rest_review(1, 5, user=user("ghost")),
        rest_review(1, 6, user=user("ci-account")),
        rest_review(1, 7, user=user("copilot-pull-request-reviewer[bot]", "Bot")),
    ]
    by_gh = {"number": 1, "isDraft": False, "createdAt": "2026-03-10T08:00:00Z", "reviews": [
        {"id": "8", "state": "COMMENTED", "author": {"login": "stranger"}, "authorAssociation": "NONE"},
        {"id": "9", "state": "COMMENTED", "author": {"login": "member"}, "authorAssociation": "MEMBER"},
        {"id": "10", "state": "COMMENTED", "author": {"login": "renovate"}, "authorAssociation": "NONE"},
        {"id": "11", "state": "COMMENTED", "author": {"login": "app/helper"}},
    ]}  # fmt: skip
    team = {"ci-account": ("bot", None)}.get
    made, facts = read([write(tmp_path / "a.json", *reviews, by_gh)], team_mark=team)
    told = {int(number): told for number, *told in rows(made, "pr_reviews", "review_id", "author_kind", "author_agent")}
    assert told == {
        1: ["bot", None], 2: ["agent", "coderabbit"], 3: ["human", None], 4: ["unknown", None], 5: ["unknown", None],
        6: ["bot", None], 7: ["agent", "copilot"], 8: ["unknown", None], 9: ["human", None], 10: ["bot", None],
        11: ["bot", None],
    }  # fmt: skip
    assert facts.account.reasons["reviews without an account"] == 2


def test_threads_tell_whether_they_were_resolved_or_outdated(tmp_path: Path) -> None:
    comments = listing(
        {"databaseId": 3, "author": {"login": "bob"}, "body": "```suggestion\nx\n```", "path": "a.py", "originalLine": 4,
         "originalCommit": {"oid": SHA["b"]}, "pullRequestReview": {"databaseId": 7}},
        {"databaseId": 4, "author": {"login": "ann"}, "body": "Right.", "replyTo": {"databaseId": 3}},
    )  # fmt: skip
    thread = {
        "isResolved": True,
        "isOutdated": False,
        "path": "a.py",
        "originalLine": 4,
        "resolvedBy": {"login": "ann"},
        "comments": comments,
    }
    outdated = rest_comment(2, 9, line=None, position=None, original_position=3)
    answer = rest_comment(2, 10, in_reply_to_id=9)
    made, _ = read([write(tmp_path / "a.json", graph_pull(1, reviewThreads=listing(thread)), outdated, answer)])
    assert rows(
        made,
        "pr_review_threads",
        "pr_number",
        "thread_id",
        "path",
        "line",
        "is_resolved",
        "is_outdated",
        "resolver_hash",
    ) == [
        (1, "3", "a.py", 4, True, False, who("ann")),
        (2, "9", "app.py", 4, None, True, None),
    ]
    columns = ("comment_id", "thread_id", "reply_to_id", "review_id", "has_suggestion", "finding_kinds")
    assert rows(made, "pr_review_comments", *columns) == [
        ("3", "3", None, "7", True, []),
        ("4", "3", "3", None, False, []),
        ("10", "9", "9", "7", False, ["duplicate import"]),
        ("9", "9", None, "7", False, ["duplicate import"]),
    ]


def test_lists_that_gh_has_cut_are_counted_as_such(tmp_path: Path) -> None:
    files = [{"path": f"f{number}", "additions": 1, "deletions": 0, "changeType": "ADDED"} for number in range(100)]
    commits = [{"oid": f"{number:040x}"} for number in range(1, 101)]
    cut = {
        "number": 1,
        "createdAt": "2026-03-10T08:00:00Z",
        "changedFiles": 130,
        "files": files,
        "commits": commits,
        "headRefOid": SHA["b"],
    }
    whole = {
        "number": 2,
        "createdAt": "2026-03-10T08:00:00Z",
        "changedFiles": 100,
        "files": files,
        "commits": commits,
        "headRefOid": f"{100:040x}",
    }
    made, facts = read([write(tmp_path / "gh.json", cut, whole)])
    assert facts.account.text() == (
        "pull requests whose list of commits is cut: 1 (at pull request 1, gh.json:1); "
        "pull requests whose list of files is cut: 1 (at pull request 1, gh.json:1)"
    )
    rest = [{"filename": f"f{number}", "status": "added", "additions": 1, "deletions": 0} for number in range(100, 130)]
    made, facts = read([tmp_path / "gh.json", write(tmp_path / "pulls-1-files.json", *rest)])
    assert "files" not in facts.account.text()
    assert made["pull_request_files"].height == 230


def test_a_list_after_a_forced_push_takes_the_place_of_the_older_one(tmp_path: Path) -> None:
    old = graph_pull(
        1,
        updatedAt="2026-03-10T08:30:00Z",
        commits=listing({"commit": {"oid": SHA["c"]}}, {"commit": {"oid": SHA["d"]}}),
    )
    new = graph_pull(1, updatedAt="2026-03-10T09:30:00Z", commits=listing({"commit": {"oid": SHA["e"]}}))
    for name, order in (("a", [old, new]), ("b", [new, old])):
        made, _ = read([write(tmp_path / name / "prs.json", *order)])
        assert rows(made, "pull_request_commits", "commit_sha", "position") == [(SHA["e"], 1)]


def test_how_it_was_merged_is_said_where_the_forge_tells(tmp_path: Path) -> None:
    done = {"state": "MERGED", "mergedAt": "2026-03-10T12:00:00Z"}
    merge = graph_pull(1, **done, mergeCommit={"oid": SHA["h"], "parents": {"totalCount": 2}})
    rebase = graph_pull(2, **done, mergeCommit={"oid": SHA["c"]}, commits=listing({"commit": {"oid": SHA["c"]}}))
    other = graph_pull(3, **done, mergeCommit={"oid": SHA["g"], "parents": {"totalCount": 1}})
    made, _ = read([write(tmp_path / "prs.json", merge, rebase, other)])
    assert rows(made, "pull_request_records", "merged_how") == [("merge",), ("rebase",), (None,)]


def test_issues_that_it_closes_come_from_the_forge_else_from_its_words(tmp_path: Path) -> None:
    told = graph_pull(
        1,
        body="fixes #8",
        closingIssuesReferences=listing(
            {"number": 9, "url": "https://github.com/acme/app/issues/9"},
            {"number": 5, "url": "https://github.com/acme/other/issues/5"},
        ),
    )
    words = rest_pull(2, body="Closes #3, resolved: #4. Prefix #5, unfixes#6")
    issue = {
        "number": 3,
        "html_url": "https://github.com/acme/app/issues/3",
        "state": "closed",
        "title": "Broken",
        "user": user("ann"),
        "created_at": "2026-03-01T08:00:00Z",
        "updated_at": "2026-03-11T08:00:00Z",
        "closed_at": "2026-03-11T08:00:00Z",
        "state_reason": "completed",
    }
    made, _ = read([write(tmp_path / "a.json", told, words, issue)])
    assert rows(made, "pull_request_issues", "pr_number", "issue_number", "method") == [
        (1, 9, "forge"),
        (2, 3, "words"),
        (2, 4, "words"),
    ]
    assert rows(made, "issues", "issue_number", "state", "reason", "title", "author_kind") == [
        (3, "closed", "completed", "Broken", "human")
    ]


def test_releases_are_those_that_were_published(tmp_path: Path) -> None:
    made, _ = read([write(
        tmp_path / "releases.json",
        {"tag_name": "v1", "draft": False, "published_at": "2026-03-10T08:00:00Z", "url": "https://api.github.com/repos/acme/app/releases/1"},
        {"tag_name": "v2", "draft": True, "published_at": None},
        {"tagName": "v3", "isDraft": False, "publishedAt": "2026-03-11T08:00:00Z", "tagCommit": {"oid": SHA["a"]}},
    )])  # fmt: skip
    columns = ("tag_name", "commit_sha", "released_at", "released_at_kind")
    assert rows(made, "release_records", *columns) == [
        ("v1", None, at(8), "published"),
        ("v3", SHA["a"], datetime(2026, 3, 11, 8, tzinfo=UTC), "published"),
    ]


def test_bad_values_are_counted_and_lose_nothing_else(tmp_path: Path) -> None:
    records = [
        rest_pull(1, state="frozen", created_at="yesterday", additions=-5, labels="bug", head=None, user=None),
        rest_pull(2, created_at="2026-03-10T08:00:00Z", merged_at="2026-03-09T08:00:00Z"),
        rest_pull(3, head={"ref": "x", "sha": SHA["b"], "label": "gone:x", "repo": None}),
        rest_review(3, 1, state="BLESSED", submitted_at="2026-03-09T10:00:00Z"),
        rest_review(4, 2),
        {"unknown": 1},
        [1, "two", None],
    ]
    made, facts = read([write(tmp_path / "bad.jsonl", *records)])
    assert rows(made, "pull_request_records", "pr_number", "state", "is_from_fork") == [
        (1, None, None),
        (2, "merged", False),
        (3, "open", True),
    ]
    assert rows(made, "pr_reviews", "pr_number", "state") == [(3, None), (4, "approved")]
    assert facts.account.read - facts.account.loaded == 4
    assert dict(facts.account.reasons) == {
        "pull requests of which only parts are told": 1,
        "pull requests that ended before they began": 1,
        "pull requests whose author's account was deleted": 1,
        "records of no known shape": 4,
        "reviews from before the pull request": 1,
        "state unknown to Retro: 'BLESSED'": 1,
        "state unknown to Retro: 'frozen'": 1,
        "times that cannot be read": 1,
    }


def test_five_thousand_comments_on_one_pull_request_are_five_thousand_rows(tmp_path: Path) -> None:
    made, _ = read([write(tmp_path / "many.jsonl", *(rest_comment(1, number) for number in range(1, 5001)))])
    assert made["pr_review_comments"].height == 5000


def test_a_renamed_repository_is_one_and_a_stranger_is_left_out_and_counted(tmp_path: Path) -> None:
    def renamed(number: int, slug: str, **more: object) -> dict:
        url, repo = (
            f"https://github.com/{slug}/pull/{number}",
            {"repo": {"full_name": slug}, "sha": SHA["a"], "ref": "main"},
        )
        return rest_pull(number, html_url=url, base=repo, **more)

    files = [
        write(
            tmp_path / "a.json",
            renamed(1, "acme/old", title="Old"),
            renamed(1, "acme/app", title="New"),
            renamed(2, "other/fork"),
        )
    ]
    made, facts = read(files, repo_of={"acme/old": "app", "acme/app": "app"}.get)
    assert rows(made, "pull_request_records", "pr_number", "title") == [(1, "New")]
    assert facts.account.text() == "of other/fork, whose clone no [[repos]] is: 1"
    assert (facts.account.read, facts.account.loaded) == (3, 2)
