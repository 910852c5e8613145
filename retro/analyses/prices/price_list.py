"""The public price list that comes with the package genai-prices, read offline.

The package holds its data as Python objects; its updater, which would start a thread and ask the network, is never
called. A name is matched by rules of the list, `starts with claude-sonnet-4-5` among them, which would also take
`claude-sonnet-4-5-99999999`: so what follows such a beginning must be a date or a version, or the name is not taken.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, cached_property
from importlib.metadata import version
from itertools import pairwise

from genai_prices import data_snapshot, types

from retro.analyses.prices.model_names import bare_name, is_version
from retro.analyses.prices.rates import MINUTES_OF_DAY, Price, Rates

SOURCE = f"genai-prices {version('genai-prices')}"
_STANDARD_TIERS = {"", "standard", "normal", "default", "auto", "on_demand", "on-demand", "ondemand"}
_VENDORS = re.compile(r"(?:[a-z0-9-]+[./])*")
_KEYS = {
    "input": "input_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write_5m": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
    "output": "output_mtok",
    "reasoning": "output_reasoning_mtok",
}


@dataclass(frozen=True)
class Listing:
    """An entry of the price list, and how its rules took the name: exact, spelling (upper case), dated_name."""

    provider: str
    model: types.ModelInfo
    steps: tuple[str, ...]


@cache
def price_list() -> "PriceList":
    """The list that is installed; it does not change while a process runs."""
    return PriceList()


class PriceList:
    """Entries by provider and name; prices of an entry by day and tier."""

    @cached_property
    def _providers(self) -> dict[str, types.Provider]:
        return {provider.id: provider for provider in data_snapshot.get_snapshot().providers}

    @cached_property
    def _names(self) -> dict[str, dict[str, tuple[str, types.ModelInfo]]]:
        """Of each provider the names that the list spells out, in lower case, with their spelling."""
        return {key: dict(reversed(list(_spelled(provider)))) for key, provider in self._providers.items()}

    @cached_property
    def _bare_names(self) -> dict[str, dict[str, list[types.ModelInfo]]]:
        found: dict[str, dict[str, list[types.ModelInfo]]] = {key: {} for key in self._providers}
        for key, names in self._names.items():
            for name, (_, model) in names.items():
                found[key].setdefault(bare_name(name), []).append(model)
        return found

    @property
    def providers(self) -> tuple[str, ...]:
        """Ids of the providers that have a price list."""
        return tuple(self._providers)

    def resolve(self, provider: str) -> str | None:
        """Id of the price list that a provider's name means, as in `Amazon Bedrock` or `vertex_ai`; None: there is none."""
        found = data_snapshot.find_provider_by_id(list(self._providers.values()), provider.replace(" ", "-"))
        return found.id if found else None

    def maker(self, model: str) -> str | None:
        """Id of the price list that claims models of such a name; None: none does."""
        claims = (p for p in self._providers.values() if p.model_match and p.model_match.is_match(model.casefold()))
        return next((provider.id for provider in claims), None)

    def find(self, provider: str, name: str) -> Listing | None:
        """The entry of a provider that the name means, a maker's where the provider resells its models."""
        if found := self._find_own(provider, name):
            return found
        for maker in self._providers[provider].fallback_model_providers or ():
            if found := self._find_own(maker, name):
                return Listing(maker, found.model, ("maker_price", *found.steps))
        return None

    def nearest(self, provider: str, name: str) -> str | None:
        """An entry whose rules take the name by its beginning only, which is not enough for a price."""
        model = self._providers[provider].find_model(name.casefold())
        return f"{provider}/{model.id}" if model else None

    def prices(self, listing: Listing, day: date, tier: str = "") -> tuple[list[Price], bool]:
        """Prices of an entry on a day (UTC), and whether the tier has prices of its own where it needs them."""
        parts = list(_day_parts(listing.model, day))
        context = _context(tier)
        known = not context or any(
            all(context.get(key) == value for key, value in variant.when.items())
            and (variant.constraint is None or variant.constraint.active(parts[0][2]))
            for variant in ("maker_price" not in listing.steps and listing.model.price_variants) or ()
        )
        prices = []
        for start, end, moment in parts:
            found = listing.model.get_prices(moment, context if known else None)
            prices += _steps_of_context(found, _effective_date(listing.model, moment), start, end)
        return prices, known

    def history(self, listing: Listing) -> Iterator[tuple[Price, str]]:
        """All prices that the list has for an entry, tiers and steps of the context included, and when each holds, in words.

        The oldest price of a tier has no first day either, it is taken for all days before.
        """
        conditionals = _conditionals(listing.model)
        starts = sorted(start for one in conditionals if (start := _start(one.constraint)))
        for one in conditionals:
            for price in _steps_of_context(one.prices, _start(one.constraint), 0, MINUTES_OF_DAY):
                yield price, _told(_hours(one.constraint) or _span(price.effective_date, starts), _beyond(price))
        for kinds, since, listed, variant in _tiers(listing.model.price_variants or ()):
            for price in _steps_of_context(variant.prices, since, 0, MINUTES_OF_DAY):
                yield price, _told(kinds, listed, _beyond(price))

    def pairs(self, providers: tuple[str, ...]) -> set[tuple[Decimal, Decimal]]:
        """Pairs of input and output rates that these providers ever listed, without tiers and long contexts."""
        models = (model for provider in providers for model in self._providers[provider].models)
        rates = [_rates(conditional.prices, 0) for model in models for conditional in _conditionals(model)]
        return {(each.input, each.output) for each in rates if each.input is not None and each.output is not None}

    def spelled(self, provider: str, name: str) -> list[Listing]:
        """Entries of a provider one of whose names is this bare one behind vendors, as `deepseek/deepseek-chat`."""
        models = {id(model): model for model in self._bare_names[provider].get(name, ())}
        return [Listing(provider, model, ("exact",)) for model in models.values()]

    def _find_own(self, provider: str, name: str) -> Listing | None:
        spelled = self._names[provider].get(name.casefold())
        if spelled:
            return Listing(provider, spelled[1], ("exact" if spelled[0] == name else "spelling",))
        for model in self._providers[provider].models:
            if _takes(model.match, name.casefold()):
                return Listing(provider, model, ("exact",) if name == model.id else ("dated_name",))
        return None


