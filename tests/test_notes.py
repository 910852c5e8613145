"""Files of notes become rows as written, and every mistake is named with file and line."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from retro.config.models import NamedSprint, SprintRules
from retro.errors import SettingsError
from retro.sources.notes import Known, find_notes, note_frames, read_note, taken_ids
from retro.sprints import plan_sprints

RULES = SprintRules(named=(NamedSprint(id=2, start=date(2026, 3, 9), end=date(2026, 3, 19)),))
WHOLE = """
sprint = 2
[[incidents]]
id = "I-1"
title = "The price was wrong"
repo = "app"
introduced_by = ["pr:83", "commit:abcdef0"]
repaired_by = ["merge:145"]
surfaced_at = 2026-03-18T09:10:00
repaired_at = 2026-03-18T09:10:00-05:00
surfaced_by = "an alarm"
impact = "47 times too much"
root_cause = "token = ghp_abcdefghijklmnopqrstuvwxyz0123456789"
source = ["https://example.org/7", "finding:a b"]

[[lessons]]
id = "L-1"
text = "Swap a model with its price"
since = 2026-03-20
source = ["incident:I-1"]
expect = { query = "findings_count", where = { rule = "price", is_open = true }, op = "==", value = 0 }

[[actions]]
id = "A-1"
lesson = "L-1"
text = "Refuse unknown models"
owner = "team-cost"
due = 2026-03-24

[[claims]]
text = "About 1,200 files"
query = "sprint_headline"
column = "changed_file_count"
value = "~1200"

