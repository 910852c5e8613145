"""What a repository declares of its files in the .gitattributes that it commits, at the tip of its default branch.

Reads every file of that name in the tree, the nested ones too, as GitHub and GitLab do:

    api/*.ts    linguist-generated
    /lib/**     linguist-vendored=true
    docs/*.py   -linguist-documentation
    [attr]made  linguist-generated -diff

and yields rows of `declared_kinds`. Nothing is checked out and git applies none of it: the lines are parsed as text, by the
rules of https://git-scm.com/docs/gitattributes.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from retro import tables
from retro.errors import GitError
from retro.git import Room
from retro.git.blobs import read_blobs
from retro.sources.accounts import Account

NAME = ".gitattributes"
_KINDS = {
    "linguist-generated": "generated",
    "linguist-vendored": "vendored",
    "linguist-documentation": "documentation",
}
_MACRO = "[attr]"
_BLANK = " \t\r"
_LARGEST_FILE, _LONGEST_LINE = 1 << 20, 2048  # the second is git's own bound
_FILE_MODES = (b"100644", b"100755")  # git does not follow a link either
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


class Declaration(NamedTuple):
    """What one line says of one kind; `is_set` is None where it takes an earlier line back."""

    line: int
    kind: str
    pattern: str
    is_set: bool | None


def declared_kinds(room: Room, repo: str, tip: str | None, account: Account) -> pl.DataFrame:
    """Rows of `declared_kinds` for the tree of the commit `tip`, none without one. What cannot be read is counted."""
    rows = tables.empty_rows("declared_kinds")
    for path, text in _texts(room, tip, account) if tip else ():
        for declaration in parse_attributes(text, is_top="/" not in path):
            row = {"repo": repo, "path": path, **declaration._asdict()}
            for name, column in rows.items():
                column.append(row[name])
    return tables.frame("declared_kinds", rows)


def parse_attributes(text: str, *, is_top: bool = True) -> Iterator[Declaration]:
    """The declarations of one file, in the order of its lines. Only the file at the top may define macros (`[attr]`)."""
    macros: dict[str, list[str]] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if len(line) >= _LONGEST_LINE:
            continue
        glob, words = _split(line.strip(_BLANK))
        if glob.startswith(_MACRO):
            if is_top:
                macros[glob.removeprefix(_MACRO)] = words
        elif glob and glob[0] not in "#!":
            yield from (Declaration(number, kind, glob, is_set) for kind, is_set in _meaning(words, macros).items())


def _meaning(words: list[str], macros: dict[str, list[str]]) -> dict[str, bool | None]:
    """What the attributes of a line say of each kind that they name; the last word on a kind counts."""
    meant: dict[str, bool | None] = {}
    for word in words:
        name, _, value = word.lstrip("-!").partition("=")
        if word in macros:
            meant |= _meaning(macros[word], {})
        elif name in _KINDS:
            is_set = word[0] != "-" and value.lower() not in ("false", "0")
            meant[_KINDS[name]] = None if word[0] == "!" else is_set
    return meant


def _split(line: str) -> tuple[str, list[str]]:
    """Pattern and attributes of a line; a pattern in quotes is written as a string of C."""
    quoted = re.match(r'"((?:[^"\\]|\\.)*)"', line)
    if quoted is None:
        glob, *words = re.split(f"[{_BLANK}]+", line)
        return glob, words
    return _unquoted(quoted[1]), re.split(f"[{_BLANK}]+", line[quoted.end() :].strip(_BLANK))


def _unquoted(text: str) -> str:
    """The string with its escapes read: `\\t`, `\\"`, and the bytes of UTF-8 in octal."""
    plain = re.sub(r"\\([abfnrtv])", lambda found: _ESCAPES[found[1]], text.replace("\\\\", "\\134"))
    octal = re.compile(rb"\\([0-3][0-7]{2})").sub(lambda found: bytes([int(found[1], 8)]), plain.encode())
    return octal.decode("utf-8", "backslashreplace").replace('\\"', '"')


def _texts(room: Room, tip: str, account: Account) -> Iterator[tuple[str, str]]:
    """Path and text of each .gitattributes file in the tree of `tip`, those nearest to the top first."""
    try:
        entries = room.run("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", tip).split(b"\0")
    except GitError:  # a folder of the tree is missing or damaged: declarations may hide in it, so none is taken
        account.reasons["trees in which .gitattributes could not be looked for"] += 1
        return
    found = dict(_found(entries))
    blobs = {blob.object_id: blob for blob in read_blobs(room.path, list(found.values()), _LARGEST_FILE)}
    for path in sorted(found, key=lambda path: (path.count("/"), path)):
        blob = blobs[found[path]]
        if blob.content is None:
            account.miss(f".gitattributes files that could not be read ({blob.reason})", path)
        else:
            yield path, blob.content.decode("utf-8", "backslashreplace")


def _found(entries: list[bytes]) -> Iterator[tuple[str, str]]:
    """Path and object id of each entry of a tree (`100644 blob <id> TAB <path>`) that is such a file."""
    for entry in entries:
        head, _, path = entry.partition(b"\t")
        if path.rpartition(b"/")[2] == NAME.encode() and head.startswith(_FILE_MODES):
            yield path.decode("utf-8", "backslashreplace"), head.split()[2].decode("ascii")
