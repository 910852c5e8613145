"""Values of transcripts as they should be: text, times in UTC, token counts; whatever else stands there is told."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

MOST_TOKENS = 1 << 48
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_MICROS = range(946_684_800_000_000, 4_102_444_800_000_000)  # the years 2000 to 2099


def text(value: object) -> str | None:
    """`value` when it is text with something in it, else None."""
    return value if isinstance(value, str) and value else None


def mapping(value: object) -> dict:
    """`value` when it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def micros(value: object) -> int | None:
    """Microseconds since 1970 of an ISO 8601 time; without a zone it is UTC, as the formats say. None when unreadable."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    told = (moment - _EPOCH) // _MICROSECOND
    return told if told in _MICROS else None


class Counts:
    """Token counts of one record: those that cannot be right become None, and `problem` names them."""

    def __init__(self, usage: dict) -> None:
        self.usage = usage
        self.faults: list[str] = []
        self.has_text = False

    def take(self, name: str) -> int | None:
        """The count called `name`; None when it is absent or impossible."""
        value = self.usage.get(name)
        if value is None:
            return None
        if type(value) is str:
            self.has_text = True
            value = int(value) if value.isascii() and value.isdigit() and len(value) < 16 else value
        elif type(value) is float and value.is_integer():
            value = int(value)
        if type(value) is int and 0 <= value < MOST_TOKENS:
            return value
        self.faults.append(f"{name} is {'negative' if type(value) is int and value < 0 else 'no count'}")
        return None

    def part(self, name: str) -> int:
        """The count called `name`, 0 when it is absent: a part of a count that is there."""
        return self.take(name) or 0

    @property
    def problem(self) -> str | None:
        """What is wrong with the record, None when nothing is."""
        return "; ".join(self.faults) or None


def money(value: object) -> Decimal | None:
    """An amount of money as it is written; None when it is none or does not fit."""
    if type(value) not in (int, float, str):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return round(amount, 12) if amount.is_finite() and 0 <= amount < 1_000_000 else None
