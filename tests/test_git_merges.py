"""What merges themselves changed: each outcome, git's own word for it, and a source that is left as it was."""

import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from repositories import NEUTRAL, START, Entry, History, Repository, fingerprint, git

from retro.git import objects, open_room
from retro.sources import git_merges

TEXT = "".join(f"line {number}\n" for number in range(1, 21))


def changed(line: int, word: str) -> str:
    """TEXT with one line replaced."""
    return TEXT.replace(f"line {line}\n", f"{word}\n")


def sides(history: History, ours: dict, theirs: dict, base: dict | None = None) -> tuple[int, int]:
    """Two branches from one base; the commits to be merged."""
    root = history.commit("base", {"a.txt": TEXT, "b.txt": TEXT} | (base or {}))
    return history.commit("ours", ours, parents=[root]), history.commit("theirs", theirs, branch="side", parents=[root])


def read(repository: Repository, tmp_path: Path, wanted: set[str] | None = None) -> tuple[list, list, Counter]:
    """Rows of merges and merge_files, and the reasons."""
    room = open_room(repository.path, tmp_path / "rooms")
    graph = room.graph([room.default_branch()[1]])
    reasons: Counter[str] = Counter()
    merges, files = [], []
    for frames in git_merges.outcomes(room, "app", graph, wanted or {commit.sha for commit in graph}, reasons):
        merges += frames["merges"].rows()
        files += frames["merge_files"].rows()
    return sorted(merges), sorted(files), reasons


def test_clean_merge_has_no_files(tmp_path):
    history = History()
    one, two = sides(history, {"a.txt": changed(3, "ours")}, {"a.txt": changed(17, "theirs")})
    merged = changed(3, "ours").replace("line 17\n", "theirs\n")
    merge = history.commit("merge", {"a.txt": merged}, parents=[one, two])
    repository = history.write(tmp_path / "repo")
    assert read(repository, tmp_path) == ([("app", repository.shas[merge], "clean", 0, 0, None)], [], Counter())


def test_binary_conflict_has_no_lines_also_where_one_side_was_kept(tmp_path):
    history = History()
    one, two = sides(
        history, {"f": b"a\0ours", "g": b"a\0ours"}, {"f": b"a\0theirs", "g": b"a\0theirs"}, {"f": b"\0", "g": b"\0"}
    )
    merge = history.commit("merge", {"f": b"a\0ours", "g": b"a\0both"}, parents=[one, two])
    repository = history.write(tmp_path / "repo")
    _, files, _ = read(repository, tmp_path)
    sha = repository.shas[merge]
    assert files == [
        ("app", sha, "f", None, None, None, None, "content", "resolved"),
        ("app", sha, "g", None, "M", None, None, "content", "resolved"),
    ]


def test_conflict_is_resolved_and_what_else_was_touched_is_edited(tmp_path):
    history = History()
    one, two = sides(history, {"a.txt": changed(3, "ours")}, {"a.txt": changed(3, "theirs")})
    merge = history.commit("merge", {"a.txt": changed(3, "both"), "b.txt": changed(1, "sly")}, parents=[one, two])
    repository = history.write(tmp_path / "repo")
    sha = repository.shas[merge]
    merges, files, _ = read(repository, tmp_path)
    assert merges == [("app", sha, "resolved", 1, 1, None)]
    assert files == [
        ("app", sha, "a.txt", None, "M", 1, 5, "content", "resolved"),
        ("app", sha, "b.txt", None, "M", 1, 1, None, "edited"),
    ]


def test_edit_without_any_conflict_is_told_apart(tmp_path):
    history = History()
    one, two = sides(history, {"a.txt": changed(3, "ours")}, {"b.txt": changed(3, "theirs")})
    changes = {"b.txt": changed(3, "theirs"), "a.txt": changed(3, "ours") + "sly\n", "new.bin": b"\0\1\2"}
    merge = history.commit("merge", changes, parents=[one, two])
    repository = history.write(tmp_path / "repo")
    sha = repository.shas[merge]
    merges, files, _ = read(repository, tmp_path)
    assert merges == [("app", sha, "edited", 0, 2, None)]
    assert files == [
        ("app", sha, "a.txt", None, "M", 1, 0, None, "edited"),
        ("app", sha, "new.bin", None, "A", None, None, None, "edited"),
    ]


def test_conflict_counts_even_when_its_resolution_changed_nothing(tmp_path):
    history = History()
    one, two = sides(history, {"a.txt": None}, {"a.txt": changed(3, "theirs")})
    merge = history.commit("merge", {"a.txt": changed(3, "theirs")}, parents=[one, two])
    repository = history.write(tmp_path / "repo")
    sha = repository.shas[merge]
    merges, files, _ = read(repository, tmp_path)
    assert merges == [("app", sha, "resolved", 1, 0, None)]
    assert files == [("app", sha, "a.txt", None, None, 0, 0, "modify/delete", "resolved")]


