"""Codex's tool calls and their results -> outcome, exit status, changed lines.

    {"type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"call_1",
     "arguments":"{\\"command\\":[\\"bash\\",\\"-lc\\",\\"pytest -q\\"]}"}}
    {"type":"response_item","payload":{"type":"function_call_output","call_id":"call_1",
     "output":"{\\"output\\":\\"2 passed in 0.1s\\",\\"metadata\\":{\\"exit_code\\":0}}"}}
    {"type":"response_item","payload":{"type":"custom_tool_call","name":"apply_patch","call_id":"call_2",
     "input":"*** Begin Patch\\n*** Update File: a.py\\n@@\\n-b\\n+c\\n*** End Patch"}}

Newer versions write the output as text with a line `Process exited with code 0` or `Exit code: 0` in it.
"""

import re

import orjson

from retro.sources.agents.facts import Collected, Event, Session
from retro.sources.agents.tool_results import ShellResult, begin_command, end_command
from retro.sources.agents.values import mapping, text

_SHELLS = frozenset({"shell", "shell_command", "exec_command", "local_shell", "container.exec", "unified_exec"})
_PATCHER = "apply_patch"
_EXIT = re.compile(r"^(?:Process exited with code|Exit code:) (-?\d{1,9})\b", re.MULTILINE)
_REJECTED = re.compile(r"rejected by user|user rejected|declined by user", re.IGNORECASE)
_DENIED = re.compile(r"sandbox.{0,40}denied|blocked by policy|approval policy|forbidden by", re.IGNORECASE)
_CANCELLED = re.compile(r"aborted by user|interrupted by user|^aborted", re.IGNORECASE)
_FILE = re.compile(r"\*\*\* (Add|Update|Delete) File: (.+)")
_HEAD = 400


def begin_call(collected: Collected, event: Event, payload: dict, session: Session) -> dict:
    """What the call itself tells, and what is needed when its result comes: `command`, or `patch` with `paths`."""
    name = text(payload.get("name")) or text(payload.get("type")) or ""
    event.tool = collected.masked(name)
    given = _arguments(payload)
    command = _command(given)
    patch = text(given.get("input")) or text(given.get("patch")) if name == _PATCHER else _patch_in(command)
    if patch:
        changes = _changes(patch)
        paths = {path: collected.stored_path(path, session) for path in changes}
        event.target_path = next(iter(paths.values()), None)
        return {"changes": changes, "paths": paths}
    if command and (name in _SHELLS or name == "local_shell_call"):
        begin_command(event, command)
        return {"command": command}
    return {}


def end_call(collected: Collected, pending: dict[str, tuple[Event, dict]], payload: dict, at: int) -> None:
    """Gives the call whose result it is its outcome."""
    call_id = text(payload.get("call_id"))
    if call_id is None or call_id not in pending:
        return
    event, given = pending.pop(call_id)
    event.ended_at = max(at, event.started_at)
    output, exit_code, is_failed = _result(payload.get("output"))
    event.outcome = _outcome(output, exit_code, is_failed)
    if "command" in given:
        outcome = "unknown" if event.outcome == "ok" and exit_code is None else event.outcome
        end_command(collected, event, given["command"], ShellResult(output, exit_code, outcome))
    elif "changes" in given and event.outcome == "ok":
        _note_patch(collected, event, given)


def _note_patch(collected: Collected, event: Event, given: dict) -> None:
    changes = given["changes"]
    event.added_lines = sum(len(added) for added, _ in changes.values())
    event.deleted_lines = sum(removed for _, removed in changes.values())
    for path, (added, _) in changes.items():
        collected.add_edit(event, event.event_id or "", given["paths"][path], added)


def _arguments(payload: dict) -> dict:
    if isinstance(payload.get("action"), dict):
        return payload["action"]
    written = payload.get("arguments")
    if isinstance(written, str):
        try:
            return mapping(orjson.loads(written))
        except ValueError:
            return {}
    return {"input": payload.get("input")}


def _command(given: dict) -> str | None:
    """The command as one text; of `["bash", "-lc", "..."]` the part that the shell reads."""
    command = given.get("command", given.get("cmd"))
    if isinstance(command, list) and all(isinstance(word, str) for word in command):
        return command[2] if len(command) == 3 and command[1] in ("-lc", "-c") else " ".join(command)
    return text(command)


def _patch_in(command: str | None) -> str | None:
    """The patch that a shell command hands to `apply_patch`."""
    if command and command.lstrip().startswith(_PATCHER) and "*** Begin Patch" in command:
        return command[command.index("*** Begin Patch") :]
    return None


def _changes(patch: str) -> dict[str, tuple[list[str], int]]:
    """Added lines and the number of removed ones by path."""
    changes: dict[str, tuple[list[str], int]] = {}
    path = None
    for line in patch.splitlines():
        if found := _FILE.match(line):
            path = found[2].strip()
            changes.setdefault(path, ([], 0))
        elif path is not None and line.startswith("+"):
            changes[path][0].append(line[1:])
        elif path is not None and line.startswith("-"):
            changes[path] = (changes[path][0], changes[path][1] + 1)
    return changes


def _result(output: object) -> tuple[str, int | None, bool]:
    """Output, exit status (None: not told) and whether the tool says that it failed."""
    is_failed = False
    if isinstance(output, dict):
        is_failed, output = output.get("success") is False, output.get("content")
    if not isinstance(output, str):
        blocks = output if isinstance(output, list) else ()
        output = "\n".join(one for block in blocks if isinstance(one := mapping(block).get("text"), str))
    if output.startswith("{"):
        try:
            told = mapping(orjson.loads(output))
        except ValueError:
            told = {}
        code = mapping(told.get("metadata")).get("exit_code")
        if told:
            return text(told.get("output")) or "", code if type(code) is int else None, is_failed
    found = _EXIT.search(output[:2000])
    return output, int(found[1]) if found else None, is_failed


def _outcome(output: str, exit_code: int | None, is_failed: bool) -> str:
    head = output[:_HEAD]
    for pattern, outcome in ((_REJECTED, "rejected"), (_DENIED, "denied"), (_CANCELLED, "cancelled")):
        if exit_code is None and pattern.search(head):
            return outcome
    if is_failed or exit_code:
        return "failed"
    return "failed" if exit_code is None and head.startswith(("failed ", "apply_patch verification failed")) else "ok"
