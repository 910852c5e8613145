"""`retro doctor`: each thing that can be missing, stale or broken in a project, and how to mend it."""

import fcntl
import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from retro import warehouse
from retro.project import Check, doctor

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
SETTINGS = """\
[project]
name = "Gateway"
timezone = "Europe/Berlin"
[sprints]
first = 2026-02-23
days = 14
[[sprints.named]]
id = 2
start = 2026-03-09
end = 2026-03-19
[[repos]]
path = "clone"
name = "platform"
branch = "main"
"""
DAY = datetime(2026, 3, 19, 15, 30, tzinfo=UTC)
SPRINTS = Check("ok", "sprints", '2 planned; last finished "2" (Mon 9 March to Thu 19 March 2026)')


def git(folder: Path, *arguments: str) -> str:
    stamp = f"{int(DAY.timestamp())} +0000"
    environment = {
        "PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_DATE": stamp,
        "GIT_COMMITTER_DATE": stamp, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org",
    }  # fmt: skip
    return subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def root(tmp_path) -> Path:
    """A project with one clone of one commit."""
    (tmp_path / "retro.toml").write_text(SETTINGS)
    git(tmp_path, "init", "-q", "--initial-branch=main", "clone")
    git(tmp_path / "clone", "commit", "-q", "--allow-empty", "-m", "Begin")
    return tmp_path


def checks(root: Path) -> list[Check]:
    """What doctor says about the project itself; the machine and its disk are left out."""
    return [check for check in doctor(root, NOW) if check.what not in ("Python", "DuckDB", "git", "disk")]


def found(root: Path, what: str) -> list[Check]:
    return [check for check in checks(root) if check.what == what]


def healthy(root: Path) -> list[Check]:
    """What is said about the project of the fixture before anything is mined."""
    return [
        Check("ok", "settings", f'{root}/retro.toml, project "Gateway"'),
        Check("ok", "repository platform", f"{root}/clone: main, last commit Thu 19 March 2026, 16:30 CET"),
        SPRINTS,
        Check("warn", "warehouse", f"{root}/data/retro.duckdb: not there yet", "run `retro mine`"),
    ]


def fill(root: Path, *statements: str) -> None:
    """A warehouse whose repository was mined six hours ago."""
    sha = git(root / "clone", "rev-parse", "HEAD")
    (root / "data").mkdir()
    with warehouse.rewrite(root / warehouse.FILE) as connection:
        connection.execute(
            "insert into repos by name select 'platform' as repo, 'refs/heads/main' as default_branch, "
            f"'{sha}' as default_branch_sha, 'x' as tips_digest, 'sha1' as object_format, false as is_shallow, "
            "true as is_configured, timestamptz '2026-03-20 06:00:00+00' as mined_at"
        )
        for statement in statements:
            connection.execute(statement)


def logged(item: str, started_at: str, status: str, counts: tuple[int, int, int], reason: str | None) -> str:
    read, skipped, masked = counts
    told = f"'{reason}'" if reason else "null"
    return (
        f"insert into load_log values ('git', '{item}', null, '{status}', false, {read}, {read - skipped}, {skipped}, {told}, "
        f"{masked}, '{started_at}+00', '{started_at}+00')"
    )


def test_a_project_before_its_first_run_lacks_only_the_warehouse(root):
    assert checks(root) == healthy(root)
    assert sorted(path.name for path in root.iterdir()) == ["clone", "retro.toml"]


def test_the_machine_is_told_first(root):
    versions = {check.what: check.detail for check in doctor(root, NOW)[:3]}
    assert versions == {
        "Python": platform.python_version(),
        "DuckDB": duckdb.__version__,
        "git": git(root, "--version").removeprefix("git version "),
    }


def test_a_mined_project_is_well(root):
    fill(root, logged("platform", "2026-03-20 06:00:00", "loaded", (10, 0, 3), None))
    assert checks(root) == [
        *healthy(root)[:-1],
        Check("ok", "warehouse", "1 repository, mined 6 hours ago"),
        Check("ok", "secrets", "3 secrets masked by the runs so far"),
    ]


def test_mistakes_in_the_settings_are_told_in_full(root):
    (root / "retro.toml").write_text("[project]\nnane = 1\n")
    told = (
        f"{root}/retro.toml:1: project.name: missing; it has to be given\n"
        f"{root}/retro.toml:2: project.nane = 1: unknown key; did you mean name? (allowed: name, timezone, invented)"
    )
    assert checks(root) == [Check("fail", "settings", told, "mend retro.toml as told")]


def test_without_settings_the_way_to_them_is_told(tmp_path):
    told = f"{tmp_path}/retro.toml: no such file; run `retro init` in {tmp_path} to write one"
    assert checks(tmp_path) == [Check("fail", "settings", told, "mend retro.toml as told")]


