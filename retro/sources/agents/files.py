"""Transcript files: which there are, and their lines as bytes, however they were written.

A line longer than 64 MB, an unreadable file and the like never end a run: the file's `Tally` says what was left out.
"""

import gzip
import hashlib
import io
import json
import stat
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import orjson

from retro.sources.accounts import Account

if TYPE_CHECKING:
    from retro.sources.agents.beginnings import Alike

LONGEST_LINE = 64 << 20
OVERLONG = b"\0longer than a line may be\0"
_WHOLE_BYTES = 64 << 20  # files up to this size are read at once, larger ones line by line
_CHUNK_BYTES = 1 << 20
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DECODER = json.JSONDecoder()
_LINE_BREAK = 10
_UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class TranscriptFile:
    """A file that may be a transcript; `name` is what the warehouse calls it."""

    path: Path
    name: str
    size: int
    modified_ns: int


@dataclass
class Tally:
    """What was read of one file; `account` counts lines.

    `alike` are the files that begin like this one, None when there are none or their lines cannot be compared.
    """

    file: TranscriptFile
    account: Account = field(default_factory=Account)
    digest: str | None = None
    family: set[bytes] = field(default_factory=set)
    session_ids: set[str] = field(default_factory=set)
    is_damaged: bool = False
    alike: "Alike | None" = None

    def skip(self, reason: str, line: int) -> None:
        """Counts a line that is left out."""
        self.account.miss(reason, f"line {line:,}")
        self.account.loaded -= 1

    def lose(self, reason: str, line: int) -> None:
        """Counts a line that holds something which should be there: the transcript is not whole."""
        self.skip(reason, line)
        self.is_damaged = True


def find_files(folder: Path, patterns: Sequence[str], root: Path) -> list[TranscriptFile]:
    """Files below `folder` (or the file itself) that match one of the patterns, the oldest change first.

    A link that leads nowhere is one too, with its own size and time: reading it tells why nothing comes of it.
    """
    paths = [folder] if folder.is_file() else {path for pattern in patterns for path in folder.glob(pattern)}
    found = []
    for path in paths:
        try:
            status = path.stat() if path.exists() else path.lstat()
        except OSError:
            continue
        if stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode):
            found.append(TranscriptFile(path, stored_name(path, root), status.st_size, status.st_mtime_ns))
    return sorted(found, key=lambda file: (file.modified_ns, file.name))


def stored_name(path: Path, root: Path) -> str:
    """The path from the folder `root` where it lies inside, else with `~` for the home directory."""
    for base, prefix in ((root, ""), (Path.home(), "~/")):
        if path.is_relative_to(base):
            return prefix + path.relative_to(base).as_posix()
    return path.as_posix()


def read_lines(tally: Tally) -> Iterable[bytes]:
    """The lines of the file, of any length up to the limit (a longer one comes as OVERLONG), and its digest into the tally."""
    content = _whole(tally)
    if content is None:
        return _streamed(tally)
    tally.digest = hashlib.sha256(content).hexdigest()
    return list(_split(content))


def new_lines(tally: Tally) -> tuple[memoryview, Iterator[tuple[int, bytes]]]:
    """The beginning of the file that another had which was read before, and the lines behind it with their number.

    All lines count as read.
    """
    content = _whole(tally)
    if content is None:
        tally.alike = None
        return memoryview(b""), counted_lines(_streamed(tally), tally)
    end = _digested(content, tally)
    if not end:
        return memoryview(b""), counted_lines(_split(content), tally)
    behind = end if content[end - 1] == _LINE_BREAK else end + 1
    return memoryview(content)[:end], counted_lines(_pieces(content, behind), tally, _line_count(content, end))


def _digested(content: bytes, tally: Tally) -> int:
    """Puts the digest into the tally; the size of the beginning that another file has too."""
    if tally.alike is None or content.startswith(_UTF16):
        tally.alike, tally.digest = None, hashlib.sha256(content).hexdigest()
        return 0
    tally.digest, end = tally.alike.digest(content)
    return end


def _line_count(content: bytes, end: int) -> int:
    """Lines in the first `end` bytes. Looking for each takes a third of the time of counting them at once."""
    count = place = 0
    while place := content.find(b"\n", place, end) + 1:
        count += 1
    return count + (content[end - 1] != _LINE_BREAK)


def _split(content: bytes) -> Iterator[bytes]:
    if content.startswith(_UTF16):
        content = content.decode("utf-16", "replace").encode("utf-8", "replace")
    return _pieces(content, len(_UTF8_MARK) if content.startswith(_UTF8_MARK) else 0)


