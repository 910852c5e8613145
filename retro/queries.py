"""Named queries: found, described, run.

A query is one .sql file. Its head, the comment lines it starts with, says everything about it:

    -- Which themes did the sprint's commits serve?
    -- One row per theme, most commits first.
    --
    -- theme: name from retro.toml, or uncategorized
    -- commit_count: commits, merges included
    --
    -- Left out: nothing.
    -- Evidence: inferred
    -- Coverage: themes

The first line is the question, the next ones say what a row is. `name: text` lines describe the result's columns.
`Evidence` is the best class that the numbers can have; `Coverage` names a subject of the view `sprint_coverage`;
`Source` says where the definition comes from. A project's own `queries/` folder is looked at first, the shipped one
second.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from retro.errors import QueryError, WarehouseError
from retro.warehouse import FILE, first_line, open_read_only

if TYPE_CHECKING:
    import polars as pl

EVIDENCE = ("verified", "human", "inferred")  # strongest first
_HEAD = re.compile(r"\A(?:[ \t]*(?:--.*)?\n)*")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_COLUMN = re.compile(r"([a-z][a-z0-9_]*): (.*)")
_FACT = re.compile(r"(Left out|Evidence|Coverage|Source): (.*)")


@dataclass(frozen=True)
class Query:
    """A query file: what its head says and its text."""

    name: str
    path: Path
    sql: str
    question: str
    row: str
    columns: dict[str, str]
    facts: dict[str, str]

    @property
    def evidence(self) -> str:
        """The best class that a result can have."""
        return self.facts.get("Evidence", "inferred")

    @property
    def parameters(self) -> set[str]:
        """Names of its `$parameters`, as DuckDB's own parser finds them."""
        return _parameters(self.sql, str(self.path))


@dataclass(frozen=True)
class Coverage:
    """How much of the input could be judged: counts, and in words what could not."""

    subject: str
    judged_count: int
    total_count: int
    unknown: str


@dataclass(frozen=True)
class Result:
    """Rows of one query together with where they come from."""

    name: str
    question: str
    row: str
    columns: dict[str, str]
    sql: str
    parameters: dict[str, object]
    frame: "pl.DataFrame"
    evidence: str
    evidence_shares: dict[str, float]
    coverage: Coverage | None
    snapshot: str

    @property
    def row_count(self) -> int:
        """Number of rows."""
        return self.frame.height

    def rows(self) -> list[dict]:
        """Rows as dictionaries of Python values; times are aware datetimes in UTC."""
        return self.frame.to_dicts()

    def polars(self) -> "pl.DataFrame":
        """The rows as a Polars frame."""
        return self.frame

    def pandas(self):
        """The rows as a pandas frame."""
        return self.frame.to_pandas()

    def arrow(self):
        """The rows as a PyArrow table."""
        return self.frame.to_arrow()

    def __repr__(self) -> str:
        return f"{self.question} ({self.name}, {self.evidence})\n{self.frame}"

    def _repr_html_(self) -> str:
        return self.frame._repr_html_()


class Warehouse:
    """A read-only warehouse that answers named queries. Use as a context manager or `close()` it."""

    def __init__(self, path: Path, folders: tuple[Path, ...]) -> None:
        self.path = path
        self._folders = folders
        self._connection = open_read_only(path)

    def query(self, name: str, **parameters: object) -> Result:
        """Result of the named query. Raises QueryError when it, or its sprint, is unknown, wrongly called or fails."""
        if "sprint" in parameters:
            _check_sprint(self._connection, str(parameters["sprint"]))
        return run(self._connection, find(name, self._folders), parameters, self.snapshot)

    def sql(self, text: str, **parameters: object) -> "pl.DataFrame":
        """Rows of ad-hoc SQL as a Polars frame."""
        return execute(self._connection, text, parameters, "your SQL")

    @cached_property
    def snapshot(self) -> str:
        """Digest of the inputs: equal digests mean equal numbers."""
        return snapshot(self._connection)

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def __enter__(self) -> "Warehouse":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_warehouse(path: Path | str | None = None) -> Warehouse:
    """The warehouse at `path`; without one, `data/retro.duckdb` of this folder or of the nearest one above it.

    Raises WarehouseError when there is none.
    """
    if path is not None:
        chosen = Path(path).resolve()
        return Warehouse(chosen, folders(chosen.parent.parent))
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            return Warehouse(folder / FILE, folders(folder))
    raise WarehouseError(f"{here}: no {FILE} here or in a folder above; run `retro mine` in your project first")


