"""What the git source says of a history is what `git log` says, row for row."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from repositories import START, Entry, History, Moved, Repository, files_told_by_git, git, told_by_git

from retro.git import open_room
from retro.sources.accounts import Account
from retro.sources.git import history, landings, release_rows
from retro.sources.git_commits import split_message, split_messages
from retro.sources.git_files import file_rows


def read(repository: Repository, rooms: Path, tags: Sequence[str] = ()) -> dict[str, list[tuple]]:
    """Sorted rows by table of everything that main and the tags reach."""
    room = open_room(repository.path, rooms)
    releases = room.releases([f"refs/tags/{tag}" for tag in tags])
    branch = room.default_branch("main")
    graph = room.graph([branch[1], *(release.sha for release in releases)])
    landed = landings(graph, branch[1])
    tables: dict[str, list[tuple]] = {"commits": [], "commit_files": [], "commit_trailers": []}
    for frames in history(room, "repo", [commit.sha for commit in graph], landed, Account()):
        for name, frame in frames.items():
            tables[name] += frame.rows()
    tables |= {name: frame.rows() for name, frame in release_rows("repo", releases, graph).items()}
    return {name: sorted((tuple(map(_hashable, row)) for row in rows), key=repr) for name, rows in tables.items()}


def _hashable(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def lines(count: int, word: str = "line") -> str:
    return "".join(f"{word} {number}\n" for number in range(count))


def every_kind_of_change() -> History:
    made = History()
    root = made.commit(
        "feat: begin",
        {"a.py": lines(20), "b/c.py": lines(9), "run.sh": "true\n", "empty": "", "icon.png": b"\0\1\2" * 99},
    )
    made.commit("rename as it is", {"moved/a.py": Moved("a.py")})
    made.commit("rename and edit", {"b/d.py": Moved("b/c.py")})
    made.commit("edit after the rename", {"b/d.py": lines(9) + "more\n"})
    made.commit("rename with an edit at once", {"b/d.py": None, "e.py": lines(9) + "more\nand more\n"})
    made.commit("copy", {"copy.py": Moved("moved/a.py", is_copy=True)})
    made.commit("mode only", {"run.sh": Entry("100755", "true\n")})
    made.commit("file to link", {"run.sh": Entry("120000", "moved/a.py")})
    made.commit("link to file", {"run.sh": "true\n"})
    made.commit("submodule", {"vendor/lib": Entry("160000", "1" * 40)})
    made.commit("submodule moves on", {"vendor/lib": Entry("160000", "2" * 40)})
    made.commit("submodule to file", {"vendor/lib": "now a file\n"})
    made.commit("binary changes", {"icon.png": b"\0\3\4" * 77, "empty": "no longer\n"})
    made.commit("text to binary", {"empty": b"\0"})
    made.commit("file to folder", {"empty": None, "empty/inside": "x"})
    made.commit("nothing at all")
    left = made.commit("left", {"left": "1\n"}, branch="left", parents=[root])
    right = made.commit("right", {"right": "1\n"}, branch="right", parents=[root])
    other = made.commit("another root", {"other": "1\n"}, branch="other")
    made.commit("octopus", {"left": "1\n", "right": "1\n", "other": "1\n"}, parents=[16, left, right, other])
    side = made.commit("fix: side", {"side": "1\n"}, branch="side")
    made.commit("while the side waits", {"main": "1\n"})
    made.commit("Merge branch 'side'\n\nwith an edit of its own", {"side": "1\n", "main": "2\n"}, parents=[22, side])
    made.commit("delete", {"copy.py": None, "icon.png": None})
    return made


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_rows_equal_git_for_every_kind_of_change(tmp_path, object_format):
    made = every_kind_of_change()
    if object_format == "sha256":
        made.stream = made.stream.replace(b"1" * 40, b"1" * 64).replace(b"2" * 40, b"2" * 64)
    repository = made.write(tmp_path / "repo", object_format=object_format)
    rows = read(repository, tmp_path / "rooms")
    assert rows == told_by_git(repository.path, "repo")
    kinds = {row[4] for row in rows["commit_files"]}
    assert kinds == {"A", "M", "D", "R", "T"}
    assert ("run.sh", None, "T", 1, 1, "counted") in {row[2:] for row in rows["commit_files"]}
    assert ("icon.png", None, "A", None, None, "binary") in {row[2:] for row in rows["commit_files"]}


MESSAGES = {
    "several lines in the subject": "one\ntwo\n  three  \n\nbody\n\nmore body\n\n",
    "blank lines in front": "\n\n  \nsubject\n\nbody\n",
    "blanks between subject and body": "subject\n \t\nbody\n",
    "carriage returns": "subject\r\n\r\nbody\r\nmore\r\n",
    "carriage returns in the subject": "one\r\ntwo\r\n\r\nbody\r\n",
    "a lone carriage return": "one\rtwo\n\nbody",
    "other line breaks": "one\x0btwo\x0cthree\x85four\u2028five\n\nbody\x1cmore\u2029\n",
    "empty": "",
    "blank": " \n\t\n",
    "no end of line": "subject",
    "trailers": "subject\n\nbody\n\nSigned-off-by: A <a@example.org>\nReviewed-by: B\nSigned-off-by: C\n",
    "folded trailer": "subject\n\nNote: one\n two\n\tthree\nOther:no blank\n",
    "trailer without a value": "subject\n\nNote:\nOther: x\n",
    "trailers with carriage returns": "subject\r\n\r\nbody\r\n\r\nNote: one\r\nOther: two\r\n",
    "a trailer as the subject": "Note: one",
    "lines like git's own": "subject\n\n:100644 100644 a b M\tx\n1\t2\tx\ncommit 1234\n",
    "percent signs": "100 % %H %x00 %n\n\n%(trailers)\n",
    "control characters": "\x1b[31mred\x1b[0m \x07 \u202eright to left\n\n\x9b2J\n",
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
def test_message_and_trailers_equal_git(tmp_path, message):
    made = History()
    made.commit(message, {"a": "1\n"})
    made.commit("the next one", {"a": "2\n"})
    repository = made.write(tmp_path / "repo")
    told = told_by_git(repository.path, "repo")
    told["commits"] = [_stripped(row) for row in told["commits"]]
    assert read(repository, tmp_path / "rooms") == told


def _stripped(row: tuple) -> tuple:
    """The row with blanks at both ends of the subject taken away, which git leaves."""
    return (*row[:9], row[9].strip(" \t\r\n"), *row[10:])


def test_message_in_another_encoding_is_read_as_its_header_says(tmp_path):
    repository = Repository(tmp_path / "repo")
    History().write(repository.path)
    sha = repository.raw_commit(
        message=b"caf\xe9\n\nna\xefve\n", author=b"Ren\xe9 <r@example.org> %d +0000" % START, more=b"encoding latin1\n"
    )
    repository.set_ref("refs/heads/main", sha)
    rows = read(repository, tmp_path / "rooms")
    assert rows["commits"][0][3] == "René"
    assert rows["commits"][0][9:11] == ("café", "naïve")


def test_bytes_that_are_not_utf8_are_spelled_out(tmp_path):
    made = History()
    made.commit(
        b"subject \xff\n\nbody \xfe\n\nNote: \xfd",
        {b"caf\xe9/\xed\xa0\x80": "1\n"},
        author=b"Ren\xe9 <r\xe9@example.org>",
    )
    repository = made.write(tmp_path / "repo")
    rows = read(repository, tmp_path / "rooms")
    assert rows == told_by_git(repository.path, "repo")
    assert rows["commits"][0][3:5] == ("Ren\\xe9", "r\\xe9@example.org")
    assert rows["commits"][0][9] == "subject \\xff"
    assert rows["commit_files"][0][2] == "caf\\xe9/\\xed\\xa0\\x80"
    assert rows["commit_trailers"][0][3:] == ("Note", "\\xfd")


ODD_PATHS = [
    "a\nb", 'say "x"', "tab\there", ":top", ":(glob)**", "-dash", "--stat", "{old => new}/x", "a => b", " ",
    "back\\slash", "\x1b[31m", ":100644 100644 a b M", "1\t2\tx", "\u202eevil", "né", "a" * 3000,
]  # fmt: skip


def test_odd_paths_come_through_whole(tmp_path):
    made = History()
    made.commit("add", {f"{place}/{path}": f"{place}\n" * 9 for place, path in enumerate(ODD_PATHS)})
    made.commit("rename", {f"{place}/{path} moved": Moved(f"{place}/{path}") for place, path in enumerate(ODD_PATHS)})
    made.commit("at the top", {path: f"{place}\n" for place, path in enumerate(ODD_PATHS)})
    repository = made.write(tmp_path / "repo")
    rows = read(repository, tmp_path / "rooms")
    assert rows == told_by_git(repository.path, "repo")
    assert {row[2] for row in rows["commit_files"] if row[1] == repository.shas[3]} == set(ODD_PATHS)


def test_releases_equal_git_whatever_a_tag_is(tmp_path):
    made = History()
    for number in range(1, 9):
        made.commit(f"{number}", {"a": lines(number)})
    made.tag("annotated", 2, at=START + 90_000)
    made.tag("lightweight", 4)
    off = made.commit("only in a release", {"b": "1\n"}, branch="release", parents=[6])
    made.tag("off-branch", off, at=START + 95_000)
    repository = made.write(tmp_path / "repo")
    inner = repository.write_object(
        "tag", _tag(repository.shas[7], "commit", b"tagger B <b@example.org> %d +0000\n" % START)
    )
    outer = repository.write_object(
        "tag", _tag(inner, "tag", b"tagger B <b@example.org> %d +0000\n" % (START + 99_000))
    )
    repository.set_ref("refs/tags/nested", outer)
    repository.set_ref("refs/tags/nobody", repository.write_object("tag", _tag(repository.shas[8], "commit", b"")))
    blob = repository.write_object("blob", b"x")
    repository.set_ref("refs/tags/blob", blob)
    repository.set_ref("refs/tags/tree", repository.write_object("tree", b""))
    repository.set_ref("refs/tags/of-blob", repository.write_object("tag", _tag(blob, "blob", b"")))
    repository.set_ref("refs/tags/missing", "1" * 40)
    repository.set_ref("refs/tags/of-missing", repository.write_object("tag", _tag("1" * 40, "commit", b"")))
    by_time = ["lightweight", "nobody", "annotated", "off-branch", "nested"]
    every = [*by_time, "blob", "tree", "of-blob", "missing", "of-missing", "never-there"]
    assert read(repository, tmp_path / "rooms", every) == told_by_git(repository.path, "repo", releases=by_time)


def _tag(target: str, kind: str, tagger: bytes) -> bytes:
    return f"object {target}\ntype {kind}\ntag x\n".encode() + tagger + b"\nrelease\n"


def test_tag_with_an_unreadable_time_comes_after_the_dated_ones(tmp_path):
    made = History()
    made.commit("one", {"a": "1\n"})
    made.commit("two", {"a": "2\n"})
    made.tag("dated", 2, at=START + 90_000)
    repository = made.write(tmp_path / "repo")
    broken = repository.raw_commit(parents=[repository.shas[1]], committer=b"Bob <bob@example.org> -5 +0000")
    repository.set_ref("refs/tags/undated", broken)
    rows = read(repository, tmp_path / "rooms", ["dated", "undated"])
    assert [row[2:] for row in rows["release_records"] if row[2] == "undated"] == [
        ("undated", broken, None, "committed")
    ]
    assert {row[1]: row[2] for row in rows["release_commits"]} == {
        repository.shas[1]: "dated", repository.shas[2]: "dated", broken: "undated",
    }  # fmt: skip


def test_commit_lands_with_the_first_parent_commit_that_brought_it(tmp_path):
    made = History()
    base = made.commit("base")
    early = made.commit("written early", branch="topic", parents=[base])
    between = made.commit("straight to main", parents=[base])
    late = made.commit("merge", parents=[between, early])
    repository = made.write(tmp_path / "repo")
    rows = read(repository, tmp_path / "rooms")
    assert rows == told_by_git(repository.path, "repo")
    landed = {row[1]: row[14] for row in rows["commits"]}
    assert landed[repository.shas[early]] == landed[repository.shas[late]] > landed[repository.shas[between]]


DATES = {
    b"0 +0000": 0,
    b"-1 +0000": None,
    b"-2208988800 +0000": None,
    b"4102444800 +0000": 4102444800,
    b"253402300799 +0000": 253402300799,
    b"253402300800 +0000": None,
    b"18446744073709551615 +0000": None,
    b"18446744073709551616 +0000": None,
    b"%d +99999999" % START: START,
    b"%d -9999" % START: START,
    b"": None,
    b"x y": None,
}


@pytest.mark.parametrize(("date", "seconds"), DATES.items(), ids=[date.decode() or "empty" for date in DATES])
def test_date_that_no_calendar_holds_is_unknown(tmp_path, date, seconds):
    repository = Repository(tmp_path / "repo")
    History().write(repository.path)
    first = repository.raw_commit(author=b"A <a@example.org> " + date, committer=b"B <b@example.org> " + date)
    repository.set_ref("refs/heads/main", repository.raw_commit(parents=[first]))
    rows = {row[1]: row for row in read(repository, tmp_path / "rooms")["commits"]}
    assert [value and value.timestamp() for value in (rows[first][5], rows[first][8], rows[first][14])] == [
        seconds and float(seconds)
    ] * 3
    if seconds == 0:
        assert rows[first][14] is not None


PEOPLE = {
    b"<>": (None, None),
    b" <>": (None, None),
    b"<a@example.org>": (None, "a@example.org"),
    b"A <>": ("A", None),
    b"\x1b[31m \xe2\x80\xae <a>": ("\x1b[31m \u202e", "a"),
    b"x" * 1_000_000 + b" <a>": ("x" * 1_000_000, "a"),
}


@pytest.mark.parametrize(
    ("person", "told"), PEOPLE.items(), ids=["nobody", "blank", "no name", "no address", "control", "long"]
)
def test_person_without_name_or_address_is_unknown(tmp_path, person, told):
    repository = Repository(tmp_path / "repo")
    History().write(repository.path)
    repository.set_ref("refs/heads/main", repository.raw_commit(author=person + b" %d +0000" % START))
    assert read(repository, tmp_path / "rooms")["commits"][0][3:5] == told


def test_tree_that_holds_a_path_twice_or_names_folders_oddly_is_read_once(tmp_path):
    repository = Repository(tmp_path / "repo")
    History().write(repository.path)
    blob = repository.write_object("blob", b"1\n")
    names = [b"a", b"a", b"..", b".git", b"x/y"]
    tree = repository.write_object("tree", b"".join(b"100644 %s\0" % name + bytes.fromhex(blob) for name in names))
    repository.set_ref("refs/heads/main", repository.raw_commit(tree=tree))
    rows = read(repository, tmp_path / "rooms")["commit_files"]
    assert [row[2:] for row in rows] == [(path, None, "A", 1, 0, "counted") for path in ("..", ".git", "a", "x/y")]


def test_long_messages_are_cut_and_no_part_of_a_secret_is_left_at_the_cut(tmp_path):
    secret = "ghp_" + "a1B2" * 9
    made = History()
    made.commit("s" * 4080 + " " + secret + "\n\n" + "b" * 65_500 + " " + secret)
    made.commit("x" * 10_000_000)
    repository = made.write(tmp_path / "repo")
    rows = {row[1]: row for row in read(repository, tmp_path / "rooms")["commits"]}
    subject, body = rows[repository.shas[1]][9:11]
    assert subject.startswith("s" * 2000) and len(subject) <= 4096 and "ghp_" not in subject
    assert body.startswith("b" * 60_000) and len(body) <= 65_536 and "ghp_" not in body
    assert rows[repository.shas[2]][9] == "x" * 4096


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("one\ntwo\n\nbody\n", ("one two", "body")),
        ("\n \none\r\n\r\nbody\r\n", ("one", "body\r")),
        ("", ("", "")),
        ("one\n\n\n  indented\n", ("one", "  indented")),
    ],
)
def test_message_is_split_as_git_splits_it(message, parts):
    assert split_message(message) == parts


MESSAGE_TEXTS = st.text(st.sampled_from("ab :\n\n\t\r\x0b\u0085é\u2028"), max_size=16)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(messages=st.lists(MESSAGE_TEXTS, max_size=8))
def test_many_messages_at_once_are_split_as_one_is(messages):
    subjects, bodies = split_messages(pl.Series(messages, dtype=pl.String))
    assert list(zip(subjects, bodies, strict=True)) == [split_message(message) for message in messages]


NAMES = st.sampled_from(["a", "b", "dir/a", "dir/b", "dir/deep/c", "né", 'quo"te', "new\nline", "-x", ":y"])
CONTENTS = st.one_of(
    st.integers(0, 12).map(lines),
    st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda pair: lines(pair[0]) + lines(pair[1], "other")),
    st.binary(max_size=6),
)
CHANGES = st.one_of(
    CONTENTS,
    st.builds(Entry, st.sampled_from(["100755", "120000"]), st.sampled_from(["a", "b", "some text\n"])),
    st.just(Entry("160000", "3" * 40)),
    st.none(),
)
STEPS = st.lists(
    st.tuples(
        st.dictionaries(NAMES, CHANGES, max_size=4),
        st.sampled_from(["main", "main", "topic"]),
        st.booleans(),
        st.one_of(st.none(), st.tuples(NAMES, NAMES)),
    ),
    min_size=1,
    max_size=7,
)


def random_history(steps: list) -> History:
    made, tips = History(), {}
    present: dict[str, set[str]] = {}
    for changes, branch, is_merge, move in steps:
        if not tips:
            branch = "main"
        start = tips.get(branch, tips.get("main"))
        parents = [] if start is None else [start]
        other = tips.get("topic" if branch == "main" else "main")
        if is_merge and other not in (None, start):
            parents.append(other)
        paths = set(present.get(branch, present.get("main", set())))
        changes = {
            path: change
            for path, change in changes.items()
            if not any(f"{one}/" in f"{path}/" or f"{path}/" in f"{one}/" for one in paths | set(changes) - {path})
        }
        if move and move[0] in paths and move[1] not in paths | set(changes) and move[0] not in changes:
            changes = {move[1]: Moved(move[0])} | changes
            paths = paths - {move[0]} | {move[1]}
        tips[branch] = made.commit("step", changes, branch=branch, parents=parents)
        present[branch] = paths | {path for path, change in changes.items() if change is not None}
    return made


@settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_rows_of_any_small_history_equal_git(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("any")
    repository = random_history(steps).write(folder / "repo")
    shas = git(repository.path, "rev-list", "main").decode().split()
    told = sorted((row for sha in shas for row in files_told_by_git(repository.path, "repo", sha)), key=repr)
    assert read(repository, folder / "rooms")["commit_files"] == told


def test_of_names_that_are_spelled_alike_the_first_counts_and_the_others_are_told():
    rows = "".join(f":000000 100644 {'0' * 40} {oid * 40} A\0caf\\xe9\0" for oid in "12")
    records = pl.DataFrame({"commit_sha": ["c" * 40], "files": [rows + "1\t0\tcaf\\xe9\0" + "2\t0\tcaf\\xe9\0"]})
    account = Account()
    frame = file_rows(records, "app", frozenset(), account)
    assert frame.select("path", "added_lines").rows() == [("caf\\xe9", 1)]
    told = "changed files left out, since another one of the commit is spelled alike "
    assert account.reasons == {f"{told}(a damaged tree, or a name that is not UTF-8)": 1}
