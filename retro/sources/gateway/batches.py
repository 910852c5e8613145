"""A batch of requests as columns of text, each value read and checked once for all of them.

Everything that is left out or set to NULL is counted in the account of the file, with its first line.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from retro.keyed_hashes import keyed_hash
from retro.masking import SUSPICION, mask
from retro.sources.accounts import Account
from retro.sources.gateway import values
from retro.sources.gateway.tags import Tags, read_tags, without_people

WITHOUT_ID = "content:"
_TAGS = pl.Map(pl.String, pl.String)
_CENTS = ("CENT", "CENTS", "USD CENTS", "USD_CENTS")
Read = Callable[[pl.Series], tuple[pl.Series, pl.Series, pl.Series]]


@dataclass(frozen=True)
class Reading:
    """What holds for every request of a file; `key_fields` tell requests apart, the last two what its counts mean."""

    source: str
    label: str
    hash_key: bytes
    timezone: str | None = None
    currency: str | None = None
    provider: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    key_fields: tuple[str, ...] = ("id",)
    cache_in_input: bool | None = None
    reasoning_in_output: bool | None = None


@dataclass(frozen=True)
class Numbers:
    """Columns of numbers by name; where one could not be read; a sentence for each such place."""

    columns: dict[str, pl.Series]
    unread: dict[str, pl.Series]
    problems: list[pl.Series]


class Batch:
    """Fields of a log by name, as long as the lines that they stand on; a name that is not there is NULL throughout."""

    def __init__(self, columns: Mapping[str, Sequence], lines: Sequence[int], account: Account) -> None:
        self._raw, self.account, self.height = columns, account, len(lines)
        self.lines = pl.Series(lines, dtype=pl.Int64)
        self._read: dict[str, pl.Series] = {}

    def __getitem__(self, name: str) -> pl.Series:
        """A column of text; lists and objects in it are NULL and counted."""
        if name not in self._read:
            self._read[name], several = self._texts(name)
            if several is not None:
                self.count(said(several, f"{name} is a list or an object, set to NULL"))
        return self._read[name]

    def _texts(self, name: str) -> tuple[pl.Series, pl.Series | None]:
        raw = self._raw.get(name)
        return (self.same(None), None) if raw is None else values.texts(raw)

    def rows(self, places: Sequence[int]) -> Iterator[dict[str, object]]:
        """The fields of the records at these places, without those that are NULL."""
        for place in places:
            yield {name: raw[place] for name, raw in self._raw.items() if raw[place] is not None}

    def same(self, text: str | None) -> pl.Series:
        """A column of one text."""
        return pl.repeat(text, self.height, dtype=pl.String, eager=True)

    def times(self, name: str, zone: str | None) -> pl.Series:
        """Times in UTC; each that is missing is counted with its reason."""
        times, why = values.moments(self[name], zone)
        self.count(why)
        return times

    def count(self, reasons: pl.Series | None) -> None:
        """Counts each reason with the first line that it is true of."""
        if reasons is None or reasons.null_count() == len(reasons):
            return
        told = pl.DataFrame({"reason": reasons, "line": self.lines}).drop_nulls("reason")
        for reason, count, line in told.group_by("reason").agg(pl.len(), pl.col("line").first()).iter_rows():
            self.account.places.setdefault(reason, f"line {line}")
            self.account.reasons[reason] += count

    def numbers(self, names: Sequence[str], read: Read) -> Numbers:
        """The columns `names` as numbers, read by one of the functions of `values`."""
        found = Numbers({}, {}, [])
        for name in names:
            column, several = self._texts(name)
            found.columns[name], is_odd, is_negative = read(column)
            is_odd = is_odd if several is None else is_odd | several
            if (unread := is_odd | is_negative).any():
                found.unread[name] = unread
                found.problems.append(said(is_odd, f"{name} is no number that fits, set to NULL"))
                found.problems.append(said(is_negative, f"{name} is negative, set to NULL"))
        return found

    def conventions(self, reading: Reading) -> tuple[pl.Series, pl.Series]:
        """Per request: is the cache inside the input, and the reasoning inside the output; NULL where nobody says."""
        return tuple(
            values.flags(self[name]).fill_null(pl.lit(getattr(reading, name), dtype=pl.Boolean))
            for name in ("cache_in_input", "reasoning_in_output")
        )

    def clean(self, name: str) -> pl.Series:
        """A column without secrets."""
        column = self[name]
        suspects = column.filter(column.str.contains(SUSPICION).fill_null(False)).unique().to_list()
        masked = {text: mask(text) for text in suspects}
        if not any(count for _, count in masked.values()):
            return column
        counts = column.replace_strict({text: count for text, (_, count) in masked.items()}, default=0)
        self.account.masked += counts.sum()
        return column.replace({text: clean for text, (clean, _) in masked.items()})

    def hashes(self, name: str, key: bytes) -> pl.Series:
        """Keyed hashes in place of names."""
        names = self[name].drop_nulls().unique().to_list()
        hashed = {one: keyed_hash(key, one) for one in names}
        return self[name].replace_strict(hashed, default=None, return_dtype=pl.String)

    def tags(self, reading: Reading) -> pl.Series:
        """Tags as maps, without the names of users; each distinct text is looked at once."""
        places: dict[str, int] = {}
        found: list[Tags] = []
        order = []
        for raw in self._raw.get("tags", (None,) * self.height):
            known = raw if type(raw) is str else repr(raw)
            if (place := places.get(known)) is None:
                place = places[known] = len(found)
                found.append(read_tags(raw, reading.tags, reading.hash_key))
            order.append(place)
        if any(one.masked_count for one in found):
            self.account.masked += sum(found[place].masked_count for place in order)
        maps = pl.Series([one.found for one in found], dtype=_TAGS).gather(order)
        if any(one.has_unread for one in found):
            unread = pl.Series([one.has_unread for one in found]).gather(order)
            self.count(said(unread, "a tag that is a list or an object, or beyond the 64th, left out"))
        return self._anonymous(maps, found, reading)

    def _anonymous(self, maps: pl.Series, found: Sequence[Tags], reading: Reading) -> pl.Series:
        """Tags in which the user of the request stands under another key: the hash takes the place of the name."""
        told = {text.lower() for one in found for pair in one.found.items() for text in pair}
        people = pl.DataFrame({"user": self["user"], "end_user": self["end_user"]})
        names = {name for column in people for name in column.drop_nulls().unique()}
        if not any(name.strip().lower() in told for name in names):
            return maps
        clean = [
            without_people(tags, row, reading.tags, reading.hash_key)
            for tags, row in zip(maps.to_list(), people.iter_rows(), strict=True)
        ]
        return pl.Series(clean, dtype=_TAGS)

    def keys(self, reading: Reading, requested_at: pl.Series) -> pl.Series:
        """What tells requests apart; without an id a digest over all that the log says of the request."""
        parts = [
            requested_at.to_physical().cast(pl.String) if name == "requested_at" else self.clean(name)
            for name in reading.key_fields
        ]
        keys = pl.select(pl.concat_str(parts, separator=" ")).to_series()
        nameless = self["id"].is_null()
        if not nameless.any():
            return keys
        self.count(said(nameless, "no id, told apart by all that the log says"))
        places = nameless.arg_true()
        digests = [_content_key(row) for row in self.rows(places)]
        return keys.scatter(places, pl.Series(digests, dtype=pl.String))

    def costs(self, amounts: dict[str, pl.Series], usual: str | None) -> dict[str, pl.Series]:
        """Amounts by name with hundredths made whole, `currency`, and `NAME_usd`: NULL where it is another currency."""
        written = self["currency"].str.to_uppercase()
        is_cents = written.is_in(_CENTS).fill_null(False)
        code = pl.when(is_cents).then(pl.lit("USD")).otherwise(written.fill_null(pl.lit(usual, dtype=pl.String)))
        currency = pl.select(code).to_series()
        other = (currency != "USD").fill_null(True)
        found = {"currency": currency}
        for name, amount in amounts.items():
            found[name] = _whole(amount, is_cents)
            found[f"{name}_usd"] = found[name].set(other, None)
        cost = found["cost"].is_not_null()
        self.count(
            said(cost & currency.is_null(), "a cost without a currency (set currency in retro.toml), not summed")
        )
        self.count(said(cost & other & currency.is_not_null(), "a cost in another currency than USD, not summed"))
        return found


def _content_key(row: dict[str, object]) -> str:
    told = json.dumps(row, sort_keys=True, default=str).encode("utf-8", "replace")
    return WITHOUT_ID + hashlib.sha256(told).hexdigest()[:32]


def said(where: pl.Series, sentence: str) -> pl.Series | None:
    """The sentence where it is true; None when it never is, as for most batches."""
    return pl.select(pl.when(where).then(pl.lit(sentence))).to_series() if where.any() else None


def joined(problems: Sequence[pl.Series | None], height: int) -> pl.Series:
    """The sentences of each row as one text; NULL where there are none."""
    given = [problem for problem in problems if problem is not None]
    if not given:
        return pl.repeat(None, height, dtype=pl.String, eager=True)
    return pl.select(pl.concat_str(given, separator="; ", ignore_nulls=True)).to_series().replace("", None)


def _whole(amount: pl.Series, is_cents: pl.Series) -> pl.Series:
    if not is_cents.any():
        return amount
    hundredths = pl.Series([None if one is None else one.scaleb(-2) for one in amount], dtype=amount.dtype)
    return pl.select(pl.when(is_cents).then(hundredths).otherwise(amount)).to_series()