def folders(root: Path) -> tuple[Path, ...]:
    """Folders with queries, the project's own first."""
    return (root / "queries", shipped("queries"))


def shipped(folder: str) -> Path:
    """A folder that comes with Retro: inside the installed package, or at the top of a checkout."""
    inside = Path(__file__).parent / folder
    return inside if inside.is_dir() else Path(__file__).parent.parent / folder


def all_queries(places: tuple[Path, ...], kind: str = "metrics") -> dict[str, Query]:
    """Queries of a kind (metrics, views) by name, in alphabetical order; the first folder that has a name wins."""
    return {name: read(path) for name, path in sorted(_paths(places, kind).items())}


def find(name: str, places: tuple[Path, ...]) -> Query:
    """The metric `name`. Raises QueryError naming the close ones."""
    known = _paths(places, "metrics")
    if name in known:
        return read(known[name])
    close = difflib.get_close_matches(name, known, 3)
    hint = f"did you mean {', '.join(close)}?" if close else "`retro query` lists them"
    raise QueryError(f"no query {name!r}; {hint}")


def read(path: Path) -> Query:
    """The query in a file. Raises QueryError when its head is not of the form above."""
    if not _NAME.fullmatch(path.stem):
        raise QueryError(f"{path}: a query's file is named in lower-case letters, digits and _")
    text = path.read_text("utf-8")
    head = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        head.append(line.removeprefix("--").removeprefix(" "))
    if len(head) < 2:
        raise QueryError(f"{path}:1: the head is missing; start with a question and what one row is, as comments")
    entries = list(_entries(head[1:]))
    facts = {match[1]: match[2] for entry in entries if (match := _FACT.match(entry))}
    if (evidence := facts.get("Evidence", "inferred")) not in EVIDENCE:
        line = next(number for number, text in enumerate(head, 1) if text.startswith("Evidence:"))
        raise QueryError(f"{path}:{line}: Evidence: {evidence!r} is no class; write one of {', '.join(EVIDENCE)}")
    return Query(
        name=path.stem,
        path=path,
        sql=text,
        question=head[0].strip(),
        row=" ".join(entry for entry in entries if not _COLUMN.match(entry) and not _FACT.match(entry)),
        columns={match[1]: match[2] for entry in entries if (match := _COLUMN.match(entry))},
        facts=facts,
    )


def run(connection: duckdb.DuckDBPyConnection, query: Query, parameters: dict[str, object], inputs: str) -> Result:
    """Result of a query for `parameters`; those that it does not use are an error, as are missing ones.

    Ids of sprints are text, so `sprint=2` asks for sprint "2".
    """
    parameters = {name: str(value) if name == "sprint" else value for name, value in parameters.items()}
    wanted = query.parameters
    if wanted != set(parameters):
        takes, got = (", ".join(sorted(names)) for names in (wanted, parameters))
        raise QueryError(f"{query.name}: takes {takes or 'no parameter'}; got {got or 'none'}")
    frame = execute(connection, query.sql, parameters, str(query.path))
    shares = _shares(frame, query.evidence)
    return Result(
        name=query.name,
        question=query.question,
        row=query.row,
        columns=query.columns,
        sql=query.sql,
        parameters=parameters,
        frame=frame,
        evidence=max(shares, key=EVIDENCE.index),
        evidence_shares=shares,
        coverage=_coverage(connection, query, parameters),
        snapshot=inputs,
    )


def execute(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, object], where: str
) -> "pl.DataFrame":
    """Rows of one statement; intervals as text. Raises QueryError naming file and line."""
    try:
        with connection.cursor() as cursor:
            return _plain(cursor.sql(sql, params=parameters or None)).pl()
    except duckdb.Error as error:
        raise _failure(connection, sql, parameters, where, error) from error


def ask(connection: duckdb.DuckDBPyConnection, sql: str, given: dict[str, object], where: str) -> "pl.DataFrame":
    """Rows of one ad-hoc statement that may use the parameters `given`. Raises QueryError for a missing one."""
    wanted = _parameters(sql, where)
    if missing := sorted(wanted - given.keys()):
        raise QueryError(f"{where}: ${missing[0]} has no value; give it with --{missing[0]}")
    return execute(connection, sql, {name: given[name] for name in wanted}, where)


