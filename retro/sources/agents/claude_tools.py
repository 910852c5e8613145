"""Claude Code's tool calls and their results -> outcome, exit status, changed lines.

{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"toolu_01","is_error":true,
  "content":"Exit code 1\\nFAIL ..."}]},"toolUseResult":"Error: Exit code 1\\nFAIL ..."}
{"type":"user","message":{...},"toolUseResult":{"filePath":"...","structuredPatch":[{"lines":[" a","-b","+c"]}]}}
"""

import re

from retro.sources.agents.facts import Collected, Event, Session
from retro.sources.agents.tool_results import (
    ShellResult,
    begin_command,
    end_command,
    note_edit,
    patch_lines,
    replaced_lines,
)
from retro.sources.agents.values import mapping, text

SHELLS = frozenset({"Bash", "PowerShell"})
EDITORS = frozenset({"Edit", "Write", "MultiEdit", "NotebookEdit"})
_EXIT = re.compile(r"^(?:Error: )?Exit code (-?\d{1,9})\b")
_REJECTED = re.compile(
    r"The user doesn't want to (?:proceed|take this action)|User rejected tool use|The agent was rejected"
)
_DENIED = re.compile(
    r"Permission (?:to use|for this)|permission.{0,60}denied by|hook (?:error|blocked|denied)|blocked by|requires approval|"
    r"haven't granted it yet|Operation stopped by hook|auto-denied|Hook PreToolUse",
    re.IGNORECASE,
)
_CANCELLED = re.compile(
    r"Sibling tool call errored|Request interrupted by user|Cancelled: |cancell?ed by user|was interrupted"
)
_HEAD = 400


def begin_tool(collected: Collected, event: Event, given: dict, session: Session) -> None:
    """What the call itself tells: kind of command, path."""
    if event.tool in SHELLS and (command := text(given.get("command"))):
        begin_command(event, command)
    elif event.tool in EDITORS and (path := text(given.get("file_path")) or text(given.get("notebook_path"))):
        event.target_path = collected.stored_path(path, session)


def end_tools(collected: Collected, pending: dict[str, tuple[Event, dict]], record: dict, at: int) -> None:
    """Gives the calls whose results the line holds their outcome."""
    content = mapping(record.get("message")).get("content")
    blocks = (
        [block for block in content if mapping(block).get("type") == "tool_result"] if isinstance(content, list) else []
    )
    for block in blocks:
        end_tool(collected, pending, block, (record.get("toolUseResult") if len(blocks) == 1 else None, at))


def end_tool(
    collected: Collected, pending: dict[str, tuple[Event, dict]], block: dict, told: tuple[object, int]
) -> None:
    """Gives the call whose result the block is its outcome; `told` is what else the line tells of it, and its time."""
    call_id, (detail, at) = text(block.get("tool_use_id")), told
    if call_id is None or call_id not in pending:
        return
    event, given = pending.pop(call_id)
    event.ended_at = max(at, event.started_at)
    said = _said(block.get("content"))
    event.outcome = _outcome(block, detail, said)
    if event.tool == "ExitPlanMode" and event.outcome == "rejected":
        event.outcome = "unknown"  # a plan sent back is often carried out, in this session or in the next
    elif event.tool in SHELLS:
        _end_shell(collected, event, given, mapping(detail), said)
    elif event.tool in EDITORS and event.outcome == "ok":
        _end_edit(collected, event, given, mapping(detail))


def _said(content: object) -> str:
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else ()
    return "\n".join(one for block in blocks if isinstance(one := mapping(block).get("text"), str))


def _outcome(block: dict, detail: object, said: str) -> str:
    if mapping(detail).get("interrupted") is True:
        return "cancelled"
    if block.get("is_error") is not True:
        return "ok"
    head = said[:_HEAD]
    for pattern, outcome in (
        (_EXIT, "failed"),
        (_REJECTED, "rejected"),
        (_DENIED, "denied"),
        (_CANCELLED, "cancelled"),
    ):
        if pattern.search(head):
            return outcome
    return "failed"


def _end_shell(collected: Collected, event: Event, given: dict, detail: dict, said: str) -> None:
    exit_code = None
    if found := _EXIT.match(said):
        exit_code = int(found[1])
    elif event.outcome == "ok" and not _status_is_open(detail, given):
        exit_code = 0
    outcome = "unknown" if event.outcome == "ok" and exit_code is None else event.outcome
    if outcome == "unknown" and detail.get("returnCodeInterpretation"):
        outcome = "ok"  # the status says "nothing found", which is no failure
    printed = [one for name in ("stdout", "stderr") if (one := text(detail.get(name)))] or [said]
    end_command(collected, event, text(given.get("command")) or "", ShellResult("\n".join(printed), exit_code, outcome))


def _status_is_open(detail: dict, given: dict) -> bool:
    """True for a command that runs on in the background, or whose status the tool has put into words."""
    in_background = detail.get("backgroundTaskId") or given.get("run_in_background") is True
    return bool(in_background or detail.get("returnCodeInterpretation"))


def _end_edit(collected: Collected, event: Event, given: dict, detail: dict) -> None:
    if changed := _changed_lines(event, given, detail):
        note_edit(collected, event, *changed)


def _changed_lines(event: Event, given: dict, detail: dict) -> tuple[list[str], int] | None:
    patch = patch_lines(detail.get("structuredPatch"))
    if patch and any(patch):
        return patch
    if event.tool == "Write":
        content = given.get("content")
        is_new = detail.get("type") in (None, "create")
        return (content.splitlines(), 0) if isinstance(content, str) and is_new else patch
    if patch is not None:
        return patch
    if event.tool == "NotebookEdit":
        return replaced_lines([(None, given.get("new_source"))])
    edits = given.get("edits") if isinstance(given.get("edits"), list) else [given]
    return replaced_lines([(mapping(one).get("old_string"), mapping(one).get("new_string")) for one in edits])
