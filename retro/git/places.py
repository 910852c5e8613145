"""Where a repository keeps its things, and what its refs say, read as text.

A git directory looks like this (only what is read here):

    HEAD              ref: refs/heads/main                            (an object id when detached)
    packed-refs       ae1b9f66238f75ced3ced5e4485408435de10768 refs/tags/v1.0
                      ^ca097c96f97d8d2a5da09b8ca736c7e78a2467f6        (what the tag above stands for)
    refs/heads/main   ae1b9f66238f75ced3ced5e4485408435de10768
    shallow           def4778d622e8bf49a9fea4dda78cca4cf666d8a
    commondir         ../..                                            (in a linked work tree)
    objects/

Every file is opened without following a link and without blocking, must be a regular file and has a size limit: a FIFO
called HEAD would otherwise stop the run for good.
"""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from retro.errors import GitError

_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SMALL, _MEDIUM, _LARGE = 1 << 16, 1 << 24, 1 << 30
_SYMBOLIC_STEPS = 5  # as many as git follows


@dataclass(frozen=True)
class Place:
    """A repository found on disk.

    `git_dir` is its own folder, `common_dir` the one with objects and refs (they differ in a linked work tree). `refs`
    maps full names to object ids as written (tags not resolved); a detached HEAD is among them as HEAD. `broken_refs`
    holds the names that no id could be read for. `head_ref` is the ref that HEAD names, None when detached; `is_bare`
    says that there is no work tree around it; `remote_url` may hold a password.
    """

    git_dir: Path
    common_dir: Path
    refs: dict[str, str]
    broken_refs: tuple[str, ...]
    head_ref: str | None
    shallow: frozenset[str]
    is_bare: bool
    remote_url: str | None

    @property
    def objects(self) -> Path:
        """The folder with the objects, links resolved."""
        return (self.common_dir / "objects").resolve()


def find_place(path: Path) -> Place:
    """The repository at `path`: a clone, a linked work tree or a bare repository.

    Raises GitError when there is none, when it is of a kind that cannot be read as text (reftable), or when one of the
    files named above is not a plain file.
    """
    try:
        return _place(path)
    except OSError as error:
        raise GitError(f"{error.filename or path}: cannot be read ({error.strerror}); check the permissions") from error


