"""What kind of work a commit was (work type) and what it served (theme), by rules that are stored with the answer.

Two views of the type are kept apart. Declared is what the subject claims, `feat(fleet): add canary` by Conventional Commits
(https://www.conventionalcommits.org/en/v1.0.0/). Observed is what paths and words suggest, the claim left aside: paths first, since a
commit that only touches tests is test work whatever it says; then the subject's words. The theme is the first of retro.toml with
a rule that matches; a claim is no proof and words can mislead, so rows are `inferred`.
"""

import fnmatch
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

import polars as pl
from pathspec import GitIgnoreSpec

from retro import tables
from retro.config import Theme
from retro.masking import mask

WORK_TYPES = ("feat", "fix", "refactor", "perf", "test", "docs", "build", "ci", "chore", "revert", "merge", "unknown")
UNCATEGORIZED = "uncategorized"
_RULES_VERSION = 1

_CONVENTIONAL = re.compile(r"(?P<type>[A-Za-z]+)(?:\((?P<scope>[^()\n]*)\))?(?P<breaking>!)?: +\S")
_DECLARED = {
    "feat": "feat", "feature": "feat", "fix": "fix", "bugfix": "fix", "hotfix": "fix", "refactor": "refactor", "style": "refactor",
    "perf": "perf", "test": "test", "tests": "test", "docs": "docs", "doc": "docs", "build": "build", "deps": "build", "ci": "ci",
    "chore": "chore", "revert": "revert",
}  # fmt: skip
_BREAKING = re.compile(r"^BREAKING[ -]CHANGE: ", re.MULTILINE)
_MERGED_BRANCH = re.compile(
    r"Merge (?:pull request #\d+ from [^\s/]+/(?P<pull>\S+)|(?:remote-tracking )?branch '(?:origin/)?(?P<branch>[^']+)')"
)

# First match wins. A role tells what a path is for; everything without one is code.
_ROLES = tuple(
    (role, re.compile(pattern, re.IGNORECASE))
    for role, pattern in (
        ("ci", r"(^|/)\.(github/(workflows|actions)|circleci|gitlab|buildkite|azure-pipelines)/|(^|/)(\.gitlab-ci\.ya?ml|\.travis\.yml|jenkinsfile|azure-pipelines\.ya?ml|codecov\.ya?ml|appveyor\.yml|tox\.ini|noxfile\.py)$"),
        ("test", r"(^|/)(tests?|specs?|__tests__|testing|testdata|fixtures|e2e|cypress)/|(^|/)(test_[^/]*|conftest)\.py$|[._-](test|tests|spec)\.[a-z]+$|(Test|Tests|IT|Spec)\.(java|kt|scala|groovy|cs)$"),
        ("docs", r"(^|/)(docs?|documentation|man)/|\.(md|mdx|rst|adoc|tex)$|(^|/)(readme|changelog|changes|news|authors|contributing|licen[cs]e|copying|notice|history|code_of_conduct)(\.[a-z]+)?$"),
        ("build", r"(^|/)(pyproject\.toml|setup\.(py|cfg)|requirements[^/]*\.(txt|in)|[^/]*\.lock|package(-lock)?\.json|pnpm-lock\.yaml|go\.(mod|sum)|cargo\.toml|gemfile|pom\.xml|build\.gradle(\.kts)?|settings\.gradle(\.kts)?|gradle\.properties|cmakelists\.txt|makefile|dockerfile[^/]*|docker-compose[^/]*\.ya?ml|manifest\.in|meson\.build|build(\.bazel)?|workspace|webpack[^/]*\.js|vite\.config\.[jt]s|rollup\.config\.[jt]s)$|\.(cmake|mk|gradle|csproj|sln|bazel)$"),
        ("chore", r"(^|/)\.[^/]+$|(^|/)(\.idea|\.vscode|\.changeset|\.devcontainer)/"),
    )
)  # fmt: skip
_PATH_TYPES = {"ci": "ci", "test": "test", "docs": "docs", "build": "build", "chore": "chore"}

