"""Whether a commit mends a bug, the claim of its subject left aside, by evidence that adds up.

Each piece of evidence has a name and a worth in round points, set by hand; a commit with `LEAST_POINTS` or more counts
as a fix. A bug is what people mean by it: the software failed, and only a change to it could help. A typo, lint, a
feature and a change that touches nothing but documentation are therefore evidence against. "Closes #12" is no
evidence: it ends a wish as often as a bug.

The kind of the evidence says how far to trust the answer: revert (it takes a commit back), trailer (`Fixes: 1a2b3c4
("...")` names the origin), reference ("fixes #12"), words, shape (no word speaks for it, the few changed lines do).
"""

import re
from functools import lru_cache
from typing import NamedTuple

from retro.analyses.categories.bug_words import (
    BODY_DEFECT,
    BODY_FIX,
    BODY_SYMPTOM,
    COSMETIC,
    COSMETIC_NEAR,
    FIRST,
    SUBJECT,
)
from retro.analyses.categories.commit_text import without_claimed_fixes
from retro.analyses.categories.confidence import CONFIDENCE
from retro.analyses.categories.look import WORD, Look
from retro.analyses.categories.words import ANYWHERE

POINTS = {
    "first:fix": 3, "first:repair": 3, "first:guard": 2, "first:revert": 3,
    "first:feat": -3, "first:refactor": -2, "first:task": -3, "first:vague": -1, "first:other": -1,
    "subject:fix": 3, "subject:defect": 3, "subject:prevent": 3, "subject:limit": 1, "subject:edge case": 1,
    "subject:new": -1, "subject:cosmetic": -4,
    "trailer:fixes": 1, "trailer:reviewed without fixes": -4, "reference:fix": 4,
    "body:fix": 3, "body:defect": 1, "body:more defects": 1, "body:symptom": 2, "body:more symptoms": 1,
    "body:list": -2, "body:changes nothing": -3,
    "paths:no code": -3, "paths:documentation": -2, "paths:one of code": 1, "paths:code and tests": 1,
    "shape:silent and narrow": 3, "shape:new file": -1, "shape:renames": -2, "shape:grows": -1, "shape:shrinks": -2,
    "shape:only deletes": -3, "shape:large": -2,
}  # fmt: skip
LEAST_POINTS = 1
_STRONG_POINTS, _PLAIN_POINTS = 6, 3

_NO_REPAIR = frozenset(("shape:new file", "shape:renames", "shape:shrinks"))
_KINDS = ("revert", "trailer", "reference", "words")
_WORDY = ("first:", "subject:", "body:")
_FIRST_OF_LEAD = {kind: f"first:{kind}" for kind in ("feat", "refactor", "vague", "revert")} | dict.fromkeys(
    ("docs", "test", "build", "ci", "perf"), "first:task"
)
_OTHER_WORK = frozenset("deps dep doc docs readme ci test tests e2e build lint release".split())
_SCOPE_PARTS = re.compile(r"[^a-z0-9]+")
_OF_REVIEWERS = ("Reviewed-by: ", "Acked-by: ", "Link: ")
_FIXES = re.compile(r"^Fixes: [0-9a-f]{7,40}\b", re.MULTILINE)
_REFERENCE = re.compile(r"\b(?:fix(?:e[sd])?|resolve[sd]?):? (?:[\w.-]{1,80}/[\w.-]{1,80})?#\d")
_CHANGES_NOTHING = re.compile(
    r"no (?:(?:intended )?(?:functional|behaviou?ral|visible|intended) ?[\w/ ]{0,20}change|logic changes?)"
)
_TRAILERS = re.compile(r"[A-Z][\w-]{1,40}: ?\S")
# Where a message says what it is about, and where it must have ended.
_BODY_CHARACTERS, _MESSAGE_CHARACTERS = 1500, 6000
_SILENT_WORDS, _NEAR_WORDS, _LISTED, _MANY_SYMPTOMS = 4, 5, 3, 3
_NARROW_FILES, _SHRINKING_LINES, _GROWING_LINES, _LARGE_LINES = 3, 5, 24, 150


class BugFix(NamedTuple):
    """Kind of the evidence, the rule (each piece with its points) and the family it is measured in; None: no fix."""

    evidence: str | None = None
    rule: str | None = None
    family: str | None = None

    @property
    def confidence(self) -> float | None:
        """Share of real fixes, 0 to 1, among withheld commits with evidence of this family."""
        return CONFIDENCE[self.family] if self.family else None


NO_FIX = BugFix()


def names_other_work(scope: str | None) -> bool:
    """Whether a claim such as `fix(deps)` or `fix(docs)` says by its scope that no code of the software was at fault."""
    return scope is not None and not _OTHER_WORK.isdisjoint(_SCOPE_PARTS.split(scope.lower()))


def bug_fix(look: Look) -> BugFix:
    """What the evidence adds up to."""
    names = _in_subject(look)
    is_silent = names[0] == "first:other" and not any([ANYWHERE.get(word) == "perf" for word in look.words])
    if look.commit.body:
        text, trailers = _parted(look.commit.body)
        lower = without_claimed_fixes(text[:_BODY_CHARACTERS].lower())
        words = WORD.findall(lower)
        is_silent = is_silent and len(words) < _SILENT_WORDS
        names += _in_trailers(look.commit.body, trailers)
        names += _in_body(frozenset(words), lower, "subject:cosmetic" in names)
        names += _references(lower) or _references(trailers.lower()) or _references(look.commit.subject.lower())
    else:
        names += _references(look.commit.subject.lower())
    names += _in_shape(look, is_silent)
    return _added_up(tuple(names))


