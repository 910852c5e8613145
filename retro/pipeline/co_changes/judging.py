"""Files that a change left out although they usually move with its own: hints of a sprint, and what came of earlier ones.

A hint is a note, never a gate: a change touched one file and left out another that had moved with it in at least 80 % of its
earlier changes, five or more times. Whether that says anything is measured on the repository's own two years before: how often
the same author changed the file within 14 days, beside files that were as busy. Where it says nothing the hints stay silent
(`co_change_records.mute_reason`).
"""

import hashlib
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

import duckdb
import polars as pl
from pathspec import GitIgnoreSpec

from retro import tables, warehouse
from retro.config import Settings, load_settings
from retro.errors import RepositoryError
from retro.frames import rows_of
from retro.pipeline.co_changes import steps
from retro.pipeline.mining import Progress, Silent
from retro.warehouse import load

Connection = duckdb.DuckDBPyConnection
RULE = "usually_together"
_RULES_VERSION = 1
_CONFIDENCE, _LEAST_HINTS, _LEAST_LIFT = 0.8, 20, 1.2
_BASES = {"busy": "are as busy", "weaker": "hang together more loosely"}
_COUNTS = (
    "change_count",
    "hinted_change_count",
    "hint_count",
    "followed_count",
    "busy_count",
    "busy_followed_count",
    "weaker_count",
    "weaker_followed_count",
    "sprint_hint_count",
)
_FACTS = """
    select
        repos.repo,
        repos.default_branch_sha,
        repos.tips_digest,
        sprints.starts_at,
        sprints.ends_at,
        projects.plan_digest,
        (select count(*) from pull_request_records as told where told.repo = repos.repo) as pull_request_count,
        (select max(changed_at) from pull_request_records as told where told.repo = repos.repo) as pull_request_changed_at
    from repos
    cross join sprints
    cross join projects
    where repos.is_configured and sprints.sprint = $sprint
    order by repos.repo
"""


def judge_co_changes(root: Path, sprint: str, progress: Progress | None = None) -> dict[str, RepositoryError]:
    """Fills `co_change_records`, `co_change_hints` and their `findings` for a sprint; nothing new, nothing written.

    Gives no failures: no repository is opened.
    """
    root = root.resolve()
    path, settings = root / warehouse.FILE, load_settings(root)
    with warehouse.one_writer(path):
        with warehouse.open_read_only(path) as connection:
            pending = _pending(connection, settings, sprint)
        if pending:
            with warehouse.rewrite(path) as connection, warehouse.transaction(connection) as own:
                _judge(own, settings.co_changes.never, sprint, pending, progress or Silent())
    return {}


def _pending(connection: Connection, settings: Settings, sprint: str) -> dict[str, str]:
    """Repositories without a record of the sprint that these rules and settings made from what is known now, with the digest."""
    found = rows_of(connection.sql(_FACTS, params={"sprint": sprint})).rows()
    known = "select repo, rules_digest from co_change_records where sprint = ?"
    judged = dict(connection.execute(known, [sprint]).fetchall())
    digests = {row[0]: _digest(settings, row) for row in found}
    return {repo: digest for repo, digest in digests.items() if judged.get(repo) != digest}


def _digest(settings: Settings, facts: Iterable[object]) -> str:
    # The plan's digest holds the settings too, but those of the last `retro mine`.
    decided = [version("retro-toolkit"), _RULES_VERSION, settings.co_changes.never, *map(str, facts)]
    return hashlib.sha256(repr(decided).encode()).hexdigest()


def _judge(
    connection: Connection, never: Iterable[str], sprint: str, pending: Mapping[str, str], progress: Progress
) -> None:
    progress.start("usually together", len(pending))
    for repo, digest in pending.items():
        _forget(connection, repo, sprint)
        record, hints = _look(connection, repo, sprint, never)
        load(connection, "co_change_records", _record_row(record, repo, sprint, digest))
        load(connection, "co_change_hints", hints)
        if _mute_reason(record) is None:
            load(connection, "findings", _findings(hints, record, digest))
        progress.advance(1)


