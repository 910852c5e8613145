"""Lines of comparisons are those of plain git's patch, whatever happened to the file, read once and kept."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from repositories import Entry, History, Moved, Repository, fingerprint, git

from retro.errors import GitError, RepositoryError
from retro.git import blob_pairs, line_changes, open_room, process
from retro.git.line_changes import LineReader

TEXT = "".join(f"line {number}\n" for number in range(1, 31))
WITHOUT_SUBMODULE = "1" * 40


def numbered(line: bytes) -> int:
    """A line as a number that any process gives it."""
    return int.from_bytes(line[-7:], "big")


def made() -> History:
    """A history in which files come, go, move, change their kind and their mode, and twice the same change is made."""
    history = History()
    start = {
        "a.txt": TEXT,
        'b/é "x".txt': TEXT,
        "bin": b"\0a",
        "gone": "x\ny\n",
        "link": "no link\n",
        "empty": "",
        "tail": "x",
    }
    root = history.commit("base", start | {"moved": TEXT * 3, "mode": "m\n", "last": "x\n"})
    one = history.commit("lines", {"a.txt": TEXT.replace("line 7\n", "seven\nmore\n"), 'b/é "x".txt': "new\n" + TEXT})
    two = history.commit("moves", {"sub/moved": Moved("moved"), "empty": None, "new empty": ""})
    three = history.commit("kinds", {"link": Entry("120000", "a.txt"), "mode": Entry("100755", "m\n"), "bin": b"\0b"})
    four = history.commit("ends", {"gone": None, "tail": "x\n", "last": "x", "like": "-- a/x\n++ b/x\n@@ -1 +1 @@\n"})
    sub = Entry("160000", WITHOUT_SUBMODULE)
    history.commit(
        "more", {"sub/moved": TEXT * 3 + "edited\n", "like": "diff --git a/x b/x\n@@ -1 +1 @@\n", "module": sub}
    )
    history.commit("beside", {"a.txt": TEXT.replace("line 7\n", "seven\nmore\n")}, branch="side", parents=[root])
    history.commit("nothing", {})
    history.commit("moved and edited", {"moved again": TEXT * 3 + "edited again\n", "sub/moved": None, "module": None})
    assert (one, two, three, four) == (2, 3, 4, 5)
    return history


def told(repository: Repository, sha: str, against: str | None) -> dict[str, tuple[list[int], list[int], bool]]:
    """The same out of one plain patch, file by file."""
    parents = [against, sha] if against else ["--root", sha]
    names = git(repository.path, "diff-tree", "-r", "-M", "-z", "--name-only", "--no-commit-id", *parents)
    patch = git(repository.path, "diff-tree", "-r", "-M", "-p", "--no-commit-id", *parents)
    files = re.split(rb"^diff --git ", patch, flags=re.MULTILINE)[1:]
    # A file that became a link stands there twice, gone and new: the second counts.
    kept = [file for file, after in zip(files, [*files[1:], b""], strict=False) if first(file) != first(after)]
    return dict(zip(map(bytes.decode, names.split(b"\0")[:-1]), map(lines_of, kept), strict=True))


def first(text: bytes) -> bytes:
    return text.partition(b"\n")[0]


def lines_of(file: bytes) -> tuple[list[int], list[int], bool]:
    head, _, hunks = file.partition(b"\n@@")
    signed = [line for line in hunks.split(b"\n")[1:] if line[:1] in b"+-" and line]
    removed = [numbered(line[1:]) for line in signed if line[:1] == b"-"]
    return removed, [numbered(line[1:]) for line in signed if line[:1] == b"+"], b"\ndeleted file" in head


def numbers(lines: Sequence[bytes]) -> list[int]:
    return [numbered(line) for line in lines]


def plain(files: dict) -> dict[str, tuple[list[int], list[int], bool]]:
    return {path: (list(lines.removed), list(lines.added), lines.is_deleted) for path, lines in files.items()}


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
@pytest.mark.parametrize(("shard", "piece"), [(400, 1 << 20), (2, 7)], ids=["whole", "in small pieces"])
def test_lines_are_those_of_gits_own_patch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, object_format: str, shard: int, piece: int
):
    monkeypatch.setattr(blob_pairs, "_SHARD", shard)
    monkeypatch.setattr(process, "_CHUNK", piece)
    history = made()
    if object_format == "sha256":  # a submodule's id would be too short
        history = History()
        history.commit("one", {"a": TEXT, "b": "x\n"})
        history.commit("two", {"a": TEXT + "more\n", "b": None})
    repository = history.write(tmp_path / "repo", object_format=object_format)
    shas = list(repository.shas.values())
    parents = {sha: git(repository.path, "rev-list", "--parents", "-1", sha).decode().split()[1:] for sha in shas}
    reader = LineReader(open_room(repository.path, tmp_path / "rooms").path, numbers)
    expected = {sha: told(repository, sha, next(iter(own), None)) for sha, own in parents.items()}
    assert {sha: plain(files) for sha, files in reader.read([(sha, None) for sha in shas]).items()} == expected
    against = [(sha, shas[0]) for sha in shas[1:]]
    assert {sha: plain(files) for sha, files in reader.read(against).items()} == {
        sha: told(repository, sha, shas[0]) for sha, _ in against
    }


def test_same_content_is_compared_once_while_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked: list[int] = []
    compared = line_changes.compared

    def counted(git_dir, pairs, *more):
        asked.append(len(pairs))
        return compared(git_dir, pairs, *more)

    monkeypatch.setattr(line_changes, "compared", counted)
    monkeypatch.setattr(line_changes, "_KEPT_LINES", 0)
    repository = made().write(tmp_path / "repo")
    reader = LineReader(open_room(repository.path, tmp_path / "rooms").path, numbers)
    both = [(repository.shas[mark], None) for mark in (2, 7)]
    first_answer = reader.read(both)
    assert reader.read(both) == first_answer
    assert reader.read(both[:1], lambda _, path: path == "a.txt") == {
        both[0][0]: {"a.txt": first_answer[both[0][0]]["a.txt"]}
    }
    reader.read([(repository.shas[5], None)])
    reader.read([(repository.shas[6], None)])
    assert plain(reader.read(both)[both[1][0]]) == plain(first_answer[both[1][0]])
    assert asked == [2, 0, 0, 4, 3, 2]


def test_files_that_are_gone_have_lines_only_where_they_are_asked(tmp_path: Path):
    repository = made().write(tmp_path / "repo")
    reader = LineReader(open_room(repository.path, tmp_path / "rooms").path, numbers)
    asked = [(repository.shas[5], None)]
    some, whole = (plain(reader.read(asked, of_deleted=given)[asked[0][0]]) for given in (False, True))
    assert whole["gone"] == ([numbered(b"x"), numbered(b"y")], [], True)
    assert some == whole | {"gone": ([], [], True)}


def test_source_and_room_stay_as_they_were(tmp_path: Path):
    repository = made().write(tmp_path / "repo")
    room = open_room(repository.path, tmp_path / "rooms")
    before = fingerprint(repository.path), fingerprint(room.path)
    LineReader(room.path, numbers).read([(sha, None) for sha in repository.shas.values()])
    left = [path for path in room.path.rglob("*") if path.is_file() and len(path.name) == 38]
    assert (fingerprint(repository.path), left) == (before[0], [])


def test_room_that_cannot_be_written_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    repository = made().write(tmp_path / "repo")
    room = open_room(repository.path, tmp_path / "rooms").path
    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(RepositoryError, match=r"cannot be written \(No space left on device\)") as told:
        LineReader(room, numbers).read([(repository.shas[2], None)])
    assert str(told.value).startswith(f"{room}/objects/") and not isinstance(told.value, GitError)


@pytest.mark.parametrize("is_damaged", [True, False], ids=["damaged", "missing"])
def test_content_that_cannot_be_read_costs_the_comparisons_that_need_it(tmp_path: Path, is_damaged: bool):
    history = History()
    history.commit("one", {"a": TEXT, "b": TEXT})
    history.commit("two", {"a": TEXT + "lost\n"})
    history.commit("three", {"b": TEXT + "kept\n"})
    repository = history.write(tmp_path / "repo")
    shas = repository.shas
    lost = repository.remove_object(git(repository.path, "rev-parse", f"{shas[2]}:a").decode().strip())
    if is_damaged:
        lost.write_bytes(b"x")
    reader = LineReader(open_room(repository.path, tmp_path / "rooms").path, numbers)
    assert set(reader.read([(sha, None) for sha in shas.values()])) == {shas[1], shas[3]}
    assert plain(reader.read([(shas[3], shas[1])], lambda _, path: path == "b")[shas[3]]) == {
        "b": ([], [numbered(b"kept")], False)
    }
