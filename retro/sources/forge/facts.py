"""What the records of a forge tell, gathered by thing: one pull request can be told of by many pages, dumps and versions.

A record adds fields to its thing; where two tell the same field, the one seen later wins, and a field that a record leaves
out changes nothing. People are logins here, and only here.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from retro.masking import mask
from retro.sources.accounts import Account
from retro.sources.forge.finding_words import finding_kinds, has_suggestion
from retro.sources.forge.people import People
from retro.sources.forge.values import micros, text_of

Key = tuple  # slug (owner/name, None: not told), number, and what tells the thing apart within it
_EARLIEST = -1
_ALWAYS, _NEVER_OLD = (-2, -2), (2**63, 0)


@dataclass(frozen=True)
class Place:
    """Where a record stands, and what its page's address or file name says of it."""

    text: str
    slug: str | None = None
    number: int | None = None
    part: str | None = None
    order: int = 0  # of its file among those read; later pages of one forge are newer


@dataclass
class Facts:
    """Fields by table and key, and how many of a list there are by the forge's own count."""

    people: People
    account: Account = field(default_factory=Account)
    rows: dict[str, dict[Key, dict]] = field(default_factory=lambda: defaultdict(dict))
    seen: dict[tuple[str, Key], int] = field(default_factory=dict)
    totals: dict[tuple[str, Key], int] = field(default_factory=dict)
    newest_lists: dict[tuple[str, Key], tuple[int, int]] = field(default_factory=dict)
    first_places: dict[Key, str] = field(default_factory=dict)

    def put(self, table: str, key: Key, fields: dict, seen_at: int | None = None) -> None:
        """Adds `fields` to a thing, as they were at `seen_at` (microseconds; None: nobody knows)."""
        at, known = _EARLIEST if seen_at is None else seen_at, self.rows[table]
        row = known.get(key)
        if row is None:
            known[key] = fields
            self.seen[table, key] = at
            return
        is_later = at >= self.seen[table, key]
        for name, value in fields.items():
            if value is not None and (is_later or row.get(name) is None):
                row[name] = value
        if is_later:
            self.seen[table, key] = at

    def pull(self, place: Place, slug: str | None, number: int, fields: dict, seen_at: int | None = None) -> Key:
        """Adds fields to a pull request; its key."""
        key = (slug or place.slug, number)
        self.first_places.setdefault(key, place.text)
        self.put("pulls", key, fields, seen_at)
        return key

    def put_part(self, table: str, key: Key, fields: dict, sight: tuple[int, int]) -> None:
        """Adds a row of a list that was told whole at `sight`; what only an older list has is gone (see `drop_old_parts`)."""
        whole = table, key[:2]
        self.newest_lists[whole] = max(sight, self.newest_lists.get(whole, sight))
        self.put(table, key, fields | {"sight": sight})

    def drop_old_parts(self) -> None:
        """Forgets commits and files that the newest list of their pull request no longer has, as after a forced push."""
        for table in {table for table, _ in self.newest_lists}:
            rows = self.rows[table]
            gone = [
                key
                for key, row in rows.items()
                if row.get("sight", _NEVER_OLD) < self.newest_lists.get((table, key[:2]), _ALWAYS)
            ]
            for key in gone:
                del rows[key]

    def expect(self, table: str, key: Key, total: int | None) -> None:
        """Notes how many rows of a pull request the forge itself counts; the highest count holds."""
        if total is not None:
            self.totals[table, key] = max(total, self.totals.get((table, key), 0))

    def time(self, value: object, place: Place) -> int | None:
        """A time in microseconds; one that is there and cannot be read is counted."""
        at = micros(value)
        if at is None and value not in (None, ""):
            self.account.miss("times that cannot be read", place.text)
        return at

    def text(self, value: object) -> str | None:
        """A short text (title, label, branch) with its secrets masked."""
        found = text_of(value)
        if found is None:
            return None
        found, count = mask(found)
        self.account.masked += count
        return found

    def labels(self, value: object) -> list[str] | None:
        """Labels in alphabetical order, from objects with a name or plain texts; None: not told."""
        if isinstance(value, dict):
            value = value.get("nodes")
        if not isinstance(value, list):
            return None
        named = (one.get("name") if isinstance(one, dict) else one for one in value)
        return sorted({text for name in named if (text := self.text(name))})

    def word(self, known: dict[str, str], value: object, place: Place) -> str | None:
        """The table's word for a forge's own; an unknown one is counted by name."""
        if value in (None, ""):
            return None
        word = known.get(str(value).lower())
        if word is None:
            self.account.miss(f"state unknown to Retro: {mask(str(value))[0][:40]!r}", place.text)
        return word


def said(body: object) -> dict:
    """What is kept of a text: its length and the kinds of finding that it names; nothing where no text was told."""
    if not isinstance(body, str):
        return {}
    return {"character_count": len(body), "finding_kinds": list(finding_kinds(body))}


def said_inline(body: object) -> dict:
    """As `said`, and whether a change is suggested."""
    return said(body) | ({"has_suggestion": has_suggestion(body)} if isinstance(body, str) else {})


def short_lists(facts: Facts, table: str) -> Iterator[Key]:
    """Pull requests of whose `table` fewer rows were read than the forge counts."""
    counts: dict[Key, int] = defaultdict(int)
    for key in facts.rows[table]:
        counts[key[:2]] += 1
    for (name, key), total in facts.totals.items():
        if name == table and counts[key] < total:
            yield key
