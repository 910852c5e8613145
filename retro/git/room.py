"""The room: a private bare repository that borrows a source's objects, and what is asked of it."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from retro.errors import GitError
from retro.git.log import LogPiece, read_log
from retro.git.places import Place, find_place, read_file, symbolic_target
from retro.git.process import check_version, run
from retro.git.records import broken_off, read_time

_USUAL_BRANCHES = ("main", "master", "trunk")
_SHOWN_BRANCHES = 8
_ANSWER_BYTES = 256  # more than the first line of any answer of cat-file
_TAGGER = re.compile(rb"^tagger .*> (\d+)", re.MULTILINE)


class Commit(NamedTuple):
    """A commit's place in the graph: id, parents, committer time in seconds since 1970 (None: unreadable)."""

    sha: str
    parents: tuple[str, ...]
    committed_at: int | None


@dataclass(frozen=True)
class Release:
    """A tag, the commit it stands for, and when it was made: seconds since 1970, None when it has no time of its own."""

    tag: str
    sha: str
    tagged_at: int | None


@dataclass(frozen=True)
class Room:
    """A source seen through its private bare repository at `path`."""

    path: Path
    place: Place
    object_format: str

    @property
    def refs(self) -> dict[str, str]:
        """Full ref names and their object ids; a tag's id may be that of a tag object."""
        return self.place.refs

    @property
    def head_ref(self) -> str | None:
        """The ref that HEAD names, None when it is detached."""
        return self.place.head_ref

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Whole output of one git call in the room."""
        return run(self.path, *arguments, stdin=stdin)

    def branch_candidates(self, setting: str | None = None) -> list[str]:
        """Full names of the refs of which `default_branch` takes one, found without git; none without any branch.

        Raises GitError when the setting names no branch, or when there are branches and none of them is the usual one.
        """
        for name in [setting] if setting else self._branch_names():
            possible = (f"refs/heads/{name}", f"refs/remotes/origin/{name}", name)
            if found := [ref for ref in possible if ref in self.refs]:
                return found
            if damaged := [ref for ref in possible if ref in self.place.broken_refs]:
                raise GitError(f"{self.place.git_dir}: {damaged[0]} holds no object id; run `git fsck` in it")
        known = sorted(ref for ref in self.refs if ref.startswith(("refs/heads/", "refs/remotes/")))
        if not setting and not known:
            return []
        head = f"{self.head_ref!r}, which is not there" if self.head_ref else "no branch"
        what = f"no branch {setting!r}" if setting else f"HEAD names {head}"
        there = ", ".join(ref.removeprefix("refs/heads/") for ref in known[:_SHOWN_BRANCHES])
        raise GitError(
            f"{self.place.git_dir}: {what}; branches there: {there or 'none'}; "
            f"{'correct' if setting else 'set'} `branch` of this repository in retro.toml"
        )

    def default_branch(self, setting: str | None = None) -> tuple[str, str] | None:
        """Full name and commit of the branch that counts as landed; None in a repository without commits.

        The setting wins; then what origin calls its HEAD; then HEAD of a bare repository; then main, master or trunk;
        then HEAD. Where both the local branch and origin's copy exist, the one that is ahead counts; when they have
        parted, the local one. Raises GitError when there is no such branch, or when it leads to no commit.
        """
        candidates = self.branch_candidates(setting)
        if not candidates:
            return None
        ref = self._ahead(candidates)
        commits = _commits([ref], self._peeled([ref]))
        if ref not in commits:
            raise GitError(
                f"{self.place.git_dir}: {ref} names {self.refs[ref]}, which is missing, damaged or no commit; "
                "run `git fsck` in it, or clone it again"
            )
        return ref, commits[ref]

    def peel(self, names: Iterable[str]) -> dict[str, str]:
        """Commit id for each ref of `names` that leads to a commit; the others, damaged ones too, are left out."""
        wanted = [name for name in names if name in self.refs]
        try:
            answers = self._peeled(wanted)
        except GitError:  # one damaged object ends the answers to all: it is looked for in the halves
            half = len(wanted) // 2
            return self.peel(wanted[:half]) | self.peel(wanted[half:]) if half else {}
        return _commits(wanted, answers)

    def releases(self, names: Sequence[str]) -> list[Release]:
        """Tags (full ref names) that lead to a commit, with the tagger's time where there is one."""
        commits = self.peel(names)
        times = dict(zip(commits, self._tagger_times([self.refs[name] for name in commits]), strict=True))
        return [Release(name.removeprefix("refs/tags/"), sha, times[name]) for name, sha in commits.items()]

    def graph(self, tips: Iterable[str]) -> list[Commit]:
        """Every commit that `tips` reach, newest first; parents beyond a shallow boundary are left out."""
        asked = "".join(f"{sha}\n" for sha in sorted(set(tips))).encode()
        if not asked:
            return []
        lines = _lines("rev-list", self.run("rev-list", "--parents", "--timestamp", "--stdin", stdin=asked))
        commits = [Commit(words[1], tuple(words[2:]), read_time(words[0])) for words in map(str.split, lines)]
        undated = self._unreadable([commit.sha for commit in commits if commit.committed_at == 0])
        return [commit._replace(committed_at=None) if commit.sha in undated else commit for commit in commits]

    def log(self, shas: Sequence[str], mark: str) -> Iterator[LogPiece]:
        """Metadata, trailers and changed files of the commits `shas`, as retro.git.records spells them with this mark.

        A file whose content is missing or damaged is named, not fatal. Raises GitError, naming the object, when git breaks
        off for any other reason.
        """
        return read_log(self.path, shas, mark)

    def _peeled(self, names: list[str]) -> bytes:
        """What cat-file says of the commit that each ref leads to, a line each."""
        asked = "".join(f"{self.refs[name]}^{{commit}}\n" for name in names).encode()
        return self.run("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked)

    def _unreadable(self, shas: list[str]) -> set[str]:
        """Those of `shas` that have no readable committer time, which rev-list gives as 0, the first second of 1970."""
        if not shas:
            return set()
        output = self.run("log", "--no-walk=unsorted", "--stdin", "--format=%H %ct", stdin="\n".join(shas).encode())
        return {words[0] for words in map(str.split, _lines("log", output)) if len(words) == 1}

    def _branch_names(self) -> list[str]:
        origin = symbolic_target(self.place.common_dir, "refs/remotes/origin/HEAD")
        head = (self.head_ref or "").removeprefix("refs/heads/")
        usual = list(_USUAL_BRANCHES)
        names = [
            (origin or "").removeprefix("refs/remotes/origin/"),
            *([head, *usual] if self.place.is_bare else [*usual, head]),
            "HEAD",
        ]
        return [name for name in names if name]

    def _ahead(self, candidates: list[str]) -> str:
        first, *others = candidates
        for other in others:
            if self.refs[first] != self.refs[other] and self._is_ancestor(self.refs[first], self.refs[other]):
                return other
        return first

    def _is_ancestor(self, older: str, newer: str) -> bool:
        try:
            return not self.run("rev-list", "--max-count=1", older, f"^{newer}", "--")
        except GitError:  # one of them is not in the objects: then it cannot be the one to count
            return False

    def _tagger_times(self, object_ids: list[str]) -> list[int | None]:
        """Tagger time of each object, None for what is not a tag object or has no readable time."""
        output = self.run("cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in object_ids).encode())
        times, start = [], 0
        for _ in object_ids:
            head, line_end, _ = output[start : start + _ANSWER_BYTES].partition(b"\n")
            words = head.split()
            if not line_end or len(words) != 3:
                raise broken_off("cat-file")
            body, start = start + len(head) + 1, start + len(head) + int(words[2]) + 2
            tagger = _TAGGER.search(output[body:start].partition(b"\n\n")[0]) if words[1] == b"tag" else None
            times.append(read_time(tagger[1].decode()) if tagger else None)
        if len(output) != start:
            raise broken_off("cat-file")
        return times


def _commits(names: list[str], answers: bytes) -> dict[str, str]:
    """Commit id for each of `names` whose answer by cat-file tells one."""
    lines = _lines("cat-file", answers)
    if len(lines) != len(names):
        raise broken_off("cat-file")
    found = zip(names, map(str.split, lines), strict=True)
    return {name: words[0] for name, words in found if words[1:] == ["commit"]}


def _lines(what: str, output: bytes) -> list[str]:
    """Lines of what `git what` said; raises GitError when the last one does not end."""
    *lines, rest = output.decode("utf-8", "backslashreplace").split("\n")
    if rest:
        raise broken_off(what)
    return lines


def open_room(source: Path, rooms: Path, alternates: bool = False) -> Room:
    """The room for the repository at `source`, made below the folder `rooms` at the first call.

    Raises GitError when `source` is no repository, when it borrows objects from elsewhere and `alternates` does not
    allow it, or when the room cannot be written.
    """
    place = find_place(source)
    if read_file(place.objects / "info" / "alternates", 1 << 16) and not alternates:
        raise GitError(
            f"{source}: borrows objects from another repository (objects/info/alternates); "
            "if you trust that one too, set `alternates = true` for this repository in retro.toml"
        )
    object_format = _object_format(place)
    name = hashlib.sha256(f"{place.objects} {object_format}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
    room = Room(rooms / f"{name}.git", place, object_format)
    try:
        _furnish(room)
    except OSError as error:
        raise GitError(
            f"{room.path}: cannot be written ({error.strerror}); check the permissions of {rooms}"
        ) from error
    return room


def _object_format(place: Place) -> str:
    """sha256 when most of the ids are that long: a single bad ref must not decide it."""
    long = sum(len(oid) == 64 for oid in place.refs.values())
    return "sha256" if long > len(place.refs) / 2 else "sha1"


def _furnish(room: Room) -> None:
    """Makes the repository of a room; the borrowed objects come last and at once, so that half a room is made again."""
    borrowed, shallow = room.path / "objects" / "info" / "alternates", room.path / "shallow"
    if not borrowed.is_file():
        check_version()
        room.path.parent.mkdir(parents=True, exist_ok=True)
        run(None, "init", "-q", "--bare", "--template=", f"--object-format={room.object_format}", str(room.path))
        borrowed.parent.mkdir(exist_ok=True)
        written = borrowed.with_name("new")
        written.write_bytes(_quoted(room.place.objects) + b"\n")
        os.replace(written, borrowed)
    if room.place.shallow:
        shallow.write_text("".join(f"{oid}\n" for oid in sorted(room.place.shallow)))
    else:
        shallow.unlink(missing_ok=True)


def _quoted(path: Path) -> bytes:
    """The path as git wants it in an alternates file: in quotes when it starts with one or holds a newline."""
    raw = str(path).encode("utf-8", "surrogateescape")
    if raw.startswith(b'"') or b"\n" in raw or raw.startswith(b"#"):
        return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
    return raw
