"""Real transcripts: token counts to the last one, by day and model, and odd files of other projects."""

import gzip
import json
import math
import os

import orjson
import polars as pl
import pytest
from agent_transcripts import only, read_all

TOTALS = {
    "uncached_input_tokens": 692_079,
    "output_tokens": 1_878_772,
    "cache_write_5m_tokens": 48_956_706,
    "cache_write_1h_tokens": 38_935_260,
    "cache_read_tokens": 1_854_678_429,
}


@pytest.fixture(scope="module")
def usage(samples, tmp_path_factory):
    folder = tmp_path_factory.mktemp("usage")
    (folder / "usage_lines.jsonl.gz").symlink_to(samples / "claude-code-entire" / "usage_lines.jsonl.gz")
    return read_all(folder)


def test_84_228_usage_lines_are_20_979_billed_requests_with_these_tokens(usage):
    requests = usage[0]["gateway_requests"]
    assert (requests.height, requests.n_unique("request_key"), usage[1]) == (20_979, 20_979, {})
    assert {name: requests[name].sum() for name in TOTALS} == TOTALS


def test_tokens_of_each_of_the_81_days_and_models_are_those_of_a_plain_count(usage, samples):
    day = pl.col("requested_at").dt.strftime("%Y-%m-%d")
    groups = (
        usage[0]["gateway_requests"].group_by(day.alias("day"), "model").agg(pl.col(*TOTALS).sum()).sort("day", "model")
    )
    assert groups.height == 81
    assert groups.rows() == plain_count(samples / "claude-code-entire" / "usage_lines.jsonl.gz")


def plain_count(path) -> list[tuple]:
    """The same told by the rule alone, sharing no code: the fullest line of each key, at the earliest of its times."""
    best, first = {}, {}
    for line in gzip.decompress(path.read_bytes()).splitlines():
        record = orjson.loads(line)
        record = record.get("data", {}).get("message", record)
        message = record["message"]
        key = (message["id"], record.get("requestId"))
        first[key] = min(first.get(key, "9"), record["timestamp"])
        if key not in best or message["usage"]["output_tokens"] > best[key]["usage"]["output_tokens"]:
            best[key] = message
    sums: dict[tuple, list[int]] = {}
    for key, message in best.items():
        if message["model"] == "<synthetic>":
            continue
        used = message["usage"]
        written = used["cache_creation"]
        row = [used["input_tokens"], used["output_tokens"], written["ephemeral_5m_input_tokens"]]
        row += [written["ephemeral_1h_input_tokens"], used["cache_read_input_tokens"]]
        group = sums.setdefault((first[key][:10], message["model"]), [0] * 5)
        sums[first[key][:10], message["model"]] = [one + two for one, two in zip(group, row, strict=True)]
    return [(*key, *row) for key, row in sorted(sums.items())]


def test_blanked_transcripts_tell_sessions_calls_and_pull_requests(samples):
    frames, _ = read_all(samples / "claude-code-entire" / "projects")
    sessions, events = frames["agent_sessions"], frames["agent_events"]
    assert sessions["active_seconds"].min() > 0 and not sessions["is_truncated"].any()
    assert set(events["session_id"]) <= set(sessions["session_id"])
    assert events.select("session_id", "sequence").is_duplicated().sum() == 0


def test_gemini_sessions_add_up_to_their_own_totals(samples):
    frames, accounts = read_all(samples / "gemini-cli-entire", "gemini-cli")
    requests = frames["gateway_requests"]
    total = pl.col("uncached_input_tokens") + pl.col("cache_read_tokens") + pl.col("output_tokens")
    assert accounts == {} and requests.height == 17
    assert requests.filter(total != pl.col("logged_total_tokens")).is_empty()
    assert requests.filter(pl.col("reasoning_tokens") > pl.col("output_tokens")).is_empty()


def test_odd_lines_of_another_project_are_counted_and_the_rest_read(samples):
    frames, accounts = read_all(samples / "claude-code-log")
    told = "no line of a transcript: 1 (at line 14); no object: 3 (first at line 13); no readable time: 1 (at line 11)"
    assert accounts == {"edge_cases.jsonl": told}
    assert only(frames["agent_events"].filter(tool="FailingTool"), "outcome") == [("failed",)]


def test_exported_session_is_read_from_its_list_of_lines(samples, tmp_path):
    (tmp_path / "sample_session.jsonl").symlink_to(samples / "claude-code-transcripts" / "sample_session.json")
    frames, accounts = read_all(tmp_path)
    tests = frames["agent_events"].filter(command_kind="test")
    assert accounts == {} and only(tests, "outcome", "passed_test_count") == [("ok", 2), ("failed", None)]


def test_session_with_a_commit_is_read(samples):
    frames, _ = read_all(samples / "claude-code-transcripts")
    found = frames["agent_commits"].filter(session_id="test-session-id")
    assert ("abc1234", "main") in only(found, "commit_sha", "branch")


def test_fixtures_of_ccusage_give_what_they_hold(samples):
    claude, _ = read_all(samples / "ccusage-fixtures" / "fixtures" / "claude")
    names = ["uncached_input_tokens", "cache_write_5m_tokens", "cache_read_tokens", "output_tokens", "logged_cost_usd"]
    assert [float(claude["gateway_requests"][name].sum()) for name in names] == pytest.approx([730, 90, 110, 310, 1.09])
    codex, _ = read_all(samples / "ccusage-fixtures" / "fixtures" / "codex", "codex")
    names = ["model", "uncached_input_tokens", "cache_read_tokens", "output_tokens", "reasoning_tokens"]
    assert only(codex["gateway_requests"], *names) == [
        ("gpt-5.2-codex", 750, 250, 125, 75),
        ("gpt-5.3-codex", 2000, 500, 300, 200),
    ]


def test_clock_of_a_gap_is_cut_at_ten_minutes(usage):
    sessions = usage[0]["agent_sessions"]
    longest = (sessions["ended_at"] - sessions["started_at"]).dt.total_seconds()
    assert (sessions["active_seconds"] <= longest + 1).all() and not math.isnan(sessions["active_seconds"].sum())


def test_transcripts_of_a_folder_named_by_the_environment_add_up(tmp_path):
    """Whole transcripts are too large for the samples: RETRO_TRANSCRIPTS names the folder of those behind the usage lines."""
    folder = os.environ.get("RETRO_TRANSCRIPTS")
    if not folder:
        pytest.skip("RETRO_TRANSCRIPTS names no folder")
    from pathlib import Path

    frames, accounts = read_all(Path(folder))
    assert {name: frames["gateway_requests"][name].sum() for name in TOTALS} == TOTALS
    assert json.dumps(accounts).count("no line of a transcript") == 6
