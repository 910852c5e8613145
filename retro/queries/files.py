"""Query files: found and read.

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
`Source` says where the definition comes from. A view with a line `Kept` is filled once for an opened warehouse, since planning it
anew for each metric that reads it takes longer than making its rows.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from retro.errors import QueryError
from retro.queries.statements import parameters_of

EVIDENCE = ("verified", "human", "inferred")  # strongest first
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_COLUMN = re.compile(r"([a-z][a-z0-9_]*): (.*)")
_FACT = re.compile(r"(Left out|Evidence|Coverage|Source|Kept): (.*)")


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
        return parameters_of(self.sql, str(self.path))


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