def _spelled(provider: types.Provider) -> Iterator[tuple[str, tuple[str, types.ModelInfo]]]:
    for model in provider.models:
        for name in (*_equals(model.match), model.id):
            yield name.casefold(), (name, model)


def _equals(clause: object) -> Iterator[str]:
    if isinstance(clause, types.ClauseEquals):
        yield clause.equals
    elif isinstance(clause, types.ClauseOr):
        for part in clause.or_:
            yield from _equals(part)


def _takes(clause: object, name: str) -> bool:
    """Whether a rule takes the name, and leaves no more of it than vendor, date and version."""
    if isinstance(clause, types.ClauseOr):
        return any(_takes(part, name) for part in clause.or_)
    if isinstance(clause, types.ClauseAnd):
        ends = [part for part in clause.and_ if not isinstance(part, types.ClauseRegex)]
        return clause.is_match(name) and all(_takes(part, name) for part in ends)
    if isinstance(clause, types.ClauseRegex):
        match = re.search(clause.regex, name)
        return bool(match) and not re.search(r"\w", name[match.end() :])
    if isinstance(clause, types.ClauseEquals):
        return False  # looked up before
    text = _text_of(clause).casefold()
    before, found, after = name.partition(text) if text else ("", "", name)
    return bool(found) and clause.is_match(name) and bool(_VENDORS.fullmatch(before)) and is_version(after)


def _text_of(clause: object) -> str:
    return next(iter(vars(clause).values()))


def _context(tier: str) -> dict[str, str]:
    """What the list calls a tier of service."""
    tier = tier.casefold().strip()
    if tier in _STANDARD_TIERS:
        return {}
    return {"processing": "batch"} if tier == "batch" else {"service_tier": tier, "speed": tier}


