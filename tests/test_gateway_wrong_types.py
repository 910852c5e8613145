"""Whatever JSON stands in a place of a log, its file is read to the end and every record of it is loaded or counted."""

import copy
import json
from collections.abc import Iterator

import pytest
from gateway_logs import attributes, chat_span, read, spend_log

WRONG = (
    None,
    True,
    "",
    "x",
    "-1",
    "²",
    "9" * 5000,
    "NaN",
    7,
    1.5,
    10**30,
    [],
    [1],
    ["x=1"],
    [[]],
    {},
    {"x": 1},
    {"value": {}},
    [{}],
    [None],
)
AT = "2026-03-09T08:00:00Z"
LOGS = {
    "litellm": spend_log(
        1, metadata={"usage_object": {"prompt_tokens_details": {"cached_tokens": 1}}, "spend_logs_metadata": {"team": "core"}},
        request_tags=["sprint=1"], model_parameters={"max_tokens": 1}, cost_breakdown={"tool_usage_cost": 0}, user="ada",
    ),
    "openrouter": {
        "id": "gen-1773043200-a", "model": "m", "provider": "p", "user": "ada",
        "usage": {"prompt_tokens": 2, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 1}, "cost": 0.1,
                  "is_byok": True, "cost_details": {"upstream_inference_cost": 1, "upstream_inference_prompt_cost": 1}},
    },
    "langfuse": {"trace": {"tags": ["sprint=1"]}, "observations": [
        {"id": "o", "parentObservationId": "p", "type": "GENERATION", "startTime": AT, "usageDetails": {"input": 1, "total": 1},
         "costDetails": {"total": 1}, "modelParameters": {"max_tokens": 1}, "usage": {"unit": "TOKENS"}, "totalCost": 1}]},
    "otel": chat_span("a", "b", input=1) | {"resourceLogs": [{"scopeLogs": [{"logRecords": [
        {"body": {"stringValue": "claude_code.api_request"}, "attributes": attributes(input_tokens="1", session__id="s")}]}]}]},
    "portkey": {"id": "p", "created_at": AT, "metadata": {"_user": "ada"}, "cost": 1, "cost_currency": "cents"},
    "openai-usage": {"data": [
        {"start_time": 1773014400, "results": [{"input_tokens": 1, "amount": {"value": 1, "currency": "usd"}}]}]},
    "anthropic-usage": {"data": [
        {"starting_at": AT, "results": [{"amount": "1", "cache_creation": {"ephemeral_5m_input_tokens": 1}}]}]},
    "focus": {"ChargePeriodStart": AT, "BilledCost": "1", "BillingCurrency": "USD", "Tags": {"sprint": "1"}},
}  # fmt: skip


def places(value: object, path: tuple = ()) -> Iterator[tuple]:
    """Paths to all that stands in a JSON value, itself too."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*path, key))


def replaced(log: object, path: tuple, wrong: object) -> object:
    """A copy with another value in this place."""
    if not path:
        return wrong
    changed = copy.deepcopy(log)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = wrong
    return changed


@pytest.mark.parametrize("kind", LOGS)
def test_no_value_in_any_place_breaks_a_reader(tmp_path, kind):
    broken = [replaced(LOGS[kind], path, wrong) for path in places(LOGS[kind]) for wrong in WRONG]
    rows, account = read(tmp_path, "".join(json.dumps(one) + "\n" for one in broken), kind)
    assert 0 < account.loaded == len(rows) <= account.read
    assert {row["line"] for row in rows} <= set(range(1, len(broken) + 1))
