"""Holds claims and lessons of the notes against the queries that they name: `claim_results` and `lesson_results`.

The queries run on the views of this run, each once for a sprint, and outside the transaction: one that fails costs its claim.
"""

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from retro import tables, warehouse
from retro.analyses.lessons import EARLIER_SPRINTS, Expected, Measurement, Verdict, judge
from retro.analyses.measures import Measured, holds, is_number, measure, shown
from retro.config import Settings
from retro.errors import QueryError
from retro.figures.wording import column_title
from retro.frames import rows_of
from retro.queries import EVIDENCE, Query, find, folders

Connection = duckdb.DuckDBPyConnection
Row = dict[str, object]
# A lesson is looked at for so many sprints, half a year of a fortnight each; its last verdict stays.
MOST_SPRINTS = 12
_SHARES = ("_share", "_rate", "_ratio")
_CLAIMS = "select * from claims order by sprint, claim"
_LESSONS = "select * from lessons order by lesson"
_SPRINTS = "select sprint, sequence, first_date, last_date from sprints order by sequence"
_ACTIONS = """
    select
        action,
        arg_max(status, sequence),
        arg_max(done_date, sequence),
        max(sequence)
    from actions
    inner join sprints on sprints.sprint = actions.sprint
    where lesson = ?
    group by action
    order by action
"""
_COVERAGE = "select judged_count, total_count from sprint_coverage where sprint = ? and subject = ?"


@dataclass(frozen=True)
class _Answer:
    """What a query gave for a sprint, or why it gave nothing."""

    query: Query | None = None
    rows: tuple[Row, ...] = ()
    columns: tuple[str, ...] = ()
    reason: str | None = None


def check(connection: Connection, settings: Settings) -> None:
    """Fills both tables from what the notes say; `connection` is that of a rewrite, whose transaction is done."""
    with closing(_reader(connection)) as reader:
        asked = _Queries(reader, folders(settings.root))
        claims = [_claim_row(asked, claim) for claim in _dictionaries(reader, _CLAIMS)]
        lessons = [row for lesson in _dictionaries(reader, _LESSONS) for row in _lesson_rows(asked, lesson, settings)]
    if claims or lessons:
        with warehouse.transaction(connection) as own:
            for table, rows in (("claim_results", claims), ("lesson_results", lessons)):
                columns = {name: [row[name] for row in rows] for name in tables.schema(table)}
                warehouse.load(own, table, tables.frame(table, columns))


def _reader(connection: Connection) -> Connection:
    reader = connection.cursor()
    reader.execute("set timezone = 'UTC'")
    reader.execute("use warehouse")
    return reader


def _dictionaries(connection: Connection, sql: str, parameters: object = None) -> list[Row]:
    return rows_of(connection.sql(sql, params=parameters)).to_dicts()


class _Queries:
    """Named queries on a connection, each run once for a sprint."""

    def __init__(self, connection: Connection, places: tuple[Path, ...]) -> None:
        self.connection = connection
        self._places = places
        self._answers: dict[tuple[str, str], _Answer] = {}

    def answer(self, name: str, sprint: str) -> _Answer:
        """Rows of the query for the sprint; where it has a column `sprint`, those of this one."""
        if (name, sprint) not in self._answers:
            self._answers[name, sprint] = self._ask(name, sprint)
        return self._answers[name, sprint]

    def coverage(self, query: Query, sprint: str) -> float | None:
        """The judged share of what the query rests on, 0 to 1; None when it names nothing."""
        subject = query.facts.get("Coverage")
        rows = self.connection.execute(_COVERAGE, [sprint, subject]).fetchall() if subject else []
        return rows[0][0] / rows[0][1] if rows and rows[0][1] else None

    def _ask(self, name: str, sprint: str) -> _Answer:
        try:
            query = find(name, self._places)
            wanted = query.parameters
        except QueryError as error:
            return _Answer(reason=str(error))
        if wanted - {"sprint"}:
            return _Answer(query, reason=f"{name} needs more than a sprint: {', '.join(sorted(wanted))}")
        try:
            rows = _dictionaries(self.connection, query.sql, {"sprint": sprint} if wanted else None)
        except duckdb.Error as error:
            return _Answer(query, reason=f"{name} fails: {warehouse.first_line(error)}")
        columns = tuple(query.columns) or tuple(rows[0] if rows else ())
        return _Answer(query, tuple(rows), columns)


def _measured(answer: _Answer, where: str | None, column: str | None, sprint: str) -> Measured:
    if answer.reason:
        return Measured(reason=answer.reason)
    picked = json.loads(where) if where else {}
    if "sprint" in answer.columns:
        picked = {"sprint": sprint} | picked
    return measure(answer.rows, answer.columns, picked, column)


def _evidence(answer: _Answer, measured: Measured) -> str:
    """The weakest class of the rows that were looked at, else what the query's head says."""
    classes = [row["evidence"] for row in measured.rows if row.get("evidence") in EVIDENCE]
    return max(classes, key=EVIDENCE.index) if classes else answer.query.evidence


def _claim_row(asked: _Queries, claim: Row) -> Row:
    row = {"sprint": claim["sprint"], "claim": claim["claim"], "evidence": "human"}
    row |= {"verdict": "not checkable", "measured_value": None, "reason": None, "sql": None}
    if claim["query"] is None:
        return row | {"reason": "the notes name no query that could check it"}
    answer = asked.answer(claim["query"], claim["query_sprint"])
    row["sql"] = answer.query.sql if answer.query else None
    measured = _measured(answer, claim["query_where"], claim["query_column"], claim["query_sprint"])
    if measured.reason:
        return row | {"reason": measured.reason}
    is_true = holds(measured.value, claim["op"], claim["claimed_value"])
    if is_true is None:
        return row | {"reason": f"{shown(measured.value)} cannot be compared with {claim['claimed_value']}"}
    verdict = "confirmed" if is_true else "contradicted"
    return row | {
        "verdict": verdict,
        "measured_value": shown(measured.value),
        "evidence": _evidence(answer, measured),
    }


