"""The part of the log with the changes -> rows of `commit_files`.

Each token ends with NUL: first a line of raw data and a path (two for a rename or copy) per file, then a line of counts and
the same paths again:

    :100644 100644 13bbfcdb 57fa44b8 M    httpx/_auth.py
    :100644 100644 e9addde0 e9addde0 R100 old.py  new.py
    1 TAB 1 TAB httpx/_auth.py
    0 TAB 0 TAB             old.py  new.py

A commit without renames has three tokens per file, each in a known place; Polars reads all such commits at once. That it was
one is checked token by token, since a path may look like anything; the others are read one after the other.
"""

from collections.abc import Iterator, Sequence

import polars as pl

from retro import tables
from retro.errors import GitError
from retro.sources.accounts import Account

_COLUMNS = ("path", "old_path", "change_kind", "added_lines", "deleted_lines", "old_id", "new_id")
_CHANGES = {name: pl.Int64 if name.endswith("_lines") else pl.String for name in ("commit_sha", *_COLUMNS)}
_HEAD = r"^:[0-7]{6} [0-7]{6} [0-9a-f]+ [0-9a-f]+ [AMDT]$"
_COUNT = r"^(?:[0-9]+|-)$"
# A change: path, old path, kind, lines added and deleted, old and new id.
Change = tuple[str, str | None, str, int | None, int | None, str, str]


def file_rows(records: pl.DataFrame, repo: str, lost: frozenset[str], account: Account) -> pl.DataFrame:
    """Frame of `commit_files` from rows of `commit_sha` and `files`; of paths that are spelled alike the first counts.

    `lost` are ids of files whose content is not to be had: what git counts of them is untrue. Raises GitError when the
    changes of a commit break off.
    """
    changes = pl.concat(list(_changes(records, lost)))
    distinct = changes.unique(["commit_sha", "path"], keep="first", maintain_order=True)
    account.count(
        "changed files left out, since another one of the commit is spelled alike (a damaged tree, or a name that is not UTF-8)",
        changes.height - distinct.height,
    )
    is_lost = pl.lit(False)
    if lost:
        ids = pl.Series(sorted(lost), dtype=pl.String).implode()
        is_lost = pl.col("old_id").is_in(ids) | pl.col("new_id").is_in(ids)
    frame = distinct.select(
        pl.lit(repo).alias("repo"),
        pl.col("commit_sha", "path", "old_path", "change_kind"),
        *(pl.when(~is_lost).then(pl.col(name)).alias(name) for name in ("added_lines", "deleted_lines")),
        lines_status=pl.when(is_lost)
        .then(pl.lit("missing"))
        .when(pl.col("added_lines").is_null())
        .then(pl.lit("binary"))
        .otherwise(pl.lit("counted")),
    )
    account.count(
        "changed files without line counts, since their content is missing or damaged (once it is there again, "
        "`retro mine --full` counts them)",
        int((frame["lines_status"] == "missing").sum()),
    )
    schema = tables.schema("commit_files")
    return frame.select(schema.names()).cast(dict(schema))


def _changes(records: pl.DataFrame, lost: frozenset[str]) -> Iterator[pl.DataFrame]:
    """Frames of _CHANGES, together those of all records."""
    tokens = records.select("commit_sha", "files", token=pl.col("files").str.strip_suffix("\0").str.split("\0"))
    tokens = tokens.with_columns(count=pl.col("token").list.len())
    three = (pl.col("count") % 3 == 0) & pl.col("files").str.ends_with("\0")
    plain, is_sound = _plain_changes(tokens.filter(three))
    odd = plain.filter(~is_sound)["commit_sha"].unique()
    yield plain.filter(~pl.col("commit_sha").is_in(odd.implode()))
    rest = tokens.filter(~three | pl.col("commit_sha").is_in(odd.implode()))
    texts = rest.select("commit_sha", "files").iter_rows()
    rows = [(sha, *change) for sha, files in texts for change in _read(sha, files, lost)]
    yield pl.DataFrame(rows, schema=_CHANGES, orient="row")


def _plain_changes(tokens: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """Changes as they would be if no commit had a rename, and for each whether the tokens are what they would have to be."""
    files = pl.col("count") // 3
    places = tokens.select("commit_sha", "token", files=files, place=pl.int_ranges("count")).explode("token", "place")
    is_listed = pl.col("place") < 2 * pl.col("files")
    is_head = is_listed & (pl.col("place") % 2 == 0)
    heads = places.filter(is_head).select("commit_sha", head="token")
    paths = places.filter(is_listed & (pl.col("place") % 2 == 1)).select(path="token")
    counts = places.filter(~is_listed).select(pl.col("token").str.splitn("\t", 3).struct.unnest())
    frame = pl.concat([heads, paths, counts], how="horizontal")
    is_sound = frame.select(
        pl.col("head").str.contains(_HEAD)
        & pl.all_horizontal(pl.col("field_0", "field_1").str.contains(_COUNT).fill_null(False))
        & (pl.col("field_2") == pl.col("path")).fill_null(False)
    ).to_series()
    words = pl.col("head").str.splitn(" ", 5).struct
    changes = frame.select(
        pl.col("commit_sha", "path"),
        pl.lit(None, pl.String).alias("old_path"),
        pl.col("head").str.slice(-1).alias("change_kind"),
        pl.col("field_0").cast(pl.Int64, strict=False).alias("added_lines"),
        pl.col("field_1").cast(pl.Int64, strict=False).alias("deleted_lines"),
        words.field("field_2").alias("old_id"),
        words.field("field_3").alias("new_id"),
    )
    return changes, is_sound


def _read(sha: str, files: str, lost: frozenset[str]) -> list[Change]:
    try:
        return list(_one_by_one(files.split("\0"), lost))
    except (IndexError, ValueError) as error:
        raise GitError(f"commit {sha}: what git says of its files breaks off; run `git fsck` in the clone") from error


def _one_by_one(tokens: Sequence[str], lost: frozenset[str]) -> Iterator[Change]:
    """The changes of a commit in their order; ValueError or IndexError for tokens that break off.

    Where the stand-in of a lost file is like the other side, git counts nothing and leaves the file out of the second half.
    """
    listed = list(_listed(tokens))
    position = sum(2 + (old_path is not None) for _, old_path, *_ in listed)
    for path, old_path, kind, old_id, new_id in listed:
        added, _, rest = tokens[position].partition("\t")
        deleted, _, counted = rest.partition("\t")
        if rest and (counted or tokens[position + 2]) == path:
            position += 1 if counted else 3
            yield path, old_path, kind, _count(added), _count(deleted), old_id, new_id
        elif old_id in lost or new_id in lost:
            yield path, old_path, kind, None, None, old_id, new_id
        else:
            raise ValueError(path)
    tokens[position]  # the last path has its end


def _listed(tokens: Sequence[str]) -> Iterator[tuple[str, str | None, str, str, str]]:
    """Path, old path, kind, old and new id in the first half of a commit's tokens."""
    position = 0
    while tokens[position].startswith(":"):
        _, _, old_id, new_id, kind = tokens[position].split(" ")
        is_pair = kind[0] in "RC"
        old_path = tokens[position + 1] if is_pair else None
        yield tokens[position + 1 + is_pair], old_path, kind[0], old_id, new_id
        position += 2 + is_pair


def _count(text: str) -> int | None:
    """A number of lines, None for the `-` of a binary file."""
    return None if text == "-" else int(text)
