"""Transcripts that are damaged, odd or hostile: what can be read is read, the rest counted with its line."""

import gzip
import json
import os

import pytest
from agent_transcripts import answer, only, read_all, said, write_lines

from retro.sources.agents import files

GOOD = [answer(n, f"m{n}", 5) for n in (1, 2)]


def dumped(one: dict) -> bytes:
    return json.dumps(one).encode()


FIRST, SECOND = map(dumped, GOOD)
NAIVE = dumped(GOOD[1] | {"timestamp": "2026-03-09T09:00:02"})
IMPOSSIBLE = b'\n{"type":"user","timestamp":"0001-01-01T00:00:00+14:00"}\n'
ODD = b'\n{"type":"user","timestamp":"2026-03-09T09:00:00Z","sessionId":["x"],"cwd":{},"gitBranch":7,"uuid":3,"message":5}\n'
BAD = {
    "no line break at the end": (FIRST + b"\n" + SECOND, None),
    "windows line breaks": (FIRST + b"\r\n" + SECOND + b"\r\n", None),
    "byte order mark": (b"\xef\xbb\xbf" + FIRST + b"\n" + SECOND, None),
    "UTF-16": ((FIRST + b"\n" + SECOND).decode().encode("utf-16"), None),
    "empty lines": (FIRST + b"\n\n  \n" + SECOND, None),
    "pretty JSON": (json.dumps(GOOD[0], indent=2).encode() + b"\n" + SECOND, None),
    "pretty list": (json.dumps(GOOD, indent=2).encode(), None),
    "no line break between": (FIRST + SECOND, None),
    "time without a zone": (FIRST + b"\n" + NAIVE, None),
    "half a line": (FIRST + b"\n" + SECOND + b'\n{"type":"user","message":{"con', "half a line: 1 (at line 3)"),
    "not JSON": (FIRST + b"\nhello\n" + SECOND, "not JSON: 1 (at line 2)"),
    "NUL bytes": (FIRST + b"\n\0\0\0\n" + SECOND, "NUL bytes: 1 (at line 2)"),
    "NUL inside": (FIRST + b'\n{"a\0":1}\n' + SECOND, "not JSON (NUL bytes, perhaps UTF-16): 1 (at line 2)"),
    "NaN": (FIRST + b'\n{"type":NaN}\n' + SECOND, "not JSON: 1 (at line 2)"),
    "invalid UTF-8": (FIRST + b'\n{"type":"\xff"}\n' + SECOND, "not JSON: 1 (at line 2)"),
    "no objects": (FIRST + b"\n42\n[1]\n" + SECOND, "no object: 2 (first at line 2)"),
    "other objects": (FIRST + b'\n{"silly":"this"}\n' + SECOND, "no line of a transcript: 1 (at line 2)"),
    "no time": (FIRST + b'\n{"type":"user","message":{}}\n' + SECOND, "no readable time: 1 (at line 2)"),
    "impossible time": (FIRST + IMPOSSIBLE + SECOND, "no readable time: 1 (at line 2)"),
    "deep": (FIRST + b"\n" + b"[" * 100_000 + b"\n" + SECOND, "half a line: 1 (at line 2)"),
    "odd types": (FIRST + ODD + SECOND, None),
}  # fmt: skip


@pytest.mark.parametrize(("content", "told"), BAD.values(), ids=BAD)
def test_damage_is_counted_with_its_line_and_loses_nothing_else(tmp_path, content, told):
    (tmp_path / "s1.jsonl").write_bytes(content)
    frames, accounts = read_all(tmp_path)
    assert only(frames["gateway_requests"], "request_key", "output_tokens") == [("m1:req_m1", 5), ("m2:req_m2", 5)]
    assert accounts == ({"s1.jsonl": told} if told else {})


def test_line_over_the_limit_is_skipped_and_the_rest_read(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LONGEST_LINE", 4000)
    monkeypatch.setattr(files, "_WHOLE_BYTES", 0)
    long = dumped(said(5, "x" * 9000))
    (tmp_path / "s1.jsonl").write_bytes(b"\n".join([FIRST, long, SECOND]))
    frames, accounts = read_all(tmp_path)
    assert frames["gateway_requests"].height == 2
    assert accounts == {"s1.jsonl": "longer than 0 MB: 1 (at line 2)"}


def test_large_file_read_line_by_line_gives_the_same_rows(tmp_path, monkeypatch):
    write_lines(tmp_path / "s1.jsonl", said(0, "go"), *GOOD)
    whole, _ = read_all(tmp_path)
    monkeypatch.setattr(files, "_WHOLE_BYTES", 0)
    streamed, _ = read_all(tmp_path)
    assert {name: frame.rows() for name, frame in streamed.items()} == {
        name: frame.rows() for name, frame in whole.items()
    }


def test_compressed_transcript_is_read_and_a_broken_one_is_counted(tmp_path):
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(FIRST + b"\n" + SECOND))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(dumped(answer(9, "m9", 5)) * 50)[:-20])
    frames, accounts = read_all(tmp_path)
    assert frames["gateway_requests"].height == 2
    (reason,) = accounts.values()
    assert reason.startswith("cannot be read to its end (") and list(accounts) == ["b.jsonl.gz"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file_is_counted_and_the_others_read(tmp_path):
    write_lines(tmp_path / "a.jsonl", *GOOD)
    write_lines(tmp_path / "b.jsonl", *GOOD).chmod(0)
    frames, accounts = read_all(tmp_path)
    assert frames["gateway_requests"].height == 2
    assert accounts == {"b.jsonl": "cannot be read to its end (Permission denied): 1 (at the file itself)"}


def test_link_that_leads_nowhere_is_counted_and_the_others_read(tmp_path):
    write_lines(tmp_path / "a.jsonl", *GOOD)
    (tmp_path / "b.jsonl").symlink_to(tmp_path / "nothing")
    frames, accounts = read_all(tmp_path)
    assert frames["gateway_requests"].height == 2
    assert accounts == {"b.jsonl": "cannot be read to its end (No such file or directory): 1 (at the file itself)"}


def test_session_with_a_damaged_line_is_marked(tmp_path):
    (tmp_path / "s1.jsonl").write_bytes(FIRST + b'\n{"type":')
    frames, _ = read_all(tmp_path)
    assert only(frames["agent_sessions"], "session_id", "is_truncated") == [("s1", True)]


def test_copies_of_a_file_count_once_and_name_the_first(tmp_path):
    for name in ("a", "b", "c"):
        write_lines(tmp_path / f"{name}.jsonl", said(0, "go"), *GOOD)
        os.utime(tmp_path / f"{name}.jsonl", ns=(1, 1))
    frames, _ = read_all(tmp_path)
    assert only(frames["gateway_requests"], "file", "line") == [("a.jsonl", 2), ("a.jsonl", 3)]
    assert only(frames["agent_sessions"], "typed_prompt_count", "file") == [(1, "a.jsonl")]
