"""Text of a log as typed columns, a batch at a time: times, counts, money, truth values. Money never meets a float.

Each function takes a column of text and gives a column with NULL for what cannot be read; `complaints` says why.
"""

import re
from collections.abc import Sequence
from decimal import Context, Decimal, InvalidOperation

import polars as pl

MONEY, BILLED = pl.Decimal(18, 12), pl.Decimal(38, 12)
_MOST = {MONEY: 10**6, BILLED: 10**26}
_ROOM = Context(prec=60)
MOST_TOKENS = 10**12
_MOMENT = (
    r"^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?(?:[.,](\d{1,9}))?\s?"
    r"(Z|z|UTC|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?$"
)
_THOUSANDS = r"^[+-]?\d{1,3}(\.\d{3})+$"  # 1.000 is a thousand to some, one to others
_EPOCH = re.compile(r"\d{9,19}(?:\.\d+)?")
_DAY_MICROSECONDS = 86_400_000_000
_EARLIEST, _LATEST = 946_684_800_000_000, 4_102_444_800_000_000  # 2000 and 2100
NO_TIME, NO_ZONE = "no time", "a time without a zone (set timezone in retro.toml)"
BAD_TIME, FAR_TIME = "a time that cannot be read", "a time outside 2000 to 2100"


def texts(values: Sequence) -> tuple[pl.Series, pl.Series | None]:
    """A column of text, truth values as true and false, empty text as NULL; and where a list or an object was NULL then.

    Instead of the second comes None when it is so nowhere.
    """
    several = None
    try:
        column = pl.Series(values, dtype=pl.String, strict=True)
    except (TypeError, UnicodeEncodeError):
        column = pl.Series([_scalar(value) for value in values], dtype=pl.String)
        several = pl.Series([isinstance(value, list | dict) for value in values], dtype=pl.Boolean)
    column = column.replace("", None) if (column == "").any() else column
    return column, several if several is not None and several.any() else None


def _scalar(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | Decimal):
        return str(value)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None


def moments(column: pl.Series, zone: str | None) -> tuple[pl.Series, pl.Series]:
    """Times in UTC to the microsecond, and why one is missing (NULL where it is not).

    ISO 8601 with an offset, or without one when `zone` says which it means (the earlier of an hour that comes twice);
    a date alone is its midnight; seconds, milliseconds, micro- or nanoseconds since 1970 by their size.
    """
    parts = column.str.extract_groups(_MOMENT).struct.unnest()
    parts.columns = ["day", "clock", "fraction", "offset"]
    parsed = parts.select(_moment(zone)).to_series()
    unread = parsed.is_null() & column.is_not_null()
    is_iso = parts["day"].is_not_null()
    if (unread & ~is_iso).any():
        epochs = pl.Series([_epoch(text) for text in column.to_list()], dtype=pl.Int64)
        parsed = pl.select(pl.when(unread & ~is_iso).then(epochs.cast(parsed.dtype)).otherwise(parsed)).to_series()
    micros = parsed.to_physical()
    is_far = (micros < _EARLIEST) | (micros >= _LATEST)
    lacks_zone = is_iso & parts["offset"].is_null() & pl.Series([zone is None]).new_from_index(0, len(column))
    why = pl.select(
        pl.when(column.is_null()).then(pl.lit(NO_TIME))
        .when(lacks_zone).then(pl.lit(NO_ZONE))
        .when(parsed.is_null()).then(pl.lit(BAD_TIME))
        .when(is_far).then(pl.lit(FAR_TIME))
    ).to_series()  # fmt: skip
    return pl.select(pl.when(why.is_null()).then(parsed)).to_series(), why


