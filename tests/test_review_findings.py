"""When a comment of a review counts as caught, and of which kind it is: the rules, without git."""

import pytest

from retro.analyses.review_findings import Flag, caught, kind_of, later_commits, severity_of, touches
from retro.analyses.review_scope import BranchCommit

TEXT = b"".join(b"line %d\n" % number for number in range(1, 41))
REVIEWED, ANSWER, OTHER = (
    BranchCommit("a" * 40, "feat: pools", 1, 10, ("app.py",)),
    BranchCommit("b" * 40, "fix: pools", 1, 30, ("app.py",)),
    BranchCommit("c" * 40, "docs: pools", 1, 40, ("README.md",)),
)


def flag(**more: object) -> Flag:
    facts = {
        "key": "github 1 10", "path": "app.py", "line": 20, "commit_sha": "a" * 40, "created_at": 20, "words": (),
        "is_resolved": False, "finder_kind": "human", "finder_agent": None,
    }  # fmt: skip
    return Flag(**{**facts, **more})


def changed(line: int) -> bytes:
    """The text with one line changed."""
    return TEXT.replace(b"line %d\n" % line, b"another\n")


def texts(after: bytes | None) -> dict[tuple[str, str], bytes | None]:
    return {("a" * 40, "app.py"): TEXT, ("b" * 40, "app.py"): after}


@pytest.mark.parametrize(
    ("line", "expected"), [(20, True), (18, True), (22, True), (17, False), (23, False), (1, False)]
)
def test_change_of_the_line_or_one_of_the_two_beside_it_is_near(line: int, expected: bool):
    assert touches(TEXT, changed(line), 20) is expected


def test_lines_added_or_taken_out_elsewhere_do_not_move_the_flag():
    assert not touches(TEXT, b"new\nnew\nnew\n" + TEXT, 20)
    assert touches(TEXT, TEXT.replace(b"line 20\n", b""), 20)
    assert touches(TEXT, TEXT.replace(b"line 20\n", b"line 20\nmore\n"), 20)
    assert not touches(TEXT, TEXT, 20)


def test_very_long_texts_are_not_compared():
    assert not touches(b"\n" * 9_000, b"x\n" * 9_000, 20)


def test_flag_is_caught_by_the_first_later_commit_that_changes_its_line():
    found = caught(flag(), [ANSWER], texts(changed(20)))
    assert found is not None and (found.commit, found.method) == (ANSWER, "line")
    assert caught(flag(), [ANSWER], texts(changed(1))) is None
    gone = caught(flag(), [ANSWER], texts(None))
    assert gone is not None and gone.method == "line"


def test_flag_on_a_file_and_one_that_was_resolved_are_caught_by_any_change_of_the_file():
    for each in (flag(line=None), flag(is_resolved=True)):
        found = caught(each, [ANSWER], texts(changed(1)))
        assert found is not None and found.method == "file"
    assert caught(flag(is_resolved=True), [], texts(changed(1))) is None


def test_only_later_commits_that_change_the_file_can_answer():
    commits = [REVIEWED, ANSWER, OTHER]
    assert later_commits(flag(), commits) == [ANSWER]
    assert later_commits(flag(commit_sha="b" * 40), commits) == []
    assert later_commits(flag(commit_sha="f" * 40), commits) == [ANSWER]
    assert later_commits(flag(commit_sha="f" * 40, created_at=35), commits) == []
    assert later_commits(flag(commit_sha="f" * 40, created_at=None), commits) is None


@pytest.mark.parametrize(
    ("words", "file_kind", "expected"),
    [
        (
            ("logic", "duplicate import"),
            "code",
            ("duplicate import", "the reviewer's words name duplicate import, logic"),
        ),
        (("style",), "test", ("style", "the reviewer's words name style")),
        ((), "test", ("test", "the file is of the kind test")),
        ((), "code", ("other", "neither words nor file tell the kind")),
    ],
)
def test_words_tell_the_kind_and_else_the_file(words: tuple[str, ...], file_kind: str, expected: tuple[str, str]):
    assert kind_of(flag(words=words), file_kind) == expected


def test_what_breaks_something_is_an_error():
    kinds = ("security", "type", "logic", "duplicate import", "test", "documentation", "other", "style")
    assert [severity_of(kind) for kind in kinds] == ["error"] * 3 + ["warning"] * 4 + ["note"]
