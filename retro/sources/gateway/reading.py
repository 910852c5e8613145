"""A file of a `[[gateway]]` section as frames: the plain map of kinds, and how each kind of file is opened."""

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import polars as pl

from retro.config import GatewaySettings
from retro.config.gateways import MAPPED_KINDS
from retro.sources.accounts import Account
from retro.sources.gateway import langfuse, litellm, openrouter, otel, usage_exports
from retro.sources.gateway.batches import Batch, Reading
from retro.sources.gateway.documents import json_values
from retro.sources.gateway.formats import Format, Line, Request
from retro.sources.gateway.frames import bucket_frame, request_frame
from retro.sources.gateway.mapped import PRESETS, Mapped
from retro.sources.gateway.places import LogFile
from retro.sources.gateway.tables import csv_rows, parquet_rows

FORMATS = {
    "litellm": litellm.FORMAT,
    "openrouter": openrouter.FORMAT,
    "langfuse": langfuse.FORMAT,
    "otel": otel.FORMAT,
    "openai-usage": usage_exports.OPENAI,
    "anthropic-usage": usage_exports.ANTHROPIC,
    "focus": usage_exports.FOCUS,
    **{kind: form for kind, (_, form) in PRESETS.items()},
    **{kind: Format(Mapped({})) for kind in MAPPED_KINDS},
}
_ROWS_AT_ONCE, _ROWS_IN_CACHE = 20_000, 400
_PACKED = (".gz", ".zst")


def is_bucket(section: GatewaySettings) -> bool:
    """Whether its files fill `usage_buckets` rather than `gateway_requests`."""
    return FORMATS[section.kind].is_bucket


def read_log(log: LogFile, hash_key: bytes, account: Account) -> Iterator[pl.DataFrame]:
    """Rows of the section's table from one file, in the order of the file; what is left out is counted in `account`.

    OSError when the file cannot be opened.
    """
    form, reading = _how(log, hash_key)
    wanted = frozenset(log.section.tags.values())
    met: Counter[str] = Counter()
    for batch in _batches(form.requests(_values(log, account), wanted), account):
        frame = bucket_frame(batch, reading, met) if form.is_bucket else request_frame(batch, reading)
        account.loaded += frame.height
        yield frame
    if not account.read:
        account.note = f"holds nothing that {log.section.kind} writes of a request"
    elif isinstance(form.requests, Mapped):
        account.note = _absent(form.requests.absent, log.section.columns)


def _absent(absent: set[str], columns: Mapping[str, str]) -> str | None:
    """What the team's own map names and no row of a file has."""
    named = [f"{name} = {path}" for name, path in columns.items() if name in absent]
    return f"no row has what `columns` names: {', '.join(named)}" if named else None


def _how(log: LogFile, hash_key: bytes) -> tuple[Format, Reading]:
    """The format with what the section says on top: its words win over the usual."""
    section, form = log.section, FORMATS[log.section.kind]
    requests = form.requests
    if section.kind in MAPPED_KINDS:
        requests = Mapped(section.columns)
    elif section.kind in PRESETS:
        requests = Mapped(PRESETS[section.kind][0] | section.columns)
    reading = Reading(
        section.name,
        log.label,
        hash_key,
        section.timezone or form.timezone,
        section.currency or form.currency,
        form.provider,
        section.tags,
        form.key_fields,
        form.cache_in_input if section.cache_in_input is None else section.cache_in_input,
        form.reasoning_in_output if section.reasoning_in_output is None else section.reasoning_in_output,
    )
    return Format(requests, is_bucket=form.is_bucket), reading


def _values(log: LogFile, account: Account) -> Iterator[Line]:
    """Rows of a table or JSON values, by the kind and the file's name; how it is packed does not matter."""
    name = log.path.name.lower()
    suffix = Path(name.removesuffix(next((end for end in _PACKED if name.endswith(end)), ""))).suffix
    if log.section.kind == "parquet" or suffix == ".parquet":
        return parquet_rows(log.path, account)
    if log.section.kind == "csv" or suffix in (".csv", ".tsv"):
        return csv_rows(log.path, account)
    return json_values(log.path, account)


def _next_piece(found: Iterator[Request]) -> list[Request]:
    """The next requests. Nothing here refers in a circle, and looking for that would cost a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        return list(islice(found, _ROWS_IN_CACHE))
    finally:
        if was_on:
            gc.enable()


def _batches(found: Iterable[Request], account: Account) -> Iterator[Batch]:
    """Requests as columns; records that are none are counted.

    A few hundred at a time are turned over into columns: more of them would not stay in the processor's cache.
    """
    found, columns, lines = iter(found), {}, []
    while piece := _next_piece(found):
        account.read += len(piece)
        rows = [row for _, row in piece if type(row) is dict]
        if len(rows) < len(piece):
            _count_unused(piece, account)
        _add_rows(columns, rows, len(lines))
        lines += [line for line, row in piece if type(row) is dict]
        if len(lines) >= _ROWS_AT_ONCE:
            yield Batch(columns, lines, account)
            columns, lines = {}, []
    if lines:
        yield Batch(columns, lines, account)


def _count_unused(piece: list[Request], account: Account) -> None:
    for line, reason in piece:
        if type(reason) is not dict:
            account.miss(reason or "no object of JSON", f"line {line}")


def _add_rows(columns: dict[str, list], rows: list[dict], height: int) -> None:
    """Appends rows to columns of this height; rows of one shape, as most formats give them, go in together."""
    shapes = set(map(tuple, rows))
    if len(shapes) == 1:
        added = dict(zip(shapes.pop(), zip(*(row.values() for row in rows), strict=True), strict=True))
    else:
        added = {name: [row.get(name) for row in rows] for shape in shapes for name in shape}
    for name, values in added.items():
        columns.setdefault(name, [None] * height).extend(values)
    for name in columns.keys() - added.keys():
        columns[name].extend([None] * len(rows))
