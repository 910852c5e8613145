"""Forges in a run of `retro mine`: what is new is read once, what is gone stays until it is pruned, a failure stops nothing."""

import os
from pathlib import Path

import pytest
from forge_records import SHA, graph_pull, listing, merge_request, rest_comment, rest_pull, rest_review, write
from forge_server import Reply, running
from repositories import History, git, project, query

from retro.errors import RetroError
from retro.pipeline import build, mine

LOG = "select item, status, rows_read, rows_loaded, reason from load_log where source = 'forge'"
LATEST = "select item, arg_max(status, started_at) from load_log where source = 'forge' group by item"
PULLS = "select repo, pr_number, source, title, state, merged_how from pull_requests order by all"


@pytest.fixture
def history() -> History:
    made = History()
    base = made.commit("feat: begin", {"a.py": "1\n"})
    side = made.commit("fix: side", {"a.py": "2\n"}, branch="side", parents=[base])
    made.commit("Merge pull request #1 from acme/side", {"a.py": "2\n"}, parents=[base, side])
    made.tag("v1.0", base)
    return made


@pytest.fixture
def root(tmp_path: Path, history: History) -> Path:
    """A project with one clone, whose remote is acme/app, and dumps below data/prs."""
    repository = history.write(tmp_path / "repo")
    git(repository.path, "config", "remote.origin.url", "https://user:token@github.com/Acme/App.git")
    root = project(tmp_path / "project", repository)
    add(root, 'kind = "github"\npath = "data/prs"')
    write(root / "data/prs/prs.json", rest_pull(1), rest_pull(2))
    return root


def add(root: Path, section: str) -> None:
    """One more forge in retro.toml."""
    path = root / "retro.toml"
    path.write_text(path.read_text() + f"\n[[forge]]\n{section}\n")


def stored(root: Path) -> list[tuple]:
    return query(
        root, "select repo, pr_number, title, state from pull_request_records where source <> 'git' order by all"
    )


def test_dumps_are_read_once_and_again_when_they_change(root: Path) -> None:
    assert mine(root).is_written
    assert not mine(root).is_written
    assert [number for _, number, *_ in stored(root)] == [1, 2]
    write(root / "data/prs/more.json", rest_pull(3), rest_review(2, 5))
    assert mine(root).is_written
    assert [number for _, number, *_ in stored(root)] == [1, 2, 3]
    assert query(root, LOG) == [
        ("github data/prs", "loaded", 2, 2, None),
        ("github data/prs", "loaded", 4, 4, None),
    ]
    before = query(root, "select * from pr_reviews")
    mine(root, full=True)
    assert query(root, "select * from pr_reviews") == before and len(before) == 1


def test_git_fills_what_the_forge_leaves_open(root: Path) -> None:
    merged = {"state": "closed", "merged_at": "2026-03-10T12:00:00Z", "closed_at": "2026-03-10T12:00:00Z"}
    landed = git(root.parent / "repo", "rev-parse", "main").decode().strip()
    write(root / "data/prs/prs.json", rest_pull(1, **merged, merge_commit_sha=landed))
    mine(root)
    assert query(
        root, "select pr_number, source, title, state, merged_sha, merged_how, evidence from pull_requests"
    ) == [(1, "github", "Change 1", "merged", landed, "merge", "verified")]


def test_rows_whose_dump_is_gone_stay_until_they_are_pruned(root: Path) -> None:
    write(root / "data/prs/b.json", rest_pull(3), rest_review(3, 5), rest_comment(3, 6))
    mine(root)
    (root / "data/prs/b.json").unlink()
    mine(root)
    assert [number for _, number, *_ in stored(root)] == [1, 2, 3]
    mine(root, prune=True)
    assert [number for _, number, *_ in stored(root)] == [1, 2]
    assert (
        query(root, "select count(*) from pr_reviews")
        == query(root, "select count(*) from pr_review_threads")
        == [(0,)]
    )


def test_parts_of_a_pull_request_are_those_that_it_has_now(root: Path) -> None:
    two = graph_pull(1, commits=listing({"commit": {"oid": SHA["c"]}}, {"commit": {"oid": SHA["d"]}}))
    write(root / "data/prs/prs.json", two)
    mine(root)
    write(root / "data/prs/prs.json", graph_pull(1, title="x" * 50, commits=listing({"commit": {"oid": SHA["e"]}})))
    mine(root)
    assert query(root, "select commit_sha from pull_request_commits where source = 'github'") == [(SHA["e"],)]


def test_dumps_in_two_sections_complete_each_other(root: Path) -> None:
    add(root, 'kind = "github"\npath = "data/reviews.json"')
    write(
        root / "data/reviews.json",
        rest_review(1, 5, user={"login": "bob", "type": "Bot"}),
        rest_pull(1, additions=7, title=None),
    )
    mine(root)
    assert query(
        root, "select title, added_lines from pull_request_records where source = 'github' and pr_number = 1"
    ) == [("Change 1", 7)]
    assert query(root, "select author_kind from pr_reviews") == [("bot",)]


def test_a_pull_request_belongs_to_the_clone_with_its_remote_else_to_the_one_that_is_named(
    root: Path, history: History
) -> None:
    other = history.write(root.parent / "other")
    text = (root / "retro.toml").read_text()
    name = query_name(text)
    (root / "retro.toml").write_text(text + f'\n[[repos]]\npath = "{other.path}"\nname = "other"\n')
    stranger = {"html_url": "https://github.com/old/name/pull/9", "base": {}, "head": {}}
    write(root / "data/prs/prs.json", rest_pull(1), rest_pull(9, **stranger))
    mine(root)
    assert [row[:2] for row in stored(root)] == [(name, 1)]
    assert query(root, LOG) == [("github data/prs", "loaded", 2, 1, "of old/name, whose clone no [[repos]] is: 1")]
    (root / "retro.toml").write_text(
        (root / "retro.toml").read_text().replace('path = "data/prs"', 'path = "data/prs"\nclone = "other"')
    )
    mine(root)
    assert [row[:2] for row in stored(root)] == [("other", 9), (name, 1)]


