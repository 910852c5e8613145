"""What figures about reviews say in words."""

import pytest

from retro.figures.review_sentences import REVIEW_FINDINGS

STEPS = (
    "opened",
    "ended",
    "seen by a person",
    "approved",
    "merged",
    "changes requested",
    "closed unmerged",
    "not seen",
)


def outcomes(*counts: int) -> list[dict]:
    return [{"step": step, "pull_request_count": count} for step, count in zip(STEPS, counts, strict=True)]


@pytest.mark.parametrize(
    ("name", "rows", "said"),
    [
        (
            "change_request_outcomes",
            outcomes(5, 4, 3, 2, 2, 1, 2, 1),
            "2 of 4 pull requests that ended were merged; changes were requested for 1",
        ),
        ("change_request_outcomes", outcomes(5, 4, 3, 2, 2, 0, 2, 1), "2 of 4 pull requests that ended were merged"),
        ("change_request_outcomes", outcomes(5, 0, 0, 0, 0, 0, 0, 0), None),
        (
            "change_request_shares",
            [{"measure": "review_coverage", "part_count": 1, "total_count": 3}],
            "A person looked at 1 of 3 merged pull requests before the merge",
        ),
        ("change_request_shares", [{"measure": "review_coverage", "part_count": 0, "total_count": 0}], None),
        ("change_request_shares", [{"measure": "self_merge_rate", "part_count": 0, "total_count": 1}], None),
        (
            "change_request_waits",
            [{"stage": "draft", "wait_share": 0.25}, {"stage": "first look", "wait_share": 0.75}],
            "75\u202f% of the time from opened to ended passed for a first look",
        ),
        ("change_request_waits", [{"stage": "draft", "wait_share": None}], None),
        (
            "rejected_change_requests",
            [{"outcome": "closed"}, {"outcome": "approved later"}],
            "2 pull requests were rejected first; 1 of them approved later",
        ),
        (
            "caught_findings",
            [{"kind": "logic", "finding_count": 2}, {"kind": "style", "finding_count": 1}],
            "Review caught 3 findings before the end: logic (2) and style (1)",
        ),
        (
            "change_request_scopes",
            [{"concern_count": 3, "readded_lines": 1}, {"concern_count": 1, "readded_lines": 0}],
            "1 pull request had three concerns or more; 1 brought back lines that the default branch had removed",
        ),
        (
            "change_request_scopes",
            [{"concern_count": 1, "readded_lines": None}],
            "No pull request had three concerns or more",
        ),
    ],
)
def test_finding_says_what_its_rows_carry(name: str, rows: list[dict], said: str | None) -> None:
    assert REVIEW_FINDINGS[name](rows) == said
