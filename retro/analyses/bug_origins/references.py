"""What the message of a bug fix says of its origin, as `(method, name)`: a commit id or the number of a pull request.

    This reverts commit 0f0d1e29...            revert
    Fixes: 0f0d1e29a3b4 ("Add the cache")      named
    a regression from #1234                    named pull request

A name counts when it is the only one of its method; whether it is an ancestor is looked at elsewhere.
"""

import re
from typing import NamedTuple

_SHA = r"[`\"'(\[]*\b([0-9a-f]{7,64})\b"
_COMMIT = rf"(?:the )?(?:commit |revision |rev )?{_SHA}"
_FAULT = r"bug|breakage|regression|problem|issue|error|crash|leak|failure|mistake|oversight|fault"
_BROUGHT = r"introduced|caused|broken|broke|regressed"
_WHERE = r"by|in|from|since|with|after|at|as of"
_PULL = r"(?:the )?(?:(?:PR|pull request|MR|merge request) ?)?[#!](\d{1,9})\b"
_LINK = re.compile(r"https?://\S*/commit/")
_MESSAGE_CHARACTERS = 8000


class Reference(NamedTuple):
    """How a message names the origin, and the name."""

    method: str
    name: str


_PATTERNS = tuple(
    (method, re.compile(pattern.replace(" ", r"\s"), re.IGNORECASE | re.MULTILINE))  # a message is wrapped anywhere
    for method, pattern in (
        ("revert", rf"\bThis reverts commit {_SHA}"),
        ("named", rf"^Fixes: (?:commit )?{_SHA}"),
        ("named", rf"\b(?:{_FAULT})s? (?:was |were |is )?(?:(?:{_BROUGHT}) )?(?:{_WHERE}) {_COMMIT}"),
        ("named", rf"\b(?:{_BROUGHT}) (?:this |it |tests? )?(?:{_WHERE}) {_COMMIT}"),
        ("named", rf"{_SHA}[)`]* (?:\([^()\n]{{0,200}}\) )?(?:introduced|broke|caused|regressed)\b"),
        ("named pull request", rf"\b(?:{_FAULT})s? (?:was |were |is )?(?:(?:{_BROUGHT}) )?(?:{_WHERE}) {_PULL}"),
        ("named pull request", rf"\b(?:{_BROUGHT}) (?:this |it |tests? )?(?:{_WHERE}) {_PULL}"),
    )
)


def references(message: str) -> list[Reference]:
    """References of a message, the most trusted first, at most one of each method."""
    text = _LINK.sub("commit ", message[:_MESSAGE_CHARACTERS])
    named: dict[str, list[str]] = {}
    for method, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            named.setdefault(method, []).extend(name for name in match.groups() if _is_name(method, name))
    return [Reference(method, names[0]) for method, names in named.items() if _are_one(names)]


def _is_name(method: str, name: str) -> bool:
    """A word such as `defaced` can look like an id: one of few characters must hold a digit and a letter."""
    if method == "named pull request" or len(name) >= 40:
        return True
    return any(character.isdigit() for character in name) and any(character in "abcdef" for character in name.lower())


def _are_one(names: list[str]) -> bool:
    """Whether all names are one id, be it shortened."""
    longest = max(names, key=len, default="")
    return bool(longest) and all(longest.startswith(name) for name in names)
