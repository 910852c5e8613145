"""Files of a forge's answers -> records, one by one, with their place.

A file holds one JSON value, several one after another (what `gh api --paginate` writes), or one a line; with `.gz` at its
end it is compressed. A page may stand in an envelope that keeps its address, as Retro itself stores it:

    {"url": "https://api.github.com/repos/o/n/pulls/41/commits?page=1", "fetched_at": "2026-03-10T09:00:00Z", "body": [...]}

Of a file that was cut off, all that stands whole before the cut is read.
"""

import glob
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from retro.sources.forge.facts import Place
from retro.sources.forge.values import address

_ENDINGS = (".json", ".jsonl", ".ndjson")
_LARGEST_BYTES = 1 << 30
_BLANK = re.compile(r"[\s,]*")
# pulls/12/reviews.json, pulls-12-reviews.json, mr_3_commits.jsonl.gz, .../merge_requests/3/diffs?page=2
_PART = re.compile(
    r"(?:pulls?|prs?|issues|merge_requests|mrs?)[-_/](\d+)"
    r"(?:[-_/](reviews|comments|commits|files|timeline|notes|discussions|approvals|diffs|changes|closes_issues))?",
    re.IGNORECASE,
)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True)
class Trouble:
    """Something of a file that cannot be read: why, and where."""

    reason: str
    place: str


class _NotJson(ValueError):
    """A constant that JSON does not have."""


def dump_files(root: Path, pattern: str) -> list[Path]:
    """Files that the setting `path` means, sorted: a file, all dumps below a folder, or those that a glob matches."""
    path = root / Path(pattern).expanduser()
    if path.is_file():
        return [path]
    found = path.rglob("*") if path.is_dir() else map(Path, glob.glob(str(path), recursive=True))
    return sorted(each for each in found if each.is_file() and each.name.lower().removesuffix(".gz").endswith(_ENDINGS))


def records(path: Path, shown: str, order: int = 0) -> Iterator[tuple[dict, Place] | Trouble]:
    """Each record of a file, called `shown` in messages and the `order`-th that is read, and what of it cannot be read."""
    try:
        text, is_cut = _text(path)
    except (OSError, ValueError) as error:
        yield Trouble(f"files that cannot be read ({type(error).__name__})", shown)
        return
    if is_cut:
        yield Trouble("compressed files that are cut off", shown)
    by_name = _place_of_name(shown)
    for value, place in _values(text, shown):
        if isinstance(value, Trouble):
            yield value
        else:
            yield from _unfold(value, Place(place, None, by_name.number, by_name.part, order))


def _text(path: Path) -> tuple[str, bool]:
    """The whole text, and whether the compressed file breaks off. Raises OSError, ValueError (no UTF-8, too large)."""
    if path.stat().st_size > _LARGEST_BYTES:
        raise ValueError("too large")
    raw = path.read_bytes()
    if not path.name.lower().endswith(".gz"):
        return raw.decode("utf-8-sig"), False
    raw, is_cut = _unpacked(raw)
    return raw.decode("utf-8-sig", "replace" if is_cut else "strict"), is_cut


def _unpacked(raw: bytes) -> tuple[bytes, bool]:
    """All that can be unpacked, member by member: the gzip module gives nothing of what stands before a torn one."""
    parts, room = [], _LARGEST_BYTES
    while raw:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            parts.append(unpacker.decompress(raw, room + 1))
        except zlib.error:
            return b"".join(parts), True
        room -= len(parts[-1])
        if room < 0:
            raise ValueError("too large")
        if not unpacker.eof:
            return b"".join(parts), True
        raw = unpacker.unused_data.lstrip(b"\0")
    return b"".join(parts), False


def _place_of_name(shown: str) -> Place:
    found = _PART.search(shown)
    return Place(shown, None, int(found[1]), found[2].lower() if found[2] else None) if found else Place(shown)


def _unfold(value: object, place: Place) -> Iterator[tuple[dict, Place]]:
    """The records inside lists and envelopes."""
    if isinstance(value, list):
        for one in value:
            yield from _unfold(one, place)
    elif not isinstance(value, dict):
        yield {}, place
    elif "body" in value and isinstance(value.get("url"), str) and isinstance(value["body"], dict | list):
        slug, number = address(value["url"])
        part = _PART.search(value["url"].partition("?")[0])
        yield from _unfold(
            value["body"], Place(place.text, slug, number, part[2].lower() if part and part[2] else None)
        )
    else:
        yield value, place


def _values(text: str, shown: str) -> Iterator[tuple[object, str]]:
    """JSON values with their place; a Trouble for what is none."""
    try:
        yield _load(text), shown
        return
    except (ValueError, RecursionError):
        pass
    lines = text.splitlines()
    if len(lines) > 1 and _is_json(lines[0]):
        yield from _by_line(lines, shown)
    else:
        yield from _one_after_another(text, shown)


def _by_line(lines: Sequence[str], shown: str) -> Iterator[tuple[object, str]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _load(line), f"{shown}:{number}"
            except (ValueError, RecursionError):
                is_last = number == len(lines)
                reason = "lines that are cut off" if is_last else "lines that are not JSON"
                yield Trouble(reason, f"{shown}:{number}"), ""


def _one_after_another(text: str, shown: str) -> Iterator[tuple[object, str]]:
    """Values without anything between them; of one that breaks off the elements that are whole."""
    decoder, place = json.JSONDecoder(parse_constant=_refuse), _BLANK.match(text).end()
    while place < len(text):
        line = f"{shown}:{text.count(chr(10), 0, place) + 1}"
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            saved = _saved(text[place:])
            if saved is not None:
                yield saved, line
            yield Trouble("files that are cut off or not JSON", line), ""
            return
        yield value, line
        place = _BLANK.match(text, place).end()


def _saved(text: str) -> object | None:
    """What is whole of a value that breaks off: the elements, before the cut, of the outermost list that holds objects."""
    open_brackets: list[str] = []
    depth, end = None, None
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in "[{":
            if mark == "{" and open_brackets and open_brackets[-1] == "[" and depth is None:
                depth = len(open_brackets)
            open_brackets.append(mark)
        elif mark in "]}":
            if not open_brackets:
                return None
            open_brackets.pop()
            if depth is not None and len(open_brackets) < depth:
                depth, end = None, None  # that list is whole; a later one can break off
            elif depth == len(open_brackets):
                end = token.end(), tuple(open_brackets)
    if end is None:
        return None
    closing = "".join("]" if mark == "[" else "}" for mark in reversed(end[1]))
    try:
        return _load(text[: end[0]] + closing)
    except (ValueError, RecursionError):
        return None


def _load(text: str) -> object:
    return orjson.loads(text)


def _is_json(line: str) -> bool:
    try:
        _load(line)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(constant: str) -> None:
    raise _NotJson(constant)
