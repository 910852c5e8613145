"""What a swap left behind: where the old identifier still stands in the tree right after the change, file by file.

Generated, vendored and lock files follow by themselves, and a change log rightly tells of the old name; both are left out. Of a
model the name without its provider is looked for as well, since price tables often hold it so; a price, limit or catalog file is
told by words of its path and by a number beside the name.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from retro.analyses.path_kinds import NOT_WRITTEN
from retro.analyses.swaps.classes import MODEL
from retro.analyses.swaps.models import Models
from retro.analyses.swaps.tokens import exact_pattern
from retro.git.grep import Line, find_lines
from retro.git.process import run
from retro.git.room import Room
from retro.masking import mask

EXACT, SHORT = "exact", "without provider"
_LONGEST_TEXT = 160
_PRICE_PATH = re.compile(
    r"(?:^|[/_.-])(?:pric\w*|costs?|costing|billing|bills?|rates?|tariffs?|limits?|quotas?|budgets?|catalogu?e?s?|"
    r"model[_-]?(?:info|list|map|table|registry|cards?|settings|metadata)|context[_-]?windows?)(?=[/_.-]|$)",
    re.IGNORECASE,
)
_HISTORY = re.compile(
    r"(?:^|/)(?:changelog|changes|history|news|releases?|release[-_]?notes|upgrading|migrat\w*)(?:[-_.][^/]*)?(?:/|$)|"
    r"(?:^|/)(?:changelog\.d|newsfragments|\.changeset)/",
    re.IGNORECASE,
)
_PRICE_KINDS = frozenset({"code", "configuration", "data", "other", "build"})
_NUMBER = re.compile(r"(?<![\w.-])\d[\d_,]*(?:\.\d+)?(?:e-?\d+)?(?![\w-])", re.IGNORECASE)
_LINES_BESIDE = 4

KindOf = Callable[[str], str]


@dataclass(frozen=True)
class Swap:
    """A swap of a change: its tokens, its class, and the commit after which the tree is searched."""

    change_key: str
    old_token: str
    new_token: str
    swap_class: str
    commit_sha: str


@dataclass(frozen=True)
class Leftover:
    """A file that still names the old identifier."""

    path: str
    line: int
    place_count: int
    text: str
    form: str
    is_price_file: bool
    has_new: bool


@dataclass(frozen=True)
class Census:
    """Where the old identifier of a swap still stands, by path, and contents that could not be read."""

    swap: Swap
    leftovers: list[Leftover] = field(default_factory=list)
    unread_count: int = 0


def left_behind(room: Room, swaps: Sequence[Swap], models: Models, kind_of: KindOf) -> list[Census]:
    """What swaps of one commit left in its tree; `kind_of` tells the kind of a path. Raises GitError."""
    texts = {text for swap in swaps for text in (*_old_forms(swap, models), *_new_forms(swap, models))}
    found = find_lines(room.path, swaps[0].commit_sha, sorted(texts))
    by_path: dict[str, list[Line]] = {}
    for line in found.lines:
        if kind_of(line.path) not in NOT_WRITTEN and not _HISTORY.search(line.path):
            by_path.setdefault(line.path, []).append(line)
    return [Census(swap, list(_leftovers(room, swap, by_path, models, kind_of)), found.unread_count) for swap in swaps]


def _leftovers(room: Room, swap: Swap, by_path: Mapping[str, list[Line]], models: Models, kind_of: KindOf):
    patterns = {form: exact_pattern(form) for form in _old_forms(swap, models)}
    new_patterns = [exact_pattern(form) for form in _new_forms(swap, models)]
    for path, lines in by_path.items():
        hits = [(line, form) for line in lines if (form := _form(line.text, patterns))]
        if not hits:
            continue
        first, form = hits[0]
        yield Leftover(
            path,
            first.number,
            len(hits),
            shortened(first.text, swap.old_token),
            EXACT if form == swap.old_token else SHORT,
            swap.swap_class == MODEL
            and is_price_file(room, swap.commit_sha, path, [h.number for h, _ in hits], kind_of),
            any(pattern.search(line.text) for line in lines for pattern in new_patterns),
        )


def still_there(
    room: Room, revision: str, asked: Sequence[tuple[Swap, tuple[str, ...], bool]], models: Models
) -> list[bool]:
    """Whether files still name the old identifier at `revision`: of each its swap, its paths, and whether it is a price file.

    Raises GitError.
    """
    texts = {text for swap, _, _ in asked for text in (*_old_forms(swap, models), *_new_forms(swap, models))}
    paths = {path for _, names, _ in asked for path in names}
    by_path: dict[str, list[str]] = {}
    for line in find_lines(room.path, revision, sorted(texts), sorted(paths)).lines if asked else ():
        by_path.setdefault(line.path, []).append(line.text)
    return [
        any(names_old("\n".join(by_path.get(path, ())), swap, models, is_price) for path in names)
        for swap, names, is_price in asked
    ]


def names_old(text: str, swap: Swap, models: Models, is_price_file: bool) -> bool:
    """Whether a text names the old identifier; a price file's counts no more once it names the new one as well."""
    if is_price_file and any(exact_pattern(form).search(text) for form in _new_forms(swap, models)):
        return False
    return any(exact_pattern(form).search(text) for form in _old_forms(swap, models))


def is_price_file(room: Room, revision: str, path: str, numbers: Sequence[int], kind_of: KindOf) -> bool:
    """Whether a path speaks of prices, limits or catalogs, and a number stands beside one of these lines."""
    if not _PRICE_PATH.search(path) or kind_of(path) not in _PRICE_KINDS:
        return False
    lines = run(room.path, "cat-file", "blob", f"{revision}:{path}").decode("utf-8", "replace").split("\n")
    beside = (
        lines[place] for number in numbers for place in range(number - 1, min(number + _LINES_BESIDE, len(lines)))
    )
    return any(_NUMBER.search(line) for line in beside)


def shortened(text: str, around: str) -> str:
    """A line as it may be shown: secrets masked, the part about an identifier when it is long."""
    masked = mask(text)[0].strip()
    if len(masked) <= _LONGEST_TEXT:
        return masked
    start = max(0, masked.find(around) - _LONGEST_TEXT // 2)
    return f"{'...' if start else ''}{masked[start : start + _LONGEST_TEXT - 6]}..."


def _form(text: str, patterns: Mapping[str, re.Pattern[str]]) -> str | None:
    return next((form for form, pattern in patterns.items() if pattern.search(text)), None)


def _old_forms(swap: Swap, models: Models) -> tuple[str, ...]:
    return models.forms(swap.old_token) if swap.swap_class == MODEL else (swap.old_token,)


def _new_forms(swap: Swap, models: Models) -> tuple[str, ...]:
    return models.loose_forms(swap.new_token) if swap.swap_class == MODEL else (swap.new_token,)
