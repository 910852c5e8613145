"""The census: where an identifier stands in a tree, exact and as a part of others, whatever the text and the tree."""

from pathlib import Path

import polars as pl
import pytest
from repositories import Entry, History, Repository, git, project

from retro.errors import UsageError
from retro.git import open_room
from retro.git.grep import find_lines
from retro.pipeline.census import census

SECRET = "ghp_" + "a1B2" * 9


def lines_of(repository: Repository, tmp_path: Path, *texts: str, paths: tuple[str, ...] = ()) -> list[tuple]:
    """Lines that git finds in the newest commit."""
    room = open_room(repository.path, tmp_path / "rooms")
    found = find_lines(room.path, repository.shas[max(repository.shas)], texts, paths)
    return [(line.path, line.number, line.text) for line in found.lines]


def test_lines_are_found_in_any_text_file_of_the_tree_and_no_other(tmp_path: Path) -> None:
    made = History()
    files = {
        "a b.py": "x\nneedle\r\nneedle and needle",
        "new\nline.txt": "a needle\n",
        ':(top)"ü.txt': "needle\n",
        b"\xff.txt": b"\xff needle\n",
        "binary.dat": b"\0 needle\n",
        "long.js": "y" * 9_000 + " needle " + "z" * 9_000 + "\n",
        "link": Entry("120000", "needle"),
        "module": Entry("160000", "1" * 40),
    }
    made.commit(changes=files)
    repository = made.write(tmp_path / "app")
    git(repository.path, "config", "grep.patternType", "perl")
    git(repository.path, "config", "grep.fullName", "false")
    found = lines_of(repository, tmp_path, "needle", "absent")
    assert found[-1] == ("new\nline.txt", 1, "a needle")
    assert [row for row in found if row[0] != "long.js"] == [
        (':(top)"ü.txt', 1, "needle"),
        ("\\xff.txt", 1, "\\xff needle"),
        ("a b.py", 2, "needle"),
        ("a b.py", 3, "needle and needle"),
        ("new\nline.txt", 1, "a needle"),
    ]
    ((_, number, text),) = [row for row in found if row[0] == "long.js"]
    assert (number, len(text) < 2_000, "y needle z" in text) == (1, True, True)
    assert lines_of(repository, tmp_path, "needle", paths=("a b.py", "*")) == found_in("a b.py", found)


def found_in(path: str, found: list[tuple]) -> list[tuple]:
    return [row for row in found if row[0] == path]


