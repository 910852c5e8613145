"""Who had written the lines that a commit deleted: told by blame of these lines alone, no further back than thirty days."""

from pathlib import Path

import pytest
from repositories import START, Entry, History, Repository, git, mined_rows, project, query

from retro.analyses.deleted_lines import Deleting, deleted_line_origins
from retro.git import open_room
from retro.pipeline import mine
from retro.pipeline.deleted_lines import judge_deleted_lines

DAY = 86_400
BEGUN = START - 90 * DAY


class Told:
    """A repository whose commits are known by name, and what is told of one of them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.history, self.names = folder, History(), []

    def commit(self, name: str, changes: dict, days: float, parents: tuple[int, ...] | None = None) -> int:
        """Adds a commit of that name, so many days after the beginning."""
        self.names.append(name)
        return self.history.commit(name, changes, at=BEGUN + round(days * DAY), parents=parents)

    def origins(self, name: str, *recent: str, left_out: tuple[str, ...] = ()) -> tuple[dict[str, int], tuple]:
        """Lines by the commit that had written them; deleted, judged and older lines, files and skipped files."""
        made = self.history.write(self.folder / "repository")
        sha = made.shas[self.names.index(name) + 1]
        at = int(git(made.path, "log", "-1", "--format=%at", sha))
        room = open_room(made.path, self.folder / "rooms")
        (judged,) = deleted_line_origins(room, "app", [Deleting(sha, at, frozenset(recent), left_out)])
        names = {found: self.names[mark - 1] for mark, found in made.shas.items()}
        ((_, _, *counts, _),) = judged.checks.rows()
        return {names[origin]: count for _, _, origin, count, _ in judged.origins.rows()}, tuple(counts)


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


def test_lines_count_for_the_commit_that_wrote_them(told: Told) -> None:
    told.commit("one", {"a.py": "1\n2\n3\n"}, 0)
    told.commit("two", {"a.py": "1\n2\n3\n4\n5\n"}, 10)
    told.commit("cut", {"a.py": "1\nnew\n"}, 20)
    assert told.origins("cut", "a.py") == ({"one": 2, "two": 2}, (4, 4, 0, 1, 0))


def test_line_of_more_than_thirty_days_is_old_whoever_wrote_it(told: Told) -> None:
    told.commit("one", {"a.py": "1\n2\n3\n"}, 0)
    told.commit("two", {"a.py": "1\n2\n3\n4\n"}, 40)
    told.commit("cut", {"a.py": "1\n"}, 50)
    assert told.origins("cut", "a.py") == ({"two": 1}, (3, 3, 2, 1, 0))


def test_file_that_nothing_touched_lately_is_old_without_a_blame(told: Told) -> None:
    told.commit("one", {"a.py": "1\n2\n3\n"}, 0)
    told.commit("cut", {"a.py": "1\n"}, 50)
    assert told.origins("cut") == ({}, (2, 2, 2, 1, 0))


def test_whitespace_moves_no_line_to_another_commit(told: Told) -> None:
    told.commit("one", {"a.py": "if x:\n    y\n"}, 0)
    told.commit("two", {"a.py": "if x:\n        y\n"}, 5)
    told.commit("cut", {"a.py": "if x:\n"}, 9)
    assert told.origins("cut", "a.py") == ({"one": 1}, (1, 1, 0, 1, 0))


def test_generated_paths_links_and_binary_files_are_left_out(told: Told) -> None:
    told.commit("one", {"a.lock": "1\n2\n", "l": Entry("120000", "b"), "b": b"\0\n1\n", "c.py": "1\n2\n"}, 0)
    told.commit("cut", {"a.lock": None, "l": None, "b": None, "c.py": "1\n"}, 5)
    assert told.origins("cut", "a.lock", "l", "b", "c.py", left_out=("a.lock",)) == ({"one": 1}, (1, 1, 0, 1, 0))


def test_files_beyond_the_fiftieth_are_counted_as_skipped(told: Told) -> None:
    told.commit("one", {f"{number:02}.py": "1\n2\n" for number in range(52)}, 0)
    told.commit("cut", {f"{number:02}.py": "1\n" for number in range(52)}, 5)
    paths = [f"{number:02}.py" for number in range(52)]
    assert told.origins("cut", *paths) == ({"one": 50}, (52, 50, 0, 52, 2))


def test_renamed_file_is_followed_to_its_old_name(told: Told) -> None:
    told.commit("one", {"a.py": "".join(f"line {number}\n" for number in range(20))}, 0)
    told.commit("cut", {"a.py": None, "b.py": "".join(f"line {number}\n" for number in range(18))}, 5)
    assert told.origins("cut", "a.py") == ({"one": 2}, (2, 2, 0, 1, 0))


def begun_history() -> History:
    """A sprint in which a commit deletes lines of an old and of a young commit."""
    made = History()
    made.commit("feat: begin", {"a.py": "1\n2\n3\n", "old.py": "1\n2\n"}, at=START - 80 * DAY)
    made.commit("feat: more", {"a.py": "1\n2\n3\n4\n"}, at=START)
    made.commit("fix: less", {"a.py": "1\n", "old.py": "1\n"}, at=START + DAY)
    return made


def build_history(folder: Path) -> Repository:
    """The repository with that sprint."""
    return begun_history().write(folder)


def test_lines_of_a_sprint_are_asked_for_once(tmp_path: Path) -> None:
    made = build_history(tmp_path / "app")
    root = project(tmp_path / "project", made)
    mine(root)
    assert judge_deleted_lines(root, "1") == {}
    checks = query(
        root, "select commit_sha, deleted_lines, judged_lines, older_lines, file_count from deleted_line_checks"
    )
    assert checks == [(made.shas[3], 4, 4, 3, 2)]
    assert query(root, "select commit_sha, origin_sha, line_count from deleted_lines") == [
        (made.shas[3], made.shas[2], 1)
    ]
    before = (root / "data" / "retro.duckdb").stat().st_mtime_ns
    assert judge_deleted_lines(root, "1") == {}
    assert (root / "data" / "retro.duckdb").stat().st_mtime_ns == before
    assert mined_rows(root)


SECOND_SPRINT = '[[sprints.named]]\nid = "2"\nstart = 2026-03-16\nend = 2026-03-29\n'


def test_lines_deleted_between_two_sprints_are_asked_for_too(tmp_path: Path) -> None:
    history = History()
    history.commit("feat: begin", {"a.py": "1\n2\n3\n"}, at=START)
    history.commit("fix: less", {"a.py": "1\n"}, at=START + 13 * DAY)
    history.commit("feat: more", {"b.py": "1\n"}, at=START + 20 * DAY)
    made = history.write(tmp_path / "app")
    root = project(tmp_path / "project", made, more=SECOND_SPRINT)
    mine(root)
    assert judge_deleted_lines(root, "1") == {}
    assert query(root, "select commit_sha from deleted_line_checks") == []
    assert judge_deleted_lines(root, "2") == {}
    assert query(root, "select commit_sha, origin_sha, line_count from deleted_lines") == [
        (made.shas[2], made.shas[1], 2)
    ]


def test_lines_are_judged_again_when_their_file_becomes_a_generated_one(tmp_path: Path) -> None:
    made = build_history(tmp_path / "app")
    root = project(tmp_path / "project", made)
    mine(root)
    judge_deleted_lines(root, "1")
    grown = begun_history()
    grown.commit("docs: say more", {".gitattributes": "a.py linguist-generated\n"}, at=START + 2 * DAY)
    made.grow(grown)
    mine(root)
    assert judge_deleted_lines(root, "1") == {}
    assert query(root, "select commit_sha, deleted_lines, older_lines from deleted_line_checks") == [
        (made.shas[3], 1, 1)
    ]
    assert query(root, "select * from deleted_lines") == []


def test_repository_that_is_gone_costs_only_its_own_lines(tmp_path: Path) -> None:
    made = build_history(tmp_path / "app")
    root = project(tmp_path / "project", made)
    mine(root)
    made.path.rename(tmp_path / "elsewhere")
    assert list(judge_deleted_lines(root, "1")) == ["app"]
    assert query(root, "select * from deleted_line_checks") == []
