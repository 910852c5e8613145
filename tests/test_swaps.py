"""Swaps of identifiers: what counts as one, its class by the price data, secrets, and commits that cannot be read whole."""

from pathlib import Path

import pytest
from repositories import History, Repository, git

from retro.analyses.swaps import Models, scan
from retro.analyses.swaps.classes import group_key, swap_class
from retro.analyses.swaps.tokens import exact_pattern, substitution
from retro.git import open_room, process

MODELS = Models()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('m = "gpt-4o"', 'm = "gpt-5"', ("gpt-4o", "gpt-5")),
        ('m = "openai/gpt-4o"', 'm = "openai/gpt-5"', ("gpt-4o", "gpt-5")),
        ("- anthropic/claude-sonnet-4.5", "- stepfun/step-3.5-flash", ("anthropic/claude-sonnet-4.5", "stepfun/step-3.5-flash")),
        ("m: gpt-4o", "m: openai/gpt-5", ("gpt-4o", "openai/gpt-5")),
        ("old(old, x)", "new(new, x)", ("old", "new")),
        ("uses: actions/checkout@v3", "uses: actions/checkout@v4", ("v3", "v4")),
        ("a.b.old_name()", "a.b.new_name()", ("a.b.old_name", "a.b.new_name")),
        ("naïve = 1", "simple = 1", ("naïve", "simple")),
        ("old one", "new two", None),
        ("old", "", None),
        ("same", "same", None),
        ('x = "a"', "x = 'a'", None),
        ("f(old)", "f(new, 1)", None),
    ],
)  # fmt: skip
def test_line_on_which_one_identifier_changed_is_a_substitution(old: str, new: str, expected: tuple | None) -> None:
    found = substitution(old.encode(), new.encode())
    assert (found and tuple(token.decode() for token in found)) == expected


@pytest.mark.parametrize(
    ("text", "line", "is_there"),
    [
        ("gpt-4o", "openai/gpt-4o:free", True),
        ("gpt-4o", "gpt-4o-mini", False),
        ("gpt-4o", "my-gpt-4o", False),
        ("gpt-4o", "Ask gpt-4o.", True),
        ("gpt-4o", "gpt-4o.1", False),
        ("gpt-4o", "x.gpt-4o", False),
        ("f(x", "f(x)", True),
        ("f(x", "f(xy)", False),
        ('"a.b"', 'c"a.b"d', True),
        ("a.b*", "aab*", False),
    ],
)
def test_identifier_stands_only_where_it_is_whole(text: str, line: str, is_there: bool) -> None:
    assert bool(exact_pattern(text).search(line)) is is_there


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("anthropic/claude-sonnet-4.5", "stepfun/step-3.5-flash", "model"),
        ("gpt-4o-2024-08-06", "gpt-4o", "model"),
        ("gpt-4o", "internal-model-7", "model"),
        ("GPT-4", "aider", "rename"),
        ("claude.models", "claude.names", "rename"),
        ("18.2.0", "^18.3.1-rc.1", "dependency bump"),
        ("0.17-nikolaik", "0.18-nikolaik", "dependency bump"),
        ("2.7.1-2", "2.16.2", "dependency bump"),
        ("v3", "v4", "dependency bump"),
        ("f8ca02c4a3b847bf", "08cf609a996523c0", "dependency bump"),
        ("false", "true", "other"),
        ("str", "SecretStr", "other"),
        ("AgentTaskState", "AgentState", "rename"),
    ],
)
def test_class_goes_by_price_data_and_shape(old: str, new: str, expected: str) -> None:
    assert swap_class(old, new, MODELS)[0] == expected


def test_names_that_belong_together_share_their_key() -> None:
    pairs = [("AgentRun", "AgentStart"), ("agent_run_test", "agent_start_test"), ("RUN", "START")]
    assert {group_key(*pair) for pair in pairs} == {"run > start"}


def found_in(tmp_path: Path, made: History) -> list[tuple]:
    """Substitutions of all commits of a history: mark, tokens, lines by path, whether masked."""
    repository = made.write(tmp_path / "repository")
    return found(repository, tmp_path)


def found(repository: Repository, tmp_path: Path) -> list[tuple]:
    room = open_room(repository.path, tmp_path / "rooms")
    marks = {sha: mark for mark, sha in repository.shas.items()}
    return [
        (marks[one.commit_sha], each.old_token, each.new_token, dict(each.lines), each.is_masked)
        for one in scan(room, list(marks))
        for each in one.found
    ]


