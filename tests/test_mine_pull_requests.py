"""Mining tells what became of merges, pull requests and copied changes, and keeps it right from run to run."""

from pathlib import Path

import pytest
from pull_request_histories import BODY, Project, edited
from repositories import Repository, fingerprint, git, project, query

from retro import warehouse
from retro.errors import GitError
from retro.pipeline import mine, pull_requests

TABLES = ("merges", "merge_files", "pull_request_records", "pull_request_commits", "change_identities")
RECORDS = "select pr_number, state, merged_how, merged_sha, head_ref, reason from pull_request_records"


def rows(root: Path) -> dict[str, list[tuple]]:
    return {table: query(root, f"select * from {table}") for table in TABLES}


class Story:
    """A squashed branch (1), a merged one (2), one left open (3), and one that a message names (4)."""

    def __init__(self) -> None:
        made = self.project = Project()
        self.squashed = made.branch({"b.txt": edited((1, "x"))}, {"b.txt": edited((1, "x"), (9, "y"))})
        self.merged = made.branch({"c.txt": edited((1, "z"))}, of="merged")
        self.left = made.branch({"d.txt": BODY}, of="left")
        self.squash = made.main("Improve b (#1)", {"b.txt": edited((1, "x"), (9, "y"))})
        self.merge = made.main(
            "Merge branch 'merged'", {"c.txt": edited((1, "z")), "a.txt": edited((3, "sly"))}, self.merged
        )
        self.named = made.main("Only named (#4)", {"e.txt": BODY})
        for number, mark in ((1, self.squashed), (2, self.merged), (3, self.left)):
            made.open(number, mark)


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture
def repository(tmp_path, story) -> Repository:
    return story.project.write(tmp_path / "repo")


@pytest.fixture
def root(tmp_path, repository) -> Path:
    return project(tmp_path / "project", repository)


def test_first_run_tells_merges_pull_requests_and_copied_changes(root, repository, story):
    mine(root)
    sha = repository.shas
    assert query(root, RECORDS) == [
        (1, "merged", "squash", sha[story.squash], None, None),
        (2, "merged", "merge", sha[story.merge], None, None),
        (3, "unmerged", None, None, None, None),
        (4, "merged", "squash", sha[story.named], None, None),
    ]
    assert query(root, "select pr_number, commit_sha from pull_request_commits where pr_number < 3") == sorted(
        [(1, sha[story.squashed - 1]), (1, sha[story.squashed]), (2, sha[story.merged])]
    )
    assert query(root, "select commit_sha, outcome, edited_file_count from merges") == [(sha[story.merge], "edited", 1)]
    assert query(root, "select path, added_lines, deleted_lines from merge_files") == [("a.txt", 1, 1)]
    parts = [(sha[mark], sha[story.squash], "squash-part") for mark in (story.squashed - 1, story.squashed)]
    linked = query(root, "select commit_sha, canonical_sha, relation from change_identities")
    assert linked == sorted([*parts, (sha[story.squash], sha[story.squash], "original")])


def test_commit_of_a_squashed_branch_is_counted_with_the_squash_only(root, repository, story):
    mine(root)
    counted = """
        select count(distinct coalesce(change_identities.canonical_sha, pull_request_commits.commit_sha))
        from pull_request_commits left join change_identities using (repo, commit_sha)
        where pr_number = 1
    """
    assert query(root, counted) == [(1,)]
    double = """
        select commit_sha from change_identities inner join commits using (repo, commit_sha)
        where is_on_default_branch and relation in ('squash-part', 'rebase')
    """
    assert query(root, double) == []


def test_new_head_alone_is_something_new(root, repository, story):
    mine(root)
    assert not mine(root).is_written
    repository.set_ref("refs/pull/5/head", repository.shas[story.left])
    repository.set_ref("refs/merge-requests/6/head", repository.shas[story.squashed])
    mined = mine(root)
    assert (mined.is_written, mined.commits) == (True, {"repo": 0})
    landed_by = "its change landed by pull request 1"
    assert [(*row[:2], row[-1]) for row in query(root, RECORDS)][3:] == [
        (4, "merged", None), (5, "unmerged", None), (6, "unmerged", landed_by),
    ]  # fmt: skip
    assert not mine(root).is_written
    stepwise = rows(root)
    mine(root, full=True)
    assert rows(root) == stepwise


