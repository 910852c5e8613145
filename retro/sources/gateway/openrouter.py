"""OpenRouter: answers as its interface gives them, records of `/generation`, and the CSV of the activity page.

    {"id": "gen-1784286312-3R0SU4Mb8ucOpEJ79d2o", "model": "openai/gpt-5.1", "provider": "OpenAI", "usage": {"prompt_tokens": 550,
     "completion_tokens": 12, "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0}, "cost": 0.00183, ...}}
    {"data": {"id": "gen-...", "native_tokens_prompt": 550, "total_cost": 0.00183, "created_at": "2026-07-17T11:05:12Z", ...}}
    generation_id,created_at,cost_total,cost_web_search,tokens_prompt,tokens_cached,tokens_completion,tokens_reasoning,...

Cache inside input? Yes, reads and writes. Reasoning inside output? Yes.
Key: the generation's id (`gen-<seconds since 1970>-<random>`); an answer without `created` began at the second in its id.
With the team's own key (`is_byok`) the cost is OpenRouter's fee and `upstream_inference_cost` what the provider charged:
two bills, never added. What the cost holds beyond the `cost_details` of the tokens is the extra charge. Of `/generation`
the native counts are billed, the normalised ones are not. CSV times are UTC.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation

from retro.sources.gateway.formats import Format, Line, Request, dig, milliseconds, records

_TOKEN_PARTS = ("prompt", "completions", "input", "output")  # the first two or the last two, by the form of the answer
_ID_TIME = re.compile(r"gen-(\d{10})-")


def requests(values: Iterable[Line], wanted: frozenset[str]) -> Iterator[Request]:
    """Answers, generation records and CSV rows, told apart by their fields."""
    for line, value in values:
        for row in records(value):
            yield line, _request(row if type(dig(row, "data")) is not dict else row["data"])


def _request(row: object) -> dict[str, object] | None:
    if type(row) is not dict:
        return None
    if "generation_id" in row:
        return _activity(row)
    return _answer(row) if "usage" in row and type(row["usage"]) is dict else _generation(row)


def _answer(row: dict) -> dict[str, object]:
    usage = row["usage"]
    given = usage.get("prompt_tokens_details") or usage.get("input_tokens_details")
    answered = usage.get("completion_tokens_details") or usage.get("output_tokens_details")
    is_byok = usage.get("is_byok")
    return {
        "id": row.get("id"),
        "response_id": row.get("id"),
        "requested_at": row.get("created") or row.get("created_at") or _time_of_id(row.get("id")),
        "model": row.get("model"),
        "provider": row.get("provider"),
        "service_tier": row.get("service_tier"),
        "input_tokens": usage.get("prompt_tokens", usage.get("input_tokens")),
        "cache_read_tokens": dig(given, "cached_tokens"),
        "cache_write_tokens": dig(given, "cache_write_tokens"),
        "output_tokens": usage.get("completion_tokens", usage.get("output_tokens")),
        "reasoning_tokens": dig(answered, "reasoning_tokens"),
        "total_tokens": usage.get("total_tokens"),
        "output_limit_tokens": row.get("max_output_tokens"),
        "cost": usage.get("cost"),
        "extra_cost": _beside_tokens(usage) if is_byok is not True else None,
        "upstream_cost": dig(usage, "cost_details", "upstream_inference_cost") if is_byok is True else None,
        "is_byok": is_byok,
        "status": row.get("status") or "ok",
        "user": row.get("user"),
    }


def _generation(row: dict) -> dict[str, object]:
    return {
        "id": row.get("id"),
        "response_id": row.get("id"),
        "requested_at": row.get("created_at") or _time_of_id(row.get("id")),
        "duration_seconds": milliseconds(row.get("generation_time")),
        "model": row.get("model"),
        "provider": row.get("provider_name"),
        "service_tier": row.get("service_tier"),
        "input_tokens": row.get("native_tokens_prompt"),
        "cache_read_tokens": row.get("native_tokens_cached"),
        "output_tokens": row.get("native_tokens_completion"),
        "reasoning_tokens": row.get("native_tokens_reasoning"),
        "cost": row.get("total_cost"),
        "upstream_cost": row.get("upstream_inference_cost") if row.get("is_byok") is True else None,
        "is_byok": row.get("is_byok"),
        "status": "failed" if row.get("cancelled") is True else "ok",
        "user": row.get("external_user"),
    }


def _activity(row: dict) -> dict[str, object]:
    variant = row.get("variant")
    suffix = f":{variant}" if variant and variant != "standard" else ""
    return {
        "id": row["generation_id"],
        "response_id": row["generation_id"],
        "requested_at": row.get("created_at") or _time_of_id(row["generation_id"]),
        "duration_seconds": milliseconds(row.get("generation_time_ms")),
        "model": (row.get("model_permaslug") or "") + suffix,
        "provider": row.get("provider_name"),
        "input_tokens": row.get("tokens_prompt"),
        "cache_read_tokens": row.get("tokens_cached"),
        "output_tokens": row.get("tokens_completion"),
        "reasoning_tokens": row.get("tokens_reasoning"),
        "cost": row.get("cost_total"),
        "extra_cost": _sum(row.get("cost_web_search"), row.get("cost_file_processing")),
        "status": "failed" if row.get("cancelled") == "true" else "ok",
        "user": row.get("user"),
    }


def _time_of_id(key: object) -> str | None:
    found = _ID_TIME.match(key) if isinstance(key, str) else None
    return found and found[1]


def _beside_tokens(usage: dict) -> str | None:
    """What was billed beyond prompt and completion (searches, files); None where the answer does not tell the two apart."""
    details = usage.get("cost_details")
    tokens = _sum(*(dig(details, f"upstream_inference_{part}_cost") for part in _TOKEN_PARTS))
    try:
        return None if tokens is None else str(max(Decimal(str(usage.get("cost"))) - Decimal(tokens), Decimal(0)))
    except InvalidOperation:
        return None


def _sum(*amounts: object) -> str | None:
    """The sum of those amounts that are given."""
    given = [str(amount) for amount in amounts if amount is not None and amount != ""]
    try:
        return str(sum(map(Decimal, given))) if given else None
    except InvalidOperation:
        return None


FORMAT = Format(requests=requests, timezone="UTC", currency="USD", cache_in_input=True, reasoning_in_output=True)