def _forget(connection: Connection, repo: str, sprint: str) -> None:
    """Removes what an earlier run said of the sprint, also of changes that it holds by a new plan."""
    connection.execute(
        """
        delete from findings
        where rule = $rule and repo = $repo and exists (
            from sprints
            where sprints.sprint = $sprint
                and findings.introduced_at >= sprints.starts_at and findings.introduced_at < sprints.ends_at
        )
        """,
        {"rule": RULE, "repo": repo, "sprint": sprint},
    )
    for table in ("co_change_records", "co_change_hints"):
        connection.execute(f"delete from {table} where repo = ? and sprint = ?", [repo, sprint])


def _look(
    connection: Connection, repo: str, sprint: str, never: Iterable[str]
) -> tuple[dict[str, object], pl.DataFrame]:
    """The record and the hints; zeros and none in a repository without a commit."""
    windows = steps.rows(connection, "window", {"repo": repo, "sprint": sprint}).rows(named=True)
    if not windows:
        return dict.fromkeys(_COUNTS, 0), tables.frame("co_change_hints", tables.empty_rows("co_change_hints"))
    given = {"repo": repo, "sprint": sprint, "confidence": _CONFIDENCE, **windows[0]}
    steps.run(connection, "learned", given)
    steps.run(connection, "candidates", given)
    _leave_out(connection, never)
    steps.run(connection, "followed", given)
    (record,) = steps.rows(connection, "record", given).rows(named=True)
    hints = steps.rows(connection, "hints", given).cast(dict(tables.schema("co_change_hints")))
    return record | {"since_at": given["since"], "until_at": given["known_until"]}, hints


def _leave_out(connection: Connection, never: Iterable[str]) -> None:
    """Takes files that the team never wants named out of the candidates."""
    paths = connection.execute("select distinct path from co_candidates").fetchall()
    unwanted = list(GitIgnoreSpec.from_lines(never).match_files(path for (path,) in paths))
    connection.execute("delete from co_candidates where list_contains(?::text[], path)", [unwanted])


def _record_row(record: Mapping[str, object], repo: str, sprint: str, digest: str) -> pl.DataFrame:
    known = {"repo": repo, "sprint": sprint, "rules_digest": digest, "mute_reason": _mute_reason(record)}
    row = {**record, **known, **{f"{base}_lift": _lift(record, base) for base in _BASES}}
    return tables.frame("co_change_records", {name: [row.get(name)] for name in tables.schema("co_change_records")})


def _lift(record: Mapping[str, object], base: str) -> float | None:
    """Share of hints that were followed over that of the files of a base; None: no hint, or none of those was changed."""
    if not record["hint_count"] or not record[f"{base}_followed_count"]:
        return None
    followed = record["followed_count"] / record["hint_count"]
    return followed / (record[f"{base}_followed_count"] / record[f"{base}_count"])


def _mute_reason(record: Mapping[str, object]) -> str | None:
    if record["hint_count"] < _LEAST_HINTS:
        return f"{record['hint_count']} hints could be judged, {_LEAST_HINTS} are needed"
    if not record["followed_count"]:
        return f"none of {record['hint_count']} hints was followed"
    lifts = {base: lift for base in _BASES if (lift := _lift(record, base)) is not None}
    lowest = min(lifts, key=lambda base: lifts[base], default=None)
    if lowest is None or lifts[lowest] >= _LEAST_LIFT:
        return None
    return f"the lift over files that {_BASES[lowest]} is {lifts[lowest]:.2f}, {_LEAST_LIFT} is needed"


def _findings(hints: pl.DataFrame, record: Mapping[str, object], digest: str) -> pl.DataFrame:
    """Rows of `findings`; their confidence is the share of earlier hints that were followed."""
    rows = tables.empty_rows("findings")
    for hint in hints.iter_rows(named=True):
        values = {
            "rule": RULE,
            "repo": hint["repo"],
            "finding_key": f"{hint['change_key']} {hint['path']}",
            "kind": "left out",
            "commit_sha": hint["commit_sha"],
            "pr_number": hint["pr_number"],
            "path": hint["path"],
            "detail": f"in {hint['shared_count']} of {hint['earlier_count']} earlier changes of {hint['because_path']}",
            "severity": "note",
            "evidence": "inferred",
            "method": "earlier changes",
            "confidence": record["followed_count"] / record["hint_count"],
            "introduced_at": hint["changed_at"],
            "resolved_sha": hint["followed_sha"],
            "resolved_at": hint["followed_at"],
            "rules_digest": digest,
        }
        for column, held in rows.items():
            held.append(values.get(column))
    return tables.frame("findings", rows)
