"""Mining transcripts: what is new only, nothing twice, and nothing lost when the agent deletes its files."""

import os
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from agent_transcripts import CWD, answer, at, call, result, said, write_lines
from repositories import git, plain_history, project, query

from retro.config.transcripts import AGENT_KINDS
from retro.errors import SettingsError
from retro.pipeline import mine
from retro.project import doctor, init
from retro.sources.agents import KINDS

SECTION = '\n[[agents]]\nkind = "claude-code"\npath = "transcripts"\nrepo = "repo"\n'
OLD = "transcripts/a.jsonl"
REQUESTS = "select request_key, session_id, output_tokens, file from gateway_requests order by all"
SESSIONS = "select session_id, typed_prompt_count, tool_call_count from agent_sessions order by all"
EVENTS = "select session_id, sequence, kind from agent_events order by all"
FILES = "select file, is_present, session_ids, read_lines, skipped_lines, reason from agent_files order by all"
LOG = "select item, status, rows_read, rows_loaded, reason from load_log where source = 'agents' order by started_at, item"


@pytest.fixture
def root(tmp_path) -> Path:
    made = project(tmp_path, plain_history(2).write(tmp_path / "repo"), more=SECTION)
    write_lines(made / "transcripts" / "a.jsonl", said(0, "go"), answer(1, "m1", 5, call("t1", "Bash", command="ls")))
    return made


def test_transcripts_become_rows_and_a_second_run_finds_nothing_new(root):
    assert mine(root).requests == 1
    assert query(root, REQUESTS) == [("m1:req_m1", "s1", 5, "transcripts/a.jsonl")]
    assert query(root, SESSIONS) == [("s1", 1, 1)]
    assert query(root, FILES) == [("transcripts/a.jsonl", True, ("s1",), 2, 0, None)]
    assert query(root, LOG) == [("claude-code", "loaded", 2, 2, None)]
    assert not mine(root).is_written


def test_grown_transcript_is_read_again_and_gives_what_a_full_run_gives(root):
    mine(root)
    more = (said(0, "go"), answer(1, "m1", 5, call("t1", "Bash", command="ls")), result(2, "t1", "x"), said(9, "and?"))
    write_lines(root / "transcripts" / "a.jsonl", *more)
    assert mine(root).is_written
    grown = [query(root, sql) for sql in (REQUESTS, SESSIONS, EVENTS)]
    mine(root, full=True)
    assert grown == [query(root, sql) for sql in (REQUESTS, SESSIONS, EVENTS)]
    assert grown[1] == [("s1", 2, 1)]


def test_part_of_a_session_in_another_file_joins_it(root):
    mine(root)
    write_lines(
        root / "transcripts" / "s1" / "subagents" / "agent-1.jsonl", answer(3, "m2", 7), answer(4, "m1", 9, uuid="x")
    )
    mine(root)
    assert query(root, REQUESTS) == [
        ("m1:req_m1", "s1", 9, "transcripts/s1/subagents/agent-1.jsonl"),
        ("m2:req_m2", "s1", 7, "transcripts/s1/subagents/agent-1.jsonl"),
    ]
    assert query(root, "select requested_at from gateway_requests order by 1 limit 1") == [
        (datetime(2026, 3, 9, 9, 0, 1, tzinfo=UTC),)
    ]
    assert query(root, SESSIONS) == [("s1", 1, 1)]


def test_fork_read_in_a_later_run_does_not_count_its_copied_history(root):
    mine(root)
    history = [said(0, "go"), answer(1, "m1", 5, call("t1", "Bash", command="ls"))]
    write_lines(
        root / "transcripts" / "b.jsonl",
        *(one | {"sessionId": "s2"} for one in history),
        said(50, "else", sessionId="s2", uuid="u"),
    )
    os.utime(root / "transcripts" / "b.jsonl", (2e9, 2e9))
    mine(root)
    assert query(root, REQUESTS) == [("m1:req_m1", "s1", 5, "transcripts/a.jsonl")]
    assert query(root, SESSIONS) == [("s1", 1, 1), ("s2", 1, 0)]
    assert query(root, "select session_id, parent_session_id from agent_sessions order by 1") == [
        ("s1", None),
        ("s2", "s1"),
    ]


