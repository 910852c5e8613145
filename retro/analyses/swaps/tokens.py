"""One identifier put in the place of another on a line, and what is the same identifier.

A word is a run of letters, digits, `_` and `-`, with dots inside; `/`, `:` and `@` join words to names such as
`openai/gpt-4o` or `module:function`. So `gpt-4o` stands in `openai/gpt-4o` and not in `gpt-4o-mini`.
"""

import re
from collections.abc import Sequence

_LETTER = rb"[A-Za-z0-9_\x80-\xff-]"
_WORD = rb"%s+(?:\.+%s+)*" % (_LETTER, _LETTER)
_PIECES = re.compile(_WORD + rb"|\s+|.", re.DOTALL)
_NAME = re.compile(rb"%s(?:(?::|/|@|::)%s)*" % (_WORD, _WORD))
_LONGEST = 200
_HAS_LETTER = re.compile(rb"[A-Za-z\x80-\xff]")
_NUMBER = re.compile(rb"[\d_.-]+")

# What stands beside an identifier where it is not the whole one.
BEFORE = r"(?<![\w-])(?<!\w\.)"
AFTER = r"(?![\w-])(?!\.\w)"
_WORD_LETTER = re.compile(r"[\w-]")


def substitution(old: bytes, new: bytes) -> tuple[bytes, bytes] | None:
    """The one name of a line and what the next version has in its place; None when more differs, or no name does."""
    before, after = _PIECES.findall(old), _PIECES.findall(new)
    start, shorter = 0, min(len(before), len(after))
    while start < shorter and before[start] == after[start]:
        start += 1
    end = 0
    while end < shorter - start and before[-1 - end] == after[-1 - end]:
        end += 1
    gone, come = before[start : len(before) - end], after[start : len(after) - end]
    return _names(b"".join(gone), b"".join(come)) or _repeated(gone, come)


def _names(old: bytes, new: bytes) -> tuple[bytes, bytes] | None:
    is_pair = _NAME.fullmatch(old) and _NAME.fullmatch(new) and max(len(old), len(new)) <= _LONGEST
    return (old, new) if is_pair else None


def _repeated(gone: Sequence[bytes], come: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The same substitution several times on a line."""
    if len(gone) != len(come) or len(gone) > 60:
        return None
    differing = {pair for pair in zip(gone, come, strict=True) if pair[0] != pair[1]}
    return _names(*differing.pop()) if len(differing) == 1 else None


def is_telling(token: bytes) -> bool:
    """Whether a token is long enough to be looked for: three characters or more, with a letter or with a dot."""
    return len(token) >= 3 and bool(_HAS_LETTER.search(token) or (b"." in token and _NUMBER.fullmatch(token)))


def exact_pattern(text: str) -> re.Pattern[str]:
    """Where `text` stands as a whole identifier; at an end that is no letter of a word nothing is asked of its neighbour."""
    before = BEFORE if _WORD_LETTER.match(text[:1]) else ""
    after = AFTER if _WORD_LETTER.match(text[-1:]) else ""
    return re.compile(before + re.escape(text) + after)
