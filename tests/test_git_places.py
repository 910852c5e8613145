"""Where a repository is and what its refs say is read as text: nothing runs, nothing hangs, nothing outside is read."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from repositories import History, Repository, git, obeying

from retro.errors import GitError
from retro.git import find_place, places
from retro.git.places import read_file

ONE, TWO = "1" * 40, "2" * 40


@pytest.fixture(autouse=True)
def no_hang():
    """A test that waits for a pipe fails after ten seconds instead of never."""

    def stop(*_: object) -> None:
        raise TimeoutError("the test hangs")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(10)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def clone(tmp_path) -> Repository:
    made = History()
    made.commit("one", {"a": "1\n"})
    return made.write(tmp_path / "clone", is_bare=False)


def bare(folder: Path, files: dict[str, str | bytes]) -> Path:
    """A folder that looks like a bare repository, with these files in it."""
    (folder / "objects").mkdir(parents=True)
    for name, text in ({"HEAD": "ref: refs/heads/main\n"} | files).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def test_clone_is_found_by_its_folder_and_by_its_git_folder(clone):
    place = find_place(clone.path)
    assert (place.git_dir, place.common_dir, place.is_bare) == (clone.git_dir, clone.git_dir, False)
    assert (place.refs, place.head_ref, place.broken_refs) == (
        {"refs/heads/main": clone.shas[1]},
        "refs/heads/main",
        (),
    )
    assert find_place(clone.git_dir) == place


def test_bare_repository_is_found_by_its_folder(tmp_path):
    place = find_place(bare(tmp_path / "one.git", {"refs/heads/main": ONE}))
    assert (place.is_bare, place.objects, place.refs) == (
        True,
        tmp_path / "one.git" / "objects",
        {"refs/heads/main": ONE},
    )


def test_linked_work_tree_shares_refs_and_has_its_own_head(clone, tmp_path):
    git(clone.path, "branch", "topic")
    git(clone.path, "worktree", "add", "-q", str(tmp_path / "linked"), "topic")
    place = find_place(tmp_path / "linked")
    assert (place.git_dir, place.common_dir) == (clone.git_dir / "worktrees" / "linked", clone.git_dir)
    assert (place.head_ref, set(place.refs)) == ("refs/heads/topic", {"refs/heads/main", "refs/heads/topic"})


def test_git_folder_that_a_file_names_is_followed(clone, tmp_path):
    clone.git_dir.rename(tmp_path / "elsewhere.git")
    (clone.path / ".git").write_text("gitdir: ../elsewhere.git\n")
    assert find_place(clone.path).git_dir == tmp_path / "elsewhere.git"


def test_loose_ref_counts_before_the_packed_one(tmp_path):
    packed = f"# pack-refs with: peeled fully-peeled sorted \n{ONE} refs/heads/main\n{ONE} refs/tags/v1\n^{TWO}\n"
    place = find_place(bare(tmp_path / "r", {"packed-refs": packed, "refs/heads/main": f"{TWO}\n"}))
    assert place.refs == {"refs/heads/main": TWO, "refs/tags/v1": ONE}


def test_refs_equal_those_of_git(tmp_path):
    made = History()
    for number in range(1, 4):
        mark = made.commit(f"{number}")
        made.commit(f"{number}", branch=f"topic/{number}", parents=[mark])
        made.tag(f"v{number}", mark, at=1_772_000_000 if number % 2 else None)
    repository = made.write(tmp_path / "repo")
    git(repository.path, "pack-refs", "--all")
    git(repository.path, "update-ref", "refs/heads/topic/4", repository.shas[1])
    lines = git(repository.path, "for-each-ref", "--format=%(refname) %(objectname)").decode().splitlines()
    assert find_place(repository.path).refs == dict(line.split() for line in lines)


def test_symbolic_refs_take_the_id_that_they_lead_to(tmp_path):
    refs = {
        "refs/heads/main": ONE,
        "refs/heads/master": "ref: refs/heads/main\n",
        "refs/heads/old": "ref: refs/heads/master\n",
        "refs/heads/dangling": "ref: refs/heads/gone\n",
        "refs/heads/ring": "ref: refs/heads/ring\n",
        "refs/remotes/origin/HEAD": "ref: refs/remotes/origin/main\n",
        "refs/remotes/origin/main": TWO,
    }
    place = find_place(bare(tmp_path / "r", refs))
    assert place.refs == {
        "refs/heads/main": ONE,
        "refs/heads/master": ONE,
        "refs/heads/old": ONE,
        "refs/remotes/origin/HEAD": TWO,
        "refs/remotes/origin/main": TWO,
    }


def test_refs_without_a_readable_id_are_named_and_the_others_read(tmp_path):
    refs = {
        "packed-refs": f"{ONE} refs/heads/kept\n{ONE} refs/tags/hidden\n{ONE[:20]} refs/heads/short\nabc\n",
        "refs/heads/empty": "",
        "refs/heads/words": "not an id\n",
        "refs/heads/upper": "A" * 40,
        "refs/tags/hidden": "\0" * 41,
        "refs/heads/held.lock": ONE,
        "refs/heads/main": ONE,
    }
    place = find_place(bare(tmp_path / "r", refs))
    assert place.refs == {"refs/heads/kept": ONE, "refs/heads/main": ONE}
    assert place.broken_refs == (
        "abc", "refs/heads/empty", "refs/heads/short", "refs/heads/upper", "refs/heads/words", "refs/tags/hidden",
    )  # fmt: skip


def test_branch_and_folder_of_one_name_are_both_read(tmp_path):
    place = find_place(bare(tmp_path / "r", {"packed-refs": f"{ONE} refs/heads/a\n", "refs/heads/a/b": TWO}))
    assert place.refs == {"refs/heads/a": ONE, "refs/heads/a/b": TWO}


def test_names_that_are_not_utf8_are_spelled_out(tmp_path):
    folder = bare(tmp_path / "r", {"packed-refs": f"{ONE} refs/tags/".encode() + b"caf\xe9\n"})
    path = os.fsencode(folder) + b"/refs/tags"
    os.makedirs(path)
    Path(os.fsdecode(path + b"/na\xefve")).write_text(TWO)
    assert find_place(folder).refs == {"refs/tags/caf\\xe9": ONE, "refs/tags/na\\xefve": TWO}


HEADS = {
    "branch": ("ref: refs/heads/main\n", "refs/heads/main", {}),
    "without a blank": ("ref:refs/heads/main", "refs/heads/main", {}),
    "detached": (f"{TWO}\n", None, {"HEAD": TWO}),
    "empty": ("", None, {}),
    "garbage": ("\0\1\2", None, {}),
}


@pytest.mark.parametrize(("text", "head_ref", "refs"), HEADS.values(), ids=HEADS.keys())
def test_head_is_a_branch_or_an_id(tmp_path, text, head_ref, refs):
    place = find_place(bare(tmp_path / "r", {"HEAD": text, "refs/heads/main": ONE}))
    assert (place.head_ref, place.refs) == (head_ref, {"refs/heads/main": ONE} | refs)


def test_boundary_of_a_shallow_clone_is_read_and_garbage_in_it_left_out(tmp_path):
    place = find_place(bare(tmp_path / "r", {"shallow": f"{ONE}\nnot an id\n{TWO}\n"}))
    assert place.shallow == {ONE, TWO}


URLS = {
    "url = https://example.org/a.git": "https://example.org/a.git",
    "fetch = +refs/heads/*:refs/remotes/origin/*\n\turl=git@example.org:a.git": "git@example.org:a.git",
    "fetch = x": None,
}


@pytest.mark.parametrize(("line", "url"), URLS.items(), ids=["first", "second", "none"])
def test_remote_url_is_that_of_origin(tmp_path, line, url):
    other = '[core]\n\tbare = true\n[remote "other"]\n\turl = https://other.example.org\n'
    config = f'{other}[remote "origin"]\n\t{line}\n[branch "main"]\n\turl = no\n'
    assert find_place(bare(tmp_path / "r", {"config": config})).remote_url == url


def test_long_configuration_is_read(tmp_path):
    branches = "".join(f'[branch "topic-{number}"]\n\tremote = origin\n' for number in range(5_000))
    config = branches + '[remote "origin"]\n\turl = https://example.org\n'
    assert find_place(bare(tmp_path / "r", {"config": config})).remote_url == "https://example.org"


def error_of(path: Path) -> str:
    with pytest.raises(GitError) as caught:
        find_place(path)
    return str(caught.value)


def test_missing_folder_and_plain_folders_are_told(tmp_path):
    gone = tmp_path / "gone"
    assert error_of(gone) == f"{gone}: no such folder; correct `path` in retro.toml or clone the repository there"
    (tmp_path / "plain" / "objects").mkdir(parents=True)
    (tmp_path / "file").write_text("x")
    (tmp_path / "astray").mkdir()
    (tmp_path / "astray" / ".git").write_text("gitdir: ../gone\n")
    for name in ("plain", "file", "astray"):
        told = f"{tmp_path / name}: not a git repository; name a clone or a bare repository in retro.toml"
        assert error_of(tmp_path / name) == told


def test_refs_kept_as_reftable_are_refused(tmp_path):
    folder = bare(tmp_path / "r", {})
    (folder / "reftable").mkdir()
    assert error_of(folder) == (
        f"{folder}: refs are kept as reftable, which cannot be read yet; `git clone --mirror` it and name the copy"
    )


@pytest.mark.parametrize("name", ["HEAD", "packed-refs", "config", "shallow", "commondir"])
def test_pipe_in_place_of_a_file_is_refused_at_once(tmp_path, name):
    folder = bare(tmp_path / "r", {})
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    assert error_of(folder) == f"{folder / name}: is not a plain file; the repository is left unread"


def test_pipe_in_place_of_the_git_folder_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / ".git")
    assert error_of(tmp_path) == f"{tmp_path / '.git'}: is not a plain file; the repository is left unread"


def test_pipe_in_place_of_a_ref_is_one_broken_ref(tmp_path):
    folder = bare(tmp_path / "r", {"refs/heads/main": ONE})
    os.mkfifo(folder / "refs" / "heads" / "pipe")
    place = find_place(folder)
    assert (place.refs, place.broken_refs) == ({"refs/heads/main": ONE}, ("refs/heads/pipe",))


def test_links_out_of_the_repository_are_not_followed(tmp_path):
    (tmp_path / "secret").write_text(f"{TWO} refs/heads/secret\n")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "main").write_text(TWO)
    folder = bare(tmp_path / "r", {"refs/heads/main": ONE})
    (folder / "refs" / "heads" / "linked").symlink_to(tmp_path / "outside" / "main")
    (folder / "refs" / "outside").symlink_to(tmp_path / "outside")
    assert find_place(folder).refs == {"refs/heads/main": ONE}
    (folder / "packed-refs").symlink_to(tmp_path / "secret")
    why = "cannot be opened (Too many levels of symbolic links); a repository's files must be plain files"
    assert error_of(folder) == f"{folder / 'packed-refs'}: {why}"


def test_file_over_its_limit_is_refused_unread(tmp_path):
    with open(tmp_path / "HEAD", "wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(GitError) as caught:
        read_file(tmp_path / "HEAD", 1 << 16)
    assert str(caught.value) == (
        f"{tmp_path / 'HEAD'}: has 1,099,511,627,776 bytes, more than the limit of 65,536; "
        "the repository is left unread"
    )


CLOSED = """
import sys
from pathlib import Path
from retro.errors import GitError
from retro.git import find_place, places
for path in sys.argv[1:]:
    try:
        print(find_place(Path(path)).refs)
    except GitError as error:
        print(error)
