"""OpenTelemetry: spans by the GenAI conventions, and the `api_request` events of Claude Code, as OTLP JSON, one export a line.

    {"resourceSpans": [{"resource": {"attributes": [...]}, "scopeSpans": [{"spans": [{"traceId": "5b8e...", "spanId": "eee1...",
     "startTimeUnixNano": "1767225600000000000", "attributes": [{"key": "gen_ai.usage.input_tokens", "value": {"intValue": "99"}},
     ...]}]}]}]}
    {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": "...", "body": {"stringValue": "claude_code.api_request"},
     "attributes": [{"key": "cost_usd", "value": {"doubleValue": 0.0125}}, ...]}]}]}]}

Cache inside input? GenAI spans: yes, as the conventions ask. Claude Code: no, input is the uncached part.
Reasoning inside output? Yes in both.
Key: trace and span; for Claude Code the id of the request, else session and number of the event (a resumed session counts anew).
By the conventions agents, workflows and tools call no model themselves: their spans sum up the requests inside and are none, in
whatever file those stand. Of a call within a call, as far as one file has both, one counts (`steps`). Claude Code's cost is an
estimate from list prices; its speed is the tier. Resource attributes become tags, without those that tell of machine and
process; an attribute of the span does when retro.toml names it under `tags`. Texts of messages are not looked at.
"""

from collections.abc import Iterable, Iterator

from retro.sources.gateway.formats import Format, Line, Request, dig, milliseconds
from retro.sources.gateway.steps import Step, requests_of

_OF_MACHINE = ("telemetry.", "host.", "process.", "os.", "container.", "k8s.", "cloud.", "user.", "enduser.")
_REQUESTS = ("chat", "text_completion", "generate_content", "embeddings")
_AROUND = ("invoke_agent", "create_agent", "invoke_workflow", "execute_tool", "plan")
_SUMMED = "usage of an agent, a workflow or a tool, told by the requests inside it"
_NO_EXPORT = "no export of OpenTelemetry"
_SIGNALS = ("resourceSpans", "resourceLogs", "resourceMetrics", "resourceProfiles")
_INPUT = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens")
_OUTPUT = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.usage.completion_tokens")
_READ = ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens")
_WRITE = (
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
)
_THOUGHT = (
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.reasoning_tokens",
    "gen_ai.usage.output_tokens.reasoning",
)
_FAILED = ("2", "STATUS_CODE_ERROR")
Attributes = dict[str, object]


def requests(values: Iterable[Line], wanted: frozenset[str]) -> Iterator[Request]:
    """The spans that tell of a request, each once, then the events, in the order of the file."""
    others: list[Request] = []
    yield from requests_of(step for line, value in values for step in _steps(line, value, wanted, others))
    yield from others


def _steps(line: int, value: object, wanted: frozenset[str], others: list[Request]) -> Iterator[Step]:
    """The spans of an export; to `others` go the requests that its events tell of, and what cannot be used."""
    if type(value) is not dict or not any(name in value for name in _SIGNALS):
        others.append((line, _NO_EXPORT if type(value) is dict else None))
        return
    for resource, span in _members(value, ("resourceSpans", "scopeSpans", "spans")):
        if span is None:
            others.append((line, None))
        else:
            yield _step(line, span, resource, wanted)
    for resource, record in _members(value, ("resourceLogs", "scopeLogs", "logRecords")):
        request = record and _event_request(record, resource, wanted)
        if request or record is None:
            others.append((line, request))


def _step(line: int, span: dict, resource: Attributes, wanted: frozenset[str]) -> Step:
    trace, own, outer = span.get("traceId"), span.get("spanId"), span.get("parentSpanId")
    key = f"{trace} {own}" if trace and own else None
    told = _attributes(span.get("attributes"))
    request = _span_request(span, key, told, resource, wanted)
    is_call = told.get("gen_ai.operation.name") in _REQUESTS
    return Step(line, key, f"{trace} {outer}" if trace and outer else None, request, is_call)


def _members(value: dict, levels: tuple[str, str, str]) -> Iterator[tuple[Attributes, dict | None]]:
    """Spans or log records with the attributes of their resource; None for each thing on the way that is no object."""
    for outer in _listed(value, levels[0]):
        resource = _attributes(dig(outer, "resource", "attributes"))
        for middle in _listed(outer, levels[1]):
            yield from ((resource, inner) for inner in _listed(middle, levels[2]))


