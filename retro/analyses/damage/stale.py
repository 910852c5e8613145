"""Commits that were written before another change of the same file, landed after it, and took it back without saying so.

The strict case only: a file becomes byte for byte what it was before the change right before, by a commit that was written
before that change, landed at another moment, and does not call itself a revert. It is what a rebase or a squash of a stale
branch leaves behind.
"""

import re
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from retro.analyses.damage.paths import left_out
from retro.analyses.damage.symptoms import STALE, Damage, Symptom
from retro.analyses.path_kinds import path_kind
from retro.git.results import Result

_DECLARED = re.compile(
    r"\b(?:revert|re-?vert(?:ed|ing|s)?|back(?:ed|ing)?[ -]?out|undo|undid|restor|roll(?:ed|ing)?[ -]?back|re-?(?:add|appl|land)|"
    r"put back|bring(?:ing)? back|reinstat|temporar)",
    re.IGNORECASE,
)
_VERSIONS_KEPT = 8


@dataclass(frozen=True)
class Written:
    """When a commit was written, made and landed (None: unknown), and what its message says."""

    authored_at: datetime | None
    committed_at: datetime | None
    landed_at: datetime | None
    message: str


class Versions:
    """The latest versions of each file, and which commit put another one in their place."""

    def __init__(self) -> None:
        self._replaced: dict[str, OrderedDict[str | None, tuple[str, str | None]]] = defaultdict(OrderedDict)

    def stale(self, changes: Iterable[Result], written: Mapping[str, Written]) -> Iterator[tuple[Damage, str | None]]:
        """Damage of each change, in the order of history, with the blob that was taken back; merges are passed over."""
        for change in changes:
            if len(change.parent_ids) > 1:
                continue
            (old_id,) = change.parent_ids
            known = self._replaced[change.path]
            by = known.get(change.new_id)
            if by and old_id and by[1] == old_id and change.new_id and _is_stale(change, by[0], written):
                detail = f"as it was before {by[0][:12]}, which this commit was written before and landed after"
                yield (
                    Damage(
                        change.commit_sha,
                        change.path,
                        Symptom(STALE, by[0][:12], 0, "commit", detail, "warning"),
                        change.new_id,
                    ),
                    old_id,
                )
            known[old_id] = change.commit_sha, change.new_id
            known.move_to_end(old_id)
            if len(known) > _VERSIONS_KEPT:
                known.popitem(last=False)


def _is_stale(change: Result, earlier_sha: str, written: Mapping[str, Written]) -> bool:
    own, earlier = written.get(change.commit_sha), written.get(earlier_sha)
    if own is None or earlier is None or left_out(change.path) or path_kind(change.path)[0] == "data":
        return False
    times = (own.authored_at, own.landed_at, earlier.authored_at, earlier.landed_at)
    if any(time is None for time in times) or _DECLARED.search(own.message):
        return False
    return (
        own.authored_at < earlier.authored_at
        and own.authored_at < earlier.landed_at
        and earlier.landed_at < own.landed_at
    )
