"""Pull requests from odd, damaged and very large input, and from a repository that was read before."""

import subprocess
import time
from collections import Counter
from dataclasses import replace

import pytest
from pull_request_histories import BODY, Project, edited, merged, read, told
from repositories import NEUTRAL, History, Repository, git

from retro.git import open_room
from retro.sources import git_pull_requests
from retro.sources.git_pull_requests import Hints, Told
from retro.sources.pull_request_refs import pull_request_refs


def test_branch_without_a_change_and_unrelated_history_are_unknown(tmp_path):
    project = Project()
    empty = project.branch({})
    undone = project.branch({"b.txt": edited((1, "x"))}, {"b.txt": BODY}, of="undone")
    project.history.orphan("strange")
    strange = project.history.commit("strange", {"z.txt": "z\n"}, branch="strange")
    project.main("on", {"a.txt": edited((1, "x"))})
    project.open(1, empty)
    project.open(2, undone)
    project.open(3, strange)
    rows, _ = read(project.write(tmp_path / "repo"), tmp_path / "rooms")
    assert told(rows[1]) == told(rows[2]) == (None, None, None, None, "it changes nothing")
    assert told(rows[3]) == (None, None, None, None, "it shares no history with the default branch")
    assert rows[3]["commits"] == []


def test_refs_that_are_no_pull_request_are_left_out_and_counted():
    refs = {
        "refs/pull/12/head": "1", "refs/pull/12/merge": "2", "refs/pull/007/head": "3", "refs/pull/abc/head": "4",
        "refs/pull/0/head": "5", "refs/pull/99999999999999999999/head": "6", "refs/merge-requests/12/head": "7",
        "refs/merge-requests/13/head": "8", "refs/merge-requests/13/merge": "9", "refs/heads/pull/14/head": "10",
        "refs/pull/15/head/more": "11",
    }  # fmt: skip
    found, reasons = pull_request_refs(refs)
    assert found == {12: "refs/pull/12/head", 13: "refs/merge-requests/13/head"}
    assert reasons == {
        "pull-request refs without a plain number": 4,
        "merge requests with the number of a pull request": 1,
    }


def test_missing_head_and_missing_ancestor_cost_only_their_pull_request(tmp_path):
    project = Project()
    broken = project.branch({"c.txt": edited((1, "x"))}, {"c.txt": edited((1, "x"), (2, "y"))})
    head = project.branch({"b.txt": edited((1, "x"))}, of="good")
    squash = project.main("Improve b", {"b.txt": edited((1, "x"))})
    project.open(1, broken)
    project.open(2, head)
    repository = project.write(tmp_path / "repo")
    repository.set_ref("refs/pull/3/head", "1" * 40)
    blob = git(repository.path, "rev-parse", "main:a.txt").decode().strip()
    repository.set_ref("refs/pull/4/head", blob)
    repository.remove_object(repository.shas[broken - 1])
    rows, _ = read(repository, tmp_path / "rooms")
    assert told(rows[1]) == (None, None, None, None, "objects of it are missing or damaged")
    assert told(rows[2]) == merged("squash", repository.shas[squash], "same blobs")
    for number in (3, 4):
        assert told(rows[number]) == (None, None, None, None, "its head is missing, damaged or no commit")
    assert rows[3]["head_sha"] == "1" * 40


