"""What kind of work a commit was and which theme it served, rule by rule."""

import pytest

from retro import tables
from retro.analyses.categories import (
    WORK_TYPES,
    CommitText,
    commit_kinds,
    declared_type,
    observed_type,
    path_role,
    rules_digest,
    theme_finder,
)
from retro.config import Theme


def commit(subject: str, *paths: str, body: str = "", is_merge: bool = False) -> CommitText:
    return CommitText("app", "a1", subject, body, is_merge, paths)


@pytest.mark.parametrize(
    ("subject", "body", "declared"),
    [
        ("feat: add a canary", "", ("feat", None, False)),
        ("feat(fleet): add a canary", "", ("feat", "fleet", False)),
        ("feat(fleet)!: add a canary", "", ("feat", "fleet", True)),
        ("Fix(Fleet): wait", "", ("fix", "Fleet", False)),
        ("FEATURE: add", "", ("feat", None, False)),
        ("hotfix: stop", "", ("fix", None, False)),
        ("style: blanks", "", ("refactor", None, False)),
        ("deps(web): bump", "", ("build", "web", False)),
        ("docs( ): say", "", ("docs", None, False)),
        ("chore: x", "Notes.\n\nBREAKING CHANGE: the log is gone", ("chore", None, True)),
        ("Add it", "BREAKING-CHANGE: gone", (None, None, True)),
        ("Add it", "No BREAKING CHANGE: here", (None, None, False)),
        ('Revert "feat: add a canary"', "", ("revert", None, False)),
        ("revert: feat", "", ("revert", None, False)),
        ("Revert the canary", "", (None, None, False)),
        ("feat add a canary", "", (None, None, False)),
        ("feat:", "", (None, None, False)),
        ("feat:add", "", (None, None, False)),
        ("wip: something", "", (None, None, False)),
        ("https://example.org: broken", "", (None, None, False)),
        ("feat(a)(b): odd", "", (None, None, False)),
        ("", "", (None, None, False)),
    ],
)
def test_declared_type_is_what_the_subject_claims(subject: str, body: str, declared: tuple) -> None:
    assert declared_type(subject, body) == declared


@pytest.mark.parametrize(
    ("path", "role"),
    [
        (".github/workflows/test.yml", "ci"),
        (".gitlab-ci.yml", "ci"),
        ("tox.ini", "ci"),
        ("tests/test_fleet.py", "test"),
        ("src/fleet.test.ts", "test"),
        ("src/main/FleetTest.java", "test"),
        ("conftest.py", "test"),
        ("src/contest.py", "code"),
        ("docs/index.html", "docs"),
        ("README", "docs"),
        ("src/notes.md", "docs"),
        ("LICENSE.txt", "docs"),
        ("pyproject.toml", "build"),
        ("services/api/Dockerfile.prod", "build"),
        ("web/package-lock.json", "build"),
        ("requirements-dev.txt", "build"),
        (".gitignore", "chore"),
        (".vscode/settings.json", "chore"),
        ("src/fleet.py", "code"),
        ("latest/app.py", "code"),
        ("src/protest/app.py", "code"),
        ("docstore/app.py", "code"),
        ("odd\\x0aname", "code"),
    ],
)
def test_path_tells_what_it_is_for(path: str, role: str) -> None:
    assert path_role(path) == role


@pytest.mark.parametrize(
    ("subject", "paths", "observed"),
    [
        ("feat: more cases", ["tests/test_a.py", "tests/test_b.py"], ("test", "paths:test")),
        ("Fix the build", [".github/workflows/ci.yml"], ("ci", "paths:ci")),
        ("Fix the build", ["README.md", "docs/a.md"], ("docs", "paths:docs")),
        ("Fix the race", ["src/a.py", "tests/test_a.py"], ("fix", "word:fix")),
        ("feat(fleet): fix the race", ["src/a.py"], ("fix", "word:fix")),
        ("fix(fleet): add a canary", ["src/a.py"], ("feat", "word:add")),
        ("Revert the canary", ["src/a.py"], ("revert", "word:revert")),
        ("Correct a typo in the error message", ["src/a.py"], ("docs", "word:typo")),
        ("Make it faster", ["src/a.py"], ("perf", "word:faster")),
        ("Rename the runner", ["src/a.py"], ("refactor", "word:rename")),
        ("Bump httpx from 0.27 to 0.28", [], ("build", "word:bump")),
        ("Prefix the names", ["src/a.py"], (None, None)),
        ("Wip", ["src/a.py"], (None, None)),
        ("", [], (None, None)),
    ],
)
def test_observed_type_goes_by_paths_then_words(subject: str, paths: list[str], observed: tuple) -> None:
    assert observed_type(subject, paths) == observed


FLEET = Theme(name="Fleet management", scopes=("fleet",), words=("autoscal",), tickets=("FLEET-",))
SECURITY = Theme(name="Security", branches=("security/*",), paths=("auth/**", "*.pem"), words=("harden",))


