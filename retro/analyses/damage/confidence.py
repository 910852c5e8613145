"""How far each kind of damage is to be believed: precision measured by eye (benchmarks/damage.md)."""

from retro.analyses.damage.symptoms import BROKEN, REDEFINED, UNDEFINED

_MEASURED = {
    (BROKEN, "two parsers"): 0.87,
    (UNDEFINED, "ruff"): 0.93,
    (REDEFINED, "ruff"): 0.63,
}


def confidence(rule: str, method: str) -> float | None:
    """Lower end of the 95 % interval of the share of hits that were right; None where too few were read."""
    return _MEASURED.get((rule, method))
