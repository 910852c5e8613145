"""Every query against its cases: small input tables and the whole answer (tests/queries/README.md)."""

import csv
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import duckdb
import polars as pl
import pytest

from retro import queries, tables, warehouse
from retro.pipeline import request_targets

CASES_FOLDER = Path(__file__).parent / "queries"
DEFAULTS_FOLDER = CASES_FOLDER / "_defaults"
DEFAULTS = tomllib.loads((DEFAULTS_FOLDER / "columns.toml").read_text("utf-8"))
CASES = sorted(str(path.relative_to(CASES_FOLDER)) for path in CASES_FOLDER.glob("[a-z]*/*/"))
PLACES = (queries.shipped("queries"),)
COSTS = "request_costs"  # a view, and yet a case may give its rows
Connection = duckdb.DuckDBPyConnection
Cells = list[dict[str, str | None]]


@pytest.fixture
def connection(shipped_warehouse: Connection) -> Iterator[Connection]:
    """The empty warehouse, as it was again afterwards."""
    yield shipped_warehouse
    for table in tables.ddl():
        shipped_warehouse.execute(f"delete from {table}")
    if shipped_warehouse.execute("from duckdb_tables() where table_name = 'given_costs'").fetchall():
        shipped_warehouse.execute("drop view priced_requests")
        shipped_warehouse.execute("alter view shelved_requests rename to priced_requests")
        shipped_warehouse.execute("drop table given_costs")


def read_cells(path: Path) -> tuple[list[str], Cells]:
    """Header and rows of a CSV file, all as text; None for an empty cell."""
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file, strict=True)
        rows = [{name: cell or None for name, cell in row.items()} for row in reader]
        return list(reader.fieldnames or ()), rows


def typed_frame(connection: Connection, kinds: dict[str, str], rows: Cells) -> pl.DataFrame:
    """The cells as a frame whose columns have the types `kinds`, by name."""
    cells = pl.DataFrame(rows, schema=dict.fromkeys(kinds, pl.String))  # noqa: F841 - DuckDB reads it
    casts = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in kinds.items())
    return connection.sql(f"select {casts} from cells").pl()


@cache
def table_kinds(table: str) -> dict[str, str]:
    """DuckDB's types of a table's columns, by name."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(tables.ddl()[table])
        return dict(connection.execute(f"select column_name, column_type from (describe {table})").fetchall())


def fill_table(connection: Connection, table: str, path: Path) -> None:
    """Loads a table's CSV file, with defaults where a column must hold a value."""
    columns, rows = read_cells(path)
    defaults, kinds = DEFAULTS.get(table, {}), table_kinds(table)
    unknown = set(columns) - kinds.keys()
    assert not unknown, f"{path}: {table} has no column {', '.join(sorted(unknown))}"
    full = [{name: row.get(name) or defaults.get(name) for name in kinds} for row in rows]
    warehouse.load(connection, table, typed_frame(connection, kinds, full))


def give_costs(connection: Connection, path: Path) -> None:
    """Has the requests cost what the file says, whatever would follow from their tokens, prices and verdicts."""
    described = connection.execute(f"select column_name, column_type from (describe {COSTS})").fetchall()
    _, rows = read_cells(path)
    full = [{name: row.get(name) or DEFAULTS[COSTS].get(name) for name, _ in described} for row in rows]
    costs = typed_frame(connection, dict(described), full)  # noqa: F841 - DuckDB reads it
    connection.execute("create table given_costs as select * from costs")
    connection.execute("alter view priced_requests rename to shelved_requests")
    connection.execute(
        """
        create view priced_requests as
        select requests.*, given_costs.* exclude (source, request_key, model, provider, logged_cost_usd)
        from gateway_requests as requests
        left join given_costs on given_costs.source = requests.source and given_costs.request_key = requests.request_key
        """
    )


