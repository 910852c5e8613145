"""Commits and sessions: each method that joins them, and what it may not join."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from retro import tables
from retro.analyses.session_commits import Evidence, session_commit_controls, session_commits
from retro.analyses.session_marks import session_marks

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
ONE, TWO = "6d1a3f52-0c4b-4e7f-9a57-2b8e6c9d0f11", "0b7c2e64-9a1d-4f38-8e25-7c6d5b4a3921"
SHA = "c" * 40
SESSION = {
    "source": "claude-code", "session_id": ONE, "repo": "app", "branches": ["main", "feature"],
    "started_at": NOON, "ended_at": NOON + timedelta(hours=1),
}  # fmt: skip
EDIT = {"repo": "app", "source": "claude-code", "session_id": ONE, "path": "a.py", "edited_at": NOON}
CALL = {"repo": "app", "source": "claude-code", "session_id": ONE, "called_at": NOON}
COMMIT = {
    "repo": "app", "commit_sha": SHA, "authored_at": NOON, "subject_hash": 7, "session_marks": [], "paths": ["a.py"],
    "line_hashes": [[1, 2, 3, 4]], "status": "read",
}  # fmt: skip


def frame(table: str, rows: list[dict]) -> pl.DataFrame:
    """Rows with the columns of a table and, of an edit or a call, the session's repo."""
    schema = dict(tables.schema(table)) | {"repo": pl.String}
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def told(*, edits=(), calls=(), commits=({},), sessions=({},), branch=None, records=None) -> Evidence:
    branches = [("app", SHA, branch)] if branch else []
    return Evidence(
        sessions=frame("agent_sessions", [SESSION | session for session in sessions]),
        edits=frame("agent_edits", [EDIT | edit for edit in edits]),
        calls=frame("agent_commits", [CALL | call for call in calls]),
        commits=frame("commit_fingerprints", [COMMIT | commit for commit in commits]),
        branches=pl.DataFrame(
            branches, schema=dict.fromkeys(("repo", "commit_sha", "head_ref"), pl.String), orient="row"
        ),
        records=records or {},
    )


def joined(evidence: Evidence) -> list[tuple]:
    rows = session_commits(evidence)
    return rows.select("session_id", "commit_sha", "method", "matched_share", "matched_lines", "detail").rows()


@pytest.mark.parametrize(
    ("message", "marks"),
    [
        (f"fix\n\nEntire-Session: 2026-03-09-{ONE}\n", [f"Entire-Session: 2026-03-09-{ONE}"]),
        (f"squash\n\n* one\n\n  amp-thread-id: {ONE}\n\n* two\n", [f"amp-thread-id: {ONE}"]),
        (f"fix\n\nhttps://claude.ai/code/session_{ONE}\r\n", [f"link: https://claude.ai/code/session_{ONE}"]),
        (
            "fix\n\nEntire-Checkpoint: 00c9e2351016\nEntire-Checkpoint: 00c9e2351016\n",
            ["Entire-Checkpoint: 00c9e2351016"],
        ),
        ("fix: session handling\n\nSigned-off-by: Ada <ada@example.org>\nSession:\n", []),
    ],
)
def test_lines_that_name_a_session_are_found_anywhere_in_a_message(message, marks):
    assert session_marks(message) == marks


def test_secret_in_a_line_that_names_a_session_is_masked():
    (mark,) = session_marks("x\n\nagent-session: ghp_" + "a1B2c3D4e5" * 4)
    assert "a1B2c3D4e5" not in mark


@pytest.mark.parametrize("mark", [f"Entire-Session: 2026-03-09-{ONE.upper()}", f"link: https://x.example/{ONE}?a=1"])
def test_message_that_names_a_known_session_joins_it(mark):
    assert joined(told(commits=[{"session_marks": [mark]}])) == [(ONE, SHA, "trailer", None, None, mark)]


def test_message_joins_no_session_of_another_repository_and_none_that_is_unknown():
    commits = [
        {"session_marks": [f"Agent-Session: {ONE}"], "repo": "web"},
        {"session_marks": [f"Agent-Session: {TWO}"]},
    ]
    assert joined(told(commits=commits)) == []


def test_record_joins_each_session_that_it_tells_of():
    mark = "Entire-Checkpoint: 00c9e2351016"
    evidence = told(
        sessions=[{}, {"session_id": TWO}],
        commits=[{"session_marks": [mark]}],
        records={"entire-checkpoint: 00c9e2351016": [f"2026-03-09-{ONE}", TWO]},
    )
    assert joined(evidence) == [(TWO, SHA, "trailer", None, None, mark), (ONE, SHA, "trailer", None, None, mark)]


