"""What the last run left: digests of the plan and of every source, as the warehouse tells them.

They are kept in a file beside the warehouse too, which counts as long as the warehouse is the very file that it was made
from (size, time of change, inode, as git's index knows a file): a run that finds nothing new opens no database.
"""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_BESIDE = ".known.json"
_TIPS = """
    select repo, tips_digest from repos
    where repo not in (
        select item from load_log where source = 'git' group by item having arg_max(status, started_at) = 'failed'
    )
"""
_LOGS = """
    select
        item,
        arg_max(coalesce(digest, ''), started_at),
        arg_max(left(digest, 32), started_at) filter (where digest <> 'gone')
    from load_log
    where source = 'gateway'
    group by item
"""
_FORGES = """
    select
        item,
        arg_max(digest, started_at) filter (where digest is not null),
        arg_max(status, started_at)
    from load_log
    where source = 'forge'
    group by item
"""
NOTES = "select item, arg_max(coalesce(digest, ''), started_at) from load_log where source = 'notes' group by item"
FAILED_TRANSCRIPTS = (
    "select item from load_log where source = 'agents' group by item having arg_max(status, started_at) = 'failed'"
)
_FROZEN = "select item, arg_max(coalesce(digest, ''), started_at) from load_log where source = 'reports' group by item"
_METRICS = "select name, digest from number_bases where kind = 'metric'"
_TRANSCRIPTS = "select source, file, size_bytes, modified_ns, rules_digest, is_present from agent_files"


@dataclass(frozen=True)
class Known:
    """The last run; empty where there was none, or where the tables are those of another version.

    `tips` has the digests of the repositories that it read whole: one whose last run failed is read again even when it is as
    it was before it broke. `mined_at` is when the oldest repository was looked at, in seconds since 1970. `logs` tells what
    each log was when it was last looked at ('' after a failure) and how it was read when it last could be, `forges` digest and
    last status, `notes` digests ('' after a failure), `transcripts` size, time of change, rules and presence by section and
    file, `frozen` digests of files of numbers, `metrics` their versions. `query_texts`, which no table holds, is the digest of
    the query files that have these versions.
    """

    plan: str | None = None
    tips: dict[str, str] = field(default_factory=dict)
    mined_at: float | None = None
    logs: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    forges: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    transcripts: dict[str, dict[str, tuple[int, int, str, bool]]] = field(default_factory=dict)
    failed_transcripts: list[str] = field(default_factory=list)
    frozen: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, str] = field(default_factory=dict)
    query_texts: str | None = None


def known(path: Path) -> Known:
    """What is known of the last run of the warehouse at `path`. Raises WarehouseError when it is damaged or may not be read."""
    if not path.is_file():
        return Known()
    return _kept(path) or _asked(path)


def keep(path: Path, query_texts: str) -> None:
    """Keeps what the warehouse at `path` says for the next run; call it within `one_writer`.

    `query_texts` is the digest of the query files whose versions the warehouse has.
    """
    if (kept := _kept(path)) and kept.query_texts == query_texts:
        return
    told = {"of": _identity(path), **asdict(replace(kept or _asked(path), query_texts=query_texts))}
    new = path.parent / f"{_BESIDE}.new"
    with suppress(OSError):  # without it the next run asks the warehouse
        new.write_text(json.dumps(told), "utf-8")
        os.replace(new, path.parent / _BESIDE)


def _kept(path: Path) -> Known | None:
    try:
        told = json.loads((path.parent / _BESIDE).read_text("utf-8"))
        if told.pop("of") == _identity(path):
            return Known(**told)
    except (OSError, ValueError, AttributeError, KeyError, TypeError):  # not there, cut off, or of another version
        pass
    return None


def _identity(path: Path) -> list[object]:
    found = path.stat()
    return [version("retro-toolkit"), found.st_size, found.st_mtime_ns, found.st_ino]


def _asked(path: Path) -> Known:
    # Imported here: what is kept beside the warehouse spares it.
    import duckdb

    from retro import warehouse

    with warehouse.open_read_only(path) as connection:
        try:
            return _read(connection)
        except (duckdb.CatalogException, duckdb.BinderException):  # other tables: opening it for writing says so
            return Known()
        except duckdb.Error as error:
            if (told := warehouse.worded(path, error)) is None:
                raise
            raise told from error


def _read(connection: "duckdb.DuckDBPyConnection") -> Known:
    def rows(asked: str) -> list[tuple]:
        return connection.execute(asked).fetchall()

    transcripts: dict[str, dict[str, tuple[int, int, str, bool]]] = {}
    for source, file, *state in rows(_TRANSCRIPTS):
        transcripts.setdefault(source, {})[file] = tuple(state)
    return Known(
        plan=next((plan for (plan,) in rows("select plan_digest from projects")), None),
        tips=dict(rows(_TIPS)),
        mined_at=rows("select epoch(min(mined_at)) from repos where is_configured")[0][0],
        logs={item: tuple(state) for item, *state in rows(_LOGS)},
        forges={item: tuple(state) for item, *state in rows(_FORGES)},
        notes=dict(rows(NOTES)),
        transcripts=transcripts,
        failed_transcripts=[item for (item,) in rows(FAILED_TRANSCRIPTS)],
        frozen=dict(rows(_FROZEN)),
        metrics=dict(rows(_METRICS)),
    )
