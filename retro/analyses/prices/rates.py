"""What a price is: rates in dollars per million tokens, and for which requests of a day they hold."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

_LAST_DIGIT = Decimal("0.000001")
MINUTES_OF_DAY = 24 * 60


@dataclass(frozen=True)
class Rates:
    """Dollars per million tokens by kind, `request` per request; None where nothing is published."""

    input: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write_5m: Decimal | None = None
    cache_write_1h: Decimal | None = None
    output: Decimal | None = None
    reasoning: Decimal | None = None
    request: Decimal | None = None

    def __str__(self) -> str:
        return f"{dollars(self.input)}/{dollars(self.output)}"

    def values(self) -> list[Decimal | None]:
        """The rates in the order of the columns of `model_prices`, to a millionth of a dollar."""
        return [rounded(getattr(self, field.name)) for field in fields(self)]


FREE = Rates(**{field.name: Decimal(0) for field in fields(Rates)})


@dataclass(frozen=True)
class Price:
    """Rates with the requests that they hold for: input tokens from/until (exclusive), minutes of the UTC day likewise."""

    rates: Rates
    effective_date: date | None = None
    from_input_tokens: int = 0
    until_input_tokens: int | None = None
    start_minute: int = 0
    end_minute: int = MINUTES_OF_DAY


def rounded(rate: Decimal | None) -> Decimal | None:
    """A rate to the last digit that a cost can keep; price lists hold thirds and traces of binary numbers."""
    return None if rate is None else rate.quantize(_LAST_DIGIT, ROUND_HALF_EVEN)


def dollars(rate: Decimal | None) -> str:
    """`$3`, `$0.15`; `none` for a rate that is not known."""
    return "none" if rate is None else f"${rounded(rate).normalize():f}"
