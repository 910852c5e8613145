"""Claude Code's record of what an answer was billed -> a request.

"message":{"id":"msg_01","model":"claude-opus-4-5","usage":{"input_tokens":10,"cache_creation_input_tokens":19290,
  "cache_read_input_tokens":16496,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":19290},
  "output_tokens":6,"service_tier":"standard"}},"requestId":"req_01"
"""

from retro.sources.agents.claude_lines import Line
from retro.sources.agents.facts import Request
from retro.sources.agents.values import MOST_TOKENS, Counts, mapping, money, text

UNBILLED_MODEL = "<synthetic>"
_STANDARD_SPEEDS = (None, "standard", "normal")
_TAGS, _SEARCHES = ("speed", "inference_geo"), ("web_search_requests", "web_fetch_requests")


def request_key(message: dict, line: Line) -> str:
    """message.id and requestId; the id alone where the other is missing; without any the line's own id or its place."""
    message_id, request_id = text(message.get("id")), text(line.record.get("requestId"))
    if message_id:
        return f"{message_id}:{request_id}" if request_id else message_id
    return request_id or text(line.record.get("uuid")) or f"{line.tally.file.name}:{line.number}"


def read_request(message: dict, line: Line, branch: str | None) -> Request:
    """The request of an answer with `usage`."""
    usage, record = message["usage"], line.record
    tokens, problem = _plain_tokens(usage), None
    if tokens is None:
        tokens, problem = _odd_tokens(usage, line)
    return Request(
        line.session.session_id,
        line.at,
        text(message.get("id")),
        text(message.get("model")),
        "anthropic",
        tokens,
        line.tally.file.name,
        line.number,
        branch,
        line.is_subagent,
        "failed" if record.get("isApiErrorMessage") is True else "ok",
        problem,
        _tier(usage),
        money(record["costUSD"]) if "costUSD" in record else None,
        _tags(usage),
        text(record.get("requestId")),
    )


def _tier(usage: dict) -> str | None:
    """The tier as written; in fast mode, which has prices of its own, that instead of the standard tier."""
    tier, speed = text(usage.get("service_tier")), text(usage.get("speed"))
    if speed in _STANDARD_SPEEDS:
        return tier
    return speed if tier in (None, "standard") else f"{tier} {speed}"


def _odd_tokens(usage: dict, line: Line) -> tuple[dict[str, int | None], str | None]:
    """Tokens of a record in which something may be wrong, and what is."""
    counts = Counts(usage)
    tokens = _tokens(counts)
    if counts.faults:
        line.tally.account.miss("impossible token counts", f"line {line.number:,}")
    if counts.has_text:
        line.tally.account.miss("token counts written as text", f"line {line.number:,}")
    return tokens, counts.problem


def _plain_tokens(usage: dict) -> dict[str, int | None] | None:
    """What `_tokens` finds where nothing is odd, which is nearly always; None where it has to look closer."""
    parts = usage.get("cache_creation")
    if type(parts) is not dict:
        return None
    short, long = parts.get("ephemeral_5m_input_tokens"), parts.get("ephemeral_1h_input_tokens")
    tokens = {
        "uncached_input_tokens": usage.get("input_tokens"),
        "cache_read_tokens": usage.get("cache_read_input_tokens"),
        "cache_write_5m_tokens": short,
        "cache_write_1h_tokens": long,
        "output_tokens": usage.get("output_tokens"),
    }
    for count in tokens.values():
        if type(count) is not int or not 0 <= count < MOST_TOKENS:
            return None
    total = usage.get("cache_creation_input_tokens")
    return tokens if type(total) is int and total == short + long else None


def _tokens(counts: Counts) -> dict[str, int | None]:
    short, long = _cache_writes(counts)
    return {
        "uncached_input_tokens": counts.take("input_tokens"),
        "cache_read_tokens": counts.take("cache_read_input_tokens"),
        "cache_write_5m_tokens": short,
        "cache_write_1h_tokens": long,
        "output_tokens": counts.take("output_tokens"),
    }


def _cache_writes(counts: Counts) -> tuple[int | None, int | None]:
    """Tokens written for five minutes and for an hour; what the parts do not account for counts as the shorter."""
    total = counts.take("cache_creation_input_tokens")
    parts = Counts(mapping(counts.usage.get("cache_creation")))
    short, long = parts.take("ephemeral_5m_input_tokens"), parts.take("ephemeral_1h_input_tokens")
    counts.faults += parts.faults
    if short is None and long is None:
        return total, None if total is None else 0
    short, long = short or 0, long or 0
    if total is not None and total != short + long:
        if total < short + long:
            counts.faults.append("cache writes by life exceed cache_creation_input_tokens")
        short = max(short, total - long)
    return short, long


def _tags(usage: dict) -> dict[str, str]:
    """What else is billed or changes a price: fast mode, the region, searches."""
    tags = {name: value for name in _TAGS if name in usage and (value := text(usage[name]))}
    if tools := mapping(usage.get("server_tool_use")):
        for name in _SEARCHES:
            if type(tools.get(name)) is int and tools[name] > 0:
                tags[name] = str(tools[name])
    return tags