def test_fork_of_a_deleted_transcript_does_not_count_its_copied_history(root):
    mine(root)
    (root / "transcripts" / "a.jsonl").unlink()
    fork = [said(0, "go", sessionId="s2"), said(50, "else", sessionId="s2", uuid="u")]
    write_lines(root / "transcripts" / "b.jsonl", *fork)
    mine(root)
    assert query(root, SESSIONS) == [("s1", 1, 1), ("s2", 1, 0)]


def test_rows_of_a_deleted_transcript_stay_until_pruned(root):
    mine(root)
    rows = [query(root, sql) for sql in (REQUESTS, SESSIONS, EVENTS)]
    (root / "transcripts" / "a.jsonl").unlink()
    mine(root)
    assert [query(root, sql) for sql in (REQUESTS, SESSIONS, EVENTS)] == rows
    mine(root, full=True)
    assert [query(root, sql) for sql in (REQUESTS, SESSIONS, EVENTS)] == rows
    assert query(root, "select file, is_present from agent_files") == [("transcripts/a.jsonl", False)]
    assert not mine(root).is_written
    mine(root, prune=True)
    assert [query(root, sql) for sql in (REQUESTS, SESSIONS, EVENTS)] == [[], [], []]
    assert query(root, "select * from agent_files") == []


def test_rows_that_a_rewritten_transcript_no_longer_tells_of_stay_until_pruned(root):
    path = root / "transcripts" / "a.jsonl"
    write_lines(path, said(0, "go"), answer(1, "m1", 5), answer(2, "m2", 6))
    mine(root)
    write_lines(path, said(60, "on"), answer(2, "m2", 6), answer(61, "m3", 7))
    mine(root)
    keys = "select request_key, split_part(file, ' as of ', 1) as file from gateway_requests"
    three = [("m1:req_m1", f"{OLD},"), ("m2:req_m2", OLD), ("m3:req_m3", OLD)]
    assert query(root, keys) == three
    assert query(root, SESSIONS) == [("s1", 2, 0)]
    path.write_bytes(b"")
    mine(root)
    assert [row[0] for row in query(root, keys)] == [row[0] for row in three]
    assert query(root, SESSIONS) == [("s1", 2, 0)]
    write_lines(path, answer(90, "m4", 8, sessionId="s2"))
    mine(root)
    mine(root, full=True)
    assert [row[0] for row in query(root, keys)] == [*(row[0] for row in three), "m4:req_m4"]
    assert query(root, SESSIONS) == [("s1", 2, 0), ("s2", 0, 0)]
    told = "requests that the file no longer tells of since it was written anew, kept until `retro mine --prune`"
    reasons = [row[-1] for row in query(root, LOG) if row[-1]]
    assert sorted(reasons) == [f"{told}: {many} {OLD}, the file itself)" for many in ("1 (at", "2 (first at")]
    present = "select is_present, count(*) from agent_files group by all"
    assert query(root, present) == [(False, 2), (True, 1)]
    mine(root, prune=True)
    assert query(root, keys) == [("m4:req_m4", OLD)]
    assert (query(root, SESSIONS), query(root, present)) == ([("s2", 0, 0)], [(True, 1)])


def test_request_that_a_rewritten_transcript_tells_of_again_is_no_longer_called_gone(root):
    path = root / "transcripts" / "a.jsonl"
    mine(root)
    whole = path.read_bytes()
    path.write_bytes(b"")
    mine(root)
    path.write_bytes(whole)
    mine(root)
    assert query(root, REQUESTS) == [("m1:req_m1", "s1", 5, OLD)]
    assert query(root, SESSIONS) == [("s1", 1, 1)]


