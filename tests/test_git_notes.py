"""Notes in which tools recorded who wrote a commit: every form, every damage, and nothing of what was said."""

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from repositories import History, Repository, git

from retro import tables
from retro.git import open_room
from retro.sources.accounts import Account
from retro.sources.git_notes import Note, changed_notes, list_notes, parse_note, read_notes
from retro.sources.git_notes.facts import PERSON, UnreadableNote, Writer, paint, session_key
from retro.sources.git_refs import notes_refs

CLAUDE = {"tool": "claude", "id": "7c1d0a52", "model": "claude-opus-4-5"}
CURSOR = {"tool": "cursor", "id": "9e8f", "model": "default"}
KEYS = {name: session_key(*name.split(":")) for name in ("claude:7c1d0a52", "cursor:9e8f")}
BOB = ("-c", "user.name=Bob", "-c", "user.email=bob@example.org")
SECRET = "please make the login page blue"


def log(attested: str, **metadata: object) -> str:
    """An authorship log of git-ai."""
    return f"{attested}---\n" + json.dumps({"schema_version": "authorship/3.0.0", "prompts": {}, **metadata}, indent=2)


MIXED = log(
    "src/main.rs\n"
    "  s_0123456789abcd::t_00000000000001 1-10,15\n"
    "  s_0123456789abcd::t_00000000000002 11-12\n"
    "  h_31dce776f88375 20-22\n"
    "  abcd1234abcd1234 30\n"
    '"docs/my file.md"\n'
    "  abcd123 1-3\n",
    sessions={"s_0123456789abcd": {"agent_id": CLAUDE, "human_author": "Ada <ada@example.org>"}},
    prompts={"abcd1234abcd1234": {"agent_id": CURSOR, "messages": [{"type": "user", "text": SECRET}]}},
    humans={"h_31dce776f88375": {"author": "Ada <ada@example.org>"}},
)
MIXED_LINES = [
    ("src/main.rs", 1, 12, "agent", "claude-code", "claude-opus-4-5", KEYS["claude:7c1d0a52"]),
    ("src/main.rs", 15, 15, "agent", "claude-code", "claude-opus-4-5", KEYS["claude:7c1d0a52"]),
    ("src/main.rs", 20, 22, "human", None, None, None),
    ("src/main.rs", 30, 30, "agent", "cursor", None, KEYS["cursor:9e8f"]),
    ("docs/my file.md", 1, 3, "agent", None, None, None),
]
TRACE = {
    "version": "0.1.0",
    "tool": {"name": "cursor", "version": "2.4.0"},
    "files": [
        {
            "path": "a.ts",
            "conversations": [
                {
                    "url": "https://example.org/c/1",
                    "contributor": {"type": "ai", "model_id": "anthropic/claude-opus-4-5"},
                    "ranges": [
                        {"start_line": 4, "end_line": 9},
                        {"start_line": 20, "end_line": 21, "contributor": {"type": "human"}},
                    ],
                },
                {"contributor": {"type": "unknown"}, "ranges": [{"start_line": 30, "end_line": 40}]},
                {"contributor": {"type": "mixed"}, "ranges": [{"start_line": 50, "end_line": 50}]},
            ],
        }
    ],
}
WHO = {
    "version": 3,
    "session": {"session_id": "s1", "model": {"id": "claude-opus-4-5"}},
    "prompts": [{"text": SECRET}],
    "files": [
        {
            "path": "a.rs",
            "lines": [
                {"line_number": 1, "content": SECRET, "source": {"type": "AI", "edit_id": "e"}},
                {"line_number": 2, "source": "AIModified"},
                {"line_number": 3, "source": {"type": "Human"}},
                {"line_number": 4, "source": {"type": "Original"}},
            ],
        }
    ],
}
WHO_KEY, TRACE_KEY = session_key("claude", "s1"), session_key("cursor", "https://example.org/c/1")
QWEN = {"version": 1, "generator": "Qwen-Coder", "files": {"a.ts": {"aiChars": 150, "humanChars": 50}}}


def rows_of(text: str) -> list[tuple]:
    """Rows of line_attributions that a note gives, from the path on."""
    facts = parse_note(text)
    return [
        (path, first, last, writer.kind, writer.agent, writer.model, writer.session_key)
        for path, ranges in facts.ranges.items()
        for first, last, writer in ranges
    ]


def summary(text: str) -> tuple:
    """What commit_notes keeps of a note: form, kind, agent, lines of agents, of people, sessions."""
    facts = parse_note(text)
    main = facts.main_writer or Writer(None)
    return (
        facts.format,
        main.kind,
        main.agent,
        facts.line_count("agent"),
        facts.line_count("human"),
        facts.session_count,
    )


