"""Who wrote the commits: how many are marked, and how the marks compare with recorders and with bots:
python benchmarks/attribution.py PATH... [--samples DIR]   (DIR holds claude-code-entire/)"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from measure import git, git_dir

from retro import tables
from retro.analyses.attribution import FIRST_TOOL_AT, TeamRules, all_marks, commit_attribution
from retro.analyses.mailmap import read_mailmap
from retro.git import open_room
from retro.sources import git_notes
from retro.sources.git import Account
from retro.sources.git_refs import notes_refs

REFS = ("--exclude=refs/notes/*", "--exclude=refs/pull/*/merge", "--all")
FORM = "%H%x00%P%x00%an%x00%ae%x00%at%x00%ct%x00%s%x00%b%x00%(trailers:only=true,unfold=true)"
COMMITS = {
    "repo": pl.String, "commit_sha": pl.String, "author_name": pl.String, "author_email": pl.String,
    "authored_at": pl.Int64, "committed_at": pl.Int64, "subject": pl.String, "body": pl.String, "is_merge": pl.Boolean,
}  # fmt: skip
MAPPED = (
    "-c", "mailmap.blob=HEAD:.mailmap", "log", "-z", "--use-mailmap", "--format=%an%x00%ae%x00%aN%x00%aE"
)  # fmt: skip
NUMSTAT = ["diff-tree", "-r", "--root", "--no-commit-id", "--numstat", "-M"]
KEYS = ["repo", "commit_sha"]
BOTS = r"^(dependabot|renovate|pre-commit-ci|github-actions|greenkeeper|pyup-bot|snyk-bot|patchback)(\[bot\])?$"


@dataclass(frozen=True)
class History:
    """Rows of one repository: all its commits, their trailers, and its notes on them."""

    name: str
    commits: pl.DataFrame
    trailers: pl.DataFrame
    notes: pl.DataFrame


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--samples", type=Path)
    given = parser.parse_args()
    histories = [read(path.resolve()) for path in given.paths]
    sections = [classes(histories), against_notes(histories), controls(histories)]
    if given.samples:
        sections.append(against_checkpoints(histories, given.samples / "claude-code-entire"))
    sections.append(mailmaps([path.resolve() for path in given.paths]))
    write("".join(sections))


def name_of(repository: Path) -> str:
    return repository.parent.name if repository.name == "repo" else repository.name


def read(repository: Path) -> History:
    name = name_of(repository)
    rows, trailers = [], []
    fields = iter(git(repository, "log", *REFS, "-z", "--no-mailmap", f"--format={FORM}").split("\0"))
    for sha, parents, author, email, authored, committed, subject, body, block in zip(*[fields] * 9, strict=False):
        times = [int(text or 0) * 1_000_000 for text in (authored, committed)]
        rows.append((name, sha, author or None, email or None, *times, subject[:4096], body[:65536], " " in parents))
        pairs = [line.partition(": ")[::2] for line in block.splitlines() if ": " in line]
        trailers += [(name, sha, place, key, value) for place, (key, value) in enumerate(pairs, 1)]
    commits = pl.DataFrame(rows, schema=COMMITS, orient="row").with_columns(
        pl.col("authored_at", "committed_at").cast(pl.Datetime("us", "UTC"))
    )
    notes = read_notes(repository, name, commits.filter(~pl.col("is_merge"))["commit_sha"])
    added = added_lines(repository, notes["commit_sha"].unique().to_list())
    commits = commits.join(added, on="commit_sha", how="left")
    return History(name, commits, pl.DataFrame(trailers, schema=tables.schema("commit_trailers"), orient="row"), notes)


def read_notes(repository: Path, name: str, shas: Iterable[str]) -> pl.DataFrame:
    with tempfile.TemporaryDirectory() as folder:
        room, account = open_room(repository, Path(folder)), Account()
        listed = git_notes.list_notes(room, notes_refs(room.refs), account)
        frames = git_notes.read_notes(room, name, git_notes.changed_notes(listed, shas, {}), account)
        return pl.concat([frame["commit_notes"] for frame in frames])


def added_lines(repository: Path, shas: Sequence[str]) -> pl.DataFrame:
    """Added lines of the commits; those that git cannot count, for want of a file's content, are left out."""
    rows = []
    for sha in shas:
        command = ["git", f"--git-dir={git_dir(repository)}", *NUMSTAT, sha]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
        counts = [line.split("\t", 1)[0] for line in done.stdout.splitlines()]
        if done.returncode == 0 and counts:
            rows.append((sha, sum(int(count) for count in counts if count != "-")))
    return pl.DataFrame(rows, schema={"commit_sha": pl.String, "added_lines": pl.Int64}, orient="row")


