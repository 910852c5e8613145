"""Git history -> `commits`, `commit_files`, `commit_trailers`, `release_records`, `release_commits`.

The log (retro.git.log) is taken apart column by column: retro.sources.git_commits reads messages, people and times,
retro.sources.git_files the changed files. Merges contribute no files (what a merge itself changed is another question), and
neither does a commit at which a shallow clone was cut: git would show it as adding everything.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from retro import tables
from retro.git import Commit, Release, Room
from retro.git.log import LogPiece
from retro.git.records import new_mark
from retro.masking import mask
from retro.sources.accounts import Account
from retro.sources.git_commits import commit_rows, landing_places, log_records, trailer_rows
from retro.sources.git_files import file_rows

_BATCH_CHARACTERS = 3 << 20


def landings(graph: Sequence[Commit], tip: str | None) -> dict[str, int | None]:
    """For each commit that `tip` reaches: when it landed, in seconds since 1970.

    That is the committer time of the oldest first-parent commit of the branch that reaches it (None: unreadable).
    """
    by_sha = {commit.sha: commit for commit in graph}
    chain = []
    step = tip
    while step in by_sha:
        chain.append(step)
        step = next(iter(by_sha[step].parents), None)
    claims = claim(by_sha, reversed(chain))
    return {sha: by_sha[landing].committed_at for sha, landing in claims.items()}


def claim(by_sha: Mapping[str, Commit], claimers: Iterable[str]) -> dict[str, str]:
    """For each commit the first of `claimers`, in their order, that reaches it; a commit reaches itself."""
    owner: dict[str, str] = {}
    for claimer in claimers:
        waiting = [claimer]
        while waiting:
            sha = waiting.pop()
            if sha not in owner and sha in by_sha:
                owner[sha] = claimer
                waiting.extend(by_sha[sha].parents)
    return owner


def history(
    room: Room, repo: str, wanted: Sequence[str], landed: Mapping[str, int | None], account: Account
) -> Iterator[dict[str, pl.DataFrame]]:
    """Frames of `commits`, `commit_files` and `commit_trailers` by name, some thousand commits at a time.

    `wanted` are the commits to read, `landed` those on the default branch (see `landings`). Raises GitError when the
    stream breaks off.
    """
    mark, places = new_mark(), landing_places(landed)
    for text, lost in _batches(room.log(wanted, mark)):
        records = log_records(text, mark).with_columns(is_boundary=_is_one_of("commit_sha", room.place.shallow))
        account.read += records.height
        account.loaded += records.height
        account.count("commits at the boundary of a shallow clone, changes unknown", int(records["is_boundary"].sum()))
        changed = records.filter(~pl.col("is_boundary") & ~pl.col("is_merge") & (pl.col("files") != ""))
        yield {
            "commits": commit_rows(records, repo, places, account),
            "commit_files": file_rows(changed.select("commit_sha", "files"), repo, lost, account),
            "commit_trailers": trailer_rows(records, repo, mark, account),
        }


def _batches(pieces: Iterable[LogPiece]) -> Iterator[tuple[str, frozenset[str]]]:
    """Pieces put together to a size that pays."""
    held: list[LogPiece] = []
    for piece in pieces:
        held.append(piece)
        if sum(len(one.text) for one in held) >= _BATCH_CHARACTERS:
            yield _joined(held)
            held = []
    if held:
        yield _joined(held)


def _joined(pieces: Sequence[LogPiece]) -> tuple[str, frozenset[str]]:
    # What the last one knows to be lost includes what the others do; a file that they counted was there.
    return "".join(piece.text for piece in pieces), pieces[-1].lost


def _is_one_of(column: str, values: frozenset[str]) -> pl.Expr:
    return pl.col(column).is_in(pl.Series(sorted(values), dtype=pl.String).implode())


def release_rows(repo: str, releases: Sequence[Release], graph: Sequence[Commit]) -> dict[str, pl.DataFrame]:
    """Frames `release_records` and `release_commits`: each release, and the commits that it was the first to hold.

    Releases are ordered by time; one without a readable time comes last and names no commit before a dated one does.
    """
    by_sha = {commit.sha: commit for commit in graph}
    dated = []
    for release in releases:
        commit = by_sha.get(release.sha)
        at = release.tagged_at if release.tagged_at is not None else commit and commit.committed_at
        dated.append((at is None, at or 0, release.tag, release))
    ordered = [(None if undated else at, release) for undated, at, _, release in sorted(dated, key=lambda row: row[:3])]
    tag_of = {}
    for _, release in ordered:
        tag_of.setdefault(release.sha, release.tag)
    claims = claim(by_sha, tag_of)
    records = {
        "source": ["git"] * len(ordered),
        "repo": [repo] * len(ordered),
        "tag_name": [mask(release.tag)[0] for _, release in ordered],
        "commit_sha": [release.sha for _, release in ordered],
        "released_at": [_micros(at) for at, _ in ordered],
        "released_at_kind": ["committed" if release.tagged_at is None else "tagged" for _, release in ordered],
    }
    contents = {
        "repo": [repo] * len(claims),
        "commit_sha": list(claims),
        "tag_name": [mask(tag_of[claimer])[0] for claimer in claims.values()],
    }
    return {
        "release_records": tables.frame("release_records", records),
        "release_commits": tables.frame("release_commits", contents),
    }


def _micros(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1_000_000
