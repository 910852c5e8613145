"""Notes that are JSON.

Agent Trace (https://github.com/cursor/agent-trace): records with the contributor (ai, human, mixed, unknown) of lines:

    {"version": "0.1.0", "tool": {"name": "cursor"}, "files": [{"path": "a.ts", "conversations": [{"url": "https://...",
     "contributor": {"type": "ai", "model_id": "..."}, "ranges": [{"start_line": 42, "end_line": 67}]}]}]}

whogitit (https://docs.rs/crate/whogitit): a record of a Claude Code session with the source of each line:

    {"version": 3, "session": {"session_id": "...", "model": {"id": "..."}},
     "files": [{"path": "a.rs", "lines": [{"line_number": 1, "content": "...", "source": {"type": "AI"}}]}]}

ai-attribution (Qwen Code): characters for each file, so no lines:

    {"version": 1, "generator": "Qwen-Coder", "files": {"a.ts": {"aiChars": 150, "humanChars": 50}}}
"""

import json
from collections.abc import Iterable, Iterator

from retro.sources.git_notes.facts import (
    PERSON,
    NoteFacts,
    Range,
    UnreadableNote,
    Writer,
    agent_name,
    count,
    file_path,
    line_span,
    model_name,
    paint,
    session_key,
)


def read_json(text: str) -> NoteFacts:
    """What a note in JSON says: one record, a list of them, or one on each line. Raises UnreadableNote."""
    records = _records(text)
    files = records[0].get("files")
    if isinstance(files, dict) and "generator" in records[0]:
        return _ai_attribution(records[0])
    if not all(isinstance(record.get("files"), list) for record in records):
        raise _strange()
    if any("lines" in file for file in objects(files)):
        return _whogitit(records[0])
    return _agent_trace(records)


def json_object(text: str) -> dict:
    """The object that a JSON text is. Raises UnreadableNote."""
    value = _json(text)
    if not isinstance(value, dict):
        raise _strange()
    return value


def objects(values: object) -> Iterator[dict]:
    """The objects of a JSON list, none of null. Raises UnreadableNote when it is no list of objects."""
    for value in values if isinstance(values, Iterable) else ():
        if not isinstance(value, dict):
            raise _strange()
        yield value


def _records(text: str) -> list[dict]:
    if "\n{" in text and text.startswith("{"):
        return [json_object(line) for line in text.split("\n") if line.strip()]
    value = _json(text)
    records = value if isinstance(value, list) else [value]
    if not records or not all(isinstance(record, dict) for record in records):
        raise _strange()
    return records


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableNote("broken JSON") from error


def _strange() -> UnreadableNote:
    return UnreadableNote("JSON of a form that is not known")


def _agent_trace(records: list[dict]) -> NoteFacts:
    found: dict[str, list[Range]] = {}
    sessions: set[str] = set()
    for record in records:
        tool = _table(record, "tool").get("name")
        for file in objects(record["files"]):
            for conversation in objects(file.get("conversations")):
                sessions.add(str(conversation.get("url") or ""))
                for span in _conversation(conversation, str(tool or "")):
                    found.setdefault(file_path(file.get("path")), []).append(span)
    return NoteFacts("agent-trace", {path: paint(spans) for path, spans in found.items()}, len(sessions - {""}))


def _conversation(conversation: dict, tool: str) -> Iterator[Range]:
    """Lines with an agent or a person among their writers; those of unknown contributors say nothing."""
    url = str(conversation.get("url") or "")
    for span in objects(conversation.get("ranges")):
        contributor = _table(span, "contributor") or _table(conversation, "contributor")
        lines = line_span(span.get("start_line"), span.get("end_line"))
        if contributor.get("type") == "human":
            yield *lines, PERSON
        elif contributor.get("type") in ("ai", "mixed"):
            key = session_key(tool, url) if url else None
            yield *lines, Writer("agent", agent_name(tool), model_name(contributor.get("model_id")), key)


def _whogitit(record: dict) -> NoteFacts:
    """A line that was there before, or whose source is unknown, says nothing."""
    session = _table(record, "session")
    name = str(session.get("session_id") or "")
    model = model_name(_table(session, "model").get("id"))
    agent = Writer("agent", "claude-code", model, session_key("claude", name) if name else None)
    writers = {"AI": agent, "AIModified": agent, "Human": PERSON}
    found: dict[str, list[Range]] = {}
    for file in objects(record["files"]):
        for line in objects(file.get("lines")):
            source, number = _table(line, "source").get("type", line.get("source")), line.get("line_number")
            if writer := writers.get(str(source)):
                found.setdefault(file_path(file.get("path")), []).append((*line_span(number, number), writer))
    return NoteFacts("whogitit", {path: paint(spans) for path, spans in found.items()}, 1 if name else 0)


def _ai_attribution(record: dict) -> NoteFacts:
    counts = [count(file.get("aiChars", file.get("aiCharsAdded", 0))) for file in objects(record["files"].values())]
    writer = Writer("agent", agent_name(str(record["generator"]))) if any(counts) else None
    return NoteFacts("ai-attribution", unlined=writer)


def _table(holder: dict, name: str) -> dict:
    """A JSON object within another one, empty when there is none."""
    value = holder.get(name)
    return value if isinstance(value, dict) else {}
