"""Codex's rollouts and Gemini CLI's sessions: cache and reasoning where each format has them, each request once."""

import hashlib
import json

import pytest
from agent_transcripts import CWD, at, only, read_all, write_lines

TOKENS = ["uncached_input_tokens", "cache_read_tokens", "output_tokens", "reasoning_tokens", "logged_total_tokens"]


def item(seconds: float, kind: str, **payload: object) -> dict:
    return {"timestamp": at(seconds), "type": kind, "payload": payload}


def head(session: str, seconds: float = 0, **more: object) -> dict:
    facts = {"id": session, "cwd": CWD, "cli_version": "0.62.0", "model_provider": "openai", "git": {"branch": "main"}}
    return item(seconds, "session_meta", **facts | more)


def used(given: int, cached: int, out: int, thought: int) -> dict:
    return {
        "input_tokens": given,
        "cached_input_tokens": cached,
        "output_tokens": out,
        "reasoning_output_tokens": thought,
        "total_tokens": given + out,
    }


def count(seconds: float, last: dict | None, total: dict | None) -> dict:
    info = {"last_token_usage": last, "total_token_usage": total} if last or total else None
    return item(seconds, "event_msg", type="token_count", info=info)


FIRST, SECOND = used(1000, 250, 125, 75), used(500, 400, 20, 5)
BOTH = used(1500, 650, 145, 80)


def codex(folder, *lines):
    write_lines(folder / "rollout-1.jsonl", *lines)
    return read_all(folder, "codex")[0]


def test_codex_cache_is_inside_input_and_reasoning_inside_output(tmp_path):
    frames = codex(tmp_path, head("c1"), item(1, "turn_context", model="gpt-5.2-codex"), count(2, FIRST, FIRST))
    names = ["model", "provider", "session_id", "branch", *TOKENS]
    assert only(frames["gateway_requests"], *names) == [
        ("gpt-5.2-codex", "openai", "c1", "main", 750, 250, 125, 75, 1125)
    ]


def test_codex_count_written_twice_is_one_request_and_a_count_without_info_is_none(tmp_path):
    frames = codex(
        tmp_path,
        head("c1"),
        count(1, None, None),
        count(2, FIRST, FIRST),
        count(3, FIRST, FIRST),
        count(4, SECOND, BOTH),
    )
    assert only(frames["gateway_requests"], *TOKENS) == [(750, 250, 125, 75, 1125), (100, 400, 20, 5, 520)]


def test_codex_total_alone_gives_the_difference(tmp_path):
    frames = codex(tmp_path, head("c1"), count(1, None, FIRST), count(2, None, BOTH))
    assert only(frames["gateway_requests"], *TOKENS) == [(750, 250, 125, 75, 1125), (100, 400, 20, 5, 520)]


def test_codex_fork_with_copied_history_adds_only_its_own_requests(tmp_path):
    write_lines(tmp_path / "a.jsonl", head("c1"), count(2, FIRST, FIRST))
    fork = head("c2", 50, forked_from_id="c1")
    write_lines(tmp_path / "b.jsonl", fork, count(50, FIRST, FIRST), count(60, SECOND, BOTH))
    frames, _ = read_all(tmp_path, "codex")
    assert only(frames["gateway_requests"], "session_id", "output_tokens") == [("c1", 125), ("c2", 20)]
    assert only(frames["agent_sessions"].sort("session_id"), "session_id", "parent_session_id") == [
        ("c1", None),
        ("c2", "c1"),
    ]


def test_codex_subagents_of_one_parent_with_the_same_total_stay_two(tmp_path):
    spawned = {"source": {"subagent": {"thread_spawn": {"parent_thread_id": "c1"}}}}
    write_lines(tmp_path / "a.jsonl", head("c1"), count(2, FIRST, FIRST))
    for name in ("c2", "c3"):
        write_lines(tmp_path / f"{name}.jsonl", head(name, 10, **spawned), count(20, SECOND, SECOND))
    copied = (head("c4", 30, **spawned), head("c1", 30), count(31, FIRST, FIRST), count(40, SECOND, BOTH))
    write_lines(tmp_path / "c4.jsonl", *copied)
    frames, _ = read_all(tmp_path, "codex")
    columns = ("session_id", "output_tokens", "is_subagent")
    assert sorted(only(frames["gateway_requests"], *columns)) == [
        ("c1", 125, False),
        ("c2", 20, True),
        ("c3", 20, True),
        ("c4", 20, True),
    ]
    assert sorted(only(frames["agent_sessions"], "session_id", "parent_session_id"), key=str) == [
        ("c1", None),
        ("c2", "c1"),
        ("c3", "c1"),
        ("c4", "c1"),
    ]


