"""What was collected -> frames of `agent_sessions`, `agent_events`, `agent_edits`, `agent_commits`, `gateway_requests`."""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING

from retro import keyed_hashes, tables
from retro.sources.agents.facts import Collected, Event, Request, Session
from retro.sources.agents.files import Tally
from retro.sources.agents.garbage import uncollected

if TYPE_CHECKING:
    import polars as pl

IDLE_SECONDS = 600
_SAME_STOP_MICROS = 2_000_000
_TYPED = ("prompt", "prompt_midturn", "slash_command")
Frames = dict[str, "pl.DataFrame"]
# What `_request_row` tells, in its order.
_REQUEST_COLUMNS = (
    "source", "request_key", "response_id", "provider_request_id", "requested_at", "model", "provider", "service_tier",
    "logged_cost", "logged_currency", "status", "usage_problem", "tags", "session_id", "repo", "branch", "is_subagent",
    "user_hash", "file", "line",
)  # fmt: skip


@uncollected()
def frames(collected: Collected, tallies: Iterable[Tally], *, only_configured: bool) -> Frames:
    """Frames of all that was collected; `only_configured` leaves out sessions outside the configured repositories."""
    digests = {tally.file.name: tally for tally in tallies}
    sessions = {
        name: session
        for name, session in collected.sessions.items()
        if session.times and (session.repo or not only_configured)
    }
    events = [event for event in collected.events.values() if event.session_id in sessions]
    event_frame = numbered(_event_frame(collected, events))
    return {
        "agent_events": event_frame,
        "agent_sessions": counted(_session_frame(collected, sessions.values(), digests), event_frame),
        "agent_edits": _edit_frame(collected, sessions),
        "agent_commits": _commit_frame(collected, sessions),
        "gateway_requests": _request_frame(collected, sessions),
    }


def numbered(events: "pl.DataFrame") -> "pl.DataFrame":
    """The events with their sequence within each session: by time, then by the order in which they were given."""
    import polars as pl

    ordered = events.sort("source", "session_id", "started_at", maintain_order=True)
    return ordered.with_columns(sequence=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("source", "session_id"))


def counted(sessions: "pl.DataFrame", events: "pl.DataFrame") -> "pl.DataFrame":
    """The sessions with their counts taken from the events."""
    import polars as pl

    kind, outcome, key = pl.col("kind"), pl.col("outcome"), ["source", "session_id"]
    calls = kind == "tool_call"
    counts = events.group_by(key).agg(
        typed_prompt_count=kind.is_in(_TYPED).sum(),
        queued_prompt_count=(kind == "prompt_queued").sum(),
        plan_prompt_count=(kind == "prompt_plan").sum(),
        tool_call_count=calls.sum(),
        failed_tool_call_count=(calls & (outcome == "failed")).sum(),
        compaction_count=(kind == "compaction").sum(),
        added_lines=_sum_or_none("added_lines"),
        deleted_lines=_sum_or_none("deleted_lines"),
    )
    counts = counts.join(_stops(events), on=key, how="left")
    names = [name for name in counts.columns if name not in key]
    filled = sessions.drop(names).join(counts, on=key, how="left")
    zero = [pl.col(name).fill_null(0).cast(pl.Int64) for name in names if name.endswith("_count")]
    return filled.with_columns(*zero).select(sessions.columns).cast(dict(tables.schema("agent_sessions")))


def _sum_or_none(name: str) -> "pl.Expr":
    import polars as pl

    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum())


def _stops(events: "pl.DataFrame") -> "pl.DataFrame":
    """Stops by a human in each session. A rejection and the interrupt that it leaves behind are one; a plan sent back is none."""
    import polars as pl

    key, is_plan = ["source", "session_id"], (pl.col("tool") == "ExitPlanMode") & (pl.col("outcome") == "unknown")
    is_plan = is_plan.fill_null(False) & pl.col("ended_at").is_not_null()
    is_stop = (pl.col("kind") == "interrupt") | (pl.col("outcome") == "rejected")
    found = events.filter(is_stop | is_plan).select(
        *key, at=pl.coalesce("ended_at", "started_at").cast(pl.Int64), weight=is_stop.cast(pl.Int64)
    )
    found = found.sort(*key, "at", "weight").with_columns(gap=pl.col("at").diff().over(key))
    first = pl.col("gap").is_null() | (pl.col("gap") > _SAME_STOP_MICROS)
    return found.group_by(key).agg(interrupt_count=(pl.col("weight") * first).sum())


def active_seconds(times: Iterable[int]) -> float:
    """Seconds between neighbouring times (microseconds), each gap counted up to the idle rule or not at all."""
    total, before = 0, None
    for at in sorted(times):
        if before is not None and at - before <= IDLE_SECONDS * 1_000_000:
            total += at - before
        before = at
    return total / 1_000_000


