"""Laws of the data: tables, views and queries are documented, named and typed as the conventions say."""

import json
import re
from pathlib import Path

import duckdb
import pytest

from retro import queries, tables

CASES_FOLDER = Path(__file__).parent / "queries"
PLACES = (queries.shipped("queries"),)
METRICS = queries.all_queries(PLACES)
VIEWS = queries.all_queries(PLACES, "views")
KNOWN_PARAMETERS = {"sprint"}  # the ones that the command line can give a value
NOT_PLURAL = {"load_log", "commit_attribution"}  # a log and an attribution are one thing
SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
Connection = duckdb.DuckDBPyConnection

# What a name promises of its type, and what a type asks of its name.
TYPES_OF_ENDING = {
    "_at": {"TIMESTAMP WITH TIME ZONE"},
    "_date": {"DATE"},
    "_count": {"BIGINT", "INTEGER"},
    "_share": {"DOUBLE"},
    "_lines": {"BIGINT"},
    "_tokens": {"BIGINT"},
    "_usd": {"DECIMAL"},
}
NAME_OF_TYPE = {
    "TIMESTAMP WITH TIME ZONE": r".*_at",
    "DATE": r"date|.*_date",
    "BOOLEAN": r"(is|has)_.*",
    "DECIMAL": r".*_usd|(logged|billed)_cost|.*_quantity",  # the latter have their currency or unit beside them
    "DOUBLE": r"(median_)?effective_[a-z]+|churn_14d_matured|lift|value|median_change_own_files|(.*_)?confidence"
    r"|.*_(share|ratio|rate|lift|seconds|hours|days)",
}
KNOWN_TYPES = {*NAME_OF_TYPE, "VARCHAR", "VARCHAR[]", "MAP", "BIGINT", "BIGINT[]", "BIGINT[][]", "INTEGER"}


def check_column(relation: str, name: str, type_name: str) -> None:
    """A column's name and type agree with each other and with conventions."""
    kind = re.sub(r"\(.*\)$", "", type_name)
    where = f"{relation}.{name} ({type_name})"
    assert SNAKE_CASE.fullmatch(name), f"{where}: write the name in snake case"
    assert kind in KNOWN_TYPES, f"{where}: cast it to one of {', '.join(sorted(KNOWN_TYPES))}"
    for ending, kinds in TYPES_OF_ENDING.items():
        assert not name.endswith(ending) or kind in kinds, f"{where}: a name in {ending} promises {' or '.join(kinds)}"
    assert not re.match(r"(is|has)_", name) or kind == "BOOLEAN", f"{where}: is_ and has_ promise BOOLEAN"
    assert re.fullmatch(NAME_OF_TYPE.get(kind, ".*"), name), f"{where}: its type wants a name like {NAME_OF_TYPE[kind]}"


def columns_of(connection: Connection, relation: str) -> dict[str, tuple[str, str | None]]:
    """Type and comment of each column of a table or view, by name, in order."""
    asked = "select column_name, data_type, comment from duckdb_columns() where table_name = ? order by column_index"
    return {name: (kind, comment) for name, kind, comment in connection.execute(asked, [relation]).fetchall()}


def result_types(connection: Connection, query: queries.Query) -> dict[str, str]:
    """Types of a metric's columns, by name, in order."""
    relation = connection.sql(query.sql, params=dict.fromkeys(query.parameters, "2") or None)
    return dict(zip(relation.columns, map(str, relation.types), strict=True))


def bare_sql(text: str) -> str:
    """SQL without comments and texts."""
    return re.sub(r"'(?:[^']|'')*'|--[^\n]*", "", text)


@pytest.mark.parametrize("name", tables.ddl())
def test_table_is_declared_in_the_file_of_its_name(name: str) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute(tables.ddl()[name])
        assert connection.execute("select table_name from duckdb_tables()").fetchall() == [(name,)]
    assert SNAKE_CASE.fullmatch(name)
    assert name.endswith("s") or name in NOT_PLURAL, f"{name}: a table is a plural noun"


@pytest.mark.parametrize("name", tables.ddl())
def test_table_says_what_a_row_is_and_names_its_key(name: str, shipped_warehouse: Connection) -> None:
    asked = "select comment from duckdb_tables() where table_name = ?"
    ((comment,),) = shipped_warehouse.execute(asked, [name]).fetchall()
    assert re.fullmatch(r"One row.*\. Key: [a-z0-9_, ]+\.", comment or ""), (
        f"{name}: comment on table: One row per ... Key: a, b."
    )
    found = shipped_warehouse.execute(f"select column_name from (describe {name}) where \"null\" = 'NO'").fetchall()
    required = {column for (column,) in found}
    assert set(tables.key(name)) <= required, f"{name}: its key names columns that are absent or may be NULL"


