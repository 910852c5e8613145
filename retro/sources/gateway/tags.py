"""Tags of a request as a map, from whatever a log has: a header's text, a list of them, a JSON object, or such JSON as text.

`sprint=2, session_type=code_review` and `["sprint:2", "session_type:code_review"]` give the same two tags. A tag is split at
its first `=` or `:`; tags are parted by `,` and `;`, and by a blank where another key follows it. Keys are in lower case; of
two tags with one key the last holds. Secrets are masked, and a value is cut where it is longer than any tag: nobody keeps a
prompt here.
"""

import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from retro.masking import mask

LONGEST_VALUE = 256
_MOST_TAGS = 64
_PARTS = re.compile(r"[,;\n]|\s(?=[^\s=:,;]+[=:])")
_LOOSE = re.compile(r"\s*([=:])\s*")


def read_tags(raw: object, names: Mapping[str, str]) -> tuple[dict[str, str], int]:
    """Tags by key, and how many secrets were masked. `names` gives Retro's name for a key of the log."""
    found: dict[str, str] = {}
    for key, value in _pairs(raw):
        found[key.strip().lower()] = value.strip()
    found.pop("", None)
    for own, theirs in names.items():
        if theirs.lower() in found:
            found[own.lower()] = found.pop(theirs.lower())
    masked = 0
    clean: dict[str, str] = {}
    for key, value in list(found.items())[:_MOST_TAGS]:
        (key, of_key), (value, of_value) = mask(key[:LONGEST_VALUE]), mask(value)
        clean[key], masked = value[:LONGEST_VALUE], masked + of_key + of_value
    return clean, masked


def _pairs(raw: object) -> Iterator[tuple[str, str]]:
    if isinstance(raw, dict):
        for key, value in raw.items():
            if isinstance(value, bool | str):
                yield key, value if isinstance(value, str) else str(value).lower()
    elif isinstance(raw, list):
        for item in raw:
            yield from _pairs(item)
    elif isinstance(raw, str):
        yield from _text_pairs(raw.strip())


def _text_pairs(text: str) -> Iterator[tuple[str, str]]:
    if text[:1] in ("[", "{"):
        try:
            yield from _pairs(json.loads(text, parse_float=str, parse_int=str))
            return
        except (ValueError, RecursionError):
            pass
    if text[:11].lower() == "user-agent:":  # LiteLLM's own; what follows has commas and semicolons of its own
        yield "user-agent", text[11:]
        return
    if not re.search("[=:]", text):
        text = unquote(text)
    for part in _PARTS.split(_LOOSE.sub(r"\1", text)):
        key, value = (*re.split("[=:]", part, maxsplit=1), "")[:2]
        yield unquote(key), unquote(value)