def test_authorship_log_gives_every_range_with_its_writer() -> None:
    assert rows_of(MIXED) == MIXED_LINES
    assert summary(MIXED) == ("git-ai", "agent", "claude-code", 17, 3, 2)
    assert rows_of(MIXED.replace("\n", "\r\n")) == MIXED_LINES


def test_session_key_is_the_one_that_git_ai_writes() -> None:
    key = session_key("claude", "1911d80c-3d78-4a04-a56a-58ddff73e50d")
    assert "cdf653b7781e6dc0".startswith(key)  # of a published note of git-ai's own repository


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (log("a\n  h_31dce776f88375 1-4\n"), ("git-ai", "human", None, 0, 4, 0)),
        (log(""), ("git-ai", None, None, 0, 0, 0)),
        (log("", sessions={"s_1": {"agent_id": CLAUDE}}), ("git-ai", None, None, 0, 0, 1)),
        (log("a\n  h_31dce776f88375 1\n", sessions={"s_1": {}}), ("git-ai", None, None, 0, 1, 1)),
        (log("a\n  human 1-9\n"), ("git-ai", None, None, 0, 0, 0)),
        (log("a\n  ai_agent 1-9\n"), ("git-ai", "agent", None, 9, 0, 0)),
        (
            log("a\n  s_0123456789abcd::t_1 1\n", sessions={"s_0123456789abcd": None}),
            ("git-ai", "agent", None, 1, 0, 1),
        ),
        (json.dumps(TRACE), ("agent-trace", "agent", "cursor", 7, 2, 1)),
        (json.dumps([TRACE, TRACE]), ("agent-trace", "agent", "cursor", 7, 2, 1)),
        (f"{json.dumps(TRACE)}\n{json.dumps(TRACE)}\n", ("agent-trace", "agent", "cursor", 7, 2, 1)),
        (json.dumps(WHO, indent=1), ("whogitit", "agent", "claude-code", 2, 1, 1)),
        (json.dumps(QWEN), ("ai-attribution", "agent", "qwen-code", None, None, None)),
        (json.dumps(QWEN | {"files": {"a": {"aiChars": 0}}}), ("ai-attribution", None, None, None, None, None)),
    ],
)
def test_note_says_who_wrote_and_how_many_lines(text: str, expected: tuple) -> None:
    assert summary(text) == expected


def test_lines_of_notes_in_json_are_kept() -> None:
    assert rows_of(json.dumps(TRACE)) == [
        ("a.ts", 4, 9, "agent", "cursor", "anthropic/claude-opus-4-5", TRACE_KEY),
        ("a.ts", 20, 21, "human", None, None, None),
        ("a.ts", 50, 50, "agent", "cursor", None, None),
    ]
    assert rows_of(json.dumps(WHO)) == [
        ("a.rs", 1, 2, "agent", "claude-code", "claude-opus-4-5", WHO_KEY),
        ("a.rs", 3, 3, "human", None, None, None),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "neither an authorship log nor JSON"),
        ("Reviewed on Tuesday.\n", "neither an authorship log nor JSON"),
        ("a\n  abcd1234abcd1234 1\n---\n{", "broken JSON"),
        ("a\n---\n" + "[" * 100_000, "broken JSON"),
        ("a\n---\n[]", "JSON of a form that is not known"),
        (log("", schema_version="authors/9"), "an authorship log of a schema that is not known"),
        (log("", prompts=[1]), "an authorship log whose sessions are no table"),
        (log("  abcd1234abcd1234 1\n"), "an authorship log with a line that is neither path nor lines"),
        (log("a\n  abcd1234abcd1234 1;2\n"), "an authorship log with a line that is neither path nor lines"),
        (log("a\n  abcd1234abcd1234\n"), "an authorship log with a line that is neither path nor lines"),
        (log("a\n  abcd1234abcd1234 0-3\n"), "line numbers that are none"),
        (log("a\n  abcd1234abcd1234 9-3\n"), "line numbers that are none"),
        ('"\0"\n' + log("  abcd1234abcd1234 1\n"), "a file without a path"),
        ("{", "broken JSON"),
        ("[]", "JSON of a form that is not known"),
        ("[1]", "JSON of a form that is not known"),
        ('{"files": 3}', "JSON of a form that is not known"),
        ('{"files": [3]}', "JSON of a form that is not known"),
        ('{"files": [{"path": "a", "lines": [{"line_number": true, "source": "AI"}]}]}', "line numbers that are none"),
        ('{"files": [{"lines": [{"line_number": 1, "source": "AI"}]}]}', "a file without a path"),
        (json.dumps(QWEN | {"files": {"a": {"aiChars": -1}}}), "line numbers that are none"),
        (json.dumps(TRACE).replace('"end_line": 9', '"end_line": "x"'), "line numbers that are none"),
        (json.dumps(TRACE).replace('"end_line": 9', f'"end_line": {"9" * 5000}'), "broken JSON"),
    ],
)
def test_damaged_note_is_refused_as_a_whole_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(UnreadableNote) as caught:
        parse_note(text)
    assert str(caught.value) == reason


