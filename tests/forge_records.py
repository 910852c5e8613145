"""Invented answers of forges for tests: as little of each as its readers look at."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl

from retro import tables
from retro.sources.forge import Facts, People, frames, read_files

KEY = b"k" * 32
SHA = {name: str(place) * 40 for place, name in enumerate("abcdefgh", 1)}


def user(login: str, kind: str = "User") -> dict:
    """An account as REST has it."""
    return {"login": login, "id": 1, "type": kind}


def rest_pull(number: int, **more: object) -> dict:
    """A pull request as a REST list has it."""
    return {
        "number": number,
        "html_url": f"https://github.com/Acme/app/pull/{number}",
        "state": "open",
        "title": f"Change {number}",
        "user": user("ann"),
        "created_at": "2026-03-10T08:00:00Z",
        "updated_at": "2026-03-10T09:00:00Z",
        "merged_at": None,
        "closed_at": None,
        "merge_commit_sha": SHA["h"],
        "head": {"ref": "topic", "sha": SHA["b"], "label": "acme:topic", "repo": {"full_name": "Acme/app"}},
        "base": {"ref": "main", "sha": SHA["a"], "label": "acme:main", "repo": {"full_name": "Acme/app"}},
        "labels": [{"name": "bug"}],
        "draft": False,
    } | more


def rest_review(number: int, review_id: int, **more: object) -> dict:
    """A review as REST has it."""
    return {
        "id": review_id,
        "user": user("bob"),
        "state": "APPROVED",
        "body": "",
        "submitted_at": "2026-03-10T10:00:00Z",
        "commit_id": SHA["b"],
        "pull_request_url": f"https://api.github.com/repos/acme/app/pulls/{number}",
    } | more


def rest_comment(number: int, comment_id: int, **more: object) -> dict:
    """A comment on a line as REST has it."""
    return {
        "id": comment_id,
        "user": user("bob"),
        "body": "This import is duplicated.",
        "created_at": "2026-03-10T10:00:00Z",
        "updated_at": "2026-03-10T10:00:00Z",
        "path": "app.py",
        "line": 4,
        "original_line": 4,
        "original_commit_id": SHA["b"],
        "diff_hunk": "@@ -1 +1 @@",
        "pull_request_review_id": 7,
        "pull_request_url": f"https://api.github.com/repos/acme/app/pulls/{number}",
    } | more


def graph_pull(number: int, **more: object) -> dict:
    """A pull request as GraphQL has it, with empty lists."""
    empty = {"pageInfo": {"hasNextPage": False, "endCursor": None}, "totalCount": 0, "nodes": []}
    lists = ("files", "commits", "reviews", "comments", "reviewThreads", "timelineItems")
    return {
        "__typename": "PullRequest",
        "number": number,
        "url": f"https://github.com/acme/app/pull/{number}",
        "title": f"Change {number}",
        "state": "OPEN",
        "author": {"__typename": "User", "login": "ann"},
        "createdAt": "2026-03-10T08:00:00Z",
        "updatedAt": f"2026-03-10T09:{number % 60:02}:00Z",
        "headRefOid": SHA["b"],
        "changedFiles": 0,
        **dict.fromkeys(lists, empty),
    } | more


def listing(*nodes: dict, total: int | None = None, after: str | None = None) -> dict:
    """A GraphQL connection; `after` is the cursor of the page that follows."""
    info = {"hasNextPage": after is not None, "endCursor": after}
    return {"pageInfo": info, "totalCount": len(nodes) if total is None else total, "nodes": list(nodes)}


def merge_request(number: int, **more: object) -> dict:
    """A merge request as GitLab has it."""
    return {
        "id": 900 + number,
        "iid": number,
        "title": f"Change {number}",
        "state": "opened",
        "author": {"username": "ann"},
        "created_at": "2026-03-10T08:00:00.000Z",
        "updated_at": f"2026-03-10T09:{number % 60:02}:00.000Z",
        "target_branch": "main",
        "source_branch": "topic",
        "sha": SHA["b"],
        "source_project_id": 1,
        "target_project_id": 1,
        "references": {"full": f"acme/app!{number}"},
        "labels": ["bug"],
        "draft": False,
    } | more


def write(path: Path, *records: object) -> Path:
    """A file with one record a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one) + "\n" for one in records), "utf-8")
    return path


def read(
    files: Iterable[Path],
    kind: str = "github",
    repo_of: Callable[[str | None], str | None] = lambda slug: "app",
    team_mark: Callable[[str], tuple[str, str | None] | None] = lambda login: None,
) -> tuple[dict[str, pl.DataFrame], Facts]:
    """Rows by table of dumps, called by their file names."""
    facts = Facts(People(kind, KEY, team_mark))
    read_files([(path, path.name) for path in files], facts)
    return frames([(facts, repo_of)]), facts


def rows(made: dict[str, pl.DataFrame], table: str, *columns: str) -> list[tuple]:
    """Some columns of a table's rows, in the order of their keys."""
    keys = [column for column in tables.key(table) if column in made[table].columns]
    return made[table].sort(keys).select(columns).rows()
