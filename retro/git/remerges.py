"""What merges themselves changed: each is made again, automatically, and the result compared with what was committed.

`git log --remerge-diff -z --raw --numstat -p` writes, per merge, a mark, its id, raw rows and counts as the log does, and
the patch, of which only these lines are read:

    diff --git a/f b/f
    remerge warning: Cannot merge binary files: f (4bf5c82 (ours) vs. 9d392d2 (theirs))
    remerge CONFLICT (content): Merge conflict in f

A file can have a conflict and no row, when the resolution kept what the automatic merge had left (a file deleted on one
side and changed on the other, say). Attributes of the tree are not obeyed in the room: a file with `merge=union` shows a
conflict here that its team never saw.

git puts the objects that it makes into a folder beside the source's objects and takes them away again; it runs in a directory
where it cannot even touch the source's (retro.git.objects).
"""

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from retro.errors import GitError
from retro.git.objects import copied_packs, lay_out, link_packs, unquoted
from retro.git.process import Stream, read_together
from retro.git.records import broken_off, take_whole_records

_LOG = (
    "log", "--no-walk=unsorted", "--stdin", "-z", "--remerge-diff", "--raw", "--numstat", "-p", "-U1", "-M", "-l1000",
    "--no-abbrev", "--diff-algorithm=myers", "--indent-heuristic", "-O/dev/null", "--no-relative", "--no-mailmap",
    "--no-notes", "--no-decorate", "--no-ext-diff", "--no-textconv", "--no-color", "--no-show-signature",
    "--ignore-submodules=none", "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip
_HEAD = re.compile(
    rb"^(?:diff --git (?P<names>.*)|remerge CONFLICT \((?P<kind>[^)\n]*)\)(?P<words>.*)"
    rb"|remerge warning: (?P<binary>Cannot merge binary files).*)$",
    re.MULTILINE,
)
_SHARD = 100  # below this a second process costs more than it saves
_BATCH = 1000
_ONE_BY_ONE: dict[Path, Lock] = {}
_MOST_FAILURES = 500  # runs of git that may fail before what fails is given up as a whole


@dataclass(frozen=True)
class RemergedFile:
    """A file that differs from the automatic merge or had a conflict in it.

    `change_kind` is A, M, D, R or T, None when the file is as the automatic merge left it; lines are None for a binary file.
    `conflict_kind` is git's word (content, add/add, modify/delete, ...; several joined by commas), None without a conflict.
    """

    path: str
    old_path: str | None
    change_kind: str | None
    added_lines: int | None
    deleted_lines: int | None
    conflict_kind: str | None


@dataclass(frozen=True)
class Remerge:
    """One merge with its files, none when the automatic merge was committed as it was; None when git failed at it."""

    commit_sha: str
    files: tuple[RemergedFile, ...] | None


def remerges(git_dir: Path, objects: Path, shas: Sequence[str]) -> Iterator[list[Remerge]]:
    """Each merge of `shas` (with two parents), some hundreds at a time; a damaged one costs only itself.

    `objects` is the source's folder with objects, `git_dir` the room. Raises GitError when the room cannot be written.
    """
    if shas:
        # Two worktrees of one repository share a room: what one lays out, the other must not change meanwhile.
        with _ONE_BY_ONE.setdefault(git_dir, Lock()):
            view = lay_out(git_dir, objects)
            with copied_packs(view, objects, len(shas)):
                yield from _salvaged(view, objects, shas)


def _salvaged(view: Path, objects: Path, shas: Sequence[str]) -> Iterator[list[Remerge]]:
    """Merges in batches; where git fails, the halves are tried."""
    waiting, failures = [shas[start : start + _BATCH] for start in range(0, len(shas), _BATCH)], 0
    waiting.reverse()
    while waiting:
        part = waiting.pop()
        try:
            found = {remerge.commit_sha: remerge for remerge in _read(view, part)}
            yield [found.get(sha) or Remerge(sha, None) for sha in part]
        except GitError:
            failures += 1
            link_packs(view, objects)  # the source may have packed its objects anew meanwhile
            if len(part) > 1 and failures <= _MOST_FAILURES:
                middle = len(part) // 2
                waiting += [part[middle:], part[:middle]]
            else:
                yield [Remerge(sha, None) for sha in part]


def _read(git_dir: Path, shas: Sequence[str]) -> Iterator[Remerge]:
    """Merges as two processes write them; raises GitError when one of them fails."""
    mark = secrets.token_hex(16)
    cut = len(shas) // 2 if len(shas) > _SHARD else len(shas)
    blocks = [block for block in (shas[:cut], shas[cut:]) if block]
    arguments = [*_LOG, f"--format={mark}S%H", "--end-of-options"]
    streams = [Stream(git_dir, arguments, "".join(f"{sha}\n" for sha in block).encode()) for block in blocks]
    tails = [bytearray() for _ in streams]
    for position, piece in read_together(streams):
        yield from _split(take_whole_records(tails[position], piece, mark), mark)
    for tail in tails:
        yield from _split(bytes(tail), mark)


def _split(whole: bytes, mark: str) -> Iterator[Remerge]:
    for record in whole.split(f"{mark}S".encode())[1:]:
        sha, _, told = record.partition(b"\0")
        rows, patch = _rows(told.removeprefix(b"\n"))
        files: dict[str, RemergedFile] = {}
        for file in _with_conflicts(rows, patch):
            files.setdefault(file.path, file)  # a damaged tree can hold a path twice
        yield Remerge(sha.strip().decode("ascii"), tuple(files.values()))


def _rows(told: bytes) -> tuple[list[RemergedFile], bytes]:
    """Files from raw rows and counts, and the patch that follows them."""
    tokens = _Tokens(told)
    changes = []
    while tokens.begins_with(b":"):
        kind = tokens.take().rpartition(b" ")[2][:1]
        old = tokens.take() if kind in b"RC" else None
        changes.append((kind, old, tokens.take()))
    files = []
    for kind, old, path in changes:
        added, deleted, name = tokens.take().split(b"\t", 2)
        if not name:
            _, name = tokens.take(), tokens.take()
        if name != path:
            raise broken_off("log")
        counts = (None, None) if added == b"-" else (int(added), int(deleted))
        old_path = None if old is None else _text(old)
        files.append(RemergedFile(_text(path), old_path, kind.decode("ascii"), *counts, None))
    return files, tokens.rest()


class _Tokens:
    """Tokens that each end with NUL, taken one by one: the patch behind them may hold NUL too."""

    def __init__(self, text: bytes) -> None:
        self._text, self._position = text, 0

    def begins_with(self, start: bytes) -> bool:
        """Whether the next token does."""
        return self._text.startswith(start, self._position)

    def take(self) -> bytes:
        """The next token; raises GitError when the text ends before it does."""
        end = self._text.find(b"\0", self._position)
        if end < 0:
            raise broken_off("log")
        token = self._text[self._position : end]
        self._position = end + 1
        return token

    def rest(self) -> bytes:
        """What no token was taken from."""
        return self._text[self._position :].lstrip(b"\0\n")


def _with_conflicts(files: Sequence[RemergedFile], patch: bytes) -> Iterator[RemergedFile]:
    """The files with their conflicts, then those that only had one."""
    kinds: dict[str, list[str]] = {}
    told: list[tuple[str, str]] = []
    binary, path = set(), ""
    for match in _HEAD.finditer(patch):
        if match["names"] is not None:
            path = _path(match["names"])
        elif match["binary"]:
            binary.add(path)
        else:
            kinds.setdefault(path, []).append(_text(match["kind"]))
            told.append((_text(match["words"]), _text(match["kind"])))
    for file in files:
        own = kinds.pop(file.path, None) or kinds.pop(file.old_path or "", None)
        # A rename shows up under several paths; its conflict is told under one and names the others.
        named = [kind for words, kind in told if file.path in words.split()]
        found = list(dict.fromkeys(own or named))
        yield replace(file, conflict_kind=", ".join(found) or None)
    for path, found in kinds.items():
        lines = None if path in binary else 0
        yield RemergedFile(path, None, None, lines, lines, ", ".join(dict.fromkeys(found)))


def _path(names: bytes) -> str:
    """The path behind `a/... b/...`, quoted by git when it holds a quote, a backslash or a control character.

    The two differ for a rename only; a rename's conflict is told of its new path or of none.
    """
    if names.endswith(b'"'):
        quoted = names[names.rindex(b' "', 0, -1) + 2 : -1] if b' "' in names else names[1:-1]
        return _text(unquoted(quoted)[2:])
    middle = len(names) // 2
    if names[2:middle] == names[middle + 3 :]:
        return _text(names[middle + 3 :])
    return _text(names.rpartition(b" b/")[2])


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")
