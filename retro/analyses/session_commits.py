"""Which session of a coding agent a commit comes from, by every method that joins the two; never by time alone.

- `trailer`: a line of the commit's message names the session, or a record that does;
- `own_commit`: the session ran the `git commit`: git printed the commit's sha, or the subject is the same and the author time
  lies within the call, give or take 3 minutes (which survives a rebase);
- `line_share`: at least 0.2 of the commit's added lines, two or all of them, were added by the session to the same file in the
  24 hours before;
- `branch_file`: the session was on the branch of the commit's pull request, the commit was written during the session or in the
  hour after it, and the session had edited at least half of its files in the 24 hours before.

How right they are was measured on recorded sessions (benchmarks/session_commits.md). As a check the same is tried with the
commits' clock set ahead by some days: what still joins then joins by chance.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from retro import tables
from retro.analyses.session_marks import Records, named_sessions

SHIFTS = (1, 3, 7, 14)
_RULES_VERSION = 1
_WINDOW = timedelta(hours=24)
_CALL_SLACK = timedelta(minutes=3)
_AFTER_SESSION = timedelta(hours=1)
_LEAST_SHARE, _LEAST_LINES, _LEAST_FILE_SHARE = 0.2, 2, 0.5
_LEAST_SHA = 7
RULES_DIGEST = hashlib.sha256(
    repr((_RULES_VERSION, _WINDOW, _CALL_SLACK, _AFTER_SESSION, _LEAST_SHARE, _LEAST_LINES, _LEAST_FILE_SHARE)).encode()
).hexdigest()
_COMMIT, _SESSION = ["repo", "commit_sha"], ["source", "session_id"]
_PAIR = [*_SESSION, *_COMMIT]
_NONE = timedelta(0)


@dataclass(frozen=True)
class Evidence:
    """What is known of both sides, as frames.

    `sessions`: rows of agent_sessions with a repository; `edits` and `calls`: rows of agent_edits and agent_commits with the
    session's repo; `commits`: rows of commit_fingerprints; `branches`: repo, commit_sha, head_ref, pr_number of the commits of
    pull requests; `records`: sessions named by the records that trailers name.
    """

    sessions: pl.DataFrame
    edits: pl.DataFrame
    calls: pl.DataFrame
    commits: pl.DataFrame
    branches: pl.DataFrame
    records: Records


def session_commits(told: Evidence) -> pl.DataFrame:
    """Rows of `session_commits`."""
    edits, lines = _edited_lines(told.edits), _commit_lines(told.commits)
    found = [
        _by_trailer(told),
        _by_sha(told),
        _by_subject(told, _NONE),
        _by_lines(_shared(edits, lines), lines, _NONE),
        _by_branch(told, _NONE),
    ]
    rows = pl.concat(found).unique([*_PAIR, "method"], keep="first", maintain_order=True)
    rows = rows.with_columns(evidence=pl.lit("inferred"), rules_digest=pl.lit(RULES_DIGEST))
    return rows.select(list(tables.schema("session_commits"))).cast(tables.schema("session_commits"))


def session_commit_controls(told: Evidence) -> pl.DataFrame:
    """Rows of `session_commit_controls`: what the methods that go by a clock find when it is wrong by days."""
    lines = _commit_lines(told.commits)
    shared = _shared(_edited_lines(told.edits), lines)
    found = []
    for days in SHIFTS:
        shift = timedelta(days=days)
        for rows in (_by_subject(told, shift), _by_lines(shared, lines, shift), _by_branch(told, shift)):
            found.append(rows.select(*_COMMIT, pl.lit(days, pl.Int32).alias("shift_days"), "method").unique())
    schema = tables.schema("session_commit_controls")
    return pl.concat(found).unique().select(list(schema)).cast(schema)


def _by_trailer(told: Evidence) -> pl.DataFrame:
    """Sessions of the same repository whose id stands in a message; each distinct line is read once."""
    known: dict[str, list[str]] = {}
    for session in told.sessions["session_id"].unique(maintain_order=True):
        known.setdefault(session.lower(), []).append(session)
    marked = told.commits.select(*_COMMIT, detail="session_marks").explode("detail").drop_nulls("detail")
    marks = marked["detail"].unique(maintain_order=True)
    named = pl.DataFrame(
        [(mark, session) for mark in marks for session in named_sessions(mark, known, told.records)],
        schema={"detail": pl.String, "session_id": pl.String}, orient="row",
    )  # fmt: skip
    sessions = told.sessions.select(*_SESSION, "repo")
    return _rows(marked.join(named, on="detail").join(sessions, on=["session_id", "repo"]), "trailer")


def _by_sha(told: Evidence) -> pl.DataFrame:
    """Commits whose id git printed to the session, abbreviated as git does."""
    calls = told.calls.filter(pl.col("commit_sha").str.len_chars() >= _LEAST_SHA).rename({"commit_sha": "printed"})
    calls = calls.with_columns(start=pl.col("printed").str.slice(0, _LEAST_SHA))
    commits = told.commits.select(*_COMMIT, start=pl.col("commit_sha").str.slice(0, _LEAST_SHA))
    found = calls.join(commits, on=["repo", "start"]).filter(pl.col("commit_sha").str.starts_with(pl.col("printed")))
    return _rows(found.with_columns(detail=pl.lit("sha in the output of git commit")), "own_commit")


def _by_subject(told: Evidence, shift: timedelta) -> pl.DataFrame:
    commits = told.commits.select(*_COMMIT, "subject_hash", at=pl.col("authored_at") + shift)
    calls = told.calls.drop("commit_sha").join(commits, on=["repo", "subject_hash"])
    ended = pl.coalesce("ended_at", "called_at")
    inside = pl.col("at").is_between(pl.col("called_at") - _CALL_SLACK, ended + _CALL_SLACK)
    return _rows(
        calls.filter(inside).with_columns(detail=pl.lit("subject and author time of its git commit")), "own_commit"
    )


def _edited_lines(edits: pl.DataFrame) -> pl.DataFrame:
    """Each line that a session added to a file, with the times: repo, path, line, source, session_id, edited_at."""
    lines = edits.select("repo", "path", *_SESSION, "edited_at", line="line_hashes").explode("line").drop_nulls("line")
    return lines.unique()


def _commit_lines(commits: pl.DataFrame) -> pl.DataFrame:
    """Each different line that a commit adds to a file, with how often, and `total`, the lines of the whole commit."""
    read = commits.filter(pl.col("status") == "read").select(*_COMMIT, "authored_at", path="paths", line="line_hashes")
    lines = read.explode("path", "line").explode("line").drop_nulls("line")
    counted = lines.group_by(*_COMMIT, "authored_at", "path", "line").agg(count=pl.len())
    return counted.with_columns(total=pl.col("count").sum().over(_COMMIT))


def _shared(edits: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Lines that stand in both, with their age at the commit."""
    both = edits.join(lines, on=["repo", "path", "line"])
    return both.with_columns(age=pl.col("authored_at") - pl.col("edited_at"))


