"""Who reads the warehouse: ad-hoc SQL that reaches nothing else, the data dictionary, and clients of DuckDB 1.5."""

import json
import subprocess
import sys
import venv
from pathlib import Path

import duckdb
import polars as pl
import pytest

from retro import dictionary, queries, tables, warehouse
from retro.errors import UsageError
from retro.pipeline.derived import make_views

VIEWS = list(queries.all_queries((queries.shipped("queries"),), "views"))
ROWS = """
    insert into projects values ('Gateway', 'Europe/Berlin', false, null, false, 'plan', '0.1.0');
    insert into repos values ('app', null, null, null, 'tips', 'sha1', false, true, 1, '2026-04-10 12:00+00');
    insert into sprints values
        ('2', 1, '2026-03-08 23:00+00', '2026-03-19 23:00+00', '2026-03-09', '2026-03-19', null, 'named');
    insert into commits by name
        select 'app' as repo, 'a1' as commit_sha, ['a0'] as parent_shas, 'naïve (#12)' as subject, '' as body,
            '2026-03-10 09:00+00'::timestamptz as committed_at, false as is_merge, false as is_boundary,
            true as is_on_default_branch;
    insert into commit_files by name
        select 'app' as repo, 'a1' as commit_sha, 'src/main.py' as path, 'A' as change_kind, 10 as added_lines,
            0 as deleted_lines, 'counted' as lines_status;
    insert into commit_trailers values ('app', 'a1', 1, 'Reviewed-by', 'Ada');
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse as Retro writes it, with one commit."""
    path = tmp_path_factory.mktemp("project") / warehouse.FILE
    with warehouse.one_writer(path), warehouse.rewrite(path) as connection:
        connection.execute(ROWS)
        make_views(connection, (queries.shipped("queries"),))
    return path


def files_of(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir())


LOCKED_OUT = (
    "select * from read_csv('{file}')",
    "select * from '{file}'",
    "select * from read_text('{file}')",
    "select * from glob('{folder}/*')",
    "attach '{folder}/other.duckdb' as other",
    "attach ':memory:' as other",
    "copy commits to '{folder}/out.csv'",
    "copy commits from '{file}'",
    "export database '{folder}/out'",
    "import database '{folder}/out'",
    "set memory_limit = '1TB'",
    "set global threads = 9",
    "set enable_external_access = true",
    "reset memory_limit",
    "set timezone = 'Asia/Tokyo'",
    "pragma threads = 9",
    "load httpfs",
    "install httpfs",
    "create secret s (type http)",
    "create table t (a int)",
    "create macro m() as 1",
    "insert into commit_trailers values ('app', 'b1', 1, 'k', 'v')",
    "delete from commit_trailers",
    "update commit_trailers set position = 2",
    "drop table commit_trailers",
    "alter table commit_trailers add column x int",
    "select getenv('HOME')",
    "select * from python_frame",
)


@pytest.mark.parametrize("statement", LOCKED_OUT)
def test_ad_hoc_sql_reaches_nothing_but_the_rows(statement: str, filled: Path) -> None:
    secret = filled.parent / "secret.csv"
    secret.write_text("a\n1\n")
    before, names = filled.read_bytes(), files_of(filled)
    python_frame = pl.DataFrame({"a": [1]})  # noqa: F841 - must not be found
    with warehouse.open_locked(filled) as connection:
        with pytest.raises(duckdb.Error):
            connection.execute(statement.format(file=secret, folder=filled.parent)).fetchall()
        assert connection.execute("select trailer_value from commit_trailers").fetchall() == [("Ada",)]
        assert connection.execute("select current_setting('timezone')").fetchall() == [("UTC",)]
    assert (filled.read_bytes(), files_of(filled)) == (before, names)


def test_dictionary_tells_tables_and_columns_from_the_file(filled: Path) -> None:
    relations = dictionary.relations(filled)
    assert list(relations) == [*tables.ddl(), *VIEWS]
    trailer = relations["commit_trailers"]
    assert (trailer.kind, trailer.row_count) == ("table", 1)
    assert trailer.columns[2] == ("position", "integer", "1 for the first trailer of the message.")
    assert relations["sprint_totals"].kind == "view"
    with pytest.raises(UsageError, match=r"^no table or view 'commit_trailer'; did you mean commit_trailers"):
        dictionary.find(relations, "commit_trailer")


@pytest.fixture(scope="module")
def duckdb_1_5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a throw-away environment with the Python client and the command line of DuckDB 1.5."""
    folder = tmp_path_factory.mktemp("duckdb") / "environment"
    venv.create(folder, with_pip=False)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "--disable-pip-version-check"]
    answer = subprocess.run(
        [*pip, "install", "--quiet", "duckdb==1.5.*", "duckdb-cli==1.5.*"], capture_output=True, text=True
    )
    if answer.returncode:
        pytest.skip("no package index can be reached to install DuckDB 1.5 from")
    return folder / "bin"


# One row of JSON: what each client has to see in the file.
SEEN = """
select
    (select count(*) from duckdb_tables() where comment like 'One row%Key: %') as table_count,
    (select count(*) from duckdb_views() where not internal and comment like '%?%One row%') as view_count,
    (select count(*) from duckdb_columns() where not internal and coalesce(comment, '') = '') as silent_column_count,
    (select subject from sprint_commits) as subject,
    (select committed_at = '2026-03-10 09:00:00+00'::timestamptz from sprint_commits) as is_its_time,
    (select pr_number from commit_pull_requests) as pr_number,
    (select added_lines from sprint_totals where sprint = '2') as added_lines,
    (select parent_shas[1] from commits) as parent_sha
"""
SEEN_ROW = {
    "table_count": len(tables.ddl()),
    "view_count": len(VIEWS),
    "silent_column_count": 0,
    "subject": "naïve (#12)",
    "is_its_time": True,
    "pr_number": 12,
    "added_lines": 10,
    "parent_sha": "a0",
}
EVERY_VIEW = " union all ".join(f"select '{name}' as name, count(*) as row_count from {name}" for name in VIEWS)


def test_command_line_of_1_5_reads_tables_views_and_comments(duckdb_1_5: Path, filled: Path) -> None:
    def ask(sql: str) -> list[dict]:
        command = [str(duckdb_1_5 / "duckdb"), "-init", "/dev/null", "-readonly", "-json", str(filled), "-c", sql]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert ask("select version() as version")[0]["version"].startswith("v1.5.")
    assert ask(SEEN) == [SEEN_ROW]
    assert [row["name"] for row in ask(EVERY_VIEW)] == VIEWS


def test_python_client_of_1_5_reads_tables_views_and_comments(duckdb_1_5: Path, filled: Path) -> None:
    script = """
import duckdb, json, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
connection.execute("set enable_progress_bar = false")  # on a slow machine it would stand before the answer
seen = connection.execute(sys.argv[2])
row = dict(zip((column[0] for column in seen.description), seen.fetchone()))
names = [name for name, _ in connection.execute(sys.argv[3]).fetchall()]
print(json.dumps([duckdb.__version__[:4], row, names]))
"""
    command = [str(duckdb_1_5 / "python"), "-I", "-c", script, str(filled), SEEN, EVERY_VIEW]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    assert json.loads(answer.stdout) == ["1.5.", SEEN_ROW, VIEWS]


def test_this_client_reads_the_same(filled: Path) -> None:
    with warehouse.open_read_only(filled) as connection:
        assert connection.sql(SEEN).pl().to_dicts() == [SEEN_ROW]
