"""Claude Code's transcripts: each billed request once, who spoke, what became of each call, and nobody's words."""

from datetime import UTC, datetime
from decimal import Decimal

import polars as pl
import pytest
from agent_transcripts import CWD, answer, call, line, only, read_all, result, said, write_lines

TOKENS = [
    "uncached_input_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
]
SECRET = "the quick brown fox of the payroll"


def requests(folder, *names):
    return only(read_all(folder)[0]["gateway_requests"].sort("request_key"), *names)


def events(folder, *names):
    return only(read_all(folder)[0]["agent_events"], *names)


def test_cache_stands_beside_input_and_reasoning_is_not_told_apart(tmp_path):
    write_lines(tmp_path / "s1.jsonl", answer(0, "m1", 5))
    assert requests(tmp_path, *TOKENS, "reasoning_tokens") == [(10, 300, 0, 20, 5, None)]


def test_request_row_says_where_it_comes_from(tmp_path):
    write_lines(tmp_path / "s1.jsonl", said(0, "go"), answer(1, "m1", 5, costUSD=0.0125))
    frames, _ = read_all(tmp_path, folders={CWD: "platform"})
    (row,) = frames["gateway_requests"].rows(named=True)
    assert {name: value for name, value in row.items() if value is not None and name not in (*TOKENS, "user_hash")} == {
        "source": "claude-code", "request_key": "m1:req_m1", "response_id": "m1",
        "provider_request_id": "req_m1",
        "requested_at": datetime(2026, 3, 9, 9, 0, 1, tzinfo=UTC), "model": "claude-opus-4-6", "provider": "anthropic",
        "service_tier": "standard", "logged_cost": Decimal("0.0125"), "logged_currency": "USD",
        "logged_cost_usd": Decimal("0.0125"), "status": "ok", "tags": {}, "session_id": "s1", "repo": "platform",
        "branch": "main",
        "is_subagent": False, "file": "s1.jsonl", "line": 2,
    }  # fmt: skip


def test_fast_mode_is_a_tier_of_its_own(tmp_path):
    def asked(number, **usage):
        written = answer(number, f"m{number}", 5, uuid=f"u{number}")
        written["message"]["usage"] = {
            key: one for key, one in written["message"]["usage"].items() if key != "service_tier"
        }
        written["message"]["usage"] |= usage
        return written

    told = (
        asked(1, service_tier="standard", speed="fast"),
        asked(2, speed="fast"),
        asked(3, service_tier="standard", speed="standard"),
        asked(4, speed="normal"),
        asked(5, service_tier="batch", speed="fast"),
    )
    write_lines(tmp_path / "s1.jsonl", *told)
    assert requests(tmp_path, "request_key", "service_tier") == [
        ("m1:req_m1", "fast"), ("m2:req_m2", "fast"), ("m3:req_m3", "standard"), ("m4:req_m4", None),
        ("m5:req_m5", "batch fast"),
    ]  # fmt: skip


def test_streamed_repeats_keep_the_fullest_telling_at_the_first_time(tmp_path):
    write_lines(
        tmp_path / "s1.jsonl", *(answer(n, "m1", output, uuid=f"u{n}") for n, output in enumerate((1, 9, 9, 3)))
    )
    assert requests(tmp_path, "request_key", "output_tokens", "requested_at", "line") == [
        ("m1:req_m1", 9, datetime(2026, 3, 9, 9, tzinfo=UTC), 2)
    ]


def test_two_request_ids_13_ms_apart_stay_two(tmp_path):
    one = answer(0, "m1", 5)
    other = answer(0.013, "m1", 5, uuid="u2") | {"requestId": "req_other"}
    write_lines(tmp_path / "s1.jsonl", one, other)
    assert requests(tmp_path, "request_key") == [("m1:req_m1",), ("m1:req_other",)]


