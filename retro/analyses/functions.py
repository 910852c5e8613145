"""Which functions a commit changed, and how complex they were before and after.

Each changed file is parsed as it was and as it became; the lines that git says are gone or new decide which functions were
touched (retro.analyses.function_changes). What cannot be told - no parser for the language, a text that no parser takes, a
blob that is not in the clone - is a row of `function_files` with the reason. Cyclomatic complexity is one more than the
number of decisions, counted by lizard (https://github.com/terryyin/lizard) and for JavaScript and TypeScript on their syntax
tree. A line of a function inside another counts for both, as in PyDriller.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import polars as pl

from retro import tables
from retro.analyses.file_kinds import language
from retro.analyses.function_changes import Function, function_changes
from retro.analyses.function_workers import Source, Workers
from retro.analyses.path_kinds import generated_rule, path_kind
from retro.git.blobs import Blob, read_blobs
from retro.git.changes import FileChange, Hunk, Pair, changed_files, changed_lines
from retro.git.room import Room

_RULES_VERSION = 2
_COMMITS_AT_ONCE = 500
_MOST_BYTES, _MOST_FILES = 1_000_000, 2_000
# Suffixes, in lower case, of languages with a parser; and of those that have functions and no parser here.
PARSED = frozenset(
    "c cc cpp cxx h hh hpp m mm cs java js cjs mjs jsx ts cts mts tsx vue svelte py rb php swift scala go lua rs kt kts sol erl "
    "hrl zig gd pl pm r f90 f95 f03 f for".split()
)
UNPARSED = frozenset(
    "astro bash bat clj cljs coffee cr d dart el elm ex exs fish fs fsx groovy gradle hs ipynb jl ksh lisp ml nim nix ps1 psm1 "
    "pyx rkt rego sh sql tcl vb vim zsh".split()
)


@dataclass(frozen=True)
class Judged:
    """What came of some commits: how many they were, and the rows of `commit_functions` and `function_files`."""

    commit_count: int
    functions: pl.DataFrame
    files: pl.DataFrame


@dataclass(frozen=True)
class _Text:
    """What a file holds: functions, or why it is left out (nobody in the team wrote it) or could not be parsed."""

    functions: Sequence[Function] = ()
    left_out: str | None = None
    failed: str | None = None


_NOTHING = _Text()
_Texts = dict[tuple[str, str], _Text]  # by blob id and suffix


def rules_digest() -> str:
    """SHA-256 of what decides a row: the version of these rules and those of the parsers."""
    parsers = [version(name) for name in ("lizard", "tree-sitter", "tree-sitter-typescript")]
    return hashlib.sha256(repr([_RULES_VERSION, parsers]).encode()).hexdigest()


def commit_functions(room: Room, repo: str, shas: Sequence[str]) -> Iterator[Judged]:
    """Changed functions of the commits `shas`, up to 500 commits at a time, best in the order of history; merges have none.

    Every changed file with a suffix of PARSED or UNPARSED has a row in `function_files`. Raises GitError when git does not
    run; a commit that git cannot compare costs only itself.
    """
    texts: _Texts = {}
    with Workers() as workers:
        for start in range(0, len(shas), _COMMITS_AT_ONCE):
            some = shas[start : start + _COMMITS_AT_ONCE]
            known = _changes(room, some)
            pending = [change for change, text in known.items() if text is None]
            texts = _texts(room, workers, pending, texts)
            hunks, broken = changed_lines(room.path, _shas_of(pending), {change.pair for change in pending})
            unread = dict.fromkeys(broken, _Text(failed="not comparable"))
            known |= {change: unread.get(change.commit_sha) or _outcome(change, texts) for change in pending}
            yield Judged(len(some), _function_rows(repo, known, texts, hunks), _file_rows(repo, known))


def suffix(path: str) -> str:
    """Suffix of a file name in lower case, empty without one."""
    _, dot, ending = path.rpartition("/")[2].rpartition(".")
    return ending.lower() if dot else ""


def _changes(room: Room, shas: Sequence[str]) -> dict[FileChange, _Text | None]:
    """Changed files in languages with functions, each with what its name alone decides; None: it has to be read."""
    changes, broken = changed_files(room.path, shas)
    known = {change: _by_name(change.path) for change in changes if suffix(change.path) in PARSED | UNPARSED}
    counts = Counter(change.commit_sha for change, text in known.items() if text is None)
    for change, text in known.items():
        if text is None and counts[change.commit_sha] > _MOST_FILES:
            known[change] = _Text(failed="too many files in one commit")
    listed = changed_files(room.path, broken, with_renames=False)[0] if broken else []
    return known | {
        change: _by_name(change.path) or _Text(failed="not comparable")
        for change in listed
        if suffix(change.path) in PARSED | UNPARSED
    }


def _by_name(path: str) -> _Text | None:
    kind, _ = path_kind(path)
    if kind in ("generated", "vendored"):
        return _Text(left_out=f"{kind} by name")
    return None if suffix(path) in PARSED else _Text(failed="no parser for the language")


def _shas_of(changes: Sequence[FileChange]) -> list[str]:
    return list(dict.fromkeys(change.commit_sha for change in changes))


def _texts(room: Room, workers: Workers, changes: Sequence[FileChange], known: _Texts) -> _Texts:
    """What each blob of `changes` holds. A commit's new blob is the next one's old blob: `known` ones are not read again."""
    wanted = {(object_id, suffix(change.path)) for change in changes for object_id in change.pair if object_id}
    texts = {key: known[key] for key in wanted & known.keys()}
    suffixes: dict[str, list[str]] = {}
    for object_id, ending in sorted(wanted - known.keys()):
        suffixes.setdefault(object_id, []).append(ending)
    ordered = [object_id for change in changes for object_id in change.pair if object_id in suffixes]

    def sources() -> Iterator[Source]:
        for blob in read_blobs(room.path, ordered, _MOST_BYTES):
            for ending in suffixes[blob.object_id]:
                text = _by_content(ending, blob)
                if text is None:
                    yield Source((blob.object_id, ending), ending, blob.content)
                else:
                    texts[blob.object_id, ending] = text

    for key, answer in workers.parse(sources()):
        texts[key] = _Text(failed=answer) if isinstance(answer, str) else _Text(answer)
    return texts


def _by_content(ending: str, blob: Blob) -> _Text | None:
    """What the blob is without being parsed; None when it has to be."""
    if blob.content is None:
        return _Text(failed=blob.reason)
    rule = generated_rule(f"text.{ending}", blob.content)
    return _Text(left_out=f"generated by its text: {rule}") if rule else None


def _outcome(change: FileChange, texts: _Texts) -> _Text:
    """Why the change is left out or unread, the newer text first; a text without either when both sides are known."""
    sides = [texts[object_id, suffix(change.path)] for object_id in reversed(change.pair) if object_id]
    return next((side for side in sides if side.left_out or side.failed), _NOTHING)


def _function_rows(
    repo: str, outcomes: dict[FileChange, _Text], texts: _Texts, hunks: dict[Pair, list[Hunk]]
) -> pl.DataFrame:
    digest, rows = rules_digest(), tables.empty_rows("commit_functions")
    for change, outcome in outcomes.items():
        if outcome is not _NOTHING:
            continue
        before, after = (texts[key, suffix(change.path)].functions if key else () for key in change.pair)
        for one in function_changes(before, after, hunks.get(change.pair, [])):
            values = (
                repo, change.commit_sha, change.path, one.name, one.first_line, one.last_line, one.change_kind,
                one.added_lines, one.deleted_lines, one.complexity_before, one.complexity_after, one.parameter_count,
                language(change.path), digest,
            )  # fmt: skip
            for column, value in zip(rows.values(), values, strict=True):
                column.append(value)
    return tables.frame("commit_functions", rows)


def _file_rows(repo: str, outcomes: dict[FileChange, _Text]) -> pl.DataFrame:
    digest, rows = rules_digest(), tables.empty_rows("function_files")
    for change, outcome in outcomes.items():
        status = "left_out" if outcome.left_out else "failed" if outcome.failed else "parsed"
        values = (repo, change.commit_sha, change.path, status, outcome.left_out or outcome.failed, digest)
        for column, value in zip(rows.values(), values, strict=True):
            column.append(value)
    return tables.frame("function_files", rows)
