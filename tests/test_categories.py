"""What kind of work a commit was and which theme it served, rule by rule."""

import csv
import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from retro import tables
from retro.analyses.categories import (
    WORK_TYPES,
    Change,
    CommitText,
    commit_kinds,
    declared_type,
    judged,
    observed_type,
    path_role,
    rules_digest,
    theme_finder,
)
from retro.analyses.categories.confidence import CONFIDENCE
from retro.config import Theme


def commit(subject: str, *paths: str, body: str = "", is_merge: bool = False) -> CommitText:
    return CommitText("app", "a1", subject, body, is_merge, paths)


def changed(subject: str, *changes: tuple[str, str, int | None, int | None], body: str = "") -> CommitText:
    paths = [path for path, *_ in changes]
    return CommitText("app", "a1", subject, body, False, paths, [Change(*change) for change in changes])


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
        ("docs/specs/login.md", "docs"),
        ("specs/login_spec.rb", "test"),
        ("src/main/Commit.java", "code"),
        ("src/main/LoginIT.java", "test"),
        (".pre-commit-config.yaml", "ci"),
        ("tests/__snapshots__/page.snap", "test"),
        ("odd\\x0aname", "code"),
    ],
)
def test_path_tells_what_it_is_for(path: str, role: str) -> None:
    assert path_role(path) == role


ONE = "paths:one of code +1"
ONE_TESTED = "paths:one of code +1, paths:code and tests +1"
SILENT = "paths:one of code +1, shape:silent and narrow +3"


@pytest.mark.parametrize(
    ("given", "kind", "rule"),
    [
        (commit("feat: more cases", "tests/test_a.py", "tests/test_b.py"), "test", "paths:test"),
        (commit("Fix the build", ".github/workflows/ci.yml"), "ci", "paths:ci"),
        (commit("Fix the build", "README.md", "docs/a.md"), "docs", "paths:docs"),
        (commit("Pin the image", "README.md", "Dockerfile", "docs/a.md"), "docs", "paths:docs"),
        (commit("Pin dependencies", "README.md", "Dockerfile", "docs/a.md"), "build", "paths:build"),
        (commit("Revert the canary", "src/a.py"), "revert", "word:revert"),
        (commit("Correct a typo in the error message", "src/a.py"), "docs", "word:typo"),
        (commit("Fix lint", "src/a.py"), "refactor", "word:lint"),
        (commit("Bump httpx from 0.27 to 0.28"), "build", "word:bump"),
        (
            commit("Fix the race", "src/a.py", "tests/test_a.py"),
            "fix",
            f"first:fix +3, subject:defect +3, {ONE_TESTED}",
        ),
        (commit("feat(fleet): fix the race", "src/a.py"), "fix", f"first:fix +3, subject:defect +3, {ONE}"),
        (commit("net: dsa: fix the race", "src/a.c"), "fix", f"first:fix +3, subject:defect +3, {ONE}"),
        (commit("fix(fleet): add a canary", "src/a.py"), "feat", "word:add"),
        (
            commit("Add a lock to prevent a second start", "src/a.py"),
            "fix",
            f"first:feat -3, subject:prevent +3, {ONE}",
        ),
        (commit("Add the missing lock", "src/a.py"), "fix", f"first:repair +3, subject:defect +3, {ONE}"),
        (
            commit("Wait", "src/a.py", body='Fixes: 1a2b3c4d5e ("Start")'),
            "fix",
            f"first:guard +2, trailer:fixes +1, {ONE}",
        ),
        (
            commit("Move the lock", "src/a.py", body="The old place caused a hang."),
            "fix",
            f"first:refactor -2, body:defect +1, body:symptom +2, {ONE}",
        ),
        (
            commit("Move the lock", "src/a.py", body="fix #12"),
            "fix",
            f"first:refactor -2, body:fix +3, reference:fix +4, {ONE}",
        ),
        (commit("Move the lock", "src/a.py", body="Closes #12."), "refactor", "word:move"),
        (
            commit("Two starts", "src/a.py", body="The order was wrong."),
            "fix",
            f"first:other -1, body:defect +1, {ONE}",
        ),
        (commit("Better performance", "src/a.py"), "perf", "word:performance"),
        (commit("Rename the runner", "src/a.py"), "refactor", "word:rename"),
        (commit("Stop using the runner", "src/a.py"), "refactor", "word:stop"),
        (commit("Name of the popover", "src/a.py"), "fix", f"first:other -1, {SILENT}"),
        (commit("Change the popover", "src/a.py"), "fix", "shape:fix"),
        (commit("A popover", *(f"src/{name}.py" for name in "abcd")), "feat", "shape:feat"),
        (commit("Wip"), None, None),
        (commit(""), None, None),
        (commit("", ".gitignore"), None, None),
    ],
)
def test_observed_type_goes_by_paths_then_words_then_shape(
    given: CommitText, kind: str | None, rule: str | None
) -> None:
    observed = observed_type(given)
    assert (observed.kind, observed.rule) == (kind, rule)
    assert (observed.confidence is None) == (kind is None)