def test_missing_request_id_is_keyed_by_the_message_alone(tmp_path):
    bare = [
        {key: value for key, value in answer(n, "m1", n, uuid=f"u{n}").items() if key != "requestId"} for n in (1, 2)
    ]
    write_lines(tmp_path / "s1.jsonl", *bare)
    assert requests(tmp_path, "request_key", "output_tokens") == [("m1", 2)]


def test_telling_without_request_id_joins_the_one_that_has_it(tmp_path):
    bare = {key: value for key, value in answer(0, "m1", 7, uuid="u0").items() if key != "requestId"}
    write_lines(tmp_path / "s1.jsonl", bare, answer(1, "m1", 3))
    assert requests(tmp_path, "request_key", "output_tokens", "requested_at") == [
        ("m1:req_m1", 7, datetime(2026, 3, 9, 9, tzinfo=UTC))
    ]


def test_copied_history_of_a_fork_counts_once_for_the_session_it_came_from(tmp_path):
    history = [said(0, "go"), answer(1, "m1", 5, call("t1", "Bash", command="ls")), result(2, "t1", "a.py")]
    fork = [one | {"sessionId": "s2"} for one in history] + [said(100, "other way", sessionId="s2", uuid="u9")]
    write_lines(tmp_path / "a.jsonl", *history)
    write_lines(tmp_path / "b.jsonl", *fork)
    frames, _ = read_all(tmp_path)
    assert only(frames["gateway_requests"], "session_id", "request_key") == [("s1", "m1:req_m1")]
    assert only(frames["agent_events"], "session_id", "sequence", "kind") == [
        ("s1", 1, "prompt"),
        ("s1", 2, "tool_call"),
        ("s2", 1, "prompt"),
    ]
    names = ("session_id", "parent_session_id", "typed_prompt_count")
    assert only(frames["agent_sessions"].sort("session_id"), *names) == [("s1", None, 1), ("s2", "s1", 1)]


def test_synthetic_answers_are_not_billed_and_failed_ones_are_marked(tmp_path):
    error = answer(0, "m0", 0, isApiErrorMessage=True)
    error["message"]["model"] = "<synthetic>"
    write_lines(tmp_path / "s1.jsonl", error, answer(1, "m1", 5, isApiErrorMessage=True))
    assert requests(tmp_path, "request_key", "model", "status") == [("m1:req_m1", "claude-opus-4-6", "failed")]


def test_subagents_are_found_in_files_side_chains_and_progress_lines_and_counted_once(tmp_path):
    inner = answer(2, "m2", 6)
    progress = line("progress", 2, uuid="p1", data={"type": "agent_progress", "message": inner | {"type": "assistant"}})
    again = progress | {"uuid": "p2", "timestamp": "2026-03-09T09:00:05Z"}
    write_lines(tmp_path / "s1.jsonl", answer(0, "m1", 5), answer(1, "m3", 1, isSidechain=True), progress, again)
    write_lines(tmp_path / "s1" / "subagents" / "agent-7.jsonl", answer(3, "m4", 7), answer(2.5, "m2", 6, uuid="x"))
    assert requests(tmp_path, "request_key", "session_id", "is_subagent", "branch") == [
        ("m1:req_m1", "s1", False, "main"),
        ("m2:req_m2", "s1", True, "main"),
        ("m3:req_m3", "s1", True, "main"),
        ("m4:req_m4", "s1", True, "main"),
    ]


