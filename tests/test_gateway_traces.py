"""Logs of traces, of Langfuse and OpenTelemetry: each request once, whoever else of a trace tells of it. Samples are invented."""

import json

import pytest
from gateway_logs import HASH_KEY, at, attributes, chat_span, dollars, lines, read, read_files, row

from retro.keyed_hashes import keyed_hash

SPELLINGS = {
    "nothing told": ({"input": 10, "output": 5, "total": 15}, {"uncached_input_tokens": 10, "output_tokens": 5}),
    "parts with dots": (
        {"input": 10, "prompt_details.cache_read": 4, "output": 5, "completion_details.reasoning": 3, "total": 15},
        {"uncached_input_tokens": 6, "cache_read_tokens": 4, "output_tokens": 5, "reasoning_tokens": 3},
    ),
    "langchain": (
        {"input": 10, "input_audio": 1, "input_cache_read": 4, "output": 5, "output_reasoning": 3, "total": 23},
        {"uncached_input_tokens": 11, "cache_read_tokens": 4, "output_tokens": 8, "reasoning_tokens": 3},
    ),
    "openai": (
        {"input": 10, "input_cached_tokens": 4, "output": 5, "output_reasoning_tokens": 3, "total": 22},
        {"uncached_input_tokens": 10, "cache_read_tokens": 4, "output_tokens": 8, "reasoning_tokens": 3},
    ),
    "anthropic": (
        {"input": 10, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 2, "output": 5},
        {"uncached_input_tokens": 10, "cache_read_tokens": 4, "cache_write_5m_tokens": 2, "output_tokens": 5},
    ),
    "the total knows better": (
        {"input": 10, "input_cached_tokens": 4, "output": 5, "output_reasoning_tokens": 3, "total": 15},
        {"uncached_input_tokens": 6, "cache_read_tokens": 4, "output_tokens": 5, "reasoning_tokens": 3},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("usage", "tokens"), SPELLINGS.values(), ids=SPELLINGS)
def test_langfuse_usage_is_read_by_its_spelling(tmp_path, usage, tokens):
    observation = {
        "id": "o1", "traceId": "t1", "type": "GENERATION", "startTime": "2026-03-09T08:00:00Z", "level": "DEFAULT",
        "endTime": "2026-03-09T08:00:03.398Z", "model": "gpt-5-mini", "usageDetails": usage,
        "costDetails": {"input": 1e-06, "total": 2.5e-05}, "modelParameters": {"max_tokens": -1}, "input": "a prompt",
    }  # fmt: skip
    trace = {"trace": {"sessionId": "s-1", "userId": "ada", "tags": ["sprint=2"]}, "observations": [observation]}
    total = {"logged_total_tokens": usage["total"]} if "total" in usage else {}
    assert read(tmp_path, json.dumps(trace), "langfuse")[0] == [
        row(
            "langfuse", "o1", requested_at=at("2026-03-09T08:00:00"), duration_seconds=3.398, model="gpt-5-mini", **tokens,
            **total, **dollars("0.000025"), tags={"sprint": "2"}, session_id="s-1", user_hash=keyed_hash(HASH_KEY, "ada"),
        )
    ]  # fmt: skip


def test_langfuse_observation_around_others_with_usage_counts_once(tmp_path):
    def observation(key, parent, usage):
        return {"id": key, "parentObservationId": parent, "startTime": "2026-03-09T08:00:00Z", "usageDetails": usage}

    usage = {"input": 1, "output": 2}
    log = lines(
        observation("call", "step", usage), observation("step", "run", {}), observation("run", None, usage),
        observation("other", None, usage),
    )  # fmt: skip
    rows, account = read(tmp_path, log, "langfuse")
    assert [one["request_key"] for one in rows] == ["call", "other"]
    assert (account.read, account.loaded, account.text()) == (
        3,
        2,
        "usage told again by the steps inside it: 1 (at line 3)",
    )


def observation(key: str | None, parent: str | None = None, usage: dict | None = None, **more) -> dict:
    at_eight = {"id": key, "parentObservationId": parent, "type": "GENERATION", "startTime": "2026-03-09T08:00:00Z"}
    return at_eight | ({} if usage is None else {"usageDetails": usage}) | more


def test_langfuse_call_within_a_call_counts_once_by_the_larger_telling(tmp_path):
    """Of two libraries that wrote one call down, one counted without tools; a run around calls never is the better telling."""
    log = lines(
        observation("whole", None, {"input": 1000, "output": 100}), observation("part", "whole", {"input": 50, "output": 5}),
        observation("deeper", "part", {"input": 5}),
        observation("run", None, {"input": 900, "output": 9}, type="AGENT"), observation("first", "run", {"input": 10}),
        observation("second", "run", {"input": 20}), observation("alone", None, {"input": 7}, type="AGENT"),
    )  # fmt: skip
    rows, account = read(tmp_path, log, "langfuse")
    assert [(one["request_key"], one["uncached_input_tokens"]) for one in rows] == [
        ("whole", 1000),
        ("first", 10),
        ("second", 20),
        ("alone", 7),
    ]
    assert (account.read, account.text()) == (
        7,
        "usage told again by the step around it: 2 (first at line 2); usage told again by the steps inside it: 1 (at line 4)",
    )


def test_langfuse_steps_that_stand_around_themselves_count(tmp_path):
    log = lines(
        observation("a", "b", {"input": 1}), observation("b", "a", {"input": 2}), observation("c", "c", {"input": 3})
    )
    rows, account = read(tmp_path, log, "langfuse")
    assert [one["request_key"] for one in rows] == ["a", "b", "c"]
    assert account.text() is None


def test_langfuse_money_without_id_or_tokens_and_the_old_form_count(tmp_path):
    old = {"type": "GENERATION", "model": "m", "calculatedTotalCost": 0.01}
    log = lines(
        observation(None, None, {"input": 10}, costDetails={"total": 0.01}),
        observation("image", None, {}, costDetails={"total": 0.04}),
        observation("old") | old | {"usage": {"input": 10, "output": 5, "total": 15, "unit": "TOKENS"}},
        observation("letters") | old | {"usage": {"input": 40, "unit": "CHARACTERS"}}, observation("nothing known", totalCost=0),
        {"id": "step", "type": "SPAN", "startTime": "2026-03-09T08:00:00Z", "totalCost": 0,
         "usage": {"input": 0, "output": 0, "total": 0, "unit": None}},
    )  # fmt: skip
    rows, account = read(tmp_path, log + '123\n"text"\n{"foo": 1}\n{"observations": ["o1"]}\n', "langfuse")
    same = {
        "source": "langfuse",
        "requested_at": at("2026-03-09T08:00:00"),
        "status": "unknown",
        "tags": {},
        "file": "log.jsonl",
    }
    assert rows[0].pop("request_key").startswith("content:")
    assert rows == [
        same | {"uncached_input_tokens": 10, "line": 1} | dollars("0.01"),
        same | {"request_key": "image", "line": 2} | dollars("0.04"),
        same | {"request_key": "old", "model": "m", "uncached_input_tokens": 10, "output_tokens": 5, "logged_total_tokens": 15,
                "line": 3} | dollars("0.01"),
        same | {"request_key": "letters", "model": "m", "line": 4} | dollars("0.01"),
        same | {"request_key": "nothing known", "line": 5},
    ]  # fmt: skip
    assert (account.read, account.loaded, account.text()) == (
        9,
        5,
        "no id, told apart by all that the log says: 1 (at line 1); no object of JSON: 3 (first at line 7); "
        "no observation of Langfuse: 1 (at line 9)",
    )


def test_langfuse_trace_with_its_observations_inside_gives_them_its_session(tmp_path):
    trace = {
        "id": "t1",
        "sessionId": "s-1",
        "tags": ["sprint=2"],
        "observations": [observation("o1", None, {"input": 1})],
    }
    assert read(tmp_path, lines(trace), "langfuse")[0] == [
        row(
            "langfuse", "o1", requested_at=at("2026-03-09T08:00:00"), uncached_input_tokens=1, status="unknown",
            session_id="s-1", tags={"sprint": "2"},
        )
    ]  # fmt: skip


def test_otel_span_has_cache_inside_input(tmp_path):
    told = attributes(
        gen_ai__usage__input_tokens=100, gen_ai__usage__output_tokens=20, gen_ai__usage__cache_read__input_tokens=60,
        gen_ai__usage__cache_creation__input_tokens=10, gen_ai__response__model="gpt-4o", gen_ai__provider__name="openai",
        gen_ai__response__id="chatcmpl-1", gen_ai__conversation__id="s-1", gen_ai__request__max_tokens=500, feature="fleet",
        gen_ai__prompt__0__content="a prompt",
    )  # fmt: skip
    span = {
        "traceId": "t", "spanId": "a", "parentSpanId": "run", "startTimeUnixNano": "1773043200000000000",
        "endTimeUnixNano": "1773043202500000000", "attributes": told, "status": {"code": 2},
    }  # fmt: skip
    run = {
        "traceId": "t",
        "spanId": "run",
        "startTimeUnixNano": "1",
        "attributes": attributes(gen_ai__usage__input_tokens=100),
    }
    other = {"traceId": "t", "spanId": "db", "startTimeUnixNano": "1773043200000000000", "attributes": []}
    resource = {"attributes": attributes(sprint="2", host__name="build-7")}
    export = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [run, span, other]}]}]}
    rows, account = read(tmp_path, lines(export), "otel", tags={"feature": "feature"})
    assert rows == [
        row(
            "otel", "t a", response_id="chatcmpl-1", requested_at=at("2026-03-09T08:00:00"), duration_seconds=2.5,
            model="gpt-4o", provider="openai", uncached_input_tokens=30, cache_read_tokens=60, cache_write_5m_tokens=10,
            output_tokens=20, output_limit_tokens=500, status="failed", tags={"sprint": "2", "feature": "fleet"},
            session_id="s-1",
        )
    ]  # fmt: skip
    assert account.text() == "usage told again by the steps inside it: 1 (at line 1)"