[[overrides]]
commit = "abcdef0123"
work_type = "chore"
theme = "Docs"
"""


def known(**told: object) -> Known:
    sprints = plan_sprints(RULES, "Europe/Berlin", date(2026, 3, 20))
    return Known(**({"sprints": sprints, "repos": ["app"], "themes": ["Docs"]} | told))


def read(folder: Path, text: str, name: str = "sprint-2.toml", **told: object):
    (folder / "notes").mkdir(exist_ok=True)
    (folder / "notes" / name).write_text(text.lstrip("\n"), encoding="utf-8")
    (file,) = [file for file in find_notes(folder) if file.path.name == name]
    return read_note(file, known(**told))


def mistakes_of(folder: Path, text: str, **told: object) -> list[str]:
    """What is said of the file, each without its folder."""
    with pytest.raises(SettingsError) as caught:
        read(folder, text, **told)
    return str(caught.value).replace(f"{folder}/notes/", "").splitlines()


def test_every_kind_of_note_becomes_rows(tmp_path):
    note = read(tmp_path, WHOLE)
    rows = {table: frame.to_dicts() for table, frame in note_frames([note], "Europe/Berlin").items()}
    place = {"sprint": "2", "file": "notes/sprint-2.toml"}
    (incident,) = rows["incidents"]
    masked = incident.pop("root_cause")
    assert "ghp_" not in masked and masked.startswith("token = ")
    assert note.masked_count == 1
    assert incident == place | {
        "incident": "I-1",
        "repo": "app",
        "title": "The price was wrong",
        "introduced_at": None,
        "landed_at": None,
        "surfaced_at": datetime(2026, 3, 18, 8, 10, tzinfo=UTC),
        "repaired_at": datetime(2026, 3, 18, 14, 10, tzinfo=UTC),
        "surfaced_by": "an alarm",
        "impact": "47 times too much",
        "line": 2,
    }
    assert rows["lessons"] == [
        place
        | {
            "lesson": "L-1",
            "lesson_text": "Swap a model with its price",
            "evidence": "human",
            "since_date": date(2026, 3, 20),
            "expect_query": "findings_count",
            "expect_where": '{"is_open": true, "rule": "price"}',
            "expect_column": None,
            "expect_op": "==",
            "expect_value": "0",
            "expect_trend": None,
            "expect_per": None,
            "line": 15,
        }
    ]
    assert rows["actions"] == [
        place
        | {
            "action": "A-1",
            "lesson": "L-1",
            "action_text": "Refuse unknown models",
            "owner": "team-cost",
            "due_date": date(2026, 3, 24),
            "status": "open",
            "done_date": None,
            "line": 22,
        }
    ]
    assert rows["claims"] == [
        place
        | {
            "claim": "1",
            "claim_text": "About 1,200 files",
            "query": "sprint_headline",
            "query_sprint": "2",
            "query_where": None,
            "query_column": "changed_file_count",
            "op": "~",
            "claimed_value": "1200",
            "line": 29,
        }
    ]
    assert rows["category_overrides"] == [
        place
        | {
            "position": 1,
            "repo": None,
            "commit_prefix": "abcdef0123",
            "work_type": "chore",
            "theme": "Docs",
            "reason": None,
            "line": 35,
        }
    ]
    references = [
        tuple(row[name] for name in ("note_id", "role", "position", "reference_kind", "target", "repo"))
        for row in rows["note_references"]
    ]
    assert references == [
        ("I-1", "introduced_by", 1, "pr", "83", "app"),
        ("I-1", "introduced_by", 2, "commit", "abcdef0", "app"),
        ("I-1", "repaired_by", 1, "merge", "145", "app"),
        ("I-1", "source", 1, "link", "https://example.org/7", "app"),
        ("I-1", "source", 2, "finding", "a b", "app"),
        ("L-1", "source", 1, "incident", "I-1", None),
    ]


def test_empty_file_and_no_folder_are_no_mistake(tmp_path):
    assert find_notes(tmp_path) == []
    assert read(tmp_path, "").item_count == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('sprint = "3"', 'sprint-2.toml:1: sprint = "3": the file\'s name says sprint "2"; let both say the same'),
        (
            "[[lessons]]\nid = 'a'\ntext = 7",
            "sprint-2.toml:3: lessons[0].text = 7: wanted text in quotes, found a whole number",
        ),
        ("[[incidents]]\nid = 'a'\ntitle = 'b'\nsurfaced_at = 2026-03-18", "wanted a date with a time such as"),
        ("[[incidents]]\nid = 'a'\ntitle = 'b'\nrepo = 'ap'", "no repository has this name; did you mean app?"),
        ("[[incidents]]\nid = 'a'\ntitle = 'b'\nsource = ['#7']", "sprint-2.toml:4: incidents[0].source[0]"),
        ("[[actions]]\nid = 'a'\ntext = 'b'\nstatus = 'opn'", "wanted one of open, done, dropped; did you mean open?"),
        ("[[actions]]\nid = 'a'\ntext = 'b'\ndone = 2026-03-10", 'write status = "done" as well'),
        ("[[actions]]\nid = 'a'\ntext = 'b'\ndeu = 2026-03-10", "unknown key; did you mean due?"),
        ("[[claims]]\ntext = 'b'\nvalue = 3", "a claim without a query cannot be checked"),
        ("[[claims]]\ntext = 'b'\nquery = 'q'\nvalue = 3", 'write op = "==" as well'),
        ("[[claims]]\ntext = 'b'\nquery = 'q'\nvalue = '~few'", "wanted a number after ~"),
        ("[[claims]]\ntext = 'b'\nquery = 'q'\nvalue = '~3'\nop = '<'", 'stands alone or with op = "=="'),
        ("[[claims]]\ntext = 'b'\nquery = 'q'\nop = '=='", "write value as well"),
        ("[[claims]]\ntext = 'b'\nquery = 'q'\nop = '=='\nvalue = 1\nsprint = 9", 'no sprint "9"'),
        ("[[lessons]]\nid = 'a'\ntext = 'b'\nexpect = { query = 'q' }", 'or trend = "down"'),
        ("[[overrides]]\ncommit = 'abcdef0'", "nothing is overridden"),
        (
            "[[overrides]]\ncommit = 'abcdef0'\ntheme = 'Dosc'",
            'no theme has this name; did you mean Docs? (known: "Docs"',
        ),
        ("[[overrides]]\ncommit = 'main'\ntheme = 'Docs'", "first 7 or more digits"),
        ("[[lesson]]\nid = 'a'", "unknown section; did you mean lessons?"),
        ("lessons = 3", "wanted a list of tables, found a whole number; write [[lessons]]"),
        ("[[lessons]\n", "sprint-2.toml:1: not valid TOML"),
    ],
)
def test_mistake_is_named_with_its_line(tmp_path, text, said):
    told = mistakes_of(tmp_path, text)
    assert any(said in line for line in told), told
    assert all(line.startswith("sprint-2.toml:") for line in told), told


def test_all_mistakes_of_a_file_are_told_in_its_order(tmp_path):
    told = mistakes_of(
        tmp_path,
        """
        [[incidents]]
        id = "I-1"
        title = ""
        surfaced_at = 2026-03-18T09:00:00
        repaired_at = 2026-03-17T09:00:00
        [[incidents]]
        id = "I-1"
        title = "again"
        """,
    )
    assert [line.partition(": ")[0] for line in told] == ["sprint-2.toml:3", "sprint-2.toml:5", "sprint-2.toml:7"]
    assert told[1].endswith("lies before surfaced_at (line 4)")
    assert told[2].endswith("this id is taken by another of the incidents (line 2)")


def test_id_of_a_lesson_holds_for_all_files_and_an_action_is_told_again(tmp_path):
    text = "[[lessons]]\nid = 'L-1'\ntext = 'a'\n[[actions]]\nid = 'A-1'\ntext = 'b'\n"
    taken = taken_ids(read(tmp_path, text))
    assert taken == {("lessons", "L-1"): "notes/sprint-2.toml"}
    told = mistakes_of(tmp_path, text, taken={("lessons", "L-1"): "notes/sprint-1.toml"})
    assert told == [
        'sprint-2.toml:2: lessons[0].id = "L-1": this id is taken by another of the lessons, in notes/sprint-1.toml; '
        "ids hold for all sprints"
    ]
