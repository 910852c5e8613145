"""Langfuse: exports of observations, one a line, in an array, or in traces of `{"trace": {...}, "observations": [...]}`.

    {"id": "0856a1825ccee968", "traceId": "2c15...", "type": "GENERATION", "startTime": "2025-10-30T08:45:43.214Z",
     "model": "gpt-5-mini", "usageDetails": {"input": 179, "output": 35, "total": 278, "input_cache_read": 0,
     "output_reasoning": 64}, "costDetails": {"total": 0.00024275}, ...}

Cache inside input? Reasoning inside output? The keys of `usageDetails` are free, and each library spells its own:
- `prompt_details.cache_read`, `completion_details.reasoning`: parts of input and output;
- `input_cache_read`, `output_reasoning` and `input_cached_tokens`, `output_reasoning_tokens`: apart from them;
- `cache_read_input_tokens`, `cache_creation_input_tokens` (Anthropic's own): apart;
- only `input`, `output`, `total`: nothing is told.
Where the total fits another reading and not this one, the total is believed.
The old form has `usage` and `calculatedTotalCost` instead, whose counts are tokens only where its `unit` says so.
Key: the observation's id. A generation or an embedding is a request, whatever it tells; another observation with usage or a
cost (an agent's run) sums up those inside it, and is one only without any (`steps`). The cost is Langfuse's own where nobody
gave one.
"""

from collections.abc import Iterable, Iterator
from itertools import product

from retro.sources.gateway.formats import Format, Line, Request, dig, records
from retro.sources.gateway.steps import Step, requests_of

_READ_INSIDE = (
    "prompt_details.cache_read",
    "prompt_tokens_details.cached_tokens",
    "input_tokens_details.cached_tokens",
)
_READ_APART = ("input_cache_read", "input_cached_tokens", "input_cache_read_tokens", "cache_read_input_tokens")
_WRITE_INSIDE = ("prompt_details.cache_write", "prompt_details.cache_creation")
_WRITE_APART = (
    "input_cache_creation",
    "input_cache_creation_tokens",
    "cache_creation_input_tokens",
    "input_cache_write",
)
_THOUGHT_INSIDE = (
    "completion_details.reasoning",
    "completion_tokens_details.reasoning_tokens",
    "output_tokens_details.reasoning_tokens",
)
_THOUGHT_APART = ("output_reasoning", "output_reasoning_tokens")
_INPUT = ("input", "input_tokens", "prompt_tokens", "promptTokens")
_OUTPUT = ("output", "output_tokens", "completion_tokens", "completionTokens")
_TOTAL = ("total", "totalTokens")
# Kinds of tokens that stand beside input and output where cache and reasoning do, and are billed like them.
_MORE_INPUT, _MORE_OUTPUT = (
    ("input_audio", "input_text", "input_image"),
    ("output_audio", "output_text", "output_image"),
)

_COSTS = ("totalCost", "calculatedTotalCost")
_CALLS = ("GENERATION", "EMBEDDING")
_TOKEN_UNITS = (None, "TOKENS")
_MARKS = ("id", "type", "startTime")  # what every observation has
_NO_OBSERVATION = "no observation of Langfuse"


def requests(values: Iterable[Line], wanted: frozenset[str]) -> Iterator[Request]:
    """The observations that tell of a request, each once."""
    others: list[Request] = []
    yield from requests_of(step for line, value in values for step in _steps(line, value, others))
    yield from others


def _steps(line: int, value: object, others: list[Request]) -> Iterator[Step]:
    """The observations of a value; what is none goes to `others`."""
    listed, trace = _observations(value)
    for row in listed:
        if type(row) is not dict or not any(row.get(name) for name in _MARKS):
            others.append((line, _NO_OBSERVATION if type(row) is dict else None))
            continue
        is_call = row.get("type") in _CALLS
        key, parent = (
            name if isinstance(name, str) else None for name in (row.get("id"), row.get("parentObservationId"))
        )
        yield Step(line, key, parent, _request(row, trace, is_call), is_call)


def _observations(value: object) -> tuple[list, dict]:
    """The observations of a trace with what it says of all of them; of a page, a list or a line without a trace."""
    listed, trace = dig(value, "observations"), dig(value, "trace")
    if type(listed) is not list:
        return records(value), {}
    return listed, trace if type(trace) is dict else value