@pytest.mark.parametrize("name", ["refs/heads/topic", "refs/remotes/origin/topic"])
def test_branch_at_a_head_names_it_and_another_is_nothing_new(root, repository, story, name):
    mine(root)
    repository.set_ref("refs/pull/3/merge", repository.shas[story.left])
    repository.set_ref("refs/heads/elsewhere", repository.shas[story.project.base])
    assert not mine(root).is_written
    repository.set_ref(name, repository.shas[story.left])
    assert mine(root).is_written
    assert query(root, f"{RECORDS} where pr_number = 3") == [(3, "unmerged", None, None, "topic", None)]
    assert not mine(root).is_written


def test_step_by_step_is_as_read_at_once_and_as_read_again(tmp_path, story):
    repository = story.project.write(tmp_path / "repo")
    tip = repository.shas[story.named]
    root = project(tmp_path / "project", repository)
    for mark in (story.project.base, story.squash, story.merge, story.named):
        repository.set_ref("refs/heads/main", repository.shas[mark])
        mine(root)
    stepwise = rows(root)
    mine(root, full=True)
    assert rows(root) == stepwise
    once = project(tmp_path / "once", repository)
    mine(once)
    assert rows(once) == stepwise and git(repository.path, "rev-parse", "main").decode().strip() == tip


def test_rewritten_branch_takes_back_what_landed(root, repository, story):
    mine(root)
    repository.set_ref("refs/heads/main", repository.shas[story.squash])
    mine(root)
    gone = "its ref is gone, and so is the commit that merged it"
    assert query(root, RECORDS) == [
        (1, "merged", "squash", repository.shas[story.squash], None, None),
        (2, "unmerged", None, None, None, None),
        (3, "unmerged", None, None, None, None),
        (4, None, None, None, None, gone),
    ]
    repository.set_ref("refs/heads/main", repository.shas[story.named])
    mine(root)
    assert [row[1] for row in query(root, RECORDS)] == ["merged", "merged", "unmerged", "merged"]


def test_pull_request_whose_ref_is_gone_stays_until_it_is_pruned(root, repository):
    mine(root)
    before = rows(root)
    for number in (1, 3):
        (repository.path / "refs" / "pull" / str(number) / "head").unlink()
    assert mine(root).is_written
    assert rows(root) == before
    mine(root, full=True)
    assert rows(root)["pull_request_records"] == before["pull_request_records"]
    mine(root, prune=True)
    assert [row[:2] for row in query(root, RECORDS)] == [(1, "merged"), (2, "merged"), (4, "merged")]
    assert query(root, "select count(*) from pull_request_commits where pr_number = 3") == [(0,)]


def test_repository_that_the_settings_drop_loses_its_rows_when_pruned(tmp_path, story, root, repository):
    other = Story().project.write(tmp_path / "other")
    project(root, repository, other)
    mine(root)
    project(root, other)
    mine(root, prune=True)
    for table in TABLES:
        assert query(root, f"select distinct repo from {table}") == [("other",)]


def test_run_that_fails_in_the_middle_keeps_the_rows_of_the_one_before(root, repository, story, monkeypatch):
    repository.set_ref("refs/heads/main", repository.shas[story.squash])
    mine(root)
    before = rows(root)
    repository.set_ref("refs/heads/main", repository.shas[story.named])

    def fail(*_):
        raise GitError("git log failed with exit status 128")

    monkeypatch.setattr(pull_requests, "identities", fail)
    assert list(mine(root).failures) == ["repo"]
    assert rows(root) == before
    monkeypatch.undo()
    assert mine(root).failures == {}
    assert len(rows(root)["merges"]) == 1


