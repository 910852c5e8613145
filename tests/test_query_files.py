"""How queries are found, read, called and refused."""

from pathlib import Path

import duckdb
import pytest

from retro import open_warehouse, queries, tables, warehouse
from retro.errors import QueryError, WarehouseError
from retro.pipeline.derived import make_views

PLACES = (queries.shipped("queries"),)
Connection = duckdb.DuckDBPyConnection

HEAD = (
    "-- How many sprints are there?\n-- One row.\n--\n-- sprint_count: sprints of the plan\n--\n-- Evidence: verified\n"
)

NOW = "2026-04-10 12:00+00"
SPRINTS = """
    insert into sprints values
        ('1', 1, '2026-02-22 23:00+00', '2026-03-08 23:00+00', '2026-02-23', '2026-03-08', null, 'cadence'),
        ('2', 2, '2026-03-08 23:00+00', '2026-03-19 23:00+00', '2026-03-09', '2026-03-19', 'Fleet management', 'named'),
        ('Q2', 3, '2026-03-31 22:00+00', '2026-06-30 22:00+00', '2026-04-01', '2026-06-30', null, 'named')
"""


def write_query(root: Path, name: str, sql: str, kind: str = "metrics", head: str = HEAD) -> Path:
    """A query of a project's own."""
    path = root / "queries" / kind / f"{name}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head + sql, encoding="utf-8")
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project's folder whose warehouse holds a repository and three sprints, one with an id that is no number."""
    path = tmp_path / warehouse.FILE
    with warehouse.one_writer(path), warehouse.rewrite(path) as filled:
        filled.execute("insert into projects values ('Gateway', 'Europe/Berlin', false, null, false, 'plan', '0.1.0')")
        filled.execute(f"insert into repos values ('app', null, null, null, 'tips', 'sha1', false, true, 1, '{NOW}')")
        filled.execute(SPRINTS)
        make_views(filled, PLACES)
    return tmp_path


def test_project_query_is_found_before_the_shipped_one_and_beside_it(project: Path) -> None:
    write_query(project, "sprint_details", "select count(*) as sprint_count from sprints")
    write_query(project, "sprint_count", "select count(*) as sprint_count from sprints")
    with open_warehouse(project / warehouse.FILE) as opened:
        assert opened.query("sprint_details").rows() == [{"sprint_count": 3}]
        assert opened.query("sprint_count").rows() == [{"sprint_count": 3}]
        assert opened.query("coverage_shares", sprint="2").rows() == []


def test_project_view_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    write_query(
        tmp_path,
        "review_shares",
        "select 'mine' as repo",
        "views",
        "-- Mine?\n-- One row, not of sprint_totals.\n-- repo: mine\n",
    )
    with duckdb.connect(":memory:") as own:
        for text in tables.ddl().values():
            own.execute(text)
        make_views(own, queries.folders(tmp_path))
        assert own.execute("select * from review_shares").fetchall() == [("mine",)]
        assert own.execute("select comment from duckdb_views() where view_name = 'review_shares'").fetchall() == [
            ("Mine? One row, not of sprint_totals.",)
        ]


@pytest.mark.parametrize(
    ("views", "message"),
    [
        (
            {"a_b": "select nothing\nfrom sprints"},
            'queries/views/a_b.sql:4: Binder Error: Referenced column "nothing" not found',
        ),
        (
            {"a_b": "select 1 as other"},
            'queries/views/a_b.sql: Binder Error: View "a_b" does not have a column with name "repo"',
        ),
        ({"a_b": "from c_d", "c_d": "from a_b"}, "views read each other in a circle: "),
    ],
)
def test_view_that_cannot_be_made_is_named(views: dict[str, str], message: str, tmp_path: Path) -> None:
    for name, sql in views.items():
        write_query(tmp_path, name, sql, "views", "-- Mine?\n-- One row.\n-- repo: mine\n")
    with duckdb.connect(":memory:") as own, pytest.raises(QueryError) as caught:
        own.execute(tables.ddl()["sprints"])
        make_views(own, (tmp_path / "queries",))
    assert str(tmp_path) in str(caught.value)
    assert message in str(caught.value)


def test_sprint_may_be_given_as_a_number_beside_ids_of_text(project: Path) -> None:
    with open_warehouse(project / warehouse.FILE) as opened:
        result = opened.query("sprint_details", sprint=2)
    assert [row["goal"] for row in result.rows()] == ["Fleet management"]
    assert result.parameters == {"sprint": "2"}


@pytest.mark.parametrize(
    ("given", "got"),
    [({}, "got none"), ({"sprint": "2", "theme": "x"}, "got sprint, theme"), ({"sprnt": "2"}, "got sprnt")],
)
def test_missing_and_extra_parameters_are_told(given: dict[str, str], got: str, project: Path) -> None:
    with open_warehouse(project / warehouse.FILE) as opened, pytest.raises(QueryError) as caught:
        opened.query("theme_commits", **given)
    assert str(caught.value) == f"theme_commits: takes sprint; {got}"


@pytest.mark.parametrize(
    ("sql", "where", "why"),
    [
        (
            "select 1,\n    nothing as x\nfrom sprints",
            ":8",
            'Binder Error: Referenced column "nothing" not found in FROM clause!',
        ),
        ("select 1\nfrom from sprints", ":8", 'Parser Error: syntax error at or near "from"'),
        ("select 1; select 2", "", "holds 2 statements; a query is exactly one"),
        ("", "", "holds 0 statements; a query is exactly one"),
    ],
)
def test_wrong_sql_is_told_with_file_and_line(sql: str, where: str, why: str, project: Path) -> None:
    path = write_query(project, "sprint_count", sql)
    with open_warehouse(project / warehouse.FILE) as opened, pytest.raises(QueryError) as caught:
        opened.query("sprint_count")
    assert str(caught.value) == f"{path}{where}: {why}"


