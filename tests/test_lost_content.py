"""A file whose content is missing or damaged costs its own line counts: the other rows are git's, and nothing is fetched."""

import os
from collections.abc import Callable

import pytest
from damages import at, flip, flip_in_pack, loose
from repositories import Entry, History, Moved, Repository, files_told_by_git, fingerprint, git, project, query

from retro.errors import RepositoryError
from retro.git import open_room
from retro.git.losses import Losses
from retro.git.records import new_mark
from retro.pipeline import mine

REASON = (
    "changed files without line counts, since their content is missing or damaged (once it is there again, "
    "`retro mine --full` counts them): {}"
)


def lines(count: int, word: str = "line") -> str:
    return "".join(f"{word} {number}\n" for number in range(count))


def varied() -> History:
    made = History()
    made.commit("begin", {"a.py": lines(20), "b.py": lines(9, "b"), "same.py": lines(9, "same"), "icon": b"\0\1"})
    made.commit("edit", {"a.py": lines(21), "b.py": lines(8, "b"), "empty": ""})
    made.commit("rename as it is", {"moved.py": Moved("same.py")})
    made.commit("rename with an edit", {"a.py": None, "new.py": lines(21) + "more\n"})
    made.commit("submodule", {"lib": Entry("160000", "1" * 40), "b.py": lines(7, "b")})
    made.commit("file to link", {"b.py": Entry("120000", "new.py")})
    made.commit("delete", {"moved.py": None, "icon": None})
    side = made.commit("side", {"side.py": lines(3)}, branch="side", parents=[7])
    made.commit("main", {"main.py": lines(4)}, parents=[7])
    made.commit("merge", {"side.py": lines(3)}, parents=[9, side])
    return made


def write(folder, object_format: str) -> Repository:
    made = varied()
    if object_format == "sha256":
        made.stream = made.stream.replace(b"1" * 40, b"1" * 64)
    return made.write(folder, object_format=object_format)


def told(repository: Repository) -> dict[tuple[str, str], tuple]:
    """Rows of commit_files as git tells them of a whole clone, by commit and path."""
    shas = git(repository.path, "rev-list", "main").decode().split()
    return {row[1:3]: row for sha in shas for row in files_told_by_git(repository.path, "repo", sha)}


def without_counts(row: tuple) -> tuple:
    return (*row[:5], None, None, "missing")


def mined(root) -> dict[tuple[str, str], tuple]:
    return {row[1:3]: row for row in query(root, "select * from commit_files")}


def missing(repository: Repository, oid: str) -> None:
    repository.remove_object(oid)


def emptied(repository: Repository, oid: str) -> None:
    loose(repository, oid).write_bytes(b"")


def other_than_a_file(repository: Repository, oid: str) -> None:
    loose(repository, oid).write_bytes(b"no object at all")