# First match wins, over the subject without its conventional head.
_WORDS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("revert", r"^(revert|roll(ed|ing)? ?back|back(ed|ing)? ?out)\b"),
        ("docs", r"\b(typos?|docs?|documentation|docstrings?|readme|changelog|release notes?|comments? (for|in|on))\b"),
        ("fix", r"\b(fix(e[sd]|ing)?|bug(s|fix(es)?)?|repair(s|ed)?|correct(s|ed|ly)?|resolv(e[sd]?|ing)|crash(e[sd]|ing)?|regressions?|fault|broken|wrong(ly)?|prevent(s|ed)?|avoid(s|ed)?|workaround|leaks?|race|deadlocks?|don'?t|no longer|missing|handle[sd]?|hotfix|issue|close[sd]? #\d+|fail(s|ed|ure|ures|ing)?|invalid|properly|ensure[sd]?)\b"),
        ("test", r"\b(tests?|testing|unit ?tests?|coverage|fixtures?|e2e|mocks?|asserts?)\b"),
        ("ci", r"\b(ci|github actions?|workflows?|travis|circleci|jenkins|appveyor|codecov|pre-?commit)\b"),
        ("build", r"\b(bump(s|ed|ing)?|dependenc(y|ies)|deps?|upgrade[sd]?|version|releas(e[sd]?|ing)|build|packag(e|ing)|docker(file)?|makefile|cmake|webpack|gradle|maven|npm|yarn|lock ?file)\b"),
        ("perf", r"\b(perf(ormance)?|speed(s|ed)? ?up|faster|optimi[sz](e[sd]?|ing|ation|ations)|cach(e[sd]?|ing)|latency|memory usage|slow)\b"),
        ("refactor", r"\b(refactor(s|ed|ing)?|clean(s|ed|ing)?[ -]?up|clean|renam(e[sd]?|ing)|mov(e[sd]?|ing)|simplif(y|ies|ied|ying)|extract(s|ed|ing)?|restructur(e[sd]?|ing)|reorgani[sz](e[sd]?|ing)|rewrit(e|es|ten|ing)|remov(e[sd]?|ing)|delete[sd]?|drop(s|ped)?|unused|deprecat(e[sd]?|ing)|lint|format(ted|ting)?|style|whitespace|replace[sd]?|split(s|ting)?|inline[sd]?|dead code|convert(s|ed)?|migrat(e[sd]?|ing|ion)|reuse|types?|typing|annotations?)\b"),
        ("feat", r"\b(add(s|ed|ing)?|implement(s|ed|ing|ation)?|introduc(e[sd]?|ing)|support(s|ed|ing)?|allow(s|ed|ing)?|enable[sd]?|new|create[sd]?|provide[sd]?|features?|expose[sd]?|extend(s|ed)?|improve[sd]?|enhance[sd]?|make[s]?|use[sd]?|show(s|ed)?)\b"),
        ("chore", r"\b(chore|update[sd]?|sync|tweak(s|ed)?|misc|config(ure|uration)?|settings?|ignore|copyright|licen[cs]e)\b"),
    )
)  # fmt: skip


@dataclass(frozen=True)
class CommitText:
    """What the rules look at: identity, message, parents and paths of one commit."""

    repo: str
    commit_sha: str
    subject: str
    body: str
    is_merge: bool
    paths: Sequence[str]


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
        observed, observed_rule = (None, None) if commit.is_merge else observed_type(commit.subject, commit.paths)
        theme, theme_rule = find_theme(commit, scope)
        values = (
            commit.repo, commit.commit_sha, declared, scope, is_breaking, observed, observed_rule,
            "merge" if commit.is_merge else declared or observed or "unknown", theme, theme_rule,
            "verified" if commit.is_merge and not theme_rule else "inferred", digest,
        )  # fmt: skip
        for column, value in zip(rows.values(), values, strict=True):
            column.append(value)
    return tables.frame("commit_kinds", rows)


def declared_type(subject: str, body: str = "") -> tuple[str | None, str | None, bool]:
    """Conventional type, scope, and whether the change is declared breaking; None where the subject claims none."""
    is_breaking = bool(_BREAKING.search(body))
    if re.match(r'Revert "', subject):
        return "revert", None, is_breaking
    match = _CONVENTIONAL.match(subject)
    kind = _DECLARED.get(match["type"].lower()) if match else None
    if match is None or kind is None:
        return None, None, is_breaking
    return kind, (match["scope"] or "").strip() or None, is_breaking or bool(match["breaking"])


def observed_type(subject: str, paths: Sequence[str]) -> tuple[str | None, str | None]:
    """Type that the paths, else the words suggest, and the rule that decided; None when nothing does."""
    roles = {path_role(path) for path in paths}
    if len(roles) == 1 and (only := roles.pop()) in _PATH_TYPES:
        return _PATH_TYPES[only], f"paths:{only}"
    match = _CONVENTIONAL.match(subject)
    words = subject[match.end() - 1 :] if match else subject
    for kind, pattern in _WORDS:
        if found := pattern.search(words):
            return kind, f"word:{mask(found[0].lower())[0]}"
    return None, None


@cache
def path_role(path: str) -> str:
    """What a path is for: ci, test, docs, build, chore or code."""
    return next((role for role, pattern in _ROLES if pattern.search(path)), "code")


def theme_finder(themes: Sequence[Theme]) -> Callable[[CommitText, str | None], tuple[str, str | None]]:
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
