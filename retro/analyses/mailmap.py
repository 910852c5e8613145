"""Which spellings of names and addresses are one identity, by the `.mailmap` that a repository keeps for git.

    Proper Name <commit@example.org>                                  a name for an address
    <proper@example.org> <commit@example.org>                         an address for an address
    Proper Name <proper@example.org> <commit@example.org>             both for an address
    Proper Name <proper@example.org> Commit Name <commit@example.org> both for a name with an address

Read from the tree of the default branch, as git does it in a bare repository, and with git's rules: `#` at the start of
a line is a comment; letters from A to Z match without regard to case, others exactly; later lines win; of a mapped
address with several names those without a line of their own take the line without a name. What stands in the source's
settings (`mailmap.file`, `mailmap.blob`) is not read. See https://git-scm.com/docs/gitmailmap.
"""

from dataclasses import dataclass, field

import polars as pl

from retro import tables
from retro.git import Room

_BLANK = " \t\n\r"  # what git takes for blank
_LARGEST_FILE = 16 << 20


@dataclass
class _Entry:
    """What an address becomes: a name, an address (None: as written), and the same for single names beside it."""

    name: str | None = None
    email: str | None = None
    by_name: dict[str, tuple[str | None, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Mailmap:
    """The parsed lines of a `.mailmap`; without any, every identity stands for itself."""

    entries: dict[str, _Entry] = field(default_factory=dict)

    def resolve(self, name: str, email: str) -> tuple[str, str]:
        """Name and address that stand for the identity written as `name` and `email`."""
        entry = self.entries.get(_folded(email))
        if entry is None:
            return name, email
        new_name, new_email = entry.by_name.get(_folded(name), (entry.name, entry.email))
        return (name if new_name is None else new_name), (email if new_email is None else new_email)


def find_mailmap(room: Room, commit: str) -> str | None:
    """Object id of the `.mailmap` in the tree of a commit; None where there is none, or where it is over 16 MB."""
    form = "--batch-check=%(objecttype) %(objectname) %(objectsize)"
    answer = room.run("cat-file", form, stdin=f"{commit}:.mailmap\n".encode()).decode("utf-8", "replace").split()
    is_file = len(answer) == 3 and answer[0] == "blob" and int(answer[2]) <= _LARGEST_FILE
    return answer[1] if is_file else None


def read_mailmap(room: Room, commit: str | None) -> Mailmap:
    """The `.mailmap` of a commit, empty where there is none and without a commit."""
    found = find_mailmap(room, commit) if commit else None
    if found is None:
        return Mailmap()
    return parse_mailmap(room.run("cat-file", "blob", found).decode("utf-8", "backslashreplace"))


def parse_mailmap(text: str) -> Mailmap:
    """The lines of a `.mailmap`; those of no known form are left out, and what follows a NUL is not read."""
    mailmap = Mailmap()
    for line in text.partition("\0")[0].split("\n"):
        first = None if line.startswith("#") else _identity(line)
        if first is None or not first[1]:
            continue
        name, email, rest = first
        second = _identity(rest)
        if second is None:
            _add(mailmap, (name, None), (None, email))
        else:
            _add(mailmap, (name, email), second[:2])
    return mailmap


def identities(people: pl.DataFrame, mailmap: Mailmap) -> pl.DataFrame:
    """Rows of `identities`: one for each distinct repo, name and email of `people` (NULL counts as empty)."""
    rows = tables.empty_rows("identities")
    spellings = people.select("repo", pl.col("name", "email").fill_null("")).unique(maintain_order=True)
    for repo, name, email in spellings.iter_rows():
        proper = mailmap.resolve(name, email)
        method = "same" if proper == (name, email) else "mailmap"
        values = (repo, email, name, proper[0] or None, proper[1] or None, proper[1].lower() or proper[0], method)
        for column, value in zip(rows.values(), values, strict=True):
            column.append(value)
    return tables.frame("identities", rows)


def _identity(text: str) -> tuple[str | None, str, str] | None:
    """Name (None: empty), address and the rest of `Name <address> rest`; None when there is no address in brackets."""
    name, opened, rest = text.partition("<")
    email, closed, rest = rest.partition(">")
    return (name.strip(_BLANK) or None, email, rest) if opened and closed else None


def _add(mailmap: Mailmap, new: tuple[str | None, str | None], old: tuple[str | None, str]) -> None:
    """One line: `new` is what the identity `old` becomes; a line for a name replaces an earlier one as a whole."""
    entry = mailmap.entries.setdefault(_folded(old[1]), _Entry())
    if old[0] is not None:
        entry.by_name[_folded(old[0])] = (new[0], new[1] or "")
        return
    entry.name = entry.name if new[0] is None else new[0]
    entry.email = entry.email if new[1] is None else new[1]


def _folded(text: str) -> str:
    """Lower case for A to Z only, as git compares; other letters are left as they are."""
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")