def test_otel_agent_around_a_chat_counts_nowhere_also_where_the_chat_is_in_another_file(tmp_path):
    (tmp_path / "otel-1.jsonl").write_text(lines(chat_span("chat", "run", input=1000, output=100)))
    around = [chat_span(name, operation=name, input=1000, output=100) for name in ("invoke_agent", "execute_tool")]
    (tmp_path / "otel-2.jsonl").write_text(lines(*around, chat_span("alone")))
    rows, account = read_files(tmp_path, "otel", "otel-*.jsonl")
    same = {"requested_at": at("2026-03-09T08:00:00")}
    assert rows == [
        row("otel", "t chat", uncached_input_tokens=1000, output_tokens=100, file="otel-1.jsonl", **same),
        row("otel", "t alone", file="otel-2.jsonl", line=3, **same),
    ]
    reason = "usage of an agent, a workflow or a tool, told by the requests inside it: 2 (first at line 1)"
    assert (account.read, account.text()) == (4, reason)


def test_otel_chat_within_a_chat_counts_once_by_the_larger_telling(tmp_path):
    log = lines(
        chat_span("small", input=10), chat_span("large", "small", input=60), chat_span("whole", input=1000),
        chat_span("part", "whole", input=50), chat_span("retried", input=70), chat_span("failed", "retried"),
    )  # fmt: skip
    rows, account = read(tmp_path, log, "otel")
    assert [one["request_key"] for one in rows] == ["t large", "t whole", "t retried"]
    told_again = {"usage told again by the steps inside it": 1, "usage told again by the step around it": 2}
    assert (account.read, account.reasons) == (6, told_again)


