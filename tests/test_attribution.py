"""Who wrote a commit: the strongest mark decides, the team's rules are asked first, and silence stays unknown."""

from datetime import UTC, datetime

import polars as pl
import pytest

from retro import tables
from retro.analyses.attribution import (
    FIRST_TOOL_AT,
    METHODS,
    TeamRules,
    all_marks,
    commit_attribution,
    rules_digest,
)

LATE = datetime(2026, 3, 10, 9, tzinfo=UTC)
EARLY = datetime(2019, 3, 10, 9, tzinfo=UTC)
COMMIT = {
    "repo": "app",
    "author_name": "Ada",
    "author_email": "ada@example.org",
    "authored_at": LATE,
    "committed_at": LATE,
    "subject": "Fix the parser",
    "body": "",
    "added_lines": 10,
}
COMMITS = {
    "repo": pl.String, "commit_sha": pl.String, "author_name": pl.String, "author_email": pl.String,
    "authored_at": pl.Datetime("us", "UTC"), "committed_at": pl.Datetime("us", "UTC"), "subject": pl.String,
    "body": pl.String, "added_lines": pl.Int64,
}  # fmt: skip
CLAUDE_LINE = "Co-authored-by: Claude <noreply@anthropic.com>"
SIGNED_BY_CLAUDE = ("agent", "claude-code", "trailer", "co-authored-by")
CLAUDE = {"author_name": "Claude", "author_email": "noreply@anthropic.com"}
BOT = {"author_name": "dependabot[bot]", "author_email": "49699333+dependabot[bot]@users.noreply.github.com"}
AGENT_NOTE = {
    "author_kind": "agent",
    "agent": "codex",
    "agent_line_count": 8,
    "human_line_count": 0,
    "session_count": 1,
}
HUMAN_NOTE = {"author_kind": "human", "agent_line_count": 0, "human_line_count": 6, "session_count": 0}


def frame(schema: dict, rows: list[dict]) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def attribute(
    *commits: dict, trailers: list[str] = (), note: dict | None = None, team: TeamRules | None = None
) -> list[tuple]:
    """Kind, agent, method, rule of each commit; trailers and the note are those of the first."""
    rows = [COMMIT | {"commit_sha": f"c{place}"} | commit for place, commit in enumerate(commits)]
    pairs = [line.partition(": ")[::2] for line in trailers]
    written = [
        {"repo": "app", "commit_sha": "c0", "position": place, "trailer_key": key, "trailer_value": value}
        for place, (key, value) in enumerate(pairs, 1)
    ]
    on = {"repo": "app", "notes_ref": "refs/notes/ai", "commit_sha": "c0", "note_sha": "n", "format": "git-ai"}
    judged = commit_attribution(
        frame(COMMITS, rows),
        frame(tables.schema("commit_trailers"), written),
        frame(tables.schema("commit_notes"), [on | note] if note else []),
        team or TeamRules(),
    )
    return judged.select("author_kind", "agent", "method", "rule").rows()


@pytest.mark.parametrize(
    ("commit", "given_with", "expected"),
    [
        ({}, {}, ("unknown", None, "no_mark", None)),
        ({"author_name": None, "author_email": None}, {}, ("unknown", None, "no_mark", None)),
        (CLAUDE, {}, ("agent", "claude-code", "author", "email:claude-code")),
        (BOT, {}, ("bot", None, "author", "login:bot")),
        ({"body": CLAUDE_LINE}, {}, SIGNED_BY_CLAUDE),
        ({}, {"trailers": [CLAUDE_LINE]}, SIGNED_BY_CLAUDE),
        ({"body": f"one\\n\\n{CLAUDE_LINE}"}, {}, SIGNED_BY_CLAUDE),
        ({"body": f"* one\n\n{CLAUDE_LINE}\n\n* two\n\nSigned-off-by: Ada <a@b.c>"}, {}, SIGNED_BY_CLAUDE),
        ({"body": "Generated with [Codex](https://x.y)"}, {}, ("agent", "codex", "text", "sentence:codex")),
        ({"body": f"Generated with [Codex](https://x.y)\n\n{CLAUDE_LINE}"}, {}, SIGNED_BY_CLAUDE),
        ({"body": f"Entire-Checkpoint: 1\n{CLAUDE_LINE}"}, {}, (*SIGNED_BY_CLAUDE[:3], "entire-checkpoint")),
        (BOT | {"body": CLAUDE_LINE}, {}, ("bot", None, "author", "login:bot")),
        ({}, {"note": AGENT_NOTE}, ("agent", "codex", "note", "git-ai")),
        ({"body": CLAUDE_LINE}, {"note": AGENT_NOTE}, ("agent", "codex", "note", "git-ai")),
        ({"body": CLAUDE_LINE}, {"note": AGENT_NOTE | {"agent": None}}, ("agent", "claude-code", "note", "git-ai")),
        ({"added_lines": None}, {"note": AGENT_NOTE}, ("agent", "codex", "note", "git-ai")),
        (BOT | {"added_lines": 2}, {"note": AGENT_NOTE}, ("bot", None, "author", "login:bot")),
        ({"added_lines": 2}, {"note": AGENT_NOTE}, ("unknown", None, "no_mark", None)),
        ({}, {"note": HUMAN_NOTE}, ("human", None, "note_human", "git-ai")),
        ({"added_lines": 13}, {"note": HUMAN_NOTE}, ("unknown", None, "no_mark", None)),
        ({"added_lines": None}, {"note": HUMAN_NOTE}, ("unknown", None, "no_mark", None)),
        ({"body": CLAUDE_LINE}, {"note": HUMAN_NOTE}, SIGNED_BY_CLAUDE),
        ({"body": "AI-Assisted: no"}, {}, ("human", None, "denial", "ai-assisted")),
        ({"body": f"AI-Assisted: no\n{CLAUDE_LINE}"}, {}, SIGNED_BY_CLAUDE),
        ({"authored_at": EARLY, "committed_at": EARLY}, {}, ("human", None, "before_agents", "date")),
        ({"authored_at": EARLY}, {}, ("unknown", None, "no_mark", None)),
        ({"committed_at": EARLY}, {}, ("unknown", None, "no_mark", None)),
        ({"authored_at": None, "committed_at": None}, {}, ("unknown", None, "no_mark", None)),
        ({"authored_at": FIRST_TOOL_AT, "committed_at": EARLY}, {}, ("unknown", None, "no_mark", None)),
        (BOT | {"authored_at": EARLY, "committed_at": EARLY}, {}, ("bot", None, "author", "login:bot")),
    ],
)  # fmt: skip
def test_strongest_mark_decides(commit: dict, given_with: dict, expected: tuple) -> None:
    assert attribute(commit, **given_with) == [expected]


