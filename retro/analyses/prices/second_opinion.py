"""A second price list, in the JSON form of LiteLLM's model_prices_and_context_window.json; undated.

    {"claude-sonnet-4-5": {"input_cost_per_token": 3e-06, "output_cost_per_token": 1.5e-05, "litellm_provider": "anthropic"}}

An entry of 0/0 is no price there but the lack of one, unless the name says free.
"""

import hashlib
import json
from decimal import Decimal
from pathlib import Path

from retro.analyses.prices.rates import Rates
from retro.config.rates import HIGHEST
from retro.errors import SettingsError

_MILLION = Decimal(1_000_000)
_KEYS = {
    "input": "input_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write_5m": "cache_creation_input_token_cost",
    "cache_write_1h": "cache_creation_input_token_cost_above_1hr",
    "output": "output_cost_per_token",
    "reasoning": "output_cost_per_reasoning_token",
}


class SecondOpinion:
    """Rates by name, from a file. Raises SettingsError when it cannot be read or is no such list."""

    def __init__(self, path: Path) -> None:
        self.source = path.name
        try:
            content = path.read_bytes()
            entries = json.loads(content, parse_float=Decimal, parse_int=Decimal)
        except OSError as error:
            raise SettingsError(f"{path}: cannot be read ({error.strerror}); see [bills] second_opinion") from error
        except ValueError as error:
            raise SettingsError(f"{path}: is no JSON ({error}); see [bills] second_opinion") from error
        if not isinstance(entries, dict):
            raise SettingsError(f"{path}: holds no table of models; see [bills] second_opinion")
        self.digest = hashlib.sha256(content).hexdigest()
        self._rates = {name.casefold(): rates for name, entry in entries.items() if (rates := _rates(name, entry))}

    def find(self, names: list[str]) -> tuple[str, Rates] | None:
        """The first of the names that the list has, with its rates."""
        known = (name.casefold() for name in names)
        return next(((name, self._rates[name]) for name in known if name in self._rates), None)


def _rates(name: str, entry: object) -> Rates | None:
    if not isinstance(entry, dict):
        return None
    found = {key: entry[field] * _MILLION for key, field in _KEYS.items() if _is_price(entry.get(field))}
    if "input" not in found or "output" not in found:
        return None
    if not found["input"] and not found["output"] and "free" not in name.casefold():
        return None
    return Rates(**found)


def _is_price(value: object) -> bool:
    return isinstance(value, Decimal) and value.is_finite() and 0 <= value * _MILLION <= HIGHEST
