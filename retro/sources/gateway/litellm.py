"""LiteLLM: rows of its table of spend logs (as JSON, one a line or in an array) and its StandardLoggingPayload.

    {"request_id": "chatcmpl-2283081b", "startTime": "2025-01-24 09:20:46.847371", "model": "gpt-4o", "spend": 0.000225,
     "prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30, "request_tags": "[\"sprint=2\"]",
     "metadata": "{\"usage_object\": {\"prompt_tokens_details\": {\"cached_tokens\": 4}}}", ...}

Cache inside input? Yes; how much only `metadata.usage_object` says (StandardLoggingPayload: also `response.usage`).
Reasoning inside output? Yes; how much stands in the same place.
Key: the id and the start. The id is the provider's own (another for failures) and collides between retries, fallbacks and
providers that number their answers; a copy of one request has the same start, another request has not.
Times without a zone are UTC. `messages`, `response` texts and `proxy_server_request` are never looked at.
"""

from collections.abc import Iterable, Iterator

from retro.sources.gateway.documents import parse_inner
from retro.sources.gateway.formats import Format, Line, Request


def requests(values: Iterable[Line], wanted: frozenset[str]) -> Iterator[Request]:
    """Each row as the fields of a request."""
    for line, row in values:
        yield line, _request(row) if type(row) is dict else None


def _request(row: dict) -> dict[str, object]:
    metadata = _object(row.get("metadata"))
    usage = _usage(row, metadata)
    given = _part(usage, "prompt_tokens_details", "input_tokens_details")
    answered = _part(usage, "completion_tokens_details", "output_tokens_details")
    lives = _part(given, "cache_creation_token_details")
    key = row.get("request_id") or row.get("id")
    return {
        "id": key,
        "response_id": key,
        "requested_at": row.get("startTime"),
        "ended_at": row.get("endTime"),
        "model": row.get("model") or row.get("model_group"),
        "provider": row.get("custom_llm_provider"),
        "service_tier": usage.get("service_tier"),
        "input_tokens": row.get("prompt_tokens"),
        "cache_read_tokens": _first(given.get("cached_tokens"), usage.get("cache_read_input_tokens")),
        "cache_write_tokens": _first(given.get("cache_creation_tokens"), usage.get("cache_creation_input_tokens")),
        "cache_write_5m_tokens": lives.get("ephemeral_5m_input_tokens"),
        "cache_write_1h_tokens": lives.get("ephemeral_1h_input_tokens"),
        "output_tokens": row.get("completion_tokens"),
        "reasoning_tokens": answered.get("reasoning_tokens"),
        "total_tokens": row.get("total_tokens"),
        "output_limit_tokens": _limit(row["model_parameters"]) if "model_parameters" in row else None,
        "cost": _first(row.get("spend"), row.get("response_cost")),
        "extra_cost": _object(row["cost_breakdown"]).get("tool_usage_cost") if "cost_breakdown" in row else None,
        "is_cached_answer": row.get("cache_hit"),
        "status": row.get("status") or metadata.get("status"),
        "tags": _tags(row.get("request_tags"), metadata.get("spend_logs_metadata")),
        "session_id": row.get("session_id") or row.get("trace_id"),
        "user": row.get("user") or metadata.get("user_api_key_user_id") or _key(row, metadata),
        "end_user": row.get("end_user") or metadata.get("user_api_key_end_user_id"),
        "team": row.get("team_id") or metadata.get("user_api_key_team_alias") or metadata.get("user_api_key_team_id"),
    }


def _key(row: dict, metadata: dict) -> object:
    """The gateway's key, of which both shapes hold a hash or an alias, for requests without a user."""
    return metadata.get("user_api_key_alias") or metadata.get("user_api_key_hash") or row.get("api_key")


def _object(value: object) -> dict:
    """A JSON object, also where the log has it as text; empty for anything else."""
    if type(value) is str and value[:1] == "{":
        try:
            value = parse_inner(value)
        except (ValueError, RecursionError):
            return {}
    return value if type(value) is dict else {}


def _usage(row: dict, metadata: dict) -> dict:
    usage = metadata.get("usage_object")
    if type(usage) is not dict:
        response = row.get("response")
        usage = response.get("usage") if type(response) is dict else None
    return usage if type(usage) is dict else {}


def _part(whole: dict, *names: str) -> dict:
    """The first of these members that is an object; empty without one."""
    for name in names:
        if type(part := whole.get(name)) is dict:
            return part
    return {}


def _first(value: object, other: object) -> object:
    return other if value is None else value


def _limit(parameters: object) -> object:
    given = _object(parameters)
    return _first(given.get("max_completion_tokens"), given.get("max_tokens"))


def _tags(request_tags: object, team_metadata: object) -> object:
    """The tags of the request, and what the team writes beside them for its spend logs."""
    return [request_tags, team_metadata] if team_metadata else request_tags


FORMAT = Format(
    requests=requests,
    timezone="UTC",
    currency="USD",
    cache_in_input=True,
    reasoning_in_output=True,
    key_fields=("id", "requested_at"),
)