@pytest.mark.parametrize(
    ("usage", "expected", "problem"),
    [
        ({"input_tokens": "12", "output_tokens": 3}, (12, None, None, None, 3), None),
        ({"input_tokens": -1, "output_tokens": 3}, (None, None, None, None, 3), "input_tokens is negative"),
        ({"input_tokens": 1, "output_tokens": 2.5}, (1, None, None, None, None), "output_tokens is no count"),
        ({"output_tokens": 1, "cache_creation_input_tokens": 9}, (None, None, 9, 0, 1), None),
        (
            {"output_tokens": 1, "cache_creation_input_tokens": 9, "cache_creation": {"ephemeral_1h_input_tokens": 4}},
            (None, None, 5, 4, 1),
            None,
        ),
        (
            {"output_tokens": 1, "cache_creation_input_tokens": 3, "cache_creation": {"ephemeral_1h_input_tokens": 4}},
            (None, None, 0, 4, 1),
            "cache writes by life exceed cache_creation_input_tokens",
        ),
    ],
)
def test_counts_that_cannot_be_right_become_unknown_and_are_named(tmp_path, usage, expected, problem):
    one = answer(0, "m1", 5)
    one["message"]["usage"] = usage
    write_lines(tmp_path / "s1.jsonl", one)
    assert requests(tmp_path, *TOKENS, "usage_problem") == [(*expected, problem)]


def test_what_else_is_billed_or_changes_a_price_becomes_a_tag(tmp_path):
    one = answer(0, "m1", 5)
    one["message"]["usage"] |= {"speed": "fast", "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 0}}
    write_lines(tmp_path / "s1.jsonl", one)
    assert requests(tmp_path, "tags") == [({"speed": "fast", "web_search_requests": "2"},)]


SPOKEN = [
    ("say hello", {}, "prompt", "human"),
    ([{"type": "text", "text": "say hello"}], {}, "prompt", "human"),
    ([{"type": "image", "source": {}}], {}, "prompt", "human"),
    ("do this", {"isSidechain": True}, "subagent_prompt", "agent"),
    ("This session is being continued from a previous one", {}, "compaction", "harness"),
    ("summary", {"isCompactSummary": True}, "compaction", "harness"),
    ([{"type": "tool_result", "tool_use_id": "t"}, {"type": "text", "text": "wait"}], {}, "prompt_midturn", "human"),
    ("[Request interrupted by user]", {}, "interrupt", "human"),
    ("caveat", {"isMeta": True}, "harness", "harness"),
    ("<local-command-stdout>ok</local-command-stdout>", {}, "harness", "harness"),
    ("<task-notification>done</task-notification>", {}, "harness", "harness"),
    ("<bash-input>git pull</bash-input>", {}, "shell_by_user", "human"),
    ("<bash-stdout>up to date</bash-stdout>", {}, "harness", "harness"),
    (
        "<command-message>review is running</command-message><command-name>/review</command-name>",
        {},
        "slash_command",
        "human",
    ),
    ("<command-name>/exit</command-name> <command-message>exit</command-message>", {}, "harness", "harness"),
    ("Operation stopped by hook: no", {}, "hook", "harness"),
    ("Implement the following plan:\n1.", {}, "prompt_plan", "human"),
    ("go", {"planContent": "1."}, "prompt_plan", "human"),
    ("<system-reminder>do not tell</system-reminder>hello", {}, "prompt", "human"),
]


@pytest.mark.parametrize(("content", "facts", "kind", "actor"), SPOKEN)
def test_first_rule_that_matches_says_who_spoke(tmp_path, content, facts, kind, actor):
    write_lines(tmp_path / "s1.jsonl", said(0, content, **facts))
    assert events(tmp_path, "kind", "actor") == [(kind, actor)]


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "tool_result", "tool_use_id": "t", "content": "x"}],
        "",
        [],
        None,
        7,
        ["wow"],
        "<system-reminder>x</system-reminder>",
    ],
)
def test_line_in_which_nobody_speaks_is_no_event(tmp_path, content):
    write_lines(tmp_path / "s1.jsonl", said(0, content))
    assert events(tmp_path, "kind") == []


