"""Mining joins reviews with git: scope, what came back, what was caught, and it judges again only what has changed."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from forge_records import rest_comment, rest_pull, rest_review, write
from repositories import History, Repository, fingerprint, project, query

from retro.errors import GitError
from retro.pipeline import mine, reviews

CODE = "".join(f"value_{number} = read_setting({number})\n" for number in range(1, 31))
PLACEHOLDER = "This section is a placeholder.\n"
SCOPES = """
    select pr_number, status, concerns, commit_types, judged_commit_count, answer_commit_count, answer_subjects, code_lines,
        other_lines, readded_lines, readded_path, flag_count, judged_flag_count
    from pull_request_scopes
"""
FINDINGS = "select finding_key, kind, pr_number, path, line, severity, finder_kind, method, resolved_sha from findings"


@dataclass
class Story:
    """A placeholder leaves main; a branch brings it back, is reviewed, answers, and is merged."""

    repository: Repository
    removed: str
    commits: list[str]
    merge: str


def moment(hour: int) -> str:
    minutes = (13 + hour * 60) % 60
    return f"2026-02-25T{6 + hour:02}:{minutes:02}:30Z"


@pytest.fixture
def story(tmp_path: Path) -> Story:
    made = History()
    base = made.commit("feat: begin", {"app.py": CODE, "README.md": PLACEHOLDER + "About.\n"})
    cleaned = made.commit("docs: drop the placeholder", {"README.md": "About.\n"}, parents=[base])
    text = CODE + "import json, json\n"
    marks = [made.commit("feat: pools", {"app.py": text}, branch="topic", parents=[cleaned])]
    marks.append(
        made.commit("docs: tell of pools", {"README.md": PLACEHOLDER + "About.\n"}, branch="topic", parents=marks)
    )
    answer = {"app.py": CODE + "import json\n", "README.md": "About.\n"}
    marks.append(made.commit("fix: drop the second import", answer, branch="topic", parents=[marks[-1]]))
    merge = made.commit("Merge pull request #1 from acme/topic", answer, parents=[cleaned, marks[-1]])
    repository = made.write(tmp_path / "repo")
    sha = repository.shas
    repository.set_ref("refs/pull/1/head", sha[marks[-1]])
    return Story(repository, sha[cleaned], [sha[mark] for mark in marks], sha[merge])


def dumps(story: Story) -> list[dict]:
    head = {"ref": "topic", "sha": story.commits[-1], "label": "acme:topic", "repo": {"full_name": "Acme/app"}}
    ended = {"state": "closed", "merged_at": moment(6), "closed_at": moment(6), "merge_commit_sha": story.merge}
    review = rest_review(1, 7, state="CHANGES_REQUESTED", submitted_at=moment(5), commit_id=story.commits[1])
    comment = rest_comment(
        1, 10, body="json is imported twice.", path="app.py", line=31, original_line=31, created_at=moment(5),
        original_commit_id=story.commits[1],
    )  # fmt: skip
    return [rest_pull(1, created_at=moment(4), head=head, **ended), review, comment]


@pytest.fixture
def root(tmp_path: Path, story: Story) -> Path:
    root = project(tmp_path / "project", story.repository, more='\n[[forge]]\nkind = "github"\npath = "data/prs"\n')
    write(root / "data/prs/all.json", *dumps(story))
    return root


def test_branch_is_judged_as_it_was_first_reviewed(root: Path) -> None:
    mine(root)
    assert query(root, SCOPES) == [
        (
            1, "read", ("feat",), ("docs", "feat"), 2, 1, ("fix: drop the second import",), 1, 1, 1, "README.md", 1, 1,
        )
    ]  # fmt: skip


def test_commit_that_had_removed_what_comes_back_is_named(root: Path, story: Story) -> None:
    mine(root)
    assert query(root, "select readded_sha from pull_request_scopes") == [(story.removed,)]


def test_of_a_pull_request_from_before_the_first_sprint_only_the_size_is_told_until_a_sprint_holds_it(
    root: Path,
) -> None:
    asked = "select code_lines, other_lines, readded_lines, readded_path, repeated_lines from pull_request_scopes"
    settings = root / "retro.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("start = 2026-02-23", "start = 2026-03-02"), "utf-8")
    mine(root)
    assert query(root, asked) == [(1, 1, None, None, None)]
    settings.write_text(text, "utf-8")
    mine(root)
    assert query(root, asked) == [(1, 1, 1, "README.md", 0)]


def test_comment_that_a_later_commit_answers_is_a_finding(root: Path, story: Story) -> None:
    mine(root)
    assert query(root, FINDINGS) == [
        ("github 1 10", "duplicate import", 1, "app.py", 31, "warning", "human", "line", story.commits[-1])
    ]


def test_second_run_judges_nothing_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine(root)
    asked: list[int] = []
    monkeypatch.setattr(reviews, "review_rows", lambda room, repo, tip, pulls, rules: asked.extend(pulls) or iter(()))
    mine(root, full=True)
    assert asked == []


def test_comment_that_is_told_later_is_judged_then(root: Path, story: Story) -> None:
    pull, review, comment = dumps(story)
    write(root / "data/prs/all.json", pull, review)
    mine(root)
    assert query(root, FINDINGS) == []
    write(root / "data/prs/more.json", comment)
    mine(root)
    assert len(query(root, FINDINGS)) == 1


def test_pull_request_whose_commits_are_not_in_the_clone_says_so(root: Path) -> None:
    write(root / "data/prs/gone.json", rest_pull(2, created_at=moment(4)), rest_review(2, 8, submitted_at=moment(5)))
    mine(root)
    assert query(root, "select pr_number, status, concerns from pull_request_scopes where pr_number = 2") == [
        (2, "no commits known", None)
    ]


def test_full_run_gives_the_same_rows(root: Path) -> None:
    mine(root)
    before = [query(root, f"select * from {table}") for table in ("pull_request_scopes", "findings")]
    mine(root, full=True)
    assert [query(root, f"select * from {table}") for table in ("pull_request_scopes", "findings")] == before


def test_pull_request_that_is_pruned_takes_its_judgement_along(root: Path, story: Story) -> None:
    write(root / "data/prs/gone.json", rest_pull(2, created_at=moment(4)))
    mine(root)
    (root / "data/prs/gone.json").unlink()
    mine(root, prune=True)
    assert query(root, "select pr_number from pull_request_scopes") == [(1,)]


def test_repository_that_cannot_be_read_keeps_its_rows(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine(root)

    def broken(*_: object) -> None:
        raise GitError("no")

    monkeypatch.setattr(reviews, "review_rows", broken)
    write(root / "data/prs/more.json", rest_review(1, 9, submitted_at=moment(5)))
    mine(root)
    assert query(root, "select pr_number from pull_request_scopes") == [(1,)]


def test_source_is_not_touched(root: Path, story: Story) -> None:
    before = fingerprint(story.repository.path)
    mine(root)
    assert fingerprint(story.repository.path) == before