def classes(histories: Sequence[History]) -> str:
    head = ("repository", "commits", "agent", "bot", "human", "unknown", "judged", "by, and whom", "CPU s")
    rows = []
    for one in histories:
        started = time.process_time()
        judged = commit_attribution(one.commits, one.trailers, one.notes, TeamRules())
        seconds = time.process_time() - started
        kinds = dict(judged.group_by("author_kind").len().iter_rows())
        methods = (
            judged.filter(pl.col("method") != "no_mark")
            .group_by("method")
            .len()
            .sort("len", "method", descending=[True, False])
        )
        agents = judged.group_by("agent").len().drop_nulls().sort("len", "agent", descending=[True, False]).head(3)
        told = [f"{name} {count:,}" for name, count in (*methods.iter_rows(), *agents.iter_rows())]
        counts = [f"{kinds.get(kind, 0):,}" for kind in ("agent", "bot", "human", "unknown")]
        judged_share = 1 - kinds.get("unknown", 0) / judged.height
        rows.append((one.name, f"{judged.height:,}", *counts, f"{judged_share:.0%}", ", ".join(told), f"{seconds:.2f}"))
    about = "Every commit of every ref but notes and test merges, without rules of a team."
    return table("What the rules find", about, head, rows)


def against_notes(histories: Sequence[History]) -> str:
    """A note is a second witness: a recorder that stood by while files were edited."""
    marks = every_mark(histories).filter(pl.col("kind") == "agent")
    notes = pl.concat([one.notes for one in histories]).filter(pl.col("agent_line_count").is_not_null())
    commits = pl.concat([one.commits.select(*KEYS, "added_lines") for one in histories])
    judged = notes.join(commits, on=KEYS).filter(pl.col("added_lines") > 0)
    recorded = pl.col("agent_line_count") + pl.col("human_line_count")
    own = judged.filter(recorded <= 2 * pl.col("added_lines"))
    by_agent = own.filter(pl.col("agent_line_count") > 0)
    rows = []
    for method in ("author", "trailer", "text"):
        asked = own.join(marks.filter(pl.col("method") == method), on=KEYS, how="semi")
        seen = asked.join(by_agent, on=KEYS, how="semi")
        rows.append((f"marked by {method}: the note has an agent's lines", *share(seen.height, asked.height)))
    signed = by_agent.join(marks.filter(pl.col("method") != "note"), on=KEYS, how="semi")
    rows += [
        ("the note has an agent's lines: author or message is marked too", *share(signed.height, by_agent.height)),
        ("notes that record at most twice the lines that the commit added", *share(own.height, judged.height)),
    ]
    about = (
        "Commits that add lines and have a note of a recorder (git-ai). A note that tells of more than twice these "
        "lines was copied from other commits and is left out. A recorder sees nothing where it is not installed."
    )
    return table("Marks beside notes", about, ("of the commits, where ...", "n", "share, 95 % interval"), rows)


def controls(histories: Sequence[History]) -> str:
    rows = []
    for one in histories:
        judged = commit_attribution(one.commits, one.trailers, one.notes, TeamRules()).join(one.commits, on=KEYS)
        known = judged.filter(pl.col("author_name").str.to_lowercase().str.contains(BOTS))
        early = judged.filter((pl.col("authored_at") < FIRST_TOOL_AT) & (pl.col("committed_at") < FIRST_TOOL_AT))
        missed = known.filter(pl.col("author_kind") != "bot").height
        given = [frame.filter(pl.col("author_kind") == "agent").height for frame in (known, early)]
        rows.append((one.name, f"{known.height:,}", missed, given[0], f"{early.height:,}", given[1]))
    head = ("repository", "of known bots", "not called bot", "called agent", "before the first tool", "called agent")
    about = "Commits of well-known bots, by name, and commits dated before the first tool. No agent wrote any of them."
    return table("Negative controls", about, head, rows)


