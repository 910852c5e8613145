"""Claude Code's transcripts, `~/.claude/projects/<folder>/<session>.jsonl`, one JSON object a line -> facts.

    {"type":"assistant","uuid":"343f","parentUuid":"6b82","sessionId":"253f","cwd":"/home/dev/cli","gitBranch":"main",
     "timestamp":"2026-02-03T03:49:49.810Z","requestId":"req_01","message":{"id":"msg_01","model":"claude-opus-4-5",
     "content":[{"type":"tool_use","id":"toolu_01","name":"Bash","input":{"command":"go test ./..."}}],"usage":{...}}}

Cache inside input? No: `input_tokens` leaves out cache reads and writes, which stand beside it.
Reasoning inside output? Yes, and it is not told apart: reasoning_tokens is NULL.
Dedup key: message.id and requestId, message.id alone where requestId is missing; the telling with most output counts (an answer
is written down several times while it streams), with the first of their times. Lines of a copied history (resume, fork) keep
their `uuid` and their tools' ids: the session that was read first has them. `<synthetic>` answers are not billed.
Subagents: `subagents/agent-*.jsonl`, lines with isSidechain, and `progress` lines that carry the subagent's message.
"""

import re
from dataclasses import dataclass, field
from zlib import crc32

import orjson

from retro.sources.agents import claude_usage
from retro.sources.agents.claude_lines import Line, Memory
from retro.sources.agents.claude_speakers import spoken
from retro.sources.agents.claude_tools import begin_tool, end_tool, end_tools
from retro.sources.agents.facts import Collected, Event, Session
from retro.sources.agents.files import Tally, new_lines, salvage
from retro.sources.agents.values import mapping, micros, text

DEFAULT_FOLDERS = ("~/.claude/projects", "~/.config/claude/projects")
PATTERNS = ("**/*.jsonl", "**/*.jsonl.gz")
KEEPS_DAYS = 30  # cleanupPeriodDays, unless the user has set another
_DATED = ("assistant", "user", "progress", "system", "attachment")
_NAMES = re.compile(rb'"sessionId":"([^"\\]{1,80})"')
_SNAPSHOT = b'{"type":"file-history-snapshot"'


