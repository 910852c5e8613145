"""One value out of a query's rows, and how it compares with what was said of it. Counts compare exactly, `~` by rounding."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from retro.config.literals import closest

ROW_COUNT = "row_count"
_COMPARED: dict[str, Callable[[object, object], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_FLAGS = {"true": True, "false": False}

Row = dict[str, object]


@dataclass(frozen=True)
class Measured:
    """A value of a query, its column and the rows that it comes from, or why there is none."""

    value: object = None
    reason: str | None = None
    rows: tuple[Row, ...] = ()
    column: str | None = None


def measure(rows: Sequence[Row], columns: Sequence[str], where: Row, column: str | None) -> Measured:
    """The value of `column` in the one row that has the values `where`; without a column its only number.

    The column `row_count` counts the rows that match, also none.
    """
    for name in [*where, *([column] if column not in (None, ROW_COUNT) else [])]:
        if name not in columns:
            return Measured(reason=f"the query has no column {name}{closest(name, columns)}")
    found = tuple(row for row in rows if all(_is_same(row[name], value) for name, value in where.items()))
    if column == ROW_COUNT:
        return Measured(len(found), None, found, column)
    if len(found) != 1:
        told = (
            "no row matches"
            if not found
            else f"{len(found)} rows match; pick one with where, or count them with row_count"
        )
        return Measured(reason=told)
    return _value_of(found[0], where, column)


def _value_of(row: Row, where: Row, column: str | None) -> Measured:
    if column is None:
        numbers = [name for name, value in row.items() if name not in where and is_number(value)]
        if len(numbers) != 1:
            return Measured(reason=f"the query has {len(numbers)} numbers ({', '.join(numbers)}); name one with column")
        (column,) = numbers
    if row[column] is None:
        return Measured(reason=f"its {column} is unknown")
    return Measured(row[column], None, (row,), column)


def is_number(value: object) -> bool:
    """Whether it can be counted with; true and false cannot."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def shown(value: object) -> str:
    """A measured value as text, exact."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float | Decimal):
        return f"{Decimal(str(value)).normalize():f}"
    return str(value)


def holds(measured: object, op: str, told: str) -> bool | None:
    """Whether the measured value compares with the told one, written as text, as `op` says; None: they cannot be compared."""
    if is_number(measured):
        try:
            limit, value = Decimal(told), Decimal(str(measured))
        except InvalidOperation:
            return None
        return _is_about(value, limit) if op == "~" else _COMPARED[op](value, limit)
    if op == "~":
        return None
    if isinstance(measured, bool):
        return None if told not in _FLAGS or op not in ("==", "!=") else _COMPARED[op](measured, _FLAGS[told])
    if isinstance(measured, str | date):
        text = measured.isoformat() if isinstance(measured, date) else measured
        return _COMPARED[op](text, told)
    return None


def _is_about(value: Decimal, told: Decimal) -> bool:
    """Whether the value rounds to the told one at its last digit that is not zero; after a point zeros are digits too."""
    exact = told if told.as_tuple().exponent < 0 else told.normalize()
    half = Decimal((0, (5,), exact.as_tuple().exponent - 1))
    return told - half <= value < told + half


def _is_same(found: object, asked: object) -> bool:
    if isinstance(found, bool) or isinstance(asked, bool):
        return found is asked
    if is_number(found) and is_number(asked):
        return Decimal(str(found)) == Decimal(str(asked))
    if isinstance(found, datetime | date):
        return found.isoformat() == str(asked)
    return found == asked
