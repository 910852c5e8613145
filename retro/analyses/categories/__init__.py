"""What kind of work a commit was (work type) and what it served (theme), by rules that are stored with the answer.

Two views of the type are kept apart. Declared is what the subject claims, `feat(fleet): add canary`. Observed is what
paths, words and the shape of the change suggest, the claim left aside, with the measured share of right answers of
the rule as confidence. Whether a bug was fixed is told apart from the type, by the claim or by evidence that adds up.
The theme is the first of retro.toml with a rule that matches; a claim is no proof and words can mislead, so rows are
`inferred`.
"""

import hashlib
from collections.abc import Iterable, Sequence

import polars as pl

from retro import tables
from retro.analyses.categories.bug_fixes import NO_FIX, BugFix, names_other_work
from retro.analyses.categories.commit_text import Change, CommitText, declared_type
from retro.analyses.categories.confidence import CONFIDENCE
from retro.analyses.categories.observed import Observation, judged, observed_type
from retro.analyses.categories.roles import path_role
from retro.analyses.categories.themes import UNCATEGORIZED, ThemeFinder, theme_finder
from retro.config import Theme

__all__ = [
    "UNCATEGORIZED", "WORK_TYPES", "BugFix", "Change", "CommitText", "Observation", "commit_kinds", "declared_type",
    "judged", "names_other_work", "observed_type", "path_role", "rules_digest", "theme_finder",
]  # fmt: skip

WORK_TYPES = ("feat", "fix", "refactor", "perf", "test", "docs", "build", "ci", "chore", "revert", "merge", "unknown")
_RULES_VERSION = 3
_NOTHING = Observation()


def rules_digest(themes: Sequence[Theme]) -> str:
    """SHA-256 of everything that decides a row: the themes in order and the version of the built-in rules."""
    text = repr([_RULES_VERSION, [theme.model_dump() for theme in themes]])
    return hashlib.sha256(text.encode()).hexdigest()


def commit_kinds(commits: Iterable[CommitText], themes: Sequence[Theme]) -> pl.DataFrame:
    """Rows of `commit_kinds`, one per commit."""
    digest, find_theme = rules_digest(themes), theme_finder(themes)
    rows = tables.empty_rows("commit_kinds")
    columns = [column.append for column in rows.values()]
    for commit in commits:
        for append, value in zip(columns, _kind_of(commit, find_theme, digest), strict=True):
            append(value)
    return tables.frame("commit_kinds", rows)


def _kind_of(commit: CommitText, find_theme: ThemeFinder, digest: str) -> tuple[object, ...]:
    """The values of a row, in the order of the columns."""
    declared, scope, is_breaking = declared_type(commit.subject, commit.body)
    observed, fix = (_NOTHING, NO_FIX) if commit.is_merge else judged(commit)
    theme, theme_rule = find_theme(commit, scope)
    return (
        commit.repo, commit.commit_sha, declared, scope, is_breaking, observed.kind, observed.rule, observed.confidence,
        *((None, None, None) if commit.is_merge else _fix_claimed(fix, declared, scope)),
        "merge" if commit.is_merge else declared or observed.kind or "unknown", theme, theme_rule,
        "verified" if commit.is_merge and not theme_rule else "inferred", digest,
    )  # fmt: skip


def _fix_claimed(fix: BugFix, declared: str | None, scope: str | None) -> tuple[str | None, str | None, float | None]:
    """Evidence, rule and confidence with the claim: a claim of another type outweighs words, but no `Fixes:` trailer."""
    if declared == "fix" and not names_other_work(scope):
        return "declared", f"declared:fix, {fix.rule}" if fix.rule else "declared:fix", None
    if declared == "revert":
        return "revert", "declared:revert", CONFIDENCE["fix by revert"]
    if declared and fix.evidence != "trailer":
        return None, None, None
    return fix.evidence, fix.rule, fix.confidence