@pytest.mark.parametrize(
    ("given", "kind", "rule"),
    [
        (changed("Popover", ("src/new.py", "A", 40, 0)), "feat", "shape:feat"),
        (changed("Popover", ("src/a.py", "M", 190, 2)), "feat", "shape:feat"),
        (changed("Popover", ("src/a.py", "M", 3, 2)), "fix", f"first:other -1, {SILENT}"),
        (changed("Popover", ("src/b.py", "R", 0, 0)), "refactor", "shape:refactor"),
        (changed("Popover", ("src/a.py", "D", 0, 80)), "refactor", "shape:refactor"),
        (changed("Update the popover", ("src/a.py", "M", 3, 3)), "refactor", "shape:refactor"),
        (changed("Popover", ("src/a.png", "M", None, None)), "fix", f"first:other -1, {SILENT}"),
        (changed("Add a case", ("a.py", "M", 30, 1), ("tests/test_a.py", "M", 9, 0)), "feat", "word:add"),
        (changed("Add a case", ("a.py", "A", 3, 0), ("tests/test_a.py", "M", 9, 0)), "feat", "word:add"),
    ],
)
def test_lines_and_new_files_tell_what_words_do_not(given: CommitText, kind: str, rule: str) -> None:
    assert observed_type(given)[:2] == (kind, rule)


def test_changes_alone_tell_the_paths() -> None:
    given = CommitText("app", "a1", "Say more", "", False, (), [Change("README.md", "M", 3, 1)])
    assert observed_type(given)[:2] == ("docs", "paths:docs")


def test_each_confidence_is_a_share() -> None:
    assert all(0 < share < 1 for share in CONFIDENCE.values())


HOSTILE = [
    "a" * 4096,
    "a " * 2048,
    "a: " * 1365,
    "[" * 4096,
    "`" * 4095,
    "http://" * 600,
    "fix(" * 1024,
    "a.b/" * 1024,
    "#" * 4096,
    "fix " * 1024 + "#",
    "fix: a/" * 500 + "#",
    "no intended functional " * 170,
    "\n* fix(" * 600,
    "A-a: a\n\n" * 500,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_subject_costs_no_time(text: str) -> None:
    started = time.process_time()
    observed_type(commit(text, f"docs/{text}.md", text, body="caus" * 16_000 + text))
    declared_type(text, text)
    assert time.process_time() - started < 0.5


def labelled(path: Path) -> list[tuple[dict[str, str], CommitText]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row, labelled_commit(row)) for row in csv.DictReader(file)]


def labelled_commit(row: dict[str, str]) -> CommitText:
    """The file counts a commit's lines, not each path's: they are given to its first path of code."""
    subject, _, body = row["message"].partition("\n")
    paths = [part for part in row["paths"].split(";") if part]
    counted = next((path for path in paths if path_role(path) == "code"), paths[0] if paths else None)
    lines = (int(row["additions"]), int(row["deletions"]))
    changes = [Change(path, None, *(lines if path == counted else (0, 0))) for path in paths]
    return CommitText("app", row["sha"], subject, body.strip(), False, paths, changes)


def is_held_out(sha: str) -> bool:
    """The half of the ids that the rules were not tuned on, as benchmarks/categories.py splits them."""
    return int(hashlib.sha256(sha.encode()).hexdigest(), 16) % 2 == 1


def test_seven_types_are_told_as_well_as_reported(samples: Path) -> None:
    """Reported .810 on all rows and .794 on the held-out half (benchmarks/categories.md); .02 is left for a row or two."""
    rows = labelled(samples / "commit-labels" / "zeng_ccs_350.csv")
    right = {row["sha"]: observed_type(given).kind == row["label"] for row, given in rows}
    held = [is_right for sha, is_right in right.items() if is_held_out(sha)]
    assert sum(right.values()) / len(right) >= 0.79
    assert sum(held) / len(held) >= 0.774


@pytest.mark.parametrize(
    ("rows_of", "least"),
    [(lambda sha: True, 0.729), (is_held_out, 0.67)],
    ids=["all", "held out"],
)
def test_bug_fixes_of_linux_are_told_as_well_as_reported(samples: Path, rows_of: Callable, least: float) -> None:
    """Reported F1 .749 on all rows and .690 on the held-out half (benchmarks/categories.md); .02 is left."""
    rows = [pair for pair in labelled(samples / "commit-labels" / "linux_human_annot.csv") if pair[0]["n_annot"] == "3"]
    rows = [pair for pair in rows if rows_of(pair[0]["sha"])]
    said = {row["sha"] for row, given in rows if judged(given)[1].evidence}
    true = {row["sha"] for row, _ in rows if row["label"] == "corrective"}
    assert 2 * len(said & true) / (len(said) + len(true)) >= least


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
        (commit("Wip"), (None, None, "unknown", "uncategorized", None, "inferred")),
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
