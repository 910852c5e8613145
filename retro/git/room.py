"""The room: a private bare repository that borrows a source's objects, and what is asked of it."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from retro.errors import GitError
from retro.git.places import Place, find_place, read_file, symbolic_target
from retro.git.process import Stream, check_version, read_together, run

_FIELDS = "%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x00"
_LOG = (
    "log", "--no-walk=unsorted", "--stdin", "-z", "--raw", "--numstat", "-M", "-l1000", "--root", "--diff-algorithm=myers",
    "--indent-heuristic", "--diff-merges=off", "-O/dev/null", "--no-relative", "--no-abbrev", "--no-mailmap", "--no-notes",
    "--no-decorate", "--no-ext-diff", "--no-textconv", "--no-color", "--no-show-signature", "--ignore-submodules=none",
    "--encoding=UTF-8",
)  # fmt: skip
_SHARD_COMMITS = 400  # below this a second process costs more than it saves
_USUAL_BRANCHES = ("main", "master", "trunk")


@dataclass(frozen=True)
class Commit:
    """A commit's place in the graph: id, parents, committer time in seconds since 1970 (None: unreadable)."""

    sha: str
    parents: tuple[str, ...]
    committed_at: int | None


@dataclass(frozen=True)
class Release:
    """A tag, the commit it stands for, and when it was made: seconds since 1970, None when the tag has no time of its own."""

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

    def default_branch(self, setting: str | None = None) -> tuple[str, str] | None:
        """Full name and commit of the branch that counts as landed; None in a repository without commits.

        The setting wins; then what origin calls its HEAD; then HEAD of a bare repository; then main, master or trunk; then
        HEAD. Where both the local branch and origin's copy exist, the one that is ahead counts; when they have parted, the
        local one. Raises GitError when the setting names no branch.
        """
        for name in [setting] if setting else self._branch_names():
            candidates = [
                ref for ref in (f"refs/heads/{name}", f"refs/remotes/origin/{name}", name) if ref in self.refs
            ]
            if candidates:
                ref = self._ahead(candidates)
                return ref, self.refs[ref]
        if setting:
            known = sorted(ref.removeprefix("refs/heads/") for ref in self.refs if ref.startswith("refs/heads/"))
            raise GitError(
                f"{self.place.git_dir}: no branch {setting!r}; branches there: {', '.join(known[:8]) or 'none'}; "
                "correct `branch` of this repository in retro.toml"
            )
        return None

    def peel(self, names: Iterable[str]) -> dict[str, str]:
        """Commit id for each ref of `names` that leads to a commit; the others are left out."""
        wanted = [name for name in names if name in self.refs]
        asked = "".join(f"{self.refs[name]}^{{commit}}\n" for name in wanted).encode()
        answers = self.run("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked).decode().splitlines()
        found = zip(wanted, (answer.split() for answer in answers), strict=True)
        return {name: answer[0] for name, answer in found if answer[1:] == ["commit"]}

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
        lines = self.run("rev-list", "--parents", "--timestamp", "--stdin", stdin=asked).decode().splitlines()
        return [Commit(words[1], tuple(words[2:]), read_time(words[0])) for words in map(str.split, lines)]

    def log(self, shas: Sequence[str]) -> Iterator["list[LogRecord]"]:
        """Metadata, trailers and changed files of the commits `shas`, in lists as git writes them.

        Two processes share the work in two contiguous blocks: neighbours share delta bases. Raises GitError, naming the
        object, when any of them breaks off.
        """
        mark = secrets.token_hex(16)
        cut = len(shas) // 2 if len(shas) > _SHARD_COMMITS else len(shas)
        blocks = [block for block in (shas[:cut], shas[cut:]) if block]
        arguments = [*_LOG, f"--format={mark}S{_FIELDS}{_trailers(mark)}%x00{mark}F", "--end-of-options"]
        streams = [Stream(self.path, arguments, "\n".join(block).encode()) for block in blocks]
        tails = [bytearray() for _ in streams]
        for position, piece in read_together(streams):
            whole = _whole_records(tails[position], piece, f"{mark}S".encode())
            if whole:
                yield split_records(whole, mark)
        for tail in tails:
            if tail:
                yield split_records(bytes(tail), mark)

    def _branch_names(self) -> list[str]:
        origin = symbolic_target(self.place.common_dir, "refs/remotes/origin/HEAD")
        head = (self.head_ref or "").removeprefix("refs/heads/")
        usual = list(_USUAL_BRANCHES)
        names = [
            (origin or "").removeprefix("refs/remotes/origin/"),
            *([head, *usual] if self.place.is_bare else [*usual, head]),
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
            end = output.index(b"\n", start)
            _, kind, size = output[start:end].split()
            body = output[end + 1 : end + 1 + int(size)]
            head = body.partition(b"\n\n")[0]
            tagger = re.search(rb"^tagger .*> (\d+)", head, re.MULTILINE) if kind == b"tag" else None
            times.append(read_time(tagger[1].decode()) if tagger else None)
            start = end + 2 + int(size)
        return times


LogRecord = tuple[list[str], list[tuple[str, str]], str]  # the 9 fields, trailers, the part with the files


def open_room(source: Path, rooms: Path, alternates: bool = False) -> Room:
    """The room for the repository at `source`, made below the folder `rooms` at the first call.

    Raises GitError when `source` is no repository, or borrows objects from elsewhere and `alternates` does not allow it.
    """
    place = find_place(source)
    if not alternates and read_file(place.objects / "info" / "alternates", 1 << 16):
        raise GitError(
            f"{source}: borrows objects from another repository (objects/info/alternates); "
            "if you trust that one too, set `alternates = true` for this repository in retro.toml"
        )
    some_id = next(iter(place.refs.values()), "0" * 40)
    object_format = "sha256" if len(some_id) == 64 else "sha1"
    path = rooms / f"{hashlib.sha256(str(place.objects).encode()).hexdigest()[:16]}.git"
    if not (path / "HEAD").is_file():
        check_version()
        path.parent.mkdir(parents=True, exist_ok=True)
        run(None, "init", "-q", "--bare", "--template=", f"--object-format={object_format}", str(path))
        (path / "objects" / "info").mkdir(exist_ok=True)
        (path / "objects" / "info" / "alternates").write_bytes(_quoted(place.objects) + b"\n")
    shallow = path / "shallow"
    if place.shallow:
        shallow.write_text("".join(f"{oid}\n" for oid in sorted(place.shallow)))
    else:
        shallow.unlink(missing_ok=True)
    return Room(path, place, object_format)


def read_time(text: str) -> int | None:
    """Seconds since 1970 from git's `%at`, None when there are none or the year has more than four digits."""
    if not text or not text.lstrip("-").isdigit() or len(text) > 12:
        return None
    seconds = int(text)
    return seconds if 0 <= seconds < 253_402_300_800 else None


def split_records(whole: bytes, mark: str) -> list[LogRecord]:
    """Records of a piece of log output that holds whole records only."""
    return [_record(text, mark) for text in whole.decode("utf-8", "backslashreplace").split(f"{mark}S")[1:]]


def _record(text: str, mark: str) -> LogRecord:
    head, _, files = text.partition(f"\0{mark}F")
    fields = head.split("\0", 9)
    trailers = [item.partition(f"{mark}k")[::2] for item in fields.pop().split(f"{mark}t") if item]
    return fields, trailers, files.lstrip("\0\n")


def _trailers(mark: str) -> str:
    return f"%(trailers:only=true,unfold=true,key_value_separator={mark}k,separator={mark}t)"


def _whole_records(tail: bytearray, piece: bytes, start: bytes) -> bytes:
    """Takes the records that are complete from `tail` + `piece` and leaves the last, still open one in `tail`."""
    searched = max(0, len(tail) - len(start))
    tail += piece
    end = tail.rfind(start, searched)
    if end <= 0:
        return b""
    whole = bytes(tail[:end])
    del tail[:end]
    return whole


def _quoted(path: Path) -> bytes:
    """The path as git wants it in an alternates file: in quotes when it starts with one or holds a newline."""
    raw = str(path).encode("utf-8", "surrogateescape")
    if raw.startswith(b'"') or b"\n" in raw or raw.startswith(b"#"):
        return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
    return raw
