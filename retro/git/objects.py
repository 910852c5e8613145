"""The objects of a source in a git directory of their own, where git can read all of them and touches none.

A git that is to write an object which is there already sets the time of the file that holds it to now instead, be it a
loose object or a whole pack, and be it only borrowed (alternates). No setting turns that off, and the owner of a file may set
its time even where writing is forbidden. A git that makes merges again therefore works in a directory laid out like this:

    objects/pack/pack-1a2b.pack      a link to the source's
    objects/pack/pack-1a2b.idx       a link to the source's
    objects/pack/pack-1a2b.mtimes    empty; by it git (2.37 or newer) takes the pack for one of discarded objects, whose
                                     time it never sets: it writes the object beside it
    objects/0f/0d1e29...             a copy of a loose object, so that the time that is set is the copy's

Loose objects are few: git packs them beyond some thousands. Copies stay for the next run and go when the source packs them.

Nearly all that git makes when it merges again is there already, so that writing it beside costs more than the merging: 53 of 73
seconds for 12,141 merges of sympy. For many merges the packs themselves are copied, for as long as it takes, and git sets the
time of the copies.
"""

import os
import re
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from retro.errors import GitError
from retro.git.places import read_file

_FOLDER, _REST = re.compile(r"[0-9a-f]{2}"), re.compile(r"[0-9a-f]{38}(?:[0-9a-f]{24})?")
_PACK = re.compile(r"(pack-[0-9a-f]{40}(?:[0-9a-f]{24})?)\.idx")
_MOST_STEPS = 5  # of folders that borrow from others, as git follows them
_ALTERNATES_BYTES = 1 << 16
_BYTES_A_MERGE = 1 << 20  # to copy so much takes about as long as to write what one merge makes
_FREE_SHARE = 0.25  # of the disk that copies may take
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_ESCAPED = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def lay_out(room: Path, objects: Path) -> Path:
    """The git directory inside the room at `room` that has the objects of the folder `objects`, brought up to date.

    Raises GitError when it cannot be written.
    """
    view = room / "untouched.git"
    with _named(view):
        _furnish(room, view)
        link_packs(view, objects)
        _copy_loose(view / "objects", _folders(objects))
    return view


def link_packs(view: Path, objects: Path) -> None:
    """Links the packs that the source has now: a source that packs anew takes the old ones away."""
    packs = view / "objects" / "pack"
    wanted: dict[str, Path] = {}
    for folder in _folders(objects):
        for name in _names(folder / "pack"):
            if match := _PACK.fullmatch(name):
                wanted |= {f"{match[1]}{end}": folder / "pack" / f"{match[1]}{end}" for end in (".pack", ".idx")}
                wanted[f"{match[1]}.mtimes"] = Path(os.devnull)
    for name in set(_names(packs)) - wanted.keys():
        (packs / name).unlink()
    # The index comes last, since git looks for the other two when it finds one.
    for name in sorted(wanted, key=lambda name: (name.endswith(".idx"), name)):
        if not os.path.islink(packs / name):
            (packs / name).unlink(missing_ok=True)  # a copy that a killed run has left
            os.symlink(wanted[name], packs / name)


@contextmanager
def copied_packs(view: Path, objects: Path, merge_count: int) -> Iterator[None]:
    """Packs of the view are copies inside the block, where so many merges repay that and the disk has room for it.

    Raises GitError when it cannot be written.
    """
    packs = sorted((view / "objects" / "pack").glob("*.pack"))
    with suppress(OSError):  # a full disk, or a pack that is gone: what is still a link works too
        if sum(pack.stat().st_size for pack in packs) <= _most_bytes(view, merge_count):
            for pack in packs:
                _copy_pack(pack)
    try:
        yield
    finally:
        with _named(view):
            link_packs(view, objects)


@contextmanager
def _named(view: Path) -> Iterator[None]:
    """Names the file that cannot be read or written."""
    try:
        yield
    except OSError as error:
        what = f"{error.filename or view}: cannot be read or written ({error.strerror})"
        raise GitError(f"{what}; check permissions and free space of {view.parent}") from error


def _most_bytes(view: Path, merge_count: int) -> float:
    return min(merge_count * _BYTES_A_MERGE, shutil.disk_usage(view).free * _FREE_SHARE)


def _copy_pack(pack: Path) -> None:
    """Puts a copy in the place of a link; without the mark beside it git takes it for a pack like others."""
    copy = pack.with_suffix(".copy")
    try:
        shutil.copyfile(pack, copy)
        os.replace(copy, pack)
        pack.with_suffix(".mtimes").unlink()
    finally:
        copy.unlink(missing_ok=True)


def unquoted(raw: bytes) -> bytes:
    """Bytes of what git wrote in quotes, the quotes taken off already."""
    return _ESCAPE.sub(_unescaped, raw)


def _furnish(room: Path, view: Path) -> None:
    """The files without which git takes no folder for a repository; format and shallow boundary are the room's."""
    for folder in ("refs", "objects/info", "objects/pack"):
        (view / folder).mkdir(parents=True, exist_ok=True)
    for name in ("config", "HEAD", "shallow"):
        if (room / name).is_file():
            shutil.copyfile(room / name, view / name)
        else:
            (view / name).unlink(missing_ok=True)
    for left_behind in (view / "objects").glob("tmp_*"):  # by a git, or a run, that was killed
        shutil.rmtree(left_behind, ignore_errors=True)


def _folders(objects: Path) -> list[Path]:
    """The folder and those that it borrows from, directly or by another one."""
    found, fresh = [objects], [objects]
    for _ in range(_MOST_STEPS):
        fresh = [folder for each in fresh for folder in _borrowed(each) if folder not in found]
        found += fresh
    return list(dict.fromkeys(found))


def _borrowed(objects: Path) -> list[Path]:
    lines = (read_file(objects / "info" / "alternates", _ALTERNATES_BYTES) or "").splitlines()
    names = [line for line in lines if line and not line.startswith("#")]
    return [(objects / _name(line)).resolve() for line in names]


def _name(line: str) -> str:
    return os.fsdecode(unquoted(line[1:-1].encode())) if line.startswith('"') and line.endswith('"') else line


def _copy_loose(target: Path, folders: Sequence[Path]) -> None:
    wanted = {name: path for folder in reversed(folders) for name, path in _loose(folder)}
    there = dict(_loose(target))
    for name in there.keys() - wanted.keys():
        there[name].unlink()
    scrap = target / "tmp_copies"
    scrap.mkdir()
    for name in sorted(wanted.keys() - there.keys()):
        with suppress(FileNotFoundError):  # packed meanwhile
            shutil.copyfile(wanted[name], scrap / "copy", follow_symlinks=False)
            (target / name).parent.mkdir(exist_ok=True)
            os.replace(scrap / "copy", target / name)
    scrap.rmdir()


def _loose(folder: Path) -> Iterator[tuple[str, Path]]:
    """Loose objects by name (two digits, a slash, the others); what is no plain file is none."""
    for first in _names(folder):
        for rest in _names(folder / first) if _FOLDER.fullmatch(first) else ():
            path = folder / first / rest
            with suppress(FileNotFoundError):
                if _REST.fullmatch(rest) and stat.S_ISREG(os.lstat(path).st_mode):
                    yield f"{first}/{rest}", path


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8) & 255]) if len(code) == 3 else _ESCAPED.get(code, code)