@pytest.mark.parametrize("name", ["theme_comits", "themes commits"])
def test_unknown_query_names_the_close_one(name: str) -> None:
    with pytest.raises(QueryError, match=r"^no query 'theme.*'; did you mean theme_commits"):
        queries.find(name, PLACES)


@pytest.mark.parametrize("name", ["../views/releases", "releases", "", "x" * 1000])
def test_only_a_metric_can_be_asked_by_name(name: str) -> None:
    with pytest.raises(QueryError, match=r"^no query "):
        queries.find(name, PLACES)


def test_one_broken_query_file_leaves_the_others_usable(project: Path) -> None:
    path = write_query(project, "half_done", "select 1", head="")
    assert queries.find("theme_commits", queries.folders(project)).name == "theme_commits"
    with pytest.raises(QueryError) as caught:
        queries.find("half_done", queries.folders(project))
    assert str(caught.value) == f"{path}:1: the head is missing; start with a question and what one row is, as comments"


def test_file_name_that_is_no_name_is_refused(tmp_path: Path) -> None:
    path = write_query(tmp_path, "Half-Done", "select 1")
    with pytest.raises(QueryError) as caught:
        queries.read(path)
    assert str(caught.value) == f"{path}: a query's file is named in lower-case letters, digits and _"


def test_head_is_read_into_its_parts(tmp_path: Path) -> None:
    head = """\
-- How many?
-- One row per sprint,
--   oldest first.
--
-- sprint: its id
-- day_count: days,
--   both ends
--   included
--
-- Left out: nothing,
--   really.
-- Evidence: human
-- Coverage: themes
-- Source: a book
"""
    query = queries.read(
        write_query(tmp_path, "sprint_days", "select $sprint as sprint, $days as day_count -- no head", head=head)
    )
    assert (query.question, query.row) == ("How many?", "One row per sprint, oldest first.")
    assert query.columns == {"sprint": "its id", "day_count": "days, both ends included"}
    assert query.facts == {
        "Left out": "nothing, really.",
        "Evidence": "human",
        "Coverage": "themes",
        "Source": "a book",
    }
    assert (query.evidence, query.parameters) == ("human", {"sprint", "days"})


def test_result_is_the_same_in_every_form(project: Path) -> None:
    path = write_query(project, "sprint_count", "select sprint, sequence from sprints order by sequence limit 2")
    with open_warehouse(project / warehouse.FILE) as opened:
        result = opened.query("sprint_count")
    assert result.rows() == [{"sprint": "1", "sequence": 1}, {"sprint": "2", "sequence": 2}]
    assert result.polars().to_dicts() == result.arrow().to_pylist() == result.rows()
    assert result.pandas().to_dict("records") == result.rows()
    assert (result.name, result.question, result.row) == ("sprint_count", "How many sprints are there?", "One row.")
    assert (result.sql, result.parameters, result.row_count) == (path.read_text("utf-8"), {}, 2)


def test_times_come_out_aware_and_in_utc_whatever_zone_the_machine_has(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    with open_warehouse(project / warehouse.FILE) as opened:
        (row,) = opened.query("sprint_details", sprint="2").rows()
        (day,) = opened.sql(
            "select date_trunc('day', starts_at)::text as day from sprints where sprint = '2'"
        ).to_dicts()
    assert row["starts_at"].isoformat() == "2026-03-08T23:00:00+00:00"
    assert day == {"day": "2026-03-08 00:00:00+00"}


def test_snapshot_changes_with_the_inputs_and_only_with_them(project: Path) -> None:
    path = project / warehouse.FILE
    snapshots = []
    for change in (
        "update load_log set reason = 'x'",
        "update repos set tips_digest = 'other'",
        "update sprints set ends_at = '2026-07-03' where sprint = 'Q2'",
        "update projects set plan_digest = 'other'",
        "update repos set is_configured = false",
    ):
        with open_warehouse(path) as opened:
            snapshots.append(opened.snapshot)
        with warehouse.one_writer(path), warehouse.rewrite(path) as connection:
            connection.execute(change)
    assert snapshots[0] == snapshots[1]
    assert len(set(snapshots)) == 4


def test_warehouse_is_found_from_a_folder_below_the_project(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = project / "notebooks" / "mine"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    with open_warehouse() as opened:
        assert opened.path == project / warehouse.FILE


def test_without_a_warehouse_the_next_command_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WarehouseError) as caught:
        open_warehouse()
    assert str(caught.value) == (
        f"{tmp_path}: no data/retro.duckdb here or in a folder above; run `retro mine` in your project first"
    )


def test_ad_hoc_sql_gets_only_the_parameters_that_it_names(shipped_warehouse: Connection) -> None:
    assert queries.ask(shipped_warehouse, "select 1 as one", {"sprint": "2"}, "your SQL").to_dicts() == [{"one": 1}]
    assert queries.ask(shipped_warehouse, "select $sprint as s", {"sprint": "2"}, "your SQL").to_dicts() == [{"s": "2"}]
    with pytest.raises(QueryError) as caught:
        queries.ask(shipped_warehouse, "select $sprint as s", {}, "your SQL")
    assert str(caught.value) == "your SQL: $sprint has no value; give it with --sprint"


def test_intervals_come_out_as_text_whatever_the_column_is_called() -> None:
    sql = 'select interval 90 minute as "waited ""so", [interval 1 day] as all_waits, 1 as one'
    with duckdb.connect(":memory:") as connection:
        rows = queries.execute(connection, sql, {}, "your SQL").to_dicts()
    assert rows == [{'waited "so': "01:30:00", "all_waits": "[1 day]", "one": 1}]
