"""How well files that usually change together are told: python benchmarks/co_changes.py PROJECT... [--changes N] [--parts ...]

PROJECT is a folder with a retro.toml that `retro mine` has read. Three parts: ranking a file that was taken out of a
change, by Retro's formula and by those that others published; what became of the hints on left-out files, by the same
steps as a build; and the CPU time of all pairs. Nothing is learned from what came after a change.
"""

import argparse
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from retro.analyses.expected_files import Past, Shared, expected_files, nearness
from retro.pipeline.co_changes import steps
from retro.warehouse import FILE, open_read_only

HALF_LIFE_DAYS, MOST_FILES_ASKED = 180, 8
DAY_SECONDS = 86_400
THRESHOLDS = (0.8, 0.9, 0.6)
CHANGES = """
    select change_key, epoch(changed_at), path, epoch(gone_at)
    from change_files
    where repo = $repo and not is_bot and not is_routine and file_count <= 30
    order by changed_at, change_key, path
"""
Scores = Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class Change:
    """Files that landed together, and when (seconds since 1970)."""

    at: float
    files: frozenset[str]


@dataclass
class Index:
    """The changes before a moment: all of them, those of each file, and when files went."""

    changes: list[Change] = field(default_factory=list)
    of_file: dict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))
    gone_at: dict[str, float | None] = field(default_factory=dict)

    def add(self, change: Change) -> None:
        """One more change is known."""
        self.changes.append(change)
        for path in change.files:
            self.of_file[path].append(change)

    def there(self, at: float) -> dict[str, int]:
        """Files that are there, with their changes."""
        known = self.gone_at
        return {path: len(found) for path, found in self.of_file.items() if known[path] is None or known[path] > at}


def popularity(index: Index, query: Sequence[str], there: Mapping[str, int], at: float) -> Scores:
    """The busiest file."""
    return {path: (count,) for path, count in there.items()}


def by_path(index: Index, query: Sequence[str], there: Mapping[str, int], at: float) -> Scores:
    """Same name without the marks of a test, same folder."""
    return {path: (score,) for path, score in nearness(list(query), there).items()}


def rose(index: Index, query: Sequence[str], there: Mapping[str, int], at: float) -> Scores:
    """ROSE (Zimmermann et al., ICSE 2004): rules whose left side is all that was changed, by confidence."""
    first, *others = sorted(query, key=lambda path: len(index.of_file[path]))
    wanted = set(others)
    return _counted(change for change in index.of_file[first] if wanted <= change.files)


def tarmaq(index: Index, query: Sequence[str], there: Mapping[str, int], at: float) -> Scores:
    """TARMAQ (Rolfsnes et al., SANER 2016): rules from the changes that share most files with the query, by support."""
    asked = set(query)
    near = {id(change): change for path in asked for change in index.of_file[path]}
    most = max((len(change.files & asked) for change in near.values()), default=0)
    return _counted(change for change in near.values() if len(change.files & asked) == most)


def pair_rule(index: Index, query: Sequence[str], there: Mapping[str, int], at: float) -> Scores:
    """The rule a -> b of highest confidence, of equal ones that of highest support."""
    best: dict[str, tuple[float, ...]] = {}
    for one in query:
        for path, (count,) in _counted(index.of_file[one]).items():
            best[path] = max(best.get(path, (0.0,)), (count / len(index.of_file[one]), count))
    return best


def recency(index: Index, query: Sequence[str], there: Mapping[str, int], at: float) -> Scores:
    """Retro's recency alone."""
    return {one.path: (one.recency,) for one in _expected(index, query, there, at) if one.recency}


def retro(index: Index, query: Sequence[str], there: Mapping[str, int], at: float) -> Scores:
    """Retro's formula."""
    return {one.path: (one.score,) for one in _expected(index, query, there, at)}


METHODS: dict[str, Callable[[Index, Sequence[str], Mapping[str, int], float], Scores]] = {
    "popularity": popularity,
    "path": by_path,
    "ROSE": rose,
    "TARMAQ": tarmaq,
    "best pair rule": pair_rule,
    "recency": recency,
    "Retro": retro,
}


