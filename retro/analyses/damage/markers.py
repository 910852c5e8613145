"""Conflict markers that were committed: the three lines as git writes them, in their order.

A text about merges can hold them too. In a language with a parser they count only where the text no longer parses: inside a
string they are data. Elsewhere they count at the start of a line outside a fenced block, unless their labels are those of an
edit format (`<<<<<<< SEARCH`).
"""

import re

_MARKERS = re.compile(
    rb"^<{7} (?P<ours>[^\r\n]+)\r?\n(?:(?!<{7} )[^\n]*\n)*?={7}\r?\n(?:(?!<{7} )[^\n]*\n)*?>{7} (?P<theirs>[^\r\n]+)",
    re.MULTILINE,
)
_EDIT_FORMAT = re.compile(rb"SEARCH|REPLACE|ORIGINAL|UPDATED?\b(?! upstream)|EDIT|\.{3}", re.IGNORECASE)
_STASHED = re.compile(rb"^(?:updated upstream|stashed changes)$", re.IGNORECASE)
_FENCE = re.compile(rb"^\s*(?:```|~~~)", re.MULTILINE)


def marker_line(content: bytes) -> int | None:
    """Line, from 1, of the first conflict that was left in a text; None without one."""
    if b"<<<<<<< " not in content:
        return None
    for match in _MARKERS.finditer(content):
        is_edit = any(
            _EDIT_FORMAT.search(match[side]) and not _STASHED.match(match[side]) for side in ("ours", "theirs")
        )
        before = content[: match.start()]
        if not is_edit and len(_FENCE.findall(before)) % 2 == 0:
            return before.count(b"\n") + 1
    return None
