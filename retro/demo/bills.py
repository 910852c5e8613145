"""The demo's gateway log: what the team's requests to models were billed, as LiteLLM writes its spend logs.

Every pull request was reviewed in a session, most were written in one, and some sessions belong to no branch. The default
model was swapped on 11 March; from then until the price lookup was mended, the gateway billed the new model at the default
of $3 and $15 per million tokens. Two rows stand in the log as the story tells them.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from retro.demo.content import number_of
from retro.demo.story import Block, moment

_OLD_MODEL, _NEW_MODEL = "anthropic/claude-sonnet-4.5", "stepfun/step-3.5-flash"
_MILLION = Decimal(1_000_000)
_SWAP, _REPAIR = 83, 145  # pull requests that swapped the model and mended its price
_SPRINTS = {"1": ("2026-02-23", "2026-03-07"), "2": ("2026-03-09", "2026-03-20")}
_TALKS = (  # sessions without a branch: begin, type, feature tag, requests
    ("2026-02-24T09:10", "planning", "fleet", 5),
    ("2026-03-03T13:20", "chat", None, 4),
    ("2026-03-09T09:05", "planning", "fleet", 9),
    ("2026-03-10T15:45", "chat", None, 6),
    ("2026-03-12T10:30", "incident", "governance", 7),
    ("2026-03-13T16:15", None, None, 5),
    ("2026-03-18T08:50", "incident", "cost", 8),
    ("2026-03-19T09:30", "incident", "governance", 12),
)


@dataclass(frozen=True)
class Usage:
    """Tokens of one request; `read` of the input came from the cache. `total` is what the log sums them to."""

    given: int
    read: int
    answered: int
    total: int


@dataclass(frozen=True)
class Session:
    """Requests with one purpose: begin in seconds of the Unix epoch, count, tags as the team sends them."""

    key: str
    begin: int
    count: int
    tags: tuple[str, ...]
    gap: int


def spend_logs(story: list[Block]) -> str:
    """The log: one JSON object a line, in order of time."""
    by_number = {block.number: block for block in story if block.number is not None}
    swapped, repaired = by_number[_SWAP].at, by_number[_REPAIR].at
    rows = [row for session in _sessions(by_number) for row in _session_rows(session, swapped, repaired)]
    rows += _told_rows()
    rows.sort(key=lambda row: (row["startTime"], row["request_id"]))
    return "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)


def _sessions(by_number: dict[int, Block]) -> Iterator[Session]:
    for number, block in by_number.items():
        if block.author == "bot":
            continue
        feature, seed = block.branch.partition("/")[0], number_of(block.branch)
        agent = next((word for word in ("claude", "codex") if word in block.words), None)
        if agent:
            count = 9 + seed % 14
            yield _session(number, block.at - 240 * (count + 2), count, ("coding", feature, block.branch))
        yield _session(number, block.at - 1500, 2 + seed % 3, ("code_review", feature, block.branch))
    for place, (begin, kind, feature, count) in enumerate(_TALKS):
        yield _session(place, moment(begin), count, (kind, feature, None))


def _session(number: int, begin: int, count: int, about: tuple[str | None, str | None, str | None]) -> Session:
    kind, feature, branch = about
    sprint = next((name for name, (first, end) in _SPRINTS.items() if _day(first) <= begin < _day(end)), None)
    named = {"sprint": sprint, "session_type": kind, "feature": feature, "branch": branch}
    tags = tuple(f"{key}={value}" for key, value in named.items() if value) if kind else ()
    return Session(f"{kind or 'untagged'}-{number}", begin, count, tags, 240 if kind == "coding" else 300)


def _session_rows(session: Session, swapped: int, repaired: int) -> Iterator[dict]:
    for place in range(session.count):
        at = session.begin + session.gap * place
        seed = number_of(f"{session.key} {place}")
        model = _OLD_MODEL if at < swapped else _NEW_MODEL
        usage = _usage(seed, place, model)
        yield _row(session, at + seed % 40, model, usage, _billed(model, usage, at < repaired))


def _usage(seed: int, place: int, model: str) -> Usage:
    given = 1_800 + place * 2_100 + seed % 1_700
    read = given * 3 // 4 if place and model == _OLD_MODEL else 0
    answered = 180 + seed // 1_700 % 1_900
    return Usage(given, read, answered, given + answered)


def _billed(model: str, usage: Usage, is_default: bool) -> Decimal:
    """What the gateway logged: both models at $3 and $15 until the lookup knew the new one."""
    if model == _NEW_MODEL and not is_default:
        return (usage.given * Decimal("0.10") + usage.answered * Decimal("0.30")) / _MILLION
    uncached = usage.given - usage.read
    return (uncached * Decimal(3) + usage.read * Decimal("0.30") + usage.answered * Decimal(15)) / _MILLION


def _told_rows() -> list[dict]:
    """The request that gave the mistake away, and one after the repair whose total is larger than its parts."""
    first, later = moment("2026-03-17T14:05"), moment("2026-03-18T15:11")
    told = ((first, Usage(99, 0, 217, 316), True), (later, Usage(412, 0, 318, 1_271), False))
    about = ("code_review", "governance", "governance/quota-windows")
    return [
        _row(_session(0, first, 0, about), at, _NEW_MODEL, usage, _billed(_NEW_MODEL, usage, is_default))
        for at, usage, is_default in told
    ]


def _row(session: Session, at: int, model: str, usage: Usage, spend: Decimal) -> dict:
    seed = number_of(f"{session.key} {at}")
    took = 2 + usage.answered // 90
    details = {"cached_tokens": usage.read} if usage.read else None
    counts = {"prompt_tokens": usage.given, "completion_tokens": usage.answered, "total_tokens": usage.total}
    metadata = {"usage_object": {**counts, "prompt_tokens_details": details, "completion_tokens_details": None}}
    return {
        "request_id": f"gen-{at}-{seed:08x}",
        "session_id": session.key,
        "call_type": "acompletion",
        "startTime": _moment_text(at),
        "endTime": _moment_text(at + took),
        "model": model,
        "custom_llm_provider": "openrouter",
        "spend": float(spend),
        **counts,
        "request_tags": json.dumps(session.tags),
        "metadata": json.dumps(metadata, separators=(",", ":")),
        "cache_hit": "False",
        "status": "success",
        "team_id": "harbor-platform",
        "user": "",
        "end_user": "",
    }


def _moment_text(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S.000000")


def _day(text: str) -> int:
    return moment(f"{text}T00:00")
