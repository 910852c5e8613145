"""The team's own prices, `[[prices]]` of retro.toml: contracts, internal models, prices older than the public list."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from retro.analyses.prices.rates import Rates
from retro.config import PriceSettings


class TeamPrices:
    """Sections of retro.toml, the first that matches first."""

    def __init__(self, sections: Sequence[PriceSettings]) -> None:
        self._sections = [(section, _pattern(section.models)) for section in sections]

    def find(self, provider: str, model: str, day: date) -> PriceSettings | None:
        """The section that holds for a name as written on a day."""
        return next((section for section in self.all_of(provider, model) if _holds(section, day)), None)

    def all_of(self, provider: str, model: str) -> Iterator[PriceSettings]:
        """The sections that hold for a name as written on any day."""
        for section, pattern in self._sections:
            same = section.provider is None or section.provider.casefold() == provider.casefold()
            if same and pattern.fullmatch(model):
                yield section


def rates_of(section: PriceSettings) -> Rates:
    """The rates of a section."""
    return Rates(
        input=section.input,
        cache_read=section.cache_read,
        cache_write_5m=section.cache_write,
        cache_write_1h=section.cache_write_1h,
        output=section.output,
        reasoning=section.reasoning,
        request=section.request,
    )


def _holds(section: PriceSettings, day: date) -> bool:
    return (section.start or date.min) <= day <= (section.end or date.max)


def _pattern(models: Sequence[str]) -> re.Pattern[str]:
    """Any of the names; `*` and `?` stand for letters, case does not matter."""
    patterns = (re.escape(model).replace(r"\*", ".*").replace(r"\?", ".") for model in models)
    return re.compile("|".join(patterns), re.IGNORECASE | re.DOTALL)
