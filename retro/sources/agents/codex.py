"""Codex's rollouts, `~/.codex/sessions/2026/03/09/rollout-*.jsonl`, one JSON object a line -> facts.

    {"timestamp":"2026-05-13T09:00:00.000Z","type":"session_meta","payload":{"id":"019a","cwd":"/home/dev/cli",
     "cli_version":"0.62.0","model_provider":"openai","git":{"branch":"main"},"forked_from_id":null}}
    {"timestamp":"...","type":"turn_context","payload":{"cwd":"/home/dev/cli","model":"gpt-5.2-codex"}}
    {"timestamp":"...","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{...},"last_token_usage":
     {"input_tokens":1000,"cached_input_tokens":250,"output_tokens":125,"reasoning_output_tokens":75,"total_tokens":1125}}}}

Cache inside input? Yes: the uncached part is input_tokens - cached_input_tokens.
Reasoning inside output? Yes: reasoning_output_tokens is a part of output_tokens.
Dedup key: the session that the history began with, and the running total. Each count is written twice, the total unchanged:
the second is the same request. A fork copies the history of the session that it came from, totals included, with new times:
such requests belong to the first. A subagent begins a history of its own, unless its file has the head of its parent's too.
`info` is null when the server told none: no request. There are no writes to a cache.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from retro.sources.agents.codex_tools import begin_call, end_call
from retro.sources.agents.facts import Collected, Event, Request, Session
from retro.sources.agents.files import Tally, numbered_lines, salvage
from retro.sources.agents.values import Counts, mapping, micros, text

DEFAULT_FOLDERS = ("~/.codex/sessions", "~/.codex/archived_sessions")
PATTERNS = ("**/*.jsonl", "**/*.jsonl.gz")
KEEPS_DAYS = None
_NAMES = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens", "total_tokens")
_CALLS = ("function_call", "custom_tool_call", "local_shell_call")
_WRAPPED = ("<environment_context>", "<user_instructions>", "<turn_aborted>", "<INSTRUCTIONS>", "# AGENTS.md")


@dataclass(slots=True)
class _File:
    """Where the reading of one file stands."""

    tally: Tally
    session: Session | None = None
    root: str | None = None
    model: str | None = None
    provider: str | None = None
    branch: str | None = None
    is_subagent: bool = False
    is_copying: bool = False
    before: dict[str, int | None] = field(default_factory=dict)


@dataclass(slots=True)
class Reader:
    """Reads files one after the other into `collected`."""

    collected: Collected
    origins: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    pending: dict[str, tuple[Event, dict]] = field(default_factory=dict)

    def read(self, tally: Tally) -> None:
        """Takes in one file; what cannot be used is counted in the tally."""
        file, lines = _File(tally), numbered_lines(tally)
        for number, raw in lines:
            try:
                records = [orjson.loads(raw)]
            except ValueError:
                records = salvage(raw, lines, tally, number) if raw.strip() else []
            for record in records:
                self._take(record, file, number)

    def finish(self) -> None:
        """Nothing is left open."""

    def _take(self, record: object, file: _File, number: int) -> None:
        if not isinstance(record, dict):
            file.tally.skip("no object", number)
            return
        payload, kind = mapping(record.get("payload")), record.get("type")
        if not payload or not isinstance(kind, str):
            file.tally.skip("no line of a rollout", number)
            return
        at = micros(record.get("timestamp"))
        if at is None:
            file.tally.skip("no readable time", number)
            return
        if kind == "session_meta":
            self._begin(payload, file, at)
            return
        session = file.session or self._unnamed(file)
        session.times.append(at)
        if kind == "turn_context":
            file.model = text(payload.get("model")) or file.model
        elif kind == "event_msg" and payload.get("type") == "token_count":
            self._take_count(payload, file, at, number)
        else:
            self._take_item(kind, payload, file, (at, number))

    def _begin(self, payload: dict, file: _File, at: int) -> None:
        """The first head names the session; one further down is that of a session whose history was copied."""
        session_id = text(payload.get("id"))
        forked = text(payload.get("forked_from_id"))
        if session_id and forked and forked != session_id:
            self.origins[session_id] = forked
        file.root = self._origin(session_id) if session_id else file.root
        for one in (session_id, file.root):
            if one:
                file.tally.family.add(one.encode("utf-8", "replace"))
        if file.session is not None or session_id is None:
            return
        file.session = self.collected.session(session_id, at, text(payload.get("cwd")), file.tally.file.name)
        file.tally.session_ids.add(session_id)
        file.provider = text(payload.get("model_provider")) or "openai"
        file.is_subagent = "subagent" in mapping(payload.get("source"))
        file.session.parent = forked or _spawned_by(payload) or file.session.parent
        file.session.version = self.collected.masked(text(payload.get("cli_version")))
        file.branch = self.collected.masked(text(mapping(payload.get("git")).get("branch")))
        if file.branch and file.branch not in file.session.branches:
            file.session.branches.append(file.branch)

    def _origin(self, session_id: str) -> str:
        for _ in range(1000):
            if session_id not in self.origins:
                break
            session_id = self.origins[session_id]
        return session_id

    def _unnamed(self, file: _File) -> Session:
        """The session of a file without a head goes by the file's name."""
        name = file.tally.file.path.name.partition(".")[0]
        file.session = self.collected.session(name, None, None, file.tally.file.name)
        file.root, file.provider = name, "openai"
        file.tally.session_ids.add(name)
        file.tally.family.add(name.encode())
        return file.session

    def _take_count(self, payload: dict, file: _File, at: int, number: int) -> None:
        info = mapping(payload.get("info"))
        total, last = Counts(mapping(info.get("total_token_usage"))), Counts(mapping(info.get("last_token_usage")))
        totals = {name: total.take(name) for name in _NAMES}
        if not last.usage and not total.usage:
            return
        used = {name: last.take(name) for name in _NAMES} if last.usage else _since(totals, file.before)
        if total.usage and totals == file.before:
            return
        file.before = totals if total.usage else file.before
        signature = "/".join(str(totals[name] if total.usage else used[name]) for name in _NAMES)
        key = f"{file.root}:{signature}" if total.usage else f"{file.root}:{at}:{signature}"
        request = self._request(used, file, (at, number))
        request.model = text(info.get("model")) or file.model
        request.usage_problem = last.problem if last.usage else total.problem
        if request.usage_problem:
            file.tally.account.miss("impossible token counts", f"line {number:,}")
        if last.has_text or total.has_text:
            file.tally.account.miss("token counts written as text", f"line {number:,}")
        if request.model and file.session and request.model not in file.session.models:
            file.session.models.append(request.model)
        self.collected.add_request(key, request)

    def _request(self, used: Mapping[str, int | None], file: _File, place: tuple[int, int]) -> Request:
        tokens = _canonical(used)
        session_id = file.session.session_id if file.session else ""
        request = Request(session_id, place[0], None, None, file.provider, tokens, file.tally.file.name, place[1])
        request.branch, request.is_subagent = file.branch, file.is_subagent
        return request

    def _take_item(self, kind: str, payload: dict, file: _File, place: tuple[int, int]) -> None:
        item = payload.get("type")
        if kind == "response_item" and item in _CALLS:
            self._take_call(payload, file, place)
        elif kind == "response_item" and item in ("function_call_output", "custom_tool_call_output"):
            end_call(self.collected, self.pending, payload, place[0])
        elif kind == "event_msg" and item == "user_message":
            said = text(payload.get("message")) or ""
            is_human = not said.startswith(_WRAPPED)
            kind = "subagent_prompt" if file.is_subagent else "prompt" if is_human else "harness"
            self._event(file, place, kind, None)
        elif kind == "event_msg" and item == "turn_aborted":
            self._event(file, place, "interrupt" if payload.get("reason") == "interrupted" else "harness", None)
        elif kind == "compacted":
            self._event(file, place, "compaction", None)

    def _take_call(self, payload: dict, file: _File, place: tuple[int, int]) -> None:
        call_id = text(payload.get("call_id")) or text(payload.get("id")) or f"{file.tally.file.name}:{place[1]}"
        event = self._event(file, place, "tool_call", call_id)
        if event and file.session:
            given = begin_call(self.collected, event, payload, file.session)
            self.pending[call_id] = (event, given)

    def _event(self, file: _File, place: tuple[int, int], kind: str, event_id: str | None) -> Event | None:
        session_id = file.session.session_id if file.session else ""
        actor = {"tool_call": "agent", "subagent_prompt": "agent", "prompt": "human", "interrupt": "human"}.get(
            kind, "harness"
        )
        outcome = "unknown" if kind == "tool_call" else "ok"
        event = Event(session_id, event_id, place[0], kind, actor, file.branch, file.is_subagent, outcome)
        return self.collected.add_event(event_id or (session_id, place), event)


def _spawned_by(payload: dict) -> str | None:
    spawned = mapping(mapping(mapping(payload.get("source")).get("subagent")).get("thread_spawn"))
    return text(spawned.get("parent_thread_id"))


def _since(totals: Mapping[str, int | None], before: Mapping[str, int | None]) -> dict[str, int | None]:
    """What a total that only grows says of the last request; the total itself when it began anew."""
    grown = {name: None if (now := totals[name]) is None else now - (before.get(name) or 0) for name in _NAMES}
    return dict(totals) if any(value is not None and value < 0 for value in grown.values()) else grown


def _canonical(used: Mapping[str, int | None]) -> dict[str, int | None]:
    given, cached = used["input_tokens"], used["cached_input_tokens"]
    inside = given is not None and cached is not None and cached <= given
    return {
        "uncached_input_tokens": given - cached if inside else None if cached else given,
        "cache_read_tokens": cached if inside or given is None else None,
        "cache_write_5m_tokens": 0,
        "cache_write_1h_tokens": 0,
        "output_tokens": used["output_tokens"],
        "reasoning_tokens": used["reasoning_output_tokens"],
        "logged_total_tokens": used["total_tokens"],
    }
