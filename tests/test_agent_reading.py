"""Reading on two processors gives the rows of reading on one, also when the second breaks off."""

import os
import subprocess
import sys

import pytest
from agent_transcripts import KEY, answer, call, line, result, said, write_lines

from retro.sources.agents import KINDS, reading, rows
from retro.sources.agents.checkouts import Checkouts
from retro.sources.agents.facts import Collected
from retro.sources.agents.files import find_files

WRITTEN = {"file_path": "/x/a.py", "content": "a line of code"}


@pytest.fixture
def folder(tmp_path):
    """Four sessions in eight files: copies, a fork of the first, a session in two files, a damaged line."""
    for number in range(4):
        own = {"sessionId": f"s{number}"}
        lines = [
            said(number, "go", uuid=f"u{number}", **own),
            answer(
                number + 1,
                f"m{number}",
                5,
                call(f"t{number}", "Write", **WRITTEN),
                **own,
            ),
            result(number + 2, f"t{number}", "done", uuid=f"r{number}", **own),
            line("pr-link", number + 3, prNumber=number, **own),
        ]
        write_lines(tmp_path / f"{number}.jsonl", *lines)
        write_lines(tmp_path / f"{number}-copy.jsonl", *lines, answer(9, f"n{number}", 6, uuid=f"n{number}", **own))
    fork = [
        said(0, "go", uuid="u0", sessionId="s9"),
        answer(1, "m0", 5, uuid="f1", sessionId="s9"),
        said(99, "on", sessionId="s9"),
    ]
    write_lines(tmp_path / "fork.jsonl", *fork)
    (tmp_path / "3.jsonl").write_text((tmp_path / "3.jsonl").read_text() + '{"half')
    for place, path in enumerate(sorted(tmp_path.iterdir())):
        os.utime(path, (place, place))
    return tmp_path


def told(folder, least_bytes: int) -> tuple[dict, list]:
    collected = Collected("claude-code", "claude-code", KEY, Checkouts({}, None))
    files = find_files(folder, KINDS["claude-code"].patterns, folder)
    tallies = reading.read_files(collected, files, least_bytes=least_bytes)
    frames = rows.frames(collected, tallies, only_configured=False)
    found = {name: sorted(map(repr, frame.rows())) for name, frame in frames.items()}
    return found, [
        (tally.file.name, tally.digest, tally.account.text(), sorted(tally.session_ids)) for tally in tallies
    ]


@pytest.mark.parametrize("processors", [1, 2])
def test_two_processes_give_the_rows_of_one(folder, monkeypatch, processors):
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert told(folder, 0) == told(folder, 1 << 40)


def test_files_of_a_process_that_breaks_off_are_read_here(folder, monkeypatch):
    expected = told(folder, 1 << 40)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    start = subprocess.Popen
    broken = [sys.executable, "-c", "raise SystemExit(1)"]
    monkeypatch.setattr(reading.subprocess, "Popen", lambda command, **options: start(broken, **options))
    assert told(folder, 0) == expected


def test_beginnings_that_files_share_are_read_once_and_give_the_rows_of_each_line(folder, monkeypatch):
    found = told(folder, 1 << 40)
    monkeypatch.setattr(reading, "find_alike", lambda _: {})
    assert told(folder, 1 << 40) == found


def test_damage_in_a_beginning_that_files_share_is_counted_in_each(folder):
    lines = (folder / "1.jsonl").read_bytes() + b"{}}\n"
    for name, content in (("1.jsonl", lines), ("1-copy.jsonl", lines + b"\n")):
        (folder / name).write_bytes(content)
    reasons = {name: reason for name, _, reason, _ in told(folder, 1 << 40)[1]}
    assert reasons["1.jsonl"] == reasons["1-copy.jsonl"] == "not JSON: 1 (at line 5)"