def test_missing_blob_or_tree_costs_only_what_needs_it(tmp_path):
    project = Project()
    by_lines = project.branch({"b.txt": edited((1, "x"))}, of="lines")
    by_blobs = project.branch({"c.txt": edited((1, "y"))}, of="blobs")
    treeless = project.branch({"deep/d.txt": "d\n"}, of="treeless")
    project.main("on", {"b.txt": edited((20, "z"))})
    project.main("Improve b", {"b.txt": edited((1, "x"), (20, "z"))})
    squash = project.main("Improve c", {"c.txt": edited((1, "y"))})
    for number, head in ((1, by_lines), (2, by_blobs), (3, treeless)):
        project.open(number, head)
    repository = project.write(tmp_path / "repo")
    for name in (
        f"{repository.shas[by_lines]}:b.txt",
        f"{repository.shas[by_blobs]}:c.txt",
        f"{repository.shas[treeless]}:deep",
    ):
        repository.remove_object(git(repository.path, "rev-parse", name).decode().strip())
    rows, _ = read(repository, tmp_path / "rooms")
    reason = "objects of it are missing or damaged"
    assert told(rows[1]) == told(rows[3]) == (None, None, None, None, reason)
    assert told(rows[2]) == merged("squash", repository.shas[squash], "same blobs")


def test_shallow_clone_leaves_branches_behind_the_cut_unknown(tmp_path):
    project = Project()
    old = project.branch({"c.txt": edited((1, "x"))})
    for number in range(5):
        project.main("on", {"a.txt": edited((number + 1, "x"))})
    new = project.branch({"b.txt": edited((1, "x"))}, at=project.tip, of="new")
    squash = project.main("Improve b", {"b.txt": edited((1, "x"))})
    project.open(1, old)
    project.open(2, new)
    whole = project.write(tmp_path / "whole")
    clone = tmp_path / "clone"
    refs = "+refs/pull/*:refs/pull/*"
    for command in (
        ["init", "-q", "--bare", "--initial-branch=main", str(clone)],
        [
            "-C",
            str(clone),
            "fetch",
            "-q",
            "--depth=3",
            f"file://{whole.path}",
            "+refs/heads/main:refs/heads/main",
            refs,
        ],
        ["-C", str(clone), "fetch", "-q", "--depth=1", f"file://{whole.path}", "+refs/pull/1/head:refs/pull/1/head"],
        ["-C", str(clone), "fetch", "-q", "--depth=3", f"file://{whole.path}", "+refs/heads/main:refs/heads/main"],
    ):
        subprocess.run(["git", *command], env=NEUTRAL, check=True, capture_output=True)
    rows, _ = read(Repository(clone), tmp_path / "rooms")
    assert told(rows[1]) == (None, None, None, None, "its history is cut off")
    assert told(rows[2]) == merged("squash", whole.shas[squash], "same blobs")


def test_whole_branch_beside_a_cut_default_branch_is_not_called_unrelated(tmp_path):
    project = Project()
    head = project.branch({"b.txt": edited((1, "x"))})
    project.main("on", {"a.txt": edited((1, "x"))})
    project.open(1, head)
    whole, clone = project.write(tmp_path / "whole"), tmp_path / "clone"
    git(tmp_path, "init", "-q", "--bare", "--initial-branch=main", clone.name)
    git(clone, "fetch", "-q", f"file://{whole.path}", "+refs/pull/*:refs/pull/*")
    git(clone, "fetch", "-q", "--depth=1", f"file://{whole.path}", "+refs/heads/main:refs/heads/main")
    rows, _ = read(Repository(clone), tmp_path / "rooms")
    assert told(rows[1]) == (None, None, None, None, "its history is cut off")


