"""How many commits find their session, and how often the right one: python benchmarks/session_commits.py REPOSITORY

REPOSITORY is a clone of https://github.com/entireio/cli with its branch entire/checkpoints/v1, whose records hold the transcripts
of its team (full.jsonl) and name the session of each. Commits name a record in their trailer Entire-Checkpoint: that is the
truth here, with the trailers themselves withheld from the methods.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
from measure import git, git_dir

from retro import warehouse
from retro.analyses.commit_fingerprints import commit_fingerprints
from retro.analyses.session_commits import SHIFTS, Evidence, session_commit_controls, session_commits
from retro.analyses.session_marks import read_records
from retro.coding_agents import identify
from retro.git import open_room
from retro.git.blobs import read_blobs
from retro.keyed_hashes import read_key
from retro.pipeline import mine
from retro.pipeline.sessions import BRANCHES, FRAMES

BRANCH = "entire/checkpoints/v1"
OTHERS = (
    f"--exclude=refs/heads/{BRANCH}",
    f"--exclude=refs/remotes/origin/{BRANCH}",
    "--exclude=refs/notes/*",
    "--all",
)
SETTINGS = """
[project]
name = "Checkpoints"
[sprints]
first = 2026-01-05
days = 14
[[repos]]
path = "{repository}"
name = "cli"
branch = "main"
[[agents]]
kind = "claude-code"
path = "transcripts"
repo = "cli"
"""
Pairs = set[tuple[str, str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=Path)
    repository = parser.parse_args().repository.resolve()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        count = extract(repository, root / "transcripts" / "cli")
        (root / "retro.toml").write_text(SETTINGS.format(repository=repository))
        mine(root)
        told, seconds = evidence(repository, root)
        write(report(repository, told, seconds, count) + bill(root))


def extract(repository: Path, folder: Path) -> int:
    """Writes every transcript that is in the clone to a file of its own; how many there are."""
    folder.mkdir(parents=True)
    names = {}
    for line in git(repository, "ls-tree", "-r", BRANCH).splitlines():
        about, path = line.split("\t")
        if path.endswith("/full.jsonl"):
            names[about.split()[2]] = f"{path.removesuffix('/full.jsonl').replace('/', '-')}.jsonl"
    read = [blob for blob in read_blobs(git_dir(repository), list(names), 1 << 30) if blob.content is not None]
    for blob in read:
        (folder / names[blob.object_id]).write_bytes(blob.content)
    return len(read)


def evidence(repository: Path, root: Path) -> tuple[Evidence, dict[str, float]]:
    """Both sides, the commits those of every ref but the records; and the CPU seconds of Retro's own process."""
    with duckdb.connect(root / warehouse.FILE, read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        frames = {name: connection.sql(asked).pl() for name, asked in FRAMES.items()}
        branches = connection.sql(BRANCHES).pl()
    room = open_room(repository, root / "rooms")
    shas = git(repository, "log", *OTHERS, "--format=%H").split()
    started = time.process_time()
    commits = pl.concat(list(commit_fingerprints(room, "cli", shas, [], read_key(root / "data"))))
    read_at = time.process_time()
    records = read_records(room, [mark for marks in commits["session_marks"] for mark in marks])
    told = Evidence(**{**frames, "commits": commits}, branches=branches, records=records)
    asked_at = time.process_time()
    session_commits(told)
    joined_at = time.process_time()
    session_commit_controls(told)
    seconds = {"reading commits": read_at - started, "reading records": asked_at - read_at}
    return told, seconds | {"joining": joined_at - asked_at, "controls": time.process_time() - joined_at}


def report(repository: Path, told: Evidence, seconds: dict[str, float], transcripts: int) -> str:
    rows = session_commits(told)
    truth = pairs_of(rows.filter(pl.col("method") == "trailer"))
    bare = replace(told, commits=told.commits.with_columns(session_marks=pl.lit([], pl.List(pl.String))))
    found = session_commits(bare)
    methods = {name: found.filter(pl.col("method") == name) for name in ("own_commit", "line_share", "branch_file")}
    best = chosen(found.filter(pl.col("method") != "branch_file"))
    rest = methods["branch_file"].join(best, on="commit_sha", how="anti")
    by_bots = bots(repository)
    table = [quality(name.replace("_", " "), pairs_of(frame), truth, by_bots) for name, frame in methods.items()]
    table += [
        quality("**own commit, else best line share, one session per commit**", pairs_of(best), truth, by_bots),
        quality("same, else branch and files", pairs_of(pl.concat([best, chosen(rest)])), truth, by_bots),
    ]
    commits = len({sha for sha, _ in truth})
    read = told.commits.filter(pl.col("status") == "read").height
    intro = (
        f"{transcripts} transcripts ({told.sessions.height} sessions), {told.commits.height:,} commits of every ref, "
        f"{read:,} of them with lines that could be read. Truth: {len(truth)} pairs of {commits} commits and the sessions that "
        "their trailers name. A pair is judged when its commit has a trailer. The thresholds were chosen on these same "
        f"sessions, one team's: expect less elsewhere. Bots wrote {len(by_bots)} commits. Intervals are 95 % (Wilson)."
    )
    head = ("method", "pairs", "precision of judged pairs", "recall of pairs", "recall of commits", "bots")
    clock = session_commit_controls(bare)
    checks = [
        (f"+{days} d", *(clock_count(clock, days, name) for name in ("own_commit", "line_share", "branch_file")))
        for days in SHIFTS
    ]
    spent = ", ".join(f"{what} {amount:.2f}" for what, amount in seconds.items())
    return (
        f"{intro}\n\n{as_table(head, table)}\n## Clock set ahead\n\nCommits that are still joined when their author time is set "
        f"ahead, of {told.commits.height:,}.\n\n{as_table(('clock', 'own commit', 'line share', 'branch and files'), checks)}\n"
        f"## Cost\n\nCPU seconds of Retro's process, without git: {spent}.\n"
    )


def bill(root: Path) -> str:
    """Where the bill of these sessions goes, and that nothing is lost or counted twice."""
    with duckdb.connect(root / warehouse.FILE, read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        ((whole,),) = connection.execute("select sum(cost_usd) from billed_requests").fetchall()
        ((split,),) = connection.execute("select sum(cost_usd) from request_attributions").fetchall()
        started = time.process_time()
        rows = connection.execute(
            "select target_kind, coalesce(pr_method, commit_method, ''), count(distinct (source, request_key)), "
            "sum(cost_usd) from request_attributions group by all order by sum(cost_usd) desc nulls last"
        ).fetchall()
        spent = time.process_time() - started
    table = [(kind.replace("_", " "), method, f"{count:,}", f"{cost or 0:,.2f}") for kind, method, count, cost in rows]
    return (
        f"\n## Where the bill goes\n\nBill ${whole}, sum of its parts ${split}; the view took {spent:.2f} s CPU.\n\n"
        f"{as_table(('target', 'by', 'requests', 'US dollars'), table)}"
    )


def pairs_of(rows: pl.DataFrame) -> Pairs:
    return set(rows.select("commit_sha", "session_id").iter_rows())


def chosen(rows: pl.DataFrame) -> pl.DataFrame:
    """One session per commit, as the view commit_sessions takes it."""
    shares = rows.filter(pl.col("method") == "line_share").select("commit_sha", "session_id", lines="matched_share")
    place = pl.col("method").replace_strict({"own_commit": 0, "line_share": 1, "branch_file": 2})
    ranked = rows.join(shares, on=["commit_sha", "session_id"], how="left").with_columns(place=place)
    order = ["commit_sha", "place", "lines", "matched_share", "session_id"]
    ordered = ranked.sort(order, descending=[False, False, True, True, False], nulls_last=True)
    return ordered.unique("commit_sha", keep="first", maintain_order=True).select(rows.columns)


def quality(name: str, found: Pairs, truth: Pairs, by_bots: set[str]) -> tuple[object, ...]:
    commits = {sha for sha, _ in truth}
    judged = {pair for pair in found if pair[0] in commits}
    right = found & truth
    return (
        name, len(found), share(len(right), len(judged)), share(len(right), len(truth)),
        share(len({sha for sha, _ in right}), len(commits)), len({sha for sha, _ in found} & by_bots),
    )  # fmt: skip


def bots(repository: Path) -> set[str]:
    """Commits whose author is a bot by account, address or name."""
    lines = git(repository, "log", *OTHERS, "--format=%H%x00%an%x00%ae").splitlines()
    people = (line.split("\0") for line in lines)
    return {sha for sha, name, email in people if (who := identify(name, email)) and who.kind == "bot"}


def clock_count(clock: pl.DataFrame, days: int, method: str) -> int:
    return clock.filter((pl.col("shift_days") == days) & (pl.col("method") == method)).height


def share(part: int, whole: int) -> str:
    if not whole:
        return "none"
    z, mean = 1.96, part / whole
    middle = (mean + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * (mean * (1 - mean) / whole + z * z / (4 * whole * whole)) ** 0.5 / (1 + z * z / whole)
    return f"{mean:.3f} [{max(0, middle - half):.3f}, {min(1, middle + half):.3f}]"


def as_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return "\n".join(lines + [f"| {' | '.join(map(str, row))} |" for row in rows]) + "\n"


def write(text: str) -> None:
    versions = f"Last run {date.today()}, Python {sys.version.split()[0]}, {os.cpu_count()} cores."
    about = "Which session a commit comes from, by `retro/analyses/session_commits.py`."
    whole = f"# session_commits\n\n{about} {versions}\n\n{text}"
    Path(__file__).with_suffix(".md").write_text(whole)
    print(whole)


if __name__ == "__main__":
    main()
