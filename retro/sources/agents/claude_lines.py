"""A line of Claude Code's transcripts with what surrounds it, and what is remembered of the lines before."""

from dataclasses import dataclass, field

from retro.sources.agents.facts import Event, Session
from retro.sources.agents.files import Tally
from retro.sources.agents.values import text


@dataclass(slots=True)
class Memory:
    """What a reading remembers of the lines before: their digests, the session of each uuid, calls without a result."""

    lines: set[int] = field(default_factory=set)
    owners: dict[str, str] = field(default_factory=dict)
    pending: dict[str, tuple[Event, dict]] = field(default_factory=dict)
    queued: dict[str, list[tuple[int, Event]]] = field(default_factory=dict)
    said: dict[str, set[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Line:
    """A line with a readable time, and what surrounds it."""

    record: dict
    session: Session
    at: int
    tally: Tally
    number: int
    is_subagent: bool
    outer_branch: str | None = None

    @property
    def branch(self) -> str | None:
        return text(self.record.get("gitBranch")) or self.outer_branch