"""


def test_folder_that_may_not_be_read_is_told_and_never_taken_for_empty(tmp_path):
    closed = bare(tmp_path / "closed", {"refs/heads/main": ONE})
    (closed / "refs" / "heads").chmod(0)
    outside = bare(tmp_path / "outer" / "inner", {"refs/heads/main": ONE})
    outside.parent.chmod(0)
    try:
        done = subprocess.run(
            obeying([sys.executable, "-c", CLOSED, closed, outside]), capture_output=True, text=True, check=True
        )
    finally:
        (closed / "refs" / "heads").chmod(0o755)
        outside.parent.chmod(0o755)
    assert done.stdout.splitlines() == [
        f"{closed / 'refs' / 'heads'}: cannot be read (Permission denied); check the permissions",
        f"{outside}: cannot be read (Permission denied); check the permissions",
    ]


def test_refs_that_git_packs_while_they_are_read_are_not_lost(tmp_path, monkeypatch):
    made = History()
    made.commit("one")
    made.commit("one", branch="topic")
    repository = made.write(tmp_path / "repo")
    refs = find_place(repository.path).refs
    read = places._loose

    def pack_first(path: Path) -> str | None:
        git(repository.path, "pack-refs", "--all", "--prune")
        return read(path)

    monkeypatch.setattr(places, "_loose", pack_first)
    place = find_place(repository.path)
    assert (place.refs, place.broken_refs) == (refs, ())
