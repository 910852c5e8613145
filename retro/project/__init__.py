"""The two verbs about a project as a whole: `init` writes its retro.toml, `doctor` tells how it is."""

import os
import shlex
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from retro.config import FILE_NAME, parse_settings
from retro.errors import UsageError
from retro.project.doctor import Check, doctor
from retro.project.proposal import propose
from retro.project.surroundings import (
    View,
    find_repositories,
    is_git_folder,
    local_timezone,
    view_repository,
    without_twins,
)

__all__ = ["Check", "Written", "doctor", "init"]


@dataclass(frozen=True)
class Written:
    """The file that `init` wrote, and a line about each repository that it found."""

    file: Path
    notes: tuple[str, ...]


def init(root: Path, now: datetime | None = None) -> Written:
    """Writes a commented retro.toml into the folder `root` from the repositories at, below or above it.

    The file appears whole or not at all. A repository that cannot be read is listed in it with the reason. UsageError
    when there is a file of that name, no repository, or no way to write.
    """
    folder = Path(os.path.realpath(root))
    file = folder / FILE_NAME
    if os.path.lexists(file):
        raise UsageError(f"{file}: is already there and is never overwritten; edit it, or move it away first")
    views = _look_around(folder)
    timezone = local_timezone()
    today = (now or datetime.now(UTC)).astimezone(ZoneInfo(timezone)).date()
    source = propose(folder, views, timezone, today).encode()
    parse_settings(source, file)
    _write_new(file, source)
    return Written(file, tuple(map(_note, views)))


def _look_around(folder: Path) -> list[View]:
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; make it first, or go to the folder of a clone")
    if is_git_folder(folder):  # settings, warehouse and pages would lie among git's own files
        raise UsageError(
            f"{folder}: holds git's own files, and Retro writes nothing there; run `retro init` {_beside(folder)}"
        )
    try:
        paths = find_repositories(folder)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be looked through ({error.strerror}); mend its permissions") from error
    if not paths:
        raise UsageError(f"{folder}: no git repository here, directly below or above; run `retro init` in a clone")
    with tempfile.TemporaryDirectory(prefix="retro-init-") as rooms:
        views = without_twins(view_repository(path, Path(rooms)) for path in paths)
    return list(_with_own_names(views))


def _beside(folder: Path) -> str:
    """Where the settings of a repository without a work tree go."""
    if folder.name == ".git":
        return f"in {folder.parent}"
    return f"in the folder above, or in a folder that holds a link to it (`ln -s {shlex.quote(str(folder))}`)"


def _with_own_names(views: list[View]) -> Iterator[View]:
    """The views, with a number behind a name that an earlier one has."""
    taken: set[str] = set()
    for view in views:
        name, number = view.name, 2
        while view.name.casefold() in taken:
            view.name, number = f"{name}-{number}", number + 1
        taken.add(view.name.casefold())
        yield view


def _write_new(file: Path, source: bytes) -> None:
    """Puts the whole file in place by a link, which fails, unlike a rename, when there is one already."""
    copy = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with open(copy, "xb") as stream:
            stream.write(source)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(copy, file)
    except FileExistsError as error:
        raise UsageError(
            f"{file}: is already there and is never overwritten; edit it, or move it away first"
        ) from error
    except OSError as error:
        raise UsageError(
            f"{file}: cannot be written ({error.strerror}); check the permissions of {file.parent}"
        ) from error
    finally:
        copy.unlink(missing_ok=True)


def _note(view: View) -> str:
    if view.problem:
        return f"{view.name}: {view.path}: {view.problem}"
    releases = len(view.release_tags)
    return f"{view.name}: {view.path}, branch {view.branch}, last commit {view.last_day}, {releases} release tags"