def _conditionals(model: types.ModelInfo) -> list[types.ConditionalPrice]:
    return model.prices if isinstance(model.prices, list) else [types.ConditionalPrice(prices=model.prices)]


def _day_parts(model: types.ModelInfo, day: date) -> Iterator[tuple[int, int, datetime]]:
    """Minutes from/until of the parts of a day that may differ in price, with the first moment of each."""
    clocks = [c.constraint for c in _conditionals(model) if isinstance(c.constraint, types.TimeOfDateConstraint)]
    marks = {_minute(moment) for clock in clocks for moment in (clock.start_time, clock.end_time)}
    marks = sorted(marks | {0, MINUTES_OF_DAY})
    for start, end in pairwise(marks):
        yield start, end, datetime.combine(day, time(), UTC) + timedelta(minutes=start)


def _start(constraint: object) -> date | None:
    return getattr(constraint, "start_date", None)


def _tiers(variants: Sequence[types.PriceVariant]) -> Iterator[tuple[str, date | None, str, types.PriceVariant]]:
    """Of each price of a tier the tier, the first day (None for the oldest) and since when it is listed, in words."""
    for variant in variants:
        start = _start(variant.constraint)
        is_oldest = start == min(_start(one.constraint) or date.min for one in variants if one.when == variant.when)
        kinds = " and ".join(f"{kind.replace('_', ' ')} {value}" for kind, value in variant.when.items())
        listed = f"listed since {start}" if is_oldest else _span(start, ())
        yield f"for {kinds}", None if is_oldest else start, listed, variant


def _told(*words: str) -> str:
    return " ".join(word for word in words if word)


def _hours(constraint: object) -> str:
    if not isinstance(constraint, types.TimeOfDateConstraint):
        return ""
    return f"from {constraint.start_time:%H:%M} to {constraint.end_time:%H:%M} UTC"


def _span(since: date | None, starts: Sequence[date]) -> str:
    """The days of a price that begins on one of these days, or before all of them."""
    until = next((start for start in starts if since is None or start > since), None)
    if since is None:
        return f"before {until}" if until else ""
    return f"from {since} until {until}" if until else f"from {since}"


def _beyond(price: Price) -> str:
    return f"beyond {price.from_input_tokens - 1:,} input tokens" if price.from_input_tokens else ""


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _effective_date(model: types.ModelInfo, moment: datetime) -> date | None:
    """First day of the price that counts at a moment; the oldest price has none, it is taken for all days before."""
    for conditional in reversed(_conditionals(model)):
        if conditional.constraint is None or conditional.constraint.active(moment):
            return _start(conditional.constraint)
    return None


def _steps_of_context(prices: types.ModelPrice, since: date | None, start: int, end: int) -> list[Price]:
    """A price per step of the context length; the list's steps hold for all tokens of a request beyond them."""
    tiered = [value for value in vars(prices).values() if isinstance(value, types.TieredPrices)]
    marks = sorted({0, *(tier.start + 1 for value in tiered for tier in value.tiers)})
    return [
        Price(_rates(prices, first), since, first, until, start, end)
        for first, until in zip(marks, [*marks[1:], None], strict=True)
    ]


def _rates(prices: types.ModelPrice, input_tokens: int) -> Rates:
    rates = {name: _at(vars(prices).get(key), input_tokens) for name, key in _KEYS.items()}
    if rates["cache_write_5m"] is None:
        rates["cache_write_5m"] = _at(vars(prices).get("cache_write_5m_mtok"), input_tokens)
    per_thousand = _at(vars(prices).get("requests_kcount"), input_tokens)
    return Rates(**rates, request=None if per_thousand is None else per_thousand / 1000)


def _at(value: Decimal | types.TieredPrices | None, input_tokens: int) -> Decimal | None:
    if not isinstance(value, types.TieredPrices):
        return value
    reached = [tier.price for tier in value.tiers if input_tokens > tier.start]
    return reached[-1] if reached else value.base
