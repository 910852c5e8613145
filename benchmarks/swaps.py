"""Swaps in whole histories, their cost, and samples to read by eye: python benchmarks/swaps.py PATH... [--samples N]

Of each repository the default branch's history is scanned as `retro mine` does it, each commit as a change of its own. To the
screen go commits, CPU of git and of Retro, peak memory and swaps by class; what the newest swaps left behind, with the cost of
looking; the cost of a census of 50 identifiers in the newest tree; then N swaps, N leftovers and N places of a census by chance.
"""

import argparse
import random
import re
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from retro.analyses import swaps
from retro.analyses.census import Wanted, places
from retro.analyses.path_kinds import NOT_WRITTEN, path_kind
from retro.analyses.swaps.classes import BUMP, swap_class
from retro.analyses.swaps.residues import Census, Swap, left_behind
from retro.git import Room, open_room
from retro.git.grep import find_lines

MODELS = swaps.Models()
IDENTIFIERS = 50
SEARCHED = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--samples", type=int, default=20)
    given = parser.parse_args()
    for path in given.paths:
        with tempfile.TemporaryDirectory() as folder:
            room = open_room(path.resolve(), Path(folder), alternates=True)
            print(f"== {path.parent.name}")
            found = scanned(room, given.samples)
            show_left(room, found, given.samples)
            show_census(room, given.samples)


def kind_of(path: str) -> str:
    return path_kind(path)[0]


def spent() -> tuple[float, float]:
    """CPU seconds of this process, and of the git processes that have ended."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime, children.ru_utime + children.ru_stime


def scanned(room: Room, count: int) -> list[Swap]:
    """Swaps of the history, newest first; prints their number and cost."""
    _, tip = room.default_branch()
    shas = room.run("rev-list", "--no-merges", tip).decode().split()
    before = spent()
    found = [one for each in swaps.scan(room, shas) for one in each.found if own_files(one) >= swaps.LEAST_FILES]
    told = [Swap(one.commit_sha, *one.key, swap_class(*one.key, MODELS)[0], one.commit_sha) for one in found]
    own, git = (now - then for now, then in zip(spent(), before, strict=True))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{len(shas):,} commits, {len(told):,} swaps, CPU {own:.1f} s own, {git:.1f} s git, {memory} MB")
    print("  " + ", ".join(f"{kind} {count}" for kind, count in Counter(one.swap_class for one in told).items()))
    for one, lines in random.Random(3).sample(list(zip(told, found, strict=True)), min(count, len(told))):
        names = f"{one.old_token} > {one.new_token}"
        print(
            f"  {one.commit_sha[:9]} {one.swap_class}: {names} in {len(lines.lines)} files, {next(iter(lines.lines))}"
        )
    return [one for one, each in zip(told, found, strict=True) if one.swap_class != BUMP and not each.is_masked]


def own_files(one: swaps.Found) -> int:
    return sum(kind_of(path) not in NOT_WRITTEN for path in one.lines)


def show_left(room: Room, found: Sequence[Swap], count: int) -> None:
    """What the newest swaps left behind."""
    before, started = spent(), time.perf_counter()
    by_commit: dict[str, list[Swap]] = {}
    for one in found:
        by_commit.setdefault(one.commit_sha, []).append(one)
    censuses: list[Census] = []
    for own in list(by_commit.values())[:SEARCHED]:
        censuses += left_behind(room, own, MODELS, kind_of)
    used = sum(spent()) - sum(before)
    few = [one for one in censuses if 1 <= len(one.leftovers) <= 3]
    searched = min(SEARCHED, len(by_commit))
    print(
        f"{len(censuses)} swaps of {searched} commits searched: {used:.1f} s CPU, {time.perf_counter() - started:.1f} s"
    )
    print(f"  {len(few)} left one to three files, {sum(not one.leftovers for one in censuses)} none")
    pairs = [(one.swap, left) for one in few for left in one.leftovers]
    for swap, left in random.Random(3).sample(pairs, min(count, len(pairs))):
        print(f"  {swap.commit_sha[:9]} {swap.old_token} > {swap.new_token}: {left.path}:{left.line} {left.text[:100]}")


def show_census(room: Room, count: int) -> None:
    """The cost of looking for identifiers of the newest tree, and some of the places."""
    _, tip = room.default_branch()
    listing = room.run("ls-tree", "-r", "--name-only", tip).decode("utf-8", "replace").splitlines()
    code = [path for path in listing if kind_of(path) == "code"]
    rng = random.Random(5)
    words: set[str] = set()
    for path in rng.sample(code, min(200, len(code))):
        text = room.run("cat-file", "blob", f"{tip}:{path}").decode("utf-8", "replace")
        words |= set(re.findall(r"[A-Za-z]\w{5,30}(?:-\w+)*", text))
    texts = rng.sample(sorted(words), min(IDENTIFIERS, len(words)))
    before, started = spent(), time.perf_counter()
    found = find_lines(room.path, tip, texts)
    own = places(found.lines, [Wanted(text) for text in texts], lambda path: ("", kind_of(path)))
    used, wall = sum(spent()) - sum(before), time.perf_counter() - started
    unread = f", {found.unread_count} unread" if found.unread_count else ""
    print(
        f"census of {len(texts)} in {len(listing):,} files: {len(own):,} places, {used:.2f} s CPU, {wall:.2f} s{unread}"
    )
    for place in rng.sample(own, min(count, len(own))):
        print(f"  {place.literal} {place.form} ({place.found}) {place.path}:{place.line} {place.text[:90]}")


if __name__ == "__main__":
    main()