def test_lines_are_paired_in_hunks_with_as_many_lines_on_both_sides(tmp_path: Path) -> None:
    made = History()
    before = "a = 1\nmodel = gpt-4o\nb = 2\nfallback = gpt-4o\nc = 3\nkeep gpt-4o\n"
    made.commit(changes={"a b.py": before, 'ü"q.txt': before, "même.bin": b"\0gpt-4o\n"})
    after = before.replace("model = gpt-4o", "model = gpt-5").replace("fallback = gpt-4o", "fallback = gpt-5\nnew = 1")
    made.commit(changes={"a b.py": after, 'ü"q.txt': before.replace("gpt-4o", "gpt-5"), "même.bin": b"\0gpt-5\n"})
    assert found_in(tmp_path, made) == [(2, "gpt-4o", "gpt-5", {"a b.py": 1, 'ü"q.txt': 3}, False)]


@pytest.mark.parametrize("piece", [1 << 20, 5])
def test_lines_that_look_like_heads_of_a_patch_are_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(process, "_CHUNK", piece)
    hostile = "-- a/x\n++ b/x\ncommit abcd\ndiff --git a/x b/x\n@@ -1 +1 @@\n"
    made = History()
    made.commit(changes={"a.sql": hostile + "old_name\n", "empty.py": ""})
    made.commit(changes={"a.sql": "\n" + hostile + "new_name"})
    made.commit("nothing", {})
    made.commit(changes={"a.sql": "\n" + hostile.replace("commit abcd", "commit efgh") + "new_name"})
    assert found_in(tmp_path, made) == [
        (2, "old_name", "new_name", {"a.sql": 1}, False),
        (4, "abcd", "efgh", {"a.sql": 1}, False),
    ]


def test_secret_in_a_token_is_masked_before_it_is_stored(tmp_path: Path) -> None:
    first, second = "ghp_" + "a1B2" * 9, "ghp_" + "c3D4" * 9
    made = History()
    made.commit(changes={"a.py": f"token = {first}\nkey = {'Ab3' * 14}\nurl = https://me:hunter2@x.org\n"})
    made.commit(changes={"a.py": f"token = {second}\nkey = {'Cd4' * 14}\nurl = https://me:hunter3@x.org\n"})
    rows = found_in(tmp_path, made)
    assert [(old.rpartition("-")[0], new.rpartition("-")[0], masked) for _, old, new, _, masked in rows] == [
        ("masked-github", "masked-github", True),
        ("masked-opaque", "masked-opaque", True),
        ("masked-url-credentials", "masked-url-credentials", True),
    ]
    assert not any(secret in repr(rows) for secret in (first, second, "Ab3Ab3", "hunter"))


def test_file_without_its_content_costs_only_itself(tmp_path: Path) -> None:
    made = History()
    made.commit(changes={"a.py": "old_name = 1\n", "b.py": "old_name = 2\n"})
    made.commit(changes={"a.py": "new_name = 1\n", "b.py": "new_name = 2\n"})
    made.commit(changes={"b.py": "last_name = 2\n"})
    repository = made.write(tmp_path / "packed")
    whole = Repository(tmp_path / "repository", repository.shas)
    git(tmp_path, "clone", "-q", "--bare", "--no-local", str(repository.path), str(whole.path))
    pack = next(whole.path.glob("objects/pack/*.pack"))
    content = pack.read_bytes()
    for file in whole.path.glob("objects/pack/*"):
        file.unlink()
    git(whole.path, "unpack-objects", "-q", stdin=content)
    lost = git(repository.path, "rev-parse", f"{repository.shas[2]}:a.py").decode().strip()
    whole.remove_object(lost)
    assert found(whole, tmp_path) == [
        (2, "old_name", "new_name", {"b.py": 1}, False),
        (3, "new_name", "last_name", {"b.py": 1}, False),
    ]


def test_long_lines_and_long_hunks_are_passed_over(tmp_path: Path) -> None:
    made = History()
    made.commit(changes={"a.js": "x" * 5000 + " old_name\n", "b.py": "old_name\n" * 500, "c.py": "old_name\n"})
    made.commit(changes={"a.js": "x" * 5000 + " new_name\n", "b.py": "new_name\n" * 500, "c.py": "new_name\n"})
    assert found_in(tmp_path, made) == [(2, "old_name", "new_name", {"c.py": 1}, False)]


def test_a_line_of_many_megabytes_is_not_held_and_what_follows_is_read(tmp_path: Path) -> None:
    made, long = History(), "x" * (10 << 20)
    made.commit(changes={"a.js": f"{long} old_name\n", "c.py": "old_name\n"})
    made.commit(changes={"a.js": f"{long} new_name\n", "c.py": "new_name\n"})
    assert found_in(tmp_path, made) == [(2, "old_name", "new_name", {"c.py": 1}, False)]
