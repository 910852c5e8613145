"""Changed functions: which ones a commit touched, how complex they were, and what could not be told."""

from collections.abc import Sequence
from pathlib import Path

from repositories import Entry, History, Moved, Repository, git

from retro.analyses import functions
from retro.analyses.function_changes import FunctionChange, function_changes
from retro.git import Room, open_room

ONE = b"def f():\n    pass\n"


def changed(before: Sequence, after: Sequence, hunks: Sequence) -> list[tuple]:
    return [tuple(vars(change).values()) for change in function_changes(before, after, hunks)]


def test_function_keeps_its_identity_when_it_moves():
    before = [("f", 1, 4, 2, 0), ("g", 6, 9, 1, 0)]
    after = [("f", 1, 4, 2, 0), ("g", 8, 12, 3, 1)]
    assert changed(before, after, [(5, 0, 5, 2), (8, 1, 10, 2)]) == [("g", 8, 12, "modified", 2, 1, 1, 3, 1)]


def test_twins_are_told_apart_by_their_line_then_by_their_order():
    before = [("init", 1, 2, 1, 0), ("init", 4, 5, 2, 0), ("init", 7, 8, 3, 0)]
    after = [("init", 1, 2, 2, 0), ("init", 5, 6, 3, 0), ("init", 8, 9, 4, 0)]
    assert changed(before, after, [(4, 5, 4, 6)]) == [
        ("init", 5, 6, "modified", 2, 2, 2, 3, 0),
        ("init", 8, 9, "modified", 2, 2, 3, 4, 0),
    ]


def test_functions_without_a_name_are_paired_only_when_none_came_or_went():
    before = [("(anonymous)", 1, 2, 1, 0)]
    after = [("(anonymous)", 1, 2, 2, 0), ("(anonymous)", 3, 4, 5, 0)]
    assert changed(before, after, [(1, 2, 1, 4)]) == [
        ("(anonymous)", 1, 2, "added", 2, 0, None, 2, 0),
        ("(anonymous)", 1, 2, "deleted", 0, 2, 1, None, 0),
        ("(anonymous)", 3, 4, "added", 2, 0, None, 5, 0),
    ]


def test_lines_of_an_inner_function_count_for_both():
    inner, outer = ("f.g", 2, 3, 1, 0), ("f", 1, 5, 1, 0)
    assert changed([inner, outer], [inner, outer], [(3, 1, 3, 1)]) == [
        ("f", 1, 5, "modified", 1, 1, 1, 1, 0),
        ("f.g", 2, 3, "modified", 1, 1, 1, 1, 0),
    ]


def test_line_outside_every_function_touches_none():
    assert function_changes([("f", 3, 5, 1, 0)], [("f", 4, 6, 1, 0)], [(2, 1, 2, 2), (6, 0, 7, 4)]) == []


def test_deleted_line_at_either_end_counts():
    function = ("f", 3, 6, 1, 0)
    assert function_changes([function], [("f", 3, 5, 1, 0)], [(6, 1, 6, 0)]) == [
        FunctionChange("f", 3, 5, "modified", 0, 1, 1, 1, 0)
    ]


A = "class A:\n    def run(self):\n        return 1\n\n\ndef old(x):\n    return x\n"
B = "import os\n\n\nclass A:\n    def run(self):\n        if os:\n            return 1\n\n\ndef new(x):\n    return x\n"


def judged_commits(tmp_path: Path, history: History, numbers: Sequence[int]) -> tuple[Repository, list, list]:
    repository = history.write(tmp_path / "repo")
    room = open_room(repository.path, tmp_path / "rooms")
    return repository, *rows_of(room, [repository.shas[number] for number in numbers])


def rows_of(room: Room, shas: Sequence[str]) -> tuple[list, list]:
    """Rows of both tables without the digest and the repository's name, in order."""
    found = list(functions.commit_functions(room, "app", shas))
    assert sum(one.commit_count for one in found) == len(shas)
    digest = functions.rules_digest()
    rows = []
    for frames in ([one.functions for one in found], [one.files for one in found]):
        raw = sorted(row for frame in frames for row in frame.iter_rows())
        assert {(row[0], row[-1]) for row in raw} <= {("app", digest)}
        rows.append([row[1:-1] for row in raw])
    return rows[0], rows[1]


def test_commits_give_the_functions_they_changed(tmp_path):
    history = History()
    history.commit("one", {"a.py": A})
    history.commit("two", {"a.py": B, "notes.md": "def x():\n"})
    history.commit("three", {"pkg/b.py": Moved("a.py")})
    history.commit("four", {"pkg/b.py": None})
    repository, rows, files = judged_commits(tmp_path, history, [1, 2, 3, 4])
    one, two, three, four = (repository.shas[number] for number in range(1, 5))
    assert rows == sorted(
        [
            (one, "a.py", "A.run", 2, 3, "added", 2, 0, None, 1, 1, "Python"),
            (one, "a.py", "old", 6, 7, "added", 2, 0, None, 1, 1, "Python"),
            (two, "a.py", "A.run", 5, 7, "modified", 2, 1, 1, 2, 1, "Python"),
            (two, "a.py", "new", 10, 11, "added", 1, 0, None, 1, 1, "Python"),
            (two, "a.py", "old", 6, 7, "deleted", 0, 1, 1, None, 1, "Python"),
            (four, "pkg/b.py", "A.run", 5, 7, "deleted", 0, 3, 2, None, 1, "Python"),
            (four, "pkg/b.py", "new", 10, 11, "deleted", 0, 2, 1, None, 1, "Python"),
        ]
    )
    assert files == sorted(
        [
            (one, "a.py", "parsed", None),
            (two, "a.py", "parsed", None),
            (three, "pkg/b.py", "parsed", None),
            (four, "pkg/b.py", "parsed", None),
        ]
    )


