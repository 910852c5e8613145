"""Notes through mining: read anew by each run, a broken file loses only itself, the team's word wins, claims are checked."""

from pathlib import Path

import pytest
from repositories import History, Repository, project, query

from retro.errors import SettingsError
from retro.pipeline import mine

SPRINTS = '[[sprints.named]]\nid = "2"\nstart = 2026-03-09\nend = 2026-03-19\n[[themes]]\nname = "Docs"\npaths = ["docs/**"]\n'
KINDS = "select commit_sha, work_type, theme, theme_rule, evidence from commit_kinds"
LOG = "select item, status, rows_read, rows_skipped, reason, digest is null from load_log where source = 'notes'"
LESSON = "[[lessons]]\nid = 'L-1'\ntext = 'a'\n"


@pytest.fixture
def repository(tmp_path) -> Repository:
    made = History()
    made.commit("feat: begin", {"src/a.py": "1\n"})
    made.commit("fix: mend", {"docs/a.md": "2\n"})
    return made.write(tmp_path / "repo")


@pytest.fixture
def root(tmp_path, repository) -> Path:
    return project(tmp_path / "project", repository, more=SPRINTS)


def tell(root: Path, text: str, sprint: str = "1") -> None:
    (root / "notes").mkdir(exist_ok=True)
    (root / "notes" / f"sprint-{sprint}.toml").write_text(text, encoding="utf-8")


def override(sha: str, **told: str) -> str:
    return f"[[overrides]]\ncommit = '{sha}'\n" + "".join(f"{name} = '{value}'\n" for name, value in told.items())


def test_new_changed_and_removed_notes_are_noticed_and_nothing_new_writes_nothing(root):
    assert mine(root).is_written
    tell(root, LESSON)
    assert mine(root).is_written
    assert not mine(root).is_written
    tell(root, LESSON.replace("'a'", "'b'"))
    assert mine(root).is_written
    assert query(root, "select lesson, lesson_text from lessons") == [("L-1", "b")]
    assert len(query(root, LOG)) == 2
    (root / "notes" / "sprint-1.toml").unlink()
    assert mine(root).is_written
    assert not mine(root).is_written
    assert query(root, "select * from lessons") + query(root, "select * from lesson_results") + query(root, LOG) == []


def test_broken_file_loses_only_itself_and_is_named_until_it_is_mended(root):
    tell(root, LESSON)
    tell(root, "[[lessons]]\nid = 'L-2'\n", sprint="2")
    for _ in range(2):
        mined = mine(root)
        (error,) = mined.failures.values()
        assert isinstance(error, SettingsError)
        assert list(mined.failures) == ["notes/sprint-2.toml"]
        assert f"{root}/notes/sprint-2.toml:1: lessons[0].text: missing" in str(error)
        assert query(root, "select lesson from lessons") == [("L-1",)]
    reason = "notes/sprint-2.toml:1: lessons[0].text: missing; it has to be given"
    assert query(root, LOG) == [
        ("notes/sprint-1.toml", "loaded", 1, 0, None, False),
        ("notes/sprint-2.toml", "failed", 0, 0, reason, True),
    ]
    tell(root, LESSON.replace("L-1", "L-2"), sprint="2")
    assert mine(root).failures == {}
    assert query(root, "select lesson, sprint from lessons") == [("L-1", "1"), ("L-2", "2")]


def test_word_of_the_team_wins_is_marked_and_can_be_taken_back(root, repository):
    mine(root)
    before = query(root, KINDS)
    first, second = repository.shas[1], repository.shas[2]
    tell(root, override(first[:8], work_type="chore") + override(second, theme="uncategorized"))
    mine(root)
    rows = {row[0]: row[1:] for row in query(root, KINDS)}
    assert rows == {
        first: ("chore", "uncategorized", None, "human"),
        second: ("fix", "uncategorized", "notes:notes/sprint-1.toml:4", "human"),
    }
    tell(root, override(first, work_type="perf"), sprint="2")
    mine(root)
    assert query(root, f"{KINDS} where work_type = 'perf'") == [(first, "perf", "uncategorized", None, "human")]
    for sprint in "12":
        (root / "notes" / f"sprint-{sprint}.toml").unlink()
    mine(root)
    assert query(root, KINDS) == before


