"""Area and language of a path, by its name alone."""

import pytest

from retro import tables
from retro.analyses.file_kinds import file_kinds, language, rules_digest, top_folder

AREAS = {
    "app": {
        "Tests": ("**/tests/**", "tests/**"),
        "Backend": ("services/**",),
        "Docs": ("docs/**", "*.md"),
    }
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("src/main.py", "Python"),
        ("types.pyi", "Python"),
        ("app.ts", "TypeScript"),
        ("APP.TS", "TypeScript"),
        ("model.R", "R"),
        ("Main.C", "C++"),
        ("Program.fs", "F#"),
        ("go.mod", None),
        ("run.go", "Go"),
        ("lib.rs", "Rust"),
        ("style.css", "CSS"),
        ("page.html", "HTML"),
        ("query.sql", "SQL"),
        ("book.ipynb", "Jupyter Notebook"),
        ("script.pl", "Perl"),
        ("README.md", "Markdown"),
        ("pyproject.toml", "TOML"),
        ("data.json", "JSON"),
        (".github/workflows/ci.yml", "YAML"),
        ("Makefile", "Makefile"),
        ("deep/CMakeLists.txt", "CMake"),
        ("Dockerfile", "Docker"),
        ("run.sh", "Bash"),
        ("notes.txt", None),
        ("logo.png", None),
        ("LICENSE", None),
        (".gitignore", None),
        (".py", None),
        ("src.py/file", None),
        ("odd.", None),
        ("", None),
    ],
)
def test_language_is_told_by_the_file_name(path: str, found: str | None) -> None:
    assert language(path) == found


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("src/main.py", "src"),
        ("src/deep/main.py", "src"),
        ("README.md", "/"),
        (".github/x.yml", ".github"),
        ("a b/c", "a b"),
    ],
)
def test_without_a_section_the_area_is_the_top_folder(path: str, area: str) -> None:
    assert top_folder(path) == (area, "top-folder")


@pytest.mark.parametrize(
    ("path", "area", "rule"),
    [
        ("tests/test_a.py", "Tests", "tests/**"),
        ("services/tests/test_a.py", "Tests", "**/tests/**"),
        ("services/api/main.py", "Backend", "services/**"),
        ("README.md", "Docs", "*.md"),
        ("services/README.md", "Backend", "services/**"),
        ("deep/README.md", "Docs", "*.md"),
        ("docs/logo.png", "Docs", "docs/**"),
        ("setup.py", "other", "none"),
        ("Docs/a", "other", "none"),
    ],
)
def test_area_is_the_first_with_a_glob_that_matches(path: str, area: str, rule: str) -> None:
    (row,) = file_kinds([("app", path)], AREAS).to_dicts()
    assert (row["area"], row["area_rule"]) == (area, rule)


def test_areas_of_one_repository_say_nothing_of_another() -> None:
    rows = file_kinds([("app", "tests/a.py"), ("web", "tests/a.ts"), ("web", "a")], AREAS)
    assert rows.drop("rules_digest").to_dicts() == [
        {"repo": "app", "path": "tests/a.py", "area": "Tests", "area_rule": "tests/**", "language": "Python"},
        {"repo": "web", "path": "tests/a.ts", "area": "tests", "area_rule": "top-folder", "language": "TypeScript"},
        {"repo": "web", "path": "a", "area": "/", "area_rule": "top-folder", "language": None},
    ]
    assert rows["rules_digest"].unique().to_list() == [rules_digest(AREAS)]


def test_rows_have_the_shape_of_their_table() -> None:
    assert file_kinds([], {}).schema == tables.schema("file_kinds")


def test_digest_changes_with_areas_and_their_order_not_with_that_of_repositories() -> None:
    app, web = AREAS["app"], {"All": ("**",)}
    swapped = {"app": dict(reversed(app.items()))}
    digests = [rules_digest(areas) for areas in ({}, {"app": app}, swapped, {"app": app, "web": web})]
    assert len(set(digests)) == 4
    assert rules_digest({"web": web, "app": app}) == rules_digest({"app": app, "web": web})
