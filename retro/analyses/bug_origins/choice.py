"""The one commit among those that the asked lines come from, and how far to trust it (benchmarks/bug_origins.md).

The most recent commit with a quarter of the lines or more (with any, when none has as many): a bug that is mended lately came
in lately. A tie goes to more lines, then to the larger id.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from retro.git.blame import BlamedLine

LEAST_SHARE, YOUNG_DAYS = 0.25, 180
# Share of right origins among 607 fixes whose message names theirs (benchmarks/bug_origins.md).
CONFIDENCE = {"high": 0.86, "medium": 0.61, "low": 0.33}
_DAY_SECONDS = 86_400


class Choice(NamedTuple):
    """The commit, its lines, and the number of commits that it was chosen from."""

    commit_sha: str
    committed_at: int | None
    line_count: int
    candidate_count: int


def choose(lines: Sequence[BlamedLine]) -> Choice | None:
    """The choice among the commits of `lines`; None without lines."""
    if not lines:
        return None
    counts = Counter(line.commit_sha for line in lines)
    times = {line.commit_sha: line.committed_at for line in lines}
    large = {sha for sha, count in counts.items() if count >= LEAST_SHARE * len(lines)} or counts.keys()
    chosen = max(large, key=lambda sha: (times[sha] or 0, counts[sha], sha))
    return Choice(chosen, times[chosen], counts[chosen], len(counts))


def tier(choice: Choice, fixed_at: int | None, has_deleted_code: bool) -> str:
    """high, medium or low; a time that nobody can read counts as long ago."""
    if choice.committed_at is None or fixed_at is None or fixed_at - choice.committed_at > YOUNG_DAYS * _DAY_SECONDS:
        return "low"
    if has_deleted_code and choice.candidate_count == 1:
        return "high"
    return "medium" if has_deleted_code or choice.candidate_count == 1 else "low"
