"""What became of a tool call: its outcome, exit status, test counts, changed lines and commits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retro.sources.agents.facts import Collected, Event
from retro.sources.agents.shell_commands import VERDICT_KINDS, commit_subject, read_command
from retro.sources.agents.test_summaries import Summary, read_summary
from retro.sources.agents.values import mapping

_COMMITTED = re.compile(r"^\[([^\]\n]+?)(?: \(root-commit\))? ([0-9a-f]{7,64})\] ([^\n]*)$", re.MULTILINE)
_PULL_REQUEST = re.compile(r"https?://[^\s/]+/[^\s]{1,200}?/(?:pull|merge_requests)/(\d{1,9})\b")
_MOST_COMMITS = 1000


@dataclass(frozen=True, slots=True)
class ShellResult:
    """What a shell command gave back: its output, its exit status (None: not told), and whether it was stopped."""

    output: str
    exit_code: int | None
    outcome: str


def begin_command(event: Event, command: str) -> None:
    """Says of a call of the shell what kind of command it is."""
    read = read_command(command)
    event.command_kind, event.is_masked = read.kind, read.is_masked


def end_command(collected: Collected, event: Event, command: str, result: ShellResult) -> None:
    """Judges a shell command: a test run by the summary that it prints, else by the exit status where that is not hidden."""
    read = read_command(command)
    event.exit_code, event.outcome = result.exit_code, result.outcome
    if result.outcome in ("ok", "failed", "unknown"):
        summary = read_summary(result.output) if read.kind == "test" else None
        event.outcome = _verdict(read.kind, read.is_masked, result, summary)
        if summary:
            event.test_counts = (summary.passed, summary.failed, summary.skipped)
    if "commit" in read.kinds:
        _note_commits(collected, event, command, result)
    if "pull_request" in read.kinds and (found := _PULL_REQUEST.search(result.output)):
        event.pr_number = int(found[1])


def _verdict(kind: str, is_masked: bool, result: ShellResult, summary: Summary | None) -> str:
    if summary:
        return summary.outcome
    if result.outcome != "ok" or kind not in VERDICT_KINDS:
        return result.outcome
    return "unknown" if is_masked or result.exit_code is None else "ok"


def _note_commits(collected: Collected, event: Event, command: str, result: ShellResult) -> None:
    printed = _COMMITTED.findall(result.output)[:_MOST_COMMITS]
    if printed:
        event.commit_sha = printed[-1][1]
    elif result.outcome != "ok" or (subject := commit_subject(command)) is None:
        return
    else:
        printed = [(None, None, subject)]
    for position, (branch, sha, subject) in enumerate(printed, 1):
        collected.add_commit(event, event.event_id or "", position, subject, (sha, branch))


def patch_lines(patch: object) -> tuple[list[str], int] | None:
    """Added lines and the number of removed ones of a structured patch; None when it is none."""
    if not isinstance(patch, list):
        return None
    added: list[str] = []
    removed = 0
    for hunk in patch:
        lines = mapping(hunk).get("lines")
        for line in lines if isinstance(lines, list) else ():
            if not isinstance(line, str):
                continue
            if line.startswith("+"):
                added.append(line[1:])
            elif line.startswith("-"):
                removed += 1
    return added, removed


def replaced_lines(pairs: Sequence[tuple[object, object]]) -> tuple[list[str], int]:
    """Lines that texts have and the texts before them have not, and how many went, for edits that came without a patch."""
    added: list[str] = []
    removed = 0
    for old, new in pairs:
        before = old.splitlines() if isinstance(old, str) else []
        after = new.splitlines() if isinstance(new, str) else []
        left = list(before)
        for line in after:
            if line in left:
                left.remove(line)
            else:
                added.append(line)
        removed += len(left)
    return added, removed


def note_edit(collected: Collected, event: Event, added: Sequence[str], removed: int) -> None:
    """Keeps what a successful edit changed."""
    event.added_lines, event.deleted_lines = len(added), removed
    collected.add_edit(event, event.event_id or "", event.target_path, added)