def test_source_is_left_as_it_was(root, repository):
    files = sorted(repository.path.rglob("*"))
    before = fingerprint(repository.path), [path.stat().st_ctime_ns for path in files]
    for options in ({}, {"full": True}, {"prune": True}):
        assert mine(root, **options).failures == {}
    assert (fingerprint(repository.path), [path.stat().st_ctime_ns for path in files]) == before


def test_number_that_no_forge_gives_is_no_pull_request(tmp_path):
    made = Project()
    made.main("Fix it (#0)", {"a.txt": edited((1, "x"))})
    made.main("Fix it (#99999999999999999999)", {"a.txt": edited((1, "y"))})
    root = project(tmp_path / "project", made.write(tmp_path / "repo"))
    assert mine(root).failures == {}
    assert query(root, RECORDS) == []


def test_coverage_says_what_could_not_be_told(root, repository, story):
    repository.set_ref("refs/pull/7/head", repository.shas[story.project.base])
    mine(root)
    with warehouse.open_read_only(root / "data" / "retro.duckdb") as connection:
        coverage = connection.execute(
            "select subject, judged_count, total_count from sprint_coverage where subject in ('merges', 'pull requests')"
        ).fetchall()
    assert coverage == [("merges", 1, 1), ("pull requests", 4, 5)]


def test_deepened_clone_has_the_merges_at_its_cut_judged_again(tmp_path, story, repository):
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--bare", "--depth=2", f"file://{repository.path}", clone.name)
    root = project(tmp_path / "project", clone)
    mine(root)
    assert query(root, "select outcome, reason from merges") in (
        [],
        [("unjudged", "its history is cut off by a shallow clone")],
    )
    git(clone, "fetch", "-q", "--unshallow", "origin", "main")
    mine(root)
    assert query(root, "select outcome, edited_file_count from merges") == [("edited", 1)]


def test_deepened_clone_has_its_pull_requests_as_a_whole_one_has(tmp_path, story):
    made = story.project
    old = made.branch({"f.txt": BODY}, {"g.txt": BODY}, at=story.merge, of="old")
    made.main("Merge branch 'old'", {"f.txt": BODY, "g.txt": BODY}, old)
    squashed = made.branch({"h.txt": BODY}, {"h.txt": edited((1, "x"))}, at=made.tip, of="late")
    made.main("Late", {"h.txt": edited((1, "x"))})
    made.open(8, old)
    made.open(9, squashed)
    repository, clone = made.write(tmp_path / "repo"), tmp_path / "clone"
    refs = ("+refs/heads/main:refs/heads/main", "+refs/pull/*:refs/pull/*")
    git(tmp_path, "init", "-q", "--bare", "--initial-branch=main", clone.name)
    root = project(tmp_path / "project", clone)
    for depth in ("--depth=3", "--depth=4", "--unshallow"):
        git(clone, "fetch", "-q", depth, f"file://{repository.path}", *refs)
        mine(root)
        fresh = project(tmp_path / f"fresh{depth}", clone)
        mine(fresh)
        stepwise, at_once = rows(root), rows(fresh)
        for table in ("pull_request_records", "pull_request_commits"):
            assert stepwise[table] == at_once[table]
    assert stepwise == at_once and not query(root, "select 1 from repos where is_shallow")


def test_merge_whose_objects_were_missing_is_judged_once_they_are_there(root, repository, story):
    blob = git(repository.path, "rev-parse", f"{repository.shas[story.merge]}:a.txt").decode().strip()
    content = git(repository.path, "cat-file", "blob", blob)
    repository.remove_object(blob)
    asked = "select outcome, edited_file_count, reason from merges"
    missing = [("unjudged", None, "objects of it are missing or damaged")]
    for number in (5, 6):
        repository.set_ref(f"refs/pull/{number}/head", repository.shas[story.left])
        assert mine(root).is_written
        assert query(root, asked) == missing
    assert repository.write_object("blob", content) == blob
    repository.set_ref("refs/pull/7/head", repository.shas[story.left])
    mine(root)
    assert query(root, asked) == [("edited", 1, None)]
