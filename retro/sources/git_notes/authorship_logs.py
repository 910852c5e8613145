"""git-ai's authorship logs: paths, under each the keys of its writers with their lines; a divider; JSON on the keys.

    src/main.rs
      s_c9883b05a2487d::t_9f8e7d6c5b4a32 1-10,15-20
      h_31dce776f88375 25
    ---
    {"schema_version": "authorship/3.0.0", "sessions": {"s_c9883b05a2487d":
        {"agent_id": {"tool": "claude", "id": "...", "model": "..."}}}}

`h_...` is a person seen typing; `s_...` and bare digits are sessions of an agent. Where two keys hold one line, the
later one counts.
Form: https://github.com/git-ai-project/git-ai, specs/git_ai_standard_v3.0.0.md.
"""

import re

from retro.sources.git_notes.facts import (
    KEY_DIGITS,
    PERSON,
    NoteFacts,
    Range,
    UnreadableNote,
    Writer,
    agent_name,
    file_path,
    model_name,
    paint,
    session_key,
)

_RANGES = re.compile(r"\d{1,9}(?:-\d{1,9})?(?:,\d{1,9}(?:-\d{1,9})?)*")
_SESSION = re.compile(r"(?:s_)?([0-9a-f]{14,16})")
_UNEXPLAINED = re.compile(r"[0-9a-f]{7}|ai_agent")


def read_log(head: str, metadata: dict) -> NoteFacts:
    """What a log says: the part before the divider, and the JSON after it. Raises UnreadableNote."""
    if not str(metadata.get("schema_version", "")).startswith("authorship/"):
        raise UnreadableNote("an authorship log of a schema that is not known")
    prompts, sessions = (metadata.get(name) or {} for name in ("prompts", "sessions"))
    if not isinstance(prompts, dict) or not isinstance(sessions, dict):
        raise UnreadableNote("an authorship log whose sessions are no table")
    writers = {key: _agent(record) for key, record in (prompts | sessions).items()}
    ranges = {path: paint(spans) for path, spans in _attested(head, writers).items()}
    return NoteFacts("git-ai", ranges, len(writers))


def _attested(head: str, writers: dict[str, Writer]) -> dict[str, list[Range]]:
    found: dict[str, list[Range]] = {}
    path = None
    for line in head.split("\n"):
        if not line.strip():
            continue
        if not line.startswith("  "):
            path = file_path(line.rstrip().strip('"'))
            continue
        key, _, spans = line.strip().partition(" ")
        if path is None or not _RANGES.fullmatch(spans):
            raise UnreadableNote("an authorship log with a line that is neither path nor lines")
        if writer := _writer(key, writers):
            found.setdefault(path, []).extend((*_edges(part), writer) for part in spans.split(","))
    return found


def _edges(part: str) -> tuple[int, int]:
    """First and last line of `4-7` or `4`."""
    first, _, last = part.partition("-")
    start, end = int(first), int(last or first)
    if not 1 <= start <= end:
        raise UnreadableNote("line numbers that are none")
    return start, end


def _writer(key: str, writers: dict[str, Writer]) -> Writer | None:
    """Whom a key stands for; one that nothing explains is an agent's by its form, or says nothing (`human`)."""
    if key.startswith("h_"):
        return PERSON
    session = key.partition("::")[0]
    if session in writers:
        return writers[session]
    if told := _SESSION.fullmatch(session):
        return Writer("agent", session_key=told[1][:KEY_DIGITS])
    return Writer("agent") if _UNEXPLAINED.fullmatch(session) else None


def _agent(record: object) -> Writer:
    agent = record.get("agent_id") if isinstance(record, dict) else None
    if not isinstance(agent, dict):
        return Writer("agent")
    tool, session = str(agent.get("tool") or ""), str(agent.get("id") or "")
    key = session_key(tool, session) if tool and session else None
    return Writer("agent", agent_name(tool), model_name(agent.get("model")), key)