def test_queued_prompt_counts_only_without_a_line_of_its_own(tmp_path):
    queue = [
        {
            "type": "queue-operation",
            "operation": "enqueue",
            "timestamp": f"2026-03-09T09:00:0{n}Z",
            "sessionId": "s1",
            "content": text,
        }
        for n, text in enumerate(("later", "never told again", "<task-notification>x</task-notification>"))
    ]
    write_lines(tmp_path / "s1.jsonl", *queue, said(9, "later"))
    frames, _ = read_all(tmp_path)
    assert only(frames["agent_events"], "kind", "actor") == [
        ("prompt_queued", "human"),
        ("harness", "harness"),
        ("prompt", "human"),
    ]
    assert only(frames["agent_sessions"], "typed_prompt_count", "queued_prompt_count") == [(1, 1)]


def bash(command: str, text: str, detail: object = None, *, is_error: bool = False) -> list[dict]:
    detail = {"stdout": text, "stderr": "", "interrupted": False} if detail is None else detail
    return [
        answer(0, "m1", 5, call("t1", "Bash", command=command)),
        result(2, "t1", text, is_error=is_error, detail=detail),
    ]


RED, GREEN = "--- FAIL: TestA\nFAIL\texample.com/a\t0.1s", "ok  \texample.com/a\t0.1s"
SHELL = [
    (bash("ls", "a.py"), ("other", "ok", 0, False)),
    (bash("ls nowhere", "Exit code 2\nno such", "Error: Exit code 2", is_error=True), ("other", "failed", 2, False)),
    (bash("go test ./... | tail -5", RED), ("test", "failed", 0, True)),
    (bash("go test ./... | tail -5", GREEN), ("test", "ok", 0, True)),
    (bash("go test ./... | tail -5", "..."), ("test", "unknown", 0, True)),
    (bash("go test ./...", "..."), ("test", "ok", 0, False)),
    (bash("go test -run X ./...", "ok  \texample.com/a\t0.1s [no tests to run]"), ("test", "green_empty", 0, False)),
    (bash("go test ./...", "ok  \texample.com/a\t(cached)"), ("test", "green_empty", 0, False)),
    (bash("ruff check . ; echo done", "done"), ("lint", "unknown", 0, True)),
    (bash("sleep 9", "", {"stdout": "", "backgroundTaskId": "b1"}), ("other", "unknown", None, False)),
    (
        bash("grep x a", "", {"stdout": "", "returnCodeInterpretation": "No matches found"}),
        ("other", "ok", None, False),
    ),
    (bash("make", "", {"stdout": "", "interrupted": True}), ("build", "cancelled", None, False)),
    (
        bash(
            "rm -rf x", "The user doesn't want to proceed with this tool use.", "User rejected tool use", is_error=True
        ),
        ("other", "rejected", None, False),
    ),
    (
        bash("rm x", "Permission to use Bash with command rm x has been denied.", is_error=True),
        ("other", "denied", None, False),
    ),
    (
        bash("ls", "<tool_use_error>Sibling tool call errored</tool_use_error>", is_error=True),
        ("other", "cancelled", None, False),
    ),
]


@pytest.mark.parametrize(("lines", "expected"), SHELL)
def test_shell_command_is_judged_by_summary_then_by_an_exit_status_that_counts(tmp_path, lines, expected):
    write_lines(tmp_path / "s1.jsonl", *lines)
    assert events(tmp_path, "command_kind", "outcome", "exit_code", "is_masked") == [expected]


def test_call_without_a_result_stays_unknown(tmp_path):
    write_lines(tmp_path / "s1.jsonl", answer(0, "m1", 5, call("t1", "Bash", command="ls")))
    assert events(tmp_path, "outcome", "exit_code", "ended_at") == [("unknown", None, None)]