def test_override_of_an_unknown_commit_is_counted(root):
    tell(root, override("0123456", work_type="chore"))
    mine(root)
    ((_, _, read, skipped, reason, _),) = query(root, LOG)
    told = "an override whose commit is in no repository, or is one of several: 1 (at line 1)"
    assert (read, skipped, reason) == (1, 0, told)


def claim(text: str, **told: object) -> str:
    return f"[[claims]]\ntext = '{text}'\n" + "".join(f"{name} = {value}\n" for name, value in told.items())


def test_claims_are_confirmed_contradicted_or_not_checkable(root):
    own = root / "queries" / "metrics"
    own.mkdir(parents=True)
    (own / "own_count.sql").write_text(
        "-- How many?\n-- One row.\n-- Evidence: verified\nselect 1/0 + cast('x' as int) as one"
    )
    headline = {"query": "'sprint_headline'", "op": "'=='"}
    tell(
        root,
        claim("two", **headline, column="'commit_count'", value=2)
        + claim("three", **headline, column="'commit_count'", value=3)
        + claim("no column", **headline, value=2)
        + claim("no such query", query="'sprint_headlines'", op="'=='", value=2)
        + claim("fails", query="'own_count'", op="'=='", value=2)
        + claim("about", query="'sprint_headline'", column="'added_lines'", value="'~2'")
        + claim("no query"),
    )
    mine(root)
    asked = "select claim, verdict, measured_value, reason, evidence, sql is null from claim_results"
    rows = {int(row[0]): row[1:] for row in query(root, asked)}
    assert rows[1] == ("confirmed", "2", None, "inferred", False)
    assert rows[2] == ("contradicted", "2", None, "inferred", False)
    assert rows[3][0] == "not checkable" and "name one with column" in rows[3][2]
    assert rows[4][0] == "not checkable" and rows[4][3:] == ("human", True)
    assert rows[4][2].startswith("no query 'sprint_headlines'; did you mean sprint_headline")
    assert rows[5][0] == "not checkable" and rows[5][2].startswith("own_count fails: Conversion Error")
    assert rows[6] == ("confirmed", "2", None, "inferred", False)
    assert rows[7] == ("not checkable", None, "the notes name no query that could check it", "human", True)


def test_lessons_are_judged_sprint_by_sprint(root):
    expect = "expect = { query = 'sprint_headline', column = 'commit_count', op = '<=', value = 1 }\n"
    waiting = "[[actions]]\nid = 'A-1'\nlesson = 'L-2'\ntext = 'do it'\n"
    tell(
        root,
        f"{LESSON}since = 2026-02-23\n{expect}"
        + LESSON.replace("L-1", "L-2")
        + expect
        + waiting
        + LESSON.replace("L-1", "L-3"),
    )
    mine(root)
    rows = query(
        root, "select lesson, sprint, verdict, reason, evidence from lesson_results where sprint in ('1', '2')"
    )
    assert rows == [
        ("L-1", "1", "broken", "<= 1 in 0 of 1 sprint; in the last 2", "inferred"),
        ("L-1", "2", "broken", "<= 1 in 1 of 2 sprints; in the last 0", "inferred"),
        ("L-2", "1", "not yet", "still open: A-1", "human"),
        ("L-2", "2", "not yet", "still open: A-1", "human"),
        ("L-3", "1", "not measurable", "the notes name no query that would show it", "human"),
        ("L-3", "2", "not measurable", "the notes name no query that would show it", "human"),
    ]


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("status = 'done'\ndone = 2026-02-22\n", "broken"),
        ("status = 'done'\ndone = 2026-03-01\n", "not yet"),
        ("status = 'done'\n", "not yet"),
        ("status = 'dropped'\n", "not yet"),
    ],
)
def test_lesson_is_due_from_the_first_whole_sprint_after_its_actions(root, action, said):
    expect = "expect = { query = 'sprint_headline', column = 'commit_count', op = '<=', value = 1 }\n"
    tell(root, f"{LESSON}{expect}[[actions]]\nid = 'A-1'\nlesson = 'L-1'\ntext = 'do it'\n{action}")
    mine(root)
    assert query(root, "select verdict from lesson_results where sprint = '1'") == [(said,)]
