"""Every git command runs in the room: nothing of the source but its objects, and no failure goes unnoticed."""

import hashlib
import os
import resource
import signal
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from repositories import START, History, Repository, fingerprint, git

from retro.errors import GitEndedError, GitError, RepositoryError
from retro.git import Commit, open_room
from retro.git import process as git_process
from retro.git.blame import Blamer
from retro.git.changes import changed_files
from retro.git.diffs import file_sets
from retro.git.process import Stream, check_version, environment, read_together
from retro.git.records import new_mark
from retro.git.remerges import remerges
from retro.sources.accounts import Account
from retro.sources.git import history
from retro.sources.git_commits import log_records

REAL_PATH = os.environ["PATH"]


@pytest.fixture
def repository(tmp_path) -> Repository:
    made = History()
    for number in range(1, 5):
        made.commit(f"commit {number}", {"a.py": f"{number}\n" * 99})
    made.tag("v1", 2, at=START + 9_000)
    return made.write(tmp_path / "repo")


@pytest.fixture
def fake_git(tmp_path, monkeypatch):
    """Puts a shell script called git in front of the real one, which it can call as "$REAL"."""

    def install(script: str) -> None:
        folder = tmp_path / "fake"
        folder.mkdir(exist_ok=True)
        head = f'#!/bin/sh\nexport PATH="{REAL_PATH}"\nREAL=git\n'
        (folder / "git").write_text(head + script + '\nexec "$REAL" "$@"\n')
        (folder / "git").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{REAL_PATH}")

    return install


def error_of(call, *arguments: object) -> str:
    with pytest.raises(RepositoryError) as caught:
        call(*arguments)
    return str(caught.value)


def log(room, shas: Sequence[str]) -> list[dict]:
    """Records of the log of these commits."""
    mark = new_mark()
    return [row for piece in room.log(shas, mark) for row in log_records(piece.text, mark).rows(named=True)]


def read_all(room) -> list[dict]:
    return log(room, [commit.sha for commit in room.graph([room.default_branch()[1]])])


def test_room_holds_nothing_of_the_source_but_where_its_objects_are(repository, tmp_path):
    git(repository.path, "config", "core.fsmonitor", "touch marker")
    before = fingerprint(repository.path)
    room = open_room(repository.path, tmp_path / "rooms")
    assert (room.path / "objects" / "info" / "alternates").read_text() == f"{repository.path}/objects\n"
    assert "fsmonitor" not in (room.path / "config").read_text()
    assert not [path for path in (room.path / "objects").rglob("*") if path.is_file() and path.name != "alternates"]
    assert len(read_all(room)) == 4
    assert fingerprint(repository.path) == before


def test_same_source_has_the_same_room(repository, tmp_path):
    first, second = (open_room(repository.path, tmp_path / "rooms") for _ in range(2))
    assert first == second
    assert list((tmp_path / "rooms").iterdir()) == [first.path]


def test_half_a_room_is_made_again(repository, tmp_path):
    room = open_room(repository.path, tmp_path / "rooms")
    (room.path / "objects" / "info" / "alternates").unlink()
    (room.path / "config").write_text("")
    assert len(read_all(open_room(repository.path, tmp_path / "rooms"))) == 4


def test_source_made_anew_in_another_format_gets_another_room(repository, tmp_path):
    first = open_room(repository.path, tmp_path / "rooms")
    repository.path.rename(tmp_path / "before")
    made = History()
    made.commit("one", {"a": "1\n"})
    again = made.write(repository.path, object_format="sha256")
    second = open_room(again.path, tmp_path / "rooms")
    assert (first.object_format, second.object_format) == ("sha1", "sha256")
    assert [record["commit_sha"] for record in read_all(second)] == [again.shas[1]]


def test_one_id_of_another_length_does_not_decide_the_format(repository, tmp_path):
    repository.set_ref("refs/heads/aaa", "a" * 64)
    room = open_room(repository.path, tmp_path / "rooms")
    assert room.object_format == "sha1"
    assert len(read_all(room)) == 4


