"""When what a swap left behind went away: the commit at which a file no longer named the old identifier."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from retro.analyses.swaps.models import Models
from retro.analyses.swaps.residues import Swap, names_old
from retro.git.blobs import read_blobs
from retro.git.changes import FileChange, changed_files
from retro.git.room import Room

_LARGEST_BYTES = 4 << 20


@dataclass(frozen=True)
class Gone:
    """A leftover that is gone: its swap, the names that the file had since, and the commits that touched them, oldest first."""

    swap: Swap
    paths: tuple[str, ...]
    is_price_file: bool
    commits: tuple[str, ...]


def removals(room: Room, gone: Sequence[Gone], models: Models) -> list[str | None]:
    """For each the commit since which the file no longer named the old identifier; None where none can be told.

    Raises GitError.
    """
    shas = list(dict.fromkeys(sha for one in gone for sha in one.commits))
    paths = {path for one in gone for path in one.paths}
    changes, _ = changed_files(room.path, shas, with_renames=False)
    by_commit: dict[str, list[FileChange]] = {}
    for change in changes:
        if change.path in paths:
            by_commit.setdefault(change.commit_sha, []).append(change)
    texts = _texts(room, (change.new_id for found in by_commit.values() for change in found))
    return [_removal(one, by_commit, texts, models) for one in gone]


def _removal(
    one: Gone, by_commit: Mapping[str, list[FileChange]], texts: Mapping[str, str], models: Models
) -> str | None:
    """The newest commit that turned a file that names the old identifier into one that does not."""
    removed, was_named = None, True
    for sha in one.commits:
        touched = [change for change in by_commit.get(sha, ()) if change.path in one.paths]
        if not touched or any(change.new_id and change.new_id not in texts for change in touched):
            continue  # not comparable: what it did is told with the next one
        is_named = any(
            names_old(texts[change.new_id], one.swap, models, one.is_price_file) for change in touched if change.new_id
        )
        if was_named and not is_named:
            removed = sha
        was_named = is_named
    return None if was_named else removed


def _texts(room: Room, object_ids: Iterable[str | None]) -> dict[str, str]:
    wanted = list(dict.fromkeys(object_id for object_id in object_ids if object_id))
    blobs = read_blobs(room.path, wanted, _LARGEST_BYTES)
    return {
        blob.object_id: blob.content.decode("utf-8", "backslashreplace") for blob in blobs if blob.content is not None
    }