TEAM = TeamRules(
    agents={"sisyphus": ["clio-*@example.org", "Odd <odd@example.org>"]},
    bots=["deploy[bot]", "*@ci.example.org"],
    humans=["*@example.org", "Ada (claude)"],
)


@pytest.mark.parametrize(
    ("commit", "expected"),
    [
        ({"author_email": "CLIO-7@example.org"}, ("agent", "sisyphus", "team", "agents:sisyphus")),
        ({"author_name": "odd", "author_email": "odd@example.org"}, ("agent", "sisyphus", "team", "agents:sisyphus")),
        ({"body": "Co-authored-by: C <clio-agent@example.org>"}, ("agent", "sisyphus", "team", "agents:sisyphus")),
        ({"author_name": "Deploy[bot]", "author_email": "x@y.z"}, ("bot", None, "team", "bots")),
        ({"author_name": "deployb", "author_email": "x@y.z"}, ("unknown", None, "no_mark", None)),
        ({"author_email": "a@ci.example.org", "body": CLAUDE_LINE}, ("bot", None, "team", "bots")),
        ({}, ("human", None, "team_human", "humans")),
        ({"body": CLAUDE_LINE}, SIGNED_BY_CLAUDE),
        ({"body": "Co-authored-by: Bob <bob@example.org>"}, ("human", None, "team_human", "humans")),
        ({"author_name": "Ada (claude)"}, ("human", None, "team_human", "humans")),
        ({"author_name": "Bob (claude)"}, ("agent", "claude-code", "author", "suffix:claude-code")),
        (BOT | {"author_email": "x@example.org"}, ("bot", None, "author", "login:bot")),
    ],
)
def test_rules_of_the_team_are_asked_first(commit: dict, expected: tuple) -> None:
    assert attribute(commit, team=TEAM) == [expected]


def test_rows_are_whole_and_in_the_order_of_the_commits() -> None:
    commits = frame(COMMITS, [COMMIT | {"commit_sha": "b", "body": CLAUDE_LINE}, COMMIT | {"commit_sha": "a"}])
    empty = [frame(tables.schema(name), []) for name in ("commit_trailers", "commit_notes")]
    team = TeamRules(humans=["ada@example.org"])
    digest = rules_digest(team)
    judged = commit_attribution(commits, *empty, team)
    assert judged.schema == tables.schema("commit_attribution")
    assert judged.rows() == [
        ("app", "b", "agent", "claude-code", "trailer", "co-authored-by", 0.95, "inferred", digest),
        ("app", "a", "human", None, "team_human", "humans", 1.0, "human", digest),
    ]
    assert commit_attribution(commits.clear(), *empty, team).rows() == []


def test_same_commit_id_in_two_repositories_is_judged_apart() -> None:
    assert attribute({"commit_sha": "c0", "body": CLAUDE_LINE}, {"repo": "fork", "commit_sha": "c0"}) == [
        SIGNED_BY_CLAUDE,
        ("unknown", None, "no_mark", None),
    ]


def test_every_mark_is_told_strongest_first() -> None:
    commits = frame(COMMITS, [COMMIT | {"commit_sha": "a", "body": f"Generated by GPT-4\n{CLAUDE_LINE}"} | BOT])
    empty = [frame(tables.schema(name), []) for name in ("commit_trailers", "commit_notes")]
    marks = all_marks(commits, *empty, TeamRules())
    assert marks["method"].to_list() == ["author", "trailer", "text"]
    assert [list(METHODS)[place] for place in marks["place"]] == marks["method"].to_list()


def test_digest_changes_with_the_rules_of_the_team_and_only_with_them() -> None:
    assert rules_digest(TeamRules()) == rules_digest(TeamRules())
    rules = [TeamRules(), TeamRules(bots=["x"]), TeamRules(humans=["x"]), TeamRules(agents={"x": ["x"]})]
    assert len(set(map(rules_digest, rules))) == 4
