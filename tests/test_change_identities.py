"""Which commits hold one change: what is linked, what is not, and what stands for it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from repositories import START, History, Repository, git

from retro.git import open_room
from retro.git.diffs import line_sets, patch_ids
from retro.sources.git_change_identities import PullRequest, identities
from retro.sources.git_mainline import read_mainline

BODY = "".join(f"line {number}\n" for number in range(1, 31))
ADA = "Ada <ada@example.org>"


def edited(*changes: tuple[int, str]) -> str:
    """BODY with some lines replaced."""
    text = BODY
    for line, word in changes:
        text = text.replace(f"line {line}\n", f"{word}\n")
    return text


class Copies(History):
    """A history in which a commit can be the copy of another one: its author time is kept."""

    def copy(self, mark: int, changes: Mapping, message: str = "copy", **known) -> int:
        """A commit with the author time of the commit `mark`."""
        made = self.commit(message, changes, **known)
        start = self.stream.rindex(b"author ")
        old, new = (b"> %d +0100" % (START + 3600 * each - 60) for each in (made, mark))
        self.stream = self.stream[:start] + self.stream[start:].replace(old, new, 1)
        return made


def read(
    repository: Repository,
    rooms: Path,
    branches: Sequence[PullRequest] = (),
    tips: Sequence[str] = (),
    known: Mapping[str, str] | None = None,
) -> dict[str, tuple]:
    """Canonical commit, relation and method by commit; the change ids are checked here."""
    room = open_room(repository.path, rooms)
    tip = room.default_branch()[1]
    mainline = read_mainline(room.graph([tip, *tips]), tip)
    frame = identities(room, "app", mainline, branches, known or {})
    rows = {}
    for repo, sha, change_id, canonical, relation, method, evidence in frame.iter_rows():
        assert (repo, evidence) == ("app", "inferred")
        assert change_id is None or change_id == ((known or {}).get(sha) or patch_id(repository, sha))
        rows[sha] = (canonical, relation, method)
    return rows


def patch_id(repository: Repository, sha: str) -> str:
    """What git itself says."""
    patch = git(repository.path, "diff-tree", "-p", "--root", "--full-index", "--no-renames", sha)
    return git(repository.path, "patch-id", "--stable", stdin=patch).decode().split()[0]


def test_squashed_branch_is_part_of_the_squash(tmp_path):
    history = Copies()
    base = history.commit("base", {"a.txt": BODY, "b.txt": BODY})
    one = history.commit("one", {"b.txt": edited((1, "x"))}, branch="topic", parents=[base])
    two = history.commit("two", {"b.txt": edited((1, "x"), (2, "y"))}, branch="topic", parents=[one])
    squash = history.commit("Squash", {"b.txt": edited((1, "x"), (2, "y"))}, parents=[base])
    repository = history.write(tmp_path / "repo")
    sha = repository.shas
    branches = [PullRequest(sha[squash], "squash", [sha[one], sha[two]]), PullRequest(None, None, [sha[two]])]
    assert read(repository, tmp_path / "rooms", branches) == {
        sha[one]: (sha[squash], "squash-part", "pull request"),
        sha[two]: (sha[squash], "squash-part", "pull request"),
        sha[squash]: (sha[squash], "original", "pull request"),
    }


def test_rebased_branch_points_at_its_copies_and_a_folded_fixup_at_the_last(tmp_path):
    history = Copies()
    base = history.commit("base", {"a.txt": BODY, "b.txt": BODY})
    one = history.commit("one", {"b.txt": edited((1, "x"))}, branch="topic", parents=[base])
    two = history.commit("two", {"a.txt": edited((5, "y"))}, branch="topic", parents=[one])
    fixup = history.commit("fixup", {"a.txt": edited((5, "z"))}, branch="topic", parents=[two])
    moved = history.commit("on", {"a.txt": edited((25, "q"))}, parents=[base])
    first = history.copy(one, {"b.txt": edited((1, "x"))}, "one", parents=[moved])
    second = history.copy(two, {"a.txt": edited((25, "q"), (5, "z"))}, "two", parents=[first])
    repository = history.write(tmp_path / "repo")
    sha = repository.shas
    branches = [PullRequest(sha[second], "rebase", [sha[one], sha[two], sha[fixup]])]
    assert read(repository, tmp_path / "rooms", branches) == {
        sha[one]: (sha[first], "rebase", "patch-id"),
        sha[first]: (sha[first], "original", "patch-id"),
        sha[two]: (sha[second], "rebase", "pull request"),
        sha[fixup]: (sha[second], "squash-part", "pull request"),
        sha[second]: (sha[second], "original", "pull request"),
    }


def test_cherry_pick_is_found_by_its_patch_wherever_it_landed(tmp_path):
    history = Copies()
    base = history.commit("base", {"a.txt": BODY, "b.txt": BODY})
    fix = history.commit("fix", {"a.txt": edited((3, "fixed"))}, parents=[base])
    other = history.commit("other", {"b.txt": edited((9, "x"))}, branch="stable", parents=[base])
    landed = history.copy(fix, {"a.txt": edited((3, "fixed"))}, branch="stable", parents=[other])
    released = history.copy(fix, {"a.txt": edited((3, "fixed"))}, branch="old", parents=[base])
    history.commit("merge stable", {"b.txt": edited((9, "x"))}, parents=[fix, landed])
    history.tag("v0.9", released, at=START)
    repository = history.write(tmp_path / "repo")
    sha = repository.shas
    assert read(repository, tmp_path / "rooms", tips=[sha[released]]) == {
        sha[fix]: (sha[fix], "original", "patch-id"),
        sha[landed]: (sha[fix], "cherry-pick", "patch-id"),
        sha[released]: (sha[fix], "cherry-pick", "patch-id"),
    }


def test_message_links_a_pick_that_had_to_be_adapted(tmp_path):
    history = Copies()
    base = history.commit("base", {"a.txt": BODY})
    fix = history.commit("fix", {"a.txt": edited((3, "fixed"))}, parents=[base])
    repository = history.write(tmp_path / "repo")
    line = f"fix\n\n(cherry picked from commit {repository.shas[fix]})\n"
    picked = history.commit(line, {"a.txt": edited((3, "mended"))}, branch="stable", parents=[base])
    unknown = f"fix\n\n(cherry picked from commit {'1' * 40})\n"
    history.commit(unknown, {"a.txt": edited((9, "else"))}, branch="stable", parents=[picked])
    repository.grow(history)
    sha = repository.shas
    tip = git(repository.path, "rev-parse", "stable").decode().strip()
    assert read(repository, tmp_path / "rooms", tips=[tip]) == {
        sha[fix]: (sha[fix], "original", "message"),
        sha[picked]: (sha[fix], "cherry-pick", "message"),
    }


def test_revert_and_what_applies_a_change_anew_are_no_copies(tmp_path):
    history = Copies()
    base = history.commit("base", {"a.txt": BODY})
    fix = history.commit("fix", {"a.txt": edited((3, "fixed"))}, parents=[base])
    revert = history.copy(fix, {"a.txt": BODY}, "Revert fix", parents=[fix])
    again = history.copy(fix, {"a.txt": edited((3, "fixed"))}, "fix", parents=[revert])
    history.commit("on", {"a.txt": edited((3, "fixed"), (9, "x"))}, parents=[again])
    repository = history.write(tmp_path / "repo")
    assert read(repository, tmp_path / "rooms") == {}


def test_same_patch_by_another_author_or_at_another_time_is_no_copy(tmp_path):
    history = Copies()
    base = history.commit("base", {"a.txt": BODY, "b.txt": BODY})
    one = history.commit("bump", {"a.txt": edited((3, "2"))}, parents=[base])
    other = history.commit("x", {"b.txt": edited((1, "x"))}, branch="side", parents=[base])
    two = history.commit("bump", {"a.txt": edited((3, "2"))}, branch="side", parents=[other])
    history.commit("merge", {"b.txt": edited((1, "x"))}, parents=[one, two])
    assert read(history.write(tmp_path / "repo"), tmp_path / "rooms") == {}


def test_commits_without_a_change_and_merges_are_never_copies(tmp_path):
    history = Copies()
    base = history.commit("base", {"a.txt": BODY})
    empty = history.commit("empty", {}, parents=[base])
    copied = history.copy(empty, {}, "empty", branch="side", parents=[base])
    history.copy(empty, {}, "merge", parents=[empty, copied])
    assert read(history.write(tmp_path / "repo"), tmp_path / "rooms") == {}


def test_copies_on_branches_that_never_landed_stand_for_each_other(tmp_path):
    history = Copies()
    base = history.commit("base", {"a.txt": BODY})
    one = history.commit("try", {"a.txt": edited((3, "x"))}, branch="one", parents=[base])
    two = history.copy(one, {"a.txt": edited((3, "x"))}, branch="two", parents=[base])
    history.commit("on", {"a.txt": edited((9, "x"))}, parents=[base])
    repository = history.write(tmp_path / "repo")
    sha = repository.shas
    first, second = sorted([sha[one], sha[two]])
    branches = [PullRequest(None, None, [sha[one]]), PullRequest(None, None, [sha[two]])]
    assert read(repository, tmp_path / "rooms", branches) == {
        first: (first, "original", "patch-id"),
        second: (first, "rebase", "patch-id"),
    }


def test_copy_of_a_part_leads_to_the_squash_and_the_first_squash_counts(tmp_path):
    history = Copies()
    base = history.commit("base", {"a.txt": BODY, "b.txt": BODY})
    one = history.commit("one", {"b.txt": edited((1, "x"))}, branch="topic", parents=[base])
    copied = history.copy(one, {"b.txt": edited((1, "x"))}, branch="second", parents=[base])
    squash = history.commit("Squash", {"b.txt": edited((1, "x"))}, parents=[base])
    later = history.commit("Later", {"a.txt": edited((1, "x"))}, parents=[squash])
    repository = history.write(tmp_path / "repo")
    sha = repository.shas
    branches = [
        PullRequest(sha[later], "squash", [sha[one]]),
        PullRequest(sha[squash], "squash", [sha[one]]),
        PullRequest(None, None, [sha[copied]]),
    ]
    rows = read(repository, tmp_path / "rooms", branches)
    assert {row[0] for row in rows.values()} == {sha[squash]}
    assert sorted(rows) == sorted([sha[one], sha[copied], sha[squash]])


def test_branch_commits_that_the_clone_lost_keep_their_squash(tmp_path):
    history = Copies()
    history.commit("base", {"a.txt": BODY})
    squash = history.commit("Squash", {"a.txt": edited((1, "x"))})
    repository = history.write(tmp_path / "repo")
    sha = repository.shas[squash]
    assert read(repository, tmp_path / "rooms", [PullRequest(sha, "squash", ["1" * 40])]) == {
        "1" * 40: (sha, "squash-part", "pull request"),
        sha: (sha, "original", "pull request"),
    }


def test_missing_blob_leaves_copies_linked_by_their_blobs(tmp_path):
    history = Copies()
    base = history.commit("base", {"a.txt": BODY})
    fix = history.commit("fix", {"a.txt": edited((3, "fixed"))}, parents=[base])
    copied = history.copy(fix, {"a.txt": edited((3, "fixed"))}, branch="stable", parents=[base])
    history.commit("merge", {}, parents=[fix, copied])
    repository = history.write(tmp_path / "repo")
    sha = repository.shas
    repository.remove_object(git(repository.path, "rev-parse", f"{sha[fix]}:a.txt").decode().strip())
    assert read(repository, tmp_path / "rooms") == {
        sha[fix]: (sha[fix], "original", "same blobs"),
        sha[copied]: (sha[fix], "cherry-pick", "same blobs"),
    }


def test_known_change_ids_are_not_made_again_and_change_nothing(tmp_path):
    history = Copies()
    base = history.commit("base", {"a.txt": BODY})
    fix = history.commit("fix", {"a.txt": edited((3, "fixed"))}, parents=[base])
    copied = history.copy(fix, {"a.txt": edited((3, "fixed"))}, branch="stable", parents=[base])
    history.commit("merge", {}, parents=[fix, copied])
    repository = history.write(tmp_path / "repo")
    sha = repository.shas
    known = {sha[mark]: patch_id(repository, sha[mark]) for mark in (fix, copied)}
    before = read(repository, tmp_path / "rooms")
    for oid in git(repository.path, "rev-parse", f"{sha[base]}:a.txt", f"{sha[fix]}:a.txt").decode().split():
        repository.remove_object(oid)
    assert read(repository, tmp_path / "rooms", known=known) == before


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_patch_ids_are_those_of_git_for_every_kind_of_change(tmp_path, object_format):
    history = History()
    marks = [history.commit("add", {"a.txt": BODY, "b/c.txt": "no end of line", "empty": "", "x.bin": b"\0\1\2"})]
    marks.append(history.commit("edit", {"a.txt": edited((3, "commit " + "1" * 40), (9, "diff --git a/x b/x"))}))
    marks.append(history.commit("binary", {"x.bin": b"\0\1\3"}))
    marks.append(history.commit("remove", {"empty": None, "b/c.txt": None}))
    marks.append(history.commit("odd path", {'a "b"\n\t': "x\n"}))
    repository = history.write(tmp_path / "repo", object_format=object_format)
    room = open_room(repository.path, tmp_path / "rooms")
    shas = [repository.shas[mark] for mark in marks]
    assert patch_ids(room.path, shas) == {sha: patch_id(repository, sha) for sha in shas}


def test_likeness_is_exact_for_small_changes_and_close_for_large_ones(tmp_path):
    history = History()
    base = history.commit("base", {"a.txt": "", "b.txt": ""})
    texts = {
        "few": "".join(f"{n}\n" for n in range(8)),
        "half": "".join(f"{n}\n" for n in range(4, 12)),
        "many": "".join(f"{n}\n" for n in range(9000)),
        "most": "".join(f"{n}\n" for n in range(3000, 12000)),
    }
    marks = {name: history.commit(name, {"a.txt": text}, branch=name, parents=[base]) for name, text in texts.items()}
    marks["elsewhere"] = history.commit("elsewhere", {"b.txt": texts["few"]}, branch="elsewhere", parents=[base])
    repository = history.write(tmp_path / "repo")
    room = open_room(repository.path, tmp_path / "rooms")
    found = line_sets(room.path, [(repository.shas[mark], None) for mark in marks.values()])
    lines = {name: found[repository.shas[mark]] for name, mark in marks.items()}
    assert lines["few"].likeness(lines["half"]) == 4 / 12
    assert lines["few"].likeness(lines["few"]) == lines["many"].likeness(lines["many"]) == 1
    assert lines["few"].likeness(lines["elsewhere"]) == 0
    assert abs(lines["many"].likeness(lines["most"]) - 6000 / 12000) < 0.06
