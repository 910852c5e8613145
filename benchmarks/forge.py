"""What reading dumps of a forge costs: invented pull requests with three reviews each, as GraphQL pages and as REST pages.

python benchmarks/forge.py [COUNT]   (default 10,000 pull requests)
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
from measure import RETRO, timed

START = datetime(2026, 1, 5, tzinfo=UTC)
REVIEWS, COMMENTS, FILES, COMMITS = 3, 3, 10, 3
STATES = ("CHANGES_REQUESTED", "COMMENTED", "APPROVED")
WORDS = "This import is duplicated, and the test does not cover the case in which the request fails. " * 3
TABLES = ("pull_request_records", "pr_reviews", "pr_review_comments", "pull_request_files", "pull_request_commits")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=10_000)
    count = parser.parse_args().count
    print(
        "| dump | MB | pull requests | reviews | comments | files | json.loads CPU s | mine CPU s | wall s | MB peak |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, pages in (("GraphQL pages", graph_pages), ("REST pages", rest_pages)):
        with tempfile.TemporaryDirectory() as folder:
            print(measured(name, Path(folder), pages, count), flush=True)


def measured(name: str, root: Path, pages: Callable[[int], Iterator[tuple[str, object]]], count: int) -> str:
    """One row: the costs of a first run over dumps, less those of a run that has none."""
    dumps = root / "dumps"
    dumps.mkdir()
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    settings = '[project]\nname = "bench"\n[sprints]\nfirst = 2026-01-05\ndays = 14\n[[forge]]\nkind = "github"\npath = "dumps"\n'
    (root / "retro.toml").write_text(settings)
    empty = timed([*RETRO, "mine", "--project", str(root)])
    size = sum(write(dumps / file, page) for file, page in pages(count))
    loads = timed(
        [
            sys.executable,
            "-c",
            f"import json, pathlib\nfor p in pathlib.Path({str(dumps)!r}).iterdir(): json.loads(p.read_bytes())",
        ]
    )
    full = timed([*RETRO, "mine", "--project", str(root)])
    with duckdb.connect(str(root / "data" / "retro.duckdb"), read_only=True) as connection:
        pulls, reviews, comments, files, _ = (
            connection.execute(f"select count(*) from {t}").fetchall()[0][0] for t in TABLES
        )
    return (
        f"| {name} | {size >> 20} | {pulls:,} | {reviews:,} | {comments:,} | {files:,} | {loads.cpu:.1f} "
        f"| {full.cpu:.1f} (of which start-up {empty.cpu:.1f}) | {full.wall:.1f} | {full.peak_mb:.0f} |"
    )


def write(path: Path, page: object) -> int:
    text = json.dumps(page)
    path.write_text(text, encoding="utf-8")
    return len(text)


def sha(*parts: object) -> str:
    return hashlib.sha1(repr(parts).encode()).hexdigest()


def at(number: int, hours: float = 0) -> str:
    return (START + timedelta(minutes=number, hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def login(number: int) -> str:
    return f"person-{number % 40}"


def connection(nodes: list[dict]) -> dict:
    return {"pageInfo": {"hasNextPage": False}, "totalCount": len(nodes), "nodes": nodes}


def graph_pages(count: int) -> Iterator[tuple[str, object]]:
    for start in range(1, count + 1, 100):
        found = [graph_pull(number) for number in range(start, min(start + 100, count + 1))]
        yield (
            f"page-{start}.json",
            {"data": {"repository": {"nameWithOwner": "acme/app", "pullRequests": {"nodes": found}}}},
        )


def graph_pull(number: int) -> dict:
    who = {"__typename": "User", "login": login(number)}
    other = {"__typename": "User", "login": login(number + 1)}
    comments = [
        {"id": f"C{number}-{n}", "author": other, "createdAt": at(number, 2), "body": WORDS, "path": f"src/file{n}.py"}
        for n in range(COMMENTS)
    ]
    return {
        "__typename": "PullRequest", "number": number, "url": f"https://github.com/acme/app/pull/{number}",
        "title": f"Change number {number}", "body": f"Fixes #{number + 20_000}", "state": "MERGED", "author": who,
        "createdAt": at(number), "updatedAt": at(number, 9), "mergedAt": at(number, 9), "closedAt": at(number, 9),
        "mergedBy": other, "headRefName": f"topic-{number}", "baseRefName": "main", "headRefOid": sha(number, COMMITS - 1),
        "mergeCommit": {"oid": sha(number, "m"), "parents": {"totalCount": 2}}, "isDraft": False, "changedFiles": FILES,
        "additions": 120, "deletions": 30, "labels": {"nodes": [{"name": "bug"}]},
        "files": connection([
            {"path": f"src/file{n}.py", "additions": 12, "deletions": 3, "changeType": "MODIFIED"} for n in range(FILES)
        ]),
        "commits": connection([{"commit": {"oid": sha(number, n)}} for n in range(COMMITS)]),
        "reviews": connection([
            {"id": f"R{number}-{n}", "state": STATES[n % 3], "author": other, "submittedAt": at(number, 2 + n), "body": WORDS,
             "commit": {"oid": sha(number, n % COMMITS)}} for n in range(REVIEWS)
        ]),
        "comments": connection([]),
        "reviewThreads": connection([
            {"isResolved": True, "path": one["path"], "comments": connection([one])} for one in comments
        ]),
        "timelineItems": connection([{"__typename": "ReadyForReviewEvent", "createdAt": at(number, 1), "actor": who}]),
    }  # fmt: skip


def rest_user(number: int) -> dict:
    """As heavy as GitHub sends it."""
    name = login(number)
    kinds = (
        "followers",
        "following",
        "gists",
        "starred",
        "subscriptions",
        "organizations",
        "repos",
        "events",
        "received_events",
    )
    links = {f"{kind}_url": f"https://api.github.com/users/{name}/{kind}" for kind in kinds}
    return {"login": name, "id": number % 40, "node_id": "MDQ6VXNlcjE=", "type": "User", "site_admin": False} | links


def rest_repo() -> dict:
    links = {f"part{n}_url": f"https://api.github.com/repos/acme/app/part{n}{{/sha}}" for n in range(45)}
    return {"id": 1, "full_name": "acme/app", "owner": rest_user(0), "description": "x" * 60} | links


def rest_pages(count: int) -> Iterator[tuple[str, object]]:
    makers = {"pulls": rest_pull, "reviews": rest_reviews, "comments": rest_comments}
    for start in range(1, count + 1, 100):
        numbers = range(start, min(start + 100, count + 1))
        yield f"list-{start}.json", [rest_pull(number) for number in numbers]
        for name in ("reviews", "comments"):
            yield f"{name}-from-{start}.json", [one for number in numbers for one in makers[name](number)]


def rest_pull(number: int) -> dict:
    url = f"https://api.github.com/repos/acme/app/pulls/{number}"
    side = {"label": "acme:x", "user": rest_user(0), "repo": rest_repo()}
    return {
        "url": url, "number": number, "html_url": f"https://github.com/acme/app/pull/{number}", "state": "closed",
        "title": f"Change number {number}", "user": rest_user(number), "body": WORDS, "created_at": at(number),
        "updated_at": at(number, 9), "closed_at": at(number, 9), "merged_at": at(number, 9), "merge_commit_sha": sha(number, "m"),
        "assignees": [rest_user(number)], "requested_reviewers": [rest_user(number + 1)], "labels": [{"name": "bug"}],
        "head": side | {"ref": f"topic-{number}", "sha": sha(number, 2)}, "base": side | {"ref": "main", "sha": sha(0)},
    }  # fmt: skip


def rest_reviews(number: int) -> list[dict]:
    url = f"https://api.github.com/repos/acme/app/pulls/{number}"
    return [
        {"id": number * 10 + n, "user": rest_user(number + 1), "state": STATES[n % 3], "body": WORDS, "pull_request_url": url,
         "submitted_at": at(number, 2 + n), "commit_id": sha(number, n % COMMITS)}
        for n in range(REVIEWS)
    ]  # fmt: skip


def rest_comments(number: int) -> list[dict]:
    url = f"https://api.github.com/repos/acme/app/pulls/{number}"
    return [
        {"id": number * 10 + n, "user": rest_user(number + 1), "body": WORDS, "pull_request_url": url, "path": f"src/file{n}.py",
         "diff_hunk": "@@ -1,9 +1,9 @@\n" + " line of code\n" * 9, "line": 4, "original_line": 4, "created_at": at(number, 2),
         "pull_request_review_id": number * 10, "original_commit_id": sha(number, 0)}
        for n in range(COMMENTS)
    ]  # fmt: skip


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    main()
