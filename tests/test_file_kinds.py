"""Area, kind and language of a path."""

import pytest

from retro import tables
from retro.analyses.declared_kinds import Declaration
from retro.analyses.file_kinds import FileRules, file_kinds, language, top_folder

AREAS = {
    "Tests": ("**/tests/**", "tests/**"),
    "Backend": ("services/**",),
    "Docs": ("docs/**", "*.md"),
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
    (row,) = file_kinds("app", [path], FileRules(AREAS)).to_dicts()
    assert (row["area"], row["area_rule"]) == (area, rule)


def test_row_tells_area_kind_and_language_each_with_its_rule() -> None:
    rules = FileRules(AREAS, [Declaration(".gitattributes", 1, "generated", "*.ts", True)])
    rows = file_kinds("app", ["tests/a.py", "web/a.ts", "uv.lock", "a.xyz"], rules)
    assert rows.drop("repo", "rules_digest").rows() == [
        ("tests/a.py", "Tests", "tests/**", "test", "test-folder", "Python"),
        ("web/a.ts", "other", "none", "generated", "gitattributes", "TypeScript"),
        ("uv.lock", "other", "none", "lock", "lock-file", language("uv.lock")),
        ("a.xyz", "other", "none", "other", "none", None),
    ]
    assert rows.select("repo", "rules_digest").unique().rows() == [("app", rules.digest)]


def test_without_areas_the_top_folder_is_the_area() -> None:
    rows = file_kinds("web", ["tests/a.ts", "a"], FileRules())
    assert rows.select("path", "area", "area_rule").rows() == [
        ("tests/a.ts", "tests", "top-folder"),
        ("a", "/", "top-folder"),
    ]


def test_rows_have_the_shape_of_their_table() -> None:
    assert file_kinds("app", [], FileRules()).schema == tables.schema("file_kinds")


def test_digest_changes_with_areas_their_order_and_what_is_declared() -> None:
    declared = [
        Declaration(".gitattributes", 1, "generated", "*.ts", True),
        Declaration("a/.gitattributes", 1, "vendored", "*", None),
    ]
    rules = [
        FileRules(),
        FileRules({}),
        FileRules(AREAS),
        FileRules(dict(reversed(AREAS.items()))),
        FileRules(AREAS, declared[:1]),
        FileRules(AREAS, declared),
        FileRules(AREAS, [declared[0]._replace(is_set=False)]),
    ]
    assert len({rule.digest for rule in rules}) == len(rules)
    assert FileRules(AREAS, declared).digest == FileRules(AREAS, declared[::-1]).digest
