"""Names that one side of a merge took out of a module while the other side began to import them.

Seen from the result: what differs from one parent came from the other. So a file that differs from parent 2 shows what side 1
did to it, and the imports that the result has and parent 1 has not came with side 2. A name counts as gone only when the
module's text does not hold the word at all any more.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from retro.analyses.damage.names import defined_names, has_word, imports, is_open_ended, is_optional, module_paths
from retro.analyses.damage.paths import PYTHON, language_of, left_out
from retro.analyses.damage.symptoms import REMOVED, Damage, Symptom
from retro.analyses.damage.texts import Texts
from retro.git.results import Result, blob_ids, results_against
from retro.git.room import Room

if TYPE_CHECKING:
    from retro.analyses.damage.merges import Merge

_MOST_FILES = 100  # of one side: more are no feature branch, and would cost a whole tree's reading
_FILES_AT_ONCE = 200
_FROM_HERE = b"from ."  # names its module by the place of the file
_Side = dict[str, Result]
_Pair = tuple[list[Result], list[Result]]  # files that came with one side, files that the other one changed
_Use = tuple[Result, str, int, Result]  # the file that imports, the name, its line, and the file where it was


def lost_imports(room: Room, texts: Texts, merges: Sequence["Merge"]) -> Iterator[Damage]:
    """Imports in the results of these merges of names that their modules no longer have."""
    sides = [_sides(room, merges, number) for number in (0, 1)]
    pairs = []
    for merge in merges:
        one, other = (side.get(merge.commit_sha, {}) for side in sides)
        # What differs from parent 1 was brought by side 2, and the other way round.
        pairs += [(one, other), (other, one)] if one and other else []
    asked, size = [], 0
    for importing, removing in pairs:
        users = [change for change in importing.values() if change.new_id]
        modules = [change for change in removing.values() if change.parent_ids[0] and not _is_moved(change, removing)]
        if modules and len(users) <= _MOST_FILES:
            asked.append((users, modules))
            size += len(users)
        if size >= _FILES_AT_ONCE:
            yield from _lost(room, texts, asked)
            asked, size = [], 0
    yield from _lost(room, texts, asked)


def _is_moved(module: Result, side: _Side) -> bool:
    """Whether the module went to another folder as a whole, as when `click/` became `src/click/`: imports find it there."""
    if module.new_id:
        return False
    return any(
        path.endswith(f"/{module.path}") or module.path.endswith(f"/{path}") for path, one in side.items() if one.new_id
    )


def _sides(room: Room, merges: Sequence["Merge"], number: int) -> dict[str, _Side]:
    """Python files of each merge that differ from that parent."""
    found: dict[str, _Side] = {}
    for result in results_against(room.path, [(merge.commit_sha, merge.parents[number]) for merge in merges]):
        if language_of(result.path) == PYTHON and not left_out(result.path):
            found.setdefault(result.commit_sha, {})[result.path] = result
    return found


def _lost(room: Room, texts: Texts, sides: Sequence[_Pair]) -> Iterator[Damage]:
    """Imports that are new in the files of each pair's first part, of names that went with the files of its second."""
    held = texts.contents(
        object_id for users, _ in sides for change in users for object_id in (change.new_id, *change.parent_ids)
    )
    asked: list[_Use] = []
    for users, modules in sides:
        stems = {_stem(module.path) for module in modules}
        for change in users:
            text = held.get(change.new_id or "", b"")
            if _FROM_HERE not in text and not any(stem in text for stem in stems):
                continue
            before = imports(held.get(change.parent_ids[0] or "", b""))
            for one, offset in imports(text).items():
                if one not in before and not is_optional(text, offset):
                    line = text.count(b"\n", 0, offset) + 1
                    ends = module_paths(one[0], change.path)
                    asked += [(change, one[1], line, module) for module in modules if _is_at(module.path, ends)]
    yield from _judged(room, texts, asked)


def _stem(path: str) -> bytes:
    """The word that every import of a module by its name holds."""
    return path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2].encode()


def _is_at(path: str, ends: Sequence[str]) -> bool:
    return any(path == end or (end.count("/") > 1 and path.endswith(f"/{end}")) for end in ends)


def _judged(room: Room, texts: Texts, asked: Sequence[_Use]) -> Iterator[Damage]:
    held = texts.contents(object_id for *_, module in asked for object_id in (module.new_id, *module.parent_ids))
    for change, name, line, module in asked:
        if change.path == module.path or not _is_gone(module, name, held):
            continue
        sha, folder = change.commit_sha, module.path.removesuffix(".py").removesuffix("/__init__")
        inside = [(sha, f"{folder}/{name}.py"), (sha, f"{folder}/{name}/__init__.py")]
        if not module.new_id:
            inside += [(sha, f"{folder}.py"), (sha, f"{folder}/__init__.py")]
        if not any(blob_ids(room.path, inside).values()):
            detail = f"one side took `{name}` out of {module.path}, the other side imports it from there"
            symptom = Symptom(REMOVED, name, line, "import", detail)
            yield Damage(sha, change.path, symptom, change.new_id, module_path=module.path)


def _is_gone(module: Result, name: str, held: Mapping[str, bytes]) -> bool:
    before, after = (
        held.get(module.parent_ids[0] or ""),
        held.get(module.new_id or "", b"" if not module.new_id else None),
    )
    if before is None or after is None or name not in defined_names(before):
        return False
    return not has_word(after, name) and not is_open_ended(after)