def test_each_repository_is_looked_at_though_another_is_broken(root):
    git(root, "init", "-q", "empty")
    (root / "plain").mkdir()
    more = '[[repos]]\npath = "empty"\n[[repos]]\npath = "plain"\n[[repos]]\npath = "gone"\n'
    more += '[[repos]]\npath = "clone/.git"\nname = "other"\nbranch = "trunk"\n'
    (root / "retro.toml").write_text(SETTINGS + more)
    told = {check.what: (check.level, check.detail) for check in checks(root) if check.what.startswith("repository")}
    assert told == {
        "repository platform": ("ok", f"{root}/clone: main, last commit Thu 19 March 2026, 16:30 CET"),
        "repository empty": ("warn", f"{root}/empty: no commit yet"),
        "repository plain": (
            "fail",
            f"{root}/plain: not a git repository; name a clone or a bare repository in retro.toml",
        ),
        "repository gone": (
            "fail",
            f"{root}/gone: no such folder; correct `path` in retro.toml or clone the repository there",
        ),
        "repository other": (
            "fail",
            f"{root}/clone/.git: no branch 'trunk'; branches there: main; "
            "correct `branch` of this repository in retro.toml",
        ),
    }


def test_a_shallow_clone_and_a_broken_ref_are_told(root):
    git(root / "clone", "commit", "-q", "--allow-empty", "-m", "Go on")
    shutil.move(root / "clone", root / "source")
    git(root, "clone", "-q", "--depth=1", f"file://{root}/source", "clone")
    (root / "clone/.git/refs/heads/torn").write_text("0000\n")
    what = "repository platform"
    assert found(root, what)[1:] == [
        Check("warn", what, "a shallow clone: older commits are not there", "run `git fetch --unshallow` in it"),
        Check("warn", what, '1 broken ref: "refs/heads/torn"', "run `git fsck` in it"),
    ]


def test_a_missing_commit_fails_its_repository_only(root):
    sha = git(root / "clone", "rev-parse", "HEAD")
    (root / "clone/.git/objects" / sha[:2] / sha[2:]).unlink()
    (check,) = found(root, "repository platform")
    assert (check.level, sha in check.detail) == ("fail", True)
    assert SPRINTS in checks(root)


def test_sprints_that_run_and_days_between_them_are_told(root):
    (root / "retro.toml").write_text(SETTINGS.replace("end = 2026-03-19", "end = 2026-03-15"))
    later = datetime(2026, 3, 23, 12, 0, tzinfo=UTC)
    told = [check for check in doctor(root, later) if check.what in ("sprints", "days without a sprint")]
    assert told == [
        Check(
            "ok",
            "sprints",
            '3 planned; running "3" (Mon 23 March to Sun 5 April 2026); '
            'last finished "2" (Mon 9 March to Sun 15 March 2026)',
        ),
        Check("ok", "days without a sprint", "1 gap, the latest: Mon 16 March to Sun 22 March 2026"),
    ]


def test_no_sprint_is_a_failure(root):
    (root / "retro.toml").write_text('[project]\nname = "Gateway"\n')
    told = "no sprint is planned; set `first` and `days` under [sprints] in retro.toml"
    assert found(root, "sprints") == [Check("fail", "sprints", told, "correct [sprints] in retro.toml")]


def test_a_warehouse_behind_its_repositories_is_stale(root):
    fill(root)
    git(root / "clone", "commit", "-q", "--allow-empty", "-m", "Go on")
    git(root, "clone", "-q", "clone", "second")
    (root / "retro.toml").write_text(SETTINGS + '[[repos]]\npath = "second"\n')
    assert found(root, "warehouse") == [
        Check("ok", "warehouse", "1 repository, mined 6 hours ago"),
        Check("warn", "warehouse", "behind the default branch of platform and second", "run `retro mine`"),
    ]


def test_what_the_latest_run_with_rows_left_out_is_told(root):
    fill(
        root,
        logged("platform", "2026-03-18 06:00:00", "failed", (0, 0, 0), "missing object"),
        logged("platform", "2026-03-19 06:00:00", "loaded", (10, 2, 1), "unreadable: 2"),
        logged("platform", "2026-03-20 06:00:00", "loaded", (0, 0, 0), None),
        logged("site", "2026-03-19 06:00:00", "loaded", (5, 0, 1), None),
        logged("site", "2026-03-20 06:00:00", "failed", (0, 0, 0), "missing object"),
        logged("logs", "2026-03-20 06:00:00", "unread", (0, 0, 0), "not yet"),
    )
    assert checks(root)[-3:] == [
        Check("warn", "git platform", "2 rows skipped; unreadable: 2"),
        Check("fail", "git site", "not read: missing object", "mend it and run `retro mine`"),
        Check("ok", "secrets", "2 secrets masked by the runs so far"),
    ]


