"""Lines of transcripts as tests want them, and the reading of a folder with them."""

import json
from pathlib import Path

import polars as pl

from retro.sources.agents import KINDS, rows
from retro.sources.agents.checkouts import Checkouts
from retro.sources.agents.facts import Collected
from retro.sources.agents.files import Tally, find_files

KEY = b"k" * 32
CWD = "/home/ada/platform"


def at(seconds: float) -> str:
    """A time so many seconds after 9 March 2026, 09:00 UTC."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"2026-03-09T{9 + hours:02}:{minutes:02}:{rest:06.3f}Z"


def line(kind: str, seconds: float, **facts: object) -> dict:
    """A line of Claude Code's transcript of the session `s1`."""
    head = {
        "type": kind,
        "timestamp": at(seconds),
        "sessionId": "s1",
        "cwd": CWD,
        "gitBranch": "main",
        "version": "2.1.0",
    }
    return head | {"uuid": f"{kind}-{seconds}"} | facts


def answer(seconds: float, message_id: str, output: int, *blocks: dict, **facts: object) -> dict:
    """An answer that was billed 10 tokens in, 20 written for an hour, 300 read, and `output` out."""
    usage = {
        "input_tokens": 10,
        "cache_creation_input_tokens": 20,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 20},
        "cache_read_input_tokens": 300,
        "output_tokens": output,
        "service_tier": "standard",
    }
    message = {
        "id": message_id,
        "role": "assistant",
        "model": "claude-opus-4-6",
        "usage": usage,
        "content": list(blocks),
    }
    return line("assistant", seconds, message=message, requestId=f"req_{message_id}", **facts)


def call(call_id: str, tool: str, **given: object) -> dict:
    """A block that calls a tool."""
    return {"type": "tool_use", "id": call_id, "name": tool, "input": given}


def said(seconds: float, content: object, **facts: object) -> dict:
    """A line of the kind `user`."""
    return line("user", seconds, message={"role": "user", "content": content}, **facts)


def result(
    seconds: float, call_id: str, text: str, *, is_error: bool = False, detail: object = None, **facts: object
) -> dict:
    """The result of a tool call."""
    block = {"type": "tool_result", "tool_use_id": call_id, "content": text, "is_error": is_error}
    return said(seconds, [block], toolUseResult=detail, **facts)


def write_lines(path: Path, *lines: object) -> Path:
    """A file with a JSON value on each line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one, separators=(",", ":")) + "\n" for one in lines), "utf-8")
    return path


def read_all(
    folder: Path, kind: str = "claude-code", folders: dict[str, str] | None = None, *, only_configured: bool = False
) -> tuple[dict[str, pl.DataFrame], dict[str, str]]:
    """Frames of the transcripts in a folder, and what each file's account says."""
    collected = Collected(kind, kind, KEY, Checkouts(folders or {}, None))
    reader, tallies = KINDS[kind].reader(collected), []
    for file in find_files(folder, KINDS[kind].patterns, folder):
        tallies.append(Tally(file))
        reader.read(tallies[-1])
    reader.finish()
    frames = rows.frames(collected, tallies, only_configured=only_configured)
    return frames, {tally.file.name: text for tally in tallies if (text := tally.account.text())}


def only(frame: pl.DataFrame, *names: str) -> list[tuple]:
    """The rows of a frame, of these columns."""
    return frame.select(names).rows()
