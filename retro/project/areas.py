"""The areas that `retro init` proposes for a repository: 5 to 10 where its shape allows, each with gitignore-style globs.

What a file is for comes first: tests, documentation, CI, files of the build at the top. The others belong to the deepest
folder above them that is a workspace of its own (it holds a pyproject.toml, package.json, go.mod ...), else to their top
folder. A folder with more than 40 % of all touches is split into its own folders, also a smaller one while there are fewer
than five areas; what has less than 2 % goes to the folder above it, in the end to no area, which `retro mine` calls other.
A touch is one path in one of the latest commits.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from pathspec import GitIgnoreSpec

from retro.analyses.path_kinds import NOT_WRITTEN, path_kind

_SPLIT_SHARE, _LEAST_SHARE = 0.4, 0.02
_FEWEST, _MOST = 5, 10
_MOST_BUILD_FILES = 6
_SMALL_SPLIT_SHARE = 0.1  # a folder with less than this is not split to make the number up
_WORKSPACE_FILES = frozenset(
    (
        "pyproject.toml setup.py setup.cfg package.json go.mod Cargo.toml pom.xml build.gradle build.gradle.kts composer.json "
        "Gemfile mix.exs pubspec.yaml Package.swift build.sbt deno.json deno.jsonc project.clj dune-project stack.yaml"
    ).split()
)
_WORKSPACE_ENDINGS = (".csproj", ".fsproj", ".vbproj", ".gemspec", ".cabal")
# Areas that are told by their files rather than by a folder, each with the globs to look for.
_KNOWN_AREAS = {
    "Tests": (
        "tests/",
        "test/",
        "testing/",
        "__tests__/",
        "spec/",
        "e2e/",
        "test_*.py",
        "*_test.py",
        "*_test.go",
        "*.test.*",
        "*.spec.*",
    ),
    "Docs": ("docs/", "doc/", "*.md", "*.rst"),
    "CI": (".github/", ".gitlab-ci.yml", ".circleci/", ".ci/"),
}


_Areas = dict[str, Counter[str]]  # folder -> touches by path


def propose_areas(touches: Mapping[str, int], files: Collection[str]) -> dict[str, list[str]]:
    """Areas with their globs, from `path -> touches` and the paths that there are; of several that match the first is meant.

    Generated, vendored and lock files propose none, nor do folders that are gone: nobody in the team works there.
    """
    there = {folder for path in files for folder in folders_above(path)} | {""}
    own = {
        path: count
        for path, count in touches.items()
        if path.rpartition("/")[0] in there and path_kind(path)[0] not in NOT_WRITTEN
    }
    areas = _known_areas(own)
    if build := _build_files(touches, files, sum(own.values())):
        areas["Build"] = build
    known = GitIgnoreSpec.from_lines([glob for globs in areas.values() for glob in globs])
    rest = Counter({path: count for path, count in own.items() if not known.match_file(path)})
    for folder in busy_folders(rest, workspaces(files), sum(own.values()), len(areas)):
        areas.setdefault(folder, []).append(f"{escape_glob(folder)}/**")
    return areas


def _known_areas(paths: Iterable[str]) -> dict[str, list[str]]:
    """Areas with those of their globs that match a path."""
    seen = list(paths)
    matching = {
        area: [glob for glob in globs if any(GitIgnoreSpec.from_lines([glob]).match_files(seen))]
        for area, globs in _KNOWN_AREAS.items()
    }
    return {area: globs for area, globs in matching.items() if globs}


def _build_files(touches: Mapping[str, int], files: Collection[str], total: int) -> list[str]:
    """The busiest files at the top that build the whole, lock files included, where together they have a share of their own."""
    at_top = {
        path: count
        for path, count in touches.items()
        if path in files and "/" not in path and path.isprintable() and path_kind(path)[0] in ("build", "lock")
    }
    busiest = sorted(at_top, key=lambda path: (-at_top[path], path))[:_MOST_BUILD_FILES]
    is_area = sum(at_top[path] for path in busiest) >= _LEAST_SHARE * total
    return [f"/{escape_glob(path)}" for path in busiest] if is_area else []


def workspaces(files: Iterable[str]) -> frozenset[str]:
    """Folders below the top that hold the file of a package or a build; vendored ones are left out."""
    found = set()
    for path in files:
        folder, _, name = path.rpartition("/")
        is_workspace = name in _WORKSPACE_FILES or name.endswith(_WORKSPACE_ENDINGS)
        if folder and is_workspace and path_kind(path)[0] not in NOT_WRITTEN:
            found.add(folder)
    return frozenset(found)


def busy_folders(paths: Mapping[str, int], roots: Collection[str], total: int, taken: int = 0) -> list[str]:
    """The folders that make areas beside `taken` others, the busiest first, but each after those that lie in it.

    `paths` are touches by path, `roots` the workspaces, `total` the touches that shares are taken of.
    """
    areas = _by_owner(paths, roots)
    _split(areas, total, taken)
    _fold(areas, total, max(_MOST - taken, 1))
    busiest = sorted(areas, key=lambda folder: (-areas[folder].total(), folder))
    inside = ([one for one in busiest if one.startswith(f"{folder}/")] for folder in busiest)
    nested = (
        [*sorted(inner, key=lambda one: -one.count("/")), folder] for folder, inner in zip(busiest, inside, strict=True)
    )
    return list(dict.fromkeys(folder for family in nested for folder in family))


def _by_owner(paths: Mapping[str, int], roots: Collection[str]) -> _Areas:
    """Touches below the deepest workspace above each path, else below its top folder; files at the top have none."""
    areas: _Areas = {}
    for path, count in paths.items():
        above = folders_above(path)
        if above and above[-1].isprintable() and all(name == name.strip() for name in above[-1].split("/")):
            owner = next((folder for folder in reversed(above) if folder in roots), above[0])
            areas.setdefault(owner, Counter())[path] += count
    return areas


def _split(areas: _Areas, total: int, taken: int) -> None:
    """Puts the folders of what is too large in its place, as far as they have a share of their own."""
    whole: set[str] = set()
    while waiting := areas.keys() - whole:
        folder = max(sorted(waiting), key=lambda one: areas[one].total())
        share = areas[folder].total() / total
        few = taken + sum(paths.total() >= _LEAST_SHARE * total for paths in areas.values()) < _FEWEST
        if share <= (_SMALL_SPLIT_SHARE if few else _SPLIT_SHARE):
            return
        whole.add(folder)
        below = _folders_below(folder, areas[folder])
        if len(below) == 1 and share <= _SPLIT_SHARE and next(iter(below.values())) == areas[folder]:
            continue  # another name, not another area
        for inner, paths in below.items():
            if paths.total() >= _LEAST_SHARE * total:
                areas[inner] = paths
                areas[folder] -= paths
        if not areas[folder]:
            del areas[folder]


def _folders_below(folder: str, paths: Mapping[str, int]) -> _Areas:
    below: _Areas = {}
    for path, count in paths.items():
        name, slash, _ = path[len(folder) + 1 :].partition("/")
        if slash:
            below.setdefault(f"{folder}/{name}", Counter())[path] = count
    return below


def _fold(areas: _Areas, total: int, most: int) -> None:
    """Gives what is small, and the smallest of too many, to the folder above; at the top it becomes no area."""
    while areas:
        small = [folder for folder, paths in areas.items() if paths.total() < _LEAST_SHARE * total]
        if not small and len(areas) <= most:
            return
        # The deepest of the small first: many small workspaces of one folder can be an area together.
        folder = min(small or areas, key=lambda one: (-one.count("/") if small else 0, areas[one].total(), one))
        paths = areas.pop(folder)
        if above := folder.rpartition("/")[0]:
            areas.setdefault(above, Counter()).update(paths)


def folders_above(path: str) -> list[str]:
    """The folders that a path lies in, the outermost first."""
    names = path.split("/")[:-1]
    return ["/".join(names[:depth]) for depth in range(1, len(names) + 1)]


def escape_glob(path: str) -> str:
    """A gitignore pattern that means this very path."""
    return re.sub(r"([\\*?\[\]!# ])", r"\\\1", path)