def _counted(changes: Iterator[Change] | Sequence[Change]) -> Scores:
    counts = Counter(path for change in changes for path in change.files)
    return {path: (count,) for path, count in counts.items()}


def _expected(index: Index, query: Sequence[str], there: Mapping[str, int], at: float) -> list:
    shared: dict[str, dict[str, Shared]] = {}
    for one in query:
        weights, counts = defaultdict(float), Counter()
        for change in index.of_file[one]:
            weight = 2 ** (-(at - change.at) / DAY_SECONDS / HALF_LIFE_DAYS)
            for path in change.files:
                weights[path] += weight
                counts[path] += 1
        shared[one] = {path: Shared(weight, counts[path]) for path, weight in weights.items()}
    weights = {one: found[one].weight for one, found in shared.items() if one in found}
    return expected_files(query, Past(weights, {one: shared[one] for one in weights}, there))


def ranks(connection: duckdb.DuckDBPyConnection, repo: str, asked_count: int) -> tuple[dict[str, list[int]], int, int]:
    """Rank of each file taken out (0: not named) by method; how many files were asked for, and how many of all were new."""
    index, changes = Index(), []
    rows = connection.execute(CHANGES, {"repo": repo}).fetchall()
    grouped: dict[tuple[float, str], set[str]] = defaultdict(set)
    for key, at, path, gone_at in rows:
        grouped[at, key].add(path)
        index.gone_at[path] = gone_at
    changes = [Change(at, frozenset(paths)) for (at, _), paths in grouped.items()]
    wanted = [place for place in range(len(changes) // 2, len(changes)) if len(changes[place].files) > 1]
    asked = set(wanted[:: max(len(wanted) // asked_count, 1)])
    found: dict[str, list[int]] = {name: [] for name in METHODS}
    total, new, queries = 0, 0, 0
    for place, change in enumerate(changes):
        if place in asked:
            there = index.there(change.at)
            total += len(change.files)
            new += sum(path not in index.of_file for path in change.files)
            for missing in sorted(path for path in change.files if path in there)[:MOST_FILES_ASKED]:
                queries += 1
                query = sorted(change.files - {missing})
                for name, method in METHODS.items():
                    found[name].append(_rank(method(index, query, there, change.at), missing, set(query), there))
        index.add(change)
    return found, queries, round(100 * new / max(total, 1))


def _rank(scores: Scores, missing: str, query: set[str], there: Mapping[str, int]) -> int:
    """Place of the missing file; of equal scores the busier file stands first, then by name."""
    if missing not in scores:
        return 0
    own = (*scores[missing], there[missing])
    before = ((*score, there[path]) for path, score in scores.items() if path in there and path not in query)
    ties = [
        path for path, score in scores.items() if path in there and path not in query and (*score, there[path]) == own
    ]
    return 1 + sum(other > own for other in before) + sum(path < missing for path in ties)


def measures(places: Sequence[int]) -> tuple[float, float, float]:
    """Share among the first 3, among the first 10, mean reciprocal rank."""
    return (
        sum(0 < place <= 3 for place in places) / len(places),
        sum(0 < place <= 10 for place in places) / len(places),
        sum(1 / place for place in places if place) / len(places),
    )


def record(connection: duckdb.DuckDBPyConnection, repo: str, confidence: float) -> dict[str, int]:
    """What came of the hints of the last two years, as a build records it."""
    newest: datetime = connection.sql("select max(committed_at) from commits where is_on_default_branch").pl().item()
    given = {"repo": repo, "until": newest + timedelta(seconds=1), "since": newest - timedelta(days=730)}
    given |= {"known_until": newest, "confidence": confidence, "starts_at": newest, "ends_at": newest}
    for step in ("learned", "candidates", "followed"):
        steps.run(connection, step, given)
    return steps.rows(connection, "record", given).row(0, named=True)


def cost(work: Callable[[], object]) -> str:
    """CPU seconds of all threads, and elapsed ones."""
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    work()
    after, wall = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter() - started
    return f"{after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime:.2f} CPU s, {wall:.2f} s"


def pairs(connection: duckdb.DuckDBPyConnection, repo: str) -> list[str]:
    """A row on what all pairs of a repository cost, its files per change being read first."""
    newest = connection.sql("select max(committed_at) from commits").pl().item()
    given = {"repo": repo, "before": newest + timedelta(seconds=1)}
    reading = cost(lambda: steps.run(connection, "known", given))
    counting = """
        create or replace temp table counted as
        with busy as (
            select change_key, path from co_known where path in (select path from co_known group by path having count(*) >= 5)
        )
        select a.path, b.path as other_path, count(*) as shared_count
        from busy as a inner join busy as b on b.change_key = a.change_key and b.path > a.path
        group by all
    """
    all_pairs = cost(lambda: connection.execute(counting).fetchall())
    ((commits,),) = connection.execute("select count(*) from commits").fetchall()
    ((found,),) = connection.execute("select count(*) from counted").fetchall()
    return [repo, f"{commits:,}", f"{found:,}", reading, all_pairs]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines)


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("projects", nargs="+", type=Path)
    parser.add_argument("--changes", type=int, default=300)
    parser.add_argument("--parts", default="ranking,record,pairs")
    asked = parser.parse_args()
    opened = {}
    for project in asked.projects:
        opened[project] = open_read_only(project / FILE)
    repos = {project: one.execute("select repo from repos").fetchall()[0][0] for project, one in opened.items()}
    if "ranking" in asked.parts:
        print_ranking({repos[project]: one for project, one in opened.items()}, asked.changes)
    if "record" in asked.parts:
        print_record({repos[project]: one for project, one in opened.items()})
    if "pairs" in asked.parts:
        rows = [pairs(one, repos[project]) for project, one in opened.items()]
        print(table(["repository", "commits", "pairs", "files of its changes", "all pairs"], rows))


def print_ranking(opened: Mapping[str, duckdb.DuckDBPyConnection], changes: int) -> None:
    """hit@3 / hit@10 / MRR by method and repository, and over all queries."""
    everything: dict[str, list[int]] = {name: [] for name in METHODS}
    columns, notes = {}, []
    for repo, connection in opened.items():
        places, queries, new = ranks(connection, repo, changes)
        columns[repo] = places
        notes.append(f"{repo}: {queries:,} files asked for, {new} % of the files were new")
        for name, found in places.items():
            everything[name] += found
        print(f"{repo} ranked", file=sys.stderr)
    columns["all"] = everything
    written = [
        [name, *(" / ".join(f"{value:.2f}" for value in measures(places[name])) for places in columns.values())]
        for name in METHODS
    ]
    print(table(["hit@3 / hit@10 / MRR", *columns], written), "\n\n" + "\n".join(notes), "\n")


def print_record(opened: Mapping[str, duckdb.DuckDBPyConnection]) -> None:
    """What came of hints at several thresholds."""
    rows = []
    for repo, connection in opened.items():
        for confidence in THRESHOLDS:
            told = record(connection, repo, confidence)
            shares = [
                told[f"{part}followed_count"] / told[total] if told[total] else None
                for part, total in (("", "hint_count"), ("busy_", "busy_count"), ("weaker_", "weaker_count"))
            ]
            lifts = ["" if not base or shares[0] is None else f"{shares[0] / base:.2f}" for base in shares[1:]]
            fires = told["hinted_change_count"] / max(told["change_count"], 1)
            texts = ["" if share is None else f"{100 * share:.1f} %" for share in shares]
            counts = [f"{told['change_count']:,}", f"{100 * fires:.1f} %", f"{told['hint_count']:,}"]
            rows.append([repo, f"{confidence}", *counts, *texts, *lifts])
    head = [
        "repository",
        "confidence",
        "changes",
        "with a hint",
        "hints",
        "followed",
        "equally busy",
        "weaker",
        "lift",
        "fair lift",
    ]
    print(table(head, rows), "\n")


if __name__ == "__main__":
    main()
