"""Transcripts of coding agents -> `agent_sessions`, `agent_events`, `agent_edits`, `agent_commits`, `gateway_requests`.

One module per agent; `KINDS` is the registry. A kind's module says in its head what a line looks like, whether cache tokens
stand inside its input and reasoning inside its output, and by what its records are told apart. What they share:

- `files`: the files and their lines, however damaged; `values`: times and counts;
- `facts`: what a reading collects, each thing once over all files; `rows`: that as frames of the declared tables;
- `checkouts`: which repository a working directory belongs to;
- `shell_commands`, `test_summaries`, `tool_results`: what became of a tool call.

No text of a prompt, an answer or a tool's output leaves these modules.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from retro.sources.agents import claude_code, codex, gemini_cli
from retro.sources.agents.facts import Collected
from retro.sources.agents.files import Tally

__all__ = ["KINDS", "Kind", "Reader"]


class Reader(Protocol):
    """Reads the files of one agent, one after the other."""

    def read(self, tally: Tally) -> None:
        """Takes in one file."""

    def finish(self) -> None:
        """Settles what only the whole can tell."""


@dataclass(frozen=True)
class Kind:
    """How the transcripts of one agent are found and read; `keeps_days` is when it deletes them, None: never."""

    folders: Sequence[str]
    patterns: Sequence[str]
    reader: Callable[[Collected], Reader]
    keeps_days: int | None


KINDS: dict[str, Kind] = {
    "claude-code": Kind(claude_code.DEFAULT_FOLDERS, claude_code.PATTERNS, claude_code.Reader, claude_code.KEEPS_DAYS),
    "codex": Kind(codex.DEFAULT_FOLDERS, codex.PATTERNS, codex.Reader, codex.KEEPS_DAYS),
    "gemini-cli": Kind(gemini_cli.DEFAULT_FOLDERS, gemini_cli.PATTERNS, gemini_cli.Reader, gemini_cli.KEEPS_DAYS),
}