@dataclass(slots=True)
class Reader:
    """Reads files one after the other into `collected`."""

    collected: Collected
    memory: Memory = field(default_factory=Memory)
    heads: dict[tuple, Session] = field(default_factory=dict)
    last: tuple[tuple, Session] | None = None
    in_subagent: bool = False

    def read(self, tally: Tally) -> None:
        """Takes in one file; what cannot be used is counted in the tally."""
        self.heads.clear()
        self.last = None
        self.in_subagent = "subagents" in tally.file.path.parts
        seen, is_sound = self.memory.lines, True
        beginning, lines = new_lines(tally)
        if beginning:
            self._note_copy(beginning, tally)
        for number, raw in lines:
            digest = hash(raw)
            if digest in seen:
                if not tally.family:
                    self._note_copy(raw, tally)
                continue
            if not raw.startswith(_SNAPSHOT):
                try:
                    record = orjson.loads(raw)
                except ValueError:
                    if raw.strip():  # not seen: a part of something larger may look like a part of something else
                        is_sound = False
                        for record in salvage(raw, lines, tally, number):
                            self._take(record, tally, number)
                    continue
                self._take(record, tally, number)
            seen.add(digest)
        if is_sound and tally.alike:
            tally.alike.keep(tally.file)

    def finish(self) -> None:
        """Drops the queued prompts that came to have a line of their own, and requests told again without their id."""
        for session_id, waiting in self.memory.queued.items():
            said = self.memory.said.get(session_id, set())
            for digest, event in waiting:
                if digest in said:
                    self.collected.events.pop((session_id, event.started_at, digest), None)
        requests = self.collected.requests
        whole = {request.response_id: key for key, request in requests.items() if key != request.response_id}
        for key in [key for key in requests if key in whole]:
            self.collected.add_request(whole[key], requests.pop(key))

    def _note_copy(self, raw: bytes | memoryview, tally: Tally) -> None:
        """Lines that were read before: only that this file tells of the session too is new."""
        if name := _NAMES.search(raw):
            self._belongs(tally, name[1].decode("utf-8", "replace"), None)
            tally.family.add(name[1])

    def _take(self, record: object, tally: Tally, number: int) -> None:
        if not isinstance(record, dict):
            tally.skip("no object", number)
            return
        kind = record.get("type")
        if kind in _DATED:
            self._take_dated(record, kind, tally, number)
        elif isinstance(record.get("loglines"), list):
            for one in record["loglines"]:
                self._take(one, tally, number)
        elif kind is None:
            self._take_untyped(record, tally, number)
        elif kind in ("queue-operation", "pr-link"):
            self._take_note(record, tally, number)

    def _take_untyped(self, record: dict, tally: Tally, number: int) -> None:
        """A line of versions that told only the message's role."""
        if message := mapping(record.get("message")):
            self._take_dated(record, message.get("role") or "assistant", tally, number)
        else:
            tally.skip("no line of a transcript", number)

    def _take_dated(self, record: dict, kind: str, tally: Tally, number: int) -> None:
        at = micros(record.get("timestamp"))
        if at is None:
            if kind in ("assistant", "user"):
                tally.skip("no readable time", number)
            return
        if kind == "progress" and self._is_mere_progress(record, at, tally):
            return
        session = self._session(record, at, tally)
        line = Line(record, session, at, tally, number, self.in_subagent or record.get("isSidechain") is True)
        if kind == "assistant":
            self._take_answer(line)
        elif kind == "user":
            self._take_user(line)
        elif kind == "progress":
            self._take_progress(line)
        elif kind == "attachment":
            self._take_attachment(line)

    def _is_mere_progress(self, record: dict, at: int, tally: Tally) -> bool:
        """True for a line of which all that counts is that somebody was at work, which is noted: no subagent's message."""
        told, session_id = mapping(record.get("data")).get("type"), text(record.get("sessionId"))
        if session_id is None or not isinstance(told, str) or told.startswith("agent_progress"):
            return False
        if self.last and self.last[1].session_id == session_id:
            self.last[1].times.append(at)
        else:
            self._belongs(tally, session_id, None)
            self.collected.session(session_id, at, None, tally.file.name)
        return True

    def _session(self, record: dict, at: int, tally: Tally) -> Session:
        """The session of a line. Most lines repeat the head of the one before, and are placed by it."""
        head = tuple(map(record.get, ("sessionId", "cwd", "gitBranch", "version")))
        if self.last and self.last[0] == head:
            session = self.last[1]
            session.times.append(at)
        else:
            session = self._placed(head, record, at, tally)
        uuid = record.get("uuid")
        if isinstance(uuid, str):
            owner = self.memory.owners.setdefault(uuid, session.session_id)
            if owner != session.session_id and session.parent is None:
                session.parent = owner
        return session

    def _placed(self, head: tuple, record: dict, at: int, tally: Tally) -> Session:
        """The session of a line whose head differs from the one before."""
        try:
            session = self.heads.get(head)
        except TypeError:  # a list or an object where text should be
            return self._look_up(record, at, tally)
        if session is None:
            session = self.heads[head] = self._look_up(record, at, tally)
        else:
            session.times.append(at)
        self.last = head, session
        return session

    def _look_up(self, record: dict, at: int, tally: Tally) -> Session:
        session_id = text(record.get("sessionId")) or tally.file.path.name.partition(".")[0]
        self._belongs(tally, session_id, text(record.get("uuid")))
        session = self.collected.session(session_id, at, text(record.get("cwd")), tally.file.name)
        branch = self.collected.masked(text(record.get("gitBranch")))
        if branch and branch not in session.branches:
            session.branches.append(branch)
        version = text(record.get("version"))
        if version and at >= session.version_at:
            session.version, session.version_at = self.collected.masked(version), at
        parent = text(record.get("parentUuid")) or text(record.get("logicalParentUuid"))
        owner = self.memory.owners.get(parent) if parent else None
        told = text(mapping(record.get("forkedFrom")).get("sessionId")) or owner
        if session.parent is None and told and told != session_id:
            session.parent = told
        return session

    def _belongs(self, tally: Tally, session_id: str, uuid: str | None) -> None:
        if not tally.family and uuid:
            tally.family.add(uuid.encode("utf-8", "replace"))
        tally.session_ids.add(session_id)

    def _take_progress(self, line: Line) -> None:
        inner = mapping(mapping(line.record.get("data")).get("message"))
        if not inner or not isinstance(inner.get("message"), dict):
            return
        at = micros(inner.get("timestamp")) or line.at
        nested = Line(inner, line.session, at, line.tally, line.number, True, line.branch)
        if inner.get("type") == "assistant":
            self._take_answer(nested)
        elif inner.get("type") == "user":
            self._take_user(nested)

    def _take_answer(self, line: Line) -> None:
        message = mapping(line.record.get("message"))
        model, usage, content = text(message.get("model")), message.get("usage"), message.get("content")
        if model != claude_usage.UNBILLED_MODEL:
            if model and model not in line.session.models:
                line.session.models.append(model)
            if isinstance(usage, dict) and usage:
                self._take_usage(message, line)
        for position, block in enumerate(content) if isinstance(content, list) else ():
            if isinstance(block, dict) and block.get("type") == "tool_use":
                self._take_call(block, line, position)

    def _take_usage(self, message: dict, line: Line) -> None:
        key = claude_usage.request_key(message, line)
        known, output = self.collected.requests.get(key), message["usage"].get("output_tokens")
        if known and type(output) is int and 0 <= output <= known.weight:  # told before, as full as here
            known.requested_at = min(known.requested_at, line.at)
            return
        self.collected.add_request(key, claude_usage.read_request(message, line, self.collected.masked(line.branch)))

    def _take_call(self, block: dict, line: Line, position: int) -> None:
        call_id = text(block.get("id")) or f"{line.tally.file.name}:{line.number}:{position}"
        event = self._event(line, call_id, "tool_call", "agent")
        if event:
            event.tool = self.collected.masked(text(block.get("name")))
            given = mapping(block.get("input"))
            begin_tool(self.collected, event, given, line.session)
            self.memory.pending[call_id] = (event, given)

    def _take_user(self, line: Line) -> None:
        content, pending = mapping(line.record.get("message")).get("content"), self.memory.pending
        only = content[0] if isinstance(content, list) and len(content) == 1 else None
        if type(only) is dict and only.get("type") == "tool_result" and "text" not in only:
            end_tool(self.collected, pending, only, (line.record.get("toolUseResult"), line.at))
            return
        end_tools(self.collected, pending, line.record, line.at)
        said = spoken(line.record, line.is_subagent)
        if said is None:
            return
        event = self._event(line, text(line.record.get("uuid")), said.kind, said.actor)
        if event and said.kind in ("prompt", "prompt_midturn", "slash_command"):
            self.memory.said.setdefault(line.session.session_id, set()).add(crc32(said.text.encode()))

    def _take_attachment(self, line: Line) -> None:
        """A prompt that was typed while the agent worked and has, in newer versions, a line of its own."""
        attachment = mapping(line.record.get("attachment"))
        prompt = text(attachment.get("prompt"))
        if attachment.get("type") == "queued_command" and prompt:
            prompt = prompt.strip()
            self.memory.said.setdefault(line.session.session_id, set()).add(crc32(prompt.encode()))
            kind, actor = _queued(prompt)
            self._event(line, text(line.record.get("uuid")), kind, actor)

    def _take_note(self, record: dict, tally: Tally, number: int) -> None:
        at = micros(record.get("timestamp"))
        if at is None:
            tally.skip("no readable time", number)
            return
        session = self._session(record, at, tally)
        line = Line(record, session, at, tally, number, False)
        if record.get("type") == "pr-link":
            number = record.get("prNumber")
            event = self._event(line, f"{session.session_id}:pr:{number}:{at}", "pull_request_link", "harness")
            if event and type(number) is int and 0 < number < 1 << 40:
                event.pr_number = number
            return
        prompt = text(record.get("content"))
        if prompt and record.get("operation") == "enqueue":
            self._queue(line, prompt.strip())
        elif prompt and record.get("operation") == "popAll":
            self.memory.said.setdefault(session.session_id, set()).add(crc32(prompt.strip().encode()))

    def _queue(self, line: Line, prompt: str) -> None:
        kind, actor = _queued(prompt)
        digest = crc32(prompt.encode())
        event = Event(line.session.session_id, None, line.at, kind, actor, None, False, "ok")
        if self.collected.add_event((line.session.session_id, line.at, digest), event):
            self.memory.queued.setdefault(line.session.session_id, []).append((digest, event))

    def _event(self, line: Line, event_id: str | None, kind: str, actor: str) -> Event | None:
        """A new event; None when one with that id is there already."""
        outcome = "unknown" if kind == "tool_call" else "ok"
        branch = self.collected.masked(line.branch)
        event = Event(line.session.session_id, event_id, line.at, kind, actor, branch, line.is_subagent, outcome)
        return self.collected.add_event(event_id or (line.tally.file.name, line.number), event)


def _queued(prompt: str) -> tuple[str, str]:
    return ("harness", "harness") if prompt.startswith("<") else ("prompt_queued", "human")
