"""What a pull request is about, how large it is, and what it brings back: the rules, without git."""

from retro.analyses.review_scope import (
    BranchCommit,
    Landed,
    Relanding,
    concerns,
    declared,
    in_batches,
    line_keys,
    relandings,
    size_of,
    split_at_review,
)
from retro.git.line_changes import FileLines

KINDS = {
    "app.py": "code", "lib.py": "code", "README.md": "documentation", "tests/test_app.py": "test", "setup.cfg": "configuration",
    "uv.lock": "lock", "ci.yml": "ci",
}  # fmt: skip
DAY = 86_400


def commit(name: str, subject: str, *paths: str, at: int = 0) -> BranchCommit:
    return BranchCommit(name * 40, subject, at, at, paths)


def lines(*texts: str) -> list[int]:
    return line_keys([text.encode() for text in texts])


def test_kind_of_the_files_counts_before_the_type_that_is_claimed():
    commits = [commit("a", "feat: add pools", "app.py"), commit("b", "fix: tidy the pipeline", "ci.yml")]
    assert concerns(commits, KINDS) == ["ci", "feat"]


def test_documentation_and_tests_beside_code_are_no_concern_of_their_own():
    commits = [
        commit("a", "feat: add pools", "app.py"),
        commit("b", "docs: pools", "README.md"),
        commit("c", "x", "tests/test_app.py"),
    ]
    assert concerns(commits, KINDS) == ["feat"]
    assert concerns(commits[1:], KINDS) == ["docs", "test"]


def test_fix_of_what_the_branch_itself_changed_is_an_answer_and_one_of_another_file_is_not():
    own = [commit("a", "feat: add pools", "app.py"), commit("b", "fix: cast the limit, as review asked", "app.py")]
    assert concerns(own, KINDS) == ["feat"]
    assert concerns([own[0], commit("b", "fix: cast the limit", "lib.py")], KINDS) == ["feat", "fix"]
    assert concerns([own[1]], KINDS) == ["fix"]


def test_commit_without_a_type_is_no_further_matter_beside_one_with_a_type():
    assert concerns([commit("a", "feat: pools", "app.py"), commit("b", "Tidy", "lib.py")], KINDS) == ["feat"]
    assert concerns([commit("a", "Tidy", "lib.py")], KINDS) == ["code"]


def test_claim_to_be_documentation_does_not_hold_where_code_changed():
    assert concerns([commit("a", "docs: pools", "app.py", "README.md")], KINDS) == ["code"]


def test_lock_file_beside_code_says_nothing_and_alone_is_a_build_matter():
    assert concerns([commit("a", "feat: pools", "app.py", "uv.lock")], KINDS) == ["feat"]
    assert concerns([commit("a", "bump", "uv.lock")], KINDS) == ["build"]


def test_no_commit_is_about_nothing():
    assert concerns([], KINDS) == []


def test_types_and_scopes_are_those_that_subjects_declare():
    commits = [
        commit("a", "feat(pools): add", "app.py"),
        commit("b", "style: tidy", "app.py"),
        commit("c", "Merge it", "app.py"),
    ]
    assert declared(commits) == (["feat", "refactor"], ["pools"])


def test_review_divides_a_branch_at_the_head_that_was_reviewed():
    commits = [commit("a", "x", at=1), commit("b", "y", at=2), commit("c", "z", at=3)]
    assert split_at_review(commits, "b" * 40, 9) == (commits[:2], commits[2:])


def test_where_a_forced_push_took_the_reviewed_head_away_the_time_of_writing_decides():
    commits = [commit("a", "x", at=1), commit("b", "y", at=5), commit("c", "z", at=9)]
    assert split_at_review(commits, "e" * 40, 5) == (commits[:2], commits[2:])
    assert split_at_review(commits, None, None) == (commits, [])
    assert split_at_review(commits, "e" * 40, 0) == (commits, [])


def test_size_counts_by_kind_and_a_deleted_file_as_one_line():
    files = {
        "app.py": FileLines([1], [2, 3], False),
        "tests/test_app.py": FileLines([], [4], False),
        "README.md": FileLines([5, 6, 7], [], True),
        "uv.lock": FileLines([], [8] * 90, False),
    }
    size = size_of(files, KINDS)
    assert (size.code, size.test, size.other, size.left_out, size.file_count) == (3, 1, 1, 90, 4)


def test_line_that_the_default_branch_removed_lately_comes_back():
    landed = Landed()
    landed.land("r" * 40, 10 * DAY, {"README.md": FileLines(lines("a placeholder stands here"), [], False)})
    branch = {"README.md": FileLines([], lines("    a placeholder stands here"), False)}
    assert relandings([branch], KINDS, landed, 20 * DAY) == (Relanding(1, "r" * 40, "README.md"), Relanding(0))
    assert relandings([branch], KINDS, landed, 41 * DAY) == (Relanding(0), Relanding(0))
    elsewhere = {"app.py": branch["README.md"]}
    assert relandings([elsewhere], KINDS, landed, 20 * DAY) == (Relanding(0), Relanding(0))


def test_line_that_the_default_branch_added_lately_is_there_twice():
    landed = Landed()
    landed.land("s" * 40, 10 * DAY, {"app.py": FileLines([], lines("from app import limits"), False)})
    branch = {"app.py": FileLines([], lines("from app import limits"), False)}
    assert relandings([branch], KINDS, landed, 20 * DAY) == (Relanding(0), Relanding(1, "s" * 40, "app.py"))


def test_line_that_only_moved_or_came_back_on_the_default_branch_counts_as_neither():
    landed, moved = Landed(), lines("from app import limits")
    landed.land("s" * 40, 10 * DAY, {"app.py": FileLines(moved, moved, False)})
    assert not landed.removed and not landed.added
    landed.land("t" * 40, 11 * DAY, {"app.py": FileLines(moved, [], False)})
    landed.land("u" * 40, 12 * DAY, {"app.py": FileLines([], moved, False)})
    assert not landed.removed
    landed.forget(13 * DAY)
    assert not landed.added


def test_short_lines_are_counted_and_not_compared():
    assert line_keys([b"    return x"]) == [0]
    landed = Landed()
    landed.land("s" * 40, 1, {"app.py": FileLines([], line_keys([b"from app import limits"]), False)})
    assert relandings([{"app.py": FileLines([], [0], False)}], KINDS, landed, 2) == (Relanding(0), Relanding(0))


def test_batches_hold_no_commit_twice():
    asked = [("a", "x"), ("a", "y"), ("b", "x"), ("c", "x")]
    assert [*in_batches(asked, 2)] == [[("a", "x"), ("b", "x")], [("a", "y"), ("c", "x")]]
