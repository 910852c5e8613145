"""Contents of files and changed lines, many at a time: exact, and a damaged object costs only itself."""

import os
import random
import subprocess
from pathlib import Path

import pytest
from repositories import Entry, History, Moved, Repository, files_told_by_git, git

from retro.errors import GitError
from retro.git import Room, open_room
from retro.git.blobs import Blob, read_blobs
from retro.git.changes import FileChange, changed_files, changed_lines

CONTENTS = [b"one\n", b"", b"no line end", b"\0\xff\r\n" * 3, b"1 blob 3\nabc\n", b"x" * 3_000_000]


def made(tmp_path: Path, history: History) -> tuple[Repository, Room]:
    repository = history.write(tmp_path / "repo")
    return repository, open_room(repository.path, tmp_path / "rooms")


def written(repository: Repository, contents: list[bytes]) -> list[str]:
    return [repository.write_object("blob", content) for content in contents]


def test_contents_come_as_they_are_in_the_order_asked(tmp_path):
    repository, room = made(tmp_path, History())
    ids = written(repository, CONTENTS)
    assert list(read_blobs(room.path, ids, 1 << 24)) == [Blob(*pair) for pair in zip(ids, CONTENTS, strict=True)]


def test_content_asked_for_twice_comes_once(tmp_path):
    repository, room = made(tmp_path, History())
    (oid,) = written(repository, [b"one\n"])
    assert list(read_blobs(room.path, [oid, oid], 99)) == [Blob(oid, b"one\n")]


def test_nothing_asked_starts_nothing(tmp_path, monkeypatch):
    _, room = made(tmp_path, History())
    monkeypatch.setattr(subprocess, "Popen", None)
    assert list(read_blobs(room.path, [], 99)) == []


def test_what_cannot_be_had_comes_first_with_its_reason(tmp_path):
    repository, room = made(tmp_path, History())
    small, exact, large = written(repository, [b"a\n", b"1234", b"12345"])
    tree = repository.write_object("tree", b"")
    missing = "1" * 40
    assert list(read_blobs(room.path, [small, large, missing, exact, tree], 4)) == [
        Blob(large, None, "too large"),
        Blob(missing, None, "missing"),
        Blob(tree, None, "not a file"),
        Blob(small, b"a\n"),
        Blob(exact, b"1234"),
    ]


def test_damaged_contents_cost_only_themselves(tmp_path):
    repository, room = made(tmp_path, History())
    contents = [b"%d\n" % number * 20_000 for number in range(9)]
    ids = written(repository, contents)
    for place in (0, 4, 8):
        path = repository.git_dir / "objects" / ids[place][:2] / ids[place][2:]
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[:60] + b"damage")
    found = {blob.object_id: (blob.content, blob.reason) for blob in read_blobs(room.path, ids, 1 << 20)}
    whole = {ids[place]: (contents[place], None) for place in (1, 2, 3, 5, 6, 7)}
    assert found == whole | dict.fromkeys((ids[0], ids[4], ids[8]), (None, "damaged"))


def test_git_that_fails_is_no_damaged_content(tmp_path, monkeypatch):
    repository, room = made(tmp_path, History())
    ids = written(repository, [b"one\n", b"two\n"])
    script = tmp_path / "fake" / "git"
    script.parent.mkdir()
    real = os.environ["PATH"]
    script.write_text(
        f'#!/bin/sh\nexport PATH="{real}"\ncase "$*" in *"--batch --buffer") exit 3;; esac\nexec git "$@"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(script.parent))
    with pytest.raises(GitError):
        list(read_blobs(room.path, ids, 99))


def test_files_are_the_regular_ones_with_their_blobs(tmp_path):
    history = History()
    history.commit(
        "one",
        {"kept.py": "1\n2\n3\n", "moved.py": "a\nb\nc\nd\n", "gone.py": "x\n", "link": Entry("120000", "kept.py")},
    )
    history.commit(
        "two",
        {
            "kept.py": "1\n2\n4\n",
            "new name.py": Moved("moved.py"),
            "gone.py": None,
            "ä\n.py": "new\n",
            "sub": Entry("160000", "1" * 40),
            "link": Entry("120000", "gone.py"),
        },
    )
    history.commit("three", {"kept.py": Entry("120000", "elsewhere")})
    repository, room = made(tmp_path, history)
    two, three = repository.shas[2], repository.shas[3]
    names = [f"{two}^:kept.py", f"{two}:kept.py", f"{two}^:gone.py", f"{two}:ä\n.py", f"{two}:new name.py"]
    old, new, gone, added, moved = (git(repository.path, "rev-parse", name).decode().strip() for name in names)
    assert changed_files(room.path, [two, three]) == (
        [
            FileChange(two, "gone.py", "D", gone, None),
            FileChange(two, "kept.py", "M", old, new),
            FileChange(two, "new name.py", "R", moved, moved),
            FileChange(two, "ä\n.py", "A", None, added),
            FileChange(three, "kept.py", "T", new, None),
        ],
        [],
    )


def lines_between(tmp_path: Path, before: str, after: str) -> list[tuple[int, int, int, int]]:
    history = History()
    history.commit("one", {"a.py": before})
    history.commit("two", {"a.py": after})
    repository, room = made(tmp_path, history)
    (change,), _ = changed_files(room.path, [repository.shas[2]])
    hunks, broken = changed_lines(room.path, [repository.shas[2]], {change.pair})
    assert broken == []
    return hunks.get(change.pair, [])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("1\n2\n3\n", "1\n2\n3\n4\n", [(4, 0, 4, 1)]),
        ("1\n2\n3\n", "0\n1\n2\n3\n", [(1, 0, 1, 1)]),
        ("1\n2\n3\n", "1\n3\n", [(2, 1, 2, 0)]),
        ("1\n2\n3\n4\n5\n", "1\nx\n3\ny\nz\n5\n", [(2, 1, 2, 1), (4, 1, 4, 2)]),
        ("1\n", "2", [(1, 1, 1, 1)]),
        ("-- a\n++ b\n", "-- c\n++ d\n+++ e\n", [(1, 2, 1, 3)]),
        ("@@ -1 +1 @@\nk\n", "index 1..2\nk\n", [(1, 1, 1, 1)]),
        ("a\r\nb\x0c\n", "a\nb\x0c\n", [(1, 1, 1, 1)]),
        ("\0\n", "\0\0\n", []),
    ],
)
def test_lines_are_those_that_went_and_came(tmp_path, before, after, expected):
    assert lines_between(tmp_path, before, after) == expected


