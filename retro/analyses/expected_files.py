"""Files that are likely to change together with given ones: by what moved with them lately, by name and folder, by how busy
they are.

    score = recency + 0.25 path + 0.05 popularity

recency: for each given file, the weight of its earlier changes that held the other file too over one plus the weight of all of
them; the mean over the given files. A change weighs 2^(-age / half-life).
path: 2 for the same name without the marks of a test (`test_api.py`, `api.spec.ts`, `api.py`), 1/sqrt(files there) for the same
folder; the mean over the given files.
popularity: changes of the file over those of the busiest one.

Measured against popularity, path, ROSE, TARMAQ and pair rules in benchmarks/co_changes.md.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

_PATH, _POPULARITY = 0.25, 0.05
_SAME_STEM = 2.0
_TEST_MARKS = re.compile(r"^tests?[-_.]|[-_.](?:tests?|specs?|e2e)$|(?<=[a-z0-9])(?:Tests?|Spec|IT)$")


@dataclass(frozen=True)
class Shared:
    """What a file has in common with one of the given files: weight and number of the changes of both."""

    weight: float
    change_count: int


@dataclass(frozen=True)
class Expected:
    """A file and why it is expected; `change_count` are the changes that it shares with the given file it shares most with."""

    path: str
    score: float
    recency: float
    nearness: float
    popularity: float
    change_count: int


@dataclass(frozen=True)
class Past:
    """What was known before: per given file the weight of its changes and what it shares; per file that is there its changes."""

    weights: Mapping[str, float]
    shared: Mapping[str, Mapping[str, Shared]]
    change_counts: Mapping[str, int]


def expected_files(given: Iterable[str], past: Past) -> list[Expected]:
    """All files with a reason beside being busy, the likeliest first; the given ones and those that are gone are left out."""
    asked = list(dict.fromkeys(given))
    near = nearness(asked, past.change_counts)
    busiest = max(past.change_counts.values(), default=0) or 1
    candidates = near.keys() | {path for one in asked for path in past.shared.get(one, ())}
    found = [
        _expected(path, asked, past, (near.get(path, 0.0), busiest))
        for path in candidates - set(asked)
        if path in past.change_counts
    ]
    return sorted(found, key=lambda each: (-each.score, each.path))


def _expected(path: str, asked: list[str], past: Past, known: tuple[float, int]) -> Expected:
    near, busiest = known
    shares = [(past.weights[one], past.shared[one][path]) for one in asked if path in past.shared.get(one, ())]
    recency = sum(shared.weight / (1 + weight) for weight, shared in shares) / len(asked)
    popularity = past.change_counts[path] / busiest
    count = max((shared.change_count for _, shared in shares), default=0)
    return Expected(path, recency + _PATH * near + _POPULARITY * popularity, recency, near, popularity, count)


def nearness(asked: list[str], paths: Iterable[str]) -> dict[str, float]:
    """Nearness by name and folder of the paths that have any, the mean over the asked ones."""
    known = list(paths)
    sizes = Counter(folder(path) for path in known)
    folders, stems = Counter(map(folder, asked)), Counter(map(stem, asked))
    near = {}
    for path in known:
        beside, alike = folders.get(folder(path), 0), stems.get(stem(path), 0)
        if beside or alike:
            near[path] = (_SAME_STEM * alike + beside / sizes[folder(path)] ** 0.5) / len(asked)
    return near


def folder(path: str) -> str:
    """The folder that a path lies in, empty at the top."""
    return path.rpartition("/")[0]


@lru_cache(maxsize=1 << 16)
def stem(path: str) -> str:
    """The name of a file without its suffix and the marks of a test; a name that is a mark alone stays."""
    name = path.rpartition("/")[2]
    bare = name.partition(".")[0] if not name.startswith(".") else name
    parts = name.split(".")
    if len(parts) > 2 and parts[1].lower() in ("test", "tests", "spec", "specs", "e2e"):
        bare = parts[0]
    return _TEST_MARKS.sub("", bare) or bare
