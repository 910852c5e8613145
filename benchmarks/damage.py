"""Damage in whole histories, its cost, and hits to read by eye: python benchmarks/damage.py PATH... [--hits N] [--whole]

Of each repository the default branch's history is looked at: Python everywhere, files of every kind in merges (with --whole in
every commit). A table goes to the screen: commits, merges, files, CPU with children, peak memory, hits by rule and how many
were repaired; then N hits by chance, each with its line, to be read.
"""

import argparse
import random
import resource
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from retro.analyses import damage
from retro.analyses.damage import Asked, Damage, Texts
from retro.git import Room, open_room
from retro.git.remerges import remerges

FORMAT = "--format=%H%x00%P%x00%at%x00%ct%x00%s%x01"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--hits", type=int, default=10)
    parser.add_argument("--whole", action="store_true")
    given = parser.parse_args()
    for path in given.paths:
        with tempfile.TemporaryDirectory() as folder:
            room = open_room(path.resolve(), Path(folder), alternates=True)
            show(path.parent.name, room, asked_of(room, given.whole), given.hits)


def asked_of(room: Room, is_whole: bool) -> list[Asked]:
    """The default branch's commits in the order of history, a merge with what it changed without a conflict."""
    _, tip = room.default_branch()
    told = room.run("log", "--topo-order", "--reverse", FORMAT, tip).decode("utf-8", "replace").split("\x01")[:-1]
    rows = [record.strip("\n").split("\0") for record in told]
    merges = [row[0] for row in rows if len(row[1].split()) == 2]
    remade = [merge for part in remerges(room.path, room.place.objects, merges) for merge in part]
    edited = {one.commit_sha: tuple(f.path for f in one.files or () if not f.conflict_kind) for one in remade}
    asked = []
    for sha, parents, authored, committed, subject in rows:
        written, made = (datetime.fromtimestamp(int(seconds), UTC) for seconds in (authored, committed))
        asked.append(Asked(sha, tuple(parents.split()), written, made, made, subject, is_whole, edited.get(sha, ())))
    return asked


def show(name: str, room: Room, asked: list[Asked], hit_count: int) -> None:
    before = cpu()
    with Texts(room.path) as texts:
        scanned = list(damage.scan(room, texts, asked, frozenset()))
        found = [one for some in scanned for one in some.damages]
        steps = [damage.Step(one.commit_sha, one.parents, one.landed_at) for one in asked]
        repairs = damage.find_repairs(room, texts, found, damage.History(steps))
        files = sum(one.file_count for some in scanned for one in some.checked)
        contents = texts.contents(one.new_id for one in found)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    merge_count = sum(len(one.parents) > 1 for one in asked)
    used = cpu() - before
    print(f"{name}: {len(asked):,} commits, {merge_count:,} merges, {files:,} files, {used:.1f} s CPU, {memory} MB")
    counts, repaired = Counter(map(rule, found)), Counter(rule(found[place]) for place in repairs)
    for each, count in sorted(counts.items()):
        print(f"  {each}: {count}, repaired {repaired[each]}")
    for one in chosen(found, hit_count):
        lines = contents.get(one.new_id or "", b"").decode("utf-8", "replace").split("\n")
        line = lines[one.symptom.line - 1].strip()[:90] if 0 < one.symptom.line <= len(lines) else ""
        print(f"  {one.commit_sha[:9]} {one.path}:{one.symptom.line} {rule(one)} {one.symptom.name} | {line}")


def chosen(found: list[Damage], hit_count: int) -> list[Damage]:
    """So many hits of each rule, by chance but always the same ones."""
    by_rule: dict[str, list[Damage]] = {}
    for one in found:
        by_rule.setdefault(rule(one), []).append(one)
    some = random.Random(3)
    return [one for _, hits in sorted(by_rule.items()) for one in some.sample(hits, min(hit_count, len(hits)))]


def rule(one: Damage) -> str:
    return f"{one.symptom.rule} ({one.symptom.kind})"


def cpu() -> float:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()