@pytest.mark.parametrize("name", tables.ddl())
def test_table_documents_and_names_its_columns_well(name: str, shipped_warehouse: Connection) -> None:
    for column, (kind, comment) in columns_of(shipped_warehouse, name).items():
        assert (comment or "").strip(), f"tables/{name}.sql: comment on column {name}.{column} is missing"
        check_column(name, column, kind)


@pytest.mark.parametrize("name", VIEWS)
def test_head_of_a_view_documents_exactly_its_columns(name: str, shipped_warehouse: Connection) -> None:
    found = columns_of(shipped_warehouse, name)
    assert list(VIEWS[name].columns) == list(found), f"views/{name}.sql: the head lists other columns than the view has"
    for column, (kind, comment) in found.items():
        assert comment, f"views/{name}.sql: {column} has no comment in the warehouse"
        check_column(name, column, kind)


@pytest.mark.parametrize("name", METRICS)
def test_head_of_a_metric_documents_exactly_its_columns(name: str, shipped_warehouse: Connection) -> None:
    found = result_types(shipped_warehouse, METRICS[name])
    assert list(METRICS[name].columns) == list(found), (
        f"metrics/{name}.sql: the head lists other columns than the result has"
    )
    for column, kind in found.items():
        check_column(name, column, kind)


@pytest.mark.parametrize("query", [*METRICS.values(), *VIEWS.values()], ids=lambda query: query.name)
def test_head_says_question_row_and_evidence(query: queries.Query) -> None:
    assert query.question.endswith("?"), f"{query.path}:1: ask a question"
    assert query.row.startswith("One row"), f"{query.path}:2: say what one row is"
    assert query.facts.get("Evidence") in queries.EVIDENCE, (
        f"{query.path}: Evidence: one of {', '.join(queries.EVIDENCE)}"
    )
    assert all(query.columns.values()), f"{query.path}: say of each column what it holds"
    assert query.parameters <= KNOWN_PARAMETERS, f"{query.path}: only {', '.join(KNOWN_PARAMETERS)} can be given"


@pytest.mark.parametrize("name", METRICS)
def test_metric_is_a_noun_and_a_measure_and_one_ordered_statement(name: str, shipped_warehouse: Connection) -> None:
    assert SNAKE_CASE.fullmatch(name) and "_" in name, f"{name}: name it <noun>_<measure>"
    ((text,),) = shipped_warehouse.execute("select json_serialize_sql(?)", [METRICS[name].sql]).fetchall()
    (statement,) = json.loads(text)["statements"]
    modifiers = {modifier["type"] for modifier in statement["node"]["modifiers"]}
    assert "ORDER_MODIFIER" in modifiers, f"metrics/{name}.sql: end with an `order by`, so that rows stay in place"
    assert "STAR" not in {item["class"] for item in statement["node"]["select_list"]}, (
        f"metrics/{name}.sql: name the columns"
    )


def test_coverage_names_subjects_that_the_view_has(shipped_warehouse: Connection) -> None:
    (head,) = [text for column, text in VIEWS["sprint_coverage"].columns.items() if column == "subject"]
    subjects = set(head.removeprefix("what is judged: ").split(", "))
    found = set(re.findall(r"^(?:union all\n)?select sprint, '([a-z ]+)'", VIEWS["sprint_coverage"].sql, re.MULTILINE))
    assert found == subjects, "views/sprint_coverage.sql: the head lists other subjects than the view gives"
    for query in METRICS.values():
        assert query.facts.get("Coverage") in {None, *subjects}, (
            f"{query.path}: Coverage: one of {', '.join(sorted(subjects))}"
        )


@pytest.mark.parametrize(
    "path",
    [
        *sorted((Path(tables.__file__).parent).glob("*.sql")),
        *(query.path for query in (*METRICS.values(), *VIEWS.values())),
    ],
    ids=lambda path: path.stem,
)
def test_sql_is_lower_case_without_tabs(path: Path) -> None:
    text = path.read_text("utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        assert "\t" not in line and line == line.rstrip(), f"{path}:{number}: a tab or blanks at the end"
    shouted = re.search(r"\b\w*[A-Z]\w*\b", bare_sql(text))
    assert not shouted, f"{path}: write {shouted[0]} in lower case"
    assert text.endswith("\n") and not text.endswith("\n\n"), f"{path}: end with one line break"


def test_every_query_has_a_case_and_every_case_a_query() -> None:
    folders = {path.name: path for path in CASES_FOLDER.glob("[a-z]*") if path.is_dir()}
    wanted = {*METRICS, *VIEWS}
    assert wanted - folders.keys() == set(), "write a case for these in tests/queries/"
    assert folders.keys() - wanted == set(), "these folders in tests/queries/ are of no query"
    for folder in folders.values():
        cases = [path for path in folder.iterdir() if path.is_dir()]
        assert cases and all((case / "expect.csv").is_file() for case in cases), (
            f"{folder}: each case wants an expect.csv"
        )