def test_kinds_of_conflict_are_gits_words(tmp_path):
    history = History()
    one, two = sides(history, {"a.txt": None, "new.txt": "ours\n"}, {"a.txt": changed(3, "x"), "new.txt": "theirs\n"})
    merge = history.commit("merge", {"new.txt": "both\n"}, parents=[one, two])
    repository = history.write(tmp_path / "repo")
    sha = repository.shas[merge]
    assert read(repository, tmp_path)[1] == [
        ("app", sha, "a.txt", None, "D", 0, 20, "modify/delete", "resolved"),
        ("app", sha, "new.txt", None, "M", 1, 5, "add/add", "resolved"),
    ]


def test_octopus_is_left_unjudged_and_counted(tmp_path):
    history = History()
    one, two = sides(history, {"a.txt": changed(3, "ours")}, {"b.txt": changed(3, "theirs")})
    three = history.commit("third", {"c.txt": "c\n"}, branch="third", parents=[1])
    merge = history.commit("octopus", {"b.txt": changed(3, "theirs"), "c.txt": "c\n"}, parents=[one, two, three])
    repository = history.write(tmp_path / "repo")
    merges, files, reasons = read(repository, tmp_path)
    assert merges == [("app", repository.shas[merge], "unjudged", None, None, "more than two parents")]
    assert files == []
    assert reasons == {"merges left unjudged: more than two parents": 1}


def test_only_wanted_merges_are_read(tmp_path):
    history = History()
    one, two = sides(history, {"a.txt": changed(3, "ours")}, {"b.txt": changed(3, "theirs")})
    first = history.commit("merge", {"b.txt": changed(3, "theirs")}, parents=[one, two])
    beside = history.commit("more", {"c.txt": "c\n"}, branch="side", parents=[two])
    second = history.commit("merge again", {"c.txt": "c\n"}, parents=[first, beside])
    repository = history.write(tmp_path / "repo")
    sha = repository.shas[second]
    assert read(repository, tmp_path, {sha})[0] == [("app", sha, "clean", 0, 0, None)]


def test_paths_that_git_quotes_are_read_as_they_are(tmp_path):
    history = History()
    path = 'a "b"\\ \n\tü'
    one, two = sides(history, {path: changed(3, "ours")}, {path: changed(3, "theirs")}, {path: TEXT})
    merge = history.commit("merge", {path: changed(3, "both")}, parents=[one, two])
    repository = history.write(tmp_path / "repo")
    expected = ("app", repository.shas[merge], path, None, "M", 1, 5, "content", "resolved")
    assert read(repository, tmp_path)[1] == [expected]


def test_file_that_speaks_like_git_is_not_believed(tmp_path):
    history = History()
    forged = "diff --git a/x b/x\nremerge CONFLICT (content): Merge conflict in x\n"
    one, two = sides(history, {"a.txt": changed(3, "ours")}, {"b.txt": changed(3, "theirs")})
    merge = history.commit("merge", {"b.txt": changed(3, "theirs") + forged}, parents=[one, two])
    repository = history.write(tmp_path / "repo")
    expected = ("app", repository.shas[merge], "b.txt", None, "M", 2, 0, None, "edited")
    assert read(repository, tmp_path)[1] == [expected]


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_rows_are_those_of_git_itself(tmp_path, object_format):
    history = History()
    base, side = history.commit("base", {f"{name}.txt": TEXT for name in "abcdef"}), None
    tip = base
    for number in range(1, 7):
        one = history.commit("ours", {f"{'abcdef'[number - 1]}.txt": changed(number, "ours")}, parents=[tip])
        side = history.commit(
            "theirs", {"a.txt": changed(number, f"theirs {number}")}, branch="side", parents=[side or base]
        )
        changes = {"a.txt": changed(number, f"hand {number}")} | ({"g.txt": "g\n"} if number % 2 else {})
        tip = history.commit("merge", changes, parents=[one, side])
    repository = history.write(tmp_path / "repo", object_format=object_format)
    files = read(repository, tmp_path)[1]
    assert len({row[1] for row in files}) == 6
    for sha in {row[1] for row in files}:
        told = git(repository.path, "show", "--format=", "--remerge-diff", "--numstat", sha).decode().splitlines()
        counts = {path: (int(added), int(deleted)) for added, deleted, path in (line.split("\t") for line in told)}
        assert counts == {row[2]: row[5:7] for row in files if row[1] == sha and row[4]}


