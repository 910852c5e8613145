"""Logs of gateways for tests: written into a folder, read as the pipeline reads them."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from retro import tables
from retro.config.models import GatewaySettings
from retro.sources.accounts import Account
from retro.sources.gateway.places import find_logs
from retro.sources.gateway.reading import read_log

HASH_KEY = b"k" * 32


def spend_log(number: int = 1, **changed) -> dict:
    """A row of LiteLLM's spend logs; `changed` replaces fields."""
    row = {
        "request_id": f"chatcmpl-{number}",
        "startTime": f"2026-03-09 08:00:{number % 60:02}.000000",
        "endTime": f"2026-03-09 08:00:{number % 60:02}.500000",
        "model": "gpt-4o",
        "custom_llm_provider": "openai",
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "total_tokens": 120,
        "spend": 0.00045,
    }
    return row | changed


def lines(*rows: dict) -> str:
    """Rows as JSON, one a line."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def read(
    folder: Path, content: str | bytes, kind: str = "litellm", file: str = "log.jsonl", **more
) -> tuple[list[dict], Account]:
    """The rows that a file of this content gives, without what is NULL, and the account of the reading."""
    (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)
    return read_files(folder, kind, file, **more)


def read_files(folder: Path, kind: str, path: str, **more) -> tuple[list[dict], Account]:
    """The same for files that are there."""
    section = GatewaySettings(kind=kind, path=path, **more)
    account, rows = Account(), []
    for log in find_logs(folder, [section]):
        for frame in read_log(log, HASH_KEY, account):
            assert frame.schema in (tables.schema("gateway_requests"), tables.schema("usage_buckets"))
            rows += [{name: value for name, value in row.items() if value is not None} for row in frame.to_dicts()]
    return rows, account


def at(text: str) -> datetime:
    """A time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def dollars(text: str) -> dict[str, object]:
    """The columns of a cost in US dollars."""
    amount = Decimal(text).quantize(Decimal("1e-12"))
    return {"logged_cost": amount, "logged_currency": "USD", "logged_cost_usd": amount}


def row(source: str, key: str, **columns) -> dict:
    """A row as `read` gives it: what every row has, and these columns."""
    return {"source": source, "request_key": key, "status": "ok", "tags": {}, "file": "log.jsonl", "line": 1} | columns


def attributes(**values) -> list[dict]:
    """Attributes as OTLP JSON has them; `__` in a name stands for a point."""
    kinds = {str: "stringValue", int: "intValue", float: "doubleValue", bool: "boolValue"}
    return [
        {"key": key.replace("__", "."), "value": {kinds[type(value)]: str(value) if type(value) is int else value}}
        for key, value in values.items()
    ]


def chat_span(key: str, parent: str = "", operation: str = "chat", **tokens: int) -> dict:
    """An export with one span of trace t, as OTLP JSON has it."""
    told = {f"gen_ai__usage__{name}_tokens": count for name, count in tokens.items()}
    span = {
        "traceId": "t", "spanId": key, "parentSpanId": parent, "startTimeUnixNano": "1773043200000000000",
        "attributes": attributes(gen_ai__operation__name=operation, **told),
    }  # fmt: skip
    return {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
