"""Views on sprints that are far larger than usual: their cost grows with the rows, not with the pairs of rows."""

from collections.abc import Iterator
from time import process_time

import duckdb
import pytest

from retro import tables

Connection = duckdb.DuckDBPyConnection
COLUMNS = (
    "repo, commit_sha, parent_shas, subject, body, is_merge, is_boundary, is_on_default_branch, committed_at, landed_at"
)
PLAN = """
insert into projects (project, timezone, is_invented, has_deployed_releases, plan_digest, retro_version)
values ('p', 'UTC', false, false, 'plan', '0');
insert into repos (repo, position, tips_digest, object_format, is_shallow, is_configured, mined_at)
select 'repo' || range, range, 'tips', 'sha1', false, true, timestamptz '2026-02-01 00:00+00' from range(2);
insert into sprints (sprint, sequence, starts_at, ends_at, first_date, last_date, origin)
values ('1', 1, timestamptz '2026-01-01 00:00+00', timestamptz '2026-02-01 00:00+00', '2026-01-01', '2026-01-31', 'cadence');
"""


@pytest.fixture
def connection(shipped_warehouse: Connection) -> Iterator[Connection]:
    """A warehouse with one sprint and two repositories, emptied again afterwards."""
    shipped_warehouse.execute(PLAN)
    yield shipped_warehouse
    for table in tables.ddl():
        shipped_warehouse.execute(f"delete from {table}")


def fill(connection: Connection, count: int, repo: str, subject: str, path: str) -> None:
    """Adds so many commits, one a second, each with one file; `repo`, `subject` and `path` are SQL over the number i."""
    moment = "timestamptz '2026-01-05 00:00+00' + to_seconds(i)"
    connection.execute(
        f"insert into commits ({COLUMNS}) select {repo}, printf('%040d', i), [], {subject}, '', false, false, true, "
        f"{moment}, {moment} from range({count}) as numbers(i)"
    )
    connection.execute(
        "insert into commit_files (repo, commit_sha, path, change_kind, added_lines, deleted_lines, lines_status) "
        f"select {repo}, printf('%040d', i), {path}, 'M', 1, 0, 'counted' from range({count}) as numbers(i)"
    )


def test_four_thousand_changes_in_a_chain_of_tickets_are_one_set(connection: Connection) -> None:
    subject = "'PAY-' || i // 40 || case when i % 40 = 0 then ' PAY-' || i // 40 + 1 else '' end"
    fill(connection, 4_000, "'repo' || i % 2", subject, "'a.py'")
    started = process_time()
    answer = connection.execute("select count(*), count(distinct set_key), min(set_key) from change_sets").fetchall()
    assert answer == [(4_000, 1, f"repo0 {0:040}")]
    assert process_time() - started < 10  # 0.2 s; comparing each with each took 43 s


def test_forty_thousand_changes_of_a_sprint_are_ranked(connection: Connection) -> None:
    fill(connection, 40_000, "'repo0'", "'work'", "'a.py'")
    started = process_time()
    asked = "select count(*), min(file_rank_share), max(file_rank_share), max(earlier_change_count) from target_ranks"
    assert connection.execute(asked).fetchall() == [(39_999, 0.5, 0.5, 39_999)]
    assert process_time() - started < 10  # 0.5 s; comparing each with each took minutes