def test_rejection_and_the_interrupt_that_follows_are_one_stop_and_a_plan_sent_back_is_none(tmp_path):
    refused = "The user doesn't want to proceed with this tool use."
    write_lines(
        tmp_path / "s1.jsonl",
        answer(0, "m1", 5, call("t1", "Edit", file_path=f"{CWD}/a.py")),
        result(1, "t1", refused, is_error=True),
        said(2, "[Request interrupted by user for tool use]"),
        said(60, "[Request interrupted by user]"),
        answer(90, "m2", 5, call("t2", "ExitPlanMode", plan="1.")),
        result(91, "t2", refused, is_error=True),
        said(92, "[Request interrupted by user for tool use]"),
    )
    frames, _ = read_all(tmp_path)
    assert only(frames["agent_sessions"], "interrupt_count", "failed_tool_call_count") == [(2, 0)]


def test_edits_are_counted_by_patch_and_written_content_and_kept_as_hashes(tmp_path):
    patch = [{"lines": [" same", "-old line of code", "+new line of code!", "+short"]}]
    write_lines(
        tmp_path / "s1.jsonl",
        answer(0, "m1", 5, call("t1", "Edit", file_path=f"{CWD}/src/a.py", old_string="x", new_string="y")),
        result(1, "t1", "done", detail={"filePath": f"{CWD}/src/a.py", "structuredPatch": patch}),
        answer(
            2,
            "m2",
            5,
            call("t2", "Write", file_path=f"{CWD}/b.py", content="    new line of code!\nand another line\n"),
        ),
        result(3, "t2", "done", detail={"type": "create", "structuredPatch": []}),
        answer(
            4, "m3", 5, call("t3", "Edit", file_path="/home/ada/.claude/plan.md", old_string="a\nb", new_string="a\nc")
        ),
        result(5, "t3", "done"),
        answer(6, "m4", 5, call("t4", "Edit", file_path=f"{CWD}/c.py", old_string="a", new_string="b")),
        result(7, "t4", "String to replace not found", is_error=True),
    )
    frames, _ = read_all(tmp_path)
    assert only(frames["agent_events"], "target_path", "outcome", "added_lines", "deleted_lines") == [
        ("src/a.py", "ok", 2, 1),
        ("b.py", "ok", 2, 0),
        ("~/.claude/plan.md", "ok", 1, 1),
        ("c.py", "failed", None, None),
    ]
    first, second = frames["agent_edits"].rows(named=True)
    assert (first["path"], len(first["line_hashes"])) == ("src/a.py", 1)
    assert (second["path"], second["line_hashes"][0], len(second["line_hashes"])) == (
        "b.py",
        first["line_hashes"][0],
        2,
    )
    assert only(frames["agent_sessions"], "added_lines", "deleted_lines") == [(5, 2)]


def test_commits_and_pull_requests_are_read_from_what_git_and_gh_print(tmp_path):
    command = "git add . && git commit -m \"$(cat <<'EOF'\nfix: rounding\n\nbody\nEOF\n)\" && git push"
    printed = "[fix/rounding 1a2b3c4] fix: rounding\n 1 file changed\n[fix/rounding 5d6e7f8] more"
    write_lines(
        tmp_path / "s1.jsonl",
        answer(0, "m1", 5, call("t1", "Bash", command=command)),
        result(4, "t1", printed, detail={"stdout": printed, "stderr": ""}),
        answer(5, "m2", 5, call("t2", "Bash", command="git commit -qm 'fix: rounding'")),
        result(6, "t2", "", detail={"stdout": "", "stderr": ""}),
        answer(7, "m3", 5, call("t3", "Bash", command="gh pr create --fill")),
        result(
            8,
            "t3",
            "https://github.com/acme/platform/pull/17",
            detail={"stdout": "https://github.com/acme/platform/pull/17"},
        ),
        line("pr-link", 9, prNumber=18, prUrl="https://github.com/acme/platform/pull/18"),
    )
    frames, _ = read_all(tmp_path)
    assert only(frames["agent_events"], "kind", "command_kind", "commit_sha", "pr_number") == [
        ("tool_call", "commit", "5d6e7f8", None),
        ("tool_call", "commit", None, None),
        ("tool_call", "pull_request", None, 17),
        ("pull_request_link", None, None, 18),
    ]
    commits = frames["agent_commits"].sort("called_at", "position")
    assert only(commits, "event_id", "position", "commit_sha", "branch") == [
        ("t1", 1, "1a2b3c4", "fix/rounding"),
        ("t1", 2, "5d6e7f8", "fix/rounding"),
        ("t2", 1, None, None),
    ]
    hashes = commits["subject_hash"].to_list()
    assert hashes[0] == hashes[2] != hashes[1]


