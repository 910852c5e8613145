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
Key: the observation's id. An observation around others that have usage (an agent's run, a library's outer call) sums up or
repeats theirs and is left out. The cost is Langfuse's own where nobody gave one.
"""

from collections.abc import Iterable, Iterator
from itertools import product

from retro.sources.gateway.formats import Format, Line, Request, Span, dig, innermost, records

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
_INPUT, _OUTPUT = ("input", "input_tokens", "prompt_tokens"), ("output", "output_tokens", "completion_tokens")
# Kinds of tokens that stand beside input and output where cache and reasoning do, and are billed like them.
_MORE_INPUT, _MORE_OUTPUT = (
    ("input_audio", "input_text", "input_image"),
    ("output_audio", "output_text", "output_image"),
)


def requests(values: Iterable[Line], wanted: frozenset[str]) -> Iterator[Request]:
    """The innermost observations with usage."""
    return innermost(span for line, value in values for span in _spans(line, value))


def _spans(line: int, value: object) -> Iterator[Span]:
    trace = dig(value, "trace")
    trace = trace if type(trace) is dict else {}
    listed = (
        records(value, "observations") if "observations" in (value if type(value) is dict else ()) else records(value)
    )
    for row in listed:
        if type(row) is dict and row.get("id"):
            yield Span(line, row["id"], row.get("parentObservationId"), _request(row, trace))


def _request(row: dict, trace: dict) -> dict[str, object] | None:
    usage = row.get("usageDetails")
    if type(usage) is not dict or not usage:
        return None
    costs, level = row.get("costDetails"), row.get("level")
    return {
        "id": row["id"],
        "requested_at": row.get("startTime"),
        "ended_at": row.get("endTime"),
        "model": row.get("model"),
        **_usage(usage),
        "output_limit_tokens": _limit(dig(row, "modelParameters", "max_tokens")),
        "cost": dig(costs, "total") or row.get("totalCost"),
        "status": "failed" if level == "ERROR" else "ok" if level else None,
        "tags": [row.get("tags") or trace.get("tags"), {"environment": row.get("environment")}],
        "session_id": row.get("sessionId") or trace.get("sessionId"),
        "user": row.get("userId") or trace.get("userId"),
    }


def _usage(usage: dict) -> dict[str, object]:
    read, is_read_inside = _either(usage, _READ_INSIDE, _READ_APART)
    write, is_write_inside = _either(usage, _WRITE_INSIDE, _WRITE_APART)
    thought, is_thought_inside = _either(usage, _THOUGHT_INSIDE, _THOUGHT_APART)
    spelled = (is_read_inside and is_write_inside, is_thought_inside)
    given = _added(_one(usage, _INPUT), () if spelled[0] else _more(usage, _MORE_INPUT))
    answered = _added(_one(usage, _OUTPUT), () if spelled[1] else _more(usage, _MORE_OUTPUT))
    total = usage.get("total")
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
    if not others or not all(isinstance(one, str) and one.isdigit() for one in (count or "0", *others)):
        return count
    return str(int(count or 0) + sum(map(int, others)))


def _believed(parts: tuple, extras: tuple, total: object, spelled: tuple[bool, bool]) -> tuple[bool, bool]:
    """Is the cache inside, is the reasoning inside: as spelled, unless only another reading fits the total."""
    numbers = [int(one) if isinstance(one, str) and one.isdigit() else 0 for one in (*parts, *extras)]
    if not (isinstance(total, str) and total.isdigit()):
        return spelled
    given, answered, cached, thought = numbers
    fitting = [
        (cache, reasoning)
        for cache, reasoning in product((True, False), repeat=2)
        if given + answered + (0 if cache else cached) + (0 if reasoning else thought) == int(total)
    ]
    return spelled if spelled in fitting or len(fitting) != 1 else fitting[0]


def _limit(text: object) -> object:
    """A limit; the libraries' marks for none are -1 and the word null."""
    return text if isinstance(text, str) and text.isdigit() else None


FORMAT = Format(requests=requests, timezone="UTC", currency="USD")