def test_otel_things_that_are_no_objects_are_counted(tmp_path):
    strays = '77\n{"foo": 1}\n{"resourceSpans": [5, {"scopeSpans": "x"}, {"scopeSpans": [{"spans": [null]}]}]}\n'
    rows, account = read(tmp_path, strays + '{"resourceMetrics": []}\n' + lines(chat_span("chat")), "otel")
    assert [one["request_key"] for one in rows] == ["t chat"]
    assert (account.read, account.text()) == (
        6,
        "no export of OpenTelemetry: 1 (at line 2); no object of JSON: 4 (first at line 1)",
    )


def test_claude_code_event_has_cache_apart_from_input(tmp_path):
    told = attributes(
        event__name="api_request", model="claude-opus-4-5", cost_usd=0.0125, duration_ms="2500", input_tokens="3",
        output_tokens="40", cache_read_tokens="1000", cache_creation_tokens="200", session__id="s-1", event__sequence=7,
        event__timestamp="2026-03-09T08:00:00.123Z", user__account_uuid="u-1", organization__id="core", prompt="a prompt",
    )  # fmt: skip
    record = {
        "timeUnixNano": "1773043200123000000",
        "body": {"stringValue": "claude_code.api_request"},
        "attributes": told,
    }
    export = {
        "resourceLogs": [{"resource": {"attributes": []}, "scopeLogs": [{"logRecords": [record, {"attributes": []}]}]}]
    }
    assert read(tmp_path, lines(export), "otel")[0] == [
        row(
            "otel", "s-1 7", requested_at=at("2026-03-09T08:00:00.123"), duration_seconds=2.5, model="claude-opus-4-5",
            provider="anthropic", uncached_input_tokens=3, cache_read_tokens=1000, cache_write_5m_tokens=200,
            output_tokens=40, **dollars("0.0125"), session_id="s-1", user_hash=keyed_hash(HASH_KEY, "u-1"), team="core",
        )
    ]  # fmt: skip


