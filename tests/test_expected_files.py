"""The ranking of expected files."""

import pytest

from retro.analyses.expected_files import Expected, Past, Shared, expected_files, nearness, stem


@pytest.mark.parametrize(
    ("path", "bare"),
    [
        ("src/api.py", "api"),
        ("tests/test_api.py", "api"),
        ("api_test.go", "api"),
        ("web/api.spec.ts", "api"),
        ("web/api.test.tsx", "api"),
        ("ApiTest.java", "Api"),
        ("ApiTests.cs", "Api"),
        ("tests.py", "tests"),
        (".gitignore", ".gitignore"),
        ("Makefile", "Makefile"),
        ("contest.py", "contest"),
    ],
)
def test_stem_is_the_name_without_suffix_and_marks_of_a_test(path: str, bare: str) -> None:
    assert stem(path) == bare


def test_nearness_is_two_for_the_same_name_and_less_in_a_full_folder() -> None:
    paths = ["src/a.py", "src/b.py", "src/c.py", "src/d.py", "tests/test_a.py", "web/x.ts"]
    assert nearness(["src/a.py"], paths) == {
        "src/a.py": 2.5,
        "src/b.py": 0.5,
        "src/c.py": 0.5,
        "src/d.py": 0.5,
        "tests/test_a.py": 2.0,
    }


def test_score_adds_recency_path_and_popularity_and_ties_go_by_name() -> None:
    past = Past(
        weights={"a.py": 3.0},
        shared={"a.py": {"a.py": Shared(3.0, 4), "lib/b.py": Shared(2.0, 3), "gone.py": Shared(3.0, 4)}},
        change_counts={"a.py": 4, "lib/b.py": 8, "lib/test_a.py": 0, "lib2/test_a.py": 0},
    )
    assert expected_files(["a.py", "a.py"], past) == [
        Expected("lib/b.py", 0.5 + 0.05, 0.5, 0.0, 1.0, 3),
        Expected("lib/test_a.py", 0.5, 0.0, 2.0, 0.0, 0),
        Expected("lib2/test_a.py", 0.5, 0.0, 2.0, 0.0, 0),
    ]


def test_nothing_given_or_known_expects_nothing() -> None:
    assert expected_files([], Past({}, {}, {"a.py": 1})) == []
    assert expected_files(["a.py"], Past({}, {}, {})) == []