def test_line_longer_than_a_piece_of_output_is_one_line(tmp_path):
    long = "x" * 3_000_000
    assert lines_between(tmp_path, f"a\n{long}\nb\n", f"a\n{long}y\nb\nc\n") == [(2, 1, 2, 1), (4, 0, 4, 1)]


def test_lines_are_as_many_as_numstat_counts(tmp_path):
    chance, history = random.Random(3), History()
    lines = [chance.choice(["}", "", "    return", f"call({number})"]) for number in range(900)]
    for _ in range(25):
        place = chance.randrange(len(lines))
        lines[place : place + chance.randrange(9)] = chance.sample(lines, chance.randrange(12))
        history.commit("edit", {"a.py": "\n".join(lines)})
    repository, room = made(tmp_path, history)
    shas = list(repository.shas.values())
    changes, _ = changed_files(room.path, shas)
    hunks, _ = changed_lines(room.path, shas, {change.pair for change in changes})
    found = {
        change.commit_sha: tuple(sum(hunk[side] for hunk in hunks[change.pair]) for side in (3, 1))
        for change in changes
    }
    assert found == {sha: files_told_by_git(repository.path, "repo", sha)[0][5:7] for sha in found}


def test_added_and_deleted_files_are_one_hunk(tmp_path):
    history = History()
    history.commit("one", {"a.py": "1\n2\n"})
    history.commit("two", {"a.py": None, "b.py": "x\ny\nz\n"})
    repository, room = made(tmp_path, history)
    changes, _ = changed_files(room.path, [repository.shas[1], repository.shas[2]])
    hunks, _ = changed_lines(room.path, [repository.shas[1], repository.shas[2]], {change.pair for change in changes})
    assert {(change.change_kind, change.path): hunks[change.pair] for change in changes} == {
        ("A", "a.py"): [(1, 0, 1, 2)],
        ("D", "a.py"): [(1, 2, 1, 0)],
        ("A", "b.py"): [(1, 0, 1, 3)],
    }


def test_commit_with_a_missing_file_costs_only_itself(tmp_path):
    history = History()
    for number in range(1, 8):
        history.commit(f"step {number}", {"a.py": f"{number}\n" * 9})
    repository, room = made(tmp_path, history)
    lost = git(repository.path, "rev-parse", f"{repository.shas[4]}:a.py").decode().strip()
    repository.remove_object(lost)
    shas = list(repository.shas.values())
    changes, broken = changed_files(room.path, shas)
    assert (len(changes), broken) == (7, [])
    hunks, broken = changed_lines(room.path, shas, {change.pair for change in changes})
    assert broken == [repository.shas[4], repository.shas[5]]
    assert set(hunks) == {change.pair for change in changes if lost not in change.pair}


def test_sha256_repository_is_read_alike(tmp_path):
    history = History()
    history.commit("one", {"a.py": "1\n"})
    repository = history.write(tmp_path / "repo", object_format="sha256")
    room = open_room(repository.path, tmp_path / "rooms")
    (change,), _ = changed_files(room.path, [repository.shas[1]])
    assert len(change.new_id) == 64
    assert changed_lines(room.path, [repository.shas[1]], {change.pair}) == ({change.pair: [(1, 0, 1, 1)]}, [])
    assert list(read_blobs(room.path, [change.new_id], 99)) == [Blob(change.new_id, b"1\n")]
