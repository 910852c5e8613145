"""A block that both sides of a merge added and that the result has twice.

Strict, since nearly every longer block that a file holds twice was meant so: the base does not have it, each parent has it
once, the result twice.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

LEAST_LINES = 6
Block = tuple[int, int, int]  # first lines (from 0) of both places, and number of lines


def doubled_blocks(result: bytes, parents: Sequence[bytes]) -> list[Block]:
    """Blocks of at least six lines that stand twice in the result and once in each of two parents, in order."""
    if len(parents) != 2:
        return []
    framed = [b"\n" + parent + b"\n" for parent in parents]
    starts = [
        (places[0], places[1])
        for window, places in _windows(result.split(b"\n")).items()
        if len(places) == 2 and all(_stands_once(b"\n" + b"\n".join(window) + b"\n", side) for side in framed)
    ]
    return _joined(sorted(starts))


def block_text(result: bytes, block: Block) -> bytes:
    """The lines of a block."""
    lines = result.split(b"\n")
    return b"\n".join(lines[block[0] : block[0] + block[2]])


def _windows(lines: Sequence[bytes]) -> dict[tuple[bytes, ...], list[int]]:
    """Where each run of six lines with something in most of them begins; only runs whose lines all stand twice or more."""
    counts = Counter(lines)
    found: dict[tuple[bytes, ...], list[int]] = defaultdict(list)
    run = 0
    for end, line in enumerate(lines, 1):
        run = run + 1 if counts[line] > 1 else 0
        if run >= LEAST_LINES:
            window = tuple(lines[end - LEAST_LINES : end])
            if sum(len(one.strip()) > 3 for one in window) >= LEAST_LINES - 2 and window[0].strip():
                found[window].append(end - LEAST_LINES)
    return found


def _stands_once(block: bytes, text: bytes) -> bool:
    first = text.find(block)
    return first >= 0 and text.find(block, first + 1) < 0


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