@given(st.text() | st.builds(log, st.text("a h_12-,\n", max_size=40)))
def test_no_text_stops_the_reader(text: str) -> None:
    try:
        facts = parse_note(text)
    except UnreadableNote:
        return
    for ranges in facts.ranges.values():
        assert ranges == paint(ranges)


WRITERS = st.sampled_from([PERSON, Writer("agent", "codex"), Writer("agent", "cursor")])
RANGES = st.tuples(st.integers(1, 20), st.integers(0, 6), WRITERS).map(lambda r: (r[0], r[0] + r[1], r[2]))


@given(st.lists(RANGES, max_size=12))
def test_painted_ranges_are_what_painting_line_by_line_gives(ranges: list) -> None:
    lines = {line: writer for first, last, writer in ranges for line in range(first, last + 1)}
    painted = paint(ranges)
    assert {line: writer for first, last, writer in painted for line in range(first, last + 1)} == lines
    assert all(one[1] < two[0] for one, two in pairwise(painted))
    assert all((one[1], one[2]) != (two[0] - 1, two[2]) for one, two in pairwise(painted))


def repository_with_notes(folder: Path, notes: dict[str, str], object_format: str = "sha1") -> Repository:
    """A history of one commit for each note, in their order; the keys of `notes` are names of refs and numbers."""
    history = History()
    for name in notes:
        history.commit(name, {"file": name})
    repository = history.write(folder, object_format=object_format)
    for mark, (name, text) in enumerate(notes.items(), 1):
        ref = name.partition(" ")[0]
        blob = repository.write_object("blob", text.encode())
        git(folder, *BOB, "notes", f"--ref={ref}", "add", "-f", "--allow-empty", "-C", blob, repository.shas[mark])
    return repository


def read(repository: Repository, rooms: Path) -> tuple[dict[str, list[tuple]], Account]:
    """Rows by table, and the account."""
    room, account = open_room(repository.path, rooms), Account()
    notes = list_notes(room, notes_refs(room.refs), account)
    frames = list(read_notes(room, "app", notes, account))
    names = ("commit_notes", "line_attributions")
    return {name: sorted(pl.concat([one[name] for one in frames]).rows()) for name in names}, account


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_notes_of_a_repository_become_whole_rows(object_format: str, tmp_path: Path) -> None:
    notes = {"ai 1": MIXED, "ai 2": "damaged", "agent-trace 1": json.dumps(TRACE), "commits 1": "a word by hand"}
    repository = repository_with_notes(tmp_path / "repo", notes, object_format)
    rows, account = read(repository, tmp_path / "rooms")
    ids = {number: repository.shas[number] for number in (1, 2, 3)}
    told = [(*row[:3], *row[4:]) for row in rows["commit_notes"]]
    trace = ("agent-trace", "agent", "cursor", "anthropic/claude-opus-4-5", 7, 2, 1, None)
    assert sorted(told, key=repr) == sorted(
        [
            ("app", "refs/notes/agent-trace", ids[3], *trace),
            ("app", "refs/notes/ai", ids[1], "git-ai", "agent", "claude-code", "claude-opus-4-5", 17, 3, 2, None),
            ("app", "refs/notes/ai", ids[2], *(None,) * 7, "neither an authorship log nor JSON"),
        ],
        key=repr,
    )
    lines = [row[3:] for row in rows["line_attributions"] if row[1] == "refs/notes/ai"]
    assert sorted(lines) == sorted(MIXED_LINES)
    assert (account.read, account.loaded) == (3, 2)
    assert account.reasons == Counter({"notes not understood, neither an authorship log nor JSON": 1})