def test_rows_of_a_section_taken_out_stay_marked_and_come_back_with_it(root):
    mine(root)
    settings = (root / "retro.toml").read_text()
    (root / "retro.toml").write_text(settings.replace(SECTION, ""))
    assert (mine(root).is_written, mine(root).is_written) == (True, False)
    assert query(root, FILES) == [("transcripts/a.jsonl", False, ("s1",), 2, 0, None)]
    told = "no longer named in retro.toml; its rows are kept until `retro mine --prune`"
    assert query(root, LOG)[-1] == ("claude-code", "loaded", 2, 2, None)
    assert ("claude-code", "loaded", 0, 0, told) in query(root, LOG)
    (root / "retro.toml").write_text(settings)
    mine(root)
    assert query(root, FILES) == [("transcripts/a.jsonl", True, ("s1",), 2, 0, None)]
    (root / "retro.toml").write_text(settings.replace(SECTION, ""))
    mine(root, prune=True)
    assert query(root, REQUESTS) == query(root, FILES) == []


def test_session_that_goes_on_elsewhere_keeps_what_the_deleted_file_told(root):
    mine(root)
    (root / "transcripts" / "a.jsonl").unlink()
    write_lines(root / "transcripts" / "b.jsonl", said(60, "next"), answer(61, "m2", 6))
    mine(root)
    assert query(root, SESSIONS) == [("s1", 2, 1)]
    assert query(root, EVENTS) == [("s1", 1, "prompt"), ("s1", 2, "tool_call"), ("s1", 3, "prompt")]
    assert query(root, "select started_at, ended_at from agent_sessions") == [
        (datetime(2026, 3, 9, 9, tzinfo=UTC), datetime(2026, 3, 9, 9, 1, 1, tzinfo=UTC))
    ]
    assert [row[0] for row in query(root, REQUESTS)] == ["m1:req_m1", "m2:req_m2"]


def test_damage_is_logged_with_file_line_and_reason(root):
    path = root / "transcripts" / "a.jsonl"
    path.write_text(path.read_text() + "nonsense\n")
    mine(root)
    told = "not JSON: 1 (at transcripts/a.jsonl, line 3)"
    assert query(root, LOG) == [("claude-code", "loaded", 3, 2, told)]


def test_named_folder_that_is_missing_is_logged_as_failed_once(tmp_path):
    root = project(tmp_path, plain_history(2).write(tmp_path / "repo"), more=SECTION)
    mine(root)
    ((item, status, _, _, reason),) = query(root, LOG)
    assert (item, status) == ("claude-code", "failed") and "no such folder" in reason
    assert not mine(root).is_written


def test_default_folder_is_read_for_the_configured_repositories_only(tmp_path, monkeypatch):
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    root = project(
        tmp_path / "p",
        plain_history(2).write(tmp_path / "repo", is_bare=False),
        more='\n[[agents]]\nkind = "claude-code"\n',
    )
    inside = str(tmp_path / "repo" / "src")
    git(tmp_path / "repo", "worktree", "add", "-q", str(tmp_path / "side"))
    folder = home / ".claude" / "projects"
    write_lines(folder / "x" / "a.jsonl", answer(1, "m1", 5, cwd=inside, sessionId="in"))
    write_lines(folder / "x" / "b.jsonl", answer(1, "m2", 5, cwd=str(tmp_path / "side"), sessionId="side"))
    write_lines(folder / "x" / "c.jsonl", answer(1, "m3", 5, cwd=CWD, sessionId="out"))
    mine(root)
    assert query(root, "select session_id, repo from agent_sessions order by 1") == [("in", "repo"), ("side", "repo")]
    assert query(root, "select request_key from gateway_requests order by 1") == [("m1:req_m1",), ("m2:req_m2",)]
    assert [row[0] for row in query(root, FILES)] == [f"~/.claude/projects/x/{name}.jsonl" for name in "abc"]


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ('kind = "claudecode"', 'unknown kind; did you mean "claude-code"? (known: claude-code, codex, gemini-cli)'),
        ('kind = "codex"\nrepo = "other"', "no repository has this name"),
        ('kind = "codex"\n[[agents]]\nkind = "gemini-cli"\nname = "codex"', "another section of agents has this name"),
    ],
)
def test_mistake_in_the_settings_is_named(tmp_path, section, told):
    root = project(tmp_path, plain_history(2).write(tmp_path / "repo"), more=f"\n[[agents]]\n{section}\n")
    with pytest.raises(SettingsError) as error:
        mine(root)
    assert told.split(";")[0] in str(error.value)


