"""Themes of what a request is labelled with: its feature tag, and the branch that it was made on.

The rules are the themes' own (retro.analyses.categories), those about paths and words left out. A feature is the name or a scope
of a theme. A branch is matched by branch and ticket rules as in the subject of its merge, and its part before the first slash
(`fleet/canary`) like a scope.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence

import polars as pl

from retro import tables
from retro.analyses.categories import UNCATEGORIZED, CommitText, theme_finder
from retro.analyses.categories import rules_digest as categories_digest
from retro.config import Theme

_RULES_VERSION = 1
Found = tuple[str, str]  # theme and rule


def label_themes(labels: Iterable[tuple[str, str]], themes: Sequence[Theme]) -> pl.DataFrame:
    """Rows of `label_themes` for pairs of kind and label; a label that no theme matches gives none."""
    find = {"feature": _feature_finder(themes), "branch": _branch_finder(themes)}
    digest = hashlib.sha256(repr((_RULES_VERSION, categories_digest(themes))).encode()).hexdigest()
    rows = tables.empty_rows("label_themes")
    for kind, label in labels:
        if found := find[kind](label):
            for column, value in zip(rows.values(), (kind, label, *found, digest), strict=True):
                column.append(value)
    return tables.frame("label_themes", rows)


def _feature_finder(themes: Sequence[Theme]) -> Callable[[str], Found | None]:
    names = {_slug(theme.name): theme.name for theme in reversed(themes)}
    find = theme_finder([theme.model_copy(update=dict.fromkeys(("paths", "words"), ())) for theme in themes])

    def found(feature: str) -> Found | None:
        if name := names.get(_slug(feature)):
            return name, f"name:{name}"
        return _found(*find(_text(feature), feature))

    return found


def _branch_finder(themes: Sequence[Theme]) -> Callable[[str], Found | None]:
    find = theme_finder([theme.model_copy(update=dict.fromkeys(("paths", "words"), ())) for theme in themes])

    def found(branch: str) -> Found | None:
        prefix, slash, _ = branch.partition("/")
        return _found(*find(_text(f"Merge branch '{branch}'"), prefix if slash else None))

    return found


def _found(theme: str, rule: str | None) -> Found | None:
    return None if rule is None or theme == UNCATEGORIZED else (theme, rule)


def _text(subject: str) -> CommitText:
    return CommitText("", "", subject, "", False, ())


def _slug(text: str) -> str:
    return re.sub(r"[\W_]+", "-", text.casefold()).strip("-")