def test_nothing_that_was_said_and_nobody_is_stored(tmp_path: Path) -> None:
    repository = repository_with_notes(tmp_path / "repo", {"ai 1": MIXED, "whogitit 1": json.dumps(WHO)})
    rows, _ = read(repository, tmp_path / "rooms")
    stored = repr(rows)
    assert SECRET not in stored
    assert "Ada" not in stored and "ada@" not in stored and "31dce776f88375" not in stored
    assert "7c1d0a52" not in stored


def test_rows_of_damaged_and_odd_notes_can_be_loaded(tmp_path: Path) -> None:
    odd = json.dumps(TRACE | {"tool": {"name": "\ud800"}}).replace("a.ts", "\\ud800.ts")
    repository = repository_with_notes(tmp_path / "repo", {"ai 1": "", "ai 2": "x", "agent-trace 3": odd})
    rows, _ = read(repository, tmp_path / "rooms")
    for name, found in rows.items():
        columns = list(tables.schema(name))
        frame = tables.frame(name, {column: [row[place] for row in found] for place, column in enumerate(columns)})
        assert frame.to_arrow().num_rows == len(found)
    assert {row[3] for row in rows["line_attributions"]} == {"\\ud800.ts"}


def test_many_notes_in_folders_of_folders_are_all_found(tmp_path: Path) -> None:
    repository = repository_with_notes(tmp_path / "repo", {"ai 1": log("a\n  h_31dce776f88375 1\n")})
    blob = git(repository.path, "rev-parse", f"refs/notes/ai:{repository.shas[1]}").decode().strip()
    commits = [f"{number:040x}" for number in range(3)]
    paths = [
        f"{commits[0][:2]}/{commits[0][2:]}",
        f"00/00/{commits[1][4:]}",
        commits[2],
        "readme.txt",
        "abcd",
        commits[0],
    ]
    stream = "commit refs/notes/ai\ncommitter Bob <bob@example.org> 1772000000 +0000\ndata 0\n"
    stream += "".join(f"M 100644 {blob} {path}\n" for path in paths)
    git(repository.path, "fast-import", "--quiet", "--force", stdin=stream.encode())
    room, account = open_room(repository.path, tmp_path / "rooms"), Account()
    found = list_notes(room, ["refs/notes/ai"], account)
    assert sorted(note.commit_sha for note in found) == commits
    assert account.reasons == Counter()


def test_only_notes_on_known_commits_that_are_new_or_rewritten_are_read() -> None:
    notes = [Note("refs/notes/ai", commit, blob) for commit, blob in (("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"))]
    known = {("refs/notes/ai", "a"): "1", ("refs/notes/ai", "b"): "old", ("refs/notes/other", "c"): "3"}
    assert changed_notes(notes, ["a", "b", "c"], known) == notes[1:3]


def test_missing_note_is_a_row_and_the_others_are_read(tmp_path: Path) -> None:
    repository = repository_with_notes(tmp_path / "repo", {"ai 1": MIXED, "ai 2": log("a\n  ai_agent 1\n")})
    blob = git(repository.path, "rev-parse", f"refs/notes/ai:{repository.shas[1]}").decode().strip()
    repository.remove_object(blob)
    rows, account = read(repository, tmp_path / "rooms")
    assert {row[2]: row[-1] for row in rows["commit_notes"]} == {
        repository.shas[1]: "missing",
        repository.shas[2]: None,
    }
    assert (account.read, account.loaded) == (2, 1)


def test_notes_ref_that_leads_nowhere_is_counted(tmp_path: Path) -> None:
    repository = repository_with_notes(tmp_path / "repo", {"ai 1": MIXED})
    repository.set_ref("refs/notes/agent-trace", "ab" * 20)
    rows, account = read(repository, tmp_path / "rooms")
    assert len(rows["commit_notes"]) == 1
    assert account.reasons == Counter({"refs of notes that cannot be read": 1})


def test_one_content_on_two_commits_is_two_notes(tmp_path: Path) -> None:
    repository = repository_with_notes(tmp_path / "repo", {"ai 1": MIXED, "ai 2": MIXED})
    rows, account = read(repository, tmp_path / "rooms")
    assert Counter(row[2] for row in rows["line_attributions"]) == dict.fromkeys(repository.shas.values(), 5)
    assert account.read == 2


def test_refs_of_tools_are_read_and_others_only_when_named() -> None:
    refs = [
        "refs/heads/main",
        "refs/notes/ai",
        "refs/notes/ai-remote/origin",
        "refs/notes/commits",
        "refs/notes/team/x",
    ]
    assert notes_refs(refs) == ["refs/notes/ai"]
    assert notes_refs(refs, ["refs/notes/team/*"]) == ["refs/notes/ai", "refs/notes/team/x"]
