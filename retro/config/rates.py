"""Rates of a `[[prices]]` section as exact decimals, since `tomllib` reads `0.1` as a binary number."""

from decimal import Decimal

from pydantic_core import PydanticCustomError

DECIMALS = 6  # a millionth of a dollar per million tokens is the last digit that a cost keeps
HIGHEST = 1_000  # costs in whole numbers then stay within 64 bits


def rate(value: object) -> Decimal:
    """Dollars per million tokens, as written: the shortest decimal that gives the number."""
    if isinstance(value, Decimal):
        return value
    if type(value) not in (int, float):
        raise PydanticCustomError("rate_type", "")
    exact = Decimal(str(value))
    if not exact.is_finite() or not 0 <= exact <= HIGHEST:
        raise ValueError(f"wanted dollars per million tokens, 0 to {HIGHEST:,}")
    if -exact.normalize().as_tuple().exponent > DECIMALS:
        raise ValueError(f"has more than {DECIMALS} decimals; round it")
    return exact
