"""Kinds that a repository declares in its .gitattributes: read from the tree, parsed as git does, and heeded."""

import os
import subprocess
import time
from pathlib import Path

import pytest
from repositories import History, project, query

from retro import tables
from retro.analyses.declared_kinds import Declaration, glob_matcher, kind_finder
from retro.git import open_room
from retro.pipeline import mine
from retro.sources.accounts import Account
from retro.sources.git_attributes import declared_kinds, parse_attributes


def finder(text: str, path: str = ".gitattributes"):
    return kind_finder(Declaration(path, *declaration) for declaration in parse_attributes(text))


ATTRIBUTES = """\
# generated files
*.txt text
api/*.ts  linguist-generated=true
api/own.ts -linguist-generated
lib/** linguist-vendored
lib/mine/**  linguist-vendored=false
lib/mine/doc.html linguist-documentation
guide.html linguist-documentation
*.snap -linguist-generated
back.c linguist-generated
back.c !linguist-generated
*.lock linguist-generated
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("api/a.ts", ("generated", "gitattributes")),
        ("api/own.ts", ("code", "suffix")),
        ("api/deep/a.ts", ("code", "suffix")),
        ("lib/x/y.js", ("vendored", "gitattributes")),
        ("lib/mine/y.js", ("code", "suffix")),
        ("lib/mine/doc.html", ("documentation", "gitattributes")),
        ("web/guide.html", ("documentation", "gitattributes")),
        ("tests/__snapshots__/a.snap", ("test", "gitattributes")),
        ("back.c", ("code", "suffix")),
        ("uv.lock", ("lock", "lock-file")),
        ("notes.txt", ("documentation", "suffix")),
        ("src/a.ts", ("code", "suffix")),
    ],
)
def test_declared_kind_is_that_of_the_last_line_that_matches(path: str, kind: tuple[str, str]) -> None:
    assert finder(ATTRIBUTES)(path) == kind


def test_file_nearer_to_the_path_wins() -> None:
    find = kind_finder(
        [
            Declaration(".gitattributes", 9, "generated", "*.c", True),
            Declaration("a/.gitattributes", 1, "generated", "*.c", False),
            Declaration("a/b/.gitattributes", 1, "generated", "/c/x.c", True),
        ]
    )
    kinds = {path: find(path)[0] for path in ("x.c", "a/x.c", "a/b/x.c", "a/b/c/x.c", "ab/x.c")}
    assert kinds == {
        "x.c": "generated",
        "a/x.c": "code",
        "a/b/x.c": "code",
        "a/b/c/x.c": "generated",
        "ab/x.c": "generated",
    }


@pytest.mark.parametrize(
    ("line", "declared"),
    [
        ("*.c linguist-generated", ("generated", "*.c", True)),
        ("\t*.c\t-text -linguist-vendored\r", ("vendored", "*.c", False)),
        ('"a b/\\"\\303\\244.c" linguist-documentation=1', ("documentation", 'a b/"\u00e4.c', True)),
        ("*.c linguist-generated=False", ("generated", "*.c", False)),
        ("*.c !linguist-generated", ("generated", "*.c", None)),
        ("*.c linguist-generated -linguist-generated", ("generated", "*.c", False)),
        ("*.c made", ("generated", "*.c", True)),
        ("*.c linguist-language=Java text", None),
        ("!*.c linguist-generated", None),
        ("# *.c linguist-generated", None),
        ("*.c", None),
        ("", None),
        ('"*.c linguist-generated', ("generated", '"*.c', True)),
        ("a" * 2048 + " linguist-generated", None),
    ],
)
def test_line_is_read_as_git_reads_it(line: str, declared: tuple | None) -> None:
    found = [tuple(item) for item in parse_attributes(f"\ufeff[attr]made linguist-generated -diff\n{line}\n")]
    assert found == ([(2, *declared)] if declared else [])


def test_macros_count_only_in_the_file_at_the_top() -> None:
    assert list(parse_attributes("[attr]made linguist-generated\n*.c made\n", is_top=False)) == []


GLOBS = """
*.js lib lib/ /lib lib/* lib/** /lib/** **/lib **/lib/** a/**/b.js ** * **/* a*b/c?.js [a-c]*.js [!a-c]*.js [^a-c]*.js lib/*/x.js
a\\*b.js x.js /x.js lib/x.js a/** a/*/**/b.js *[[:digit:]].js **x.js lib/**/ LIB/x.js
""".split()
PATHS = """
x.js b.js lib/x.js lib/a/x.js lib/a/b/x.js sub/lib/x.js sub/lib/deep/x.js a/b.js a/x/b.js a/x/y/b.js aXb/c1.js a1.js
lib/lib lib2/x.js a*b.js ab/b.js .x.js
""".split()


def test_patterns_match_as_in_git(tmp_path: Path) -> None:
    lines = [f"{glob} attribute{number}" for number, glob in enumerate(GLOBS)]
    (tmp_path / ".gitattributes").write_text("\n".join(lines) + "\n")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "HOME": "/nonexistent",
    }
    asked = [
        "git",
        "-C",
        tmp_path,
        "check-attr",
        "--stdin",
        "-z",
        *(f"attribute{number}" for number in range(len(GLOBS))),
    ]
    told = subprocess.run(asked, input="\0".join(PATHS), capture_output=True, text=True, check=True, env=environment)
    words = told.stdout.split("\0")[:-1]
    answers = {
        (path, GLOBS[int(name[9:])]): value == "set" for path, name, value in zip(*[iter(words)] * 3, strict=True)
    }
    found = {key: glob_matcher(key[1])(key[0]) for key in answers}
    assert [key for key in answers if found[key] != answers[key]] == []


@pytest.mark.parametrize(
    "glob", ["*a" * 500, "**/a/" * 400 + "b", "[" * 1000, "a/" * 900 + "**", "[a-" * 500, "\\" * 999]
)
def test_hostile_pattern_takes_no_time(glob: str) -> None:
    started = time.process_time()
    matches = glob_matcher(glob)
    for path in ("a" * 4096, "a/" * 2048, "/".join(["a" * 100] * 40)):
        matches(path)
    assert time.process_time() - started < 0.5


def test_thousands_of_declared_paths_take_no_time() -> None:
    find = finder("\n".join(f"/api/{number}.ts linguist-generated" for number in range(20_000)))
    started = time.process_time()
    assert sum(find(f"api/{number}.ts")[0] == "generated" for number in range(20_000)) == 20_000
    assert time.process_time() - started < 2


def test_every_attributes_file_of_the_tip_is_read_and_nothing_else(tmp_path: Path) -> None:
    history = History()
    history.commit(
        "old", {".gitattributes": "*.c linguist-vendored\n", "gone/.gitattributes": "* linguist-generated\n"}
    )
    history.commit(
        "new",
        {
            ".gitattributes": "*.c linguist-generated\n",
            "gone/.gitattributes": None,
            "sub/deep/.gitattributes": "/x.py linguist-documentation\n",
            "my.gitattributes": "* linguist-generated\n",
            "large/.gitattributes": "*.c linguist-generated\n" * 60_000,
        },
    )
    account = Account()
    room = open_room(history.write(tmp_path / "repo").path, tmp_path / "rooms")
    frame = declared_kinds(room, "app", room.refs["refs/heads/main"], account)
    assert frame.rows() == [
        ("app", ".gitattributes", 1, "generated", "*.c", True),
        ("app", "sub/deep/.gitattributes", 1, "documentation", "/x.py", True),
    ]
    assert account.text() == ".gitattributes files that could not be read (too large): 1 (at large/.gitattributes)"
    assert declared_kinds(room, "app", None, account).schema == tables.schema("declared_kinds")


def test_kinds_follow_a_changed_attributes_file_of_their_own_repository_only(tmp_path: Path) -> None:
    other = History()
    other.commit("begin", {"api/a.ts": "1\n"})
    history = History()
    history.commit("begin", {"api/a.ts": "1\n", "lib/b.ts": "2\n", "uv.lock": "3\n"})
    repository = history.write(tmp_path / "one")
    root = project(tmp_path / "project", repository, other.write(tmp_path / "two"))
    kinds = "select repo, path, kind, kind_rule from file_kinds where path not like '%.gitattributes' order by all"
    sums = "select changed_file_count, own_changed_file_count, added_lines, own_added_lines from sprint_totals"
    code = ("code", "suffix")
    mine(root)
    plain = [
        ("one", "api/a.ts", *code),
        ("one", "lib/b.ts", *code),
        ("one", "uv.lock", "lock", "lock-file"),
        ("two", "api/a.ts", *code),
    ]
    assert (query(root, kinds), query(root, sums)) == (plain, [(4, 3, 4, 3)])
    history.commit(
        "declare", {".gitattributes": "/api/** linguist-generated\n", "lib/.gitattributes": "*.ts linguist-vendored\n"}
    )
    repository.grow(history)
    mine(root)
    declared = [("generated", "gitattributes"), ("vendored", "gitattributes")]
    assert query(root, kinds) == [("one", "api/a.ts", *declared[0]), ("one", "lib/b.ts", *declared[1]), *plain[2:]]
    assert query(root, sums) == [(6, 3, 6, 3)]
    assert query(root, "select path, line, kind, pattern, is_set from declared_kinds order by all") == [
        (".gitattributes", 1, "generated", "/api/**", True),
        ("lib/.gitattributes", 1, "vendored", "*.ts", True),
    ]
    history.commit("take back", {".gitattributes": None, "lib/.gitattributes": None})
    repository.grow(history)
    mine(root)
    assert (query(root, kinds), query(root, "from declared_kinds")) == (plain, [])
