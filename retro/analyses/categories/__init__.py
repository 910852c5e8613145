"""What kind of work a commit was (work type) and what it served (theme), by rules that are stored with the answer.

Two views of the type are kept apart. Declared is what the subject claims, `feat(fleet): add canary`. Observed is what
paths, words and the shape of the change suggest, the claim left aside, with the measured share of right answers of
the rule as confidence. The theme is the first of retro.toml with a rule that matches; a claim is no proof and words
can mislead, so rows are `inferred`.
"""

import hashlib
from collections.abc import Iterable, Sequence

import polars as pl

from retro import tables
from retro.analyses.categories.commit_text import Change, CommitText, declared_type
from retro.analyses.categories.observed import Observation, observed_type
from retro.analyses.categories.roles import path_role
from retro.analyses.categories.themes import UNCATEGORIZED, theme_finder
from retro.config import Theme

__all__ = [
    "UNCATEGORIZED", "WORK_TYPES", "Change", "CommitText", "Observation", "commit_kinds", "declared_type",
    "observed_type", "path_role", "rules_digest", "theme_finder",
]  # fmt: skip

WORK_TYPES = ("feat", "fix", "refactor", "perf", "test", "docs", "build", "ci", "chore", "revert", "merge", "unknown")
_RULES_VERSION = 2


def rules_digest(themes: Sequence[Theme]) -> str:
    """SHA-256 of everything that decides a row: the themes in order and the version of the built-in rules."""
    text = repr([_RULES_VERSION, [theme.model_dump() for theme in themes]])
    return hashlib.sha256(text.encode()).hexdigest()


def commit_kinds(commits: Iterable[CommitText], themes: Sequence[Theme]) -> pl.DataFrame:
    """Rows of `commit_kinds`, one per commit."""
    digest, find_theme = rules_digest(themes), theme_finder(themes)
    rows = tables.empty_rows("commit_kinds")
    for commit in commits:
        declared, scope, is_breaking = declared_type(commit.subject, commit.body)
        observed = Observation() if commit.is_merge else observed_type(commit)
        theme, theme_rule = find_theme(commit, scope)
        values = (
            commit.repo, commit.commit_sha, declared, scope, is_breaking, observed.kind, observed.rule, observed.confidence,
            "merge" if commit.is_merge else declared or observed.kind or "unknown", theme, theme_rule,
            "verified" if commit.is_merge and not theme_rule else "inferred", digest,
        )  # fmt: skip
        for column, value in zip(rows.values(), values, strict=True):
            column.append(value)
    return tables.frame("commit_kinds", rows)
