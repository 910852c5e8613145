"""Live import against a real HTTP server: pages, faults, what is asked for again, and what is not."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from forge_records import SHA, graph_pull, listing, merge_request, read, rows
from forge_server import Forge, Reply, running

from retro.errors import ForgeError
from retro.sources.forge import github_live
from retro.sources.forge.live import fetch
from retro.sources.forge.pages import folder_of
from retro.sources.forge.tokens import find_token
from retro.sources.forge.web import Web

TOKEN = "gho_" + "t" * 36
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Recorded:
    """A repository on GitHub: pull requests newest change first, two a page."""

    def __init__(self, *pulls: dict) -> None:
        self.pulls, self.issues, self.releases, self.more = list(pulls), [], [], {}

    def answer(self, method: str, path: str, question: dict) -> Reply:
        if "/releases" in path:
            return Reply(self.releases)
        if "/pulls?" in path:
            return Reply([{"updated_at": one["updatedAt"]} for one in self.pulls[:1]])
        return Reply({"data": {"repository": {"nameWithOwner": "acme/app"} | self.found(question)}})

    def found(self, question: dict) -> dict:
        query, asked = question["query"], question["variables"]
        if "pullRequest(number" in query:
            name = re.search(r"__typename number url (\w+)", query)[1]
            page = self.more[asked["number"], name, asked["a"]]
            return {"pullRequest": {"__typename": "PullRequest", "number": asked["number"], name: page}}
        if "issues(" in query:
            return {
                "issues": listing(
                    *(one for one in self.issues if not asked["since"] or one["updatedAt"] >= asked["since"])
                )
            }
        start = int(asked["page"] or 0)
        following = str(start + 2) if start + 2 < len(self.pulls) else None
        return {"pullRequests": listing(*self.pulls[start : start + 2], after=following)}


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server on this machine is asked directly, whatever stands between this machine and others."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def recorded() -> Recorded:
    return Recorded(*(graph_pull(number) for number in (5, 4, 3, 2, 1)))


@pytest.fixture
def forge(recorded: Recorded) -> Iterator[Forge]:
    with running(recorded.answer) as server:
        yield server


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def ask(forge: Forge, tmp_path: Path, slept: list[float]) -> Callable[..., list[Path]]:
    """Asks the server as a run does, its clock at noon and its pauses only noted; gives the files of pages."""

    def run(kind: str = "github", minute: int = 0) -> list[Path]:
        web = partial(Web, sleep=slept.append, clock=NOON.timestamp)
        environment = {"GH_ENTERPRISE_TOKEN": TOKEN, "GITLAB_TOKEN": TOKEN, "GITLAB_HOST": forge.url}
        began_at = NOON.replace(minute=minute)
        fetch(tmp_path, ("app", kind, "acme/app", forge.url), environment=environment, web=web, began_at=began_at)
        return files(tmp_path)

    return run


def files(root: Path) -> list[Path]:
    return sorted((folder_of(root, "app") / "pages").glob("*.jsonl.gz"))


def numbers(found: list[Path], kind: str = "github") -> list[int]:
    made, _ = read(found, kind)
    return [number for (number,) in rows(made, "pull_request_records", "pr_number")]


def test_all_pages_come_and_stay_as_files_that_need_no_network(ask, forge, tmp_path) -> None:
    assert numbers(ask()) == [1, 2, 3, 4, 5]
    assert forge.paths() == [
        "GET /repos/acme/app/pulls 200",
        *["POST /graphql 200"] * 3,
        "POST /graphql 200",
        "GET /repos/acme/app/releases 200",
    ]
    assert forge.tokens == {f"Bearer {TOKEN}"}
    kept = (
        b"".join(gzip.decompress(path.read_bytes()) for path in files(tmp_path))
        + (folder_of(tmp_path, "app") / "state.json").read_bytes()
    )
    assert TOKEN.encode() not in kept
    assert folder_of(tmp_path, "app").stat().st_mode & 0o077 == 0


def test_with_nothing_new_one_etag_answers_for_all_pull_requests(ask, forge) -> None:
    ask()
    forge.asked.clear()
    assert numbers(ask(minute=1)) == [1, 2, 3, 4, 5]
    assert forge.paths() == ["GET /repos/acme/app/pulls 304", "POST /graphql 200", "GET /repos/acme/app/releases 304"]


def test_only_what_changed_since_the_last_run_is_asked_for(ask, forge, recorded) -> None:
    ask()
    forge.asked.clear()
    recorded.pulls.insert(0, graph_pull(6))
    recorded.pulls.insert(0, recorded.pulls.pop(-1) | {"updatedAt": "2026-03-10T11:00:00Z", "title": "Newer"})
    made, _ = read(ask(minute=1))
    assert [status for method, _, status in forge.asked if method == "POST"] == [200, 200, 200]
    assert rows(made, "pull_request_records", "pr_number", "title")[0] == (1, "Newer")
    assert numbers(ask(minute=2)) == [1, 2, 3, 4, 5, 6]


def test_a_run_that_breaks_off_goes_on_where_it_stopped(ask, forge, recorded) -> None:
    forge.answer = lambda method, path, question: (
        Reply({"message": "no"}, 401)
        if question.get("variables", {}).get("page") == "4"
        else recorded.answer(method, path, question)
    )
    with pytest.raises(ForgeError, match=r"graphql: HTTP 401: the token is not valid, or has expired$"):
        ask()
    forge.answer = recorded.answer
    forge.asked.clear()
    recorded.pulls[0] = recorded.pulls[0] | {"updatedAt": "2026-03-10T11:00:00Z", "title": "Meanwhile"}
    made, _ = read(ask(minute=1))
    told = dict(rows(made, "pull_request_records", "pr_number", "title"))
    assert told == {1: "Change 1", 2: "Change 2", 3: "Change 3", 4: "Change 4", 5: "Meanwhile"}
    assert len([one for one in forge.asked if one[0] == "POST"]) == 3  # the rest, what came meanwhile, issues


@pytest.mark.parametrize(
    ("fault", "pauses"),
    [
        (Reply({}, 429, {"Retry-After": "7"}), [7.0]),
        (Reply({}, 403, {"Retry-After": "3"}), [3.0]),
        (Reply({}, 429, {"Retry-After": "Tue, 10 Mar 2026 12:00:30 GMT"}), [30.0]),
        (Reply({}, 403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOON.timestamp()) + 20)}), [21.0]),
        (Reply({}, 429), [60.0]),
        (Reply(b"<html>", 502), [1.0]),
        (Reply([1, 2, 3] * 999, is_cut=True), [1.0]),
        (Reply(b"half a pa"), [1.0]),
    ],
    ids=["429", "403 with a wait", "a date", "rate limit", "429 without a time", "502", "cut connection", "no JSON"],
)
def test_a_fault_is_waited_for_and_costs_nothing(fault: Reply, pauses: list[float], ask, forge, slept) -> None:
    forge.faults.append(fault)
    assert numbers(ask()) == [1, 2, 3, 4, 5]
    assert slept == pauses


def test_a_rate_limit_that_lasts_ends_the_run_and_says_until_when(ask, forge, slept) -> None:
    forge.faults += [Reply({}, 429, {"Retry-After": "600"}), Reply({}, 429, {"Retry-After": "3000"})]
    with pytest.raises(
        ForgeError, match=r"rate limit is used up until 2026-03-10 12:50 UTC; run it again then, what was read is kept"
    ):
        ask()
    assert slept == [600.0]


def test_a_forge_that_is_down_is_asked_five_times(ask, forge, slept) -> None:
    forge.faults += [Reply({}, 503)] * 5
    with pytest.raises(ForgeError, match=r"/repos/acme/app/pulls: HTTP 503, 5 times; run it again later"):
        ask()
    assert slept == [1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize(
    ("status", "why"),
    [(401, "the token is not valid"), (403, "the token may not read this"), (404, "there is no such repository")],
)
def test_a_token_without_rights_is_told_at_once(status: int, why: str, ask, forge, slept) -> None:
    forge.faults.append(Reply({"message": f"Bad {TOKEN}"}, status))
    with pytest.raises(ForgeError, match=why) as caught:
        ask()
    assert TOKEN not in str(caught.value)
    assert slept == []


def test_what_graphql_itself_refuses_is_told(ask, forge, recorded) -> None:
    errors = {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND", "message": "Could not resolve"}]}
    forge.answer = lambda method, path, question: (
        Reply(errors) if method == "POST" else recorded.answer(method, path, question)
    )
    with pytest.raises(ForgeError, match=r"graphql: Could not resolve; does the token see acme/app\?$"):
        ask()


def test_a_page_that_repeats_is_no_endless_run(ask, forge, recorded) -> None:
    page = Reply({"data": {"repository": {"pullRequests": listing(graph_pull(1), after="again")}}})
    forge.answer = lambda method, path, question: page if method == "POST" else recorded.answer(method, path, question)
    with pytest.raises(ForgeError, match="sends the same page of pull requests again"):
        ask()


def test_a_page_too_heavy_for_github_is_asked_for_in_smaller_ones(ask, forge, recorded) -> None:
    def heavy(method: str, path: str, question: dict) -> Reply:
        is_heavy = question.get("variables", {}).get("n", 0) > 5
        return Reply({"message": "timeout"}, 502) if is_heavy else recorded.answer(method, path, question)

    forge.answer = heavy
    assert numbers(ask()) == [1, 2, 3, 4, 5]


def test_a_list_that_does_not_fit_into_its_page_is_fetched_to_its_end(ask, recorded) -> None:
    first = listing({"path": "a", "additions": 1, "deletions": 0, "changeType": "ADDED"}, total=3, after="f1")
    recorded.pulls = [graph_pull(1, files=first, changedFiles=3)]
    recorded.more[1, "files", "f1"] = listing({"path": "b"}, total=3, after="f2")
    recorded.more[1, "files", "f2"] = listing({"path": "c"}, total=3)
    made, facts = read(ask())
    assert rows(made, "pull_request_files", "path") == [("a",), ("b",), ("c",)]
    assert facts.account.text() is None


@pytest.mark.parametrize("name", ["_PULLS", "_ISSUES"])
def test_a_question_uses_each_variable_and_closes_each_brace(name: str) -> None:
    query = getattr(github_live, name)
    head, _, body = query.partition("){")
    assert [query.count(mark) for mark in "({"] == [query.count(mark) for mark in ")}"]
    assert set(re.findall(r"\$(\w+)", head)) == set(re.findall(r"\$(\w+)", body))


def test_issues_and_releases_come_too(ask, recorded) -> None:
    recorded.issues = [
        {
            "__typename": "Issue",
            "number": 9,
            "url": "https://github.com/acme/app/issues/9",
            "title": "Broken",
            "state": "OPEN",
            "updatedAt": "2026-03-10T09:00:00Z",
            "author": {"__typename": "User", "login": "ann"},
        }
    ]
    recorded.releases = [{"tag_name": "v1", "draft": False, "published_at": "2026-03-10T08:00:00Z"}]
    made, _ = read(ask())
    assert rows(made, "issues", "issue_number", "title", "state") == [(9, "Broken", "open")]
    assert rows(made, "release_records", "tag_name") == [("v1",)]


class Project:
    """A project on GitLab: merge requests oldest change first, with their parts."""

    def __init__(self, *found: dict) -> None:
        self.found = list(found)

    def answer(self, method: str, path: str, question: dict) -> Reply:
        own = path.partition("/projects/acme%2Fapp/")[2]
        if own.startswith("merge_requests?"):
            since = re.search(r"updated_after=([^&]+)", own)
            after = since[1].replace("%3A", ":") if since else ""
            page, size = int(re.search(r"&page=(\d+)", own)[1]), int(re.search(r"per_page=(\d+)", own)[1])
            there = sorted((one for one in self.found if one["updated_at"] >= after), key=lambda one: one["updated_at"])
            return Reply(there[(page - 1) * size : page * size])
        if single := re.fullmatch(r"merge_requests/(\d+)", own):
            return Reply(next(one for one in self.found if one["iid"] == int(single[1])) | {"changes_count": "1"})
        if re.match(r"merge_requests/\d+/commits", own):
            return Reply([{"id": SHA["b"], "short_id": "x"}])
        if "/approvals" in own:
            return Reply({"message": "403 Forbidden"}, 403)
        if "/diffs" in own:
            return Reply({"message": "404 Not Found"}, 404)
        return Reply([])


def test_gitlab_is_asked_for_each_merge_request_and_its_parts(ask, forge) -> None:
    project = Project(*(merge_request(number) for number in range(1, 4)))
    forge.answer = project.answer
    made, _ = read(ask("gitlab"), "gitlab")
    assert rows(made, "pull_request_records", "pr_number", "changed_file_count") == [(1, 1), (2, 1), (3, 1)]
    assert rows(made, "pull_request_commits", "pr_number", "commit_sha") == [
        (1, SHA["b"]),
        (2, SHA["b"]),
        (3, SHA["b"]),
    ]
    assert forge.tokens == {f"Bearer {TOKEN}"}
    forge.asked.clear()
    project.found[0] = merge_request(1, updated_at="2026-03-10T11:00:00.000Z", title="Newer")
    made, _ = read(ask("gitlab", minute=1), "gitlab")
    assert rows(made, "pull_request_records", "pr_number", "title")[0] == (1, "Newer")
    singles = [path for path in forge.paths() if re.search(r"merge_requests/\d+ ", path)]
    assert singles == ["GET /projects/acme%2Fapp/merge_requests/1 200"]


def test_on_gitlab_no_merge_request_is_passed_over_where_many_changed_at_once(ask, forge) -> None:
    same = [merge_request(number, updated_at="2026-03-10T09:00:00.000Z") for number in range(1, 131)]
    project = Project(*same, merge_request(131, updated_at="2026-03-10T09:30:00.000Z"))
    forge.answer = project.answer
    assert numbers(ask("gitlab"), "gitlab") == list(range(1, 132))
    project.found.append(merge_request(132, updated_at="2026-03-10T09:30:00.000Z"))
    assert numbers(ask("gitlab", minute=1), "gitlab") == list(range(1, 133))


def test_on_gitlab_a_page_that_repeats_is_no_endless_run(ask, forge) -> None:
    page = [merge_request(number, updated_at="2026-03-10T09:00:00.000Z") for number in range(1, 51)]
    project = Project(*page)
    forge.answer = lambda method, path, question: (
        Reply(page) if "merge_requests?" in path else project.answer(method, path, question)
    )
    with pytest.raises(ForgeError, match="sends the same page again"):
        ask("gitlab")


@pytest.mark.parametrize(
    ("kind", "base", "environment", "found"),
    [
        ("github", "https://api.github.com", {"GITHUB_TOKEN": "one"}, "one"),
        ("github", "https://api.github.com", {"GITHUB_TOKEN": "one", "GH_TOKEN": "two"}, "two"),
        ("github", "https://git.example.com/api/v3", {"GH_ENTERPRISE_TOKEN": "three", "GITHUB_TOKEN": "one"}, "three"),
        ("gitlab", "https://gitlab.com/api/v4", {"GITLAB_TOKEN": "four"}, "four"),
        (
            "gitlab",
            "https://git.example.com/api/v4",
            {"GITLAB_TOKEN": "four", "GITLAB_HOST": "git.example.com"},
            "four",
        ),
    ],
)
def test_the_token_is_that_of_the_host(kind: str, base: str, environment: dict[str, str], found: str) -> None:
    assert find_token(kind, base, environment) == found


@pytest.mark.parametrize(
    ("kind", "base", "environment", "told"),
    [
        (
            "github",
            "https://git.example.com/api/v3",
            {"GITHUB_TOKEN": "one"},
            "set GH_ENTERPRISE_TOKEN or GITHUB_ENTERPRISE_TOKEN",
        ),
        (
            "gitlab",
            "https://git.example.com/api/v4",
            {"GITLAB_TOKEN": "four"},
            "set GITLAB_HOST=git.example.com and GITLAB_TOKEN",
        ),
        (
            "github",
            "https://api.github.com",
            {},
            "set GH_TOKEN or GITHUB_TOKEN in the environment, or log in with `gh auth login`",
        ),
    ],
)
def test_a_token_never_goes_to_another_host(kind: str, base: str, environment: dict[str, str], told: str) -> None:
    with pytest.raises(ForgeError, match=re.escape(told)):
        find_token(kind, base, environment)


def test_gh_gives_the_token_that_it_has_for_the_host(tmp_path: Path) -> None:
    program = tmp_path / "gh"
    program.write_text('#!/bin/sh\n[ "$*" = "auth token --hostname github.com" ] && echo from-gh\n')
    program.chmod(0o700)
    assert find_token("github", "https://api.github.com", {"PATH": str(tmp_path)}) == "from-gh"


def test_a_torn_state_is_asked_for_anew(ask, tmp_path) -> None:
    ask()
    (folder_of(tmp_path, "app") / "state.json").write_text('{"pull_requests": {"since"')
    assert numbers(ask(minute=1)) == [1, 2, 3, 4, 5]
    assert json.loads((folder_of(tmp_path, "app") / "state.json").read_text())["pull_requests"] == {
        "since": "2026-03-10T09:05:00Z"
    }