DAMAGES = [missing, emptied, flip, flip_in_pack, other_than_a_file]


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_lost_file_costs_its_own_counts_only(tmp_path, damage: Callable, object_format):
    repository = write(tmp_path / "repo", object_format)
    expected = told(repository)
    for number in (1, 2):  # what the first commit adds to b.py, and what the second makes of it
        row = (repository.shas[number], "b.py")
        expected[row] = without_counts(expected[row])
    damage(repository, at(repository, f"{repository.shas[1]}:b.py"))
    before = fingerprint(repository.path)
    root = project(tmp_path / "project", repository)
    assert mine(root).failures == {}
    assert mined(root) == expected
    assert fingerprint(repository.path) == before
    assert query(root, "select reason from load_log where source = 'git'") == [(REASON.format(2),)]
    coverage = "select judged_count, total_count from sprint_coverage where subject = '{}'"
    total = len(expected)
    assert query(root, coverage.format("contents")) == [(total - 2, total)]
    assert query(root, coverage.format("lines")) == [(total - 4, total)]  # two of a binary file


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_edited_rename_of_a_lost_file_shows_as_deletion_and_addition(tmp_path, damage: Callable):
    repository = write(tmp_path / "repo", "sha1")
    expected = told(repository)
    edit, rename = repository.shas[2], repository.shas[4]
    assert expected[rename, "new.py"][3:5] == ("a.py", "R")
    damage(repository, at(repository, f"{edit}:a.py"))
    expected[edit, "a.py"] = without_counts(expected[edit, "a.py"])
    expected[rename, "a.py"] = ("repo", rename, "a.py", None, "D", None, None, "missing")
    expected[rename, "new.py"] = ("repo", rename, "new.py", None, "A", 22, 0, "counted")
    root = project(tmp_path / "project", repository)
    assert mine(root).failures == {}
    assert mined(root) == expected


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_clone_without_contents_is_read_and_nothing_is_fetched(tmp_path, object_format):
    origin = write(tmp_path / "origin", object_format)
    git(origin.path, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", f"file://{origin.path}", "repo")
    clone = Repository(tmp_path / "repo")
    before = fingerprint(clone.path)
    root = project(tmp_path / "project", clone)
    assert mine(root).failures == {}
    assert fingerprint(clone.path) == before
    expected = {key: without_counts(row) for key, row in told(origin).items()}
    edit, submodule, rename = origin.shas[2], origin.shas[5], origin.shas[4]
    expected[edit, "empty"] = ("repo", edit, "empty", None, "A", 0, 0, "counted")  # its id says what it holds
    expected[submodule, "lib"] = ("repo", submodule, "lib", None, "A", 1, 0, "counted")
    expected[rename, "a.py"] = ("repo", rename, "a.py", None, "D", None, None, "missing")
    expected[rename, "new.py"] = ("repo", rename, "new.py", None, "A", None, None, "missing")
    assert mined(root) == expected


def test_content_that_is_there_again_is_counted_by_a_full_run(tmp_path):
    repository = write(tmp_path / "repo", "sha1")
    oid = at(repository, f"{repository.shas[1]}:b.py")
    content = loose(repository, oid).read_bytes()
    repository.remove_object(oid)
    root = project(tmp_path / "project", repository)
    mine(root)
    loose_path = repository.path / "objects" / oid[:2] / oid[2:]
    loose_path.write_bytes(content)
    assert not mine(root).is_written
    mine(root, full=True)
    assert mined(root) == told(repository)
    runs = "select is_full, reason from load_log where source = 'git' order by started_at"
    assert query(root, runs) == [(True, REASON.format(2)), (True, None)]


def test_lost_file_beside_an_empty_one_is_missing_too(tmp_path):
    made = History()
    for number, content in enumerate(["", "lost\n", "", "other\n"]):
        made.commit(f"{number}", {"a.py": content, f"{number}.py": f"{number}\n"})
    repository = made.write(tmp_path / "repo")
    expected = told(repository)
    for number in (2, 3):
        expected[repository.shas[number], "a.py"] = without_counts(expected[repository.shas[number], "a.py"])
    repository.remove_object(at(repository, f"{repository.shas[2]}:a.py"))
    root = project(tmp_path / "project", repository)
    assert mine(root).failures == {}
    assert mined(root) == expected


def test_many_lost_files_in_a_long_history_are_each_found(tmp_path):
    made = History()
    for number in range(600):
        made.commit(f"{number}", {"a.py": f"{number}\n", f"{number}.py": lines(number % 7, "x")})
    repository = made.write(tmp_path / "repo")
    git(repository.path, "unpack-objects", "-q", stdin=_taken_away_pack(repository))
    expected = told_by_one_call(repository)
    damaged = [1, 2, 3, 150, 299, 300, 301, 302, 598, 599, 600]
    for place, number in enumerate(damaged):
        DAMAGES[place % 3](repository, at(repository, f"{repository.shas[number]}:a.py"))
        for one in (number, number + 1):
            key = (repository.shas.get(one, ""), "a.py")
            if key in expected:
                expected[key] = (None, None, "missing")
    root = project(tmp_path / "project", repository)
    assert mine(root).failures == {}
    assert {key: row[5:] for key, row in mined(root).items()} == expected


def _taken_away_pack(repository: Repository) -> bytes:
    """The only pack, which is gone now."""
    (path,) = (repository.path / "objects" / "pack").glob("*.pack")
    content = path.read_bytes()
    for one in list(path.parent.glob("pack-*")):
        one.unlink()
    return content


def told_by_one_call(repository: Repository) -> dict[tuple[str, str], tuple]:
    """Counts and status of every path, by commit."""
    counts, sha = {}, ""
    for line in git(repository.path, "log", "--format=%H", "--numstat", "--no-renames", "main").decode().splitlines():
        if "\t" in line:
            added, deleted, path = line.split("\t")
            counts[sha, path] = (int(added), int(deleted), "counted")
        elif line:
            sha = line
    return counts


@pytest.mark.parametrize("script", ["kill -9 $$", "exit 1"])
def test_git_that_is_killed_or_fails_otherwise_is_not_asked_again(tmp_path, monkeypatch, script):
    repository = write(tmp_path / "repo", "sha1")
    room, real = open_room(repository.path, tmp_path / "rooms"), os.environ["PATH"]
    (tmp_path / "fake").mkdir()
    (tmp_path / "fake" / "git").write_text(f"#!/bin/sh\necho called >> '{tmp_path}/calls'\n{script}\n")
    (tmp_path / "fake" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'fake'}:{real}")
    with pytest.raises(RepositoryError, match="git log"):
        list(room.log([repository.shas[1]], new_mark()))
    assert (tmp_path / "calls").read_text() == "called\n"


def test_room_keeps_no_stand_in_and_other_calls_never_see_one(tmp_path):
    repository = write(tmp_path / "repo", "sha1")
    oid, whole = at(repository, "main:side.py"), at(repository, "main:main.py")
    repository.remove_object(oid)
    room = open_room(repository.path, tmp_path / "rooms")
    losses = Losses(room.path)
    assert losses.find([list(repository.shas.values())])
    assert losses.object_ids == {oid}
    assert room.run("cat-file", "--batch-check", stdin=f"{oid}\n{whole}\n".encode()).decode() == (
        f"{oid} missing\n{whole} blob {len(lines(4))}\n"
    )
    assert not losses.find([list(repository.shas.values())])
    losses.forget()
    assert room.run("for-each-ref") == b""