def read_file(path: Path, limit: int) -> str | None:
    """Text of a regular file of at most `limit` bytes, None when there is none; never follows a link, never blocks."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise GitError(
            f"{path}: cannot be opened ({error.strerror}); a repository's files must be plain files"
        ) from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise GitError(f"{path}: is not a plain file; the repository is left unread")
        if status.st_size > limit:
            raise GitError(
                f"{path}: has {status.st_size:,} bytes, more than the limit of {limit:,}; the repository is left unread"
            )
        return file.read(limit).decode("utf-8", "backslashreplace")


def symbolic_target(common: Path, name: str) -> str | None:
    """Name that the symbolic ref `name` points at, None when it is not one."""
    text = _loose(common / name)
    return text[4:].strip() if text and text.startswith("ref:") else None


def _place(path: Path) -> Place:
    if not path.exists():
        raise GitError(f"{path}: no such folder; correct `path` in retro.toml or clone the repository there")
    git_dir = _git_dir(path)
    common = _pointed_at(git_dir / "commondir", git_dir, prefix="") or git_dir
    if not (common / "objects").is_dir() or not os.path.lexists(git_dir / "HEAD"):
        raise GitError(f"{path}: not a git repository; name a clone or a bare repository in retro.toml")
    if (common / "reftable").is_dir():
        raise GitError(
            f"{path}: refs are kept as reftable, which cannot be read yet; `git clone --mirror` it and name the copy"
        )
    refs, broken = _refs(common)
    head = (read_file(git_dir / "HEAD", _SMALL) or "").strip()
    shallow = (read_file(common / "shallow", _LARGE) or "").split()
    return Place(
        git_dir=git_dir,
        common_dir=common,
        refs=refs | ({"HEAD": head} if _ID.fullmatch(head) else {}),
        broken_refs=broken,
        head_ref=head[4:].strip() if head.startswith("ref:") else None,
        shallow=frozenset(oid for oid in shallow if _ID.fullmatch(oid)),
        is_bare=git_dir == path.resolve() and git_dir.name != ".git",
        remote_url=_remote_url(common),
    )


def _remote_url(common: Path) -> str | None:
    """Address of the remote origin as the configuration spells it; only this one line is ever taken from there."""
    text = read_file(common / "config", _MEDIUM) or ""
    found = re.search(
        r'^\[remote "origin"\]\s*\n(?:[ \t]+(?!url\b).*\n)*[ \t]+url[ \t]*=[ \t]*(\S+)', text, re.MULTILINE
    )
    return found[1] if found else None


def _git_dir(path: Path) -> Path:
    inside = path / ".git"
    if inside.is_dir():
        return inside.resolve()
    return _pointed_at(inside, path, prefix="gitdir:") or path.resolve()


def _pointed_at(pointer: Path, base: Path, prefix: str) -> Path | None:
    """The folder that a pointer file (`gitdir: X`, `commondir`) names, None without such a file."""
    if pointer.is_dir() or (text := read_file(pointer, _SMALL)) is None or not text.startswith(prefix):
        return None
    return (base / text.removeprefix(prefix).strip()).resolve()


def _refs(common: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """Ids by ref name, and the names of refs without a readable one; a loose ref counts before a packed one.

    Loose refs are read first, as git does: one that a running git packs meanwhile is then found in both places, not in
    neither.
    """
    loose: dict[str, str] = {}
    symbolic: dict[str, str] = {}
    damaged: list[str] = []
    for path in _loose_files(common):
        name = os.fsencode(path.relative_to(common)).decode("utf-8", "backslashreplace")
        if (value := _loose(path)) is None:
            continue
        if value.startswith("ref:"):
            symbolic[name] = value[4:].strip()
        elif value:
            loose[name] = value
        else:
            damaged.append(name)
    packed, cut = _packed(common)
    refs = {name: oid for name, oid in packed.items() if name not in damaged and name not in symbolic} | loose
    return refs | _resolved(symbolic, refs), tuple(sorted(damaged + cut))


def _packed(common: Path) -> tuple[dict[str, str], list[str]]:
    refs, broken = {}, []
    for line in (read_file(common / "packed-refs", _LARGE) or "").split("\n"):
        oid, _, name = line.partition(" ")
        if name.startswith("refs/") and _ID.fullmatch(oid):
            refs[name] = oid
        elif line and line[0] not in "#^":  # the head line, and what the tag above stands for
            broken.append(name or line)
    return refs, broken


def _loose_files(common: Path) -> Iterator[Path]:
    """Files below refs/ but for the locks of a running git. Raises OSError for a folder that may not be listed."""

    def stop(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # a running git takes empty folders away
            raise error

    for folder, _, files in os.walk(common / "refs", onerror=stop):
        yield from (Path(folder, file) for file in files if not file.endswith(".lock"))


def _loose(path: Path) -> str | None:
    """Object id or `ref: ...` of a loose ref, empty when it holds neither, None when it is not there."""
    try:
        text = read_file(path, _SMALL)
    except GitError:
        return ""
    if text is None:
        return None
    value = text.strip()
    return value if value.startswith("ref:") or _ID.fullmatch(value) else ""


def _resolved(symbolic: dict[str, str], refs: dict[str, str]) -> dict[str, str]:
    """The id that each symbolic ref leads to; one that leads nowhere is left out."""
    found = {}
    for name, target in symbolic.items():
        for _ in range(_SYMBOLIC_STEPS):
            target = symbolic.get(target, target)
        if target in refs:
            found[name] = refs[target]
    return found