def against_checkpoints(histories: Sequence[History], folder: Path) -> str:
    """Entire links commits to recorded sessions; its own trailers are withheld, so that the other marks stand alone."""
    lines = [json.loads(line) for line in (folder / "commits.jsonl").read_text("utf-8").splitlines()]
    linked = {line["sha"]: line["checkpoints"] for line in lines if line["checkpoints"]}
    counted = counted_lines(folder / "checkpoints.jsonl")
    counts = [max(found) for ids in linked.values() if (found := [counted[one] for one in ids if one in counted])]
    marks = every_mark(histories).filter(pl.col("commit_sha").is_in([line["sha"] for line in lines]))
    others = marks.filter(~pl.col("rule").str.starts_with("entire-"))
    signed = set(others.filter(pl.col("kind") == "agent")["commit_sha"])
    by_bots = set(others.filter(pl.col("kind") == "bot")["commit_sha"])
    rows = [
        ("linked to a session: another mark says agent", *share(len(signed & linked.keys()), len(linked))),
        ("another mark says agent: linked to a session", *share(len(signed & linked.keys()), len(signed))),
        ("linked to a session: Entire counted lines of an agent", *share(sum(n > 0 for n in counts), len(counts))),
        ("by a bot: linked to a session", *share(len(by_bots & linked.keys()), len(by_bots))),
    ]
    about = (
        f"{len(lines):,} commits of entireio/cli, {len(linked)} of them linked to a recorded session by a checkpoint; "
        "the trailers Entire-* are withheld. A commit without a checkpoint may still be an agent's."
    )
    return table("Marks beside checkpoints", about, ("of the commits ...", "n", "share, 95 % interval"), rows)


def mailmaps(repositories: Sequence[Path]) -> str:
    """Names and addresses of all authors, as `git log --use-mailmap` gives them and as Retro does."""
    rows = []
    for repository in repositories:
        with tempfile.TemporaryDirectory() as folder:
            room = open_room(repository, Path(folder))
            mailmap = read_mailmap(room, room.default_branch()[1])
            lines = git(repository, *MAPPED, *REFS).split("\0")
            people = set(zip(*[iter(lines)] * 4, strict=False))
        changed = sum(told[:2] != told[2:] for told in people)
        wrong = sum(mailmap.resolve(*told[:2]) != told[2:] for told in people)
        if mailmap.entries:
            rows.append((name_of(repository), f"{len(people):,}", f"{changed:,}", wrong))
    about = (
        "Spellings of authors in every commit, mapped by the `.mailmap` of the default branch, beside git's own result."
    )
    return table("Mailmaps", about, ("repository", "spellings", "changed by git", "different in Retro"), rows)


def every_mark(histories: Sequence[History]) -> pl.DataFrame:
    return pl.concat([all_marks(one.commits, one.trailers, one.notes, TeamRules()) for one in histories])


def counted_lines(path: Path) -> dict[str, int]:
    """The most lines of an agent that Entire counted in any session of a checkpoint."""
    counts: dict[str, int] = {}
    for line in map(json.loads, path.read_text("utf-8").splitlines()):
        if "initial_attribution" in line:
            key, found = line["checkpoint_id"], line["initial_attribution"]["agent_lines"]
            counts[key] = max(found, counts.get(key, 0))
    return counts


def share(part: int, whole: int) -> tuple[str, str]:
    """How many there are, and the share of `part` with its 95 % Wilson interval."""
    if not whole:
        return "0", "none"
    z, mean = 1.96, part / whole
    middle = (mean + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * (mean * (1 - mean) / whole + z * z / (4 * whole * whole)) ** 0.5 / (1 + z * z / whole)
    return f"{whole:,}", f"{mean:.3f} [{max(0, middle - half):.3f}, {min(1, middle + half):.3f}]"


def table(title: str, about: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    return f"\n## {title}\n\n{about}\n\n" + "\n".join(lines) + "\n"


def write(sections: str) -> None:
    intro = "Who wrote the commits, by the rules of `retro/analyses/attribution.py`."
    versions = f"Last run {date.today()}, Python {sys.version.split()[0]}, {os.cpu_count()} cores."
    text = f"# attribution\n\n{intro} {versions}\n{sections}"
    Path(__file__).with_suffix(".md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