def _pieces(content: bytes, start: int) -> Iterator[bytes]:
    """The lines behind `start`, each cut out when it is its turn: a line that is at work stays in the processor's cache."""
    end = content.find(b"\n", start)
    while end >= 0:
        yield content[start:end]
        start = end + 1
        end = content.find(b"\n", start)
    if start < len(content):
        yield content[start:]


def _whole(tally: Tally) -> bytes | None:
    """The content of a file of ordinary size, read at once; None for another, and for one that cannot be read."""
    path, size = tally.file.path, tally.file.size
    if size > _WHOLE_BYTES or path.suffix == ".gz":
        return None
    try:
        with open(path, "rb") as file:
            content = file.read(size + 1)  # not the most it may be: asking for that costs a page fault every 4 KB
            if len(content) > size:
                content += file.read(_WHOLE_BYTES - size)
    except OSError:
        return None
    if len(content) > _WHOLE_BYTES:
        return None
    return content


def numbered_lines(tally: Tally) -> Iterator[tuple[int, bytes]]:
    """The lines of the file with their number, from 1; each counts as read."""
    return counted_lines(read_lines(tally), tally)


def counted_lines(lines: Iterable[bytes], tally: Tally, before: int = 0) -> Iterator[tuple[int, bytes]]:
    """The lines with their number, from 1 or behind those `before` them; each counts as read."""
    number = before
    for number, line in enumerate(lines, before + 1):
        yield number, line
    tally.account.read += number
    tally.account.loaded += number


def _streamed(tally: Tally) -> Iterator[bytes]:
    """Lines of a large or compressed file, one at a time."""
    path = tally.file.path
    try:
        with open(path, "rb") as file:
            tally.digest = hashlib.file_digest(file, "sha256").hexdigest()
        with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as stream:
            yield from _bounded_lines(stream)
    except (OSError, EOFError, zlib.error) as error:
        yield from _unreadable(tally, error)


def _bounded_lines(stream: BinaryIO | gzip.GzipFile) -> Iterator[bytes]:
    reader = io.BufferedReader(stream, _CHUNK_BYTES) if isinstance(stream, gzip.GzipFile) else stream
    line = reader.readline(LONGEST_LINE + 1)
    if line.startswith(_UTF16):
        raise OSError(0, "UTF-16 of more than 64 MB or compressed; write it as UTF-8")
    line = line.removeprefix(_UTF8_MARK)
    while line:
        if len(line) > LONGEST_LINE:
            while line and not line.endswith(b"\n"):
                line = reader.readline(_CHUNK_BYTES)
            yield OVERLONG
        else:
            yield line.removesuffix(b"\n")
        line = reader.readline(LONGEST_LINE + 1)


def _unreadable(tally: Tally, error: Exception) -> list[bytes]:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    tally.account.miss(f"cannot be read to its end ({reason})", "the file itself")
    tally.is_damaged = True
    return []


def salvage(raw: bytes, lines: Iterator[tuple[int, bytes]], tally: Tally, number: int) -> list[dict]:
    """Records of a line that is no JSON by itself: an object written over several lines, up to the line that closes it.

    `lines` goes on behind the last line that was used. What cannot be used is counted.
    """
    text = raw.strip()
    if text in (b"{", b"["):
        return _spread(text, lines, tally, number)
    if b"}{" in text and (joined := _joined(text)):
        return joined
    tally.lose(_fault(raw, text), number)
    return []


def _spread(opening: bytes, lines: Iterator[tuple[int, bytes]], tally: Tally, number: int) -> list[dict]:
    closing = b"}" if opening == b"{" else b"]"
    parts, size, ended = [opening], 1, False
    for _, raw in lines:
        parts.append(raw)
        size += len(raw)
        ended = raw.rstrip(b"\r, \t") == closing
        if ended or size > LONGEST_LINE:
            break
    try:
        parts[-1] = parts[-1].rstrip(b"\r, \t")
        found = orjson.loads(b"\n".join(parts)) if ended else None
    except ValueError:
        found = None
    if found is None:
        tally.lose("not JSON", number)
        return []
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]


def _joined(text: bytes) -> list[dict]:
    """The objects of a line that lacks the line break between them; none when it is anything else."""
    records, place, line = [], 0, text.decode("utf-8", "replace")
    while place < len(line):
        try:
            record, place = _DECODER.raw_decode(line, place)
        except (ValueError, RecursionError):
            return []
        if not isinstance(record, dict):
            return []
        records.append(record)
    return records


def _fault(raw: bytes, text: bytes) -> str:
    if raw is OVERLONG:
        return f"longer than {LONGEST_LINE >> 20} MB"
    if not text.strip(b"\0"):
        return "NUL bytes"
    if b"\0" in raw:
        return "not JSON (NUL bytes, perhaps UTF-16)"
    return "not JSON" if text.endswith((b"}", b"]")) or not text.startswith((b"{", b"[")) else "half a line"