def _listed(value: dict | None, name: str) -> list[dict | None]:
    """The objects of a list; None for what stands in their place, also for the list itself."""
    inner = dig(value, name)
    if value is None or type(inner) is not list:
        return [] if value is not None and inner is None else [None]
    return [one if type(one) is dict else None for one in inner]


def _attributes(listed: object) -> Attributes:
    """Attributes by key: text, numbers as text, truth values; lists and maps are left out."""
    found: Attributes = {}
    for one in listed if type(listed) is list else ():
        value = dig(one, "value")
        if type(value) is dict and isinstance(one.get("key"), str):
            simple = (v for k, v in value.items() if k in ("stringValue", "intValue", "doubleValue", "boolValue"))
            found[one["key"]] = next(simple, None)
    return found


def _span_request(
    span: dict, key: str | None, told: Attributes, resource: Attributes, wanted: frozenset[str]
) -> dict[str, object] | str | None:
    given, answered = _one(told, _INPUT), _one(told, _OUTPUT)
    operation = told.get("gen_ai.operation.name")
    if given is None and answered is None and operation not in _REQUESTS:
        return None
    if operation in _AROUND:
        return _SUMMED
    return {
        "id": key,
        "response_id": told.get("gen_ai.response.id"),
        "requested_at": span.get("startTimeUnixNano"),
        "ended_at": span.get("endTimeUnixNano"),
        "model": told.get("gen_ai.response.model") or told.get("gen_ai.request.model"),
        "provider": told.get("gen_ai.provider.name") or told.get("gen_ai.system"),
        "service_tier": told.get("gen_ai.openai.response.service_tier") or told.get("openai.response.service_tier"),
        "input_tokens": given,
        "cache_read_tokens": _one(told, _READ),
        "cache_write_tokens": _one(told, _WRITE),
        "output_tokens": answered,
        "reasoning_tokens": _one(told, _THOUGHT),
        "total_tokens": _one(told, ("gen_ai.usage.total_tokens", "llm.usage.total_tokens")),
        "output_limit_tokens": told.get("gen_ai.request.max_tokens"),
        "cost": told.get("gen_ai.usage.cost"),
        "status": "failed" if dig(span, "status", "code") in _FAILED else "ok",
        "tags": _tags(resource, told, wanted),
        "session_id": told.get("gen_ai.conversation.id") or told.get("session.id"),
        "user": told.get("user.id") or told.get("enduser.id"),
        "cache_in_input": True,
    }


def _event_request(record: dict, resource: Attributes, wanted: frozenset[str]) -> dict[str, object] | None:
    told = _attributes(record.get("attributes"))
    name = told.get("event.name") or dig(record, "body", "stringValue") or ""
    if not str(name).endswith("api_request") or "input_tokens" not in told:
        return None
    session, number, request_id = told.get("session.id"), told.get("event.sequence"), told.get("request_id")
    numbered = f"{session} {number}" if session and number is not None else None
    return {
        "id": request_id or numbered,
        "provider_request_id": request_id,
        "requested_at": told.get("event.timestamp") or record.get("timeUnixNano"),
        "duration_seconds": milliseconds(told.get("duration_ms")),
        "model": told.get("model"),
        "provider": "anthropic",
        "service_tier": told.get("speed"),
        "input_tokens": told["input_tokens"],
        "cache_read_tokens": told.get("cache_read_tokens"),
        "cache_write_tokens": told.get("cache_creation_tokens"),
        "output_tokens": told.get("output_tokens"),
        "cost": told.get("cost_usd"),
        "status": "ok",
        "tags": _tags(resource, told, wanted),
        "session_id": session,
        "user": told.get("user.account_uuid") or told.get("user.id"),
        "team": told.get("organization.id"),
        "cache_in_input": False,
    }


def _tags(resource: Attributes, told: Attributes, wanted: frozenset[str]) -> dict[str, object]:
    of_resource = {name: value for name, value in resource.items() if not name.startswith(_OF_MACHINE)}
    return of_resource | {name: value for name, value in told.items() if name in wanted}


def _one(told: Attributes, names: tuple[str, ...]) -> object:
    return next((told[name] for name in names if told.get(name) is not None), None)


FORMAT = Format(requests=requests, timezone="UTC", currency="USD", reasoning_in_output=True)