@pytest.mark.parametrize("name", ['say "x"', "new\nline", "-dash", "back\\slash", "né", "#hash", "co:lon", b"caf\xe9"])
def test_source_folder_of_any_name_is_read(repository, tmp_path, name):
    folder = tmp_path / os.fsdecode(name)
    repository.path.rename(folder)
    assert len(read_all(open_room(folder, tmp_path / "rooms"))) == 4


def test_environment_of_git_is_made_from_nothing(monkeypatch):
    for name in (
        "GIT_DIR",
        "GIT_OBJECT_DIRECTORY",
        "GIT_CONFIG_COUNT",
        "GIT_EXTERNAL_DIFF",
        "LD_PRELOAD",
        "HOME",
        "TZ",
    ):
        monkeypatch.setenv(name, "/planted")
    monkeypatch.setenv("PATH", "/some/bin")
    assert environment(Path("/room")) == {
        "PATH": "/some/bin",
        "HOME": "/nonexistent",
        "XDG_CONFIG_HOME": "/dev/null",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_FLUSH": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "/bin/false",
        "MALLOC_MMAP_THRESHOLD_": "268435456",
        "MALLOC_TOP_PAD_": "16777216",
        "MALLOC_TRIM_THRESHOLD_": "268435456",
        "GIT_DIR": "/room",
    }


def test_git_runs_within_limits(fake_git):
    if not hasattr(resource, "prlimit"):
        pytest.skip("this system cannot bound a running process")
    before = resource.getrlimit(resource.RLIMIT_STACK)
    fake_git("exec sleep 60")
    stream = Stream(None, ["log"])
    kinds = (resource.RLIMIT_STACK, resource.RLIMIT_CORE, resource.RLIMIT_AS)
    limits = [resource.prlimit(stream.process.pid, kind)[0] for kind in kinds]
    stream.kill()
    assert limits == [64 << 20, 0, 12 << 30]
    assert resource.getrlimit(resource.RLIMIT_STACK) == before


def test_git_that_is_absent_or_cannot_run_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert error_of(check_version) == (
        "git: cannot be started (No such file or directory); install git 2.37 or newer, on PATH"
    )
    (tmp_path / "git").write_text("#!/bin/sh\n")
    assert error_of(check_version) == "git: cannot be started (Permission denied); install git 2.37 or newer, on PATH"


@pytest.mark.parametrize("told", ["git version 2.30.2", "git version 1.8.3.1", "nonsense", "\x1b[31mgit", ""])
def test_git_too_old_is_told_before_anything_is_read(repository, tmp_path, fake_git, told):
    fake_git(f"printf '%s\\n' '{told}'; exit 0")
    assert error_of(open_room, repository.path, tmp_path / "rooms") == f"{told!r} is too old; install git 2.37 or newer"
    assert not (tmp_path / "rooms").exists()


@pytest.mark.parametrize("told", ["git version 2.37.0", "git version 3.0", "git version 2.50.1 (Apple Git-155)"])
def test_git_new_enough_is_taken(fake_git, told):
    fake_git(f"printf '%s\\n' '{told}'; exit 0")
    assert check_version() == told.removeprefix("git version ")