def _by_lines(shared: pl.DataFrame, lines: pl.DataFrame, shift: timedelta) -> pl.DataFrame:
    timely = shared.filter((pl.col("age") + shift).is_between(-_CALL_SLACK, _WINDOW))
    once = timely.unique([*_PAIR, "path", "line"])
    found = once.group_by(_PAIR).agg(matched_lines=pl.col("count").sum().cast(pl.Int64), total=pl.first("total"))
    found = found.with_columns(matched_share=pl.col("matched_lines") / pl.col("total"))
    is_enough = pl.col("matched_lines") >= pl.min_horizontal(pl.lit(_LEAST_LINES), "total")
    found = found.filter((pl.col("matched_share") >= _LEAST_SHARE) & is_enough)
    detail = pl.format("{} of {} lines", "matched_lines", "total")
    return _rows(found.with_columns(detail=detail), "line_share")


def _by_branch(told: Evidence, shift: timedelta) -> pl.DataFrame:
    """Sessions on the commit's branch that were there in time and had edited its files."""
    commits = told.commits.filter(pl.col("status") == "read").with_columns(at=pl.col("authored_at") + shift)
    on_branch = commits.join(told.branches, on=_COMMIT).filter(pl.col("head_ref").is_not_null())
    sessions = told.sessions.select(*_SESSION, "repo", "started_at", "ended_at", head_ref="branches").explode(
        "head_ref"
    )
    pairs = on_branch.join(sessions, on=["repo", "head_ref"])
    pairs = pairs.filter(pl.col("at").is_between("started_at", pl.col("ended_at") + _AFTER_SESSION))
    pairs = pairs.unique(_PAIR, maintain_order=True).with_columns(file_count=pl.col("paths").list.len())
    files = pairs.select(*_PAIR, "at", "head_ref", "file_count", path="paths").explode("path")
    edits = told.edits.select("repo", "path", *_SESSION, "edited_at")
    edited = files.join(edits, on=["repo", "path", *_SESSION])
    timely = edited.filter(pl.col("edited_at").is_between(pl.col("at") - _WINDOW, pl.col("at") + _CALL_SLACK))
    counted = timely.group_by(*_PAIR, "head_ref", "file_count").agg(same=pl.col("path").n_unique())
    counted = counted.with_columns(matched_share=pl.col("same") / pl.col("file_count"))
    counted = counted.filter(pl.col("matched_share") >= _LEAST_FILE_SHARE)
    detail = pl.format("{} of {} files, branch {}", "same", "file_count", "head_ref")
    return _rows(counted.with_columns(detail=detail), "branch_file")


def _rows(found: pl.DataFrame, method: str) -> pl.DataFrame:
    """The columns of `session_commits`, in a fixed order; those that a method does not have are NULL."""
    absent = [pl.lit(None).alias(name) for name in ("matched_share", "matched_lines") if name not in found.columns]
    rows = found.with_columns(*absent, method=pl.lit(method))
    columns = [
        *_PAIR,
        "method",
        pl.col("matched_share").cast(pl.Float64),
        pl.col("matched_lines").cast(pl.Int64),
        "detail",
    ]
    return rows.select(columns).sort(*_PAIR, "detail")