def _lesson_rows(asked: _Queries, lesson: Row, settings: Settings) -> list[Row]:
    """A row for each sprint from the one that tells the lesson."""
    sprints = _dictionaries(asked.connection, _SPRINTS)
    told = next(place for place, sprint in enumerate(sprints) if sprint["sprint"] == lesson["sprint"])
    judged = sprints[told : told + MOST_SPRINTS + 1]
    due = _due(asked, lesson, sprints)
    first, last = due.first_sprint, judged[-1]["sequence"]
    today = datetime.now(UTC).astimezone(ZoneInfo(settings.project.timezone)).date()
    looked_at = [] if first is None or lesson["expect_query"] is None else sprints[:last]
    found = [
        _measurement(asked, lesson, sprint, today)
        for sprint in looked_at
        if sprint["sequence"] >= first or due.last_earlier - EARLIER_SPRINTS < sprint["sequence"] <= due.last_earlier
    ]
    measured = [one for one, _, _ in found]
    evidence = max((kind for _, _, kind in found), key=EVIDENCE.index, default="human")
    is_share = any((column or "").endswith(_SHARES) for _, column, _ in found)
    expected = None if lesson["expect_query"] is None else replace(due, is_share=is_share)
    return [
        _lesson_row(lesson, sprint, judge(expected, _until(measured, sprint["sequence"])), evidence)
        for sprint in judged
    ]


def _until(measured: Sequence[Measurement], sequence: int) -> list[Measurement]:
    return [one for one in measured if one.sequence <= sequence]


def _due(asked: _Queries, lesson: Row, sprints: list[Row]) -> Expected:
    """What the lesson expects, and from which sprint on: its day, else when its actions were done, else the next sprint."""
    unit = column_title(lesson["expect_per"]) if lesson["expect_per"] else "days"
    expected = Expected(lesson["expect_op"], lesson["expect_value"], lesson["expect_trend"], unit=unit)
    since, told = lesson["since_date"], next(one["sequence"] for one in sprints if one["sprint"] == lesson["sprint"])
    if since is None:
        actions = asked.connection.execute(_ACTIONS, [lesson["lesson"]]).fetchall()
        still_open = [action for action, status, _, _ in actions if status == "open"]
        if still_open:
            return replace(expected, waits_for=f"still open: {', '.join(still_open)}")
        done = [(day, sequence) for _, status, day, sequence in actions if status == "done"]
        if not done or any(day is None for day, _ in done):
            last = max([told, *(sequence for _, sequence in done)])
            return replace(expected, first_sprint=last + 1, last_earlier=last)
        since = max(day for day, _ in done)
    earlier = [sprint["sequence"] for sprint in sprints if sprint["last_date"] < since]
    later = [sprint["sequence"] for sprint in sprints if sprint["first_date"] >= since]
    first = later[0] if later else sprints[-1]["sequence"] + 1
    return replace(expected, first_sprint=first, last_earlier=earlier[-1] if earlier else 0)


def _measurement(asked: _Queries, lesson: Row, sprint: Row, today: date) -> tuple[Measurement, str | None, str]:
    """What the lesson's query says of a sprint, the column that says it, and its evidence."""
    answer = asked.answer(lesson["expect_query"], sprint["sprint"])
    measured = _measured(answer, lesson["expect_where"], lesson["expect_column"], sprint["sprint"])
    if measured.reason:
        return Measurement(sprint["sequence"], reason=measured.reason), None, "verified"
    exposure = _exposure(lesson["expect_per"], measured, sprint, today)
    coverage = asked.coverage(answer.query, sprint["sprint"])
    reason = exposure if isinstance(exposure, str) else None
    told = Measurement(sprint["sequence"], measured.value, 0 if reason else exposure, coverage, reason)
    return told, measured.column, _evidence(answer, measured)


def _exposure(per: str | None, measured: Measured, sprint: Row, today: date) -> int | str:
    """What could have gone wrong: the named count, else the sprint's days so far; or why that is unknown."""
    if per is None and measured.column.endswith(_SHARES):
        return f"{measured.column} is a share: name the count that it is a share of with per"
    if per is None:
        return max(0, (min(sprint["last_date"], today) - sprint["first_date"]).days + 1)
    if len(measured.rows) != 1 or not is_number(measured.rows[0].get(per)):
        return f"the query has no single count {per}"
    return int(measured.rows[0][per])


def _lesson_row(lesson: Row, sprint: Row, verdict: Verdict, evidence: str) -> Row:
    is_tested = verdict.verdict in ("worked", "regressed", "no effect seen", "too few to tell")
    is_absolute = verdict.verdict in ("holds", "broken")
    return {
        "lesson": lesson["lesson"],
        "sprint": sprint["sprint"],
        "verdict": verdict.verdict,
        "reason": verdict.reason,
        "trend": verdict.trend,
        "measured_count": verdict.count,
        "exposure_count": verdict.exposure,
        "earlier_count": verdict.earlier_count,
        "earlier_exposure_count": verdict.earlier_exposure,
        "measured_value": None if verdict.value is None else shown(verdict.value),
        "chance_share": verdict.chance,
        "sprint_count": verdict.sprint_count,
        "earlier_sprint_count": verdict.earlier_sprint_count,
        "further_sprint_count": verdict.further_sprint_count,
        "evidence": evidence if is_absolute else "inferred" if is_tested else "human",
    }