FAILURES = {
    "exit 1": "git log failed with exit status 1; the repository may be damaged: run `git fsck` in it",
    "exit 128": "git log failed with exit status 128; the repository may be damaged: run `git fsck` in it",
    "kill -9 $$": (
        "git log was ended by signal 9 (SIGKILL); run it again, and if it is ended again, see whether memory runs short"
    ),
    "kill -SEGV $$": "git log was ended by signal 11; the repository may be damaged: run `git fsck` in it",
    f'"$REAL" "$@"; echo "fatal: unable to read {"a" * 40}" >&2; exit 128': (
        f"git log failed with exit status 128 at object {'a' * 40}: missing or damaged; "
        "run `git fsck` in the clone, or clone it again"
    ),
    "for x in 1 2 3 4 5 1; do printf \"error: %040d\\n\" $x >&2; done; exit 1": (
        f"git log failed with exit status 1 at object {1:040d}, {2:040d}, {3:040d} and 2 more: missing or damaged; "
        "run `git fsck` in the clone, or clone it again"
    ),
    "cat /etc/passwd >&2; exit 1": (
        "git log failed with exit status 1; the repository may be damaged: run `git fsck` in it"
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("script", "told"), FAILURES.items(), ids=["1", "128", "killed", "crashed", "named", "many", "outside"]
)
def test_git_that_fails_is_told_with_the_object_and_nothing_else_it_said(repository, tmp_path, fake_git, script, told):
    fake_git(f'case "$*" in *" log "*) {script};; esac')
    room = open_room(repository.path, tmp_path / "rooms")
    assert error_of(read_all, room) == told


ENDED = {
    "remerge": lambda room, shas: list(remerges(room.path, room.place.objects, shas)),
    "file sets": lambda room, shas: file_sets(room.path, [(sha, None) for sha in shas]),
    "changed files": lambda room, shas: changed_files(room.path, shas),
    "blame": lambda room, shas: Blamer(room.path, room.place.objects).blame(shas[0], "a", [(1, 1)]),
    "refs": lambda room, shas: room.peel(["refs/heads/main"]),
}


@pytest.mark.parametrize("call", ENDED.values(), ids=ENDED.keys())
def test_git_that_is_ended_from_outside_is_no_damage(repository, tmp_path, fake_git, call):
    room = open_room(repository.path, tmp_path / "rooms")
    fake_git("kill -9 $$")
    with pytest.raises(GitEndedError, match=r"was ended by signal 9 \(SIGKILL\); run it again"):
        call(room, list(repository.shas.values()))


@pytest.mark.parametrize("command", ["rev-list", "cat-file", "log"])
def test_output_cut_anywhere_is_an_error_or_whole(repository, tmp_path, fake_git, command):
    room = open_room(repository.path, tmp_path / "rooms")
    whole = everything(room)
    for size in (1, 20, 41, 60, 100, 150, 200, 333, 500, 700, 100_000):
        fake_git(f'case "$*" in *" {command} "*) "$REAL" "$@" | head -c {size}; exit 0;; esac')
        try:
            told = everything(room)
        except GitError as error:
            assert "broke off" in str(error) or "breaks off" in str(error)
        else:
            assert told == whole


def everything(room) -> tuple:
    """What is ever asked of a room, parsed."""
    graph = room.graph([room.default_branch()[1]])
    account = Account()
    frames = list(history(room, "repo", [commit.sha for commit in graph], {}, account))
    if account.loaded != len(graph):
        raise GitError("log breaks off")
    return room.releases(["refs/tags/v1"]), graph, [frame["commit_files"].rows() for frame in frames]


def test_git_that_says_nothing_for_long_is_ended(repository, tmp_path, fake_git, monkeypatch):
    room = open_room(repository.path, tmp_path / "rooms")
    monkeypatch.setattr(git_process, "_SILENCE_SECONDS", 1)
    fake_git(f'case "$*" in *" log "*) echo $$ > {tmp_path}/pid; exec sleep 60;; esac')
    told = "git gave no output for 0 minutes and was ended; is the disk reachable?"
    assert error_of(log, room, [repository.shas[1]]) == told
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_pipe_among_the_objects_is_ended_like_silence(repository, tmp_path, monkeypatch):
    room = open_room(repository.path, tmp_path / "rooms")
    os.mkfifo(repository.remove_object(git(repository.path, "rev-parse", "main:a.py").decode().strip()))
    monkeypatch.setattr(git_process, "_SILENCE_SECONDS", 1)
    told = "git gave no output for 0 minutes and was ended; is the disk reachable?"
    assert error_of(log, room, [repository.shas[4]]) == told


def test_reader_that_stops_early_leaves_no_git_behind(repository, tmp_path, fake_git):
    room = open_room(repository.path, tmp_path / "rooms")
    fake_git("exec yes")
    streams = [Stream(room.path, ["log"]), Stream(room.path, ["log"])]
    pieces = read_together(streams)
    next(pieces)
    pieces.close()
    assert [stream.process.poll() for stream in streams] == [-signal.SIGKILL] * 2


def test_failure_of_one_of_two_processes_ends_the_other(tmp_path, fake_git):
    made = History()
    for number in range(900):
        made.commit(f"commit {number}", {"a.py": f"{number}\n"})
    repository = made.write(tmp_path / "repo")
    room = open_room(repository.path, tmp_path / "rooms")
    records = read_all(room)
    assert {record["commit_sha"] for record in records} == set(repository.shas.values())
    assert len(records) == 900
    fake_git(
        f'case "$*" in *" log "*) if mkdir {tmp_path}/first 2>/dev/null; then exit 3; else exec sleep 60; fi;; esac'
    )
    assert error_of(read_all, room).startswith("git log failed with exit status 3")


REMOTE = {"remotes/origin/next": 2, "remotes/origin/HEAD": "ref: refs/remotes/origin/next"}
BRANCHES = {
    "main before HEAD in a clone": ({"heads/main": 1, "heads/topic": 2}, "topic", {}, ("heads/main", 1)),
    "HEAD before main when bare": ({"heads/main": 1, "heads/next": 2}, "next", {"is_bare": True}, ("heads/next", 2)),
    "master": ({"heads/master": 1, "heads/topic": 2}, "topic", {}, ("heads/master", 1)),
    "HEAD last": ({"heads/develop": 1}, "develop", {}, ("heads/develop", 1)),
    "what origin calls HEAD first": ({"heads/main": 1, **REMOTE}, "main", {}, ("remotes/origin/next", 2)),
    "origin ahead": ({"heads/main": 1, "remotes/origin/main": 3}, "main", {}, ("remotes/origin/main", 3)),
    "origin behind": ({"heads/main": 3, "remotes/origin/main": 1}, "main", {}, ("heads/main", 3)),
    "parted": ({"heads/main": 3, "remotes/origin/main": 4}, "main", {}, ("heads/main", 3)),
    "only origin": ({"remotes/origin/main": 1}, "main", {}, ("remotes/origin/main", 1)),
    "setting": ({"heads/main": 1, "heads/next": 2}, "main", {"setting": "next"}, ("heads/next", 2)),
    "setting in full": (
        {"heads/main": 1, "remotes/up/next": 2}, "main", {"setting": "refs/remotes/up/next"}, ("remotes/up/next", 2),
    ),
    "setting names a tag": ({"heads/main": 1, "tags/v2": "tag"}, "main", {"setting": "refs/tags/v2"}, ("tags/v2", 2)),
    "detached without a usual branch": ({"heads/topic": 1}, 2, {}, ("HEAD", 2)),
    "detached beside main": ({"heads/main": 1}, 2, {}, ("heads/main", 1)),
    "origin's copy when the own is damaged": (
        {"heads/main": "damaged", "remotes/origin/main": 1}, "main", {}, ("remotes/origin/main", 1),
    ),
    "nothing yet": ({}, "main", {}, None),
}  # fmt: skip


@pytest.mark.parametrize(("refs", "head", "options", "told"), BRANCHES.values(), ids=BRANCHES.keys())
def test_default_branch_is(tmp_path, refs, head, options, told):
    made = History()
    for number in range(1, 4):
        made.commit(f"{number}", branch="keep")
    made.commit("4", branch="other", parents=[2])
    made.tag("tag", 2, at=START)
    repository = made.write(tmp_path / "repo", is_bare=options.get("is_bare", False))
    tag = git(repository.path, "rev-parse", "refs/tags/tag").decode().strip()
    for ref in ("refs/heads/keep", "refs/heads/other", "refs/tags/tag"):
        git(repository.path, "update-ref", "-d", ref)
    for name, value in refs.items():
        oid = repository.shas[value] if isinstance(value, int) else value.replace("tag", tag)
        repository.set_ref(f"refs/{name}", oid)
    repository.set_ref("HEAD", f"ref: refs/heads/{head}" if isinstance(head, str) else repository.shas[head])
    found = open_room(repository.path, tmp_path / "rooms").default_branch(options.get("setting"))
    assert (found and (found[0].removeprefix("refs/"), found[1])) == (told and (told[0], repository.shas[told[1]]))


ASTRAY = {"heads/dev": 1, "remotes/origin/x": 1}
NO_BRANCH = {
    "setting": ({"heads/main": 1}, "main", "mian", "no branch 'mian'; branches there: main; correct `branch`"),
    "setting in an empty repository": ({}, "main", "main", "no branch 'main'; branches there: none; correct `branch`"),
    "unborn HEAD beside other branches": (
        ASTRAY, "gone", None,
        "HEAD names 'refs/heads/gone', which is not there; branches there: dev, refs/remotes/origin/x; set `branch`",
    ),
    "empty HEAD": ({"heads/dev": 1}, None, None, "HEAD names no branch; branches there: dev; set `branch`"),
}  # fmt: skip


@pytest.mark.parametrize(("refs", "head", "setting", "told"), NO_BRANCH.values(), ids=NO_BRANCH.keys())
def test_branch_that_is_missing_is_told_with_those_that_are_there(tmp_path, refs, head, setting, told):
    repository = Repository(tmp_path / "repo")
    History().write(repository.path)
    for name in refs:
        repository.set_ref(f"refs/{name}", repository.raw_commit())
    repository.set_ref("HEAD", f"ref: refs/heads/{head}" if head else "")
    room = open_room(repository.path, tmp_path / "rooms")
    assert error_of(room.default_branch, setting) == f"{repository.path}: {told} of this repository in retro.toml"


@pytest.mark.parametrize("value", ["1" * 40, "blob", "tree"])
def test_branch_that_leads_to_no_commit_is_told(repository, tmp_path, value):
    oid = repository.write_object(value, b"") if value in ("blob", "tree") else value
    repository.set_ref("refs/heads/main", oid)
    room = open_room(repository.path, tmp_path / "rooms")
    assert error_of(room.default_branch) == (
        f"{repository.path}: refs/heads/main names {oid}, which is missing, damaged or no commit; "
        "run `git fsck` in it, or clone it again"
    )


def test_damaged_default_branch_is_told_and_no_other_taken_for_it(repository, tmp_path):
    repository.set_ref("refs/heads/master", repository.shas[1])
    repository.set_ref("refs/heads/main", "")
    room = open_room(repository.path, tmp_path / "rooms")
    assert error_of(room.default_branch) == (
        f"{repository.path}: refs/heads/main holds no object id; run `git fsck` in it"
    )


def test_branches_are_chosen_without_git_when_nothing_is_asked_of_their_history(repository, tmp_path, fake_git):
    repository.set_ref("refs/remotes/origin/main", repository.shas[3])
    room = open_room(repository.path, tmp_path / "rooms")
    fake_git("exit 99")
    again = open_room(repository.path, tmp_path / "rooms")
    assert again.branch_candidates() == room.branch_candidates() == ["refs/heads/main", "refs/remotes/origin/main"]


def test_graph_is_that_of_rev_list_and_the_first_second_of_1970_is_a_time(repository, tmp_path):
    old = repository.raw_commit(parents=[repository.shas[4]], committer=b"B <b@example.org> 0 +0000")
    none = repository.raw_commit(parents=[old, repository.shas[1]], committer=b"B <b@example.org> -1 +0000")
    room = open_room(repository.path, tmp_path / "rooms")
    assert {commit.sha: commit for commit in room.graph([none])} == {
        none: Commit(none, (old, repository.shas[1]), None),
        old: Commit(old, (repository.shas[4],), 0),
        **{
            repository.shas[n]: Commit(repository.shas[n], (repository.shas[n - 1],) if n > 1 else (), START + 3600 * n)
            for n in range(1, 5)
        },
    }
    assert room.graph([]) == []


def test_borrowed_objects_are_refused_until_the_settings_allow_them(repository, tmp_path):
    git(tmp_path, "clone", "-q", "--bare", "--shared", str(repository.path), "borrower")
    git(tmp_path, "clone", "-q", "--bare", "--shared", "borrower", "second")
    for name in ("borrower", "second"):
        assert error_of(open_room, tmp_path / name, tmp_path / "rooms") == (
            f"{tmp_path / name}: borrows objects from another repository (objects/info/alternates); "
            "if you trust that one too, set `alternates = true` for this repository in retro.toml"
        )
        assert len(read_all(open_room(tmp_path / name, tmp_path / "rooms", alternates=True))) == 4


def test_pipe_in_place_of_borrowed_objects_is_refused_even_when_allowed(repository, tmp_path):
    pipe = repository.path / "objects" / "info" / "alternates"
    os.mkfifo(pipe)
    told = f"{pipe}: is not a plain file; the repository is left unread"
    assert error_of(open_room, repository.path, tmp_path / "rooms", True) == told


def test_room_that_cannot_be_written_is_told(repository, tmp_path):
    (tmp_path / "rooms").write_text("a file")
    assert error_of(open_room, repository.path, tmp_path / "rooms").endswith(
        f": cannot be written (File exists); check the permissions of {tmp_path / 'rooms'}"
    )


def test_cut_of_a_shallow_clone_is_known_to_the_room_as_long_as_it_lasts(repository, tmp_path):
    git(tmp_path, "clone", "-q", "--bare", "--depth=2", f"file://{repository.path}", "shallow")
    room = open_room(tmp_path / "shallow", tmp_path / "rooms")
    assert [commit.sha for commit in room.graph([repository.shas[4]])] == [repository.shas[4], repository.shas[3]]
    git(tmp_path / "shallow", "fetch", "-q", "--unshallow")
    room = open_room(tmp_path / "shallow", tmp_path / "rooms")
    assert len(room.graph([repository.shas[4]])) == 4
    assert not (room.path / "shallow").exists()


def test_tree_20000_folders_deep_is_read(tmp_path):
    repository = Repository(tmp_path / "repo")
    History().write(repository.path)
    blob = bytes.fromhex(repository.write_object("blob", b"1\n"))
    contents = [b"100644 a\0" + blob]
    for _ in range(20_000):
        contents.append(b"40000 a\0" + hashlib.sha1(b"tree %d\0" % len(contents[-1]) + contents[-1]).digest())
    git(repository.path, "index-pack", "--stdin", stdin=_pack(contents))
    top = hashlib.sha1(b"tree %d\0" % len(contents[-1]) + contents[-1]).hexdigest()
    repository.set_ref("refs/heads/main", repository.raw_commit(tree=top))
    (record,) = read_all(open_room(repository.path, tmp_path / "rooms"))
    assert record["files"].split("\0")[1] == "a/" * 20_000 + "a"


def _pack(trees: list[bytes]) -> bytes:
    """A pack file with these trees, each under 2 kB long."""
    heads = [bytes([0x80 | 2 << 4 | len(tree) & 15, len(tree) >> 4]) for tree in trees]
    body = b"PACK" + (2).to_bytes(4, "big") + len(trees).to_bytes(4, "big")
    body += b"".join(head + zlib.compress(tree) for head, tree in zip(heads, trees, strict=True))
    return body + hashlib.sha1(body).digest()


def test_long_questions_and_long_answers_do_not_wait_for_each_other(repository, tmp_path):
    room = open_room(repository.path, tmp_path / "rooms")
    blob = git(repository.path, "rev-parse", "main:a.py").decode().strip()
    answer = f"{blob} blob {99 * 2}\n".encode() + b"4\n" * 99 + b"\n"
    assert room.run("cat-file", "--batch", stdin=f"{blob}\n".encode() * 20_000) == answer * 20_000