def test_codex_tools_prompts_and_stops_become_events(tmp_path):
    patch = (
        "*** Begin Patch\n*** Update File: src/a.py\n@@\n-old\n+new line of code\n"
        "*** Add File: b.py\n+first line of it\n*** End Patch"
    )
    failed = json.dumps({"output": "1 failed in 2s", "metadata": {"exit_code": 0}})
    shell = json.dumps({"command": ["bash", "-lc", "pytest -q | tail"]})
    frames = codex(
        tmp_path,
        head("c1"),
        item(1, "event_msg", type="user_message", message="fix it"),
        item(2, "response_item", type="function_call", name="shell", call_id="k1", arguments=shell),
        item(3, "response_item", type="function_call_output", call_id="k1", output=failed),
        item(4, "response_item", type="custom_tool_call", name="apply_patch", call_id="k2", input=patch),
        item(5, "response_item", type="custom_tool_call_output", call_id="k2", output="Success"),
        item(6, "event_msg", type="turn_aborted", reason="interrupted"),
        item(7, "compacted", message="..."),
    )  # fmt: skip
    names = [
        "kind",
        "actor",
        "tool",
        "outcome",
        "exit_code",
        "failed_test_count",
        "target_path",
        "added_lines",
        "deleted_lines",
    ]
    assert only(frames["agent_events"], *names) == [
        ("prompt", "human", None, "ok", None, None, None, None, None),
        ("tool_call", "agent", "shell", "failed", 0, 1, None, None, None),
        ("tool_call", "agent", "apply_patch", "ok", None, None, "src/a.py", 2, 1),
        ("interrupt", "human", None, "ok", None, None, None, None, None),
        ("compaction", "harness", None, "ok", None, None, None, None, None),
    ]
    assert only(frames["agent_edits"], "path") == [("src/a.py",), ("b.py",)]


def test_codex_cache_beyond_input_leaves_both_unknown(tmp_path):
    frames = codex(tmp_path, head("c1"), count(2, used(10, 20, 1, 0), None))
    assert only(frames["gateway_requests"], *TOKENS[:3]) == [(None, None, 1)]


def test_gemini_thoughts_stand_beside_output_and_cache_inside_input(tmp_path):
    tokens = {"input": 100, "output": 18, "cached": 40, "thoughts": 31, "tool": 7, "total": 156}
    session = {
        "sessionId": "g1", "projectHash": hashlib.sha256(CWD.encode()).hexdigest(), "startTime": at(0),
        "messages": [
            {"id": "m1", "timestamp": at(0), "type": "user", "content": "hello"},
            {"id": "m2", "timestamp": at(5), "type": "gemini", "model": "gemini-2.5-pro", "tokens": tokens, "toolCalls": [
                {"id": "k1", "name": "run_shell_command", "status": "success", "args": {"command": "pytest"}, "timestamp": at(6),
                 "result": [{"functionResponse": {"response": {"output": "2 passed in 1s\nExit Code: 0"}}}]},
                {"id": "k2", "name": "write_file", "status": "success", "args": {"file_path": f"{CWD}/a.py", "content": "a\nb"}},
            ]},
        ],
    }  # fmt: skip
    path = tmp_path / "h" / "chats" / "session-1.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(session, indent=2))
    frames, accounts = read_all(tmp_path, "gemini-cli", {CWD: "platform"})
    assert accounts == {}
    assert only(frames["gateway_requests"], "request_key", "provider", "repo", *TOKENS) == [
        ("g1:m2", "google", "platform", 67, 40, 49, 31, 156)
    ]
    assert only(frames["agent_events"], "kind", "tool", "outcome", "exit_code", "passed_test_count", "target_path") == [
        ("prompt", None, "ok", None, None, None),
        ("tool_call", "run_shell_command", "ok", 0, 2, None),
        ("tool_call", "write_file", "ok", None, None, "a.py"),
    ]


@pytest.mark.parametrize("kind", ["codex", "gemini-cli"])
def test_damaged_lines_are_counted_and_the_rest_is_read(tmp_path, kind):
    good = count(2, FIRST, FIRST) if kind == "codex" else {
        "sessionId": "g1", "messages": [{"id": "m", "timestamp": at(1), "type": "gemini", "tokens": {"input": 1, "output": 2}}]
    }  # fmt: skip
    path = write_lines(tmp_path / "a.jsonl", 7, {"x": 1}, good)
    path.write_text(path.read_text() + '{"half": ')
    frames, accounts = read_all(tmp_path, kind)
    what = "line of a rollout" if kind == "codex" else "session"
    reasons = ["half a line: 1 (at line 4)", "no object: 1 (at line 1)", f"no {what}: 1 (at line 2)"]
    assert accounts == {"a.jsonl": "; ".join(sorted(reasons))}
    assert frames["gateway_requests"].height == 1