def test_content_that_is_not_in_the_clone_is_counted(tmp_path: Path) -> None:
    made = History()
    made.commit(changes={"a.py": "needle\n", "b.py": "needle 2\n"})
    whole = made.write(tmp_path / "app")
    whole.remove_object(git(whole.path, "rev-parse", f"{whole.shas[1]}:a.py").decode().strip())
    root = project(tmp_path / "project", whole)
    sections = census(root, "needle", None, None)
    assert sections["Summary"].select("place_count", "unread_count").rows() == [(1, 1)]
    assert census(root, "absent", None, None)["Summary"].select("place_count", "unread_count").rows() == [(0, 1)]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two commits and a tag; the warehouse is not made yet."""
    folder = tmp_path_factory.mktemp("census")
    made = History()
    made.commit(changes={"src/a.py": "m = 'gpt-4o'\n", "docs/a.md": "gpt-4o\n"})
    made.tag("v1", 1)
    changes = {
        "src/b.py": f"m = 'openai/gpt-4o' # {SECRET}\nn = 'gpt-4o-mini'\n",
        "src/prices.yaml": "gpt-4o-2024-08-06: 2.5\nmy-gpt-4o: 1\n",
        "tests/test_a.py": "assert m == 'gpt-4o'  # a(b*[c]$^\\1 \"q\" 'r'\n",
    }
    made.commit(changes=changes)
    areas = '[areas.app]\n"Backend" = ["src/**"]\n"Docs" = ["docs/**"]\n'
    return project(folder / "project", made.write(folder / "app"), more=areas)


def test_places_stand_exact_first_and_code_before_tests_and_documents(root: Path) -> None:
    sections = census(root, "gpt-4o", None, None)
    columns = ("form", "found", "area", "kind", "path", "line")
    assert sections["Places"].select(columns).rows() == [
        ("exact", "gpt-4o", "Backend", "code", "src/a.py", 1),
        ("exact", "gpt-4o", "Backend", "code", "src/b.py", 1),
        ("exact", "gpt-4o", "other", "test", "tests/test_a.py", 1),
        ("exact", "gpt-4o", "Docs", "documentation", "docs/a.md", 1),
    ]
    assert sections["Variants"].select(columns).rows() == [
        ("longer", "gpt-4o-mini", "Backend", "code", "src/b.py", 2),
        ("dated", "gpt-4o-2024-08-06", "Backend", "configuration", "src/prices.yaml", 1),
        ("longer", "my-gpt-4o", "Backend", "configuration", "src/prices.yaml", 2),
    ]
    counts = ("place_count", "file_count", "area_count", "own_place_count", "variant_count", "unread_count")
    assert sections["Summary"].select(counts).rows() == [(4, 4, 3, 2, 3, 0)]
    assert sections["Areas and kinds"].drop("repo").rows() == [
        ("Backend", "code", 2, 2, 1),
        ("Docs", "documentation", 1, 1, 0),
        ("other", "test", 1, 1, 0),
        ("Backend", "configuration", 0, 0, 2),
    ]
    assert not any(SECRET in str(frame.rows()) for frame in sections.values())


def test_first_and_last_change_are_those_of_the_files_that_hold_it(root: Path) -> None:
    hours = sorted(census(root, "gpt-4o", None, None)["Summary"].select("first_seen_at", "last_changed_at").row(0))
    assert [f"{at:%d %H:%M}" for at in hours] == ["25 07:13", "25 08:13"]


def test_model_with_its_provider_is_found_by_its_name_alone_as_a_variant(root: Path) -> None:
    sections = census(root, "openai/gpt-4o", None, None)
    assert sections["Places"].select("path", "line").rows() == [("src/b.py", 1)]
    assert set(sections["Variants"].select("form", "path").rows()) == {
        ("without provider", path) for path in ("src/a.py", "docs/a.md", "tests/test_a.py")
    }


@pytest.mark.parametrize(
    ("literal", "path"),
    [
        ("a(b*[c]$^\\1", "tests/test_a.py"),
        ("\"q\" 'r'", "tests/test_a.py"),
        ("gpt-4o-2024", None),
        ("x" * 10_000, None),
    ],
)
def test_text_means_itself(root: Path, literal: str, path: str | None) -> None:
    found = census(root, literal, None, "app")["Places"]
    assert found["path"].to_list() == ([path] if path else [])


def test_tree_of_a_revision_is_searched(root: Path) -> None:
    assert census(root, "gpt-4o", "v1", None)["Places"]["path"].to_list() == ["src/a.py", "docs/a.md"]
    assert census(root, "gpt-4o", "main~1", None)["Summary"]["place_count"].to_list() == [2]


@pytest.mark.parametrize(
    ("literal", "at", "repo", "told"),
    [
        ("", None, None, "is empty"),
        (" ", None, None, "is empty"),
        ("a\nb", None, None, "a line break"),
        ("a\0b", None, None, "a NUL"),
        ("x" * 10_001, None, None, "longer than 10,000 characters"),
        ("a\udcff", None, None, "not UTF-8"),
        ("a", "nope", None, "'nope' is no revision in app"),
        ("a", "--all", None, "is no revision"),
        ("a", "", None, "is no revision"),
        ("a", None, "ap", "no repository 'ap' in retro.toml; did you mean app?"),
    ],
)
def test_call_that_means_nothing_is_refused(
    root: Path, literal: str, at: str | None, repo: str | None, told: str
) -> None:
    with pytest.raises(UsageError, match=told.replace("?", r"\?")):
        census(root, literal, at, repo)


def test_answer_has_the_same_shape_without_a_place(root: Path) -> None:
    some, none = (census(root, literal, None, None) for literal in ("gpt-4o", "absent"))
    assert {title: frame.schema for title, frame in some.items()} == {title: f.schema for title, f in none.items()}
    assert all(isinstance(frame, pl.DataFrame) for frame in none.values())
