"""A query run: its rows together with where they come from."""

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import duckdb

from retro.errors import QueryError
from retro.formats import html_rows, printable, visible_text
from retro.queries.files import EVIDENCE, Query
from retro.queries.statements import execute

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Coverage:
    """How much of the input could be judged: counts, and in words what could not."""

    subject: str
    judged_count: int
    total_count: int
    unknown: str


Coverages = dict[str, dict[str, Coverage]]  # by sprint and subject


@dataclass(frozen=True)
class Result:
    """Rows of one query together with where they come from.

    `columns` maps what the query's head describes to its meaning and unit. `frame` holds the rows in the query's order:
    counts as Int64, money as Decimal in US dollars, shares as Float64 from 0 to 1, times as Datetime in UTC, unknown as
    null. `evidence` is the weakest class among the rows, `evidence_shares` the part of each class (they sum to 1),
    `coverage` how much of the input could be judged, `snapshot` the digest of what was read.
    """

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
        """Rows as dictionaries of Python values, in the query's order; times are aware datetimes in UTC, unknown is None."""
        return self.frame.to_dicts()

    def polars(self) -> "pl.DataFrame":
        """The rows as a Polars frame; see the class for types and units."""
        return self.frame

    def pandas(self):
        """The rows as a pandas frame of the same shape; money stays exact, as objects of the class Decimal."""
        return self.frame.to_pandas()

    def arrow(self):
        """The rows as a PyArrow table of the same shape; money is decimal128, times are timestamps in UTC."""
        return self.frame.to_arrow()

    def __repr__(self) -> str:
        return printable(f"{self.question} ({self.name}, {self.evidence})\n{self.frame}")

    def _repr_html_(self) -> str:
        said = f"<b>{escape(self.question)}</b> ({escape(self.name)}, {self.evidence})"
        return visible_text(f"<p>{said}</p>{html_rows(self.frame)}")


def run(
    connection: duckdb.DuckDBPyConnection,
    query: Query,
    parameters: dict[str, object],
    inputs: str,
    coverages: Coverages | None = None,
) -> Result:
    """Result of a query for `parameters`; those that it does not use are an error, as are missing ones.

    Ids of sprints are text, so `sprint=2` asks for sprint "2". `coverages` keeps what is known of a sprint for the next call.
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
        coverage=_coverage(connection, query, parameters, {} if coverages is None else coverages),
        snapshot=inputs,
    )


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
                from load_log where source not in ('git', 'reports') group by all))))
        """
    ).fetchall()
    return digest


def _shares(frame: "pl.DataFrame", best: str) -> dict[str, float]:
    """Share of each evidence class among the rows; the head's class for a result without a column `evidence`."""
    if "evidence" not in frame.columns or frame.is_empty():
        return {best: 1.0}
    counts = frame.get_column("evidence").value_counts().rows()
    return {name: count / frame.height for name, count in sorted(counts)}


def _coverage(
    connection: duckdb.DuckDBPyConnection, query: Query, parameters: dict[str, object], known: Coverages
) -> Coverage | None:
    subject, sprint = query.facts.get("Coverage"), parameters.get("sprint")
    if subject is None or sprint is None:
        return None
    if sprint not in known:
        sql = "select subject, judged_count, total_count, unknown from sprint_coverage where sprint = $sprint"
        rows = execute(connection, sql, {"sprint": sprint}, "sprint_coverage").rows()
        known[str(sprint)] = {row[0]: Coverage(*row) for row in rows}
    return known[str(sprint)].get(subject)
