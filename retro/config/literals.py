"""Values and keys as TOML writes them, for messages and for the file of `retro init`; names that were meant."""

import json
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time
from difflib import get_close_matches

Path = tuple[str | int, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_HIDDEN_CATEGORIES = ("Cc", "Cf", "Zl", "Zp", "Co", "Cn")
_LONGEST_SHOWN = 80
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*@")


def toml_text(text: str) -> str:
    """A basic TOML string; control, direction and other invisible characters are escaped, lone surrogates are `?`."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return '"' + "".join(map(_escaped, whole)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\\n\t\r':
        return json.dumps(character)[1:-1]
    if unicodedata.category(character) in _HIDDEN_CATEGORIES:
        return f"\\U{ord(character):08X}" if ord(character) > 0xFFFF else f"\\u{ord(character):04X}"
    return character


def toml_key(key: str) -> str:
    """A key of TOML, in quotes where it needs them."""
    return key if _BARE_KEY.fullmatch(key) else toml_text(key)


def shown_value(value: object) -> str:
    """A value of `tomllib` as the file has it, on one line and shortened.

    What a table or a list holds is left out; so are user and password in an address.
    """
    if isinstance(value, dict):
        return "{ ... }" if value else "{}"
    if isinstance(value, list):
        return "[ ... ]" if value else "[]"
    text = _scalar(value)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "..."


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return toml_text(_CREDENTIALS.sub("", value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    # Python refuses to write more than 4,300 decimal digits, and TOML can hold more in hexadecimal.
    return hex(value) if isinstance(value, int) and value.bit_length() > 64 else str(value)


def dotted_key(path: Path) -> str:
    """`("repos", 1, "name")` as `repos[1].name`; places in a list count from 0."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{toml_key(part)}"
    return text.removeprefix(".")


def closest(word: str, names: Iterable[str]) -> str:
    """`; did you mean NAME?` with the name that is spelled most like the word, or nothing when none is close."""
    by_lower = {name.casefold(): name for name in names}
    found = get_close_matches(word.casefold(), by_lower, n=1)
    return f"; did you mean {toml_key(by_lower[found[0]])}?" if found else ""
