"""The demo holds the founding story, recounted here by plain git and never by Retro."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from retro.demo import write_demo
from retro.errors import GitError, UsageError

MAIN = "65be225a8af201693db94ce2b3082ecfa5bffaeb"
GOVERNANCE = "services/gateway/governance.py"
PRICES = "services/billing/price_lookup.py"
NUMBER = re.compile(r"^Merge pull request #(\d+) |\(#(\d+)\)$")
CLEAN = {
    "PATH": os.environ.get("PATH", os.defpath),
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "TZ": "UTC",
}

Git = Callable[..., str]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo(tmp_path_factory.mktemp("demo") / "project")


@pytest.fixture(scope="module")
def git(demo: Path) -> Git:
    def run(*arguments: str) -> str:
        command = ["git", f"--git-dir={demo / 'platform.git'}", *arguments]
        return subprocess.run(command, env=CLEAN, capture_output=True, check=True, encoding="utf-8").stdout

    return run


@pytest.fixture(scope="module")
def sprint(git: Git) -> list[tuple[str, int, str]]:
    """Id, number of parents and subject of each commit of sprint 2, the newest first."""
    first, last = (datetime.fromisoformat(f"2026-03-{day:02}T00:00+01:00").timestamp() for day in (9, 20))
    rows = [row.split("\t") for row in git("log", "--format=%H%x09%P%x09%ct%x09%s", "main").splitlines()]
    return [(sha, len(parents.split()), subject) for sha, parents, at, subject in rows if first <= int(at) < last]


@pytest.fixture(scope="module")
def changes(git: Git, sprint: list[tuple[str, int, str]]) -> list[tuple[str, str, str]]:
    """Added lines, deleted lines and new path of each file of each commit without merges."""
    rows = []
    for sha in (sha for sha, parents, _ in sprint if parents == 1):
        tokens = iter(git("show", "--format=", "--numstat", "-z", "-M", sha).split("\0"))
        for token in tokens:
            if token:
                added, deleted, path = token.split("\t")
                rows.append((added, deleted, path or (next(tokens), next(tokens))[1]))
    return rows


def only(sprint: list[tuple[str, int, str]], text: str) -> str:
    """Id of the one commit whose subject has this text."""
    [sha] = [sha for sha, _, subject in sprint if text in subject]
    return sha


def numbers(subjects: list[str]) -> set[str]:
    return {match[1] or match[2] for match in map(NUMBER.search, subjects) if match}


def parses(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def test_the_history_is_the_same_to_the_commit_id(git):
    assert git("rev-parse", "main").strip() == MAIN


def test_neither_settings_nor_environment_nor_clock_change_an_object(git, tmp_path):
    (tmp_path / ".gitconfig").write_text(
        "[init]\ndefaultBranch = trunk\ndefaultObjectFormat = sha256\ntemplateDir = /nowhere\n"
        "[core]\nautocrlf = true\ncompression = 0\n[user]\nname = Someone\n[fastimport]\nunpackLimit = 1\n"
    )
    hostile = {
        "HOME": str(tmp_path),
        "LC_ALL": "tr_TR.UTF-8",
        "TZ": "Pacific/Kiritimati",
        "PYTHONHASHSEED": "7",
        "GIT_DIR": "/nowhere",
        "GIT_DEFAULT_HASH": "sha256",
        "GIT_AUTHOR_DATE": "2001-01-01T00:00:00Z",
        "GIT_COMMITTER_NAME": "Someone",
    }
    code = "import sys; from pathlib import Path; from retro.demo import write_demo; write_demo(Path(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(tmp_path / "again")]
    subprocess.run(command, env=os.environ | hostile, check=True, cwd=Path(__file__).parent.parent)
    again = subprocess.run(
        ["git", f"--git-dir={tmp_path / 'again' / 'platform.git'}", "for-each-ref"],
        env=CLEAN,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert again.stdout == git("for-each-ref")


def test_git_finds_no_fault_in_the_repository(demo):
    command = ["git", f"--git-dir={demo / 'platform.git'}", "fsck", "--strict", "--no-progress"]
    done = subprocess.run(command, env=CLEAN, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_the_folder_holds_settings_the_repository_and_what_the_sources_read(demo):
    assert sorted(path.name for path in demo.iterdir()) == ["data", "logs", "notes", "platform.git", "retro.toml"]
    assert "everything in this project is invented" in (demo / "retro.toml").read_text(encoding="utf-8").lower()


def test_sprint_2_has_319_commits_1192_files_and_212_thousand_lines(sprint, changes):
    assert len(sprint) == 319
    assert len({path for _, _, path in changes}) == 1_192
    assert sum(int(added) for added, _, _ in changes if added != "-") // 1_000 == 212


def test_sprint_2_has_104_merged_pull_requests_and_one_release_of_59(git, sprint):
    assert len(numbers([subject for _, _, subject in sprint])) == 104
    assert len(numbers(git("log", "--format=%s", "v1.4.0..v2.0.0").splitlines())) == 59
    released = [sha for sha, _, _ in sprint if sha == git("rev-parse", "v2.0.0^{commit}").strip()]
    assert len(released) == 1 and git("cat-file", "-t", "v2.0.0").strip() == "tag"


def test_feature_commits_by_scope_are_those_of_the_story(sprint):
    scopes = [re.match(r"feat\((\w+)\): ", subject) for _, parents, subject in sprint if parents == 1]
    assert Counter(match[1] for match in scopes if match) == {
        "fleet": 18,
        "security": 12,
        "desktop": 8,
        "governance": 7,
        "dashboard": 6,
        "runner": 5,
        "models": 2,
        "cost": 2,
    }


def test_the_edges_of_the_sprint_are_tried_by_a_commit_on_each_side(git):
    moments = git("log", "--format=%cd", "--date=format-local:%d %H:%M", "main").splitlines()
    assert {"08 22:50", "08 23:20", "19 22:40", "19 23:10"} <= set(moments)


def test_a_clean_merge_breaks_the_governance_file_and_78_removed_lines_mend_it(git, sprint):
    merge, repair = only(sprint, "/policy-tiers"), only(sprint, "remove the half-merged")
    versions = [f"{merge}^1", f"{merge}^2", merge, repair]
    assert [parses(git("show", f"{name}:{GOVERNANCE}")) for name in versions] == [True, True, False, True]
    assert git("show", "--format=", "--numstat", repair) == f"0\t78\t{GOVERNANCE}\n"
    days = git("log", "--no-walk=unsorted", "--format=%cs", merge, repair).split()
    assert days == ["2026-03-17", "2026-03-19"]


def test_the_broken_governance_file_uses_a_name_that_one_branch_took_away(git, sprint):
    merge = only(sprint, "/policy-tiers")
    text = git("show", f"{merge}:{GOVERNANCE}")
    assert ("def remaining(" in text, text.count("remaining(limit, ledger)")) == (False, 2)
    assert text.count("def usage_by_team(") == 2
    repaired = git("show", f"{only(sprint, 'remove the half-merged')}:{GOVERNANCE}")
    assert ("remaining(" in repaired, repaired.count("def usage_by_team(")) == (False, 1)


def test_only_the_governance_merge_leaves_a_python_file_that_does_not_parse(git):
    rows = git("log", "--all", "-m", "--raw", "--no-abbrev", "--no-renames", "--format=", "--", "*.py").splitlines()
    blobs = {(fields[3], path) for fields, path in ((row.split("\t")[0].split(), row.split("\t")[1]) for row in rows)}
    broken = [path for blob, path in blobs if set(blob) != {"0"} and not parses(git("cat-file", "blob", blob))]
    assert broken == [GOVERNANCE]


def test_every_merge_is_what_git_itself_makes_of_its_parents(git):
    assert git("log", "--merges", "--remerge-diff", "--format=", "main") == ""


def test_the_model_swap_touches_46_files_and_forgets_the_price(git, sprint):
    swap = only(sprint, "feat(models): answer with stepfun/step-3.5-flash")
    rows = [row.split("\t") for row in git("show", "--format=", "--numstat", swap).splitlines()]
    assert {(added, deleted) for added, deleted, _ in rows} == {("1", "1")}
    areas = Counter(path.partition("/")[0] for _, _, path in rows)
    assert areas == {"services": 23, "reference-app": 15, "docs": 5, "tests": 3}
    assert git("grep", "--name-only", "-F", "claude-sonnet-4.5", swap).split() == [f"{swap}:{PRICES}"]


def test_three_bugs_escape_into_the_release(git, sprint):
    escapes = {
        "feat(models): answer with": "fix(cost): price the model that answers",
        "feat(desktop): show the input latency": "fix(desktop): show no latency before",
        "feat(fleet): buy spot hosts": 'Revert "feat(fleet): buy spot hosts',
    }
    origins = [only([row for row in sprint if not row[2].startswith("Revert")], text) for text in escapes]
    repairs = [only(sprint, text) for text in escapes.values()]
    released = set(git("rev-list", "v2.0.0").split())
    assert (released.issuperset(origins), released.isdisjoint(repairs)) == (True, True)
    assert f"\nFixes: {origins[0]}\n" in git("log", "-1", "--format=%B", repairs[0])
    assert f"\nThis reverts commit {origins[2]}.\n" in git("log", "-1", "--format=%B", repairs[2])
    place = ("-L/part . whole/,+1", f"{repairs[1]}^", "--", "services/desktop/input_latency.py")
    assert origins[1] in git("blame", "-l", *place)


def test_six_faults_are_mended_in_their_own_pull_request(git, sprint):
    mended = [sha for sha, _, subject in sprint if subject.endswith(", as review asked")]
    mainline = set(git("rev-list", "--first-parent", "main").split())
    assert (len(mended), mainline.isdisjoint(mended)) == (6, True)


def test_pull_request_101_waits_for_its_repair(git):
    [fix, feature] = git("log", "-2", "--format=%H", "refs/pull/101/head").split()
    judge, page = "services/gateway/judge.py", "docs/gateway/judge.md"
    counts = [git("show", f"{sha}:{judge}").count("import json\n") for sha in (feature, fix)]
    placeholders = [git("show", f"{sha}:{page}").count("\n!!! ") for sha in (feature, fix)]
    assert (counts, placeholders) == ([2, 1], [1, 0])
    assert git("log", "--no-walk=unsorted", "--format=%cs", feature, fix).split() == ["2026-03-11", "2026-03-16"]


def test_pull_request_refs_hold_what_was_squashed_rebased_or_never_merged(git):
    heads = {f"refs/pull/{number}/head" for number in (66, 84, 36, 101)}
    assert heads <= set(git("for-each-ref", "--format=%(refname)", "refs/pull").split())
    outside = [head for head in sorted(heads) if git("rev-list", head, "^main")]
    assert outside == ["refs/pull/36/head", "refs/pull/66/head", "refs/pull/84/head"]
    assert git("rev-parse", "refs/heads/runner/wasm-runner") == git("rev-parse", "refs/pull/66/head")
    [landed] = git("log", "--format=%H", "--grep=list regions with their hosts", "v1.4.0").split()
    assert git("show", "--format=%an %at %B", landed) == git("show", "--format=%an %at %B", "refs/pull/36/head~1")


@pytest.mark.parametrize("name", ["there", "there/file", "there/file/below"])
def test_a_folder_that_holds_something_is_left_alone(tmp_path, name):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "file").write_text("mine")
    with pytest.raises(UsageError, match=re.escape(str(tmp_path / name))):
        write_demo(tmp_path / name)
    assert [path.read_text() for path in (tmp_path / "there").iterdir()] == ["mine"]


def test_an_empty_folder_is_filled(tmp_path):
    assert write_demo(tmp_path) == tmp_path
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "logs", "notes", "platform.git", "retro.toml"]


def test_without_git_the_error_says_so_and_nothing_is_left(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(GitError, match="needs git"):
        write_demo(tmp_path / "demo")
    assert list((tmp_path / "demo").iterdir()) == []


@pytest.mark.parametrize("ending", ["exit 128", "kill -9 $$", "read line; exit 1"])
def test_a_git_that_stops_early_leaves_nothing_behind(tmp_path, monkeypatch, ending):
    script = f'#!/bin/sh\ncase "$*" in *fast-import*) {ending};; esac\nexec {shutil.which("git")} "$@"\n'
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").write_text(script)
    (tmp_path / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(GitError, match="could not write the demo's repository"):
        write_demo(tmp_path / "demo")
    assert list((tmp_path / "demo").iterdir()) == []
