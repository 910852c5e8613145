"""What kind of work a commit looks like, the claim of its subject left aside.

Ordered rules; the first that answers wins. Paths first, since a commit that only touches tests is test work whatever
it says; then what its subject begins with or is plainly about; then the evidence for a bug fixed (`bug_fixes.py`);
then other words; at last the shape of the change: few old files changed is most often a fix, new files are a feature.
Each rule belongs to a family, and a family's confidence is measured (`confidence.py`).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from retro.analyses.categories.bug_fixes import BugFix, bug_fix
from retro.analyses.categories.commit_text import CommitText
from retro.analyses.categories.confidence import CONFIDENCE
from retro.analyses.categories.look import Look, take_apart
from retro.analyses.categories.words import ANYWHERE

_PATH_TYPES = ("ci", "test", "docs", "build")
_BEGINNING_WORDS = 5
_SMALL_LINES, _MIDDLING_LINES, _FEW_LINES, _MANY_FILES = 12, 40, 5, 4


class Observation(NamedTuple):
    """Type, the rule that decided and its family; all None when nothing suggests a type."""

    kind: str | None = None
    rule: str | None = None
    family: str | None = None

    @property
    def confidence(self) -> float | None:
        """Share of right answers of the rule's family on commits that were withheld from tuning, 0 to 1."""
        return CONFIDENCE[self.family] if self.family else None


_NOTHING = Observation()


class _Seen(NamedTuple):
    """A commit taken apart, the first word of each kind that its subject holds, and what speaks for a bug fixed."""

    look: Look
    found: dict[str, str]
    fix: BugFix


def observed_type(commit: CommitText) -> Observation:
    """Type that paths, words or shape suggest, with the rule that decided."""
    return judged(commit)[0]


def judged(commit: CommitText) -> tuple[Observation, BugFix]:
    """Type with the rule that decided, and whether a bug was fixed: a commit of tests alone may be both."""
    look = take_apart(commit)
    fix = bug_fix(look)
    seen = _Seen(look, _kinds_in(look.words), fix)
    for step in _STEPS:
        if answer := step(seen):
            return answer, fix
    return _NOTHING, fix


def _kinds_in(words: Sequence[str]) -> dict[str, str]:
    """The first word of each kind; words that are only cosmetic near the beginning are sorted out."""
    found = {ANYWHERE[word]: word for word in reversed(words) if word in ANYWHERE}
    for near, cosmetic in (("near docs", "cosmetic docs"), ("near refactor", "cosmetic refactor")):
        if near in found and found[near] in words[:_BEGINNING_WORDS]:
            found.setdefault(cosmetic, found[near])
    if not found.get("near docs", "comment").startswith("comment"):
        found.setdefault("docs", found["near docs"])
    return found


def _only_paths(seen: _Seen) -> Observation | None:
    """Paths of one role decide; of several without code, the one that the subject names, else the most frequent."""
    present = [kind for kind in _PATH_TYPES if kind in seen.look.roles]
    if "code" in seen.look.roles or not present:
        return None
    if len(set(seen.look.roles)) == 1:
        return Observation(present[0], f"paths:{present[0]}", f"paths:{present[0]}")
    named = next((kind for kind in present if kind in seen.found), None)
    kind = named or max(present, key=seen.look.roles.count)
    return Observation(kind, f"paths:{kind}", "paths:mixed")


def _revert(seen: _Seen) -> Observation | None:
    return _leading(seen, "revert") if seen.look.lead == "revert" else None


def _cosmetic(seen: _Seen) -> Observation | None:
    """A typo or lint mended is no bug fixed."""
    if seen.look.lead not in ("fix", "vague", "docs", None) and "fix" not in seen.found:
        return None
    return _first_found(seen, (("cosmetic docs", "docs"), ("cosmetic refactor", "refactor")), "cosmetic")


def _leading_object(seen: _Seen) -> Observation | None:
    return _leading(seen, seen.look.lead) if seen.look.lead in ("docs", "test", "ci", "build", "perf") else None


def _bug(seen: _Seen) -> Observation | None:
    """A revert of its own kind has been told before; whatever else adds up to a bug fixed."""
    return Observation("fix", seen.fix.rule, seen.fix.family) if seen.fix.evidence else None


def _performance(seen: _Seen) -> Observation | None:
    return _first_found(seen, [("perf", "perf")], "word:other")


def _leading_verb(seen: _Seen) -> Observation | None:
    return _leading(seen, seen.look.lead) if seen.look.lead in ("feat", "refactor") else None


def _other_words(seen: _Seen) -> Observation | None:
    return _first_found(seen, (("refactor", "refactor"), ("feat", "feat")), "word:other")


def _shape(seen: _Seen) -> Observation | None:
    if "code" not in seen.look.roles:
        return None
    kind = _kind_of_shape(seen.look)
    return Observation(kind, f"shape:{kind}", f"shape:{kind}")


def _kind_of_shape(look: Look) -> str:
    added, deleted, is_tested = look.added, look.deleted, "test" in look.roles
    if look.code and all(change.kind == "R" for change in look.code):
        return "refactor"
    if deleted > max(2 * added, _FEW_LINES) and not is_tested:
        return "refactor"
    is_wide = look.roles.count("code") >= _MANY_FILES and (not look.code or added + deleted > _MIDDLING_LINES)
    is_growth = added > max(4 * deleted, 2 * _SMALL_LINES) and not is_tested
    if is_wide or is_growth or any(change.kind == "A" for change in look.code):
        return "feat"
    return "refactor" if look.lead == "vague" and look.code and not is_tested else "fix"


def _leading(seen: _Seen, kind: str) -> Observation:
    family = f"leading:{kind}" if kind in ("feat", "refactor") else "leading:other"
    return Observation(kind, f"word:{seen.look.words[0]}", family)


def _first_found(seen: _Seen, wanted: Iterable[tuple[str, str]], family: str) -> Observation | None:
    """The first of the wanted kinds of words that the subject has, as (kind of word, type)."""
    for words, kind in wanted:
        if words in seen.found:
            return Observation(kind, f"word:{seen.found[words]}", family)
    return None


_STEPS: tuple[Callable[[_Seen], Observation | None], ...] = (
    _only_paths, _revert, _cosmetic, _leading_object, _bug, _performance, _leading_verb, _other_words, _shape,
)  # fmt: skip
