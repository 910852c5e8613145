"""What kind of work a commit looks like, the claim of its subject left aside.

Ordered rules; the first that answers wins. Paths first, since a commit that only touches tests is test work whatever
it says; then the subject's words, the verb that it begins with before words anywhere; then what the body tells of a
bug; at last the shape of the change: few old files changed is most often a fix, new files are a feature. Each rule
belongs to a family, and a family's confidence is measured (`confidence.py`).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from retro.analyses.categories.commit_text import Change, CommitText, without_claim
from retro.analyses.categories.confidence import CONFIDENCE
from retro.analyses.categories.roles import path_role
from retro.analyses.categories.words import ANYWHERE, LEADING, UNINFORMATIVE

_PATH_TYPES = ("ci", "test", "docs", "build")
_WORD = re.compile(r"[a-z][a-z0-9_]*(?:'t)?")
# "[PATCH] net: dsa: " and "hwmon: (lm90) " say where, not what. Each part is bounded by a character that it cannot hold.
_LABELS = re.compile(
    r"(?:\[[^\]\n]{1,40}\]\s*)?(?:[\w./*,{}+-]{1,80}(?: [\w./*-]{1,80}){0,2}: +){0,4}(?:\([\w-]{1,40}\) )?"
)
_NOISE = re.compile(r"#\d+|https?://\S+|\[(?:skip ci|ci skip)\]|`[^`]*`")
_MAY_BE_NOISY = re.compile(r"[#`\[]|://")
_FIXES = re.compile(r"^Fixes: [0-9a-f]{7,40}\b", re.MULTILINE)
_BUG_IN_BODY = re.compile(
    r"\b(?:bugs?|crash(?:es|ed)?|regression|deadlock|leak(?:s|ed)?|race condition|broken|incorrect(?:ly)?|wrong(?:ly)?|panics?|"
    r"use-after-free|out-of-bounds|do(?:es)?(?: not|n't) work|overflow)\b",
    re.IGNORECASE,
)
_CAUSE_IN_BODY = re.compile(r"\b(?:caus(?:e[sd]|ing) |root cause|fix(?:e[sd])?:? #\d)", re.IGNORECASE)
_SUBJECT_CHARACTERS, _BODY_CHARACTERS = 400, 1000  # Where a message says what it is about.
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


class _Look(NamedTuple):
    """A commit taken apart: roles of its paths, words of its subject, kind of the leading word, first word of each kind."""

    commit: CommitText
    roles: Sequence[str]
    words: Sequence[str]
    lead: str | None
    found: dict[str, str]


def observed_type(commit: CommitText) -> Observation:
    """Type that paths, words or shape suggest, with the rule that decided."""
    look = _take_apart(commit)
    return next((answer for step in _STEPS if (answer := step(look))), Observation())


def _take_apart(commit: CommitText) -> _Look:
    paths = commit.paths or [change.path for change in commit.changes]
    words = _words_of(commit.subject[:_SUBJECT_CHARACTERS])
    return _Look(commit, [path_role(path) for path in paths], words, _lead_of(words), _kinds_in(words))


def _words_of(subject: str) -> list[str]:
    text = without_claim(subject).lower()
    if _MAY_BE_NOISY.search(text):
        text = _NOISE.sub(" ", text)
    words = _WORD.findall(text, _LABELS.match(text).end()) or _WORD.findall(text)
    start = next((place for place, word in enumerate(words) if word not in UNINFORMATIVE), 0)
    return words[start:]


def _lead_of(words: Sequence[str]) -> str | None:
    if words[:2] == ["stop", "using"]:
        return "refactor"
    return LEADING.get(words[0]) if words else None


def _kinds_in(words: Sequence[str]) -> dict[str, str]:
    """The first word of each kind; words that are only cosmetic near the beginning are sorted out."""
    found: dict[str, str] = {}
    for word in words:
        if kind := ANYWHERE.get(word):
            found.setdefault(kind, word)
    for near, cosmetic in (("near docs", "cosmetic docs"), ("near refactor", "cosmetic refactor")):
        if near in found and found[near] in words[:_BEGINNING_WORDS]:
            found.setdefault(cosmetic, found[near])
    if not found.get("near docs", "comment").startswith("comment"):
        found.setdefault("docs", found["near docs"])
    return found


def _only_paths(look: _Look) -> Observation | None:
    """Paths of one role decide; of several without code, the one that the subject names, else the most frequent."""
    present = [kind for kind in _PATH_TYPES if kind in look.roles]
    if "code" in look.roles or not present:
        return None
    if len(set(look.roles)) == 1:
        return Observation(present[0], f"paths:{present[0]}", f"paths:{present[0]}")
    named = next((kind for kind in present if kind in look.found), None)
    kind = named or max(present, key=look.roles.count)
    return Observation(kind, f"paths:{kind}", "paths:mixed")


def _revert(look: _Look) -> Observation | None:
    return _leading(look, "revert") if look.lead == "revert" else None


def _cosmetic(look: _Look) -> Observation | None:
    """A typo or lint mended is no bug fixed."""
    if look.lead not in ("fix", "vague", "docs", None) and "fix" not in look.found:
        return None
    return _first_found(look, (("cosmetic docs", "docs"), ("cosmetic refactor", "refactor")), "cosmetic")


def _leading_object(look: _Look) -> Observation | None:
    return _leading(look, look.lead) if look.lead in ("docs", "test", "ci", "build", "perf") else None


def _trailer(look: _Look) -> Observation | None:
    """`Fixes: 1a2b3c4 ("...")` names the commit that introduced the bug."""
    return Observation("fix", "trailer:fixes", "trailer") if _FIXES.search(look.commit.body) else None


def _bug(look: _Look) -> Observation | None:
    return _leading(look, "fix") if look.lead == "fix" else _first_found(look, [("fix", "fix")], "word:fix")


def _performance(look: _Look) -> Observation | None:
    return _first_found(look, [("perf", "perf")], "word:other")


def _purpose(look: _Look) -> Observation | None:
    """ "Add a lock to prevent ..." is a fix that begins with another verb."""
    if look.lead not in ("feat", "refactor"):
        return None
    words = (("purpose fix", "fix"), ("restraint fix", "fix"))
    return _first_found(look, words if look.lead == "feat" else words[:1], "purpose")


def _small_with_test(look: _Look) -> Observation | None:
    """A few lines of old code together with a test: a bug and its proof, whatever the verb."""
    if look.lead not in ("feat", "refactor") or "test" not in look.roles:
        return None
    if look.commit.changes:
        code = _code_of(look.commit)
        is_small = not any(change.kind == "A" for change in code) and sum(_lines(code)) <= _SMALL_LINES
    else:
        is_small = look.lead == "refactor" and look.roles.count("code") == 1
    return Observation("fix", "shape:small with test", "small_with_test") if is_small else None


def _cause_in_body(look: _Look) -> Observation | None:
    """What went wrong before, told in the body, or `fix #12`; "closes #12" is no sign of a bug."""
    match = _CAUSE_IN_BODY.search(look.commit.body[:_BODY_CHARACTERS])
    return Observation("fix", f"body:{match[0].split()[0].lower()}", "body:cause") if match else None


def _leading_verb(look: _Look) -> Observation | None:
    return _leading(look, look.lead) if look.lead in ("feat", "refactor") else None


def _other_words(look: _Look) -> Observation | None:
    return _first_found(look, (("refactor", "refactor"), ("feat", "feat")), "word:other")


def _weak_bug(look: _Look) -> Observation | None:
    return _first_found(look, [(kind, "fix") for kind in ("purpose fix", "restraint fix", "weak fix")], "word:weak fix")


def _bug_in_body(look: _Look) -> Observation | None:
    match = _BUG_IN_BODY.search(look.commit.body[:_BODY_CHARACTERS])
    return Observation("fix", f"body:{match[0].lower()}", "body:bug") if match else None


def _shape(look: _Look) -> Observation | None:
    if "code" not in look.roles:
        return None
    kind = _kind_of_shape(look, _code_of(look.commit))
    return Observation(kind, f"shape:{kind}", f"shape:{kind}")


def _kind_of_shape(look: _Look, code: Sequence[Change]) -> str:
    (added, deleted), is_tested = _lines(code), "test" in look.roles
    if code and all(change.kind == "R" for change in code):
        return "refactor"
    if deleted > max(2 * added, _FEW_LINES) and not is_tested:
        return "refactor"
    is_wide = look.roles.count("code") >= _MANY_FILES and (not code or added + deleted > _MIDDLING_LINES)
    is_growth = added > max(4 * deleted, 2 * _SMALL_LINES) and not is_tested
    if is_wide or is_growth or any(change.kind == "A" for change in code):
        return "feat"
    return "refactor" if look.lead == "vague" and code and not is_tested else "fix"


def _code_of(commit: CommitText) -> list[Change]:
    return [change for change in commit.changes if path_role(change.path) == "code"]


def _lines(changes: Iterable[Change]) -> tuple[int, int]:
    """Lines added and deleted; a binary file counts none."""
    added = deleted = 0
    for change in changes:
        added, deleted = added + (change.added or 0), deleted + (change.deleted or 0)
    return added, deleted


def _leading(look: _Look, kind: str) -> Observation:
    family = f"leading:{kind}" if kind in ("fix", "feat", "refactor") else "leading:other"
    return Observation(kind, f"word:{look.words[0]}", family)


def _first_found(look: _Look, wanted: Iterable[tuple[str, str]], family: str) -> Observation | None:
    """The first of the wanted kinds of words that the subject has, as (kind of word, type)."""
    for words, kind in wanted:
        if words in look.found:
            return Observation(kind, f"word:{look.found[words]}", family)
    return None


_STEPS: tuple[Callable[[_Look], Observation | None], ...] = (
    _only_paths, _revert, _cosmetic, _leading_object, _trailer, _bug, _performance, _purpose,
    _small_with_test, _cause_in_body, _leading_verb, _other_words, _weak_bug, _bug_in_body, _shape,
)  # fmt: skip
