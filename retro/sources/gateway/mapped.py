"""Any CSV, JSON or Parquet log by a map of its columns, and the maps of gateways whose shape is known.

    columns = { id = "request.id", requested_at = "ts", input_tokens = "usage.in", output_tokens = "usage.out", cost = "usd" }

A name on the right is a column or a key; dots lead into nested objects, also into JSON that a column holds as text.
Cache inside input? Reasoning inside output? retro.toml says (`cache_in_input`, `reasoning_in_output`). Unsaid, they stay
open: a request with cached or reasoning tokens is then read by the log's total where that fits one reading alone, and has
NULL in the number in question where not. Requests without either kind are the same in every reading.
Key: the mapped `id`; without one all that the log says of the request, and equal rows of one file are as many requests.
"""

from collections.abc import Iterable, Iterator, Mapping

from retro.sources.gateway.documents import parse
from retro.sources.gateway.formats import Format, Line, Request

_ABSENT = object()
HELICONE = {
    # {"request_id": "...", "request_created_at": "2026-03-09T08:00:00Z", "prompt_tokens": 10, "request_properties": {...}}
    "id": "request_id",
    "requested_at": "request_created_at",
    "ended_at": "response_created_at",
    "model": "request_model",
    "provider": "provider",
    "input_tokens": "prompt_tokens",
    "cache_read_tokens": "prompt_cache_read_tokens",
    "cache_write_tokens": "prompt_cache_write_tokens",
    "output_tokens": "completion_tokens",
    "reasoning_tokens": "reasoning_tokens",
    "total_tokens": "total_tokens",
    "cost": "cost",
    "status": "response_status",
    "tags": "request_properties",
    "session_id": "request_properties.Helicone-Session-Id",
    "user": "request_user_id",
}
PORTKEY = {
    # {"id": "...", "created_at": "...", "ai_model": "gpt-4o", "req_units": 10, "res_units": 20, "cost": 0.3, ...}
    "id": "id",
    "requested_at": "created_at",
    "model": "ai_model",
    "provider": "ai_org",
    "input_tokens": "req_units",
    "output_tokens": "res_units",
    "total_tokens": "total_units",
    "cost": "cost",
    "currency": "cost_currency",
    "status": "response_status_code",
    "tags": "metadata",
    "session_id": "trace_id",
    "user": "metadata._user",
}
CLOUDFLARE = {
    # {"id": "...", "created_at": "...", "model": "gpt-4o", "tokens_in": 10, "tokens_out": 20, "cost": 0.0003, "metadata": "{}"}
    "id": "id",
    "requested_at": "created_at",
    "model": "model",
    "provider": "provider",
    "input_tokens": "tokens_in",
    "output_tokens": "tokens_out",
    "cost": "cost",
    "is_cached_answer": "cached",
    "status": "status_code",
    "tags": "metadata",
}


class Mapped:
    """A reader of rows with these columns."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self._columns = columns
        self._unmet = set(columns)
        self._is_empty = True

    @property
    def absent(self) -> set[str]:
        """The columns that no row had; none where there were no rows."""
        return set() if self._is_empty else self._unmet

    def __call__(self, values: Iterable[Line], wanted: frozenset[str]) -> Iterator[Request]:
        """Each row as the fields of a request."""
        for line, row in values:
            if type(row) is not dict:
                yield line, None
                continue
            found = _request(row, self._columns, wanted)
            self._is_empty = False
            if self._unmet:
                self._unmet -= {name for name in self._unmet if _has(row, self._columns[name], found[name])}
            yield line, found


def _has(row: dict, path: str, value: object) -> bool:
    return value is not None or at(row, path, _ABSENT) is not _ABSENT


def _request(row: dict, columns: Mapping[str, str], wanted: frozenset[str]) -> dict[str, object]:
    found = {name: at(row, path) for name, path in columns.items()}
    own = {path: value for path in wanted if isinstance(value := at(row, path), str | bool)}
    if own:
        found["tags"] = [found.get("tags"), own]
    return found


def at(row: object, path: str, absent: object = None) -> object:
    """The value of a column, or at the end of a dotted path; `absent` where there is none."""
    if type(row) is str and row[:1] == "{":
        try:
            row = parse(row)
        except (ValueError, RecursionError):
            return absent
    if type(row) is not dict:
        return absent
    if path in row:
        return row[path]
    head, dot, rest = path.partition(".")
    return at(row[head], rest, absent) if dot and head in row else absent


# Cloudflare and Portkey tell of no cache; Helicone counts it apart (its counts are the provider's, and NULL where unknown).
PRESETS = {
    "helicone": (HELICONE, Format(Mapped(HELICONE), "UTC", "USD", None, False, True)),
    "portkey": (PORTKEY, Format(Mapped(PORTKEY), "UTC")),
    "cloudflare": (CLOUDFLARE, Format(Mapped(CLOUDFLARE), "UTC", "USD")),
}
