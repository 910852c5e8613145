"""Pull requests told from refs, graph and messages: each way of merging, and which of several it was."""

from collections import Counter
from datetime import UTC, datetime

from pull_request_histories import BODY, Project, edited, merged, read, rebased, told
from repositories import START

from retro.sources.git_pull_requests import Hints

KNOWN_TO_GIT = ("title", "head_ref", "opened_at", "closed_at", "reason")


def test_merge_is_told_from_its_parents_with_a_whole_row(tmp_path):
    project = Project()
    first = project.branch({"b.txt": edited((1, "x"))})
    head = project.branch({"b.txt": edited((1, "x"), (2, "y"))}, at=first)
    project.main("on", {"a.txt": edited((1, "z"))})
    merge = project.main("Merge branch", {"b.txt": edited((1, "x"), (2, "y"))}, head)
    project.open(7, head)
    repository = project.write(tmp_path / "repo")
    sha = repository.shas
    rows, reasons = read(repository, tmp_path / "rooms")
    row = rows.pop(7)
    assert row.pop("merged_at") == datetime.fromtimestamp(START + 3600 * merge, UTC)
    assert row.pop("head_committed_at") == datetime.fromtimestamp(START + 3600 * head, UTC)
    assert {column: value for column, value in row.items() if value is not None or column in KNOWN_TO_GIT} == {
        "source": "git", "repo": "app", "pr_number": 7, "title": None, "state": "merged", "base_ref": "refs/heads/main",
        "head_ref": None, "base_sha": sha[project.base], "head_sha": sha[head], "merged_sha": sha[merge], "merged_how": "merge",
        "opened_at": None, "closed_at": None, "evidence": "inferred", "method": "merge parent", "confidence": 0.99,
        "reason": None, "commits": [sha[first], sha[head]],
    }  # fmt: skip
    assert (rows, reasons) == ({}, Counter())


def test_squash_is_told_from_the_blobs(tmp_path):
    project = Project()
    head = project.branch({"b.txt": edited((1, "x"))}, {"b.txt": edited((1, "x"), (9, "y"))})
    project.main("on", {"a.txt": edited((1, "z"))})
    squash = project.main("Improve b", {"b.txt": edited((1, "x"), (9, "y"))})
    project.main("later", {"a.txt": BODY})
    project.open(1, head)
    repository = project.write(tmp_path / "repo")
    rows, _ = read(repository, tmp_path / "rooms")
    assert told(rows[1]) == merged("squash", repository.shas[squash], "same blobs")
    assert rows[1]["commits"] == [repository.shas[head - 1], repository.shas[head]]


def test_squash_onto_a_file_that_moved_on_is_told_from_the_lines(tmp_path):
    project = Project()
    head = project.branch({"b.txt": edited((1, "x"))}, {"b.txt": edited((1, "x"), (9, "y"))})
    project.main("on", {"b.txt": edited((2, "near"), (25, "far"))})
    squash = project.main("Improve b", {"b.txt": edited((1, "x"), (9, "y"), (2, "near"), (25, "far"))})
    project.open(1, head)
    repository = project.write(tmp_path / "repo")
    rows, _ = read(repository, tmp_path / "rooms")
    assert told(rows[1]) == merged("squash", repository.shas[squash], "same lines")


def test_squash_that_was_touched_up_is_told_from_similar_lines(tmp_path):
    project = Project()
    head = project.branch({"b.txt": edited((1, "x"), (5, "v"), (9, "y"))})
    squash = project.main("Improve b", {"b.txt": edited((1, "x"), (5, "v"), (9, "z"))})
    project.open(1, head)
    repository = project.write(tmp_path / "repo")
    rows, _ = read(repository, tmp_path / "rooms")
    assert told(rows[1]) == merged("squash", repository.shas[squash], "similar lines")
    assert rows[1]["confidence"] == 0.87


def test_commit_that_shares_a_file_but_not_the_lines_is_no_landing(tmp_path):
    project = Project()
    head = project.branch({"b.txt": edited((1, "x"), (9, "y"))})
    project.main("Something else", {"b.txt": edited((20, "q"), (21, "r"))})
    project.open(1, head)
    rows, _ = read(project.write(tmp_path / "repo"), tmp_path / "rooms")
    assert told(rows[1]) == ("unmerged", None, None, None, None)


def test_rebase_is_told_from_author_and_time_of_each_commit(tmp_path):
    project = Project()
    first = project.branch({"b.txt": edited((1, "x"))})
    head = project.branch({"b.txt": edited((1, "x"), (9, "y"))}, at=first)
    project.main("on", {"b.txt": edited((20, "z"))})
    copies = [
        rebased(project, first, "topic 0", {"b.txt": edited((20, "z"), (1, "x"))}),
        rebased(project, head, "topic 0", {"b.txt": edited((20, "z"), (1, "x"), (9, "y"))}),
    ]
    project.open(1, head)
    repository = project.write(tmp_path / "repo")
    rows, _ = read(repository, tmp_path / "rooms")
    assert told(rows[1]) == merged("rebase", repository.shas[copies[1]], "same commits")