def query_name(text: str) -> str:
    """Name of the repository that retro.toml lists first."""
    return text.partition("[[repos]]")[2].partition('name = "')[2].partition('"')[0]


def test_bad_dumps_are_named_and_the_rest_is_read(root: Path) -> None:
    (root / "data/prs/cut.json").write_text(
        '[{"number": 4, "state": "open", "head": {}, "base": {}, "title": "Four"}, {"numb'
    )
    (root / "data/prs/z.json.gz").write_bytes(b"no gzip")
    mine(root)
    assert [number for _, number, *_ in stored(root)] == [1, 2, 4]
    ((_, status, read, loaded, reason),) = query(root, LOG)
    assert (status, read, loaded) == ("loaded", 5, 3)
    assert "files that are cut off or not JSON: 1 (at data/prs/cut.json:1)" in reason
    assert "compressed files that are cut off: 1 (at data/prs/z.json.gz)" in reason


def test_a_section_without_files_says_so(root: Path) -> None:
    add(root, 'kind = "gitlab"\npath = "nowhere/*.json"')
    mine(root)
    assert ("gitlab nowhere/*.json", "loaded", 0, 0, "no file found") in query(root, LOG)


def test_releases_of_the_forge_stay_when_git_is_read_again(root: Path) -> None:
    write(root / "data/prs/releases.json", {"tag_name": "v1.0", "published_at": "2026-03-11T08:00:00Z"})
    mine(root)
    expected = [("v1.0", "published", "github")]
    assert query(root, "select tag_name, released_at_kind, source from releases") == expected
    mine(root, full=True)
    assert query(root, "select tag_name, released_at_kind, source from releases") == expected


def test_a_forge_that_cannot_be_asked_stops_nothing_and_is_told_until_it_answers(root: Path, monkeypatch) -> None:
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", "x")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    def answer(method: str, path: str, question: dict) -> Reply:
        if method == "GET":
            return Reply([])
        part = "issues" if "issues(" in question["query"] else "pullRequests"
        found = [] if part == "issues" else [graph_pull(7)]
        return Reply({"data": {"repository": {"nameWithOwner": "acme/app", part: listing(*found)}}})

    with running(answer) as forge:
        add(root, f'kind = "github"\nname = "live"\nrepo = "acme/app"\nbase_url = "{forge.url}"')
        forge.faults.append(Reply({}, 401))
        failed = mine(root)
        assert list(failed.failures) == ["live"]
        assert "HTTP 401: the token is not valid" in str(failed.failures["live"])
        assert [number for _, number, *_ in stored(root)] == [1, 2]
        assert query(root, LATEST) == [("github data/prs", "loaded"), ("live", "failed")]
        assert mine(root).failures == {}
        assert [number for _, number, *_ in stored(root)] == [1, 2, 7]
        assert query(root, LATEST) == [("github data/prs", "loaded"), ("live", "loaded")]
        assert not mine(root).is_written
    mine(root)  # the server is gone: what came is kept
    assert [number for _, number, *_ in stored(root)] == [1, 2, 7]


def test_the_page_is_built_though_a_forge_cannot_be_asked(root: Path, monkeypatch) -> None:
    for name in ("GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    add(root, 'kind = "github"\nrepo = "acme/app"\nbase_url = "https://127.0.0.1:1/api/v3"')
    try:
        built = build(root, is_mining=True)
    except RetroError as error:  # no sprint with commits in this tiny project is another matter
        assert "no token" not in str(error)
    else:
        assert "no token to ask it with" in str(built.mined.failures["github acme/app"])


def test_the_team_s_own_rules_say_who_is_a_bot(root: Path) -> None:
    text = (root / "retro.toml").read_text()
    (root / "retro.toml").write_text(text + '\n[attribution]\nbots = ["release-robot"]\n')
    write(root / "data/prs/r.json", rest_review(1, 5, user={"login": "Release-Robot", "type": "User"}))
    mine(root)
    assert query(root, "select author_kind from pr_reviews") == [("bot",)]


def test_hashes_of_people_need_the_project_s_own_key(root: Path, tmp_path: Path) -> None:
    mine(root)
    ((first,),) = query(root, "select distinct author_hash from pull_request_records where source = 'github'")
    mine(root, full=True)
    assert query(root, "select distinct author_hash from pull_request_records where source = 'github'") == [(first,)]
    (root / "data/retro.duckdb").unlink()
    for key in [path for path in (root / "data").rglob("*.key")]:
        os.unlink(key)
    mine(root)
    ((second,),) = query(root, "select distinct author_hash from pull_request_records where source = 'github'")
    assert first != second


def test_both_kinds_of_forge_can_be_read(root: Path) -> None:
    add(root, 'kind = "gitlab"\npath = "data/mrs.json"')
    write(root / "data/mrs.json", merge_request(8))
    mine(root)
    assert query(root, "select source, pr_number from pull_request_records where source <> 'git' order by all") == [
        ("github", 1), ("github", 2), ("gitlab", 8),
    ]  # fmt: skip
    assert [row[:3] for row in query(root, PULLS)][-1][1:] == (8, "gitlab")
