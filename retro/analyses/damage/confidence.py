"""How far each kind of damage is to be believed: precision measured by eye (benchmarks/damage.md)."""

from retro.analyses.damage.symptoms import BROKEN, REDEFINED, UNDEFINED

_MEASURED = {
    (BROKEN, "two parsers"): 0.91,  # 108 of 112
    (UNDEFINED, "ruff"): 0.84,  # 40 of 42, in repositories that had taught no filter of names
    (REDEFINED, "ruff"): 0.80,  # 69 of 78, before the last filters
}


def confidence(rule: str, method: str) -> float | None:
    """Lower end of the 95 % interval of the share of hits that were right; None where too few were read."""
    return _MEASURED.get((rule, method))
