"""Steps of a trace -> its requests, each once: a call that a library and the client below it both write down is one.

Which of two tellings is right the trace does not say; the one that tells more has been true wherever that could be seen
(the other one was counted from the text, without tools and pictures).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import count

from retro.sources.gateway.formats import Request

TOLD_INSIDE = "usage told again by the steps inside it"
TOLD_AROUND = "usage told again by the step around it"
_DEARER = Decimal("1.001")  # sums of floats differ in their last digits
_TOKENS = ("input_tokens", "output_tokens")
Amount = tuple[int, Decimal]
_NOTHING: Amount = (0, Decimal(0))


@dataclass(frozen=True)
class Step:
    """A step of a trace: its id, the step around it, what it tells of a request, and whether it is a call of a model.

    `request` is None for a step that tells of none, and a reason for one that is to be counted and left out.
    """

    line: int
    key: str | None
    parent: str | None
    request: dict[str, object] | str | None
    is_call: bool = True


def requests_of(steps: Iterable[Step]) -> Iterator[Request]:
    """The requests of a trace, each once, in its order.

    A step around others (an agent, a tool) sums theirs up and counts only where they tell nothing; of calls within calls
    the telling with more tokens counts, then the dearer, then the inner one.
    """
    numbers = count()
    keyed = [(next(numbers) if step.key is None else step.key, step) for step in steps]
    inside, around = _told_again(keyed)
    for key, step in keyed:
        if step.request:
            yield step.line, TOLD_INSIDE if key in inside else TOLD_AROUND if key in around else step.request


def _told_again(keyed: Sequence[tuple[object, Step]]) -> tuple[set, set]:
    """Keys of the steps that those inside tell of, and of those that a step around tells of."""
    parents = {key: step.parent for key, step in keyed}
    own: dict[object, tuple[Amount, bool]] = {}
    for key, step in keyed:
        if type(step.request) is dict:
            own[key] = max(own.get(key, (_NOTHING, False)), (_amount(step.request), step.is_call))
    inside: set = set()
    told: dict[object, Amount] = defaultdict(lambda: _NOTHING)
    met: set = set()
    order = _from_the_leaves(parents)
    for key in order:
        amount = told[key]
        if key in own:
            if key in met and not _counts(*own[key], amount):
                inside.add(key)
            else:
                amount = own[key][0]
        if key in own or key in met:
            met.add(parents.get(key))
        whole = told[parents.get(key)]
        told[parents.get(key)] = (whole[0] + amount[0], whole[1] + amount[1])
    return inside, _covered(order, parents, own.keys() - inside) - inside


def _from_the_leaves(parents: dict) -> list:
    """Every step behind those inside it; steps that stand around themselves are left out."""
    waiting: dict[object, int] = defaultdict(int)
    for parent in parents.values():
        waiting[parent] += 1
    order = [key for key in parents if not waiting[key]]
    for key in order:
        parent = parents[key]
        waiting[parent] -= 1
        if not waiting[parent] and parent in parents:
            order.append(parent)
    return order


def _covered(order: Sequence, parents: dict, counting: set) -> set:
    """The steps inside one that counts."""
    covered: set = set()
    for key in reversed(order):
        if parents[key] in covered or (parents[key] in counting and parents[key] in parents):
            covered.add(key)
    return covered


def _counts(own: Amount, is_call: bool, inside: Amount) -> bool:
    """Whether a step with others inside it is the better telling."""
    if not is_call:
        return inside == _NOTHING
    return own[0] > inside[0] or (own[0] == inside[0] and own[1] > inside[1] * _DEARER)


def _amount(request: dict[str, object]) -> Amount:
    """All tokens of a request and its cost; what cannot be read is nothing."""
    tokens = _number(request.get("total_tokens"))
    if not tokens:
        apart = ["cache_read_tokens", "cache_write_tokens"] if request.get("cache_in_input") is False else []
        apart += ["reasoning_tokens"] if request.get("reasoning_in_output") is False else []
        tokens = sum(_number(request.get(name)) for name in (*_TOKENS, *apart))
    return int(tokens), _number(request.get("cost"))


def _number(text: object) -> Decimal:
    try:
        number = Decimal(text) if isinstance(text, str) and len(text) < 40 else Decimal(0)
    except InvalidOperation:
        return Decimal(0)
    return number if number.is_finite() and 0 <= number < 10**18 else Decimal(0)
