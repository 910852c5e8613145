"""Beginnings that files share are read once: the digests, rows and counts are those of reading each line of each file."""

import json
import os
from hashlib import sha256

import pytest
from agent_transcripts import KEY, answer, said
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retro.sources.agents import beginnings, reading, rows
from retro.sources.agents.beginnings import find_alike
from retro.sources.agents.checkouts import Checkouts
from retro.sources.agents.facts import Collected
from retro.sources.agents.files import find_files

HEAD = b"x" * 600 + b"\n"
RECORDS = (said(0, "go " + "on " * 300), answer(1, "m1", 5), answer(2, "m2", 6), answer(3, "m1", 9))
LINES = [*(json.dumps(record).encode() for record in RECORDS), b'{"half', b""]


def starts(folder, *contents: bytes) -> list[int]:
    """How much of each file is known from those before it; their digests must be those of the files."""
    for place, content in enumerate(contents):
        path = folder / f"{place}.jsonl"
        path.write_bytes(content)
        os.utime(path, (place, place))
    found = []
    files = find_files(folder, ("*.jsonl",), folder)
    alike = find_alike(files)
    for file, content in zip(files, contents, strict=True):
        digest, start = alike[file.name].digest(content)
        alike[file.name].keep(file)
        assert digest == sha256(content).hexdigest()
        found.append(start)
    return found


def test_whole_file_is_known_as_the_beginning_of_a_longer_one(tmp_path):
    assert starts(tmp_path, HEAD + b"a\n", HEAD + b"a\nb\n", HEAD + b"a\nb\nc\n") == [0, 603, 605]


def test_last_line_without_its_break_is_known_where_the_longer_file_breaks_it(tmp_path):
    assert starts(tmp_path, HEAD + b"a", HEAD + b"a\nb", HEAD + b"ab") == [0, 602, 0]


def test_shorter_file_is_known_from_a_longer_one(tmp_path):
    assert starts(tmp_path, HEAD + b"a\nb\nc", HEAD + b"a\nb", HEAD + b"a\n", HEAD + b"a\nb") == [0, 604, 603, 604]


def test_file_that_differs_behind_its_first_bytes_is_not_known(tmp_path):
    assert starts(tmp_path, HEAD + b"a\nb\n", HEAD + b"z\nb\n", HEAD + b"z\nb\nc\n") == [0, 0, 605]


def test_file_that_changed_since_it_was_read_is_not_known(tmp_path):
    contents = HEAD + b"a\n", HEAD + b"a\nb\n"
    assert starts(tmp_path, *contents) == [0, 603]
    first, second = find_files(tmp_path, ("*.jsonl",), tmp_path)
    alike = find_alike([first, second])[second.name]
    alike.digest(contents[0])
    alike.keep(first)
    os.utime(first.path, (9, 9))
    assert alike.digest(contents[1]) == (sha256(contents[1]).hexdigest(), 0)


def test_file_alone_with_its_first_bytes_is_compared_with_none(tmp_path):
    for name, content in (("a", HEAD), ("b", HEAD.upper()), ("c", HEAD + b"c\n")):
        (tmp_path / f"{name}.jsonl").write_bytes(content)
    found = find_alike(find_files(tmp_path, ("*.jsonl",), tmp_path))
    assert sorted(found) == ["a.jsonl", "c.jsonl"]
    assert found["a.jsonl"] is found["c.jsonl"]


def told(folder) -> tuple[dict, list]:
    collected = Collected("claude-code", "claude-code", KEY, Checkouts({}, None))
    tallies = reading.read_files(collected, find_files(folder, ("*.jsonl",), folder), least_bytes=1 << 40)
    frames = rows.frames(collected, tallies, only_configured=False)
    return {name: sorted(map(repr, frame.rows())) for name, frame in frames.items()}, [
        (one.file.name, one.digest, one.account.read, one.account.text(), sorted(one.session_ids)) for one in tallies
    ]


@pytest.mark.parametrize("piece_bytes", [7, 1 << 20])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(LINES), max_size=4), st.booleans(), st.sampled_from([b"", b"\xef\xbb\xbf"])),
        min_size=2,
        max_size=5,
    )
)
def test_rows_and_counts_are_those_of_reading_each_line(tmp_path, piece_bytes, written):
    for path in tmp_path.iterdir():
        path.unlink()
    for place, (lines, is_broken, mark) in enumerate(written):
        path = tmp_path / f"{place}.jsonl"
        path.write_bytes(mark + b"\n".join([*LINES[:2], *lines]) + b"\n" * is_broken)
        os.utime(path, (place, place))
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(beginnings, "_PIECE_BYTES", piece_bytes)
        shared = told(tmp_path)
        changed.setattr(reading, "find_alike", lambda _: {})
        assert shared == told(tmp_path)
