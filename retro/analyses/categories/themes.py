"""Which of the team's own themes a commit served, by the rules of retro.toml in their order."""

import fnmatch
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import chain

from pathspec import GitIgnoreSpec

from retro.analyses.categories.commit_text import CommitText
from retro.config import Theme

UNCATEGORIZED = "uncategorized"
ThemeFinder = Callable[[CommitText, str | None], tuple[str, str | None]]
_MERGED_BRANCH = re.compile(
    r"Merge (?:pull request #\d+ from [^\s/]+/(?P<pull>\S+)|(?:remote-tracking )?branch '(?:origin/)?(?P<branch>[^']+)')"
)


def theme_finder(themes: Sequence[Theme]) -> ThemeFinder:
    """A function that gives a commit's theme and the rule that decided, for these themes.

    Themes are asked in order; within one theme scopes, tickets, branches, paths, words. A path rule needs at least half of the
    commit's paths, so that a sweep over the whole tree does not belong to whoever comes first.
    """
    compiled = [(theme.name, list(_rules(theme))) for theme in themes]

    def find(commit: CommitText, scope: str | None) -> tuple[str, str | None]:
        for name, rules in compiled:
            for label, matches in rules:
                if matches(commit, scope):
                    return name, label
        return UNCATEGORIZED, None

    return find


Rule = tuple[str, Callable[[CommitText, str | None], bool]]


def _rules(theme: Theme) -> Iterable[Rule]:
    """The rules of a theme in the order in which they are asked, each with its label."""
    return chain(
        (_scope_rule(scope) for scope in theme.scopes),
        (_text_rule("ticket", ticket, rf"\b{re.escape(ticket.rstrip('-'))}-\d+\b", 0) for ticket in theme.tickets),
        (_branch_rule(branch) for branch in theme.branches),
        [_path_rule(theme.paths)] if theme.paths else [],
        (_text_rule("word", word, rf"(?<!\w){re.escape(word)}", re.IGNORECASE) for word in theme.words),
    )


def _scope_rule(wanted: str) -> Rule:
    return f"scope:{wanted}", lambda _, scope: scope is not None and scope.lower() == wanted.lower()


def _branch_rule(glob: str) -> Rule:
    def matches(commit: CommitText, _: str | None) -> bool:
        match = _MERGED_BRANCH.match(commit.subject)
        return bool(match) and fnmatch.fnmatchcase(match["pull"] or match["branch"], glob)

    return f"branch:{glob}", matches


def _text_rule(kind: str, wanted: str, pattern: str, flags: int) -> Rule:
    found = re.compile(pattern, flags)
    return f"{kind}:{wanted}", lambda commit, _: bool(found.search(commit.subject) or found.search(commit.body))


def _path_rule(globs: Sequence[str]) -> Rule:
    matches_path = cache(GitIgnoreSpec.from_lines(globs).match_file)

    def matches(commit: CommitText, _: str | None) -> bool:
        return bool(commit.paths) and 2 * sum(map(matches_path, commit.paths)) >= len(commit.paths)

    return "paths:" + " ".join(globs), matches
