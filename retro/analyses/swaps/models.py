"""Whether a token is a model's name, by the price data alone, and the forms in which a file may write it.

No word decides: `claude.py` and `gpt_utils` are like models and are none. A name counts that the public price list knows (vendor,
route and date left aside), or that the team prices in retro.toml, and that has a digit or a hyphen in it: `command`, `sonar` and
`auto` are models too, but mostly other things.
"""

import re
from collections.abc import Iterable
from functools import cache

from retro.config import PriceSettings

_MARKED = re.compile(r"(?=.*[a-zA-Z])(?=.*[\d-])[\w.:/@+-]{3,120}")
_DATE = re.compile(r"[-@](?:\d{8}|\d{4}-\d{2}-\d{2})$")
_WILDCARD = re.compile(r"[*?]")


def is_marked(token: str) -> bool:
    """Whether a token has what names of models have: letters, and a digit or a hyphen."""
    return bool(_MARKED.fullmatch(token))


class Models:
    """Names of models: those of the public price list and the team's own."""

    def __init__(self, prices: Iterable[PriceSettings] = ()) -> None:
        spelled = {name.casefold() for section in prices for name in section.models}
        self._own = {name for name in spelled if not _WILDCARD.search(name)}
        self._own |= {name.rpartition("/")[2] for name in self._own}

    def is_model(self, token: str) -> bool:
        """Whether the price data knows the name."""
        if not is_marked(token):
            return False
        return not self._own.isdisjoint(self._own_forms(token)) or _is_listed(token)

    @staticmethod
    def _own_forms(token: str) -> set[str]:
        """A name in lower case, whole, and without vendor and date."""
        name = token.casefold()
        return {name, _DATE.sub("", name.rpartition("/")[2])}

    def forms(self, token: str) -> tuple[str, ...]:
        """The name as it is, and without vendor where it has one: what price tables often hold."""
        short = token.rpartition("/")[2]
        return (token, short) if short != token and self.is_model(short) else (token,)

    def loose_forms(self, token: str) -> tuple[str, ...]:
        """The forms, and each without its date."""
        forms = self.forms(token)
        return tuple(dict.fromkeys([*forms, *(_DATE.sub("", form) for form in forms)]))


@cache
def _is_listed(token: str) -> bool:
    # Imported here: the price list takes 0.3 s, which a project without such a token need not pay.
    from retro.analyses.prices.model_names import bare_name, places
    from retro.analyses.prices.price_list import price_list

    known = price_list()
    if any(known.find(place.provider, place.name) for place in places(None, token, known)):
        return True
    name = bare_name(token)
    return any(known.spelled(provider, name) for provider in known.providers)
