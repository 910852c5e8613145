"""A commit taken apart once, for all rules: what its paths are for, the words of its subject, the lines of its code."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from retro.analyses.categories.commit_text import Change, CommitText, without_claim
from retro.analyses.categories.roles import path_role
from retro.analyses.categories.words import LEADING, UNINFORMATIVE

WORD = re.compile(r"[a-z][a-z0-9_]*(?:'t)?")
# "[PATCH] net: dsa: " and "hwmon: (lm90) " say where, not what. Each part is bounded by a character that it cannot hold.
_LABELS = re.compile(
    r"(?:\[[^\]\n]{1,40}\]\s*)?(?:[\w./*,{}+-]{1,80}(?: [\w./*-]{1,80}){0,2}: +){0,4}(?:\([\w-]{1,40}\) )?"
)
_NOISE = re.compile(r"#\d+|https?://\S+|\[(?:skip ci|ci skip)\]|`[^`]*`")
_MAY_BE_NOISY = re.compile(r"[#`\[]|://")
_SUBJECT_CHARACTERS = 400  # Where a subject says what it is about.


class Look(NamedTuple):
    """Roles of the paths, words of the subject, kind of the leading word, changes of code and their lines.

    Lines are 0 where nobody counted them or the file is binary.
    """

    commit: CommitText
    roles: Sequence[str]
    words: Sequence[str]
    lead: str | None
    code: Sequence[Change]
    added: int
    deleted: int


def take_apart(commit: CommitText) -> Look:
    """The subject without claim, labels, references and quoted code; no path known gives no role."""
    roles = [path_role(path) for path in commit.paths or [change.path for change in commit.changes]]
    words = _words_of(commit.subject[:_SUBJECT_CHARACTERS])
    if not commit.changes:
        return Look(commit, roles, words, _lead_of(words), (), 0, 0)
    code = [change for change in commit.changes if path_role(change.path) == "code"]
    added, deleted = sum([change.added or 0 for change in code]), sum([change.deleted or 0 for change in code])
    return Look(commit, roles, words, _lead_of(words), code, added, deleted)


def _words_of(subject: str) -> list[str]:
    text = without_claim(subject).lower()
    if _MAY_BE_NOISY.search(text):
        text = _NOISE.sub(" ", text)
    labels = _LABELS.match(text) if ":" in text or text.startswith(("[", "(")) else None
    words = (WORD.findall(text, labels.end()) if labels else ()) or WORD.findall(text)
    for place, word in enumerate(words):
        if word not in UNINFORMATIVE:
            return words[place:]
    return words


def _lead_of(words: Sequence[str]) -> str | None:
    if words[:2] == ["stop", "using"]:
        return "refactor"
    return LEADING.get(words[0]) if words else None
