"""Mining brings the warehouse to what the repositories are now: every row once, what is new only, nothing lost."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from repositories import (
    START,
    TABLES,
    History,
    Moved,
    Repository,
    fingerprint,
    git,
    mined_rows,
    obeying,
    project,
    query,
    told_by_git,
)

from retro import warehouse
from retro.errors import SettingsError, UsageError
from retro.pipeline import choose_sprint, mine

LOG = "select item, status, rows_read, rows_loaded, rows_skipped, reason, masked_count from load_log"


def story(count: int = 4) -> History:
    """A line of commits on main with a merged side branch in front, two of them released."""
    made = History()
    base = made.commit("feat: begin", {"src/a.py": "1\n2\n3\n4\n", "README.md": "read me\n"})
    side = made.commit("fix: side\n\nRefs: #1\n", {"src/b.py": "x\n"}, branch="side", parents=[base])
    made.commit("Merge branch 'side'", {"src/b.py": "x\n"}, parents=[base, side])
    for number in range(count):
        made.commit(f"feat: step {number}", {"src/a.py": "1\n2\n3\n4\n" + f"{number}\n" * (number + 2)})
    made.tag("v1.0", base, at=START + 4_000)
    made.tag("v1.1", 4)
    made.tag("not-a-release", 4)
    return made


@pytest.fixture
def repository(tmp_path) -> Repository:
    return story().write(tmp_path / "repo")


@pytest.fixture
def root(tmp_path, repository) -> Path:
    return project(tmp_path / "project", repository)


def tables_of(root: Path) -> dict[str, list[tuple]]:
    """Every table but for the log and the times of the runs."""
    rows = {name: query(root, f"select * from {name}") for name in (*TABLES, "commit_kinds", "file_kinds", "sprints")}
    return rows | {"repos": query(root, "select * exclude (mined_at) from repos")}


def state_of(root: Path) -> tuple:
    """What changes when anybody writes the warehouse."""
    file = root / "data" / "retro.duckdb"
    status = file.stat()
    return status.st_ino, status.st_mtime_ns, status.st_ctime_ns, file.read_bytes()


def test_mining_git_imports_neither_pyarrow_nor_numpy(root):
    script = "import sys; from pathlib import Path; from retro import pipeline; pipeline.mine(Path(sys.argv[1]));"
    script += "print(sorted({'pyarrow', 'numpy'} & sys.modules.keys()))"
    answer = subprocess.run([sys.executable, "-c", script, str(root)], check=True, capture_output=True, text=True)
    assert answer.stdout.strip() == "[]"


def test_first_run_holds_what_git_tells(root, repository):
    mined = mine(root)
    assert (mined.commits, mined.failures, mined.is_written) == ({"repo": 7}, {}, True)
    assert mined_rows(root) == told_by_git(repository.path, "repo", releases=["v1.0", "v1.1"])
    assert query(root, LOG) == [("repo", "loaded", 7, 7, 0, None, 0)]
    branch = ("repo", "refs/heads/main", repository.shas[7], "sha1", False, True)
    row = "select repo, default_branch, default_branch_sha, object_format, is_shallow, is_configured from repos"
    assert query(root, row) == [branch]


def test_second_run_reads_new_commits_only(root, repository):
    mine(root)
    repository.grow(story(6))
    git(repository.path, "tag", "v2.0", repository.shas[9])
    mined = mine(root)
    assert mined.commits == {"repo": 2}
    assert [row[2] for row in query(root, LOG)] == [2, 7]
    assert mined_rows(root) == told_by_git(repository.path, "repo", releases=["v1.0", "v1.1", "v2.0"])


def test_nothing_new_writes_nothing_and_starts_no_git(root, repository, tmp_path, monkeypatch):
    repository.set_ref("refs/remotes/origin/main", repository.shas[6])  # the clone is ahead of its origin
    mine(root)
    before = state_of(root)
    (tmp_path / "fake").mkdir()
    (tmp_path / "fake" / "git").write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    (tmp_path / "fake" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "fake"))
    mined = mine(root)
    assert (mined.commits, mined.failures, mined.is_written) == ({}, {}, False)
    assert state_of(root) == before
    assert not (tmp_path / "started").exists()


def test_refs_that_no_row_comes_from_are_nothing_new(root, repository):
    mine(root)
    before = state_of(root)
    repository.set_ref("refs/heads/topic", repository.shas[2])
    repository.set_ref("refs/pull/1/merge", repository.shas[3])
    git(repository.path, "pack-refs", "--all")
    assert not mine(root).is_written
    assert state_of(root) == before


def test_release_made_or_removed_later_needs_no_commit_read_again(root, repository):
    mine(root)
    git(repository.path, "tag", "v2.0", repository.shas[6])
    assert mine(root).commits == {"repo": 0}
    assert mined_rows(root) == told_by_git(repository.path, "repo", releases=["v1.0", "v1.1", "v2.0"])
    git(repository.path, "tag", "-d", "v1.1")
    assert mine(root).commits == {"repo": 0}
    assert mined_rows(root) == told_by_git(repository.path, "repo", releases=["v1.0", "v2.0"])


def test_first_release_wins_a_commit(root, repository):
    git(repository.path, "tag", "v0.9", repository.shas[5])
    mine(root)
    shas = repository.shas
    assert {sha: tag for _, sha, tag in mined_rows(root)["release_commits"]} == {
        shas[1]: "v1.0", shas[2]: "v1.1", shas[3]: "v1.1", shas[4]: "v1.1", shas[5]: "v0.9",
    }  # fmt: skip


def test_force_push_takes_commits_off_the_branch_and_keeps_their_rows(root, repository):
    mine(root)
    gone = [repository.shas[number] for number in (5, 6, 7)]
    before = mined_rows(root)
    rewritten = story(1)
    rewritten.commit("feat: another way", {"src/c.py": "c\n" * 5})
    repository.grow(rewritten)
    assert mine(root).commits == {"repo": 1}
    told = told_by_git(repository.path, "repo", releases=["v1.0", "v1.1"])
    now = mined_rows(root)
    for table in ("commit_files", "commit_trailers"):
        assert now[table] == sorted({*told[table], *(row for row in before[table] if row[1] in gone)}, key=repr)
    assert [row for row in now["commits"] if row[1] not in gone] == told["commits"]
    kept = [(*row[:13], False, None) for row in before["commits"] if row[1] in gone]
    assert [row for row in now["commits"] if row[1] in gone] == kept
    assert query(root, "select commit_count, changed_file_count, added_lines from sprint_totals") == [
        (5, 4, 4 + 1 + 1 + 2 + 5)
    ]


def test_what_a_force_push_left_is_marked_until_it_comes_back(root, repository):
    mine(root)
    first = repository.shas[7]
    gone = [("repo", repository.shas[number]) for number in (5, 6, 7)]
    marked = (
        "select gone_commits.repo, gone_commits.commit_sha from gone_commits semi join commits using (repo, commit_sha)"
    )
    reasons = "select reason from load_log order by started_at desc limit 1"
    assert query(root, marked) == []
    repository.grow(story(1))
    git(repository.path, "tag", "v2.0", repository.shas[3])
    mine(root)
    assert query(root, marked) == sorted(gone)
    told = "commits that neither the default branch nor a release reaches any more, kept (gone_commits): 3"
    assert query(root, reasons) == [(told,)]
    times = query(root, "select gone_at from gone_commits")
    git(repository.path, "tag", "v3.0", gone[0][1])
    mine(root)
    assert query(root, marked) == sorted(gone[1:])
    assert query(root, "select gone_at from gone_commits") == times[1:]
    assert query(root, reasons) == [(None,)]
    git(repository.path, "update-ref", "refs/heads/main", first)
    mine(root)
    assert query(root, "select * from gone_commits") == []
    git(repository.path, "tag", "-d", "v3.0")
    repository.grow(story(1))
    mine(root, prune=True)
    assert query(root, "select * from gone_commits") == []


def test_prune_removes_what_no_branch_and_no_release_reaches(root, repository):
    mine(root)
    repository.grow(story(1))
    mine(root)
    assert len(mined_rows(root)["commits"]) == 7
    mine(root, prune=True)
    assert mined_rows(root) == told_by_git(repository.path, "repo", releases=["v1.0", "v1.1"])
    assert len(query(root, "select * from commit_kinds")) == 4
    assert query(root, "select path from file_kinds") == [("README.md",), ("src/a.py",), ("src/b.py",)]


def test_full_run_gives_the_same_tables_as_step_by_step(tmp_path):
    repository = story(1).write(tmp_path / "repo")
    root = project(tmp_path / "steps", repository)
    for count in (1, 3, 5):
        repository.grow(story(count))
        mine(root)
    stepwise = tables_of(root)
    assert mine(root, full=True).commits == {"repo": 8}
    assert tables_of(root) == stepwise
    once = project(tmp_path / "once", repository)
    mine(once)
    assert tables_of(once) == stepwise


def test_full_run_mends_rows_that_something_else_changed(root):
    mine(root)
    right = tables_of(root)
    with duckdb.connect(str(root / "data" / "retro.duckdb")) as connection:
        connection.execute(
            "insert into commit_files by name select * replace ('invented' as path) from commit_files limit 1"
        )
        connection.execute("insert into commit_trailers by name select * replace (9 as position) from commit_trailers")
        connection.execute("update commits set subject = 'wrong', is_on_default_branch = false")
    mine(root, full=True)
    wrong = tables_of(root)
    assert {name: wrong[name] for name in TABLES} == {name: right[name] for name in TABLES}


def test_repository_that_the_settings_drop_counts_in_no_sprint_until_it_is_back(tmp_path):
    repositories = [story(count).write(tmp_path / name) for count, name in ((2, "one"), (3, "two"))]
    root = project(tmp_path / "project", *repositories)
    mine(root)
    counts = "select commit_count, added_lines from sprint_totals"
    both, rows = query(root, counts), mined_rows(root)
    project(root, repositories[0])
    assert mine(root).commits == {}
    assert query(root, counts) == [(5, 4 + 1 + 1 + 2 + 3)]
    assert query(root, "select distinct repo from releases") == [("one",)]
    assert mined_rows(root) == rows
    project(root, *repositories)
    assert mine(root).is_written
    assert query(root, counts) == both
    project(root, repositories[0])
    mine(root, prune=True)
    for table in ("commits", "commit_files", "commit_trailers", "release_commits", "commit_kinds", "file_kinds"):
        assert query(root, f"select distinct repo from {table}") == [("one",)]
    assert query(root, "select repo from repos") == [("one",)]


def test_another_branch_in_the_settings_moves_every_commit_without_reading_them(root, repository, tmp_path):
    mine(root)
    project(root, repository, repo_more='branch = "side"')
    assert mine(root).commits == {"repo": 0}
    assert query(root, "select subject from commits where is_on_default_branch") == [("feat: begin",), ("fix: side",)]
    assert query(root, "select default_branch from repos") == [("refs/heads/side",)]


def test_settings_choose_which_tags_are_releases(root, repository):
    project(root, repository, repo_more='release_tags = ["not-*"]')
    mine(root)
    assert query(root, "select tag_name from release_records") == [("not-a-release",)]


def test_same_history_in_two_repositories_is_two_sets_of_rows(tmp_path):
    repositories = [story().write(tmp_path / name) for name in ("one", "two")]
    root = project(tmp_path / "project", *repositories)
    assert mine(root).commits == {"one": 7, "two": 7}
    rows = mined_rows(root)
    for repository in repositories:
        told = told_by_git(repository.path, repository.path.name, releases=["v1.0", "v1.1"])
        column = {"release_records": 1}
        for table in TABLES:
            mine_of = [row for row in rows[table] if row[column.get(table, 0)] == repository.path.name]
            assert mine_of == told[table]


def test_commits_of_two_clones_count_in_the_first_and_the_run_says_so(tmp_path):
    repositories = [story().write(tmp_path / name) for name in ("one", "two")]
    root = project(tmp_path / "project", *reversed(repositories))
    assert mine(root).repeated == {("one", "two"): 7}
    assert query(root, "select repo, count(*) from sprint_commits group by all") == [("two", 7)]
    assert query(root, "select distinct repo from releases") == [("two",)]


@pytest.mark.parametrize("is_bare", [True, False], ids=["bare", "work tree"])
def test_source_is_left_byte_for_byte_as_it_was(tmp_path, is_bare):
    repository = story().write(tmp_path / "repo", is_bare=is_bare)
    if not is_bare:
        git(repository.path, "reset", "-q", "--hard")
        (repository.path / "src" / "a.py").write_text("not committed\n")
    before = fingerprint(repository.path)
    root = project(tmp_path / "project", repository)
    for options in ({}, {"full": True}, {"prune": True}):
        assert mine(root, **options).failures == {}
    assert fingerprint(repository.path) == before


def test_source_that_nobody_may_write_is_read(repository, root):
    folders = [path for path in [repository.path, *repository.path.rglob("*")] if path.is_dir()]
    for folder in folders:
        folder.chmod(0o555)
    script = (
        "import sys; from pathlib import Path; from retro.pipeline import mine; print(mine(Path(sys.argv[1])).failures)"
    )
    done = subprocess.run(obeying([sys.executable, "-c", script, root]), capture_output=True, text=True, check=True)
    for folder in folders:
        folder.chmod(0o755)
    assert done.stdout == "{}\n"
    assert mined_rows(root) == told_by_git(repository.path, "repo", releases=["v1.0", "v1.1"])


def test_linked_work_tree_is_mined_like_its_clone(tmp_path):
    repository = story().write(tmp_path / "repo", is_bare=False)
    git(repository.path, "worktree", "add", "-q", str(tmp_path / "linked"), "side")
    root = project(tmp_path / "project", tmp_path / "linked")
    mine(root)
    assert mined_rows(root) == told_by_git(repository.path, "linked", releases=["v1.0", "v1.1"])


def test_repository_that_was_moved_aside_and_back_is_as_before(root, repository, tmp_path):
    mine(root)
    rows = mined_rows(root)
    repository.path.rename(tmp_path / "away")
    assert list(mine(root).failures) == ["repo"]
    assert mined_rows(root) == rows
    (tmp_path / "away").rename(repository.path)
    assert (mine(root).commits, mined_rows(root)) == ({"repo": 0}, rows)
    last = "select status from load_log order by started_at desc limit 1"
    assert query(root, last) == [("loaded",)]
    assert not mine(root).is_written


def shallow_clone(repository: Repository, folder: Path, depth: int) -> Path:
    git(folder.parent, "clone", "-q", "--bare", f"--depth={depth}", f"file://{repository.path}", folder.name)
    return folder


def test_shallow_clone_is_read_and_its_boundary_said(tmp_path):
    repository = story(6).write(tmp_path / "repo")
    clone = shallow_clone(repository, tmp_path / "clone", 3)
    root = project(tmp_path / "project", clone)
    assert mine(root).failures == {}
    told = told_by_git(repository.path, "clone")
    shas = [repository.shas[number] for number in (9, 8, 7)]
    boundary = shas[-1]
    commits = [row for row in told["commits"] if row[1] in shas]
    commits = [(*row[:2], (), *row[3:12], True, *row[13:]) if row[1] == boundary else row for row in commits]
    assert mined_rows(root)["commits"] == commits
    assert mined_rows(root)["commit_files"] == [row for row in told["commit_files"] if row[1] in shas[:2]]
    reason = "commits at the boundary of a shallow clone, changes unknown: 1"
    assert query(root, LOG) == [("clone", "loaded", 3, 3, 0, reason, 0)]
    assert query(root, "select repo, is_shallow from repos") == [("clone", True)]
    with warehouse.open_read_only(root / "data" / "retro.duckdb") as connection:
        coverage = connection.execute(
            "select judged_count, total_count, unknown from sprint_coverage where sprint = '1' and subject = 'commits'"
        ).fetchall()
    assert coverage == [(2, 3, "commits at the boundary of a shallow clone: what they changed is not in the clone")]


@pytest.mark.parametrize("fetch", [["--depth=5"], ["--unshallow"]], ids=["deeper", "whole"])
def test_deepened_clone_has_its_old_boundary_read_again(tmp_path, fetch):
    repository = story(6).write(tmp_path / "repo")
    clone = shallow_clone(repository, tmp_path / "clone", 3)
    root = project(tmp_path / "project", clone)
    mine(root)
    git(clone, "fetch", "-q", *fetch, "origin", "main")
    mined = mine(root)
    fresh = project(tmp_path / "fresh", clone)
    mine(fresh)
    assert tables_of(root) == tables_of(fresh)
    assert mined.commits == {"clone": {"--depth=5": 3, "--unshallow": 7}[fetch[0]]}
    boundary = query(root, "select commit_sha from commits where is_boundary")
    assert boundary == ([(repository.shas[5],)] if fetch == ["--depth=5"] else [])


def test_clone_made_anew_with_less_history_loses_nothing_that_was_read(tmp_path):
    repository = story(6).write(tmp_path / "repo")
    clone = shallow_clone(repository, tmp_path / "clone", 20)
    root = project(tmp_path / "project", clone)
    mine(root)
    rows = mined_rows(root)
    for options in ({}, {"full": True}):
        clone.rename(tmp_path / f"old-{len(options)}")
        shallow_clone(repository, clone, 2)
        mine(root, **options)
        assert mined_rows(root)["commits"] == rows["commits"]
        assert mined_rows(root)["commit_files"] == rows["commit_files"]


def test_secrets_are_masked_and_counted_before_anything_is_stored(tmp_path):
    secret = "ghp_" + "a1B2" * 9
    made = History()
    made.commit(f"use {secret}\n\nbody {secret}\n\nToken: {secret}\n", {"a": "1\n"})
    repository = made.write(tmp_path / "repo")
    git(repository.path, "config", "remote.origin.url", f"https://me:{secret}@example.org/a.git?token={secret}")
    root = project(tmp_path / "project", repository)
    mine(root)
    assert secret.encode() not in (root / "data" / "retro.duckdb").read_bytes()
    assert query(root, "select remote_url from repos") == [("https://example.org/a.git",)]
    assert query(root, "select masked_count from load_log") == [(4,)]
    ((subject, value),) = query(
        root, "select subject, trailer_value from commits join commit_trailers using (commit_sha)"
    )
    assert subject == f"use {value}" and value.startswith("[github:")


def test_files_that_retro_makes_stay_out_of_the_project_s_history(tmp_path):
    repository = story().write(tmp_path / "repo", is_bare=False)
    git(repository.path, "reset", "-q", "--hard")
    root = project(repository.path, repository)
    mine(root)
    assert git(root, "status", "--porcelain").decode() == "?? retro.toml\n"
    (root / "data" / ".gitignore").write_text("retro.duckdb\n")
    mine(root, full=True)
    assert (root / "data" / ".gitignore").read_text() == "retro.duckdb\n"


def test_progress_counts_every_commit_that_is_read(root):
    class Heard:
        def __init__(self):
            self.told = []

        def start(self, what, total):
            self.told.append([what, total, 0])

        def advance(self, steps):
            self.told[-1][2] += steps

    heard = Heard()
    mine(root, progress=heard)
    assert heard.told == [
        ["git repo", 7, 7],
        ["merges of repo", 1, 1],
        ["kinds of work", 7, 7],
        ["authors", 7, 7],
    ]  # no change is wide enough to hold a swap


def test_settings_are_read_before_anything_is_made(tmp_path):
    (tmp_path / "retro.toml").write_text("[project]\n")
    with pytest.raises(SettingsError):
        mine(tmp_path)
    assert os.listdir(tmp_path) == ["retro.toml"]


def test_sprint_that_is_not_planned_is_told_with_the_known_ones(root):
    from retro.config import load_settings

    with pytest.raises(UsageError) as caught:
        choose_sprint(load_settings(root), "7")
    assert str(caught.value) == 'no sprint "7" (known: 1)'


def test_rename_keeps_its_old_path(tmp_path):
    made = History()
    made.commit("add", {"old.py": "1\n2\n3\n"})
    made.commit("move", {"new.py": Moved("old.py")})
    repository = made.write(tmp_path / "repo")
    root = project(tmp_path / "project", repository)
    mine(root)
    assert ("repo", repository.shas[2], "new.py", "old.py", "R", 0, 0, "counted") in mined_rows(root)["commit_files"]


@pytest.mark.parametrize("name", ["it's", 'say "x"', "né and blanks", "-dash", "#hash"])
def test_project_folder_may_have_any_name(tmp_path, repository, name):
    root = project(tmp_path / name, repository)
    assert mine(root).commits == {"repo": 7}
    assert not mine(root).is_written
    assert mined_rows(root) == told_by_git(repository.path, "repo", releases=["v1.0", "v1.1"])
