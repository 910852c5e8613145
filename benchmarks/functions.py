"""Changed functions beside PyDriller's `changed_methods`: python benchmarks/functions.py PATH... [--commits N]

Compared are the functions that each commit touched, by commit, path and name without its class: PyDriller names none. It
runs on a throw-away clone, since it writes to the repository's settings.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from measure import default_branch, git, git_dir, name_of, write_table
from pydriller import Repository

from retro.analyses.functions import commit_functions, suffix
from retro.analyses.script_functions import SUFFIXES
from retro.git import open_room

HEAD = (
    "repository", "commits", "files", "functions in both", "only PyDriller", "only Retro", "complexity differs",
    "Retro wall, s", "Retro CPU, s", "PyDriller CPU, s",
)  # fmt: skip
Touched = dict[tuple[str, str, str], int | None]  # complexity after the commit by commit, path and name
Reason = tuple[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--commits", type=int, default=300)
    given = parser.parse_args()
    rows, reasons = [], Counter()
    for path in given.paths:
        rows.append(compare(path.resolve(), given.commits, reasons))
    intro = (
        f"The last {given.commits} commits of the default branch that are no merges; CPU with all children. Functions with a "
        "name; of several with one name in a file and commit, one. Then the differences, each with what explains it."
    )
    write_table(__file__, intro, HEAD, rows)
    add_reasons(reasons)


def compare(repository: Path, count: int, reasons: Counter[Reason]) -> list[object]:
    shas = git(repository, "rev-list", "--no-merges", f"--max-count={count}", default_branch(repository)).split()
    with tempfile.TemporaryDirectory() as folder:
        started, before = time.perf_counter(), cpu()
        judged = list(commit_functions(open_room(repository, Path(folder) / "rooms"), "bench", shas))
        wall, used = time.perf_counter() - started, cpu() - before
        ours = {
            (row["commit_sha"], row["path"], short(row["function_name"])): row["complexity_after"]
            for one in judged
            for row in one.functions.iter_rows(named=True)
        }
        states = {row[1:3]: row[3:5] for one in judged for row in one.files.iter_rows()}
        before = cpu()
        theirs, texts = pydriller(git_dir(repository), Path(folder) / "clone", shas)
        rival = cpu() - before
    ours, theirs = named(ours), named(theirs)
    for key in theirs.keys() - ours.keys():
        reasons["only PyDriller", why_theirs(key, states, texts)] += 1
    for key in ours.keys() - theirs.keys():
        reasons["only Retro", why_ours(key, texts)] += 1
    both = ours.keys() & theirs.keys()
    unlike = [key for key in both if theirs[key] is not None and ours[key] != theirs[key]]
    for key in unlike:
        reasons["complexity differs", why_unlike(key, texts)] += 1
    return [
        name_of(repository), len(shas), f"{len(states):,}", f"{len(both):,}", len(theirs.keys() - ours.keys()),
        len(ours.keys() - theirs.keys()), len(unlike), f"{wall:.1f}", f"{used:.1f}", f"{rival:.1f}",
    ]  # fmt: skip


def pydriller(source: Path, clone: Path, shas: list[str]) -> tuple[Touched, dict]:
    """What PyDriller says was touched, and for each changed file its names and texts on either side."""
    subprocess.run(["git", "clone", "-q", "--no-checkout", str(source), str(clone)], check=True)
    touched, texts = {}, {}
    for commit in Repository(str(clone), only_commits=shas).traverse_commits():
        for file in commit.modified_files:
            path = file.new_path or file.old_path
            methods = file.changed_methods
            after = {method.name: method.complexity for method in file.methods}
            texts[commit.hash, path] = (
                file.source_code or "",
                file.source_code_before or "",
                {*after, *(m.name for m in file.methods_before)},
            )
            several = Counter(short(method.name) for method in file.methods)
            for method in methods:
                name = short(method.name)
                touched[commit.hash, path, name] = after.get(method.name) if several[name] == 1 else None
    return touched, texts


def named(touched: Touched) -> Touched:
    return {key: complexity for key, complexity in touched.items() if "anonymous" not in key[2]}


def short(name: str) -> str:
    return name.replace("::", ".").split(".")[-1].removeprefix("get ").removeprefix("set ")


def why_theirs(key: tuple[str, str, str], states: dict, texts: dict) -> str:
    sha, path, _ = key
    status, reason = states.get((sha, path), ("", ""))
    if status in ("left_out", "failed"):
        return f"Retro: {reason}"
    if suffix(path) in SUFFIXES:
        return "JavaScript or TypeScript: lizard loses its place, Retro reads the syntax tree"
    if suffix(path) in ("sql", "ipynb"):
        return "a language that Retro leaves alone"
    return odd_text(texts[sha, path]) or "unexplained"


def why_ours(key: tuple[str, str, str], texts: dict) -> str:
    sha, path, name = key
    if suffix(path) in SUFFIXES:
        return "JavaScript or TypeScript: lizard loses its place, Retro reads the syntax tree"
    if (sha, path) not in texts:
        return "PyDriller lists no such file"
    after, before, names = texts[sha, path]
    if name not in {short(one) for one in names}:
        return odd_text((after, before, names)) or "PyDriller's parser finds no such function"
    return odd_text((after, before, names)) or "unexplained"


def why_unlike(key: tuple[str, str, str], texts: dict) -> str:
    sha, path, _ = key
    if suffix(path) in SUFFIXES:
        return "JavaScript or TypeScript: lizard loses its place, Retro reads the syntax tree"
    return odd_text(texts[sha, path]) or "several functions of one name: another one was taken"


def odd_text(sides: tuple) -> str | None:
    """What in a text PyDriller's reading obeys or miscounts and Retro's does not."""
    text = "\n".join(sides[:2])
    if "lizard forgive" in text or "GENERATED CODE" in text:
        return "a comment tells lizard to skip functions; Retro does not obey"
    if any(mark in text for mark in "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"):
        return "a character that Python, not git, takes for a line end moves PyDriller's lines"
    return None


def cpu() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def add_reasons(reasons: Counter[Reason]) -> None:
    lines = ["", "| difference | explained by | functions |", "| --- | --- | --- |"]
    lines += [f"| {kind} | {reason} | {count} |" for (kind, reason), count in sorted(reasons.items())]
    path = Path(__file__).with_suffix(".md")
    path.write_text(path.read_text("utf-8") + "\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines), file=sys.stderr)


if __name__ == "__main__":
    main()
