"""What a note says about who wrote the lines of its commit, whatever form it had."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import pairwise

from retro.coding_agents import tool_name
from retro.masking import mask

_NO_MODEL = frozenset({"", "unknown", "default", "auto", "<synthetic>"})
_MODEL_LIMIT, _PATH_LIMIT, _HIGHEST_LINE = 128, 4096, 10**9
KEY_DIGITS = 14


class UnreadableNote(ValueError):
    """A note that cannot be understood; the text says why and holds nothing of the note."""


@dataclass(frozen=True)
class Writer:
    """Who wrote lines: an agent (its name and model where told, a key of the session), or a person."""

    kind: str
    agent: str | None = None
    model: str | None = None
    session_key: str | None = None


PERSON = Writer("human")
Range = tuple[int, int, Writer]  # first and last line, both inclusive


@dataclass
class NoteFacts:
    """What a note says.

    `ranges` are those of each path, in order and without overlaps; `session_count` how many sessions it names (None:
    its form names none); `unlined` who wrote, where the form counts no lines.
    """

    format: str
    ranges: dict[str, list[Range]] = field(default_factory=dict)
    session_count: int | None = None
    unlined: Writer | None = None

    def line_count(self, kind: str) -> int | None:
        """Lines of agents or of people; None when the form counts none."""
        if self.format == "ai-attribution":
            return None
        return sum(last - first + 1 for first, last, writer in self._all() if writer.kind == kind)

    @property
    def main_writer(self) -> Writer | None:
        """The agent with the most lines; a person when only people wrote and no session is named; None: not told."""
        counts: dict[tuple[str | None, str | None], int] = {}
        for first, last, writer in self._all():
            if writer.kind == "agent":
                name = (writer.agent, writer.model)
                counts[name] = counts.get(name, 0) + last - first + 1
        if counts:
            agent, model = max(counts, key=lambda name: (counts[name], name[0] or "", name[1] or ""))
            return Writer("agent", agent, model)
        return PERSON if self.line_count("human") and not self.session_count else self.unlined

    def _all(self) -> Iterator[Range]:
        return (span for spans in self.ranges.values() for span in spans)


def paint(ranges: Iterable[Range]) -> list[Range]:
    """The ranges in order, without overlaps: of two the later given one counts; neighbours of one writer are joined."""
    coming = sorted(enumerate(ranges), key=lambda item: (item[1][0], item[0]))
    edges = sorted({edge for _, (first, last, _) in coming for edge in (first, last + 1)})
    painted: list[Range] = []
    active: list[tuple[int, int, Writer]] = []
    position = 0
    for start, end in pairwise(edges):
        while position < len(coming) and coming[position][1][0] <= start:
            place, (_, last, writer) = coming[position]
            heappush(active, (-place, last, writer))
            position += 1
        while active and active[0][1] < start:
            heappop(active)
        if not active:
            continue
        writer = active[0][2]
        if painted and painted[-1][1] == start - 1 and painted[-1][2] == writer:
            painted[-1] = (painted[-1][0], end - 1, writer)
        else:
            painted.append((start, end - 1, writer))
    return painted


def session_key(tool: str, session: str) -> str:
    """The key of an agent's session: the first 14 digits of SHA-256 over `tool:session`, which is git-ai's own."""
    return hashlib.sha256(f"{tool}:{session}".encode("utf-8", "replace")).hexdigest()[:KEY_DIGITS]


def line_span(first: object, last: object) -> tuple[int, int]:
    """First and last line of a range as a note has them. Raises UnreadableNote when they are none."""
    start, end = count(first), count(last)
    if not 1 <= start <= end:
        raise UnreadableNote("line numbers that are none")
    return start, end


def count(value: object) -> int:
    """A count as a note has it, a number or digits. Raises UnreadableNote when it is none."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _HIGHEST_LINE:
        raise UnreadableNote("line numbers that are none")
    return value


def file_path(value: object) -> str:
    """A path as it can be stored. Raises UnreadableNote when there is none."""
    if not isinstance(value, str) or not value or "\0" in value:
        raise UnreadableNote("a file without a path")
    return _storable(value)[:_PATH_LIMIT]


def agent_name(tool: str) -> str | None:
    """The agent that a tool's name for itself stands for; a name that is not known is kept when it is a plain word."""
    return tool_name(tool) or (tool.lower() if re.fullmatch(r"[\w.-]{1,64}", tool, re.ASCII) else None)


def model_name(name: object) -> str | None:
    """A model's name as it can be stored, None for the words that stand for none."""
    text = _storable(mask(str(name or ""))[0]).strip().strip('"')[:_MODEL_LIMIT]
    return None if text.lower() in _NO_MODEL else text


def _storable(text: str) -> str:
    """Half characters (lone surrogates, which JSON can spell) as \\uNNNN."""
    return text.encode("utf-8", "backslashreplace").decode()