def test_a_running_writer_and_copies_of_dead_ones_are_told(root):
    ended = subprocess.Popen(["true"])
    ended.wait()
    (root / "data").mkdir()
    for name in (f".retro.{ended.pid}.duckdb", f".retro.{os.getpid()}.duckdb", ".retro.lock"):
        (root / "data" / name).touch()
    with open(root / "data/.retro.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = checks(root)
    left = f'".retro.{ended.pid}.duckdb" of runs that were cut off'
    stale = Check("warn", "stale copies", left, "the next `retro mine` removes them")
    locked = Check("warn", "lock", "another run is writing the warehouse", "wait for its end")
    assert told == [*healthy(root)[:-1], locked, stale, healthy(root)[-1]]
    assert checks(root) == [*healthy(root)[:-1], stale, healthy(root)[-1]]


@pytest.mark.parametrize("content", [b"", b"not a database" * 1000])
def test_a_damaged_warehouse_is_told_without_a_traceback(root, content):
    (root / "data").mkdir()
    (root / "data/retro.duckdb").write_bytes(content)
    assert [check.level for check in found(root, "warehouse")] == ["fail"]


def test_a_warehouse_without_the_tables_is_told_without_a_traceback(root):
    (root / "data").mkdir()
    duckdb.connect(root / "data/retro.duckdb").close()
    assert [check.level for check in found(root, "warehouse")] == ["fail"]


def test_little_space_is_told(root, monkeypatch):
    few = shutil.disk_usage(root)._replace(free=100 << 20)
    monkeypatch.setattr("shutil.disk_usage", lambda path: few)
    disk = [check for check in doctor(root, NOW) if check.what == "disk"]
    mend = "free some space: each run writes a copy of the warehouse first"
    assert disk == [Check("warn", "disk", f"100 MB free at {root}", mend)]


def test_a_git_that_is_too_old_is_told_and_the_rest_too(root, monkeypatch):
    old = root / "bin" / "git"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho git version 2.20.1\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{old.parent}:{os.environ['PATH']}")
    told = doctor(root, NOW)
    mend = "mend what is told and run it again"
    assert Check("fail", "machine", "'git version 2.20.1' is too old; install git 2.37 or newer", mend) in told
    assert SPRINTS in told


COMMITS = """
    insert into commits by name
    select
        'platform' as repo, 'a' || place as commit_sha, [] as parent_shas, 'feat: x' as subject, '' as body, false as is_merge,
        false as is_boundary, true as is_on_default_branch, timestamptz '{day} 09:00:00+00' + to_days(place) as committed_at
    from range({count}) as counted(place)
"""
PLAN = """
    insert into sprints by name
    select '2' as sprint, 1 as sequence, timestamptz '2026-03-08 23:00:00+00' as starts_at,
        timestamptz '2026-03-19 23:00:00+00' as ends_at, date '2026-03-09' as first_date, date '2026-03-19' as last_date,
        'named' as origin
"""


def test_a_repository_without_a_commit_in_any_sprint_is_told(root):
    fill(root, PLAN, COMMITS.format(day="2025-03-17", count=2))
    told = "none of its 2 commits, made from Mon 17 March 2025, 10:00 CET to Tue 18 March 2025, 10:00 CET, lies in a sprint"
    mend = "set `first` under [sprints] to a day before them, or name the branch"
    assert found(root, "repository platform")[1:] == [Check("warn", "repository platform", told, mend)]


def test_a_repository_with_a_commit_in_a_sprint_is_fine(root):
    fill(root, PLAN, COMMITS.format(day="2026-03-08", count=2))
    assert [check.level for check in found(root, "repository platform")] == ["ok"]


def test_contents_that_are_missing_are_told_by_the_rows_that_stand_not_by_the_last_run(root):
    fill(
        root,
        PLAN,
        COMMITS.format(day="2026-03-08", count=2),
        "insert into commit_files by name select 'platform' as repo, unnest(['a0', 'a0', 'a1', 'a1']) as commit_sha, "
        "unnest(['a', 'b', 'a', 'c']) as path, 'M' as change_kind, "
        "unnest(['missing', 'missing', 'missing', 'binary']) as lines_status",
        logged("platform", "2026-03-19 06:00:00", "loaded", (1, 0, 0), "3 changed files without line counts"),
        logged("platform", "2026-03-20 06:00:00", "loaded", (1, 0, 0), None),
    )
    told = "3 changed files of 2 commits without line counts: the content was missing"
    mend = "bring the content into the clone, then run `retro mine --full`"
    assert found(root, "repository platform")[1:] == [Check("warn", "repository platform", told, mend)]
    assert found(root, "git platform") == []


def test_commits_that_a_rewritten_history_left_are_told(root):
    gone = "insert into gone_commits select repo, commit_sha, timestamptz '2026-03-19 06:00:00+00' from commits"
    fill(root, PLAN, COMMITS.format(day="2026-03-08", count=2), gone)
    told = "2 commits that neither the default branch nor a release reaches any more, kept: `retro mine --prune` removes them"
    assert found(root, "repository platform")[1:] == [Check("ok", "repository platform", told)]


def test_a_warehouse_of_before_commits_were_marked_as_gone_is_read(root):
    fill(root, PLAN, COMMITS.format(day="2026-03-08", count=2), "drop table gone_commits")
    assert [check.level for check in found(root, "repository platform")] == ["ok"]
