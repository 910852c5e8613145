"""What kind of swap it is, by what was swapped alone."""

import re

from retro.analyses.swaps.models import Models, is_marked

MODEL, BUMP, RENAME, OTHER = CLASSES = ("model", "dependency bump", "rename", "other")

# A version, with words that say what it is of: 1.2, v4, ^18.2.0-rc1, 0.17-nikolaik, python3.12, ubuntu-24.04.
_VERSION = re.compile(
    r"(?:[a-z][a-z_-]*[-_:@]?)?[v^~]?\d+(?:\.(?:\d+|x))*(?:[-.+_]?(?:a|b|rc|alpha|beta|dev|post|pre|snapshot|next|canary)[-.]?\d*"
    r"(?:\.\d+)*)?(?:[-+]\w[\w.-]*)?",
    re.IGNORECASE,
)
_BARE = re.compile(r"[v^~]?\d+(?:\.\d+)*", re.IGNORECASE)
_DIGEST = re.compile(r"(?:sha\d+[-:])?[0-9a-f]{7,64}", re.IGNORECASE)
_NAME = re.compile(r"-{0,2}[^\W\d][\w-]*(?:(?:\.|::|/|:)[\w-]+)*")
_PLAIN = frozenset(
    "and any auto bool bytes char class const continue def default dict double elif else enum except export false final float "
    "for from function global if import int integer let list long none not null number object one or pass private protected "
    "public raise return self set short static str string struct super switch this three throw true try tuple two type "
    "undefined unknown var void while with yield".split()
)


def swap_class(old: str, new: str, models: Models) -> tuple[str, str]:
    """Class of a swap, one of CLASSES, and what decided it."""
    is_known = models.is_model(old), models.is_model(new)
    if any(is_known) and is_marked(old) and is_marked(new):
        return (
            MODEL,
            f"the price data knows {'both' if all(is_known) else 'the old one' if is_known[0] else 'the new one'}",
        )
    if _are_versions(old, new):
        return BUMP, "both are versions"
    if _DIGEST.fullmatch(old) and _DIGEST.fullmatch(new) and any(map(str.isdigit, old)) and any(map(str.isdigit, new)):
        return BUMP, "both are digests"
    if {old.casefold(), new.casefold()} & _PLAIN:
        return OTHER, "a word of many languages"
    if _NAME.fullmatch(old) and _NAME.fullmatch(new):
        return RENAME, "both are names"
    return OTHER, "neither versions nor names"


def group_key(old: str, new: str) -> str:
    """What differs once equal words at both ends are left aside: `a_test` to `b_test` and `A` to `B` are one rename."""
    before, after = _words(old), _words(new)
    while len(before) > 1 and len(after) > 1 and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while len(before) > 1 and len(after) > 1 and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return f"{' '.join(before)} > {' '.join(after)}"


def _are_versions(old: str, new: str) -> bool:
    if not (_VERSION.fullmatch(old) and _VERSION.fullmatch(new)):
        return False
    if _BARE.fullmatch(old) and _BARE.fullmatch(new):
        return True
    # With a word: the word is the same, or there is more than one number (python3.12, v1.0-rc1).
    same_word = re.sub(r"[\d.]+", "", old) == re.sub(r"[\d.]+", "", new)
    return same_word or ("." in old and "." in new)


def _words(token: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", token)
    return [word.casefold() for word in re.split(r"[\W_]+", spaced) if word] or [token]
