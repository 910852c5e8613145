"""Git history -> `commits`, `commit_files`, `commit_trailers`, `release_records`, `release_commits`.

Reads, per commit, what `git log -z --raw --numstat -M` prints (retro.git.room.log). The part with the files looks like this,
each token ended by NUL: first a line of raw data and a path (two for a rename or copy) per file, then a line of counts and
the same paths again:

    :100644 100644 13bbfcdb 57fa44b8 M    httpx/_auth.py
    :100644 100644 e9addde0 e9addde0 R100 old.py  new.py
    1 TAB 1 TAB httpx/_auth.py
    0 TAB 0 TAB             old.py  new.py

Merges contribute no files (what a merge itself changed is another question), and neither does a commit at which a shallow
clone was cut: git would show it as adding everything.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from retro import tables
from retro.errors import GitError
from retro.git import Commit, Release, Room
from retro.git.room import LogRecord, read_time
from retro.masking import mask
from retro.sources.accounts import Account

Rows = dict[str, list]  # column name -> values, all of one length

_SUBJECT_LIMIT, _TEXT_LIMIT = 4096, 65536
_LONGEST_SECRET = 2048
_BLANKS = " \t\r\n"  # what git takes for blank in a message
_BLANK_LINES = re.compile(r"\n(?:[ \t\r]*\n)+")
_BATCH_COMMITS = 4000


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
    batch, count = _empty(), 0
    for records in room.log(wanted):
        for record in records:
            _add(batch, record, repo, room.place.shallow, landed, account)
        count += len(records)
        if count >= _BATCH_COMMITS:
            yield _frames(batch)
            batch, count = _empty(), 0
    yield _frames(batch)


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


def _empty() -> dict[str, Rows]:
    return {name: tables.empty_rows(name) for name in ("commits", "commit_files", "commit_trailers")}


def _frames(batch: dict[str, Rows]) -> dict[str, pl.DataFrame]:
    # Split here, all at once: Polars makes a series of its own of each Python list that it is given.
    parents = pl.Series(batch["commits"]["parent_shas"], dtype=pl.String).str.extract_all(r"[0-9a-f]+")
    batch["commits"] = batch["commits"] | {"parent_shas": parents}
    return {name: tables.frame(name, rows) for name, rows in batch.items()}


def _add(
    batch: dict[str, Rows],
    record: LogRecord,
    repo: str,
    shallow: frozenset[str],
    landed: Mapping[str, int | None],
    account: Account,
) -> None:
    fields, trailers, files = record
    sha, parents = fields[0], fields[1].split()
    account.read += 1
    account.loaded += 1
    _add_commit(batch["commits"], fields, repo, sha in shallow, landed, account)
    if sha in shallow:
        account.reasons["commits at the boundary of a shallow clone, changes unknown"] += 1
    elif len(parents) < 2 and files:
        _add_files(batch["commit_files"], files, repo, sha, account)
    for position, (key, value) in enumerate(trailers, 1):
        _append(batch["commit_trailers"], repo, sha, position, key[:256], _stored(value, _SUBJECT_LIMIT, account))


def _add_commit(
    rows: Rows, fields: list[str], repo: str, is_boundary: bool, landed: Mapping[str, int | None], account: Account
) -> None:
    sha, parents, author, author_email, authored, committer, committer_email, committed, message = fields
    subject, body = split_message(message)
    if len(subject) > _SUBJECT_LIMIT or len(body) > _TEXT_LIMIT:
        account.reasons["messages cut to the stored length"] += 1
    if _micros_of(committed) is None:
        account.reasons["commits without a readable committer time, in no sprint"] += 1
    landed_at = landed.get(sha)
    _append(
        rows, repo, sha, parents, author or None, author_email or None, _micros_of(authored), committer or None,
        committer_email or None, _micros_of(committed), _stored(subject, _SUBJECT_LIMIT, account),
        _stored(body, _TEXT_LIMIT, account), " " in parents, is_boundary, sha in landed, _micros(landed_at),
    )  # fmt: skip


def _add_files(rows: Rows, files: str, repo: str, sha: str, account: Account) -> None:
    try:
        changes = list(_changes(files.split("\0")))
    except (IndexError, ValueError) as error:
        raise GitError(f"commit {sha}: what git says of its files breaks off; run `git fsck` in the clone") from error
    seen = set()
    for kind, old_path, path, added, deleted in changes:
        if path in seen:
            account.reasons["paths that a damaged tree holds twice"] += 1
            continue
        seen.add(path)
        _append(rows, repo, sha, path, old_path, kind, added, deleted)


def _changes(tokens: list[str]) -> Iterator[tuple[str, str | None, str, int | None, int | None]]:
    """Kind, old path, path, lines added and deleted of each change; ValueError or IndexError for tokens that break off."""
    position, listed = 0, []
    while tokens[position].startswith(":"):
        kind = tokens[position].rpartition(" ")[2][0]
        is_pair = kind in "RC"
        listed.append((kind, tokens[position + 1] if is_pair else None, tokens[position + 1 + is_pair]))
        position += 2 + is_pair
    for kind, old_path, path in listed:
        added, deleted, counted = tokens[position].split("\t", 2)
        if (counted or tokens[position + 2]) != path:
            raise ValueError(path)
        position += 1 if counted else 3
        yield kind, old_path, path, _count(added), _count(deleted)
    tokens[position]  # the last path has its end


def _count(text: str) -> int | None:
    """A number of lines, None for the `-` of a binary file."""
    return None if text == "-" else int(text)


def split_message(message: str) -> tuple[str, str]:
    """Subject (first paragraph on one line, as git's `%s` without blanks around it) and the rest of a commit message."""
    first, *rest = _BLANK_LINES.split(message.lstrip(_BLANKS), maxsplit=1)
    return " ".join(line.rstrip(_BLANKS) for line in first.split("\n")).strip(_BLANKS), "".join(rest).strip("\n")


def _stored(text: str, limit: int, account: Account) -> str:
    """`text` with its secrets masked, at most `limit` long. It is masked before it is cut: half a secret matches no rule."""
    masked, count = mask(text[: limit + _LONGEST_SECRET])
    account.masked += count
    is_cut = len(text) > limit + _LONGEST_SECRET
    return (masked[:-_LONGEST_SECRET] if is_cut else masked)[:limit]


def _append(rows: Rows, *values: object) -> None:
    for column, value in zip(rows.values(), values, strict=True):
        column.append(value)


def _micros(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1_000_000


def _micros_of(text: str) -> int | None:
    return _micros(read_time(text))