@pytest.mark.parametrize(
    ("printed", "found"), [("ccccccc", True), ("c" * 40, True), ("cccccc", False), ("ccccccd", False)]
)
def test_sha_that_git_printed_joins_at_any_time(printed, found):
    rows = joined(told(calls=[{"commit_sha": printed}], commits=[{"authored_at": NOON - timedelta(days=9)}]))
    assert rows == [(ONE, SHA, "own_commit", None, None, "sha in the output of git commit")] * found


@pytest.mark.parametrize(("seconds", "found"), [(-181, False), (-180, True), (0, True), (240, True), (241, False)])
def test_subject_joins_within_three_minutes_of_the_call(seconds, found):
    call = {"subject_hash": 7, "ended_at": NOON + timedelta(minutes=1)}
    rows = joined(told(calls=[call], commits=[{"authored_at": NOON + timedelta(seconds=seconds)}]))
    assert rows == [(ONE, SHA, "own_commit", None, None, "subject and author time of its git commit")] * found


@pytest.mark.parametrize(
    ("edited", "added", "share", "matched"),
    [
        ([1, 2], [1, 2, 3, 4], 0.5, 2),
        ([1], [1, 2, 3, 4], None, None),  # a single line of several is chance
        ([1], [1], 1.0, 1),  # the only line there is
        ([1, 1, 1], [1, 1, 1, 2], 0.75, 3),
        ([1, 2], list(range(1, 11)), 0.2, 2),
        ([1, 2], list(range(1, 12)), None, None),
    ],
)
def test_lines_join_from_a_fifth_and_two_lines_on(edited, added, share, matched):
    rows = joined(told(edits=[{"line_hashes": edited}], commits=[{"line_hashes": [added]}]))
    wanted = (ONE, SHA, "line_share", share, matched, f"{matched} of {len(added)} lines")
    assert rows == ([wanted] if share else [])


@pytest.mark.parametrize(
    ("edit", "commit"),
    [
        ({"path": "b.py"}, {}),
        ({"repo": "web"}, {}),
        ({"edited_at": NOON - timedelta(hours=24, seconds=1)}, {}),
        ({"edited_at": NOON + timedelta(minutes=4)}, {}),
        ({}, {"status": "far", "paths": None, "line_hashes": None}),
        ({}, {"authored_at": None}),
    ],
)
def test_lines_of_another_file_repository_or_day_join_nothing(edit, commit):
    assert joined(told(edits=[{"line_hashes": [1, 2, 3, 4]} | edit], commits=[commit])) == []


def test_branch_joins_with_time_and_half_of_the_files():
    edits = [{"path": "a.py", "line_hashes": [9]}, {"path": "b.py", "line_hashes": [9]}]
    commit = {"paths": ["a.py", "b.py", "c.py", "d.py"], "line_hashes": [[], [], [], []]}
    wanted = [(ONE, SHA, "branch_file", 0.5, None, "2 of 4 files, branch feature")]
    assert joined(told(edits=edits, commits=[commit], branch="feature")) == wanted
    assert joined(told(edits=edits[:1], commits=[commit], branch="feature")) == []
    assert joined(told(edits=edits, commits=[commit], branch="other")) == []
    late = commit | {"authored_at": NOON + timedelta(hours=2, seconds=1)}
    assert joined(told(edits=edits, commits=[late], branch="feature")) == []


def test_time_alone_joins_nothing():
    assert joined(told(commits=[{"authored_at": NOON + timedelta(minutes=5)}])) == []


def test_controls_hold_what_a_wrong_clock_still_joins():
    old = NOON - timedelta(days=3)
    evidence = told(
        edits=[{"line_hashes": [1, 2]}],
        calls=[{"subject_hash": 7}],
        commits=[
            {"authored_at": NOON + timedelta(minutes=1)},
            {"commit_sha": "d" * 40, "authored_at": old, "subject_hash": 8},
        ],
    )
    assert session_commit_controls(evidence).rows() == [("app", "d" * 40, 3, "line_share")]
    assert {row[1] for row in joined(evidence)} == {SHA}


def test_nothing_known_gives_no_rows():
    empty = told(commits=(), sessions=())
    assert session_commits(empty).schema == tables.schema("session_commits")
    assert session_commits(empty).is_empty() and session_commit_controls(empty).is_empty()
