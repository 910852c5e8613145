"""How often the observed type of a commit is right: python benchmarks/categories.py [HELD_OUT...] [--tuned PATH...]

Labels by people come from RETRO_SAMPLES (commit-labels/); a repository's own claims (`fix: ...`) are withheld and
compared."""

import argparse
import csv
import hashlib
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

from measure import git, name_of

from retro.analyses.categories import (
    Change,
    CommitText,
    Observation,
    commit_kinds,
    declared_type,
    observed_type,
    path_role,
)
from retro.analyses.categories.confidence import CONFIDENCE

CLASSES = ("feat", "fix", "refactor", "test", "docs", "build", "ci")
FEWEST = 10  # rows; families with fewer share one figure
NEWEST, PER_SOURCE = 5000, 300
FIELDS = ("log", "--no-merges", "--no-mailmap", "-z", f"-n{NEWEST}", "--format=%x1e%H%x1f%s%x1f%b%x1f")
Scores = Callable[[Sequence["Judged"]], float]


class Judged(NamedTuple):
    """A commit, what people or its subject call it, what the rules say, and whether the rules were tuned on it."""

    commit: CommitText
    label: str
    observed: Observation
    is_tuned: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("held", nargs="*", type=Path)
    parser.add_argument("--tuned", nargs="+", default=[], type=Path)
    given = parser.parse_args()
    folder = Path(os.environ["RETRO_SAMPLES"]) / "commit-labels"
    seven, linux = judge_seven(folder), judge_linux(folder)
    histories = {name_of(path.resolve()): declared(path, False) for path in given.held}
    histories |= {name_of(path.resolve()): declared(path, True) for path in given.tuned}
    sections = [
        classes(seven),
        matrix(seven),
        fixes(linux, histories),
        confidences(seven, linux, histories),
        speed(histories),
    ]
    write("".join(sections))


def is_tuned(sha: str) -> bool:
    """Half of the ids, always the same."""
    return int(hashlib.sha256(sha.encode()).hexdigest(), 16) % 2 == 0


def labelled(path: Path) -> Iterator[tuple[dict[str, str], CommitText]]:
    """Rows with their commits. The files tell a commit's lines, not each path's: they are given to its first path of code."""
    for row in csv.DictReader(path.open(encoding="utf-8", newline="")):
        subject, _, body = row["message"].partition("\n")
        paths = [part for part in row["paths"].split(";") if part]
        counted = next((one for one in paths if path_role(one) == "code"), paths[0] if paths else None)
        lines = (int(row["additions"]), int(row["deletions"]))
        changes = [Change(one, None, *(lines if one == counted else (0, 0))) for one in paths]
        yield row, CommitText("", row["sha"], subject, body.strip(), subject.startswith("Merge "), paths, changes)


def judge_seven(folder: Path) -> list[Judged]:
    rows = labelled(folder / "zeng_ccs_350.csv")
    return [Judged(commit, row["label"], observed_type(commit), is_tuned(row["sha"])) for row, commit in rows]


def judge_linux(folder: Path) -> list[Judged]:
    """Rows that three people rated. The others are merges that nobody rated; the file calls all of them corrective."""
    return [
        Judged(commit, "fix" if row["label"] == "corrective" else "other", observed_type(commit), is_tuned(row["sha"]))
        for row, commit in labelled(folder / "linux_human_annot.csv")
        if row["n_annot"] == "3"
    ]


def declared(repository: Path, tuned: bool) -> list[Judged]:
    """The newest commits that declare a type other than chore and revert; the claim is cut off before the rules see it."""
    rows = []
    for commit in commits_of(repository.resolve()):
        kind, _, _ = declared_type(commit.subject, commit.body)
        if kind not in (None, "chore", "revert"):
            rows.append(Judged(commit, kind, observed_type(without_type(commit)), tuned))
    return rows


def without_type(commit: CommitText) -> CommitText:
    subject = re.sub(r"^[A-Za-z]+(\([^()]*\))?!?: +", "", commit.subject)
    return CommitText("", commit.commit_sha, subject, commit.body, False, commit.paths, commit.changes)