def test_later_run_gives_only_what_is_new_and_all_together_is_as_read_at_once(tmp_path):
    project = Project()
    landed = project.branch({"b.txt": edited((1, "x"))}, of="landed")
    waiting = project.branch({"c.txt": edited((1, "x"))}, of="waiting")
    stale = project.branch({"c.txt": edited((9, "never"))}, of="stale")
    pushed = project.branch({"a.txt": edited((5, "first"))}, of="pushed")
    tip = project.main("Improve b", {"b.txt": edited((1, "x"))})
    for number, head in enumerate((landed, waiting, stale, pushed), 1):
        project.open(number, head)
    again = project.branch({"a.txt": edited((5, "second"))}, of="again")
    project.main("Improve c", {"c.txt": edited((1, "x"))})
    project.main("Improve a", {"a.txt": edited((5, "second"))})
    repository = project.write(tmp_path / "repo")
    sha = repository.shas
    room = open_room(repository.path, tmp_path / "rooms")
    frames, _ = git_pull_requests.read(room, "app", ("refs/heads/main", sha[tip]), room.graph([sha[tip]]))
    first = {row["pr_number"]: row for row in frames["pull_request_records"].to_dicts()}
    assert [row["state"] for row in first.values()] == ["merged", "unmerged", "unmerged", "unmerged"]
    repository.set_ref("refs/pull/4/head", sha[again])
    before = {number: Told(row["head_sha"], row["base_sha"], row["merged_sha"]) for number, row in first.items()}
    rows, _ = read(repository, tmp_path / "rooms", Hints(tip=sha[tip], told=before))
    assert {number: row["state"] for number, row in rows.items()} == {2: "merged", 4: "merged"}
    whole, _ = read(repository, tmp_path / "rooms")
    assert {n: told(row) for n, row in (first | rows).items()} == {n: told(row) for n, row in whole.items()}


def test_rewritten_default_branch_is_judged_anew(tmp_path):
    project = Project()
    head = project.branch({"b.txt": edited((1, "x"))})
    old = project.history.commit("Improve b", {"b.txt": edited((1, "x"))}, branch="old", parents=[project.base])
    project.main("on", {"a.txt": edited((1, "x"))})
    project.open(1, head)
    repository = project.write(tmp_path / "repo")
    sha = repository.shas
    before = {1: Told(sha[head], sha[project.base], sha[old])}
    rows, _ = read(repository, tmp_path / "rooms", Hints(tip=sha[old], told=before))
    assert told(rows[1]) == ("unmerged", None, None, None, None)


def test_result_does_not_depend_on_the_order_of_refs_or_on_the_process(tmp_path):
    project = Project()
    for number in range(1, 6):
        project.open(number, project.branch({"b.txt": edited((number, "x"), (9, "y"))}, of=f"topic{number}"))
    project.main("Improve b", {"b.txt": edited((3, "x"), (9, "z"))})
    repository = project.write(tmp_path / "repo")
    room = open_room(repository.path, tmp_path / "rooms")
    default = room.default_branch()
    graph = room.graph([default[1]])
    turned = replace(room, place=replace(room.place, refs=dict(reversed(room.refs.items()))))
    one, other = (git_pull_requests.read(each, "app", default, graph)[0] for each in (room, turned))
    key = ["pr_number"]
    assert one["pull_request_records"].sort(key).equals(other["pull_request_records"].sort(key))


def test_many_refs_to_few_heads_cost_little(tmp_path):
    project = Project()
    head = project.branch({"b.txt": edited((1, "x"))}, {"b.txt": edited((1, "x"), (2, "y"))})
    project.main("Improve b", {"b.txt": edited((1, "x"), (2, "y"))})
    repository = project.write(tmp_path / "repo")
    refs = "".join(f"{repository.shas[head]} refs/pull/{number}/head\n" for number in range(1, 100_001))
    (repository.path / "packed-refs").write_text("# pack-refs with: peeled fully-peeled sorted \n" + refs)
    git(repository.path, "update-ref", "refs/heads/main", repository.shas[project.tip])
    started = time.process_time()
    rows, _ = read(repository, tmp_path / "rooms")
    assert Counter(row["state"] for row in rows.values()) == {"unmerged": 99_999, "merged": 1}
    assert time.process_time() - started < 15  # about 2 s; a walk per ref would take minutes


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_repository_without_pull_requests_has_no_rows(tmp_path, object_format):
    history = History()
    history.commit("only", {"a.txt": "a\n"})
    repository = history.write(tmp_path / "repo", object_format=object_format)
    assert read(repository, tmp_path / "rooms") == ({}, Counter())
