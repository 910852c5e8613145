"""Bad repositories get a clear error, and nothing is lost: earlier rows stay, others are read, exit 1 says so."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import failing, retro
from damages import at, flip_in_pack, loose, packed
from repositories import (
    START,
    History,
    Moved,
    Repository,
    files_told_by_git,
    git,
    mined_rows,
    plain_history,
    project,
    query,
    told_by_git,
)

from retro.pipeline import mine

FSCK = "missing or damaged; run `git fsck` in the clone, or clone it again"


@pytest.fixture(autouse=True)
def no_hang():
    def stop(*_: object) -> None:
        raise TimeoutError("the test hangs")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def sound(tmp_path) -> Repository:
    return plain_history(2).write(tmp_path / "sound")


@pytest.fixture
def broken(tmp_path) -> Repository:
    return plain_history(3).write(tmp_path / "broken")


@pytest.fixture
def root(tmp_path, broken, sound) -> Path:
    return project(tmp_path / "project", broken, sound)


def missing_tree(repository: Repository) -> str:
    oid = at(repository, "main^{tree}")
    repository.remove_object(oid)
    return f"git log failed with exit status 128 at object {oid}: {FSCK}"


def missing_commit(repository: Repository) -> str:
    oid, child = at(repository, "main~1"), at(repository, "main")
    repository.remove_object(oid)
    return f"git rev-list failed with exit status 128 at object {oid}, {child}: {FSCK}"


def missing_tip(repository: Repository) -> str:
    repository.remove_object(at(repository, "main"))
    return missing_tip_told(repository)


def flipped_commit_in_a_pack(repository: Repository) -> str:
    oid = at(repository, "main~1")
    path = flip_in_pack(repository, oid)
    return f"git rev-list failed with exit status 128 at object {oid} in {path.name}: {FSCK}"


def truncated_pack(repository: Repository) -> str:
    path = packed(repository)
    path.write_bytes(path.read_bytes()[:-40])
    return missing_tip_told(repository)


def pack_without_its_index(repository: Repository) -> str:
    packed(repository).with_suffix(".idx").unlink()
    return missing_tip_told(repository)


def missing_tip_told(repository: Repository) -> str:
    oid = repository.shas[max(repository.shas)]
    return (
        f"{repository.path}: refs/heads/main names {oid}, which is missing, damaged or no commit; "
        "run `git fsck` in it, or clone it again"
    )


def pipe_as_head(repository: Repository) -> str:
    return pipe(repository.path / "HEAD")


def pipe_as_packed_refs(repository: Repository) -> str:
    return pipe(repository.path / "packed-refs")


def pipe_as_configuration(repository: Repository) -> str:
    return pipe(repository.path / "config")


def pipe(path: Path) -> str:
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    return f"{path}: is not a plain file; the repository is left unread"


def folder_gone(repository: Repository) -> str:
    repository.path.rename(repository.path.with_name("away"))
    return f"{repository.path}: no such folder; correct `path` in retro.toml or clone the repository there"


def not_a_repository(repository: Repository) -> str:
    shutil.rmtree(repository.path)
    repository.path.mkdir()
    return f"{repository.path}: not a git repository; name a clone or a bare repository in retro.toml"


def unborn_head(repository: Repository) -> str:
    (repository.path / "refs" / "heads" / "main").rename(repository.path / "refs" / "heads" / "dev")
    return (
        f"{repository.path}: HEAD names 'refs/heads/main', which is not there; branches there: dev; "
        "set `branch` of this repository in retro.toml"
    )


def damaged_branch(repository: Repository) -> str:
    repository.set_ref("refs/heads/main", "")
    return f"{repository.path}: refs/heads/main holds no object id; run `git fsck` in it"


def borrowed_objects(repository: Repository) -> str:
    (repository.path / "objects" / "info" / "alternates").write_text("/somewhere/else\n")
    return (
        f"{repository.path}: borrows objects from another repository (objects/info/alternates); "
        "if you trust that one too, set `alternates = true` for this repository in retro.toml"
    )


DAMAGES: list[Callable[[Repository], str]] = [
    missing_tree, missing_commit, missing_tip, flipped_commit_in_a_pack, truncated_pack, pack_without_its_index,
    pipe_as_head, pipe_as_packed_refs, pipe_as_configuration, folder_gone, not_a_repository, unborn_head, damaged_branch,
    borrowed_objects,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damaged_repository_is_told_its_rows_stay_and_the_others_are_read(root, broken, sound, damage):
    mine(root)
    before = mined_rows(root)
    for repository in (broken, sound):
        repository.grow(plain_history(5))
    expected = damage(broken)
    assert failing(root) == expected
    rows = mined_rows(root)
    for table, told in told_by_git(sound.path, "sound", releases=["v1"]).items():
        earlier = [row for row in before[table] if "broken" in row[:2]]
        assert rows[table] == sorted(earlier + told, key=repr)


@pytest.mark.parametrize("damage", [missing_tree, missing_commit, not_a_repository], ids=lambda damage: damage.__name__)
def test_repository_that_was_never_read_whole_has_no_rows(root, broken, sound, damage):
    expected = damage(broken)
    assert failing(root) == expected
    assert mined_rows(root) == told_by_git(sound.path, "sound", releases=["v1"])
    assert query(root, "select repo from repos") == [("sound",)]


def test_failed_full_run_after_a_rewrite_leaves_every_earlier_row_as_it_was(root, broken):
    mine(root)
    before = mined_rows(root)
    rewritten = plain_history(2)
    rewritten.commit("another way", {"b.py": "1\n"})
    broken.grow(rewritten)
    broken.remove_object(at(broken, "main^{tree}"))
    assert list(mine(root, full=True).failures) == ["broken"]
    assert mined_rows(root) == before


def test_mended_repository_is_read_on(root, broken, sound):
    mine(root)
    broken.grow(plain_history(5))
    oid = at(broken, "main^{tree}")
    content = loose(broken, oid).read_bytes()
    broken.remove_object(oid)
    failing(root)
    failing(root)
    loose_path = broken.git_dir / "objects" / oid[:2] / oid[2:]
    loose_path.write_bytes(content)
    assert mine(root).commits == {"broken": 2}
    told = told_by_git(broken.path, "broken", releases=["v1"])
    assert {row for row in mined_rows(root)["commit_files"] if row[0] == "broken"} == set(told["commit_files"])


EMPTY = {
    "empty": lambda path: History().write(path),
    "empty work tree": lambda path: History().write(path, is_bare=False),
    "empty sha256": lambda path: History().write(path, object_format="sha256"),
    "detached from nothing": lambda path: History().write(path).set_ref("HEAD", ""),
}


@pytest.mark.parametrize("make", EMPTY.values(), ids=EMPTY.keys())
def test_repository_without_commits_is_read_as_such(tmp_path, make):
    make(tmp_path / "empty")
    is_bare = (tmp_path / "empty" / "HEAD").exists()
    root = project(tmp_path / "project", tmp_path / "empty")
    answer = retro("mine", "-C", root)
    assert (answer.status, answer.err) == (0, "empty: 0 commits read\n")
    assert query(root, "select status, rows_read, reason from load_log") == [("loaded", 0, "no commit yet")]
    assert query(root, "select default_branch, default_branch_sha from repos") == [(None, None)]
    assert retro("mine", "-C", root).err == "nothing new\n"
    made = History()
    made.commit("the first", {"a": "1\n"})
    (tmp_path / "empty" / ("HEAD" if is_bare else ".git/HEAD")).write_text("ref: refs/heads/main\n")
    Repository(tmp_path / "empty").grow(made)
    assert retro("mine", "-C", root).err == "empty: 1 commits read\n"
    assert mined_rows(root) == told_by_git(tmp_path / "empty", "empty")


def test_branch_of_the_settings_that_is_missing_is_told(tmp_path, broken):
    root = project(tmp_path / "project", broken, repo_more='branch = "release"')
    assert failing(root) == (
        f"{broken.path}: no branch 'release'; branches there: main; correct `branch` of this repository in retro.toml"
    )


def test_detached_head_reads_the_default_branch(tmp_path):
    repository = plain_history(4).write(tmp_path / "repo", is_bare=False)
    git(repository.path, "checkout", "-q", repository.shas[2])
    root = project(tmp_path / "project", repository)
    assert mine(root).failures == {}
    assert mined_rows(root) == told_by_git(repository.path, "repo", releases=["v1"])


def test_refs_that_cannot_be_read_are_counted_and_the_rest_is_read(tmp_path, broken):
    blob = broken.write_object("blob", b"x")
    for name, value in {"v2": "garbage", "v3": blob, "v4": "1" * 40, "v5/1": "", "v7": at(broken, "v1")}.items():
        broken.set_ref(f"refs/tags/{name}", value)
    broken.set_ref("refs/tags/v6", broken.write_object("tag", b"garbage"))
    root = project(tmp_path / "project", broken)
    assert mine(root).failures == {}
    assert query(root, "select tag_name from release_records") == [("v1",), ("v7",)]
    assert query(root, "select reason from load_log") == [("refs that cannot be read or lead to no commit: 5",)]
    assert len(mined_rows(root)["commits"]) == 3


def test_branch_and_folder_of_one_name_do_not_disturb(tmp_path, broken):
    (broken.path / "packed-refs").write_text(f"{broken.shas[1]} refs/heads/topic\n{broken.shas[1]} refs/tags/v2\n")
    broken.set_ref("refs/heads/topic/one", broken.shas[2])
    broken.set_ref("refs/tags/v2/1", broken.shas[2])
    root = project(tmp_path / "project", broken)
    assert mine(root).failures == {}
    assert query(root, "select tag_name from release_records") == [("v1",), ("v2",), ("v2/1",)]


def test_tag_names_that_are_not_utf8_are_spelled_out(tmp_path, broken):
    broken.set_ref(b"refs/tags/v9-caf\xe9", broken.shas[1])
    root = project(tmp_path / "project", broken, repo_more='release_tags = ["v9*"]')
    assert mine(root).failures == {}
    assert query(root, "select tag_name from release_records") == [("v9-caf\\xe9",)]


def test_borrowed_objects_are_read_when_the_settings_say_so(tmp_path, broken):
    git(tmp_path, "clone", "-q", "--bare", "--shared", str(broken.path), "borrower")
    root = project(tmp_path / "project", tmp_path / "borrower", repo_more="alternates = true")
    assert mine(root).failures == {}
    assert mined_rows(root) == told_by_git(broken.path, "borrower", releases=["v1"])


DATES = {
    b"0 +0000": 0,
    b"-1 +0000": None,
    b"5000000000 +0000": 5_000_000_000,
    b"253402300800 +0000": None,
    b"%d +99999999" % START: START,
    b"": None,
}


def test_commits_of_any_date_are_stored_and_the_undated_counted(tmp_path):
    repository = Repository(tmp_path / "repo")
    History().write(repository.path)
    shas, parents = {}, []
    for date in DATES:
        shas[date] = repository.raw_commit(
            parents=parents, author=b"A <a> " + date, committer=b"A <a> " + date, message=date
        )
        parents = [shas[date]]
    repository.set_ref("refs/heads/main", parents[0])
    root = project(tmp_path / "project", repository)
    assert mine(root).failures == {}
    columns = ", ".join(f"epoch({name})::bigint" for name in ("authored_at", "committed_at", "landed_at"))
    rows = {row[0]: row[1:] for row in query(root, f"select commit_sha, {columns} from commits")}
    assert rows == {shas[date]: (seconds,) * 3 for date, seconds in DATES.items()}
    reason = "commits without a readable committer time, in no sprint: 3"
    assert query(root, "select reason from load_log") == [(reason,)]
    assert query(root, "select commit_count from sprint_totals") == [(1,)]


def test_subject_of_ten_megabytes_is_cut_and_said(tmp_path):
    made = History()
    made.commit("x" * 10_000_000, {"a": "1\n"})
    repository = made.write(tmp_path / "repo")
    root = project(tmp_path / "project", repository)
    mine(root)
    assert query(root, "select length(subject) from commits") == [(4096,)]
    assert query(root, "select reason from load_log") == [("messages cut to the stored length: 1",)]


def test_message_of_very_many_trailers_keeps_the_first_thousand_and_says_so(tmp_path):
    made = History()
    made.commit("subject\n\n" + "".join(f"Key: {number}\n" for number in range(200_000)), {"a": "1\n"})
    repository = made.write(tmp_path / "repo")
    root = project(tmp_path / "project", repository)
    assert mine(root).failures == {}
    rows = query(root, "select position, trailer_value from commit_trailers order by position")
    assert sorted(rows) == [(number + 1, str(number)) for number in range(1000)]
    ((reason,),) = query(root, "select reason from load_log where source = 'git'")
    assert reason == ("messages cut to the stored length: 1; messages of whose trailers the first 1,000 are stored: 1")


def test_commit_of_very_many_files_and_its_renames_are_git_s(tmp_path):
    made = History()
    names = [f"{number % 97}/{number}" for number in range(12_000)]
    made.commit("import", {name: f"{name}\n" for name in names})
    # As they are; and more with an edit than git compares, so that it leaves them apart.
    made.commit("move", {f"moved/{name}": Moved(name) for name in names[:3000]})
    edited = {f"edited/{name}": f"{name}\n" * 2 for name in names[3000:4500]}
    made.commit("move and edit", dict.fromkeys(names[3000:4500]) | edited)
    repository = made.write(tmp_path / "repo")
    root = project(tmp_path / "project", repository)
    assert mine(root).failures == {}
    told = [row for sha in repository.shas.values() for row in files_told_by_git(repository.path, "repo", sha)]
    assert query(root, "select * from commit_files") == sorted(told, key=repr)
    kinds = query(root, "select change_kind, count(*) from commit_files group by 1")
    assert kinds == [("A", 13_500), ("D", 1500), ("R", 3000)]


def test_storm_of_binary_files_has_rows_and_no_lines(tmp_path):
    made = History()
    made.commit("assets", {f"{number}.png": b"\0%d" % number * 50 for number in range(2000)})
    made.commit("again", {f"{number}.png": b"\0%d" % (number + 1) * 60 for number in range(2000)})
    made.commit("to text and back", {"0.png": "text\n", "text": "text\n"})
    made.commit("back", {"0.png": b"\0\0", "text": b"\0"})
    repository = made.write(tmp_path / "repo")
    root = project(tmp_path / "project", repository)
    assert mine(root).failures == {}
    assert query(root, "select lines_status, count(*), sum(added_lines)::bigint from commit_files group by 1") == [
        ("binary", 4003, None), ("counted", 1, 1),
    ]  # fmt: skip


def test_names_that_differ_in_case_only_are_different_files(tmp_path):
    made = History()
    made.commit("both", {"Readme": "1\n", "README": "2\n" * 9, "src/a": "3\n", "SRC/a": "4\n", "caf\u00e9": "5\n"})
    made.commit("one", {"Readme": "6\n", "SRC/a": None, "cafe\u0301": "7\n"})
    made.commit("renamed", {"readme": Moved("README"), "src/A": Moved("src/a")})
    repository = made.write(tmp_path / "repo")
    root = project(tmp_path / "project", repository)
    assert mine(root).failures == {}
    assert mined_rows(root) == told_by_git(repository.path, "repo")


def test_refs_without_number_cost_little_and_name_no_row(tmp_path):
    repository = plain_history(3).write(tmp_path / "repo")
    sha = repository.shas[1]
    lines = (f"{sha} refs/changes/{number % 100:02}/{number}/1\n" for number in range(100_000))
    (repository.path / "packed-refs").write_text("".join(lines))
    root = project(tmp_path / "project", repository)
    assert mine(root).failures == {}
    assert mined_rows(root) == told_by_git(repository.path, "repo", releases=["v1"])
    assert not mine(root).is_written