def test_session_row_tells_times_branches_models_and_counts(tmp_path):
    lines = [
        said(0, "go"),
        answer(60, "m1", 5, call("t1", "Read", file_path="a"), call("t2", "Bash", command="false"), gitBranch="fix"),
        result(70, "t2", "Exit code 1", is_error=True, gitBranch="fix"),
        said(2000, "still there?", version="2.1.10"),
    ]
    write_lines(tmp_path / "s1.jsonl", *lines)
    frames, _ = read_all(tmp_path, folders={"/home/ada": "home", CWD: "platform"})
    (row,) = frames["agent_sessions"].rows(named=True)
    assert len(row.pop("user_hash")) == 32 and len(row.pop("transcript_digest")) == 64
    assert row == {
        "source": "claude-code", "session_id": "s1", "parent_session_id": None, "agent": "claude-code", "agent_version": "2.1.10",
        "repo": "platform", "branches": ["main", "fix"], "models": ["claude-opus-4-6"],
        "started_at": datetime(2026, 3, 9, 9, tzinfo=UTC), "ended_at": datetime(2026, 3, 9, 9, 33, 20, tzinfo=UTC),
        "active_seconds": 70.0, "idle_rule_seconds": 600.0, "typed_prompt_count": 2, "queued_prompt_count": 0,
        "plan_prompt_count": 0, "tool_call_count": 2, "failed_tool_call_count": 1, "interrupt_count": 0, "compaction_count": 0,
        "added_lines": None, "deleted_lines": None, "is_truncated": False, "file": "s1.jsonl",
    }  # fmt: skip


def test_only_sessions_of_configured_repositories_are_kept_of_the_default_folder(tmp_path):
    elsewhere = [
        one | {"sessionId": "s2", "cwd": "/home/ada/platform-old"} for one in (said(0, "go"), answer(1, "m2", 5))
    ]
    inside = [answer(1, "m1", 5, cwd=f"{CWD}/.claude/worktrees/x")]
    write_lines(tmp_path / "a.jsonl", *elsewhere)
    write_lines(tmp_path / "b.jsonl", *inside)
    frames, _ = read_all(tmp_path, folders={CWD: "platform"}, only_configured=True)
    assert only(frames["agent_sessions"], "session_id", "repo") == [("s1", "platform")]
    assert only(frames["gateway_requests"], "session_id") == [("s1",)]
    assert set(frames["agent_events"]["session_id"]) <= {"s1"}


def test_nobody_s_words_and_no_secret_are_kept(tmp_path):
    key = "ghp_" + "a1B2" * 9
    write_lines(
        tmp_path / "s1.jsonl",
        said(0, SECRET),
        answer(
            1, "m1", 5, {"type": "text", "text": SECRET}, call("t1", "Bash", command=f"echo {SECRET}"), gitBranch=key
        ),
        result(2, "t1", SECRET, detail={"stdout": SECRET}),
        answer(3, "m2", 5, call("t2", "Write", file_path=f"{CWD}/{key}.txt", content=SECRET)),
        result(4, "t2", "done", detail={"type": "create"}),
    )
    frames, _ = read_all(tmp_path)
    kept = "\n".join(str(frame.rows()) for frame in frames.values())
    assert "quick brown" not in kept and key not in kept and "/home/ada" not in kept
    assert frames["agent_events"].filter(pl.col("tool") == "Write")["target_path"].item().startswith("[github:")
