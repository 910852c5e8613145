"""A directory in which git reads all objects of a source and touches none: packed, loose, borrowed, packed anew."""

import os
import subprocess

import pytest
from repositories import NEUTRAL, Repository, fingerprint, git, plain_history

from retro.errors import GitError
from retro.git import objects as git_objects
from retro.git import open_room
from retro.git.objects import copied_packs, lay_out, link_packs


@pytest.fixture
def repository(tmp_path) -> Repository:
    return plain_history(3).write(tmp_path / "repo")


def objects_in(folder) -> set[str]:
    """Ids of all objects that git finds in a git directory."""
    command = ["git", "--git-dir", folder, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]
    return set(subprocess.run(command, env=NEUTRAL, capture_output=True, check=True, text=True).stdout.split())


def view_of(repository: Repository, tmp_path, **more):
    room = open_room(repository.path, tmp_path / "rooms", **more)
    return lay_out(room.path, room.place.objects)


@pytest.mark.parametrize("kept", [(), ("repack", "-adq"), ("repack", "-dq")], ids=["loose", "packed", "both"])
def test_view_has_every_object_and_writing_one_again_touches_nothing(repository, tmp_path, kept):
    if kept:
        git(repository.path, *kept)
        repository.grow(plain_history(4))
    whole = objects_in(repository.path)
    for path in repository.path.rglob("*"):
        os.utime(path, (1, 1))
    before = fingerprint(repository.path), [path.stat().st_ctime_ns for path in repository.path.rglob("*")]
    view = view_of(repository, tmp_path)
    assert objects_in(view) == whole
    subprocess.run(
        ["git", "--git-dir", view, "hash-object", "-w", "--stdin"], input=b"1\n" * 99, env=NEUTRAL, check=True
    )
    assert (fingerprint(repository.path), [path.stat().st_ctime_ns for path in repository.path.rglob("*")]) == before


def test_view_follows_a_source_that_packs_anew_and_grows(repository, tmp_path):
    view = view_of(repository, tmp_path)
    git(repository.path, "repack", "-adq")
    repository.grow(plain_history(5))
    loose = {path.name for path in (repository.path / "objects").glob("??/*")}
    assert view_of(repository, tmp_path) == view
    assert objects_in(view) == objects_in(repository.path)
    assert {path.name for path in (view / "objects").glob("??/*")} == loose
    git(repository.path, "repack", "-adq")
    link_packs(view, repository.path / "objects")
    assert len(list((view / "objects" / "pack").glob("*.pack"))) == 1
    assert objects_in(view) == objects_in(repository.path)


def test_objects_that_the_source_borrows_are_there_too(repository, tmp_path):
    lender = repository.path.rename(tmp_path / 'the "lender"')
    for name, line in (
        ("one", f"{lender}/objects"),
        ("two", "../../one/objects"),
        ("three", f'"{tmp_path}/t\\167o/objects"'),
    ):
        git(tmp_path, "init", "-q", "--bare", "--initial-branch=main", name)
        (tmp_path / name / "objects" / "info" / "alternates").write_text(f"# borrowed\n{line}\n")
    git(tmp_path / "three", "update-ref", "refs/heads/main", repository.shas[3])
    borrower = Repository(tmp_path / "three")
    assert objects_in(view_of(borrower, tmp_path, alternates=True)) == objects_in(lender)


def test_what_is_left_of_a_killed_git_is_taken_away(repository, tmp_path):
    view = view_of(repository, tmp_path)
    for name in ("tmp_objdir-remerge-diff-x", "tmp_copies"):
        (view / "objects" / name).mkdir()
        (view / "objects" / name / "object").write_bytes(b"x")
    view_of(repository, tmp_path)
    assert not list((view / "objects").glob("tmp_*"))


def test_room_that_cannot_be_written_is_told(repository, tmp_path):
    room = open_room(repository.path, tmp_path / "rooms")
    (room.path / "untouched.git").write_text("in the way")
    with pytest.raises(GitError) as caught:
        lay_out(room.path, room.place.objects)
    assert str(caught.value).startswith(f"{room.path}/untouched.git/")


def write_again(view) -> None:
    """Has git write an object that the source has."""
    asked = ["git", "--git-dir", view, "hash-object", "-w", "--stdin"]
    subprocess.run(asked, input=b"1\n" * 99, env=NEUTRAL, check=True)


def kinds_of_packs(view) -> tuple[set[bool], list[str]]:
    """Whether packs are links, and the marks of discarded ones."""
    packs = view / "objects" / "pack"
    return {path.is_symlink() for path in packs.glob("*.pack")}, [path.suffix for path in packs.glob("*.mtimes")]


def packed(repository: Repository, tmp_path):
    """Its view, the folder with its objects, and what the source is like."""
    git(repository.path, "repack", "-adq")
    for path in repository.path.rglob("*"):
        os.utime(path, (1, 1))
    return view_of(repository, tmp_path), repository.path / "objects", state_of(repository)


def state_of(repository: Repository) -> tuple:
    return fingerprint(repository.path), [path.stat().st_ctime_ns for path in repository.path.rglob("*")]


def test_copied_packs_spare_writing_and_touch_nothing_and_go_again(repository, tmp_path):
    view, objects, before = packed(repository, tmp_path)
    with copied_packs(view, objects, merge_count=1):
        assert kinds_of_packs(view) == ({False}, [])
        write_again(view)
        assert not list((view / "objects").glob("??/*"))
    assert kinds_of_packs(view) == ({True}, [".mtimes"])
    write_again(view)
    assert len(list((view / "objects").glob("??/*"))) == 1
    assert state_of(repository) == before


@pytest.mark.parametrize("limit", ["_BYTES_A_MERGE", "_FREE_SHARE"])
def test_packs_stay_links_where_copies_cost_more_than_they_save(repository, tmp_path, monkeypatch, limit):
    monkeypatch.setattr(git_objects, limit, 0)
    view, objects, _ = packed(repository, tmp_path)
    with copied_packs(view, objects, merge_count=1):
        assert kinds_of_packs(view) == ({True}, [".mtimes"])


def test_pack_that_cannot_be_copied_stays_a_link(repository, tmp_path, monkeypatch):
    def fail(*_) -> None:
        raise OSError(28, "No space left on device")

    view, objects, _ = packed(repository, tmp_path)
    monkeypatch.setattr(git_objects.shutil, "copyfile", fail)
    with copied_packs(view, objects, merge_count=1):
        assert kinds_of_packs(view) == ({True}, [".mtimes"])
        assert objects_in(view) == objects_in(repository.path)


def test_copies_of_a_killed_run_become_links_again(repository, tmp_path):
    view, objects, _ = packed(repository, tmp_path)
    block = copied_packs(view, objects, merge_count=1)
    block.__enter__()
    assert kinds_of_packs(view_of(repository, tmp_path)) == ({True}, [".mtimes"])
    assert objects_in(view) == objects_in(repository.path)