def test_rebase_of_a_single_commit_differs_from_a_squash_by_its_author_time(tmp_path):
    project = Project()
    one = project.branch({"b.txt": edited((1, "x"))})
    two = project.branch({"c.txt": edited((1, "x"))}, of="other")
    copy = rebased(project, one, "topic 0", {"b.txt": edited((1, "x"))})
    squash = project.main("Improve c", {"c.txt": edited((1, "x"))})
    project.open(1, one)
    project.open(2, two)
    repository = project.write(tmp_path / "repo")
    rows, _ = read(repository, tmp_path / "rooms")
    assert told(rows[1]) == merged("rebase", repository.shas[copy], "same blobs")
    assert told(rows[2]) == merged("squash", repository.shas[squash], "same blobs")


def test_fast_forward_counts_as_rebase_and_an_empty_branch_does_not(tmp_path):
    project = Project()
    other = project.branch({"c.txt": edited((1, "x"))})
    squash = project.main("Improve c", {"c.txt": edited((1, "x"))})
    pushed = project.main("pushed", {"a.txt": edited((1, "x"))})
    project.open(1, other)
    project.open(2, squash)
    project.open(3, pushed)
    repository = project.write(tmp_path / "repo")
    rows, _ = read(repository, tmp_path / "rooms")
    assert told(rows[1]) == merged("squash", repository.shas[squash], "same blobs")
    assert told(rows[2]) == (None, None, None, None, "it has no commits of its own")
    assert told(rows[3]) == merged("rebase", repository.shas[pushed], "fast-forward")
    assert rows[3]["commits"] == [repository.shas[pushed]]


def test_merge_into_another_branch_that_was_merged_later(tmp_path):
    project = Project()
    feature = project.branch({"b.txt": edited((1, "x"))}, of="feature")
    head = project.branch({"c.txt": edited((1, "y"))}, at=feature)
    inner = project.history.commit("merge", {"c.txt": edited((1, "y"))}, branch="feature", parents=[feature, head])
    more = project.branch({"a.txt": edited((1, "z"))}, at=inner, of="feature")
    everything = {"a.txt": edited((1, "z")), "b.txt": edited((1, "x")), "c.txt": edited((1, "y"))}
    outer = project.main("merge feature", everything, more)
    project.open(1, head)
    project.open(2, more)
    project.open(3, inner)
    repository = project.write(tmp_path / "repo")
    sha = repository.shas
    rows, _ = read(repository, tmp_path / "rooms")
    assert told(rows[1]) == merged("merge", sha[inner], "merge parent")
    assert (rows[1]["base_ref"], rows[1]["base_sha"], rows[1]["commits"]) == (None, sha[feature], [sha[head]])
    assert told(rows[2]) == merged("merge", sha[outer], "merge parent")
    assert rows[2]["commits"] == [sha[feature], sha[head], sha[inner], sha[more]]
    assert told(rows[3]) == merged("merge", sha[outer], "inside a merged branch")


def test_branch_on_top_of_a_squashed_one_begins_where_that_ended(tmp_path):
    project = Project()
    lower = project.branch({"b.txt": edited((1, "x"))}, {"b.txt": edited((1, "x"), (2, "y"))})
    upper = project.branch({"c.txt": edited((1, "z"))}, at=lower)
    project.main("Lower", {"b.txt": edited((1, "x"), (2, "y"))})
    squash = project.main("Upper", {"c.txt": edited((1, "z"))})
    project.open(1, lower)
    project.open(2, upper)
    repository = project.write(tmp_path / "repo")
    rows, _ = read(repository, tmp_path / "rooms")
    assert told(rows[2]) == merged("squash", repository.shas[squash], "same blobs")
    assert (rows[2]["base_sha"], rows[2]["commits"]) == (repository.shas[lower], [repository.shas[upper]])


def test_branch_that_took_main_in_is_compared_with_what_it_took(tmp_path):
    project = Project()
    start = project.branch({"b.txt": edited((1, "x"))})
    moved = project.main("on", {"a.txt": edited((1, "q")), "b.txt": edited((25, "r"))})
    both = {"a.txt": edited((1, "q")), "b.txt": edited((1, "x"), (25, "r"))}
    head = project.history.commit("merge main", both, branch="topic", parents=[start, moved])
    squash = project.main("Improve b", {"b.txt": edited((1, "x"), (25, "r"))})
    project.open(1, head)
    repository = project.write(tmp_path / "repo")
    rows, _ = read(repository, tmp_path / "rooms")
    assert told(rows[1]) == merged("squash", repository.shas[squash], "same blobs")
    assert rows[1]["base_sha"] == repository.shas[moved]
    assert rows[1]["commits"] == [repository.shas[start], repository.shas[head]]


