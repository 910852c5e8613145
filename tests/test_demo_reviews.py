"""The demo's half of the review story, recounted from its raw files by plain JSON and git, and then found by Retro."""

import json
import subprocess
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import retro
from retro.demo import write_demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo(tmp_path_factory.mktemp("reviewed") / "project")


@pytest.fixture(scope="module")
def pulls(demo: Path) -> dict[int, dict]:
    """Pull requests of sprint 2 by number, as the dump has them."""
    answer = json.loads((demo / "data" / "prs" / "sprint-2.json").read_text("utf-8"))
    return {node["number"]: node for node in answer["data"]["repository"]["pullRequests"]["nodes"]}


def git(demo: Path, *arguments: str) -> str:
    command = ["git", f"--git-dir={demo / 'platform.git'}", *arguments]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


def reviews(pull: dict) -> list[tuple[str, str]]:
    """Author and state of each review, in order of time."""
    nodes = sorted(pull["reviews"]["nodes"], key=lambda node: node["submittedAt"])
    return [(node["author"]["login"], node["state"]) for node in nodes]


def changed_lines(demo: Path, sha: str, path: str) -> set[int]:
    """Lines of the parent's file that a commit takes out or changes; for added ones the line before."""
    heads = [line for line in git(demo, "show", "-U0", "--format=", sha, "--", path).splitlines() if line[:3] == "@@ "]
    found: set[int] = set()
    for head in heads:
        start, _, count = head.split()[1][1:].partition(",")
        found |= set(range(int(start), int(start) + max(int(count or 1), 1)))
    return found


def test_104_pull_requests_were_merged_and_one_is_still_open(pulls):
    assert Counter(pull["state"] for pull in pulls.values()) == {"MERGED": 104, "CLOSED": 4, "OPEN": 1}


def test_heads_commits_and_merges_are_those_of_the_repository(demo, pulls):
    refs = dict(
        line.split()[::-1] for line in git(demo, "for-each-ref", "--format=%(objectname) %(refname)").splitlines()
    )
    landed = set(git(demo, "rev-list", "--first-parent", "main").split())
    for number, pull in pulls.items():
        assert pull["headRefOid"] == refs[f"refs/pull/{number}/head"]
        assert pull["commits"]["nodes"][-1]["commit"]["oid"] == pull["headRefOid"]
        assert (pull["mergeCommit"] or {}).get("oid") in landed or pull["state"] != "MERGED"


def test_times_are_in_order(pulls):
    for pull in pulls.values():
        times = [node["submittedAt"] for node in pull["reviews"]["nodes"]]
        times += [
            comment["createdAt"] for thread in pull["reviewThreads"]["nodes"] for comment in thread["comments"]["nodes"]
        ]
        ready = [node["createdAt"] for node in pull["timelineItems"]["nodes"]]
        assert all(pull["createdAt"] <= moment for moment in ready)
        assert all(max([pull["createdAt"], *ready]) < moment for moment in times), pull["number"]
        assert all(moment <= (pull["closedAt"] or moment) for moment in times), pull["number"]


def test_six_comments_were_followed_by_a_commit_that_changed_their_line_or_one_beside_it(demo, pulls):
    caught = []
    for number, pull in pulls.items():
        shas = [node["commit"]["oid"] for node in pull["commits"]["nodes"]]
        for thread in pull["reviewThreads"]["nodes"]:
            (comment,) = thread["comments"]["nodes"]
            later = shas[shas.index(comment["originalCommit"]["oid"]) + 1 :]
            near = set(range(comment["originalLine"] - 2, comment["originalLine"] + 3))
            if any(near & changed_lines(demo, sha, comment["path"]) for sha in later):
                caught.append((number, comment["author"]["login"] == "coderabbitai"))
    assert caught == [(63, False), (65, False), (74, False), (78, True), (79, True), (89, False)]


def test_101_was_rejected_for_a_duplicate_import_and_a_placeholder_and_approved_when_both_were_gone(demo, pulls):
    pull = pulls[101]
    assert [state for _, state in reviews(pull)] == ["CHANGES_REQUESTED", "APPROVED"]
    rejected, approved = sorted(pull["reviews"]["nodes"], key=lambda node: node["submittedAt"])
    assert "duplicate import" in rejected["body"] and "placeholder" in rejected["body"]
    at_review, at_approval = (
        git(demo, "show", f"{node['commit']['oid']}:services/gateway/judge.py") for node in (rejected, approved)
    )
    assert (at_review.count("import json"), at_approval.count("import json")) == (2, 1)
    assert git(
        demo, "diff", "--stat", rejected["commit"]["oid"], approved["commit"]["oid"], "--", "docs/gateway/judge.md"
    )
    waited = datetime.fromisoformat(approved["submittedAt"]) - datetime.fromisoformat(rejected["submittedAt"])
    assert timedelta(days=4) < waited < timedelta(days=5)


def test_some_pull_requests_were_seen_by_an_ai_reviewer_and_few_were_merged_unseen(pulls):
    merged = [pull for pull in pulls.values() if pull["state"] == "MERGED"]
    with_assistant = [pull for pull in merged if ("coderabbitai", "COMMENTED") in reviews(pull)]
    unseen = [pull["number"] for pull in merged if not reviews(pull)]
    own = [pull["number"] for pull in merged if pull["mergedBy"]["login"] == pull["author"]["login"]]
    assert (len(with_assistant), unseen, own) == (30, [85, 118, 123, 139], [76, 84, 118, 152])


def test_retro_finds_the_story_in_the_files(demo_project):
    with retro.open_warehouse(demo_project / "data" / "retro.duckdb") as warehouse:
        steps = {
            row["step"]: row["pull_request_count"]
            for row in warehouse.query("change_request_outcomes", sprint="2").rows()
        }
        caught = {row["kind"]: row["finding_count"] for row in warehouse.query("caught_findings", sprint="2").rows()}
        rejected = warehouse.query("rejected_change_requests", sprint="2").rows()
        waits = warehouse.sql(
            "select total_hours - draft_hours - pickup_hours - review_hours - merge_hours from sprint_pull_requests"
        )
    assert (steps["merged"], steps["closed unmerged"], steps["changes requested"], steps["not seen"]) == (104, 4, 2, 7)
    assert caught == {"logic": 3, "type": 2, "duplicate import": 1}
    assert [(row["pr_number"], row["outcome"], row["readded_lines"]) for row in rejected] == [
        (90, "closed", 0),
        (101, "approved later", 1),
    ]
    assert rejected[1]["asked"] == "Asked: documentation, duplicate import."
    assert "docs/gateway/judge.md came back" in rejected[1]["relanding"]
    assert all(abs(rest) < 1e-9 for (rest,) in waits.iter_rows())
