"""The command line: results on stdout, the rest on stderr, exit 0, 1 or 2; no text of a stranger acts on a terminal."""

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from command_line import retro
from repositories import History, git, project

from retro import cli, pipeline
from retro.pipeline import mine

VERBS = ["init", "demo", "mine", "build", "query", "blast", "sql", "tables", "lab", "new", "doctor"]
OWN_COLOURS = re.compile(r"\x1b\[(?:0|1|1;31|33)m(?!red)")
RETRO = [sys.executable, "-c", "from retro.cli import main; main()"]
HOSTILE = (
    "\x1b[31mred\x1b]0;title\x07 \x9b2J [link=https://evil.example]click[/link] [/x] "
    "\u202eevil\u2066 \u200bzero | `a` =1+1"
)


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """A mined project with three commits, one of them hostile in every text."""
    folder = tmp_path_factory.mktemp("cli")
    made = History()
    made.commit("feat: begin", {"src/a.py": "1\n2\n"})
    made.commit("fix(api): mend", {"src/a.py": "1\n"})
    made.commit(HOSTILE, {f"\x1b[31m{HOSTILE.replace('/', '')}": "1\n"}, author=f"{HOSTILE} <=cmd@example.org>")
    root = project(folder / "project", made.write(folder / "repo"))
    mine(root)
    return root


def on_terminal(words: list[object], typed: str = "") -> tuple[int, str]:
    """Exit code of `retro WORDS` when somebody types this, and what the terminal sees but for Retro's own colours."""
    keyboard, terminal = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "200", "INPUTRC": "/dev/null"}
    run = subprocess.Popen(
        [*RETRO, *map(str, words)],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=environment,
        start_new_session=True,
    )
    os.close(terminal)
    os.write(keyboard, typed.encode())
    seen = b""
    try:
        while piece := os.read(keyboard, 65536):
            seen += piece
    except OSError:  # how a terminal ends on Linux
        pass
    os.close(keyboard)
    return run.wait(timeout=20), OWN_COLOURS.sub("", seen.decode())


def test_help_shows_the_first_steps_and_lists_every_verb():
    answer = retro("--help")
    assert answer.status == 0 and answer.err == ""
    assert "retro demo demo && retro build --project demo --open" in answer.out
    positions = [answer.out.index(f"│ {verb} ") for verb in VERBS]
    assert positions == sorted(positions)


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_each_verb_shows_an_example(verb):
    for option in ("--help", "-h"):
        answer = retro(verb, option)
        assert answer.status == 0 and answer.err == ""
        assert f"retro {verb}" in answer.out.partition("Example")[2]


def test_version_is_that_of_the_package():
    from importlib.metadata import version

    assert retro("--version").out == version("retro-toolkit") + "\n"