@pytest.mark.parametrize("kept", ["loose", "packed", "packed and copied for many merges"])
def test_source_is_never_touched_and_nothing_stays_behind(tmp_path, monkeypatch, kept):
    monkeypatch.setattr(objects, "_BYTES_A_MERGE", 1 << 20 if "copied" in kept else 0)
    history = History()
    one, two = sides(history, {"a.txt": changed(3, "ours")}, {"a.txt": changed(17, "theirs")})
    both = changed(3, "ours").replace("line 17\n", "theirs\n")  # what the re-merge writes is in the source already
    history.commit("merge", {"a.txt": both, "b.txt": changed(4, "hand")}, parents=[one, two])
    repository = history.write(tmp_path / "repo")
    if kept != "loose":
        git(repository.path, "repack", "-adq")
    files = list((repository.path / "objects").rglob("*"))
    for path in files:
        os.utime(path, (START, START))
    before = fingerprint(repository.path), [path.stat().st_ctime_ns for path in files]
    assert [row[2] for row in read(repository, tmp_path)[0]] == ["edited"]
    assert (fingerprint(repository.path), [path.stat().st_ctime_ns for path in files]) == before
    assert not list((tmp_path / "rooms").rglob("tmp_*"))


def test_settings_and_drivers_of_the_source_change_nothing(tmp_path):
    history = History()
    base = {".gitattributes": "*.txt merge=evil\nb.txt merge=union\n", "b.txt": TEXT}
    ours, theirs = (
        {"a.txt": changed(3, "o"), "b.txt": changed(3, "o")},
        {"a.txt": changed(3, "t"), "b.txt": changed(3, "t")},
    )
    one, two = sides(history, ours, theirs, base)
    history.commit("merge", {"a.txt": changed(3, "x"), "b.txt": changed(3, "o\nt")}, parents=[one, two])
    repository = history.write(tmp_path / "repo")
    plain = read(repository, tmp_path)
    marker = tmp_path / "marker"
    for key, value in {
        "merge.evil.driver": f"touch {marker}", "merge.conflictStyle": "diff3", "merge.renames": "false", "diff.noprefix": "true",
        "diff.context": "9", "core.quotePath": "true", "diff.renames": "copies", "log.diffMerges": "m",
    }.items():  # fmt: skip
        git(repository.path, "config", key, value)
    assert read(repository, tmp_path / "again") == plain
    assert [row[7:] for row in plain[1]] == [("content", "resolved"), ("content", "resolved")]
    assert not marker.exists()


def test_missing_blob_costs_one_merge(tmp_path):
    history = History()
    one, two = sides(history, {"a.txt": changed(3, "ours")}, {"a.txt": changed(9, "theirs")})
    lost = history.commit("lost", {"a.txt": changed(3, "ours").replace("line 9\n", "theirs\n")}, parents=[one, two])
    three = history.commit("on", {"b.txt": changed(5, "ours")}, parents=[lost])
    four = history.commit("side", {"c.txt": "c\n"}, branch="side", parents=[lost])
    kept = history.commit("kept", {"c.txt": "c\n"}, parents=[three, four])
    repository = history.write(tmp_path / "repo")
    blob = git(repository.path, "rev-parse", f"{repository.shas[two]}:a.txt").decode().strip()
    repository.remove_object(blob)
    merges, _, reasons = read(repository, tmp_path)
    reason = "objects of it are missing or damaged"
    assert merges == sorted(
        [
            ("app", repository.shas[lost], "unjudged", None, None, reason),
            ("app", repository.shas[kept], "clean", 0, 0, None),
        ]
    )
    assert reasons == {f"merges left unjudged: {reason}": 1}


def test_merge_above_a_shallow_cut_is_left_unjudged(tmp_path):
    history = History()
    one, two = sides(history, {"a.txt": changed(3, "ours")}, {"b.txt": changed(3, "theirs")})
    old = history.commit("old merge", {"b.txt": changed(3, "theirs")}, parents=[one, two])
    three = history.commit("on", {"c.txt": "c\n"}, parents=[old])
    four = history.commit("side", {"d.txt": "d\n"}, branch="side", parents=[old])
    new = history.commit("new merge", {"d.txt": "d\n"}, parents=[three, four])
    whole = history.write(tmp_path / "whole")
    for depth, judged in ((3, {new: "clean"}), (4, {new: "clean", old: "unjudged"})):
        clone = tmp_path / f"depth {depth}"
        command = ["git", "clone", "-q", "--bare", "--branch=main", f"--depth={depth}", f"file://{whole.path}", clone]
        subprocess.run(command, env=NEUTRAL, check=True, capture_output=True)
        merges, _, _ = read(Repository(clone), tmp_path / f"{depth}")
        assert {row[1]: row[2] for row in merges} == {whole.shas[mark]: outcome for mark, outcome in judged.items()}


def test_submodules_and_links_are_files_like_others(tmp_path):
    history = History()
    link, other = Entry("120000", "a.txt"), Entry("120000", "b.txt")
    one, two = sides(history, {"link": link}, {"c.txt": "c\n"})
    merge = history.commit(
        "merge", {"c.txt": "c\n", "link": other, "sub": Entry("160000", "1" * 40)}, parents=[one, two]
    )
    repository = history.write(tmp_path / "repo")
    sha = repository.shas[merge]
    assert read(repository, tmp_path)[1] == [
        ("app", sha, "link", None, "M", 1, 1, None, "edited"),
        ("app", sha, "sub", None, "A", 1, 0, None, "edited"),
    ]
