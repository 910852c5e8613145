"""Which kind a repository itself declares for a path, by the lines of its .gitattributes files (`declared_kinds`).

As git does it: a file nearer to the path wins over one above it, within a file the last line that matches wins, and each
attribute is looked at by itself. A pattern without a slash is for names, one with a slash for paths from the file's folder on;
a pattern never takes what lies below a folder that it matches (`lib/**` does, `lib` does not). Patterns are strangers' text:
every one is matched in steps, so that none can take long.
"""

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from retro.analyses.path_kinds import path_kind

RULE = "gitattributes"
_TAKES_AWAY = {"generated": frozenset({"generated", "lock"})}  # to GitHub a lock file is a generated one
_WILD = re.compile(r"[*?\[\\]")
_CLASSES = {"alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "lower": "a-z", "upper": "A-Z", "space": " \t"}


class Declaration(NamedTuple):
    """A row of `declared_kinds` without its repository."""

    path: str
    line: int
    kind: str
    pattern: str
    is_set: bool | None


class _Lines:
    """The lines of one file: plain names and paths by themselves, since there can be thousands, and patterns in a list."""

    def __init__(self) -> None:
        self.names: dict[str, list[Declaration]] = {}
        self.paths: dict[str, list[Declaration]] = {}
        self.wild: list[tuple[Callable[[str], bool], Declaration]] = []

    def add(self, declaration: Declaration) -> None:
        if _WILD.search(declaration.pattern):
            self.wild.append((glob_matcher(declaration.pattern), declaration))
        elif "/" in declaration.pattern:
            self.paths.setdefault(declaration.pattern.removeprefix("/"), []).append(declaration)
        else:
            self.names.setdefault(declaration.pattern, []).append(declaration)

    def matching(self, path: str) -> list[Declaration]:
        """Declarations for a path from the file's folder on, in the order of the lines."""
        found = [*self.paths.get(path, ()), *self.names.get(path.rpartition("/")[2], ())]
        found += [declaration for matches, declaration in self.wild if matches(path)]
        return sorted(found, key=lambda declaration: declaration.line)


def kind_finder(declarations: Iterable[Declaration]) -> Callable[[str], tuple[str, str]]:
    """A function that gives kind and rule of a path: what the repository declares, else what the path tells.

    A kind that is declared not to be one (`-linguist-generated`) is left out, and the other rules on names decide.
    A lock file that is declared to be generated stays a lock file.
    """
    folders: dict[str, _Lines] = {}
    for declaration in declarations:
        folders.setdefault(declaration.path.rpartition("/")[0], _Lines()).add(declaration)

    def find(path: str) -> tuple[str, str]:
        return _judged(path, dict(_declared(folders, path)))

    return find if folders else path_kind


def _judged(path: str, declared: dict[str, bool | None]) -> tuple[str, str]:
    by_name = path_kind(path)
    for kind in ("vendored", "generated", "documentation"):
        if declared.get(kind):
            return by_name if (kind, by_name[0]) == ("generated", "lock") else (kind, RULE)
    denied = frozenset().union(*(_TAKES_AWAY.get(kind, {kind}) for kind, is_set in declared.items() if is_set is False))
    return (path_kind(path, denied)[0], RULE) if by_name[0] in denied else by_name


def _declared(folders: dict[str, _Lines], path: str) -> Iterator[tuple[str, bool | None]]:
    """Each kind that a line speaks of for the path, with the word that counts; the weakest words come first."""
    parts = path.split("/")
    for depth in range(len(parts)):
        lines = folders.get("/".join(parts[:depth]))
        if lines is not None:
            for declaration in lines.matching("/".join(parts[depth:])):
                yield declaration.kind, declaration.is_set


def glob_matcher(glob: str) -> Callable[[str], bool]:
    """A function that says whether a pattern of .gitattributes matches the path of a file."""
    if "/" not in glob:
        by_name = _part(glob)
        return lambda path: by_name(path.rpartition("/")[2])
    parts = glob.removeprefix("/").split("/")
    if parts[-1] == "**":
        parts.append("*")  # something inside, not the folder itself
    runs: list[list[Callable[[str], bool]]] = [[]]
    for part in parts:
        if part == "**":
            runs.append([])
        else:
            runs[-1].append(_part(part))
    return lambda path: _fits(runs, path.split("/"))


def _fits(runs: list[list[Callable[[str], bool]]], names: list[str]) -> bool:
    """Whether the names are these runs in a row, with any number of other names wherever two runs meet."""
    first, last = runs[0], runs[-1]
    if len(runs) == 1:
        return len(first) == len(names) and _fit(first, names)
    start, stop = len(first), len(names) - len(last)
    if start > stop or not _fit(first, names) or not _fit(last, names[stop:]):
        return False
    for run in runs[1:-1]:  # the earliest place is as good as any later one
        place = next((at for at in range(start, stop - len(run) + 1) if _fit(run, names[at:])), None)
        if place is None:
            return False
        start = place + len(run)
    return True


def _fit(run: list[Callable[[str], bool]], names: list[str]) -> bool:
    return all(matches(name) for matches, name in zip(run, names, strict=False))


@lru_cache(maxsize=1 << 12)
def _part(glob: str) -> Callable[[str], bool]:
    """A function that says whether a pattern without slashes matches a name."""
    if not _WILD.search(glob):
        return glob.__eq__
    # In the words of fnmatch, which writes patterns that never go back: \x is [x], [^x] is [!x], classes are spelled out.
    plain = re.sub(r"\[:(\w+):\]", lambda found: _CLASSES.get(found[1], ""), glob)
    plain = re.sub(r"\\(.)", r"[\1]", plain).replace("[^", "[!")
    pattern = re.compile(fnmatch.translate(plain))
    return lambda name: pattern.match(name) is not None
