"""The commit that brought a bug in is told from messages and from lines, and a fix without an answer says why."""

import resource
from pathlib import Path

import pytest
from repositories import Entry, History, Moved, Repository, git

from retro.analyses.bug_origins import Fix, Origin, bug_origins, found_origins
from retro.analyses.bug_origins.code_lines import is_code
from retro.analyses.bug_origins.references import Reference, references
from retro.git import open_room
from retro.git.blame import Blamer

DAY = 86_400
NEWEST = 1_780_000_000


class Told:
    """A repository whose commits are known by name, and what is told of its fixes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.history, self.names = folder, History(), []

    def commit(self, name: str, changes: dict, *, days: int = 0, parents: tuple[int, ...] | None = None) -> int:
        """Adds a commit of that subject, so many days before NEWEST."""
        self.names.append(name)
        return self.history.commit(name, changes, parents=parents, at=NEWEST - days * DAY + len(self.names))

    def write(self) -> Repository:
        self.repository = self.history.write(self.folder / "repository")
        return self.repository

    def origin(self, fix: str, *, message: str = "", landed: dict[int, str] | None = None) -> Origin:
        """The origin of the commit called `fix`, its id replaced by its name."""
        sha = self.sha(fix)
        parents = git(self.repository.path, "rev-parse", f"{sha}^@").decode().split()
        room = open_room(self.repository.path, self.folder / "rooms")
        at = NEWEST + self.names.index(fix) + 1
        (found,) = found_origins(room, [Fix(sha, parents, message, at)], landed or {})
        return found[sha]

    def sha(self, name: str) -> str:
        """Id of the commit called `name`."""
        listed = git(self.repository.path, "log", "--all", "--format=%H %s").decode()
        return next(line.split()[0] for line in listed.splitlines() if line.partition(" ")[2] == name)


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


def test_deleted_code_of_one_young_commit_is_of_tier_high(told: Told) -> None:
    told.commit("begin", {"a.py": "one\ntwo\nthree\n"}, days=90)
    told.commit("bug", {"a.py": "one\nwrong\nthree\n"}, days=30)
    told.commit("fix", {"a.py": "one\nright\nthree\n"})
    told.write()
    assert told.origin("fix") == Origin(told.sha("bug"), "blame", "high", None, 1, 1, 1, 1, 0)


def test_an_old_origin_is_of_tier_low(told: Told) -> None:
    told.commit("bug", {"a.py": "one\nwrong\nthree\n"}, days=181)
    told.commit("fix", {"a.py": "one\nright\nthree\n"})
    told.write()
    assert told.origin("fix") == Origin(told.sha("bug"), "blame", "low", None, 1, 1, 1, 1, 0)


def test_the_most_recent_commit_with_a_quarter_of_the_lines_is_taken(told: Told) -> None:
    told.commit("begin", {"a.py": "1\n2\n3\n4\n5\n6\n7\n8\n"}, days=90)
    told.commit("bug", {"a.py": "1\nb\nb\nb\n5\n6\n7\n8\n"}, days=30)
    told.commit("detail", {"a.py": "1\nb\nb\nb\n5\n6\n7\nd\n"}, days=20)
    told.commit("fix", {"a.py": "right\n"})
    told.write()
    assert told.origin("fix") == Origin(told.sha("bug"), "blame", "medium", None, 8, 3, 3, 1, 0)


def test_a_fix_that_only_adds_lines_asks_the_lines_beside_them(told: Told) -> None:
    told.commit("begin", {"a.py": "one\nfour\n"}, days=90)
    told.commit("bug", {"a.py": "one\ntwo\nthree\nfour\n"}, days=30)
    told.commit("fix", {"a.py": "one\ntwo\ncheck\nthree\nfour\n"})
    told.write()
    assert told.origin("fix") == Origin(told.sha("bug"), "blame", "medium", None, 2, 2, 1, 1, 0)


def test_comments_blank_lines_and_whitespace_are_no_origin(told: Told) -> None:
    told.commit("bug", {"a.py": "def f():\n    wrong = 1\n# old\n\nlast\n"}, days=90)
    told.commit("noise", {"a.py": "def f():\n        wrong = 1\n# new\n\nlast\n"}, days=30)
    told.commit("fix", {"a.py": "def f():\n    right = 1\nlast\n"})
    told.write()
    assert told.origin("fix") == Origin(told.sha("bug"), "blame", "high", None, 1, 1, 1, 1, 0)


def test_tests_and_documents_count_only_without_other_code(told: Told) -> None:
    told.commit("bug", {"a.py": "wrong\n", "tests/test_a.py": "old\n", "README.md": "old\n"}, days=90)
    told.commit("later", {"tests/test_a.py": "later\n", "README.md": "later\n"}, days=30)
    told.commit("fix", {"a.py": "right\n", "tests/test_a.py": "new\n", "README.md": "new\n"})
    told.commit("fix of a test", {"tests/test_a.py": "newer\n", "README.md": "newer\n"})
    told.write()
    assert told.origin("fix") == Origin(told.sha("bug"), "blame", "high", None, 1, 1, 1, 1, 0)
    assert told.origin("fix of a test") == Origin(told.sha("fix"), "blame", "medium", None, 1, 1, 1, 1, 0)


def test_lines_are_followed_through_a_rename_and_back(told: Told) -> None:
    body = "".join(f"line {number}\n" for number in range(20))
    told.commit("begin", {"old.py": body}, days=90)
    told.commit("bug", {"old.py": body.replace("line 7\n", "wrong\n")}, days=30)
    told.commit("move", {"new.py": Moved("old.py")}, days=20)
    told.commit("fix", {"newest.py": body, "new.py": None})
    told.write()
    assert told.origin("fix") == Origin(told.sha("bug"), "blame", "high", None, 1, 1, 1, 1, 0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"new.py": "new\n"}, "only adds files"),
        ({"picture.png": b"\0\2"}, "no text lines"),
        ({"program.py": Entry("100755", "same\n")}, "no text lines"),
        ({"module": Entry("160000", "2" * 40)}, "no text lines"),
        ({}, "no text lines"),
    ],
)
def test_a_fix_without_lines_says_so(told: Told, changes: dict, reason: str) -> None:
    first = {"picture.png": b"\0\1", "program.py": "same\n", "module": Entry("160000", "1" * 40)}
    told.commit("begin", first, days=30)
    told.commit("fix", changes)
    told.write()
    assert told.origin("fix") == Origin(reason=reason)


def test_merges_roots_and_boundaries_say_so(told: Told) -> None:
    first = told.commit("begin", {"a.py": "one\n"}, days=30)
    second = told.commit("beside", {"b.py": "two\n"}, days=20)
    told.history.commit("merge", {"a.py": "three\n"}, parents=[second, first], at=NEWEST)
    told.names.append("merge")
    told.write()
    assert told.origin("begin") == Origin(reason="root commit")
    assert told.origin("merge") == Origin(reason="merge")
    room = open_room(told.repository.path, told.folder / "rooms")
    boundary = Fix(told.sha("beside"), [], "", NEWEST, is_boundary=True)
    assert list(found_origins(room, [boundary], {})) == [{boundary.commit_sha: Origin(reason="shallow boundary")}]


def test_lines_from_beyond_a_shallow_boundary_have_no_origin(told: Told) -> None:
    told.commit("begin", {"a.py": "one\n"}, days=90)
    told.commit("boundary", {"b.py": "two\n"}, days=30)
    told.commit("fix", {"a.py": "right\n"})
    told.write()
    shallow = told.folder / "shallow"
    source = told.repository.path.as_uri()
    git(told.folder, "clone", "-q", "--bare", "--depth=2", source, str(shallow))
    room = open_room(shallow, told.folder / "rooms")
    fix = Fix(told.sha("fix"), [told.sha("boundary")], "", NEWEST)
    (found,) = found_origins(room, [fix], {})
    assert found == {fix.commit_sha: Origin(None, None, None, "beyond the shallow boundary", 1, 1, 1, 1, 0)}


def test_missing_content_costs_only_the_fix_that_needs_it(told: Told) -> None:
    told.commit("bug", {"a.py": "wrong\n", "b.py": "wrong too\n"}, days=30)
    told.commit("fix", {"a.py": "right\n"})
    told.commit("other fix", {"b.py": "right too\n"})
    path = told.write().path
    blob = git(path, "rev-parse", f"{told.sha('bug')}:a.py").decode().strip()
    (path / "objects" / blob[:2] / blob[2:]).unlink()
    room = open_room(path, told.folder / "rooms")
    fixes = [Fix(told.sha(name), ["parent"], "", NEWEST) for name in ("fix", "other fix")]
    assert list(found_origins(room, fixes, {})) == [
        {
            told.sha("fix"): Origin(reason="not comparable"),
            told.sha("other fix"): Origin(told.sha("bug"), "blame", "high", None, 1, 1, 1, 1, 0),
        }
    ]


@pytest.mark.parametrize(("path", "size"), [(b"\xff.py", 1), ("a.py", 2_000_001)])
def test_a_file_that_cannot_be_read_costs_only_itself(told: Told, path: str | bytes, size: int) -> None:
    told.commit("bug", {path: "x" * size + "\nwrong\n", "b.py": "wrong\n"}, days=30)
    told.commit("fix", {path: "x" * size + "\nright\n"})
    told.commit("fix of both", {path: "x" * size + "\nbest\n", "b.py": "best\n"})
    told.write()
    alone, both = told.origin("fix"), told.origin("fix of both")
    assert (alone.commit_sha, alone.reason, alone.skipped_file_count) == (None, "not readable", 1)
    assert (both.commit_sha, both.reason, both.skipped_file_count) == (told.sha("bug"), None, 1)


def test_a_fix_of_500_files_asks_50_and_says_so(told: Told) -> None:
    told.commit("bug", {f"{number}.py": "wrong\n" for number in range(500)}, days=30)
    told.commit("fix", {f"{number}.py": "right\n" for number in range(500)})
    told.write()
    assert told.origin("fix") == Origin(told.sha("bug"), "blame", "high", None, 50, 50, 1, 50, 450)


def test_a_name_in_the_message_counts_when_it_is_an_ancestor(told: Told) -> None:
    told.commit("named", {"b.py": "one\n"}, days=60)
    told.commit("blamed", {"a.py": "wrong\n"}, days=30)
    told.commit("fix", {"a.py": "right\n"})
    told.commit("later", {"a.py": "later\n"})
    told.write()
    named, blamed, later = (told.sha(name) for name in ("named", "blamed", "later"))
    by_blame = Origin(blamed, "blame", "high", None, 1, 1, 1, 1, 0)
    assert told.origin("fix", message=f"Revert\n\nThis reverts commit {named}.") == Origin(named, "revert", "explicit")
    assert told.origin("fix", message=f"Mend\n\nFixes: {named[:12]} (x)") == Origin(named, "named", "explicit")
    assert told.origin("fix", message="A regression from #12", landed={12: named}) == Origin(
        named, "named pull request", "explicit"
    )
    assert told.origin("fix", message="A regression from #13", landed={12: named}) == by_blame
    assert told.origin("fix", message=f"This reverts commit {later}.") == by_blame
    assert told.origin("fix", message=f"Fixes: {'0' * 39}1") == by_blame


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("Revert x\n\nThis reverts commit 0f0d1e29.", [Reference("revert", "0f0d1e29")]),
        ('Fixes: 0f0d1e29a3b4 ("Add it")', [Reference("named", "0f0d1e29a3b4")]),
        ("Fix a bug introduced in\n0f0d1e29", [Reference("named", "0f0d1e29")]),
        ("It was broken by commit 0f0d1e29 (Add it)", [Reference("named", "0f0d1e29")]),
        ("0f0d1e29 (Add it) introduced a leak", [Reference("named", "0f0d1e29")]),
        ("regression from https://example.org/a/b/commit/0f0d1e29", [Reference("named", "0f0d1e29")]),
        ("Bug introduced in #12", [Reference("named pull request", "12")]),
        ("Caused by pull request !12", [Reference("named pull request", "12")]),
        ("Bug in 0f0d1e29 and regression in 1f0d1e29", []),
        ("This reverts commits 0f0d1e29 and 1f0d1e29", []),
        ("Fix a problem with defaced names", []),
        ("Fix an error in 1234567 rows", []),
        ("Closes #12. See 0f0d1e29.", []),
    ],
)
def test_only_what_is_called_the_origin_is_one(message: str, found: list[Reference]) -> None:
    assert references(message) == found


def test_references_of_a_hostile_message_take_no_time() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    for text in ("bug " * 100_000, "0f0d1e29 (" * 50_000, "introduced in the commit " * 50_000, "`" * 500_000):
        references(text)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 2


@pytest.mark.parametrize(
    ("path", "line", "is_one"),
    [
        ("a.py", "x = 1  # why", True),
        ("a.py", "  # why", False),
        ("a.c", "#include <a.h>", True),
        ("a.c", " * why", False),
        ("a.c", "*pointer = 1;", True),
        ("a.sql", "-- why", False),
        ("a.md", "words", False),
        ("Makefile", "# why", False),
        ("a.py", "   ", False),
    ],
)
def test_blank_lines_and_comments_are_no_code(path: str, line: str, is_one: bool) -> None:
    assert is_code(path, line) is is_one


def test_a_graph_of_the_source_is_never_read_and_an_own_damaged_one_costs_nothing(told: Told) -> None:
    told.commit("begin", {"a.py": "one\n"}, days=60)
    told.commit("bug", {"a.py": "wrong\n"}, days=30)
    told.commit("fix", {"a.py": "right\n"})
    path = told.write().path
    (path / "objects" / "info").mkdir(exist_ok=True)
    (path / "objects" / "info" / "commit-graph").write_bytes(b"CGPH\1\1\3\0" + b"\0" * 200)
    room = open_room(path, told.folder / "rooms")
    blamer = Blamer(room.path, room.place.objects)
    plain = blamer.blame(told.sha("bug"), "a.py", [(1, 1)])
    blamer.write_graph([told.sha("fix")])
    graph = blamer.path / "objects" / "info" / "commit-graph"
    assert graph.read_bytes()[:4] == b"CGPH" and graph.stat().st_size > 300
    assert blamer.blame(told.sha("bug"), "a.py", [(1, 1)]) == plain
    graph.chmod(0o644)
    graph.write_bytes(graph.read_bytes()[:90])
    assert blamer.blame(told.sha("bug"), "a.py", [(1, 1)]) == plain
    assert [line.commit_sha for line in plain] == [told.sha("bug")]


def test_rows_are_whole(told: Told) -> None:
    told.commit("bug", {"a.py": "wrong\n"}, days=30)
    told.commit("fix", {"a.py": "right\n"})
    told.write()
    room = open_room(told.repository.path, told.folder / "rooms")
    fixes = [Fix(told.sha("fix"), [told.sha("bug")], "", NEWEST), Fix(told.sha("bug"), [], "", NEWEST)]
    ((count, rows),) = bug_origins(room, "app", fixes, {})
    assert count == 2
    assert [row[:-1] for row in rows.rows()] == [
        ("app", told.sha("fix"), told.sha("bug"), "blame", "high", 0.86, None, 1, 1, 1, 1, 0, "inferred"),
        ("app", told.sha("bug"), None, None, None, None, "root commit", 0, 0, 0, 0, 0, "inferred"),
    ]