@pytest.mark.parametrize(
    ("given", "theme"),
    [
        (commit("feat(fleet): add"), ("Fleet management", "scope:fleet")),
        (commit("feat(FLEET): add"), ("Fleet management", "scope:fleet")),
        (commit("feat(fleets): add"), ("uncategorized", None)),
        (commit("Add autoscaling"), ("Fleet management", "word:autoscal")),
        (commit("Add it", body="for Autoscaling"), ("Fleet management", "word:autoscal")),
        (commit("Add noautoscaling"), ("uncategorized", None)),
        (commit("FLEET-12: add"), ("Fleet management", "ticket:FLEET-")),
        (commit("Add it", body="Closes FLEET-7."), ("Fleet management", "ticket:FLEET-")),
        (commit("fleet-12: add"), ("uncategorized", None)),
        (commit("MYFLEET-12: add"), ("uncategorized", None)),
        (commit("Merge pull request #7 from team/security/keys", is_merge=True), ("Security", "branch:security/*")),
        (commit("Merge branch 'security/keys' into main", is_merge=True), ("Security", "branch:security/*")),
        (
            commit("Merge remote-tracking branch 'origin/security/keys'", is_merge=True),
            ("Security", "branch:security/*"),
        ),
        (commit("Merge branch 'main'", is_merge=True), ("uncategorized", None)),
        (commit("Turn it", "auth/key.py"), ("Security", "paths:auth/** *.pem")),
        (commit("Turn it", "auth/key.py", "src/a.py"), ("Security", "paths:auth/** *.pem")),
        (commit("Turn it", "auth/key.py", "src/a.py", "src/b.py"), ("uncategorized", None)),
        (commit("Turn it", "deep/in/server.pem"), ("Security", "paths:auth/** *.pem")),
        (commit("feat(fleet): harden it", "auth/key.py"), ("Fleet management", "scope:fleet")),
        (commit("Harden it"), ("Security", "word:harden")),
        (commit("feat(auth): change"), ("uncategorized", None)),
    ],
)
def test_theme_is_the_first_whose_rule_matches(given: CommitText, theme: tuple) -> None:
    _, scope, _ = declared_type(given.subject)
    assert theme_finder([FLEET, SECURITY])(given, scope) == theme


def test_theme_given_first_wins() -> None:
    both = commit("feat(fleet): harden it", "auth/key.py")
    assert theme_finder([SECURITY, FLEET])(both, "fleet") == ("Security", "paths:auth/** *.pem")


def test_words_of_a_theme_are_no_patterns() -> None:
    find = theme_finder([Theme(name="Odd", words=("c++ (new)", "a.b"), tickets=("X.Y-",), scopes=("a|b",))])
    assert find(commit("Use C++ (new) here"), None) == ("Odd", "word:c++ (new)")
    assert find(commit("acb"), None) == ("uncategorized", None)
    assert find(commit("XaY-1"), None) == ("uncategorized", None)


KIND_COLUMNS = ("declared_type", "observed_type", "work_type", "theme", "theme_rule", "evidence")


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (commit("feat(fleet): add", "a.py"), ("feat", "feat", "feat", "Fleet management", "scope:fleet", "inferred")),
        (commit("fix: add", "a.py"), ("fix", "feat", "fix", "uncategorized", None, "inferred")),
        (commit("Add it", "a.py"), (None, "feat", "feat", "uncategorized", None, "inferred")),
        (commit("Wip", "a.py"), (None, None, "unknown", "uncategorized", None, "inferred")),
        (commit("Merge branch 'fix'", is_merge=True), (None, None, "merge", "uncategorized", None, "verified")),
        (
            commit("feat(fleet): merge it", is_merge=True),
            ("feat", None, "merge", "Fleet management", "scope:fleet", "inferred"),
        ),
    ],
)
def test_claim_wins_over_observation_and_merge_over_both(given: CommitText, kind: tuple) -> None:
    (row,) = commit_kinds([given], [FLEET, SECURITY]).to_dicts()
    assert tuple(row[column] for column in KIND_COLUMNS) == kind
    assert (row["repo"], row["commit_sha"], row["rules_digest"]) == ("app", "a1", rules_digest([FLEET, SECURITY]))
    assert row["work_type"] in WORK_TYPES


def test_rows_have_the_shape_of_their_table() -> None:
    assert commit_kinds([], []).schema == tables.schema("commit_kinds")
    assert commit_kinds([commit("x")], []).schema == tables.schema("commit_kinds")


def test_digest_changes_with_the_themes_and_their_order() -> None:
    orders = ([], [FLEET], [FLEET, SECURITY], [SECURITY, FLEET], [FLEET.model_copy(update={"words": ("auto",)})])
    assert len({rules_digest(themes) for themes in orders}) == len(orders)
    assert rules_digest([FLEET]) == rules_digest([FLEET.model_copy()])