def test_rebased_copy_that_a_merge_brought_lands_with_the_merge(tmp_path):
    project = Project()
    head = project.branch({"b.txt": edited((1, "x"))})
    moved = project.main("on", {"a.txt": edited((1, "q"))})
    copy = project.history.commit("topic 0", {"b.txt": edited((1, "x"))}, branch="copy", parents=[moved])
    merge = project.main("Merge", {"b.txt": edited((1, "x"))}, copy)
    project.open(1, head)
    repository = project.write(tmp_path / "repo")
    rows, _ = read(repository, tmp_path / "rooms")
    assert told(rows[1]) == merged("merge", repository.shas[merge], "same blobs")


def test_one_commit_lands_one_pull_request_the_one_that_it_names(tmp_path):
    project = Project()
    one = project.branch({"b.txt": edited((1, "x"))}, author="Eve <eve@example.org>")
    two = project.branch({"b.txt": edited((1, "x"))}, of="second")
    squash = project.main("Improve b (#1)", {"b.txt": edited((1, "x"))})
    project.open(1, one)
    project.open(2, two)
    repository = project.write(tmp_path / "repo")
    sha = repository.shas[squash]
    rows, _ = read(repository, tmp_path / "rooms")
    assert told(rows[1]) == ("unmerged", None, None, None, "its change landed by pull request 2")
    assert told(rows[2]) == merged("squash", sha, "same blobs")
    rows, _ = read(repository, tmp_path / "again", Hints(named={sha: frozenset({1})}))
    assert told(rows[1]) == merged("squash", sha, "same blobs")
    assert told(rows[2]) == ("unmerged", None, None, None, "its change landed by pull request 1")


def test_one_head_in_two_pull_requests_is_merged_by_both_and_squashed_by_one(tmp_path):
    project = Project()
    squashed = project.branch({"b.txt": edited((1, "x"))})
    joined = project.branch({"c.txt": edited((1, "x"))}, of="joined")
    squash = project.main("Improve b", {"b.txt": edited((1, "x"))})
    merge = project.main("Merge", {"c.txt": edited((1, "x"))}, joined)
    for number, head in ((1, squashed), (2, squashed), (3, joined), (4, joined)):
        project.open(number, head)
    repository = project.write(tmp_path / "repo")
    rows, _ = read(repository, tmp_path / "rooms")
    assert told(rows[1]) == ("unmerged", None, None, None, "its change landed by pull request 2")
    assert told(rows[2]) == merged("squash", repository.shas[squash], "same blobs")
    assert told(rows[3]) == told(rows[4]) == merged("merge", repository.shas[merge], "merge parent")


def test_message_finds_what_the_graph_cannot_and_pull_requests_without_a_ref(tmp_path):
    project = Project()
    pushed_over = project.branch({"b.txt": edited((1, "something"), (2, "else"))})
    squash = project.main("Rewritten (#1)", {"b.txt": edited((20, "x"), (21, "y"))})
    inner = project.branch({"c.txt": edited((1, "x"))}, of="gone")
    merge = project.main("Merge pull request #8 from ada/gone", {"c.txt": edited((1, "x"))}, inner)
    project.open(1, pushed_over)
    repository = project.write(tmp_path / "repo")
    sha = repository.shas
    rows, _ = read(repository, tmp_path / "rooms")
    assert told(rows[1]) == ("unmerged", None, None, None, None)
    named = {sha[squash]: frozenset({1}), sha[merge]: frozenset({8}), "f" * 40: frozenset({9})}
    rows, _ = read(repository, tmp_path / "again", Hints(named=named))
    assert told(rows[1]) == merged("squash", sha[squash], "named in a message")
    assert told(rows[8]) == merged("merge", sha[merge], "named in a message")
    assert (rows[8]["head_sha"], rows[8]["commits"]) == (sha[inner], [sha[inner]])
    assert sorted(rows) == [1, 8]


def test_branch_name_is_known_while_the_branch_stands(tmp_path):
    project = Project()
    head = project.branch({"b.txt": edited((1, "x"))})
    project.open(1, head)
    repository = project.write(tmp_path / "repo")
    repository.set_ref("refs/remotes/origin/fix/login", repository.shas[head])
    rows, _ = read(repository, tmp_path / "rooms")
    assert rows[1]["head_ref"] == "fix/login"
