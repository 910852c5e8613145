"""The text of the log -> rows of `commits` and `commit_trailers`, a column at a time.

The text holds a record per commit, spelled as retro.git.records says. Polars takes it apart; what asks for more than that
(a text that may hold a secret, is too long, or has blank lines that are not empty) goes through Python, one by one.
"""

import re
from collections.abc import Iterator, Mapping

import polars as pl

from retro import tables
from retro.git.records import END_OF_TIME, broken_off
from retro.masking import SUSPICION, mask
from retro.sources.accounts import Account

_FIELDS = (
    "commit_sha", "parents", "author_name", "author_email", "authored", "committer_name", "committer_email", "committed",
    "message", "trailers", "files",
)  # fmt: skip
_SUBJECT_LIMIT, _TEXT_LIMIT, _KEY_LIMIT = 4096, 65536, 256
_MOST_TRAILERS = 1000  # of one message
_LONGEST_SECRET = 2048
_BLANKS = " \t\r\n"  # what git takes for blank in a message
_BLANK_LINES = re.compile(r"\n(?:[ \t\r]*\n)+")


def log_records(text: str, mark: str) -> pl.DataFrame:
    """One row per commit with its fields as git spells them; `files` is the part with the changes, without what precedes it.

    Raises GitError when a record is not whole.
    """
    records = pl.Series("record", text.split(f"{mark}S")[1:], dtype=pl.String)
    frame = records.str.splitn("\0", len(_FIELDS)).struct.rename_fields(_FIELDS).struct.unnest()
    if not frame["files"].str.starts_with(f"{mark}F").fill_null(False).all():
        raise broken_off("log")
    files = pl.col("files").str.strip_prefix(f"{mark}F").str.strip_chars_start("\0\n")
    return frame.with_columns(files, is_merge=pl.col("parents").str.contains(" ", literal=True))


def landing_places(landed: Mapping[str, int | None]) -> pl.DataFrame:
    """Commits on the default branch and when they landed, as `commit_rows` wants them."""
    frame = pl.DataFrame(
        {"commit_sha": list(landed), "landed_at": list(landed.values())},
        schema={"commit_sha": pl.String, "landed_at": pl.Int64},
    )
    landed_at = (pl.col("landed_at") * 1_000_000).cast(pl.Datetime("us", "UTC"))
    return frame.with_columns(landed_at, is_on_default_branch=pl.lit(True))


def commit_rows(records: pl.DataFrame, repo: str, places: pl.DataFrame, account: Account) -> pl.DataFrame:
    """Frame of `commits`; `records` are those of `log_records` with `is_boundary`."""
    subject, body = split_messages(records["message"])
    is_cut = (subject.str.len_chars() > _SUBJECT_LIMIT) | (body.str.len_chars() > _TEXT_LIMIT)
    frame = records.with_columns(
        repo=pl.lit(repo),
        parent_shas=pl.col("parents").str.extract_all(r"[0-9a-f]+"),
        authored_at=_time("authored"),
        committed_at=_time("committed"),
        subject=_stored_column(subject, _SUBJECT_LIMIT, account),
        body=_stored_column(body, _TEXT_LIMIT, account),
    ).with_columns(
        pl.col(name).replace("", None) for name in ("author_name", "author_email", "committer_name", "committer_email")
    )
    frame = frame.join(places, on="commit_sha", how="left", maintain_order="left")
    frame = frame.with_columns(pl.col("is_on_default_branch").fill_null(False))
    account.count("messages cut to the stored length", int(is_cut.sum()))
    account.count("commits without a readable committer time, in no sprint", frame["committed_at"].null_count())
    return _declared("commits", frame)


def trailer_rows(records: pl.DataFrame, repo: str, mark: str, account: Account) -> pl.DataFrame:
    """Frame of `commit_trailers`, in the order of each message."""
    parts = pl.col("item").str.splitn(f"{mark}k", 2)
    frame = (
        records.filter(pl.col("trailers") != "")
        .select("commit_sha", item=pl.col("trailers").str.split(f"{mark}t"))
        .with_columns(more=pl.col("item").list.len() > _MOST_TRAILERS, item=pl.col("item").list.head(_MOST_TRAILERS))
    )
    account.count(f"messages of whose trailers the first {_MOST_TRAILERS:,} are stored", int(frame["more"].sum()))
    frame = (
        frame.explode("item")
        .filter(pl.col("item") != "")
        .select(
            "commit_sha",
            repo=pl.lit(repo),
            position=pl.int_range(1, pl.len() + 1).over("commit_sha"),
            trailer_key=parts.struct.field("field_0").str.slice(0, _KEY_LIMIT),
            trailer_value=parts.struct.field("field_1").fill_null(""),
        )
    )
    frame = frame.with_columns(trailer_value=_stored_column(frame["trailer_value"], _SUBJECT_LIMIT, account))
    return _declared("commit_trailers", frame)


def split_message(message: str) -> tuple[str, str]:
    """Subject (first paragraph on one line, as git's `%s` without blanks around it) and the rest of a commit message."""
    first, *rest = _BLANK_LINES.split(message.lstrip(_BLANKS), maxsplit=1)
    return " ".join(line.rstrip(_BLANKS) for line in first.split("\n")).strip(_BLANKS), "".join(rest).strip("\n")


def split_messages(messages: pl.Series) -> tuple[pl.Series, pl.Series]:
    """What `split_message` says of each."""
    text = pl.col("text").str.strip_chars_start(_BLANKS)
    parts = text.str.splitn("\n\n", 2)
    frame = messages.alias("text").to_frame()
    frame = frame.select(
        subject=parts.struct.field("field_0").str.replace_all(r"[ \t\r]*\n", " ").str.strip_chars(_BLANKS),
        body=parts.struct.field("field_1").fill_null("").str.strip_chars("\n"),
        has_odd_lines=text.str.contains(r"\n[ \t\r]+\n"),
    )
    rows = frame["has_odd_lines"].arg_true()
    told = [split_message(message) for message in messages.gather(rows)]
    return (
        _replaced(frame["subject"], rows, (subject for subject, _ in told)),
        _replaced(frame["body"], rows, (body for _, body in told)),
    )


def _stored_column(texts: pl.Series, limit: int, account: Account) -> pl.Series:
    rows = (texts.str.contains(SUSPICION) | (texts.str.len_bytes() > limit)).arg_true()
    return _replaced(texts, rows, (_stored(text, limit, account) for text in texts.gather(rows)))


def _stored(text: str, limit: int, account: Account) -> str:
    """`text` with its secrets masked, at most `limit` long. It is masked before it is cut: half a secret matches no rule."""
    masked, count = mask(text[: limit + _LONGEST_SECRET])
    account.masked += count
    is_cut = len(text) > limit + _LONGEST_SECRET
    return (masked[:-_LONGEST_SECRET] if is_cut else masked)[:limit]


def _replaced(texts: pl.Series, rows: pl.Series, values: Iterator[str]) -> pl.Series:
    return texts.scatter(rows, pl.Series(list(values), dtype=pl.String)) if len(rows) else texts


def _time(column: str) -> pl.Expr:
    """The time that git's `%at` or `%ct` tells, as retro.git.records.read_time has it."""
    readable = pl.when(pl.col(column).str.contains(r"^[0-9]{1,12}$")).then(pl.col(column))
    seconds = readable.cast(pl.Int64, strict=False)
    return pl.when(seconds < END_OF_TIME).then(seconds * 1_000_000).cast(pl.Datetime("us", "UTC"))


def _declared(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    schema = tables.schema(table)
    return frame.select(schema.names()).cast(dict(schema))
