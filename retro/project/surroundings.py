"""What `retro init` sees: the repositories around a folder, and their branches, releases, folders and scopes.

Everything is read through the private room (retro.git); a repository that cannot be read is still listed, with the
reason.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from retro.analyses.categories import declared_type
from retro.config.values import folder_name
from retro.errors import RepositoryError
from retro.git import Release, Room, open_room
from retro.git.room import read_time
from retro.sources.git_refs import release_refs

_LATEST_COMMITS, _LATEST_PATHS = 500, 5000
_LOCAL_ZONE = Path("/etc/localtime")
_PRE_RELEASE = re.compile(
    r"\d[._-]?(a|b|c|rc|alpha|beta|dev|pre|preview|nightly|canary|snapshot)[._-]?\d*$", re.IGNORECASE
)
_LONGEST_SCOPE = 40


@dataclass
class View:
    """One repository as far as it could be read; `problem` says why not further.

    `is_linked` tells a further work tree, whose objects are those of another clone.
    `paths` counts how often each path was changed by the latest commits, `scopes` the conventional scopes of their
    subjects; `files` holds all paths of the newest tree, `release_days` the UTC days of full releases in order.
    """

    path: Path
    name: str
    branch: str | None = None
    problem: str | None = None
    objects: Path | None = None
    is_linked: bool = False
    last_day: date | None = None
    tag_count: int = 0
    release_tags: list[str] = field(default_factory=list)
    release_days: list[date] = field(default_factory=list)
    subject_count: int = 0
    scopes: Counter[str] = field(default_factory=Counter)
    paths: Counter[str] = field(default_factory=Counter)
    files: set[str] = field(default_factory=set)


def find_repositories(root: Path) -> list[Path]:
    """The repository at `root`, else the clones directly below it, else the nearest repository above it."""
    if _is_repository(root):
        return [root]
    below = sorted(entry for entry in root.iterdir() if entry.name.strip() and _is_repository(entry))
    return below or [folder for folder in root.parents if _is_repository(folder)][:1]


def is_git_folder(folder: Path) -> bool:
    """Whether git's own files lie in it: a bare repository, or the folder `.git` of a clone."""
    return all(os.path.exists(folder / name) for name in ("HEAD", "objects", "refs"))


def view_repository(path: Path, rooms: Path) -> View:
    """What can be seen of the repository at `path`; the room for it is made below the folder `rooms`."""
    view = View(path, _printable(folder_name(path)) or "repository")
    try:
        room = open_room(path, rooms)
        view.objects, view.is_linked = room.place.objects, room.place.git_dir != room.place.common_dir
        _see_branch(view, room)
        _see_releases(view, room)
    except (RepositoryError, OSError) as error:
        view.problem = str(error)
    return view


def without_twins(views: Iterable[View]) -> list[View]:
    """The views without further work trees of a repository, or links to it, that another view shows already."""
    shown: dict[Path, View] = {}
    for view in sorted(views, key=lambda view: (view.is_linked, view.path.is_symlink())):
        shown.setdefault(view.objects or view.path, view)
    return sorted(shown.values(), key=lambda view: view.path)


def local_timezone() -> str:
    """The machine's time zone as an IANA name: from TZ, else from the link /etc/localtime, else UTC."""
    linked = os.path.realpath(_LOCAL_ZONE).partition("/zoneinfo/")[2]
    for key in (os.environ.get("TZ", "").removeprefix(":"), linked.removeprefix("posix/").removeprefix("right/")):
        try:
            return ZoneInfo(key).key
        except (LookupError, ValueError, OSError):
            continue
    return "UTC"


def _is_repository(folder: Path) -> bool:
    """Whether it looks like a clone or a bare repository; whether it can be read is seen later."""
    return os.path.lexists(folder / ".git") or is_git_folder(folder)


def _see_branch(view: View, room: Room) -> None:
    found = room.default_branch()
    if found is None:
        view.problem = "it has no commit yet"
        return
    ref, sha = found
    view.branch = ref.removeprefix("refs/heads/").removeprefix("refs/remotes/origin/")
    latest = _log(room, sha, "--format=%ct %s")
    seconds = [read_time(line.partition(" ")[0]) for line in latest]
    view.last_day = max((datetime.fromtimestamp(one, UTC).date() for one in seconds if one is not None), default=None)
    view.subject_count = len(latest)
    view.scopes = Counter(scope for line in latest for scope in _scopes(line.partition(" ")[2]))
    changed = Counter(_log(room, sha, "--format=", "--name-only", "--no-renames"))
    view.paths = Counter(dict(changed.most_common(_LATEST_PATHS)))
    view.files = set(_texts(room.run("ls-tree", "-r", "-z", "--name-only", sha)))


def _see_releases(view: View, room: Room) -> None:
    view.tag_count = sum(ref.startswith("refs/tags/") for ref in room.refs)
    releases = room.releases(release_refs(room.refs, None))
    view.release_tags = [release.tag for release in releases]
    full = [release for release in releases if not _PRE_RELEASE.search(release.tag)]
    view.release_days = sorted(set(_release_days(room, full)))


def _release_days(room: Room, releases: Iterable[Release]) -> Iterator[date]:
    """The day of each release, of its commit where the tag has no time of its own."""
    plain = [release.sha for release in releases if release.tagged_at is None]
    asked = "".join(f"{sha}\n" for sha in plain).encode()
    lines = room.run("log", "--no-walk=unsorted", "--stdin", "--format=%ct", stdin=asked) if plain else b""
    times = [release.tagged_at for release in releases] + [read_time(line) for line in lines.decode().splitlines()]
    return (datetime.fromtimestamp(seconds, UTC).date() for seconds in times if seconds is not None)


def _log(room: Room, sha: str, *options: str) -> list[str]:
    limit = f"--max-count={_LATEST_COMMITS}"
    return _texts(room.run("log", limit, "-z", "--no-show-signature", *options, "--end-of-options", sha, "--"))


def _texts(output: bytes) -> list[str]:
    """The parts of an output with NUL between them; what is not UTF-8 becomes surrogates, which are not printable."""
    parts = (part.strip(b"\n") for part in output.split(b"\0"))
    return [part.decode("utf-8", "surrogateescape") for part in parts if part]


def _scopes(subject: str) -> list[str]:
    """The scopes that a conventional subject names: `feat(api, web): ...` has two."""
    names = (_printable(part).lower() for part in (declared_type(subject)[1] or "").split(","))
    return [name for name in names if 0 < len(name) <= _LONGEST_SCOPE]


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable()).strip()