def commits_of(repository: Path) -> Iterator[CommitText]:
    """With lines and renames; a clone that lacks file contents gives paths only."""
    try:
        text = git(repository, *FIELDS, "-M", "--raw", "--numstat")
    except subprocess.CalledProcessError:
        text = git(repository, *FIELDS, "--no-renames", "--raw")
    for block in text.split("\x1e")[1:]:
        sha, subject, body, rest = block.split("\x1f", 3)
        changes = read_changes(rest.lstrip("\0\n").split("\0"))
        known = changes if any(change.added is not None for change in changes) else ()
        yield CommitText("", sha, subject, body[:65536], False, [change.path for change in changes], known)


def read_changes(tokens: Sequence[str]) -> list[Change]:
    kinds: dict[str, str] = {}
    lines: dict[str, list[int | None]] = {}
    rest = iter(tokens)
    for token in rest:
        if token.startswith(":"):
            kind = token.rpartition(" ")[2][0]
            path = [next(rest) for _ in range(2 if kind in "RC" else 1)][-1]
            kinds[path] = kind
        elif token.count("\t") == 2:
            *counts, path = token.strip("\n").split("\t")
            path = path or [next(rest), next(rest)][1]
            lines[path] = [None if count == "-" else int(count) for count in counts]
    return [Change(path, kind, *lines.get(path, (None, None))) for path, kind in kinds.items()]


def accuracy(rows: Sequence[Judged]) -> float:
    return sum(row.label == row.observed.kind for row in rows) / max(len(rows), 1)


def parts(rows: Sequence[Judged], kind: str) -> tuple[float, float, float, int]:
    """Precision, recall, F1 and number of a class."""
    right = sum(row.label == kind == row.observed.kind for row in rows)
    said, true = (
        sum(found == kind for found in column)
        for column in zip(*((r.observed.kind, r.label) for r in rows), strict=True)
    )
    return right / max(said, 1), right / max(true, 1), 2 * right / max(said + true, 1), true


def macro(rows: Sequence[Judged]) -> float:
    return sum(parts(rows, kind)[2] for kind in CLASSES) / len(CLASSES)


def fix_score(rows: Sequence[Judged]) -> float:
    return parts(rows, "fix")[2]


