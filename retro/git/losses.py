"""Files whose content a clone does not have: which they are, and how git counts the others without them.

A filtered clone (`--filter=blob:none`) leaves contents out, and a damaged one has lost some; at the first of them git stops.
It goes on when the room names an empty file in place of each (`refs/replace/<id>`; there is no other use of replacements in
the room, and every other call ignores them). What git then counts of such a file is untrue and must be thrown away; whole
files and exact renames come out as they would.
"""

import hashlib
import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from retro.git.blobs import read_blobs
from retro.git.process import run

_LISTED_COMMITS = 10_000
_MOST_BYTES = 1 << 30
_EMPTY = b"blob 0\0"
_CHANGED = (
    "diff-tree", "--stdin", "--root", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--ignore-submodules=none",
    "-O/dev/null", "--no-relative",
)  # fmt: skip


class Losses:
    """The lost files of one repository, as far as they have been found, and their stand-ins in its room."""

    def __init__(self, git_dir: Path) -> None:
        self._git_dir = git_dir
        self.object_ids: frozenset[str] = frozenset()
        self._empty_id = ""

    def find(self, unread: Sequence[Sequence[str]]) -> bool:
        """Looks for lost files after git stopped; True when there are more than before.

        `unread` are the runs of commits that are still to be read: those that are not there are looked for in all of
        them, damaged ones, for which the content must be read, where git stopped: in the first commits of each run.
        Raises GitError when a folder of these commits cannot be read either.
        """
        found: set[str] = set()
        if not self._empty_id:
            # Before the search: an empty file that is missing is then at hand, and does not stand in for itself.
            shas = [sha for run_of in unread for sha in run_of]
            self._empty_id = self._write_empty(is_sha256=any(len(sha) == 64 for sha in shas))
            found |= self._missing(shas)
        first = [sha for run_of in unread for sha in run_of[:2]]
        blobs = read_blobs(self._git_dir, sorted(self._changed(first)), _MOST_BYTES)
        found |= {blob.object_id for blob in blobs if blob.reason in ("missing", "damaged")}
        found.discard(self._empty_id)
        if found <= self.object_ids:
            return False
        self.object_ids |= found
        self._stand_in()
        return True

    def forget(self) -> None:
        """Takes the stand-ins away."""
        (self._git_dir / "packed-refs").unlink(missing_ok=True)

    def _write_empty(self, is_sha256: bool) -> str:
        """Id of an empty file, which is in the room now; git would touch one that the source has, and write there."""
        object_id = hashlib.new("sha256" if is_sha256 else "sha1", _EMPTY, usedforsecurity=False).hexdigest()
        path = self._git_dir / "objects" / object_id[:2] / object_id[2:]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zlib.compress(_EMPTY))
        return object_id

    def _missing(self, shas: Sequence[str]) -> set[str]:
        missing = set()
        for start in range(0, len(shas), _LISTED_COMMITS):
            object_ids = self._changed(shas[start : start + _LISTED_COMMITS]) - missing
            asked = "".join(f"{object_id}\n" for object_id in object_ids).encode()
            answer = run(self._git_dir, "cat-file", "--batch-check=", "--buffer", stdin=asked)
            missing |= {line.split()[0] for line in answer.decode("ascii").splitlines() if line.endswith(" missing")}
        return missing

    def _changed(self, shas: Sequence[str]) -> set[str]:
        """Files and links before and after the changes of some commits, submodules left out."""
        asked = "".join(f"{sha}\n" for sha in shas).encode()
        return set(_blob_ids(run(self._git_dir, *_CHANGED, stdin=asked).split(b"\0"))) if shas else set()

    def _stand_in(self) -> None:
        lines = [f"{self._empty_id} refs/replace/{object_id}\n" for object_id in sorted(self.object_ids)]
        written = self._git_dir / "packed-refs.new"
        written.write_text("".join(["# pack-refs with: peeled fully-peeled sorted \n", *lines]), "ascii")
        os.replace(written, self._git_dir / "packed-refs")


def _blob_ids(tokens: Sequence[bytes]) -> Iterator[str]:
    """Ids in `sha`, then `:old-mode new-mode old-id new-id kind` and a path for each change; a path never has its place."""
    position = 0
    while position < len(tokens) - 1:
        token = tokens[position]
        if not token.startswith(b":"):
            position += 1
            continue
        position += 2
        old_mode, new_mode, old, new, _ = token[1:].split(b" ")
        for mode, object_id in ((old_mode, old), (new_mode, new)):
            if mode != b"160000" and object_id.strip(b"0"):
                yield object_id.decode("ascii")