def _frame(table: str, rows: Mapping[str, "list | pl.Series"]) -> "pl.DataFrame":
    """The frame that `tables.frame` makes, in a third of the time: numbers become times all at once."""
    import polars as pl

    columns = []
    for name, kind in tables.schema(table).items():
        built = pl.Int64() if isinstance(kind, pl.Datetime) else kind
        columns.append(pl.Series(name, rows[name], dtype=built).cast(kind))
    return pl.DataFrame(columns)


def _event_frame(collected: Collected, events: list[Event]) -> "pl.DataFrame":
    rows = tables.empty_rows("agent_events")
    names = [name for name in rows if hasattr(Event, name)]
    rows |= zip(names, zip(*map(attrgetter(*names), events), strict=True), strict=False)
    rows["source"] = [collected.source] * len(events)
    rows["sequence"] = list(range(len(events)))
    for position, name in enumerate(("passed_test_count", "failed_test_count", "skipped_test_count")):
        rows[name] = [event.test_counts[position] for event in events]
    return _frame("agent_events", rows)


def _session_frame(collected: Collected, sessions: Iterable[Session], tallies: Mapping[str, Tally]) -> "pl.DataFrame":
    rows = tables.empty_rows("agent_sessions")
    for session in sessions:
        files = [tallies[name] for name in session.files if name in tallies]
        row = {
            "source": collected.source,
            "session_id": session.session_id,
            "parent_session_id": session.parent,
            "agent": collected.agent,
            "agent_version": session.version,
            "user_hash": _account_hash(collected.key, session.account),
            "repo": session.repo,
            "branches": session.branches,
            "models": [collected.masked(model) for model in session.models],
            "started_at": min(session.times),
            "ended_at": max(session.times),
            "active_seconds": active_seconds(session.times),
            "idle_rule_seconds": float(IDLE_SECONDS),
            "is_truncated": any(tally.is_damaged for tally in files),
            "transcript_digest": _digest(files),
            "file": session.files[0],
        }
        for name, values in rows.items():
            values.append(row.get(name, 0 if name.endswith("_count") else None))
    return tables.frame("agent_sessions", rows)


@cache
def _account_hash(key: bytes, account: str | None) -> str | None:
    return keyed_hashes.keyed_hash(key, account) if account else None


def _digest(files: list[Tally]) -> str:
    digests = sorted(tally.digest for tally in files if tally.digest)
    return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()


def _edit_frame(collected: Collected, sessions: Mapping[str, Session]) -> "pl.DataFrame":
    rows = tables.empty_rows("agent_edits")
    for (session_id, event_id, path), (at, hashes) in collected.edits.items():
        if session_id in sessions:
            values = (collected.source, session_id, event_id, at, path, hashes)
            for name, value in zip(rows, values, strict=True):
                rows[name].append(value)
    return tables.frame("agent_edits", rows)


def _commit_frame(collected: Collected, sessions: Mapping[str, Session]) -> "pl.DataFrame":
    rows = tables.empty_rows("agent_commits")
    for key, told in collected.commits.items():
        if key[0] in sessions:
            for name, value in zip(rows, (collected.source, *key, *told), strict=True):
                rows[name].append(value)
    return tables.frame("agent_commits", rows)


def _request_frame(collected: Collected, sessions: Mapping[str, Session]) -> "pl.DataFrame":
    import polars as pl

    kept = [(key, one) for key, one in collected.requests.items() if one.session_id in sessions]
    rows: dict[str, list | pl.Series] = dict.fromkeys(tables.schema("gateway_requests"), [None] * len(kept))
    told = [_request_row(collected, key, request, sessions[request.session_id]) for key, request in kept]
    rows |= zip(_REQUEST_COLUMNS, zip(*told, strict=True), strict=False)
    tokens = [request.tokens for _, request in kept]
    for name in {name for one in tokens for name in one}:
        rows[name] = [one.get(name) for one in tokens]
    rows["logged_cost_usd"] = rows["logged_cost"]
    rows["tags"] = _tag_column(rows["tags"])
    return _frame("gateway_requests", rows)


def _tag_column(tags: list[tuple[tuple[str, str], ...]]) -> "pl.Series":
    """The tags of each request as a map; the few different ones are built once, which is fifty times as quick."""
    import polars as pl

    places = {one: place for place, one in enumerate(dict.fromkeys(tags))}
    maps = [[{"key": key, "value": value} for key, value in one] for one in places]
    column = pl.Series("tags", maps, dtype=tables.schema("gateway_requests")["tags"])
    return column.gather([places[one] for one in tags])


def _request_row(collected: Collected, key: str, request: Request, session: Session) -> tuple:
    cost, tags = request.logged_cost, request.tags
    return (
        collected.source,
        key,
        request.response_id,
        request.provider_request_id,
        request.requested_at,
        collected.masked(request.model),
        request.provider,
        request.service_tier,
        cost,
        None if cost is None else "USD",
        request.status,
        request.usage_problem,
        tuple((name, collected.masked(value)) for name, value in sorted(tags.items())) if tags else (),
        request.session_id,
        session.repo,
        request.branch,
        request.is_subagent,
        _account_hash(collected.key, session.account),
        request.file,
        request.line,
    )
