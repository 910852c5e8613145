"""Which configured repository a working directory belongs to, and how a path of a session is written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_HOME = re.compile(r"(?:/home|/Users|/var/home|[A-Za-z]:[\\/]Users)[\\/][^\\/]+|/root(?=/|$)")


@dataclass(frozen=True)
class Checkouts:
    """Working copies on this machine: absolute folder -> repository; `fallback` is what the settings say of all others."""

    folders: Mapping[str, str]
    fallback: str | None = None
    _known: dict[str, tuple[str, str] | None] = field(default_factory=dict)

    def find(self, folder: str) -> tuple[str, str] | None:
        """Repository and root of the working copy that holds `folder`, the innermost; None outside of all.

        Below the settings' own word for transcripts from elsewhere, the folder itself counts as the root.
        """
        if folder not in self._known:
            inside = max((root for root in self.folders if is_inside(folder, root)), key=len, default=None)
            if inside is not None:
                self._known[folder] = (self.folders[inside], inside)
            else:
                self._known[folder] = (self.fallback, folder) if self.fallback else None
        return self._known[folder]

    def mentioned(self, content: bytes) -> bool:
        """Whether any of the working copies is named in `content` at all: a quick look before a slow one."""
        return any(root.encode() in content for root in self.folders)

    def relative(self, path: str, root: str | None) -> str:
        """`path` from the working copy that holds it, else from `root`, else with `~` for anybody's home directory."""
        if not _is_absolute(path):
            return path.removeprefix("./")
        inside = max((one for one in self.folders if is_inside(path, one)), key=len, default=None)
        for base in (inside, root):
            if base and base != "/" and is_inside(path, base) and len(path) > len(base):
                return path[len(base) :].lstrip("/\\").replace("\\", "/")
        return _HOME.sub("~", path, count=1) if _HOME.match(path) else path


def is_inside(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies below it, by their text."""
    folder = folder.rstrip("/\\")
    return path == folder or (path.startswith(folder) and path[len(folder) : len(folder) + 1] in ("/", "\\"))


def home_of(path: str) -> str | None:
    """The home directory that `path` lies in, None when it lies in none."""
    found = _HOME.match(path)
    return found[0] if found else None


def _is_absolute(path: str) -> bool:
    return path.startswith(("/", "\\")) or path[1:3] in (":\\", ":/")
