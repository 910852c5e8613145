"""Where an identifier stands in a tree: exact places and variants, each with its area and kind.

Exact: the text as a whole identifier, not a part of a longer one (`gpt-4o` stands in `openai/gpt-4o`, not in `gpt-4o-mini`). A
variant is a longer identifier around it, dated or with something before or after, and of a model that is named with its provider
the name alone, which price tables often hold.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from retro.analyses.swaps.residues import shortened
from retro.analyses.swaps.tokens import exact_pattern
from retro.git.grep import Line

EXACT = "exact"
KINDS_IN_ORDER = (
    "code", "configuration", "data", "build", "ci", "other", "test", "documentation", "asset", "generated", "vendored", "lock",
)  # fmt: skip
OWN_KINDS = frozenset({"code", "configuration", "data", "build", "ci", "other"})
_DATE = re.compile(r"[-@._]?(?:\d{8}|\d{4}-\d{2}-\d{2})")
_AROUND = re.compile(r"[\w.@-]*")
_LONGEST_VARIANT = 120


@dataclass(frozen=True)
class Place:
    """A line that holds an identifier; `form` is exact, dated, longer, or without provider, `found` the whole identifier."""

    literal: str
    path: str
    line: int
    area: str
    kind: str
    form: str
    found: str
    text: str


@dataclass(frozen=True)
class Wanted:
    """An identifier to look for, and, of a model with its provider, the name alone."""

    literal: str
    short: str | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """What to ask git for."""
        return (self.literal,) if self.short is None else (self.literal, self.short)


Judge = Callable[[str], tuple[str, str]]  # area and kind of a path


def places(lines: Iterable[Line], wanted: Sequence[Wanted], judge: Judge) -> list[Place]:
    """Places of identifiers: exact ones first, code and settings before tests and documents, then by path and line.

    A line counts once for an identifier, as exact where it is that once.
    """
    patterns = [(one, exact_pattern(one.literal), one.short and exact_pattern(one.short)) for one in wanted]
    kinds = {kind: place for place, kind in enumerate(KINDS_IN_ORDER)}
    found = []
    for line in lines:
        for one, exact, short in patterns:
            if told := _told(line.text, one, exact, short):
                found.append(Place(one.literal, line.path, line.number, *judge(line.path), *told, _text(line, told[1])))
    return sorted(found, key=lambda p: (p.literal, p.form != EXACT, kinds.get(p.kind, 99), p.area, p.path, p.line))


def _told(text: str, one: Wanted, exact: re.Pattern[str], short: re.Pattern[str] | None) -> tuple[str, str] | None:
    """Form and whole identifier of a line; None when it holds neither the text nor a variant."""
    if one.literal in text:
        if exact.search(text):
            return EXACT, one.literal
        variants = list(dict.fromkeys(_variants(text, one.literal)))
        return ("dated" if all(_is_dated(v, one.literal) for v in variants) else "longer"), ", ".join(variants[:3])
    if short is not None and short.search(text):
        return "without provider", str(one.short)
    return None


def _variants(text: str, literal: str) -> Iterator[str]:
    """The whole identifiers around each place of the text."""
    start = text.find(literal)
    while start >= 0:
        before = _AROUND.match(text[:start][::-1][:_LONGEST_VARIANT])
        after = _AROUND.match(text, start + len(literal), start + len(literal) + _LONGEST_VARIANT)
        whole = (before[0][::-1] if before else "") + literal + (after[0] if after else "")
        yield whole.strip(".") if len(literal) < _LONGEST_VARIANT else whole
        start = text.find(literal, start + len(literal))


def _is_dated(variant: str, literal: str) -> bool:
    return variant.startswith(literal) and bool(_DATE.fullmatch(variant[len(literal) :]))


def _text(line: Line, found: str) -> str:
    return shortened(line.text, found.partition(", ")[0])