WRONG_CALLS = {
    "no such verb": (["fly"], 2, "No such command 'fly'"),
    "no such option": (["mine", "--fast"], 2, "No such option: --fast"),
    "too many words": (["doctor", "now"], 2, "Got unexpected extra argument"),
    "no project": (["mine", "-C", "/"], 1, "error: /retro.toml: no such file; run `retro init` in / to write one"),
    "unknown sprint": (["query", "theme_commits", "-s", "9", "-C", "ROOT"], 2, 'error: no sprint "9" (known: 1)'),
    "unknown query": (
        ["query", "theme_comits", "-C", "ROOT"], 1, "error: no query 'theme_comits'; did you mean theme_commits",
    ),
    "unknown table": (["tables", "commit", "-C", "ROOT"], 2, "error: no table or view 'commit'; did you mean commits"),
    "unknown format": (
        ["query", "theme_commits", "-f", "xlsx", "-C", "ROOT"], 2,
        "error: --format 'xlsx': unknown; choose one of table, csv, json, parquet, md",
    ),
    "wrong SQL": (["sql", "select\nnothing", "-C", "ROOT"], 1, "error: your SQL:2: Binder Error"),
    "two statements": (
        ["sql", "select 1; select 2", "-C", "ROOT"], 1, "error: your SQL: holds 2 statements; a query is exactly one",
    ),
    "no value": (
        ["sql", "select $sprint", "-C", "ROOT"], 1, "error: your SQL: $sprint has no value; give it with --sprint",
    ),
    "writing": (["sql", "delete from commits", "-C", "ROOT"], 1, "error: your SQL: "),
    "another file": (
        ["sql", "select * from read_csv('/etc/passwd')", "-C", "ROOT"], 1, "error: your SQL:1: Permission Error",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("words", "status", "told"), WRONG_CALLS.values(), ids=WRONG_CALLS.keys())
def test_wrong_call_is_told_on_stderr_without_a_traceback(root, words, status, told):
    answer = retro(*(root if word == "ROOT" else word for word in words))
    assert (answer.status, answer.out) == (status, "")
    assert told in answer.err
    assert "Traceback" not in answer.err


def test_project_is_the_nearest_folder_with_settings(root, tmp_path, monkeypatch):
    (root / "deep" / "er").mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(root / "deep" / "er")
    assert retro("mine").err == "nothing new\n"
    monkeypatch.chdir(tmp_path)
    answer = retro("mine")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err == (
        f"error: no retro.toml in {tmp_path} or a folder above it, so this is no project; "
        "run `retro init` in the project's folder to write one\n"
    )


def test_no_warehouse_yet_is_told_with_what_makes_it(tmp_path):
    project(tmp_path / "new")
    told = f"error: {tmp_path}/new/data/retro.duckdb: there is no warehouse yet; `retro mine` makes it\n"
    for words in (["tables"], ["sql", "select 1"], ["query", "sprint_headline", "--sprint", "1"]):
        answer = retro(*words, "-C", tmp_path / "new")
        assert (answer.status, answer.out, answer.err) == (1, "", told)


def test_mine_tells_on_stderr_what_was_read(tmp_path):
    made = History()
    made.commit("one", {"a": "1\n"})
    root = project(tmp_path / "project", made.write(tmp_path / "repo"))
    first, second = retro("mine", "-C", root), retro("mine", "--project", root)
    assert (first.status, first.out, first.err) == (0, "", "repo: 1 commits read\n")
    assert (second.status, second.out, second.err) == (0, "", "nothing new\n")


ROWS = [{"sprint": "1", "first_date": "2026-02-23", "commit_count": 3, "merge_count": 0, "changed_file_count": 2,
         "own_changed_file_count": 2, "added_lines": 3, "deleted_lines": 1, "own_added_lines": 3, "own_deleted_lines": 1,
         "author_count": 2, "active_day_count": 1}]  # fmt: skip


@pytest.mark.parametrize("format", ["table", "csv", "json", "parquet", "md"])
def test_query_gives_the_same_row_in_every_format(root, tmp_path, format):
    words = ["query", "sprint_headline", "--sprint", "1", "--format", format, "-C", root]
    if format == "parquet":
        done = subprocess.run([*RETRO, *map(str, words)], capture_output=True, check=True)
        assert json.loads(pl.read_parquet(io.BytesIO(done.stdout)).write_json()) == ROWS
        return
    answer = retro(*words)
    assert answer.status == 0
    assert answer.err == "1 row · sprint 1 · inferred · lines: 3 of 3 changed files judged\n"
    columns, values = list(ROWS[0]), [str(value) for value in ROWS[0].values()]
    if format == "json":
        assert json.loads(answer.out) == ROWS
    elif format == "csv":
        assert list(csv.reader(io.StringIO(answer.out))) == [columns, values]
    elif format == "md":
        cells = [
            [cell.strip().replace("\\", "") for cell in line.strip("|").split("|")] for line in answer.out.splitlines()
        ]
        assert cells == [columns, ["---"] * len(columns), values]
    else:
        assert [line.split() for line in answer.out.splitlines()[3:-1]] == [
            list(pair) for pair in zip(columns, values, strict=True)
        ]


def test_query_without_a_name_lists_the_queries_and_prints_their_sql(root):
    answer = retro("query", "-C", root)
    assert (answer.status, answer.err) == (0, "")
    assert "theme_commits" in answer.out and "Which themes did the sprint's commits serve?" in answer.out
    answer = retro("query", "theme_commits", "--sql", "-C", root)
    assert answer.out == (Path(__file__).parent.parent / "queries" / "metrics" / "theme_commits.sql").read_text()


def test_tables_tells_what_each_table_and_column_holds(root):
    answer = retro("tables", "-C", root)
    assert (answer.status, answer.err) == (0, "")
    assert "commit_files" in answer.out and "sprint_totals" in answer.out
    answer = retro("tables", "commit_files", "-C", root)
    assert "One row per path that a commit other than a merge changed" in answer.out
    assert "old_path" in answer.out and "Path before a rename or copy" in answer.out


@pytest.mark.parametrize(
    "words", [["select count(*) as n from commits"], ["--sprint", "1", "select 3 as n where $sprint = '1'"]]
)
def test_sql_runs_one_statement(root, words):
    answer = retro("sql", *words, "-f", "csv", "-C", root)
    assert (answer.status, answer.out, answer.err) == (0, "n\n3\n", "")


@pytest.mark.parametrize(
    ("statement", "near"), [("from commts", "commits"), ("select commit_shaa from commits", "commit_sha")]
)
def test_sql_names_the_nearest_of_what_is_there(root, statement, near):
    answer = retro("sql", statement, "-C", root)
    assert (answer.status, answer.out) == (1, "") and answer.err.endswith(f"; did you mean {near}?\n")


def test_sql_takes_its_statement_from_a_pipe(root):
    answer = retro("sql", "-f", "json", "-C", root, stdin="select path\nfrom commit_files\nwhere change_kind = 'M';\n")
    assert (answer.status, json.loads(answer.out), answer.err) == (0, [{"path": "src/a.py"}], "")


def test_sql_without_rows_is_an_answer_and_not_a_fault(root):
    answer = retro("sql", "-C", root, "select 1 as n where false")
    assert (answer.status, answer.err) == (0, "")


def test_prompt_answers_statement_by_statement_and_goes_on_after_a_mistake(root):
    status, seen = on_terminal(
        ["sql", "-f", "csv", "-C", root], "select 41 + 1\n as answer;\nselect wrong;\nselect 7 as seven;\n.quit\n"
    )
    assert status == 0
    assert "answer\r\n42\r\n" in seen and "seven\r\n7\r\n" in seen
    assert "error: your SQL:1: Binder Error" in seen
    assert "Traceback" not in seen


ACTING = ("\x1b", "\x07", "\x9b", "\u202e", "\u2066", "\u200b")
TEXTS = "select subject, author_name, path from commits join commit_files using (commit_sha)"


@pytest.mark.parametrize("words", [["sql", TEXTS], ["query", "uncategorized_commits", "-s", "1"]], ids=["sql", "query"])
def test_nothing_of_a_stranger_acts_on_a_terminal(root, words):
    status, seen = on_terminal([*words, "-C", root])
    assert status == 0
    assert [text for text in ACTING if text in seen] == []
    assert "[link=https://evil.example]click[/link] [/x]" in seen


@pytest.mark.parametrize("format", ["table", "csv", "json", "md"])
def test_nothing_of_a_stranger_acts_through_a_pipe_into_a_terminal(root, format):
    answer = retro("sql", "-f", format, TEXTS, "-C", root)
    assert answer.status == 0
    assert not [character for character in answer.out if character != "\n" and not character.isprintable()]
    spelled = answer.out.replace("\\\\", "\\")
    assert "x1b[31mred" in spelled.replace("u001b", "x1b").replace("\\[", "[") and "u202eevil" in spelled


def test_hostile_names_in_errors_and_tables_are_spelled_out(tmp_path):
    made = History()
    made.commit("one", {"a": "1\n"}, branch="dev")
    repository = made.write(tmp_path / "repo")
    repository.set_ref("refs/heads/\x1b[31mred", repository.shas[1])
    repository.set_ref("refs/tags/v1\u202e\x9b", repository.shas[1])
    root = project(tmp_path / "project", repository)
    for words in (["mine", "-C", root], ["doctor", "-C", root]):
        answer = retro(*words)
        assert answer.status == 1
        assert "\\x1b[31mred" in answer.out + answer.err
        assert not {"\x1b", "\x9b", "\u202e"} & set(answer.out + answer.err)
    git(repository.path, "symbolic-ref", "HEAD", "refs/heads/dev")
    assert retro("mine", "-C", root).status == 0
    answer = retro("sql", 'select tag_name as "\x1b[31m" from release_records', "-C", root)
    assert not {"\x1b", "\x9b", "\u202e"} & set(answer.out + answer.err)


def test_spreadsheet_formulas_are_quoted_in_csv(root):
    answer = retro(
        "sql",
        "-f",
        "csv",
        "-C",
        root,
        "select author_email as a, '=1' as b, '+1' as c, '-1' as d, -1 as e from commits where author_email like '=%'",
    )
    assert answer.out == "a,b,c,d,e\n'=cmd@example.org,'=1,'+1,'-1,-1\n"


def test_parquet_is_not_poured_into_a_terminal(root):
    status, seen = on_terminal(["query", "sprint_headline", "-s", "1", "-f", "parquet", "-C", root])
    assert status == 2
    assert (
        "error: --format parquet: writes bytes; send them to a file: `retro query ... --format parquet > rows.parquet`"
        in seen
    )
    assert "PAR1" not in seen


def test_reader_that_goes_away_is_no_fault(root):
    line = " ".join([f"'{sys.executable}'", "-c", "'from retro.cli import main; main()'"])
    statement = "select range from range(300000)"
    done = subprocess.run(
        ["sh", "-c", f'{line} sql -f csv -C "$0" "{statement}" | head -n 2', root],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("range\n0\n", "")


def test_debug_shows_where_an_error_came_from(tmp_path):
    run = subprocess.run([*RETRO, "--debug", "mine", "-C", tmp_path], capture_output=True, text=True, check=False)
    assert run.returncode == 1 and run.stdout == ""
    assert "Traceback (most recent call last)" in run.stderr and "retro.errors.SettingsError" in run.stderr
    run = subprocess.run([*RETRO, "mine", "-C", tmp_path], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (
        1, f"error: {tmp_path}/retro.toml: no such file; run `retro init` in {tmp_path} to write one\n"
    )  # fmt: skip


STOPPED = "error: stopped; the warehouse and the reports are as they were before\n"
FAULTS = {
    "Ctrl-C": (KeyboardInterrupt(), 130, STOPPED),
    "Ctrl-C within DuckDB": (RuntimeError("Query interrupted"), 130, STOPPED),
    "a fault": (
        ZeroDivisionError("by \x1b[31m"), 1,
        "error: ZeroDivisionError: by \\x1b[31m; a fault in Retro: `retro --debug ...` shows where, please report it\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("error", "status", "told"), FAULTS.values(), ids=FAULTS.keys())
def test_whatever_goes_wrong_is_one_line(root, monkeypatch, capfd, error, status, told):
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(pipeline, "mine", fail)
    monkeypatch.setattr(sys, "argv", ["retro", "mine", "-C", str(root)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code, *capfd.readouterr()) == (status, "", told)


def test_init_writes_once_and_never_overwrites(tmp_path):
    made = History()
    made.commit("feat: one", {"src/a.py": "1\n"})
    made.write(tmp_path / "repo", is_bare=False)
    first, second = retro("init", tmp_path / "repo"), retro("init", tmp_path / "repo")
    file = tmp_path / "repo" / "retro.toml"
    assert (first.status, first.out) == (0, "")
    assert f"wrote {file}; read it once, then run `retro build`\n" in first.err
    assert (second.status, second.out) == (2, "")
    assert second.err == f"error: {file}: is already there and is never overwritten; edit it, or move it away first\n"
    assert retro("mine", "-C", tmp_path / "repo").err == "repo: 1 commits read\n"


def test_doctor_ends_with_1_when_something_does_not_work(root, tmp_path):
    answer = retro("doctor", "-C", root)
    assert (answer.status, answer.err) == (0, "")
    assert "refs" not in answer.err and "main, last commit" in answer.out
    project(tmp_path / "project", tmp_path / "gone")
    answer = retro("doctor", "-C", tmp_path / "project")
    assert answer.status == 1
    assert f"{tmp_path}/gone: no such folder; correct `path` in retro.toml or clone the repository there" in answer.out
