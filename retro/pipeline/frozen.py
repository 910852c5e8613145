"""Frozen numbers into the warehouse: the files beside the pages, and what decides numbers now, to hold them against.

Files are found and told apart by digest; a broken one is named, and what was known of it stays.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from retro import tables, warehouse
from retro.config import Settings
from retro.errors import RetroError
from retro.pipeline.news.frozen import FrozenFile, current_metrics, find_frozen
from retro.queries import folders
from retro.report_numbers import TABLE, Basis, read_numbers
from retro.sprints import Sprint

Connection = duckdb.DuckDBPyConnection
SOURCE = "reports"
_KNOWN_FILES = """
    select item, arg_max(coalesce(digest, ''), started_at) from load_log where source = 'reports' group by item
"""
_KNOWN_METRICS = "select name, digest from number_bases where kind = 'metric'"
# What was read, whatever the settings and the version: the tips of repositories, and each other source's own digest.
_SOURCES_DIGEST = """
    select sha256(concat_ws(' ',
        (select string_agg(concat_ws('|', repo, tips_digest, is_configured), ' ' order by repo) from repos),
        (select string_agg(concat_ws('|', source, item, digest), ' ' order by source, item) from (
            select source, item, arg_max(coalesce(digest, status), started_at) as digest
            from load_log where source not in ('git', 'reports') group by all))))
"""


@dataclass(frozen=True)
class FrozenStates:
    """The files on disk, the version of each metric now, and whether the warehouse knows all of it."""

    files: tuple[FrozenFile, ...]
    metrics: dict[str, str]
    is_new: bool


def look(settings: Settings, path: Path) -> FrozenStates:
    """How files and metrics stand against the warehouse at `path`; a broken file is always new, a removed one never."""
    files = tuple(find_frozen(settings.root))
    metrics = current_metrics(folders(settings.root))
    known_files, known_metrics = _known(path)
    is_new = known_metrics != metrics or any(known_files.get(file.page) != file.digest for file in files)
    return FrozenStates(files, metrics, is_new)


def read_frozen(connection: Connection, states: FrozenStates, *, is_pruning: bool = False) -> dict[str, RetroError]:
    """Loads the files that are new in place of their pages' rows; the broken ones, by page.

    Pruning removes rows of pages that are gone.
    """
    known = dict(connection.execute(_KNOWN_FILES).fetchall())
    failures = {}
    for file in states.files:
        if known.get(file.page) == file.digest:
            continue
        started = datetime.now(UTC)
        try:
            numbers = read_numbers(file.path, file.page)
        except RetroError as error:
            failures[f"reports/{file.page}"] = error
            _log(connection, file, started, error)
            continue
        connection.execute(f"delete from {TABLE} where page = ?", [file.page])
        warehouse.load(connection, TABLE, numbers)
        _log(connection, file, started, numbers.height)
    if is_pruning:
        connection.execute(f"delete from {TABLE} where not list_contains(?, page)", [[f.page for f in states.files]])
    return failures


def write_bases(connection: Connection, settings: Settings, sprints: Sequence[Sprint], states: FrozenStates) -> None:
    """Replaces `number_bases` by what decides numbers now."""
    ((sources,),) = connection.execute(_SOURCES_DIGEST).fetchall()
    named = [settings.model_dump(mode="json", exclude={"root"}), [str(sprint) for sprint in sprints]]
    rows = {
        ("sources", "sources"): sources,
        ("settings", "settings"): hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest(),
        ("version", "version"): version("retro-toolkit"),
        **{("metric", name): digest for name, digest in states.metrics.items()},
    }
    connection.execute("delete from number_bases")
    kinds, names = zip(*rows, strict=True)
    columns = {"kind": list(kinds), "name": list(names), "digest": list(rows.values())}
    warehouse.load(connection, "number_bases", tables.frame("number_bases", columns))


def basis(root: Path) -> Basis:
    """What decides the numbers of the project at `root`: the warehouse's own word, the metrics as their files are now."""
    with warehouse.open_read_only(root / warehouse.FILE) as connection:
        rows = _answer(connection, "select kind, digest from number_bases where kind <> 'metric'")
    known = dict(rows)
    return Basis(known.get("sources"), known.get("settings"), known.get("version"), current_metrics(folders(root)))


def _known(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    if not path.is_file():
        return {}, {}
    with warehouse.open_read_only(path) as connection:
        return dict(_answer(connection, _KNOWN_FILES)), dict(_answer(connection, _KNOWN_METRICS))


def _answer(connection: Connection, sql: str) -> list[tuple]:
    """The rows; none from a warehouse of a version that lacks the table."""
    try:
        return connection.execute(sql).fetchall()
    except duckdb.CatalogException:
        return []


def _log(connection: Connection, file: FrozenFile, started: datetime, outcome: int | RetroError) -> None:
    from retro.pipeline.log import Reading, log_row
    from retro.sources.accounts import Account

    if isinstance(outcome, RetroError):
        row = log_row(
            Reading(source=SOURCE, item=file.page, started_at=started, status="failed"), Account(note=str(outcome))
        )
    else:
        account = Account(read=outcome, loaded=outcome)
        row = log_row(
            Reading(source=SOURCE, item=file.page, started_at=started, is_full=True, digest=file.digest), account
        )
    warehouse.load(connection, "load_log", row)