def test_file_that_cannot_be_told_has_its_reason(tmp_path):
    history = History()
    history.commit(
        "one",
        {
            "go.sh": "f() { :; }\n",
            "vendor/x.py": ONE,
            "a_pb2.py": ONE,
            "gen.go": "// Code generated by x. DO NOT EDIT.\npackage a\nfunc F() {}\n",
            "big.py": ONE + b"#" * 1_000_000,
            "bin.py": b"\0" + ONE,
            "deep.rb": b"do " * 300_000,
            "link.py": Entry("120000", "a.py"),
            "logo.png": b"\0",
            "kept.py": ONE,
        },
    )
    repository, rows, files = judged_commits(tmp_path, history, [1])
    sha = repository.shas[1]
    assert rows == [(sha, "kept.py", "f", 1, 2, "added", 2, 0, None, 1, 0, "Python")]
    assert [row[1:] for row in files] == [
        ("a_pb2.py", "left_out", "generated by name"),
        ("big.py", "failed", "too large"),
        ("bin.py", "failed", "binary"),
        ("deep.rb", "failed", "nested too deeply"),
        ("gen.go", "left_out", "generated by its text: go-header"),
        ("go.sh", "failed", "no parser for the language"),
        ("kept.py", "parsed", None),
        ("vendor/x.py", "left_out", "vendored by name"),
    ]


def test_same_content_under_two_names_is_parsed_as_each(tmp_path):
    history = History()
    history.commit(
        "one", {"a.js": "class A { f() { } }\n", "a.java": "class A { f() { } }\n", "b.js": "class A { f() { } }\n"}
    )
    _, rows, _ = judged_commits(tmp_path, history, [1])
    assert [row[1:3] for row in rows] == [("a.java", "A::f"), ("a.js", "A.f"), ("b.js", "A.f")]


def test_merge_has_no_functions(tmp_path):
    history = History()
    one = history.commit("one", {"a.py": A})
    two = history.commit("two", {"b.py": A}, branch="side", parents=[one])
    history.commit("three", {"c.py": A}, parents=[one])
    merge = history.commit("merge", {"a.py": B, "b.py": A}, parents=[3, two])
    _, rows, files = judged_commits(tmp_path, history, [merge])
    assert (rows, files) == ([], [])


def test_commit_with_a_missing_blob_costs_only_itself(tmp_path):
    history = History()
    for number in range(1, 6):
        history.commit(f"step {number}", {"a.py": f"def f():\n    return {number}\n", "data.json": f"{number}\n"})
    repository = history.write(tmp_path / "repo")
    repository.remove_object(git(repository.path, "rev-parse", f"{repository.shas[3]}:data.json").decode().strip())
    room = open_room(repository.path, tmp_path / "rooms")
    rows, files = rows_of(room, list(repository.shas.values()))
    broken = {repository.shas[3], repository.shas[4]}
    assert {row[0] for row in rows} == set(repository.shas.values()) - broken
    assert {row[0]: row[2:] for row in files} == {
        sha: ("failed", "not comparable") if sha in broken else ("parsed", None) for sha in repository.shas.values()
    }


def test_missing_source_text_is_told(tmp_path):
    history = History()
    history.commit("one", {"a.py": ONE})
    repository = history.write(tmp_path / "repo")
    repository.remove_object(git(repository.path, "rev-parse", "main:a.py").decode().strip())
    rows, files = rows_of(open_room(repository.path, tmp_path / "rooms"), [repository.shas[1]])
    assert (rows, files) == ([], [(repository.shas[1], "a.py", "failed", "not comparable")])


def test_commit_of_very_many_files_is_not_parsed(tmp_path, monkeypatch):
    monkeypatch.setattr(functions, "_MOST_FILES", 2)
    history = History()
    history.commit("one", {f"{number}.py": ONE for number in range(3)} | {"vendor/x.py": ONE})
    history.commit("two", {"0.py": "def g():\n    pass\n", "1.py": A})
    repository, rows, files = judged_commits(tmp_path, history, [1, 2])
    assert {row[0] for row in rows} == {repository.shas[2]}
    assert sorted(row[1:] for row in files if row[0] == repository.shas[1]) == [
        *((f"{number}.py", "failed", "too many files in one commit") for number in range(3)),
        ("vendor/x.py", "left_out", "vendored by name"),
    ]


def test_batches_give_the_rows_of_one(tmp_path, monkeypatch):
    history = History()
    for number in range(1, 8):
        history.commit(
            f"step {number}", {"a.py": "".join(f"def f{n}():\n    return {number * n}\n\n\n" for n in range(number))}
        )
    repository, rows, files = judged_commits(tmp_path, history, range(1, 8))
    monkeypatch.setattr(functions, "_COMMITS_AT_ONCE", 2)
    again = rows_of(open_room(repository.path, tmp_path / "rooms"), [repository.shas[number] for number in range(1, 8)])
    assert again == (rows, files)


def test_nothing_asked_gives_nothing(tmp_path):
    history = History()
    history.commit("one", {"a.py": A})
    repository = history.write(tmp_path / "repo")
    assert list(functions.commit_functions(open_room(repository.path, tmp_path / "rooms"), "app", [])) == []
