"""Beginnings that files share: the file of a session that was resumed or saved again begins with the whole of another.

What was read once is known again by comparing it with the file that had it: it is neither digested nor looked through twice.
"""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from retro.sources.agents.files import TranscriptFile

_HEAD_BYTES, _TAIL_BYTES, _PIECE_BYTES = 512, 64, 1 << 20
_LINE_BREAK = 10
_Hash = type(hashlib.sha256())


@dataclass(slots=True)
class Alike:
    """Files whose first bytes are the same: their sizes, and what of those read so far, with nothing wrong, is remembered.

    That is, for each of the sizes where a line of the file ends, SHA-256 as it stood there, found by the size and the bytes
    before it.
    """

    sizes: list[int]
    known: dict[tuple[int, bytes], tuple[TranscriptFile, _Hash]] = field(default_factory=dict)
    latest: dict[tuple[int, bytes], _Hash] = field(default_factory=dict)

    def digest(self, content: bytes) -> tuple[str, int]:
        """SHA-256 of the content, and the size of the beginning, in whole lines, that a file read before has too."""
        start, state = self._shared(content)
        end, view, self.latest = start, memoryview(content), {}
        for size in self.sizes:
            if start < size and _ends_line(content, size):
                state.update(view[end:size])
                self.latest[_place(content, size)], end = state.copy(), size
        state.update(view[end:])
        return state.hexdigest(), start

    def keep(self, file: TranscriptFile) -> None:
        """Remembers the file whose content was digested last."""
        for place, state in self.latest.items():
            self.known.setdefault(place, (file, state))

    def _shared(self, content: bytes) -> tuple[int, _Hash]:
        for size in reversed(self.sizes):
            found = self.known.get(_place(content, size)) if _ends_line(content, size) else None
            if found and _has_beginning(found[0], content, size):
                return size, found[1].copy()
        return 0, hashlib.sha256()


def find_alike(files: Iterable[TranscriptFile]) -> dict[str, Alike]:
    """By file those that begin like it; only for files that are not alone in that."""
    heads: dict[bytes, list[TranscriptFile]] = {}
    for file in files:
        try:
            with open(file.path, "rb", buffering=0) as stream:
                heads.setdefault(stream.read(_HEAD_BYTES), []).append(file)
        except OSError:
            continue  # told when it is read
    found: dict[str, Alike] = {}
    for group in heads.values():
        if len(group) > 1:
            found |= dict.fromkeys((file.name for file in group), Alike(sorted({file.size for file in group})))
    return found


def _ends_line(content: bytes, size: int) -> bool:
    """Whether there are so many bytes, and they are whole lines; the last may lack its break, as at the end of a file."""
    return 0 < size <= len(content) and (content[size - 1] == _LINE_BREAK or content[size : size + 1] in (b"", b"\n"))


def _place(content: bytes, size: int) -> tuple[int, bytes]:
    return size, content[max(0, size - _TAIL_BYTES) : size]


def _has_beginning(file: TranscriptFile, content: bytes, size: int) -> bool:
    """Whether the file, as it was when it was found, has the first `size` bytes of the content."""
    try:
        with open(file.path, "rb", buffering=0) as stream:
            if os.fstat(stream.fileno()).st_mtime_ns != file.modified_ns:
                return False
            for start in range(0, size, _PIECE_BYTES):
                wanted = min(_PIECE_BYTES, size - start)
                piece = stream.read(wanted)
                if len(piece) != wanted or not content.startswith(piece, start):
                    return False
    except OSError:
        return False
    return True
