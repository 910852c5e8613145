"""Tags of a request as a map, from whatever a log has: a header's text, a list of them, a JSON object, or such JSON as text.

`sprint=2, session_type=code_review` and `["sprint:2", "session_type:code_review"]` give the same two tags. A tag is split at
its first `=` or `:`; tags are parted by `,` and `;`, by a blank where another key follows it, and by `&` where all are written
as in an address. Keys are in lower case; of two tags with one key the last holds. Secrets are masked, and a value is cut where
it is longer than any tag: nobody keeps a prompt here. Who asked is a keyed hash, as in the columns for it: the value under a key
that names a user, and the row's own user wherever it stands, but not under a key that retro.toml asks for or Retro itself reads.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from retro.keyed_hashes import keyed_hash
from retro.masking import mask

LONGEST_VALUE = 256
_MOST_TAGS = 64
_PARTS = re.compile(r"[,;\n]|\s(?=[^\s=:,;]+[=:])")
_QUERY = re.compile(r"[^\s=:,;&?]+=[^,;&?]*(?:&[^\s=:,;&?]+=[^,;&?]*)+")
_LOOSE = re.compile(r"\s*([=:])\s*")
_PERSON = re.compile(
    r"(?:^|[\W_])(?:(?:end[\W_]?)?users?(?:[\W_]*(?:account|full|pseudo|display))?[\W_]*(?:id|uuid|name|e[\W_]?mail|mail|login)?"
    r"|e[\W_]?mail(?:[\W_]*address)?|login)$"
)
_NO_NAME = ("", "true", "false")
_READ_BY_RETRO = frozenset(("sprint", "session_type", "feature", "branch"))


class Tags(NamedTuple):
    """Tags by key, how many secrets were masked, and whether something that is no tag was left out."""

    found: dict[str, str]
    masked_count: int
    has_unread: bool


def read_tags(raw: object, names: Mapping[str, str], hash_key: bytes) -> Tags:
    """The tags that a log has in any form. `names` gives Retro's name for a key of the log."""
    found: dict[str, str] = {}
    unread: list[object] = []
    for key, value in _pairs(raw, unread):
        found[key.strip().lower()] = value.strip()
    found.pop("", None)
    for key in found.keys() - {theirs.lower() for theirs in names.values()}:
        if found[key] not in _NO_NAME and _PERSON.search(key):
            found[key] = keyed_hash(hash_key, found[key])
    for own, theirs in names.items():
        if theirs.lower() in found:
            found[own.lower()] = found.pop(theirs.lower())
    masked = 0
    clean: dict[str, str] = {}
    for key, value in list(found.items())[:_MOST_TAGS]:
        (key, of_key), (value, of_value) = mask(key[:LONGEST_VALUE]), mask(value)
        clean[key], masked = value[:LONGEST_VALUE], masked + of_key + of_value
    return Tags(clean, masked, bool(unread) or len(found) > _MOST_TAGS)


def without_people(
    tags: Mapping[str, str], people: Iterable[str | None], names: Mapping[str, str], hash_key: bytes
) -> dict[str, str]:
    """The same tags with keyed hashes in place of these people; under a key of `names`, or one that Retro reads, all stays."""
    hashes = {one.strip().lower(): keyed_hash(hash_key, one) for one in people if one}
    kept = _READ_BY_RETRO | {own.lower() for own in names}
    return {
        key if key in kept else hashes.get(key, key): value if key in kept else hashes.get(value.lower(), value)
        for key, value in tags.items()
    }


def _pairs(raw: object, unread: list[object]) -> Iterator[tuple[str, str]]:
    """Keys and values; what can be no value goes to `unread`."""
    if isinstance(raw, dict):
        for key, value in raw.items():
            if isinstance(value, bool | str):
                yield key, value if isinstance(value, str) else str(value).lower()
            elif value is not None:
                unread.append(value)
    elif isinstance(raw, list):
        for item in raw:
            yield from _pairs(item, unread)
    elif isinstance(raw, str):
        yield from _text_pairs(raw.strip(), unread)


def _text_pairs(text: str, unread: list[object]) -> Iterator[tuple[str, str]]:
    if text[:1] in ("[", "{"):
        try:
            yield from _pairs(json.loads(text, parse_float=str, parse_int=str), unread)
            return
        except (ValueError, RecursionError):
            pass
    if text[:11].lower() == "user-agent:":  # LiteLLM's own; what follows has commas and semicolons of its own
        yield "user-agent", text[11:]
        return
    if not re.search("[=:]", text):
        text = unquote(text)
    parts = text.split("&") if _QUERY.fullmatch(text) else _PARTS.split(_LOOSE.sub(r"\1", text))
    for part in parts:
        key, value = (*re.split("[=:]", part, maxsplit=1), "")[:2]
        yield unquote(key), unquote(value)
