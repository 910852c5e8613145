"""What can be wrong with a text, and what can be wrong with what a commit did to one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

BROKEN, MARKER = "no longer parses", "conflict marker"
UNDEFINED, REDEFINED = "undefined name", "defined twice"
TWICE, REMOVED = "block twice", "removed name"
LOST, ONE_SIDE, NEITHER, STALE = "lost change", "one side taken", "content of neither side", "stale change"
RULES = (BROKEN, MARKER, UNDEFINED, REDEFINED, TWICE, REMOVED, LOST, ONE_SIDE, NEITHER, STALE)
# Of these two nobody can tell from blobs when they are repaired, if they need be at all.
UNREPAIRED = frozenset({ONE_SIDE, NEITHER})

Key = tuple[str, str]  # rule and name


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing wrong with a text: rule, name that it is about (empty: none), place, kind, words, and how it was told."""

    rule: str
    name: str
    line: int
    kind: str
    detail: str
    severity: str = "error"
    method: str = "blobs"
    column: int = 0

    @property
    def key(self) -> Key:
        """What tells it apart from others in the same text: lines move."""
        return self.rule, self.name


@dataclass(frozen=True, slots=True)
class Text:
    """What is known of a blob. Without `is_parsed` nothing is said of its syntax, without `has_names` nothing of names."""

    symptoms: Mapping[Key, Symptom] = field(default_factory=dict)
    is_parsed: bool = True
    has_names: bool = True
    left_out: str | None = None

    def knows(self, rule: str) -> bool:
        """Whether the absence of a symptom of this rule says anything."""
        if self.left_out:
            return False
        return self.has_names if rule in (UNDEFINED, REDEFINED) else self.is_parsed if rule == BROKEN else True


CLEAN = Text()


@dataclass(frozen=True)
class Damage:
    """A symptom that came with a commit: in its result, and in none of its parents."""

    commit_sha: str
    path: str
    symptom: Symptom
    new_id: str | None
    lost_lines: frozenset[bytes] = frozenset()  # of a lost or stale change: what should be there
    block: bytes = b""  # of a block twice: its lines
    module_path: str | None = None  # of a removed name: where it was
