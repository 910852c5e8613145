"""Damage that only a merge can do, for merges of two parents.

- block twice: both sides added the same block, and the result has it twice (retro.analyses.damage.blocks).
- removed name: one side took a name away, the other side uses it. In a file that still parses ruff says so (undefined name);
  here it is told of texts that no longer parse, and of imports from another file of the same merge.
- lost change: a file without a conflict is as one parent, or the base, has it, and what the other side did to it is gone.
- one side taken: the whole tree is that of one parent, though an automatic merge would have changed it (`git merge -s ours`).
- content of neither side: in a file without a conflict the merge added lines that no parent has, where no review looks; lines
  that a parent has in another changed file were moved.

The last three look only at files that differ from the automatic merge made again (table `merge_files`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from retro.analyses.damage.blocks import block_text, doubled_blocks
from retro.analyses.damage.imports import lost_imports
from retro.analyses.damage.names import definitions, has_word, word_line
from retro.analyses.damage.paths import PYTHON, language_of, left_out
from retro.analyses.damage.symptoms import LOST, NEITHER, ONE_SIDE, REMOVED, TWICE, Damage, Symptom, Text
from retro.analyses.damage.texts import Texts, Wanted
from retro.analyses.path_kinds import path_kind
from retro.errors import GitError
from retro.git.results import Result, blob_ids, merge_bases, results_against
from retro.git.room import Room

_FILES_AT_ONCE = 50
_MOST_MOVED = 1_000  # changed files of one merge that are looked through for lines that moved
_OLD_TREE = "its tree is that of one parent, though the other side had changes; often meant (git merge -s ours)"


@dataclass(frozen=True)
class Merge:
    """A merge of two parents and the paths that it changed without a conflict in them (`merge_files`, outcome edited)."""

    commit_sha: str
    parents: tuple[str, str]
    edited: tuple[str, ...] = ()


def merge_damage(
    room: Room, texts: Texts, merges: Sequence[Merge], changes: Sequence[Result], known: Mapping[Wanted, Text]
) -> list[Damage]:
    """Damage of these merges; `changes` are their files that differ from every parent, `known` what their new blobs are."""
    wanted = {merge.commit_sha: merge for merge in merges}
    code = [
        change
        for change in changes
        if change.commit_sha in wanted and change.new_id and sum(map(bool, change.parent_ids)) == 2
        and language_of(change.path) and not left_out(change.path)
    ]  # fmt: skip
    found = []
    for start in range(0, len(code), _FILES_AT_ONCE):
        some = code[start : start + _FILES_AT_ONCE]
        held = texts.contents(object_id for change in some for object_id in (change.new_id, *change.parent_ids))
        for change in some:
            if held.keys() >= {change.new_id, *change.parent_ids}:
                found += _twice(room, texts, wanted[change.commit_sha], change, held)
                found += _removed(change, held, known)
    return [*found, *lost_imports(room, texts, merges), *_edited(room, texts, merges)]


def _twice(room: Room, texts: Texts, merge: Merge, change: Result, held: Mapping[str, bytes]) -> Iterator[Damage]:
    result = held[change.new_id]
    blocks = doubled_blocks(result, [held[parent_id] for parent_id in change.parent_ids])
    if not blocks:
        return
    bases = merge_bases(room.path, *merge.parents)
    base_ids = blob_ids(room.path, [(base, change.path) for base in bases]).values()
    before = texts.contents(base_ids).values()
    for block in blocks:
        lines = block_text(result, block)
        if not any(lines in text for text in before):
            name = next(line for line in lines.split(b"\n") if line.strip()).strip()[:80].decode("utf-8", "replace")
            detail = f"{block[2]} lines that each side added once stand at lines {block[0] + 1} and {block[1] + 1}: `{name}` ..."
            symptom = Symptom(TWICE, name, block[1] + 1, "merge", detail, "warning")
            yield Damage(change.commit_sha, change.path, symptom, change.new_id, block=lines)


def _removed(change: Result, held: Mapping[str, bytes], known: Mapping[Wanted, Text]) -> Iterator[Damage]:
    """Functions and classes that one side removed and the other uses, in a Python text that no longer parses."""
    text = known.get((change.new_id, PYTHON))
    if text is None or text.left_out or text.has_names:
        return
    result = held[change.new_id]
    there = definitions(result)
    sides = [held[parent_id] for parent_id in change.parent_ids]
    for kept, removing in (sides, sides[::-1]):
        for name in sorted(definitions(kept) - definitions(removing) - there):
            if has_word(result, name) and not has_word(removing, name):
                detail = f"one side took the definition of `{name}` away, the other side uses it"
                symptom = Symptom(REMOVED, name, word_line(result, name), "same file", detail)
                yield Damage(change.commit_sha, change.path, symptom, change.new_id)


def _edited(room: Room, texts: Texts, merges: Sequence[Merge]) -> Iterator[Damage]:
    """What is wrong with files that were changed in a merge without a conflict in them."""
    for merge in merges:
        if not merge.edited:
            continue
        side = _taken_side(room, merge)
        if side is not None:
            detail = f"{_OLD_TREE}; parent {side + 1} was kept whole"
            yield Damage(merge.commit_sha, "", Symptom(ONE_SIDE, "", 0, "merge", detail, "note"), None)
            continue
        yield from _files(room, texts, merge)


def _taken_side(room: Room, merge: Merge) -> int | None:
    """Which parent's tree the merge has; None when it has neither's."""
    asked = "".join(f"{sha}^{{tree}}\n" for sha in (merge.commit_sha, *merge.parents)).encode()
    try:
        own, *trees = room.run("cat-file", "--batch-check=%(objectname)", stdin=asked).split()
    except (GitError, ValueError):
        return None
    return trees.index(own) if own in trees else None


def _files(room: Room, texts: Texts, merge: Merge) -> Iterator[Damage]:
    bases = merge_bases(room.path, *merge.parents)
    paths = [path for path in merge.edited if not left_out(path) and path_kind(path)[0] != "data"]
    if len(bases) != 1 or not paths:
        return
    revisions = (merge.commit_sha, *merge.parents, bases[0])
    ids = blob_ids(room.path, [(revision, path) for path in paths for revision in revisions])
    contents = texts.contents(ids.values())
    elsewhere = cache(lambda: _lines_before(room, texts, merge))
    for path in paths:
        result, one, other, base = (ids.get((revision, path)) for revision in revisions)
        yield from _one_file(merge, path, (result, one, other, base), contents, elsewhere)


def _lines_before(room: Room, texts: Texts, merge: Merge) -> set[bytes]:
    """Lines that the parents had in files that the merge has otherwise, or no more."""
    pairs = [(merge.commit_sha, parent) for parent in dict.fromkeys(merge.parents)]
    ids = [result.parent_ids[0] for pair in pairs for result in results_against(room.path, [pair])]
    return set().union(*map(_lines, texts.contents(ids[:_MOST_MOVED]).values()))


def _one_file(
    merge: Merge,
    path: str,
    ids: tuple[str | None, ...],
    contents: Mapping[str, bytes],
    elsewhere: Callable[[], set[bytes]],
) -> Iterator[Damage]:
    result, one, other, base = ids
    if not result or not all(object_id is None or object_id in contents for object_id in ids):
        return
    lines = [_lines(contents.get(object_id or "", b"")) for object_id in ids]
    for kept, lost, place in ((one, other, 2), (other, one, 1)):
        # A result as the base had it loses what both did: told once for each side that did something.
        if result in (kept, base) and lost not in (None, base, result):
            gone = lines[place] - lines[3] - lines[0]
            if gone:
                detail = f"{len(gone)} distinct lines that parent {place} had added are gone, without a conflict"
                symptom = Symptom(LOST, f"parent {place}", 0, "merge", detail, "warning")
                yield Damage(merge.commit_sha, path, symptom, result, lost_lines=frozenset(gone))
            return
    new = lines[0] - lines[1] - lines[2] - lines[3]
    if new and (new := new - elsewhere()):
        detail = f"{len(new)} distinct lines that no parent has, in a file without a conflict"
        place = _first_line(contents[result], new)
        yield Damage(merge.commit_sha, path, Symptom(NEITHER, "", place, "merge", detail, "note"), result)


def _lines(content: bytes) -> set[bytes]:
    """Distinct lines that say something, without the white space around them."""
    return {line for each in content.split(b"\n") if len(line := each.strip()) > 2}


def _first_line(content: bytes, wanted: Iterable[bytes]) -> int:
    looked_for = set(wanted)
    return next(number for number, line in enumerate(content.split(b"\n"), 1) if line.strip() in looked_for)
