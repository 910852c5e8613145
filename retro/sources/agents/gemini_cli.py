"""Gemini CLI's sessions, `~/.gemini/tmp/<project hash>/chats/session-*.json`, one JSON object a file (or a line) -> facts.

    {"sessionId":"faff","projectHash":"7e89","startTime":"2026-01-10T02:08:26.108Z","messages":[
     {"id":"ba61","timestamp":"2026-01-10T02:08:35.661Z","type":"gemini","model":"gemini-2.5-flash",
      "tokens":{"input":12874,"output":18,"cached":0,"thoughts":31,"tool":0,"total":12923}}]}

Cache inside input? Yes: the uncached part is input - cached; `tool`, the results of tools that were given, is input beside it.
Reasoning inside output? No: `thoughts` stand beside `output`, total = input + output + thoughts + tool; here they are added.
Dedup key: session and message id; the telling with most output counts. The repository is known by `projectHash`, the SHA-256 of
the folder where the program was started.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from retro.sources.agents.facts import Collected, Event, Request, Session
from retro.sources.agents.files import LONGEST_LINE, Tally, counted_lines, read_lines, salvage
from retro.sources.agents.tool_results import ShellResult, begin_command, end_command, note_edit, replaced_lines
from retro.sources.agents.values import Counts, mapping, micros, text

DEFAULT_FOLDERS = ("~/.gemini/tmp",)
PATTERNS = ("**/chats/*.json", "**/chats/*.jsonl", "*.json", "*.jsonl", "*.jsonl.gz")
KEEPS_DAYS = None
_SHELL, _EDITORS = "run_shell_command", frozenset({"replace", "write_file", "edit"})
_OUTCOMES = {"success": "ok", "error": "failed", "cancelled": "cancelled"}


@dataclass(slots=True)
class Reader:
    """Reads files one after the other into `collected`."""

    collected: Collected

    def read(self, tally: Tally) -> None:
        """Takes in one file; each object with messages is a session, each message a record."""
        head: dict = {}
        for number, record in _records(tally):
            if not isinstance(record, dict):
                tally.skip("no object", number)
            elif isinstance(record.get("messages"), list):
                self._take_session(record, record["messages"], tally, number)
            elif "sessionId" in record and "type" not in record:
                head = record
            elif head and "type" in record:
                self._take_session(head, [record], tally, number)
            elif "$set" not in record:
                tally.skip("no session", number)

    def finish(self) -> None:
        """Nothing is left open."""

    def _take_session(self, head: dict, messages: Iterable[object], tally: Tally, number: int) -> None:
        session_id = text(head.get("sessionId")) or tally.file.path.name.partition(".")[0]
        started_at = micros(head.get("startTime"))
        session = self.collected.session(session_id, started_at, self._folder(head, tally), tally.file.name)
        tally.session_ids.add(session_id)
        tally.family.add(session_id.encode("utf-8", "replace"))
        for message in messages:
            if isinstance(message, dict):
                self._take_message(message, session, tally, number)
            else:
                tally.skip("no object", number)

    def _folder(self, head: dict, tally: Tally) -> str | None:
        """The configured folder whose digest the session names."""
        named = text(head.get("projectHash")) or tally.file.path.parent.parent.name
        folders = self.collected.checkouts.folders
        return next((one for one in folders if hashlib.sha256(one.encode()).hexdigest() == named), None)

    def _take_message(self, message: dict, session: Session, tally: Tally, number: int) -> None:
        at = micros(message.get("timestamp"))
        if at is None:
            tally.skip("no readable time", number)
            return
        session.times.append(at)
        kind = message.get("type")
        if kind == "user":
            self._event(session, message, at, "prompt", "human")
        elif kind == "gemini":
            model = text(message.get("model"))
            if model and model not in session.models:
                session.models.append(model)
            if isinstance(message.get("tokens"), dict):
                self._take_tokens(message, session, at, (tally, number))
            calls = message.get("toolCalls")
            for position, call in enumerate(calls if isinstance(calls, list) else ()):
                self._take_call(mapping(call), session, (at, tally.file.name, number, position))

    def _take_tokens(self, message: dict, session: Session, at: int, place: tuple[Tally, int]) -> None:
        tally, number = place
        counts = Counts(message["tokens"])
        tokens = _canonical(counts)
        if counts.faults:
            tally.account.miss("impossible token counts", f"line {number:,}")
        if counts.has_text:
            tally.account.miss("token counts written as text", f"line {number:,}")
        message_id = text(message.get("id"))
        model = text(message.get("model"))
        request = Request(session.session_id, at, message_id, model, "google", tokens, tally.file.name, number)
        request.usage_problem = counts.problem
        self.collected.add_request(f"{session.session_id}:{message_id or at}", request)

    def _take_call(self, call: dict, session: Session, place: tuple[int, str, int, int]) -> None:
        at = micros(call.get("timestamp")) or place[0]
        call_id = text(call.get("id")) or ":".join(map(str, place[1:]))
        event = Event(session.session_id, call_id, place[0], "tool_call", "agent", None, False)
        if self.collected.add_event((session.session_id, call_id), event) is None:
            return
        event.ended_at = max(at, event.started_at)
        event.tool = self.collected.masked(text(call.get("name")))
        event.outcome = _OUTCOMES.get(str(call.get("status")), "unknown")
        given = mapping(call.get("args"))
        if event.tool == _SHELL and (command := text(given.get("command"))):
            self._take_command(event, command, call)
        elif event.tool in _EDITORS and (path := text(given.get("file_path"))):
            event.target_path = self.collected.stored_path(path, session)
            if event.outcome == "ok":
                note_edit(self.collected, event, *_changed(given))

    def _take_command(self, event: Event, command: str, call: dict) -> None:
        begin_command(event, command)
        output = _said(call)
        code = _exit_code(output)
        failed = event.outcome == "ok" and code not in (None, 0)
        end_command(self.collected, event, command, ShellResult(output, code, "failed" if failed else event.outcome))

    def _event(self, session: Session, message: dict, at: int, kind: str, actor: str) -> None:
        message_id = text(message.get("id"))
        event = Event(session.session_id, message_id, at, kind, actor, None, False, "ok")
        self.collected.add_event((session.session_id, message_id or at), event)


def _records(tally: Tally) -> Iterable[tuple[int, object]]:
    """The objects of the file with their line: one for the whole file, else one a line."""
    lines = read_lines(tally)
    if isinstance(lines, list) and tally.file.size <= LONGEST_LINE:
        try:
            whole = [(1, orjson.loads(b"\n".join(lines)))]
        except ValueError:
            whole = []
        if whole:
            tally.account.read += 1
            tally.account.loaded += 1
            return whole
    return _by_line(lines, tally)


def _by_line(lines: Iterable[bytes], tally: Tally) -> Iterable[tuple[int, object]]:
    numbered = counted_lines(lines, tally)
    for number, raw in numbered:
        try:
            found = [orjson.loads(raw)]
        except ValueError:
            found = salvage(raw, numbered, tally, number) if raw.strip() else []
        yield from ((number, one) for one in found)


def _canonical(counts: Counts) -> dict[str, int | None]:
    given, cached, output = counts.take("input"), counts.take("cached"), counts.take("output")
    thoughts, by_tools = counts.take("thoughts"), counts.take("tool")
    inside = given is not None and (cached or 0) <= given
    if given is not None and not inside:
        counts.faults.append("cached exceeds input")
    return {
        "uncached_input_tokens": given - (cached or 0) + (by_tools or 0) if inside and given is not None else None,
        "cache_read_tokens": cached if inside or given is None else None,
        "cache_write_5m_tokens": 0,
        "cache_write_1h_tokens": 0,
        "output_tokens": None if output is None else output + (thoughts or 0),
        "reasoning_tokens": thoughts,
        "logged_total_tokens": counts.take("total"),
    }


def _changed(given: dict) -> tuple[list[str], int]:
    if "new_string" in given:
        return replaced_lines([(given.get("old_string"), given.get("new_string"))])
    return replaced_lines([(None, given.get("content"))])


def _said(call: dict) -> str:
    """What the tool answered: the text of the function's response."""
    parts = call.get("result") if isinstance(call.get("result"), list) else []
    answers = [mapping(mapping(mapping(part).get("functionResponse")).get("response")).get("output") for part in parts]
    return "\n".join(answer for answer in answers if isinstance(answer, str))


def _exit_code(output: str) -> int | None:
    for line in output.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "Exit Code" and value.strip().lstrip("-").isdigit():
            return int(value)
    return None
