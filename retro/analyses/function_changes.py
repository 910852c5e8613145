"""Which functions of a file a change touched: the functions before and after, and the lines that are gone or new."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

Function = tuple[str, int, int, int, int]  # name, first line, last line, cyclomatic complexity, number of parameters
Hunk = tuple[int, int, int, int]  # first line and number of lines gone from the old file, then of those new
_ANONYMOUS = "(anonymous)"


@dataclass(frozen=True)
class FunctionChange:
    """A function that a change added, modified or deleted. Lines are those of the new file, of the old one when deleted."""

    name: str
    first_line: int
    last_line: int
    change_kind: str
    added_lines: int
    deleted_lines: int
    complexity_before: int | None
    complexity_after: int | None
    parameter_count: int


def function_changes(
    before: Sequence[Function], after: Sequence[Function], hunks: Sequence[Hunk]
) -> list[FunctionChange]:
    """Functions with a line that is gone or new, in the order of their first line.

    A function without lines of its own in the change is left out, even if the parser sees it only on one side.
    """
    gone = _Ranges((old, count) for old, count, _, _ in hunks)
    added = _Ranges((new, count) for _, _, new, count in hunks)
    same = _same_functions(before, after, hunks)
    changes = []
    for number, (name, first, last, complexity, parameters) in enumerate(after):
        old = before[same[number]] if number in same else None
        lines = added.within(first, last), gone.within(*old[1:3]) if old else 0
        if any(lines):
            kind = "modified" if old else "added"
            changes.append(
                FunctionChange(name, first, last, kind, *lines, old[3] if old else None, complexity, parameters)
            )
    for number in sorted(set(range(len(before))) - set(same.values())):
        name, first, last, complexity, parameters = before[number]
        if lines := gone.within(first, last):
            changes.append(FunctionChange(name, first, last, "deleted", 0, lines, complexity, None, parameters))
    return sorted(changes, key=lambda change: (change.first_line, change.name, change.change_kind))


class _Ranges:
    """Ranges of lines in ascending order, to count how many of them lie between two lines."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        kept = [(first, count) for first, count in ranges if count]
        self._firsts = [first for first, _ in kept]
        self._counts = [count for _, count in kept]
        self._totals = [0, *accumulate(self._counts)]

    def within(self, first: int, last: int) -> int:
        """Lines of the ranges from `first` to `last`, both included."""
        return self._up_to(last) - self._up_to(first - 1)

    def _up_to(self, line: int) -> int:
        place = bisect_right(self._firsts, line)
        if not place:
            return 0
        return self._totals[place - 1] + min(self._counts[place - 1], line - self._firsts[place - 1] + 1)


def _same_functions(before: Sequence[Function], after: Sequence[Function], hunks: Sequence[Hunk]) -> dict[int, int]:
    """Position in `before` of each function of `after` that was there: first by name and line, then by name in order."""
    places = {(function[0], function[1]): number for number, function in enumerate(after)}
    same = {}
    for number, first_line in enumerate(_moved_lines([function[1] for function in before], hunks)):
        place = places.get((before[number][0], first_line))
        if place is not None:
            same[place] = number
    old_left, new_left = _by_name(before, set(same.values())), _by_name(after, same.keys())
    for name, numbers in old_left.items():
        others = new_left.get(name, [])
        if not name.endswith(_ANONYMOUS) or len(numbers) == len(others):
            same.update(zip(others, numbers, strict=False))
    return same


def _moved_lines(lines: Sequence[int], hunks: Sequence[Hunk]) -> Iterator[int | None]:
    """Line of the new file for each line of the old one; None when it is gone."""
    firsts = [old for old, _, _, _ in hunks]
    for line in lines:
        place = bisect_right(firsts, line) - 1
        if place < 0:
            yield line
            continue
        old, old_count, new, new_count = hunks[place]
        yield None if line < old + old_count else line - (old + old_count) + (new + new_count)


def _by_name(functions: Sequence[Function], done: Iterable[int]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number in sorted(set(range(len(functions))) - set(done), key=lambda number: functions[number][1]):
        found.setdefault(functions[number][0], []).append(number)
    return found