def wilson(part: int, whole: int) -> str:
    z, mean = 1.96, part / max(whole, 1)
    middle = (mean + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * (mean * (1 - mean) / whole + z * z / (4 * whole * whole)) ** 0.5 / (1 + z * z / whole)
    return f"{mean:.3f} [{max(0, middle - half):.3f}, {min(1, middle + half):.3f}]"


def bootstrap(score: Scores, rows: Sequence[Judged], rounds: int = 300) -> str:
    """The score with the 2.5 and 97.5 % points of samples drawn with replacement, the seed fixed."""
    chance = random.Random(1)
    drawn = sorted(score(chance.choices(rows, k=len(rows))) for _ in range(rounds))
    return f"{score(rows):.3f} [{drawn[round(rounds * 0.025)]:.3f}, {drawn[round(rounds * 0.975) - 1]:.3f}]"


def halves(rows: Sequence[Judged]) -> list[tuple[str, list[Judged]]]:
    tuned = [row for row in rows if row.is_tuned]
    held = [row for row in rows if not row.is_tuned]
    return [("tuned on", tuned), ("held out", held), ("all", list(rows))]


def classes(rows: Sequence[Judged]) -> str:
    about = (
        "184 commits labelled by people with seven types, the type cut off (Zeng et al., ICSE 2025). Published: "
        "on all 350 rows keywords "
        ".463, paths .571, both .706 (macro-F1 .695), a model trained on words and rules .749; on the ten types "
        "of the full set BERT .54, "
        "GPT-4 .70, a tuned CodeLlama-7B .765."
    )
    lines = [
        (name, len(part), wilson(sum(r.label == r.observed.kind for r in part), len(part)), bootstrap(macro, part))
        for name, part in halves(rows)
    ]
    text = table("Seven types", about, ("rows", "n", "accuracy, 95 % interval", "macro-F1, 95 % interval"), lines)
    each = [(kind, *scores(parts(rows, kind)), *scores(parts(halves(rows)[1][1], kind))) for kind in CLASSES]
    head = ("type", "precision", "recall", "F1", "n", "held out: precision", "recall", "F1", "n")
    return text + table("Each type", "All rows, and the held-out half.", head, each)


def scores(values: tuple[float, float, float, int]) -> list[str]:
    return [*(f"{value:.2f}" for value in values[:3]), str(values[3])]


def matrix(rows: Sequence[Judged]) -> str:
    counts = Counter((row.label, row.observed.kind if row.observed.kind in CLASSES else "other") for row in rows)
    lines = [(label, *(counts[label, said] or "" for said in (*CLASSES, "other"))) for label in CLASSES]
    return table(
        "What is taken for what", "All rows: label down, observed type across.", ("", *CLASSES, "other"), lines
    )


def fixes(linux: Sequence[Judged], histories: dict[str, list[Judged]]) -> str:
    about = (
        "Linux: 438 commits rated by three people each, positive where bug fixing was rated highest "
        "(`corrective`); 49 more rows carry the "
        "rating 0 throughout, nearly all merges, and are left out. Repositories: declared `fix` among declared "
        "types but chore, a claim by the author. "
        "Touching code: some path has no other role (test, documentation, build, CI). Published on 2,172 other "
        "messages: `fix` as a word .745, word rules .779, "
        "a fitted set of patterns .797."
    )
    groups = [(f"Linux, {name}", part) for name, part in halves(linux)]
    groups += [(f"{name}, {'tuned on' if rows[0].is_tuned else 'held out'}", rows) for name, rows in histories.items()]
    pooled = halves([row for rows in histories.values() for row in rows])
    groups += [(f"repositories, {name}", rows) for name, rows in pooled if rows and histories]
    lines = []
    for name, rows in groups:
        code = [row for row in rows if "code" in map(path_role, row.commit.paths)]
        precision, recall, _, count = parts(rows, "fix")
        lines.append(
            (
                name,
                f"{len(rows):,}",
                f"{count:,}",
                f"{precision:.2f}",
                f"{recall:.2f}",
                bootstrap(fix_score, rows, 100),
                bootstrap(fix_score, code, 100),
            )
        )
    head = ("commits", "n", "fixes", "precision", "recall", "F1, 95 % interval", "F1, touching code")
    return table("Bug fixes", about, head, lines)


def withheld(seven: Sequence[Judged], linux: Sequence[Judged], histories: dict[str, list[Judged]]) -> list[Judged]:
    """Held-out rows, of a repository only the newest, so that none outweighs the others; Linux judges fixes only."""
    rows = [row for row in seven if not row.is_tuned]
    rows += [row for row in linux if not row.is_tuned and row.observed.kind == "fix"]
    return rows + [row for one in histories.values() for row in one[:PER_SOURCE] if not row.is_tuned]


def confidences(seven: Sequence[Judged], linux: Sequence[Judged], histories: dict[str, list[Judged]]) -> str:
    rows = withheld(seven, linux, histories)
    lines = []
    for family, stored in CONFIDENCE.items():
        found = [row for row in rows if row.observed.family == family]
        right = sum(row.label == row.observed.kind for row in found)
        lines.append((family, len(found), wilson(right, len(found)) if found else "none", f"{stored:.2f}"))
    about = (
        f"The held-out half of the seven types, that of Linux where the rules say fix, and the newest {PER_SOURCE}"
        " typed commits of each "
        f"held-out repository, {len(rows):,} in all. "
        f"A family with fewer than {FEWEST} rows has the figure of all such families together in `confidence.py`."
    )
    few = [
        row
        for row in rows
        if sum(other.observed.family == row.observed.family for other in rows) < FEWEST and row.observed.family
    ]
    right = sum(row.label == row.observed.kind for row in few)
    lines.append((f"all below {FEWEST} rows", len(few), wilson(right, len(few)) if few else "none", ""))
    return table("Confidence", about, ("family of rules", "n", "right, 95 % interval", "in the table"), lines)


def speed(histories: dict[str, list[Judged]]) -> str:
    """A history of 60,000 commits; its paths come again and again, as those of one repository do."""
    commits = [row.commit for rows in histories.values() for row in rows]
    history = list(islice(cycle(commits), 60_000))
    started = time.process_time()
    commit_kinds(history, [])
    seconds = time.process_time() - started
    return f"\n## Speed\n\n60,000 commits in {seconds:.2f} s of CPU, {len(commits):,} different ones; all told.\n"


def table(title: str, about: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    return f"\n## {title}\n\n{about}\n\n" + "\n".join(lines) + "\n"


def write(sections: str) -> None:
    intro = "How often the observed type is right, by the rules of `retro/analyses/categories/`."
    versions = f"Last run {date.today()}, Python {sys.version.split()[0]}, {os.cpu_count()} cores."
    text = f"# categories\n\n{intro} {versions}\n{sections}"
    Path(__file__).with_suffix(".md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
