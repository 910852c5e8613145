"""What commits left behind: files that differ from every parent, as blob ids, by one `git diff-tree --stdin -c` in the room.

A file of a merge that equals one of its parents came from there whole, so nothing of it can be new; `-c` leaves it out. Only
trees are read, so that a blob that is not in the clone costs nothing here; renames are not looked for.

    sha NUL :100644 100644 <old id> <new id> M NUL path NUL
    sha NUL ::100644 100644 100644 <id in parent 1> <id in parent 2> <new id> MM NUL path NUL
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from retro.errors import GitError
from retro.git.process import Stream, read_together, run

_TREES = ("diff-tree", "--stdin", "-r", "--root", "--raw", "--no-abbrev", "-z", "--no-renames", "-O/dev/null")


@dataclass(frozen=True, slots=True)
class Result:
    """A regular file that a commit changed: the blob in each parent and in the commit, None where there is no such file."""

    commit_sha: str
    path: str
    parent_ids: tuple[str | None, ...]
    new_id: str | None


def results(git_dir: Path, shas: Sequence[str], paths: Collection[str] = ()) -> Iterator[Result]:
    """Files of each commit of `shas` in their order that differ from all of its parents; only `paths` when any are given.

    A commit whose trees git cannot read yields nothing; which ones those are is not told.
    """
    yield from _halving(git_dir, ["-c"], shas, sorted(paths))


def results_against(git_dir: Path, pairs: Sequence[tuple[str, str]], paths: Collection[str] = ()) -> Iterator[Result]:
    """Files of each commit that differ from the one parent named beside it, for pairs of distinct commits and a parent."""
    yield from _halving(git_dir, [], [f"{sha} {parent}" for sha, parent in pairs], sorted(paths))


def _halving(git_dir: Path, options: Sequence[str], shas: Sequence[str], paths: Sequence[str]) -> Iterator[Result]:
    """Where git fails, each half alone, so that a damaged commit costs only itself."""
    if not shas:
        return
    told = set()
    try:
        for result in _read(git_dir, options, shas, paths):
            told.add(result.commit_sha)
            yield result
    except GitError:
        rest = [line for line in shas if line.split()[0] not in told]
        if len(rest) < 2:
            return
        yield from _halving(git_dir, options, rest[: len(rest) // 2], paths)
        yield from _halving(git_dir, options, rest[len(rest) // 2 :], paths)


def _read(git_dir: Path, options: Sequence[str], shas: Sequence[str], paths: Sequence[str]) -> Iterator[Result]:
    limits = ["--", *paths] if paths else []
    stream = Stream(git_dir, [*_TREES, *options, *limits], "".join(f"{sha}\n" for sha in shas).encode())
    held, sha, row = b"", "", ""
    for _, piece in read_together([stream]):
        *tokens, held = (held + piece).split(b"\0")
        for token in tokens:
            if row:
                yield from _result(sha, row, token.decode("utf-8", "backslashreplace"))
                row = ""
            elif token.startswith(b":"):
                row = token.decode("ascii")
            else:
                sha = token.decode("ascii").strip()


def _result(sha: str, row: str, path: str) -> Iterator[Result]:
    count = len(row) - len(row.lstrip(":"))
    words = row[count:].split(" ")
    modes, ids = words[: count + 1], words[count + 1 : 2 * count + 2]
    *parents, new = (object_id if mode.startswith("100") else None for mode, object_id in zip(modes, ids, strict=True))
    if new or any(parents):
        yield Result(sha, path, tuple(parents), new)


def blob_ids(git_dir: Path, places: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str | None]:
    """Id of the file at each (revision, path), None where there is none; paths that cannot be asked for are left out."""
    asked = [place for place in dict.fromkeys(places) if "\n" not in place[1] and "\\x" not in place[1]]
    if not asked:
        return {}
    stdin = "".join(f"{revision}:{path}\n" for revision, path in asked).encode()
    lines = run(git_dir, "cat-file", "--batch-check=%(objecttype) %(objectname)", "--buffer", stdin=stdin).splitlines()
    words = (line.decode("utf-8", "replace").split(" ") for line in lines)
    found = [told[1] if told[0] == "blob" and len(told) == 2 else None for told in words]
    return dict(zip(asked, found, strict=True))


def merge_bases(git_dir: Path, one: str, other: str) -> list[str]:
    """Best common ancestors of two commits: several after a criss-cross, none for unrelated histories."""
    try:
        return run(git_dir, "merge-base", "--all", "--end-of-options", one, other).decode("ascii").split()
    except GitError:  # exit status 1: none, or one of them is not in the clone
        return []