@lru_cache(maxsize=1 << 16)
def _added_up(names: tuple[str, ...]) -> BugFix:
    points = sum(POINTS[name] for name in names)
    if points < LEAST_POINTS:
        return NO_FIX
    spoken = {_kind_of(name) for name in names if POINTS[name] > 0}
    kind = next((kind for kind in _KINDS if kind in spoken), "shape")
    strength = "strong" if points >= _STRONG_POINTS else "plain" if points >= _PLAIN_POINTS else "weak"
    rule = ", ".join(f"{name} {POINTS[name]:+d}" for name in names)
    return BugFix(kind, rule, f"fix by {kind}, {strength}" if kind == "words" else f"fix by {kind}")


def _kind_of(name: str) -> str:
    if name == "first:revert":
        return "revert"
    return "words" if name.startswith(_WORDY) else name.partition(":")[0]


def _parted(body: str) -> tuple[str, str]:
    """Text and trailers."""
    body = body[:_MESSAGE_CHARACTERS].rstrip()
    text, _, last = body.rpartition("\n\n")
    return (text, last) if _TRAILERS.match(last) else (body, "")


def _in_subject(look: Look) -> list[str]:
    words, first = look.words, _first_of(look)
    names = {SUBJECT[word] for word in words[1:] if word in SUBJECT}
    if words and first in ("first:guard", "first:other") and SUBJECT.get(words[0]) == "subject:defect":
        names.add("subject:defect")
    if not COSMETIC.isdisjoint(words) or not COSMETIC_NEAR.isdisjoint(words[:_NEAR_WORDS]):
        names.add("subject:cosmetic")
    return [first, *sorted(names)]


def _first_of(look: Look) -> str:
    """What the subject begins with; "add the missing lock" begins with what is missing."""
    words = look.words
    if not words:
        return "first:other"
    if words[0] in FIRST and look.lead != "refactor":
        return FIRST[words[0]]
    if words[:2] in (["do", "not"], ["make", "sure"]):
        return "first:guard"
    if look.lead == "feat" and "missing" in words[1:3]:
        return "first:repair"
    return _FIRST_OF_LEAD.get(look.lead or "", "first:other")


def _in_trailers(body: str, trailers: str) -> list[str]:
    """Where reviewers sign, the origin of a bug is named too: there a message that names none is about no bug."""
    if "Fixes: " in body and _FIXES.search(body):
        return ["trailer:fixes"]
    if "Signed-off-by: " in trailers and any([trailer in trailers for trailer in _OF_REVIEWERS]):
        return ["trailer:reviewed without fixes"]
    return []


def _references(text: str) -> list[str]:
    """Of a text in lower case."""
    may_refer = "#" in text and ("fix" in text or "resolve" in text)
    return ["reference:fix"] if may_refer and _REFERENCE.search(text) else []


def _in_body(words: frozenset[str], text: str, is_cosmetic: bool) -> list[str]:
    symptoms = len(words & BODY_SYMPTOM)
    names = ["body:defect", "body:more defects"][: len(words & BODY_DEFECT)]
    names += ["body:symptom"][:symptoms]
    if symptoms >= _MANY_SYMPTOMS:
        names.append("body:more symptoms")
    if not is_cosmetic and not words.isdisjoint(BODY_FIX):
        names.append("body:fix")
    if text.count("\n* ") + text.count("\n- ") >= _LISTED:
        names.append("body:list")
    if "no" in words and _CHANGES_NOTHING.search(text):
        names.append("body:changes nothing")
    return names


def _in_shape(look: Look, is_silent: bool) -> list[str]:
    """A short remark on a few files, with no verb of growth and no word of explanation, is most often a mended bug."""
    if not look.roles:
        return []
    code = look.roles.count("code")
    if not code:
        return ["paths:no code"] if set(look.roles) != {"docs"} else ["paths:no code", "paths:documentation"]
    names = ["paths:one of code"][: code == 1]
    if "test" in look.roles:
        names.append("paths:code and tests")
    signs = _in_lines(look) if look.code else []
    if is_silent and code <= _NARROW_FILES and _NO_REPAIR.isdisjoint(signs):
        names.append("shape:silent and narrow")
    return names + signs


def _in_lines(look: Look) -> list[str]:
    added, deleted = look.added, look.deleted
    is_new = any([change.kind == "A" for change in look.code])
    signs = (
        ("shape:new file", is_new),
        ("shape:renames", all([change.kind == "R" for change in look.code])),
        ("shape:grows", added > max(4 * deleted, _GROWING_LINES)),
        ("shape:shrinks", deleted > max(2 * added, _SHRINKING_LINES)),
        ("shape:only deletes", deleted and not added),
        ("shape:large", added + deleted > _LARGE_LINES),
    )
    return [name for name, is_seen in signs if is_seen]
