"""Payloads of the real forges: DevLake's end-to-end tables with the rows that it expects, and octokit's webhooks.

What is left out of a comparison differs for a reason; benchmarks/forge.md lists each.
"""

import csv
import json
from datetime import datetime
from pathlib import Path

import pytest
from forge_records import read, rows, write

Rows = list[dict[str, str]]


def table(folder: Path, kind: str, name: str) -> Rows:
    csv.field_size_limit(1 << 30)
    (path,) = folder.glob(f"{kind}/*/{name}.csv")
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def dump(folder: Path, kind: str, names: tuple[str, ...], path: Path) -> Path:
    """The raw payloads of DevLake's tables in envelopes with their addresses."""
    found = [row for name in names for row in table(folder, kind, name)]
    return write(path, *({"url": row["url"], "body": json.loads(row["data"])} for row in found))


def time(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@pytest.fixture
def devlake(samples: Path) -> Path:
    folder = samples / "devlake-e2e"
    if not folder.is_dir():
        pytest.skip("no devlake-e2e among the samples")
    return folder


@pytest.fixture
def github(devlake: Path, tmp_path: Path):
    parts = ("pull_requests", "pull_request_commits", "pull_request_reviews", "pull_request_review_comments")
    made, facts = read(
        [dump(devlake, "github", tuple(f"_raw_github_api_{part}" for part in parts), tmp_path / "d.jsonl")]
    )
    assert (facts.account.read, facts.account.loaded, facts.account.text()) == (188, 188, None)
    return made


@pytest.fixture
def numbers(devlake: Path) -> dict[str, int]:
    """Number of a pull request by DevLake's id."""
    return {row["id"]: int(row["pull_request_key"]) for row in table(devlake, "github", "pull_requests")}


def test_pull_requests_of_github_are_those_that_devlake_expects(devlake, github) -> None:
    expected = [
        (
            int(row["pull_request_key"]),
            row["status"].lower(),
            row["title"],
            time(row["created_date"]),
            time(row["merged_date"]),
            time(row["closed_date"]),
            row["merge_commit_sha"] if row["status"] == "MERGED" else None,
            row["head_ref"],
            row["base_ref"],
            row["head_commit_sha"],
            row["is_draft"] == "1",
        )
        for row in table(devlake, "github", "pull_requests")
    ]
    names = (
        "state",
        "title",
        "opened_at",
        "merged_at",
        "closed_at",
        "merged_sha",
        "head_ref",
        "base_ref",
        "head_sha",
        "is_draft",
    )
    assert rows(github, "pull_request_records", "pr_number", *names) == sorted(expected)


def test_commits_labels_and_issues_of_github_are_those_that_devlake_expects(devlake, github, numbers) -> None:
    commits = {
        (numbers[row["pull_request_id"]], row["commit_sha"]) for row in table(devlake, "github", "pull_request_commits")
    }
    assert set(rows(github, "pull_request_commits", "pr_number", "commit_sha")) == commits
    labels: dict[int, list[str]] = {}
    for row in table(devlake, "github", "pull_request_labels"):
        labels.setdefault(numbers[row["pull_request_id"]], []).append(row["label_name"])
    found = {number: told for number, told in rows(github, "pull_request_records", "pr_number", "labels") if told}
    assert found == {number: sorted(told) for number, told in labels.items()}
    closed = {
        (int(row["pull_request_key"]), int(row["issue_key"])) for row in table(devlake, "github", "pull_request_issues")
    }
    assert closed <= set(rows(github, "pull_request_issues", "pr_number", "issue_number"))


def test_reviews_and_comments_of_github_are_those_that_devlake_expects(devlake, github, numbers) -> None:
    prefix = "github:GithubPullRequest:1:"
    expected = [
        (
            numbers[prefix + row["pull_request_id"]],
            row["github_id"],
            row["state"].lower(),
            row["commit_sha"],
            time(row["github_submit_at"]),
        )
        for row in table(devlake, "github", "_tool_github_pull_request_reviews")
    ]
    found = rows(github, "pr_reviews", "pr_number", "review_id", "state", "commit_sha", "submitted_at")
    assert sorted(found) == sorted(expected)
    expected = [
        (numbers[prefix + row["pull_request_id"]], row["github_id"], row["review_id"], time(row["github_created_at"]))
        for row in table(devlake, "github", "_tool_github_pull_request_comments")
        if row["type"] == "DIFF"
    ]
    found = rows(github, "pr_review_comments", "pr_number", "comment_id", "review_id", "created_at")
    assert sorted(found) == sorted(expected)


def test_people_of_github_are_told_apart_as_devlake_does(devlake, github) -> None:
    """As many distinct reviewers, and the same ones wrote the same reviews."""
    by_name: dict[str, set[str]] = {}
    for row in table(devlake, "github", "_tool_github_pull_request_reviews"):
        by_name.setdefault(row["author_username"], set()).add(row["github_id"])
    by_hash: dict[str, set[str]] = {}
    for review, author in rows(github, "pr_reviews", "review_id", "author_hash"):
        by_hash.setdefault(author, set()).add(review)
    assert sorted(map(sorted, by_hash.values())) == sorted(map(sorted, by_name.values()))


def test_a_bot_of_github_is_told_though_its_payload_names_no_type(devlake, tmp_path) -> None:
    names = ("_raw_github_api_pull_requests_bot_filter", "_raw_github_api_pr_reviews_bot_filter")
    made, _ = read([dump(devlake, "github", names, tmp_path / "d.jsonl")])
    assert ("bot",) in rows(made, "pull_request_records", "author_kind")
    assert ("bot",) in rows(made, "pr_reviews", "author_kind")


def test_merge_requests_of_gitlab_are_those_that_devlake_expects(devlake, tmp_path) -> None:
    made, facts = read([dump(devlake, "gitlab", ("_raw_gitlab_api_merge_requests",), tmp_path / "d.jsonl")], "gitlab")
    assert (facts.account.read, facts.account.loaded, facts.account.text()) == (18, 18, None)
    expected = [
        (
            int(row["pull_request_key"]),
            row["status"].lower(),
            row["title"],
            time(row["created_date"]),
            time(row["merged_date"]),
            time(row["closed_date"]) or time(row["merged_date"]),
            row["head_ref"],
            row["base_ref"],
        )
        for row in table(devlake, "gitlab", "pull_requests")
    ]
    names = ("state", "title", "opened_at", "merged_at", "closed_at", "head_ref", "base_ref")
    assert rows(made, "pull_request_records", "pr_number", *names) == sorted(expected)
    by_tool = [
        (int(row["iid"]), row["diff_head_sha"] or None, row["work_in_progress"] == "1")
        for row in table(devlake, "gitlab", "_tool_gitlab_merge_requests")
    ]
    assert rows(made, "pull_request_records", "pr_number", "head_sha", "is_draft") == sorted(by_tool)


def test_commits_of_gitlab_are_those_that_devlake_expects(devlake, tmp_path) -> None:
    """DevLake's test knows 5 merge requests, so it drops the commits of the others."""
    made, _ = read(
        [dump(devlake, "gitlab", ("_raw_gitlab_api_merge_request_commits",), tmp_path / "d.jsonl")], "gitlab"
    )
    raw = table(devlake, "gitlab", "_raw_gitlab_api_merge_request_commits")
    number_of = {str(json.loads(row["input"])["GitlabId"]): json.loads(row["input"])["Iid"] for row in raw}
    expected = {
        (number_of[row["pull_request_id"].rpartition(":")[2]], row["commit_sha"])
        for row in table(devlake, "gitlab", "pull_request_commits")
    }
    found = set(rows(made, "pull_request_commits", "pr_number", "commit_sha"))
    assert expected <= found
    assert len(found) == len(raw)


def test_notes_of_gitlab_are_comments_and_approvals_as_devlake_expects(devlake, tmp_path) -> None:
    made, _ = read([dump(devlake, "gitlab", ("_raw_gitlab_api_merge_request_notes",), tmp_path / "d.jsonl")], "gitlab")
    expected = [
        (row["id"].rpartition(":")[2], time(row["created_date"]))
        for row in table(devlake, "gitlab", "pull_request_comments")
    ]
    comments = rows(made, "pr_review_comments", "comment_id", "created_at")
    approvals = rows(made, "pr_reviews", "review_id", "submitted_at")
    taken_back = rows(made, "pr_reviews", "dismissed_at")
    told = sorted([*comments, *approvals, *(("135848646", at) for (at,) in taken_back if at)])
    assert told == sorted(expected)


def test_every_webhook_of_octokit_is_read(samples: Path) -> None:
    folder = samples / "octokit-webhooks"
    if not folder.is_dir():
        pytest.skip("no octokit-webhooks among the samples")
    made, facts = read(sorted(folder.rglob("*.json")))
    assert (facts.account.read, facts.account.loaded, facts.account.text()) == (37, 37, None)
    assert rows(made, "pull_request_records", "pr_number", "state", "labels", "branch_commit_count") == [
        (2, "open", ["bug"], 1)
    ]
    assert sorted(kind for (kind,) in rows(made, "pull_request_events", "kind")) == [
        "closed", "drafted", "pushed", "ready_for_review", "reopened", "review_request_removed", "review_requested",
    ]  # fmt: skip
    assert rows(made, "pr_reviews", "review_id", "state", "is_dismissed") == [("237895671", "commented", True)]
    assert rows(made, "pr_review_comments", "path", "line", "has_suggestion") == [("README.md", 265, False)]
    assert rows(made, "pr_review_threads", "is_resolved") in ([(True,)], [(False,)])
