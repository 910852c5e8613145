"""Which views a text of SQL reads; told by its words, so that no database is needed."""

import re
from collections.abc import Mapping

_WORD = re.compile(r"[a-z][a-z0-9_]*")
_COMMENT = re.compile(r"--[^\n]*")


def reading(sql: str, views: Mapping[str, str]) -> set[str]:
    """Names of the `views` (SQL by name) that a text reads, also through other views."""
    found: set[str] = set()
    waiting = _named(sql) & views.keys()
    while waiting:
        found |= waiting
        waiting = set().union(*(_named(views[name]) for name in waiting)) & views.keys() - found
    return found


def _named(sql: str) -> set[str]:
    return set(_WORD.findall(_COMMENT.sub("", sql)))
