"""A `.mailmap` gives the identities that git itself gives."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from repositories import Entry, History, git

from retro.analyses.mailmap import Mailmap, identities, parse_mailmap, read_mailmap
from retro.git import open_room

FORMS = """\
# people
Ada Lovelace <ada@home.org>
<ada@work.org> <ada@laptop.(none)>
Ada Lovelace <ada@work.org> <ADA@old.org>
Ada King <ada@king.org> Ada <shared@desk.org>
Bob <bob@desk.org> bob <shared@desk.org>
Shared Desk <shared@desk.org>
Nobody <nobody@desk.org> <>
 # Indented <is@no.comment>
no address
Broken <never@closed
<> <empty@first.org>
   Spaced\t Name \t<spaced@new.org>\t<spaced@old.org> # the rest is left alone
Élodie <elodie@new.org> ÉLODIE <elodie@old.org>
\t<only@new.org> Only Name <only@old.org>
Later <twice@old.org>
<twice@new.org> <twice@old.org>
Latest <twice@old.org>
"""
SPELLINGS = [
    ("ada", "ada@home.org"),
    ("ada", "Ada@Home.ORG"),
    ("Ada", "ada@laptop.(none)"),
    ("A. L.", "ada@OLD.org"),
    ("Ada", "shared@desk.org"),
    ("ADA", "Shared@desk.org"),
    ("Bob", "shared@desk.org"),
    ("Cleo", "shared@desk.org"),
    ("anyone", "nobody@desk.org"),
    ("I", "is@no.comment"),
    ("x", "never@closed"),
    ("x", "empty@first.org"),
    ("s", "spaced@old.org"),
    ("ÉLODIE", "elodie@old.org"),
    ("élodie", "elodie@old.org"),
    ("Only Name", "only@old.org"),
    ("Other", "only@old.org"),
    ("t", "twice@old.org"),
    ("unmapped", "Unmapped@Example.org"),
]


def told_by_git(folder: Path, text: str, people: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What `git check-mailmap` makes of the identities."""
    path = folder / "mailmap"
    path.write_bytes(text.encode())
    asked = "".join(f"{name} <{email}>\n" for name, email in people).encode()
    answer = git(folder, "-c", f"mailmap.file={path}", "check-mailmap", "--stdin", stdin=asked).decode()
    pairs = [line.rpartition(" <")[::2] if " <" in line else ("", line[1:]) for line in answer.splitlines()]
    return [(name, email.removesuffix(">")) for name, email in pairs]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository without anything in it."""
    folder = tmp_path_factory.mktemp("bare")
    git(folder, "init", "-q", "--bare")
    return folder


def test_every_form_of_a_line_means_what_it_means_to_git(bare: Path) -> None:
    mailmap = parse_mailmap(FORMS)
    assert [mailmap.resolve(*person) for person in SPELLINGS] == told_by_git(bare, FORMS, SPELLINGS)


def test_the_four_forms_say_what_the_manual_says() -> None:
    mailmap = parse_mailmap(FORMS)
    assert mailmap.resolve("ada", "ADA@home.org") == ("Ada Lovelace", "ADA@home.org")
    assert mailmap.resolve("Ada", "ada@laptop.(none)") == ("Ada", "ada@work.org")
    assert mailmap.resolve("A. L.", "ada@old.org") == ("Ada Lovelace", "ada@work.org")
    assert mailmap.resolve("ada", "shared@desk.org") == ("Ada King", "ada@king.org")
    assert mailmap.resolve("Cleo", "shared@desk.org") == ("Shared Desk", "shared@desk.org")


NAMES = st.text("aAbBé.", min_size=1, max_size=3)
EMAILS = st.text("aAb@é", min_size=1, max_size=3)
BLANKS = st.sampled_from(["", " ", "\t", "  ", "\r"])
IDENTITY = st.builds("{}{}{}<{}>{}".format, BLANKS, st.just("") | NAMES, BLANKS, st.just("") | EMAILS, BLANKS)
LINE = IDENTITY | st.builds("{}{}".format, IDENTITY, IDENTITY) | st.text("<># \taA@é", max_size=12)


@given(lines=st.lists(LINE, max_size=12), people=st.lists(st.tuples(NAMES, EMAILS), min_size=1, max_size=12))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_generated_mailmaps_resolve_as_in_git(bare: Path, lines: list[str], people: list[tuple[str, str]]) -> None:
    text = "\n".join(lines)
    mailmap = parse_mailmap(text)
    assert [mailmap.resolve(*person) for person in people] == told_by_git(bare, text, people)


@given(text=st.text(max_size=200), name=st.text(max_size=5), email=st.text(max_size=5))
def test_no_text_stops_the_parser(text: str, name: str, email: str) -> None:
    resolved = parse_mailmap(text).resolve(name, email)
    assert all(isinstance(part, str) for part in resolved)


def test_nothing_is_read_behind_a_nul() -> None:
    text = "One <a@x.org>\nTwo <b@x.org>\0\nThree <c@x.org>\n"
    assert [parse_mailmap(text).resolve("n", f"{letter}@x.org")[0] for letter in "abc"] == ["One", "Two", "n"]


def people_of(repository: Path) -> list[tuple[str, ...]]:
    """Name and address as written and as mapped, of each author, as `git log` gives them."""
    form = "%an%x00%ae%x00%aN%x00%aE"
    arguments = ["-c", "mailmap.blob=HEAD:.mailmap", "log", "-z", "--use-mailmap", f"--format={form}"]
    fields = iter(git(repository, *arguments).decode().split("\0"))
    return sorted(set(zip(*[fields] * 4, strict=False)))


def test_identities_of_a_repository_are_those_of_git_log(tmp_path: Path) -> None:
    history = History()
    for name, email in SPELLINGS:
        history.commit(f"by {name}", author=f"{name} <{email}>")
    history.commit("Map people", {".mailmap": FORMS}, author=" <ada@old.org>")
    repository = history.write(tmp_path / "repo")
    room = open_room(repository.path, tmp_path / "rooms")
    told = people_of(repository.path)
    spellings = pl.DataFrame(told, schema=["name", "email", "new_name", "new_email"], orient="row")
    mailmap = read_mailmap(room, room.default_branch()[1])
    rows = identities(spellings.with_columns(repo=pl.lit("repo")), mailmap).select(
        "name", "email", "canonical_name", "canonical_email"
    )
    assert sorted(rows.fill_null("").rows()) == told
    assert sum(row[:2] != row[2:] for row in told) == 14


def test_identity_rows_are_whole() -> None:
    people = pl.DataFrame(
        {
            "repo": ["app"] * 4,
            "name": ["ada", None, "Zoë", "ada"],
            "email": ["ADA@old.org", "Zoe@Example.org", None, "ADA@old.org"],
        }
    )
    assert identities(people, parse_mailmap(FORMS)).rows() == [
        ("app", "ADA@old.org", "ada", "Ada Lovelace", "ada@work.org", "ada@work.org", "mailmap"),
        ("app", "Zoe@Example.org", "", None, "Zoe@Example.org", "zoe@example.org", "same"),
        ("app", "", "Zoë", "Nobody", "nobody@desk.org", "nobody@desk.org", "mailmap"),
    ]
    assert identities(people, Mailmap()).rows()[2] == ("app", "", "Zoë", "Zoë", None, "Zoë", "same")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {".mailmap": Entry("160000", "ab" * 20)},
        {".mailmap/inner": "Ada <ada@x.org>\n"},
        {".mailmap": Entry("120000", "/etc/passwd")},
    ],
    ids=["none", "submodule", "folder", "link"],
)
def test_without_a_mailmap_file_everybody_stands_for_themselves(changes: dict, tmp_path: Path) -> None:
    history = History()
    history.commit("start", changes)
    room = open_room(history.write(tmp_path / "repo").path, tmp_path / "rooms")
    assert read_mailmap(room, room.default_branch()[1]) == Mailmap()


def test_mailmap_in_the_settings_of_the_source_is_not_read(tmp_path: Path) -> None:
    history = History()
    history.commit("start", {"other": "Wrong <ada@example.org>\n"})
    repository = history.write(tmp_path / "repo")
    git(repository.path, "config", "mailmap.blob", "HEAD:other")
    room = open_room(repository.path, tmp_path / "rooms")
    mailmap = read_mailmap(room, room.default_branch()[1])
    assert mailmap.resolve("Ada", "ada@example.org") == ("Ada", "ada@example.org")
    assert read_mailmap(room, None) == Mailmap()


def test_bytes_that_are_no_utf8_match_as_they_do_in_commits(tmp_path: Path) -> None:
    history = History()
    history.commit("start", {".mailmap": b"Zo\xeb New <new@x.org> Zo\xeb <old@x.org>\n"})
    room = open_room(history.write(tmp_path / "repo").path, tmp_path / "rooms")
    written = b"Zo\xeb".decode("utf-8", "backslashreplace")
    mailmap = read_mailmap(room, room.default_branch()[1])
    assert mailmap.resolve(written, "old@x.org") == (f"{written} New", "new@x.org")