def test_settings_know_the_kinds_that_can_be_read():
    assert tuple(KINDS) == AGENT_KINDS


def checks(root: Path, now: datetime) -> list[tuple[str, str, str]]:
    return [(one.level, one.detail, one.mend) for one in doctor(root, now) if one.what == "agents claude-code"]


def test_doctor_warns_of_transcripts_that_the_agent_is_about_to_delete(root):
    path = root / "transcripts" / "a.jsonl"
    os.utime(path, (1_773_046_800, 1_773_046_800))  # 9 March 2026, 09:00 UTC
    now = datetime(2026, 4, 5, tzinfo=UTC)
    there = ("ok", "1 transcript, the oldest of Mon 9 March 2026", "")
    soon = ("warn", "1 transcript not mined and deleted by the agent within 7 days (it keeps 30)", "run `retro mine`")
    assert checks(root, now)[:2] == [there, soon]
    mine(root)
    assert checks(root, now)[0] == there and soon not in checks(root, now)
    (root / "settings.json").write_text('{"cleanupPeriodDays": 99999999, "other": 1}')
    path.write_text(path.read_text() + "\n")
    os.utime(path, (1_773_046_800, 1_773_046_800))
    (root / "settings.json").write_text('{"cleanupPeriodDays": 365}')
    assert soon not in checks(root, now)


def test_doctor_names_sprints_that_began_before_the_oldest_session(root):
    mine(root)
    told = [one for one in checks(root, datetime(2026, 3, 10, tzinfo=UTC)) if "is known" in one[1]]
    assert told and all(level == "warn" and mend == "look for copies, such as backups" for level, _, mend in told)


def test_days_that_the_agent_deleted_between_two_readings_are_told_as_a_gap(root):
    (root / "retro.toml").write_text((root / "retro.toml").read_text().replace("end = 2026-03-08", "end = 2026-03-22"))
    mine(root)
    with duckdb.connect(str(root / "data" / "retro.duckdb")) as connection:
        connection.execute(
            "update agent_readings set read_at = '2026-03-10 09:00+00', kept_from_at = '2026-02-08 09:00+00'"
        )
    (root / "transcripts" / "a.jsonl").unlink()
    later = {"sessionId": "s2", "timestamp": "2026-03-20T09:00:00.000Z"}
    write_lines(root / "transcripts" / "b.jsonl", answer(0, "m9", 5, **later))
    mine(root)
    gaps = "select sprint, day_count, known_day_count, lost_day_count, session_day_count from transcript_days"
    assert query(root, gaps) == [("1", 28, 5, 9, 2)]
    lost = 'sprint "1": of 9 days the agent may have deleted transcripts unread'
    mend = "run `retro mine` more often, and look for copies, such as backups"
    assert ("warn", lost, mend) in checks(root, datetime(2026, 3, 21, tzinfo=UTC))
    mine(root, prune=True)
    assert query(root, gaps) == [("1", 28, 3, 0, 1)]


def test_init_names_transcripts_as_comments_and_opens_none(tmp_path, monkeypatch):
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    path = write_lines(home / ".claude" / "projects" / "x" / "a.jsonl", said(0, "go"))
    path.chmod(0)
    plain_history(2).write(tmp_path / "p", is_bare=False)
    text = init(tmp_path / "p").file.read_text()
    assert '# [[agents]]  # 1 file in ~/.claude/projects\n# kind = "claude-code"\n' in text
    assert "\n[[agents]]" not in text


def test_times_are_those_of_the_helper():
    assert at(3661.5) == "2026-03-09T10:01:01.500Z"
