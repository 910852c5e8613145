"""A block that both sides of a merge added and that the result has twice.

Strict, since nearly every longer block that a file holds twice was meant so: the base does not have it, each parent has it
once, the result twice.
"""

from collections import defaultdict
from collections.abc import Sequence

LEAST_LINES = 6
Block = tuple[int, int, int]  # first lines (from 0) of both places, and number of lines


def doubled_blocks(result: bytes, parents: Sequence[bytes]) -> list[Block]:
    """Blocks of at least six lines that stand twice in the result and once in each of two parents, in order."""
    if len(parents) != 2:
        return []
    lines = result.split(b"\n")
    places = _windows(lines)
    sides = [_windows(parent.split(b"\n")) for parent in parents]
    starts = [
        (found[0], found[1])
        for window, found in places.items()
        if len(found) == 2 and all(len(side.get(window, ())) == 1 for side in sides)
    ]
    return _joined(sorted(starts))


def block_text(result: bytes, block: Block) -> bytes:
    """The lines of a block."""
    lines = result.split(b"\n")
    return b"\n".join(lines[block[0] : block[0] + block[2]])


def _windows(lines: Sequence[bytes]) -> dict[tuple[bytes, ...], list[int]]:
    """Where each run of six lines with something in most of them begins."""
    found: dict[tuple[bytes, ...], list[int]] = defaultdict(list)
    for start in range(len(lines) - LEAST_LINES + 1):
        window = tuple(lines[start : start + LEAST_LINES])
        if sum(len(line.strip()) > 3 for line in window) >= LEAST_LINES - 2 and window[0].strip():
            found[window].append(start)
    return found


def _joined(starts: Sequence[tuple[int, int]]) -> list[Block]:
    """Neighbouring windows made one block; blocks that overlap with themselves are left out."""
    blocks: list[Block] = []
    for first, second in starts:
        if blocks:
            begin, other, count = blocks[-1]
            if first <= begin + count and second - first == other - begin:
                blocks[-1] = begin, other, first - begin + LEAST_LINES
                continue
        blocks.append((first, second, LEAST_LINES))
    return [block for block in blocks if block[0] + block[2] <= block[1]]