def _request(row: dict, trace: dict, is_call: bool) -> dict[str, object] | None:
    usage, cost = _told_usage(row), _cost(row)
    if not usage and not is_call and (cost is None or _is_zero(cost)):
        return None
    level = row.get("level")
    return {
        "id": row.get("id"),
        "requested_at": row.get("startTime"),
        "ended_at": row.get("endTime"),
        "model": row.get("model"),
        **_usage(usage),
        "output_limit_tokens": _limit(dig(row, "modelParameters", "max_tokens")),
        "cost": cost,
        "status": "failed" if level == "ERROR" else "ok" if level else None,
        "tags": [row.get("tags") or trace.get("tags"), {"environment": row.get("environment")}],
        "session_id": row.get("sessionId") or trace.get("sessionId"),
        "user": row.get("userId") or trace.get("userId"),
    }


def _told_usage(row: dict) -> dict:
    """Counts of tokens by Langfuse's names; empty where there are none, as in an old form of nothing but zeros."""
    told, old = row.get("usageDetails"), row.get("usage")
    if type(told) is dict and told:
        return told
    if type(old) is not dict or old.get("unit") not in _TOKEN_UNITS:
        return {}
    return old if any(_is_count(count) and int(count) for count in old.values()) else {}


def _cost(row: dict) -> object:
    """What `costDetails` says, else the sums beside it, whose 0 means that nobody knows."""
    beside = (row.get(name) for name in _COSTS)
    costs = (dig(row, "costDetails", "total"), *(cost for cost in beside if not _is_zero(cost)))
    return next((cost for cost in costs if cost is not None), None)


def _is_zero(cost: object) -> bool:
    return isinstance(cost, str) and not cost.strip("0.")


def _usage(usage: dict) -> dict[str, object]:
    read, is_read_inside = _either(usage, _READ_INSIDE, _READ_APART)
    write, is_write_inside = _either(usage, _WRITE_INSIDE, _WRITE_APART)
    thought, is_thought_inside = _either(usage, _THOUGHT_INSIDE, _THOUGHT_APART)
    spelled = (is_read_inside and is_write_inside, is_thought_inside)
    given = _added(_one(usage, _INPUT), () if spelled[0] else _more(usage, _MORE_INPUT))
    answered = _added(_one(usage, _OUTPUT), () if spelled[1] else _more(usage, _MORE_OUTPUT))
    total = _one(usage, _TOTAL)
    cache_in_input, reasoning_in_output = _believed((given, answered), (_added(read, [write]), thought), total, spelled)
    return {
        "input_tokens": given,
        "cache_read_tokens": read,
        "cache_write_tokens": write,
        "output_tokens": answered,
        "reasoning_tokens": thought,
        "total_tokens": total,
        "cache_in_input": cache_in_input,
        "reasoning_in_output": reasoning_in_output,
    }


def _either(usage: dict, inside: tuple[str, ...], apart: tuple[str, ...]) -> tuple[object, bool]:
    """A count and whether its spelling means a part of the larger one; inside when there is none."""
    if (count := _one(usage, inside)) is not None:
        return count, True
    count = _one(usage, apart)
    return count, count is None


def _one(usage: dict, names: tuple[str, ...]) -> object:
    return next((usage[name] for name in names if usage.get(name) is not None), None)


def _more(usage: dict, names: tuple[str, ...]) -> list:
    return [usage[name] for name in names if usage.get(name) is not None]


def _added(count: object, more: Iterable[object]) -> object:
    """The sum of the counts; the first as it is when there is nothing to add, or when one is no number."""
    others = [one for one in more if one is not None]
    if not others or not all(map(_is_count, (count or "0", *others))):
        return count
    return str(int(count or 0) + sum(map(int, others)))


def _believed(parts: tuple, extras: tuple, total: object, spelled: tuple[bool, bool]) -> tuple[bool, bool]:
    """Is the cache inside, is the reasoning inside: as spelled, unless only another reading fits the total."""
    numbers = [int(one) if _is_count(one) else 0 for one in (*parts, *extras)]
    if not _is_count(total):
        return spelled
    given, answered, cached, thought = numbers
    fitting = [
        (cache, reasoning)
        for cache, reasoning in product((True, False), repeat=2)
        if given + answered + (0 if cache else cached) + (0 if reasoning else thought) == int(total)
    ]
    return spelled if spelled in fitting or len(fitting) != 1 else fitting[0]


def _is_count(text: object) -> bool:
    return isinstance(text, str) and text.isdecimal() and len(text) < 20


def _limit(text: object) -> object:
    """A limit; the libraries' marks for none are -1 and the word null."""
    return text if _is_count(text) else None


FORMAT = Format(requests=requests, timezone="UTC", currency="USD")