def test_claude_code_events_are_told_apart_by_the_id_of_the_request(tmp_path):
    def event(request_id, speed):
        told = attributes(
            event__name="api_request", model="claude-opus-5", input_tokens="3", output_tokens="40", session__id="s-1",
            event__sequence=7, event__timestamp="2026-03-09T08:00:00Z", request_id=request_id, speed=speed,
        )  # fmt: skip
        return {"timeUnixNano": "1773043200000000000", "attributes": told}

    export = {"resourceLogs": [{"scopeLogs": [{"logRecords": [event("req_1", "fast"), event("req_2", "normal")]}]}]}
    same = {
        "requested_at": at("2026-03-09T08:00:00"), "model": "claude-opus-5", "provider": "anthropic",
        "uncached_input_tokens": 3, "output_tokens": 40, "session_id": "s-1",
    }  # fmt: skip
    assert read(tmp_path, lines(export), "otel")[0] == [
        row("otel", "req_1", provider_request_id="req_1", service_tier="fast", **same),
        row("otel", "req_2", provider_request_id="req_2", service_tier="normal", **same),
    ]


def test_real_langfuse_traces_count_every_call_once(samples):
    rows, account = read_files(samples, "langfuse", "langfuse/framework-traces")
    told_again = {"usage told again by the steps inside it": 2, "usage told again by the step around it": 2}
    assert (account.read, account.loaded, account.reasons) == (43, 39, told_again)
    assert sum("logged_total_tokens" not in one and "logged_cost" not in one for one in rows) == 2
    dropped = [
        one
        for one in rows
        if one.get("logged_total_tokens", 0) > one.get("uncached_input_tokens", 0) + one.get("output_tokens", 0)
    ]
    assert [(one["uncached_input_tokens"], one["output_tokens"]) for one in dropped] == [(5, 845)]