def _moment(zone: str | None) -> pl.Expr:
    clock = pl.col("clock").fill_null("00:00").str.pad_end(6, ":").str.pad_end(8, "0")
    naive = (pl.col("day") + "T" + clock).str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
    fraction = pl.col("fraction").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64).fill_null(0)
    offset = pl.col("offset")
    sign = pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)
    digits = offset.str.replace_all(r"\D", "").str.pad_end(4, "0")
    minutes = sign * (digits.str.slice(0, 2).cast(pl.Int64) * 60 + digits.str.slice(2, 2).cast(pl.Int64))
    with_offset = naive.dt.replace_time_zone("UTC") - pl.duration(minutes=minutes)
    if zone is None:
        local = pl.lit(None, dtype=pl.Datetime("us", "UTC"))
    elif zone == "UTC":
        local = naive.dt.replace_time_zone("UTC")
    else:
        local = naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    chosen = pl.when(offset.is_null()).then(local).otherwise(with_offset)
    return chosen + pl.duration(microseconds=fraction)


def _epoch(text: str | None) -> int | None:
    """Microseconds since 1970."""
    if text is None or not _EPOCH.fullmatch(text):
        return None
    number = Decimal(text)
    for limit, factor in ((10**11, 10**6), (10**14, 10**3), (10**17, 1)):
        if number < limit:
            return int((number * factor).to_integral_value())
    return int(number // 1000)


def counts(column: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Whole numbers from 0 to a million millions, where the text is none, and where it is a negative one.

    A point before just three digits may part thousands: such a text is no number.
    """
    stripped = column.str.strip_chars()
    numbers = stripped.cast(pl.Int64, strict=False)
    if (numbers.is_null() & column.is_not_null()).any():  # 12.0 and 1e3, as tables write whole numbers
        exact = stripped.set(stripped.str.contains(_THOUSANDS), None).cast(pl.Decimal(38, 6), strict=False)
        numbers = (
            pl.select(pl.coalesce(numbers, pl.when(exact % 1 == 0).then(exact)))
            .to_series()
            .cast(pl.Int64, strict=False)
        )
    is_negative = (numbers < 0).fill_null(False)
    is_odd = column.is_not_null() & (numbers.is_null() | (numbers > MOST_TOKENS).fill_null(False))
    return pl.select(pl.when(~is_negative & ~is_odd).then(numbers)).to_series(), is_odd, is_negative


def money(column: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Amounts rounded to 12 decimals (a half to the even digit), where the text is none, and where it is below 0."""
    amounts, is_odd, _ = _amounts(column, MONEY)
    is_negative = (amounts < 0).fill_null(False)
    return amounts.set(is_negative, None) if is_negative.any() else amounts, is_odd, is_negative


def signed_money(column: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """The same for bills, where amounts may be large, and below 0 (credits): none is refused for its sign."""
    return _amounts(column, BILLED)


def _amounts(column: pl.Series, kind: pl.Decimal) -> tuple[pl.Series, pl.Series, pl.Series]:
    stripped = column.str.strip_chars()
    amounts = stripped.cast(kind, strict=False)
    lost = amounts.is_null() & column.is_not_null()
    if lost.any():
        most = _MOST[kind]
        again = [_amount(text, most) if is_lost else None for text, is_lost in zip(stripped, lost, strict=True)]
        amounts = amounts.fill_null(pl.Series(again, dtype=kind))
    is_odd = amounts.is_null() & column.is_not_null()
    return amounts, is_odd, pl.repeat(False, len(column), eager=True)


def _amount(text: str, most: int) -> Decimal | None:
    """Forms of a number that the quick way does not know."""
    try:
        amount = Decimal("" if "_" in text else text)
        return amount.quantize(Decimal("1e-12"), context=_ROOM) if amount.is_finite() and abs(amount) < most else None
    except InvalidOperation:
        return None


def flags(column: pl.Series) -> pl.Series:
    """True, false, or NULL for any other word."""
    words = column.str.to_lowercase()
    is_true, is_false = words.is_in(["true", "1", "yes", "hit", "t"]), words.is_in(["false", "0", "no", "miss", "f"])
    return pl.select(pl.when(is_true).then(True).when(is_false).then(False)).to_series()