def fill(connection: Connection, case: Path) -> None:
    """Loads the case's tables; what it leaves out comes from the defaults or stays empty."""
    stray = {path.name for path in case.iterdir()} - {f"{table}.csv" for table in (*tables.ddl(), COSTS)}
    assert stray <= {"parameters.toml", "expect.csv", "expect.toml"}, f"{case}: {stray} is no table"
    for table in tables.ddl():
        found = [folder / f"{table}.csv" for folder in (case, DEFAULTS_FOLDER) if (folder / f"{table}.csv").is_file()]
        if found:
            fill_table(connection, table, found[0])
    if (case / f"{COSTS}.csv").is_file():
        give_costs(connection, case / f"{COSTS}.csv")
    if (case / "gateway_requests.csv").is_file():
        request_targets.keep(connection)


def expected_rows(connection: Connection, path: Path, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of an expect.csv in the types of the answer `frame`."""
    columns, rows = read_cells(path)
    assert columns == frame.columns, f"{path}: the answer's columns are {','.join(frame.columns)}"
    kinds = dict(connection.execute("select column_name, column_type from (describe from frame)").fetchall())
    return typed_frame(connection, kinds, rows)


def check_facts(result: queries.Result, path: Path) -> None:
    """Compares evidence and coverage with an expect.toml, as far as it names them."""
    facts = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
    coverage = vars(result.coverage) if result.coverage else False
    told = {"evidence": result.evidence, "evidence_shares": result.evidence_shares, "coverage": coverage}
    assert {name: told[name] for name in facts} == facts


@pytest.mark.parametrize("case", CASES)
def test_query_gives_the_rows_of_its_case(case: str, connection: Connection) -> None:
    folder = CASES_FOLDER / case
    fill(connection, folder)
    name = folder.parent.name
    if name in queries.all_queries(PLACES, "views"):
        answer = queries.execute(connection, f"from {name} order by all", {}, name)
        expected = expected_rows(connection, folder / "expect.csv", answer)  # noqa: F841 - DuckDB reads it
        assert answer.to_dicts() == connection.sql("from expected order by all").pl().to_dicts()
        return
    parameters = folder / "parameters.toml"
    given = tomllib.loads(parameters.read_text("utf-8")) if parameters.is_file() else {}
    result = queries.run(connection, queries.find(name, PLACES), given, "")
    assert result.rows() == expected_rows(connection, folder / "expect.csv", result.frame).to_dicts()
    check_facts(result, folder / "expect.toml")


ALL_SQL = {name: query.sql for name, query in queries.all_queries(PLACES).items()} | {
    name: f"from {name}" for name in queries.all_queries(PLACES, "views")
}
PASSING = {"PROJECTION", "FILTER", "STREAMING_WINDOW", "UNNEST"}  # operators that hand rows on as they come


def reads_of_ctes(plan: list[dict], above: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each read of a CTE in a plan: the CTE's index, and the operators above, the nearest first."""
    for node in plan:
        name = node["name"].strip()
        if name == "CTE_SCAN":
            yield node["extra_info"]["CTE Index"], above
        yield from reads_of_ctes(node.get("children", []), (name, *above))


def stops_early(above: tuple[str, ...]) -> bool:
    """Whether a limit takes what is read before any operator that reads all first."""
    first = next((name for name in above if name not in PASSING), "")
    return "LIMIT" in first


@pytest.mark.parametrize("name", ALL_SQL)
def test_no_query_stops_reading_a_cte_that_others_read_too(name: str, shipped_warehouse: Connection) -> None:
    """DuckDB 2.0 feeds such a reader while the CTE is still being made; with few threads the two may wait for ever.

    `exists` over a CTE, uncorrelated, is a limit of one; `(select count(*) from it) > 0` says the same and reads all.
    """
    sql = re.sub(r"\$\w+", "'2'", ALL_SQL[name])
    ((_, plan),) = shipped_warehouse.execute(f"explain (format json) {sql}").fetchall()
    reads = list(reads_of_ctes(json.loads(plan)))
    readers = Counter(index for index, _ in reads)
    assert [index for index, above in reads if stops_early(above) and readers[index] > 1] == []


@pytest.mark.parametrize("name", queries.all_queries(PLACES))
def test_metric_gives_no_row_on_an_empty_warehouse(name: str, connection: Connection) -> None:
    query = queries.find(name, PLACES)
    result = queries.run(connection, query, dict.fromkeys(query.parameters, "2"), "")
    assert result.rows() == []
    assert (result.evidence_shares, result.coverage) == ({query.evidence: 1.0}, None)
