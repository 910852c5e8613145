"""Which commits fix a bug, and what says so."""

import pytest

from retro.analyses.categories import CommitText, commit_kinds, judged
from retro.analyses.categories.bug_fixes import LEAST_POINTS, POINTS

ONE = "paths:one of code +1"
SILENT = "paths:one of code +1, shape:silent and narrow +3"


def commit(subject: str, *paths: str, body: str = "", is_merge: bool = False) -> CommitText:
    return CommitText("app", "a1", subject, body, is_merge, paths)


SIGNED = "It fails.\n\nReviewed-by: A <a@example.org>\nSigned-off-by: B <b@example.org>"


@pytest.mark.parametrize(
    ("given", "evidence", "rule"),
    [
        (commit("Fix the race"), "words", "first:fix +3, subject:defect +3"),
        (commit("Make sure that it ends", "src/a.py"), "words", f"first:guard +2, {ONE}"),
        (commit("Fix a typo"), None, None),
        (commit("Fix the loss of a row with comments"), "words", "first:fix +3"),
        (commit("Fix comments"), None, None),
        (commit("Fix the link", "README.md"), None, None),
        (commit("Fix the flaky start", "tests/test_a.py"), None, None),
        (
            commit("Fix the crash at the start", "tests/test_a.py"),
            "words",
            "first:fix +3, subject:defect +3, paths:no code -3",
        ),
        (commit("Set the limit", body=SIGNED), None, None),
        (commit("Set the limit", body="It fails."), "words", "first:vague -1, body:symptom +2"),
        (
            commit("Set the limit", body='It fails.\n\nFixes: 1a2b3c4d5e ("Start")\nSigned-off-by: B <b@example.org>'),
            "trailer",
            "first:vague -1, trailer:fixes +1, body:symptom +2",
        ),
        (commit("Wait, fixes #12"), "reference", "first:guard +2, subject:fix +3, reference:fix +4"),
        (commit("Wait longer, closes #12"), "words", "first:guard +2"),
        (commit("A wish", body="Closes #12"), None, None),
        (commit("Rework it", body="It hangs. No functional change intended."), None, None),
        (commit("Rework it", body="* fix: one\n* fix(app): two"), None, None),
        (commit('Revert "Start twice"'), "revert", "declared:revert"),
        (commit("Revert the start"), "revert", "first:revert +3"),
        (commit("fix: wait"), "declared", "declared:fix, first:guard +2"),
        (commit("fix: the popover"), "declared", "declared:fix"),
        (commit("fix(deps): update the lock"), None, None),
        (commit("feat: fix the race"), None, None),
        (commit("feat: wait", body='Fixes: 1a2b3c4d5e ("Start")'), "trailer", "first:guard +2, trailer:fixes +1"),
        (commit("Popover", "src/a.py"), "shape", f"first:other -1, {SILENT}"),
        (commit("Faster popover, better performance", "src/a.py"), None, None),
        (commit("Merge the fix of the crash", is_merge=True), None, None),
    ],
)
def test_bug_fix_is_told_by_evidence_that_adds_up(given: CommitText, evidence: str | None, rule: str | None) -> None:
    (row,) = commit_kinds([given], []).to_dicts()
    assert (row["bug_fix_evidence"], row["bug_fix_rule"]) == (evidence, rule)
    assert (row["bug_fix_confidence"] is None) == (evidence in (None, "declared"))


def test_each_piece_of_evidence_has_its_points_in_the_rule() -> None:
    rule = judged(commit("Avoid the crash when empty", "a.py", "b.py", body="It was wrong and broken. " * 2))[1].rule
    assert rule is not None
    assert sum(POINTS[name] for name in (piece.rpartition(" ")[0] for piece in rule.split(", "))) >= LEAST_POINTS
    assert all(f"{POINTS[piece.rpartition(' ')[0]]:+d}" == piece.rpartition(" ")[2] for piece in rule.split(", "))
