"""The areas that `retro init` proposes."""

import pytest

from retro.project.areas import busy_folders, escape_glob, propose_areas, workspaces


def areas(touches: dict[str, int], *others: str) -> dict[str, list[str]]:
    """Areas where exactly the touched paths and `others` are there."""
    return propose_areas(touches, {*touches, *others})


def test_what_a_file_is_for_comes_before_where_it_lies() -> None:
    touches = {
        "api/tests/a.py": 2,
        "web/a.test.ts": 2,
        "web/README.md": 1,
        ".github/workflows/ci.yml": 1,
        "api/a.py": 3,
    }
    assert areas(touches) == {
        "Tests": ["tests/", "*.test.*"],
        "Docs": ["*.md"],
        "CI": [".github/"],
        "api": ["api/**"],
    }


def test_build_files_at_the_top_are_an_area_with_their_lock_files() -> None:
    touches = {"pyproject.toml": 3, "uv.lock": 5, "main.py": 1, "src/a.py": 1}
    assert areas(touches) == {"Build": ["/uv.lock", "/pyproject.toml"], "src": ["src/**"]}


def test_deepest_workspace_is_the_area_else_the_top_folder() -> None:
    touches = {"packages/api/a.ts": 3, "packages/web/b.ts": 3, "packages/x.ts": 2, "infra/prod/c.tf": 4}
    manifests = ("packages/api/package.json", "packages/web/package.json", "package.json")
    assert list(areas(touches, *manifests)) == ["infra", "packages/api", "packages/web", "packages"]


def test_folder_above_40_percent_is_split_and_what_is_left_stays_behind_its_parts() -> None:
    touches = {"src/app/api/a.py": 6, "src/app/web/b.py": 4, "src/app/main.py": 1, "infra/c.tf": 3}
    assert busy_folders(touches, (), 14) == ["src/app/api", "src/app/web", "infra", "src/app"]


def test_folder_that_holds_one_folder_alone_gives_way_to_it() -> None:
    assert busy_folders({"src/app/a.py": 9, "tools/b.py": 1}, (), 10) == ["src/app", "tools"]


def test_small_workspaces_of_one_folder_are_an_area_together_and_small_top_folders_are_none() -> None:
    touches = {f"packages/p{number}/a.py": 1 for number in range(20)} | {
        "core/a.py": 49,
        "core/b/c.py": 30,
        "tiny/a.py": 1,
    }
    roots = {f"packages/p{number}" for number in range(20)}
    assert busy_folders(touches, roots, 100) == ["core/b", "core", "packages"]


def test_there_are_ten_areas_at_most() -> None:
    touches = {f"folder{number:02}/a.py": 10 + number for number in range(30)} | {"docs/a.md": 9, "tests/a.py": 9}
    found = areas(touches)
    assert len(found) == 10
    assert list(found)[:4] == ["Tests", "Docs", "folder29", "folder28"]


@pytest.mark.parametrize(
    "path", ["vendor/lib/package.json", "node_modules/a/package.json", "pyproject.toml", "src/a.py"]
)
def test_no_workspace_at_the_top_or_of_others(path: str) -> None:
    assert workspaces([path]) == frozenset()


def test_folders_that_are_gone_and_names_that_cannot_be_written_are_left_out() -> None:
    touches = {"gone/a.py": 5, "a b/c.py": 1, " lead/x.py": 3, "new\nline/x.py": 3}
    assert propose_areas(touches, {"a b/c.py", " lead/x.py", "new\nline/x.py"}) == {"a b": ["a\\ b/**"]}


def test_nothing_touched_proposes_nothing() -> None:
    assert propose_areas({}, {"src/a.py"}) == {}


def test_a_folder_name_with_signs_of_globs_means_itself() -> None:
    assert escape_glob("a[1]*?/!b #c\\d") == "a\\[1\\]\\*\\?/\\!b\\ \\#c\\\\d"
