"""Single values of a forge's answers: times, counts, texts, ids and addresses, each checked, never guessed."""

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import unquote, urlsplit

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_YEARS = range(2000, 2101)
_MOST = 2**63
# PullRequestReview277027723 behind 017:, as ids were until 2021
_OLD_ID = re.compile(rb"\d+:[A-Za-z]+?(\d+)")
_NEW_ID = re.compile(r"[A-Za-z]+_([A-Za-z0-9_-]+=*)")
# .../owner/name/pull/12, api/repos/owner/name/pulls/12/reviews, group/project/-/merge_requests/3
_GITHUB = re.compile(r"/(?:repos/)?([^/\s]+/[^/\s]+)/(?:pulls?|issues)(?:/(\d+))?(?:[/?#]|$)")
_GITLAB = re.compile(r"(?:/projects/([^/\s]+)|/([^\s]+?)/-)/(?:merge_requests|issues)(?:/(\d+))?(?:[/.?#]|$)")


def micros(text: object) -> int | None:
    """A time as microseconds since 1970, UTC; None for what is no time with a zone from 2000 to 2100."""
    return _micros(text) if isinstance(text, str) else None


@lru_cache(65_536)
def _micros(text: str) -> int | None:
    try:
        at = datetime.fromisoformat(text.removesuffix(" UTC") + "+00:00" if text.endswith(" UTC") else text)
        if at.tzinfo is None or at.year not in _YEARS:
            return None
        return (at - _EPOCH) // _MICROSECOND
    except (ValueError, OverflowError):
        return None


def count(value: object) -> int | None:
    """A whole number from 0 that fits into 64 bits; None for anything else, text and true included."""
    return value if type(value) is int and 0 <= value < _MOST else None


def text_of(value: object) -> str | None:
    """Text that is not blank, without characters that no database takes; None for anything else."""
    if not isinstance(value, str) or not value.strip():
        return None
    return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def sha(value: object) -> str | None:
    """A commit's full id in lower case; None for anything else, a null id of all zeros too."""
    if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", value) and value.strip("0"):
        return value
    return None


def table(value: object) -> dict:
    """A JSON object; an empty one for anything else, so that absent and null read alike."""
    return value if isinstance(value, dict) else {}


def nodes(value: object) -> Iterator[dict]:
    """The objects of a list, or of a GraphQL connection's `nodes` or `edges`."""
    if isinstance(value, dict):
        edges = value.get("edges")
        value = [table(edge).get("node") for edge in edges] if isinstance(edges, list) else value.get("nodes")
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict):
            yield one


def own_id(record: dict, *keys: str) -> str | None:
    """The number of a thing on its forge as text: from `keys`, else out of its opaque id; else that id itself."""
    for key in (*keys, "databaseId", "fullDatabaseId", "id", "node_id"):
        value = record.get(key)
        if type(value) is int or (isinstance(value, str) and value.isdecimal()):
            return str(value)
    opaque = record.get("id") or record.get("node_id")
    return (number_inside(opaque) or text_of(opaque)) if isinstance(opaque, str) else None


@lru_cache(65_536)
def number_inside(opaque: str) -> str | None:
    """The number that GitHub packs into an opaque id such as PRR_kwDOAB...; None when there is none.

    Ids of before 2021 are `017:PullRequestReview277027723`, later ones a MessagePack array of whole numbers, the thing's
    own last. So the answers of GraphQL and `gh`, which tell no number, meet those of REST.
    """
    found = _NEW_ID.fullmatch(opaque)
    body = found[1] if found else opaque
    try:
        raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        return None
    old = _OLD_ID.fullmatch(raw)
    if old:
        return old[1].decode()
    return _last_packed(raw) if found else None


def _last_packed(raw: bytes) -> str | None:
    """The last number of a MessagePack array of whole numbers."""
    place, last = 1, None
    if not raw or raw[0] & 0xF0 != 0x90:
        return None
    while place < len(raw):
        code, place = raw[place], place + 1
        if code < 0x80:
            last = code
            continue
        width = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}.get(code)
        if width is None or place + width > len(raw):
            return None
        last, place = int.from_bytes(raw[place : place + width], "big"), place + width
    return None if last is None else str(last)


def address(url: object) -> tuple[str | None, int | None]:
    """Repository (owner/name in lower case) and number that an address of a pull request or issue names."""
    return _address(url) if isinstance(url, str) else (None, None)


@lru_cache(65_536)
def _address(url: str) -> tuple[str | None, int | None]:
    path = url.partition("#")[0]
    if "://" in path:
        try:
            path = urlsplit(path).path
        except ValueError:
            return None, None
    if found := _GITLAB.search(path):
        return unquote(found[1] or found[2]).lower(), int(found[3]) if found[3] else None
    found = _GITHUB.search(path)
    return (found[1].lower(), int(found[2]) if found[2] else None) if found else (None, None)


def repository_of(url: str | None) -> str | None:
    """owner/name in lower case of a clone's remote, `https://host/owner/name.git` or `git@host:owner/name`; else None."""
    if not url:
        return None
    path = re.sub(r"^(?:[a-z+]+://)?[^/:]*(?::\d+(?=/))?[:/]", "", url, flags=re.IGNORECASE) if ":" in url else ""
    path = path.strip("/").removesuffix(".git").lower()
    return path if re.fullmatch(r"[^/\s]+(?:/[^/\s]+)+", path) else None
