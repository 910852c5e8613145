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
"""

import os
import re
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from retro.errors import GitError
from retro.git.places import read_file

_FOLDER, _REST = re.compile(r"[0-9a-f]{2}"), re.compile(r"[0-9a-f]{38}(?:[0-9a-f]{24})?")
_PACK = re.compile(r"(pack-[0-9a-f]{40}(?:[0-9a-f]{24})?)\.idx")
_MOST_STEPS = 5  # of folders that borrow from others, as git follows them
_ALTERNATES_BYTES = 1 << 16
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_ESCAPED = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def lay_out(room: Path, objects: Path) -> Path:
    """The git directory inside the room at `room` that has the objects of the folder `objects`, brought up to date.

    Raises GitError when it cannot be written.
    """
    view = room / "untouched.git"
    try:
        _furnish(room, view)
        link_packs(view, objects)
        _copy_loose(view / "objects", _folders(objects))
    except OSError as error:
        what = f"{error.filename or view}: cannot be read or written ({error.strerror})"
        raise GitError(f"{what}; check permissions and free space of {room}") from error
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
        if not os.path.lexists(packs / name):
            os.symlink(wanted[name], packs / name)


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
