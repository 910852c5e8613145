"""All prices together: the team's own, then the public list, then a second opinion, then none.

A price is asked for once per provider, model and tier as written and day; the answer says by which steps it was found.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from retro.analyses.prices.model_names import FREE_VARIANT, Place, bare_name, is_free, places
from retro.analyses.prices.price_list import SOURCE, Listing, price_list
from retro.analyses.prices.rates import FREE, Price, Rates, rounded
from retro.analyses.prices.second_opinion import SecondOpinion
from retro.analyses.prices.team_prices import TeamPrices, rates_of
from retro.config import Settings
from retro.config.values import locate

# Raised with every change of a rule that decides a row of `model_prices` or `request_verdicts`.
_RULES_VERSION = 2
TEAM_SOURCE = "retro.toml"
_FIVE_CENTS = Decimal("0.05")
_NOTICED_LATE = timedelta(days=31)  # a list may date a price by the day on which somebody saw it


@dataclass(frozen=True)
class Answer:
    """Prices of a model on a day and how they were found; without prices `nearest` may name a model of a like name."""

    match_kind: str
    prices: tuple[Price, ...] = (Price(Rates()),)
    source: str | None = None
    provider: str | None = None
    model: str | None = None
    nearest: str | None = None
    second_opinion: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Alternative:
    """Other rates that a logged cost may come from: `price_changed` or `provider_spread`, and whose they are.

    A guess only counts where no other rates give the bill.
    """

    reason: str
    detail: str
    rates: Rates
    is_guess: bool = False


class PriceBook:
    """Prices by the settings of a project."""

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError when the second opinion cannot be read."""
        self._team = TeamPrices(settings.prices)
        self._list = price_list()
        path = settings.bills.second_opinion
        self._second = SecondOpinion(locate(Path(settings.root), path)) if path else None
        self.digest = self._digest(settings)
        self._listing = cache(self._find_listing)
        self._elsewhere = cache(lambda name: tuple(self._listings_of(name)))

    def ask(self, provider: str, model: str, tier: str, day: date) -> Answer:
        """The prices of a model as written (empty where the log has none) on a day."""
        if model.startswith("<") and model.endswith(">"):
            return Answer("not_billed", (Price(FREE),), SOURCE, None, model)
        if section := self._team.find(provider, model, day):
            price = Price(rates_of(section), section.start)
            return Answer("override", (price,), TEAM_SOURCE, None, model, note=section.note)
        listing, place, nearest = self._listing(provider, model)
        if not listing:
            return self._second_answer(provider, model, nearest)
        prices, is_tier_known = self._list.prices(listing, day, tier)
        steps = [*place.steps, *listing.steps, *(() if is_tier_known else ("tier_unpriced",))]
        is_open = all(price.rates == Rates() for price in prices)
        if is_open and is_free(place.name):
            steps.insert(0, FREE_VARIANT)
        if FREE_VARIANT in steps:
            prices = [Price(FREE)]
        told = self._second_words(provider, model, prices[0].rates)
        return Answer(
            "+".join(steps), tuple(prices), SOURCE, listing.provider, listing.model.id, second_opinion=told
        )  # fmt: skip

    def alternatives(self, provider: str, model: str, tier: str, day: date) -> list[Alternative]:
        """Rates that the model had by that day, in other tiers and lists, and then with other providers, guesses last."""
        answer = self.ask(provider, model, tier, day)
        seen = {rates_key(price.rates) for price in answer.prices}
        found = []
        other = [*self._other_days(provider, model, day), *self._other_providers(provider, model, day)]
        if answer.prices[0].effective_date is None:
            other += self._later_days(provider, model, day)
        for each in other:
            if each.rates.input is not None and rates_key(each.rates) not in seen:
                seen.add(rates_key(each.rates))
                found.append(each)
        return found

    def known_pairs(self) -> list[tuple]:
        """Pairs of input and output rates that a gateway may use as its default: see `default_price_suspected`."""
        pairs = self._list.pairs(("anthropic", "openai", "google"))
        return sorted(pair for pair in pairs if all(rate and rate % _FIVE_CENTS == 0 for rate in pair))

    def _digest(self, settings: Settings) -> str:
        second = self._second.digest if self._second else None
        bills = settings.bills.model_dump(mode="json")
        prices = [section.model_dump(mode="json") for section in settings.prices]
        return hashlib.sha256(repr([_RULES_VERSION, SOURCE, prices, bills, second]).encode()).hexdigest()[:12]

    def _find_listing(self, provider: str, model: str) -> tuple[Listing | None, Place | None, str | None]:
        """The first entry that a place of the name has; without one, an entry of a like name."""
        nearest = None
        for place in places(provider or None, model, self._list):
            if listing := self._list.find(place.provider, place.name):
                return listing, place, None
            nearest = nearest or self._list.nearest(place.provider, place.name)
        return None, None, nearest

    def _second_answer(self, provider: str, model: str, nearest: str | None) -> Answer:
        """What the second opinion knows of a model that no other list has; its prices have no date."""
        if self._second and (found := self._second.find(_names(provider, model))):
            name, rates = found
            return Answer("second_opinion", (Price(rates),), self._second.source, None, name)
        return Answer("unknown", nearest=nearest)

    def _second_words(self, provider: str, model: str, rates: Rates) -> str | None:
        found = self._second and self._second.find(_names(provider, model))
        if not found:
            return None
        same = [rounded(rate) for rate in (rates.input, rates.output)]
        return (
            "agrees" if same == [rounded(r) for r in (found[1].input, found[1].output)] else f"{found[1]} per million"
        )

    def _other_days(self, provider: str, model: str, day: date) -> Iterator[Alternative]:
        for section in self._team.all_of(provider, model):
            if _has_begun(section.start, day):
                since = f" from {section.start}" if section.start else ""
                yield Alternative("price_changed", f"own price{since}", rates_of(section))
        listing, _, _ = self._listing(provider, model)
        for price, when in self._list.history(listing) if listing else ():
            if _has_begun(price.effective_date, day):
                yield Alternative("price_changed", _told(listing.provider, when, price.rates), price.rates)
        if self._second and (found := self._second.find(_names(provider, model))):
            yield Alternative("price_changed", f"{self._second.source}: {found[1]} per million", found[1])

    def _later_days(self, provider: str, model: str, day: date) -> Iterator[Alternative]:
        """Of a day that the list has no dated price for: an old price that it does not know may have come again later."""
        listing, _, _ = self._listing(provider, model)
        for price, when in self._list.history(listing) if listing else ():
            if not _has_begun(price.effective_date, day):
                told = _told(
                    f"{listing.provider} has no dated price for {day}, the one {when} gives the bill", "", price.rates
                )
                yield Alternative("price_changed", told, price.rates, is_guess=True)

    def _other_providers(self, provider: str, model: str, day: date) -> Iterator[Alternative]:
        listing, _, _ = self._listing(provider, model)
        for other in self._elsewhere(bare_name(listing.model.id if listing else model)):
            rates = self._list.prices(other, day)[0][0].rates
            yield Alternative("provider_spread", _told(other.provider, "", rates), rates)
            for price, when in self._list.history(other):
                if _has_begun(price.effective_date, day):
                    yield Alternative("provider_spread", _told(other.provider, when, price.rates), price.rates)

    def _listings_of(self, name: str) -> Iterator[Listing]:
        """Entries of the bare name with every provider that spells it out, vendors in front left aside."""
        for provider in self._list.providers:
            yield from self._list.spelled(provider, name)


def rates_key(rates: Rates) -> tuple:
    """What makes two sets of rates the same."""
    return tuple(rates.values())


def _told(provider: str, when: str, rates: Rates) -> str:
    return f"{provider} {when}".rstrip() + f": {rates} per million"


def _has_begun(since: date | None, day: date) -> bool:
    return since is None or since <= day + _NOTICED_LATE


def _names(provider: str, model: str) -> list[str]:
    head, slash, rest = model.partition("/")
    return [f"{provider}/{model}", model, *([rest] if slash and head else [])]