def snapshot(connection: duckdb.DuckDBPyConnection) -> str:
    """SHA-256 over what was read: sprints, rules, and the state of each repository and source."""
    ((digest,),) = connection.execute(
        """
        select sha256(concat_ws(' ',
            (select string_agg(concat_ws('|', project, timezone, plan_digest), ' ') from projects),
            (select string_agg(concat_ws('|', sprint, starts_at, ends_at), ' ' order by sprint) from sprints),
            (select string_agg(concat_ws('|', repo, tips_digest, is_configured), ' ' order by repo) from repos),
            (select string_agg(concat_ws('|', source, item, digest), ' ' order by source, item) from (
                select source, item, arg_max(coalesce(digest, status), started_at) as digest
                from load_log where source <> 'git' group by all))))
        """
    ).fetchall()
    return digest


def located(error: duckdb.Error, where: str, skipped_lines: int = 0) -> str:
    """`file:line: what DuckDB says`, with the line when it names one; it counts from after `skipped_lines`."""
    line = re.search(r"^LINE (\d+):", str(error), re.MULTILINE)
    return f"{where}{f':{int(line[1]) + skipped_lines}' if line else ''}: {first_line(error)}"


def _paths(places: tuple[Path, ...], kind: str) -> dict[str, Path]:
    return {path.stem: path for place in reversed(places) for path in (place / kind).glob("*.sql")}


def _entries(lines: list[str]) -> Iterator[str]:
    """Lines of a head, each with its indented continuation lines; empty ones left out."""
    entry = ""
    for line in [*lines, ""]:
        if line.startswith("  ") and entry:
            entry += " " + line.strip()
            continue
        if entry:
            yield entry
        entry = line.strip()


def _check_sprint(connection: duckdb.DuckDBPyConnection, sprint: str) -> None:
    known = [
        name for (name,) in execute(connection, "select sprint from sprints order by sequence", {}, "sprints").rows()
    ]
    if sprint not in known:
        newest = ", ".join(known[-10:]) or "none; set [sprints] in retro.toml and run `retro mine`"
        raise QueryError(f"no sprint {sprint!r}; the newest ones are {newest}")


def _parameters(sql: str, where: str) -> set[str]:
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(located(error, where)) from error
    if len(statements) != 1:
        raise QueryError(f"{where}: holds {len(statements)} statements; a query is exactly one")
    return set(statements[0].named_parameters)


def _shares(frame: "pl.DataFrame", best: str) -> dict[str, float]:
    """Share of each evidence class among the rows; the head's class for a result without a column `evidence`."""
    if "evidence" not in frame.columns or frame.is_empty():
        return {best: 1.0}
    counts = frame.get_column("evidence").value_counts().rows()
    return {name: count / frame.height for name, count in sorted(counts)}


def _coverage(connection: duckdb.DuckDBPyConnection, query: Query, parameters: dict[str, object]) -> Coverage | None:
    subject = query.facts.get("Coverage")
    if subject is None or "sprint" not in parameters:
        return None
    sql = "select judged_count, total_count, unknown from sprint_coverage where sprint = $sprint and subject = $subject"
    rows = execute(connection, sql, {"sprint": parameters["sprint"], "subject": subject}, "sprint_coverage").rows()
    return Coverage(subject, *rows[0]) if rows else None


def _plain(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """The relation with text in place of intervals, a type that Polars lacks."""
    kinds = {name: str(kind) for name, kind in zip(relation.columns, relation.types, strict=True)}
    if not any("INTERVAL" in kind for kind in kinds.values()):
        return relation
    quoted = {name: '"' + name.replace('"', '""') + '"' for name in kinds}
    return relation.project(
        ", ".join(
            f"{quoted[name]}{'::text' if 'INTERVAL' in kind else ''} as {quoted[name]}" for name, kind in kinds.items()
        )
    )


def _failure(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, object], where: str, error: duckdb.Error
) -> QueryError:
    """The failure with its line: DuckDB's `execute` names it, unlike `sql`, but only right for SQL without a head."""
    body = _HEAD.sub("", sql)
    try:
        with connection.cursor() as cursor:
            cursor.execute(body, parameters or None)
    except duckdb.Error as worded:
        return QueryError(located(worded, where, sql.count("\n") - body.count("\n")))
    return QueryError(located(error, where))
