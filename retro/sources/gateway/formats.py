"""What a system's module says of its logs."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

Line = tuple[int, object]  # a value of the file and the line where it begins
# Fields of a request by the names of `retro.config.gateways`; a reason why a record counts nowhere; None for what is no record.
Request = tuple[int, dict[str, object] | str | None]


@dataclass(frozen=True)
class Format:
    """How one system writes requests.

    `requests` gives the fields of each; it is told which names the section's `tags` want. What is None here, retro.toml may
    say; a request may bring its own `cache_in_input` and `reasoning_in_output`. `is_bucket`: the log tells of sums over time,
    not of requests.
    """

    requests: Callable[[Iterable[Line], frozenset[str]], Iterator[Request]]
    timezone: str | None = None
    currency: str | None = None
    provider: str | None = None
    cache_in_input: bool | None = None
    reasoning_in_output: bool | None = None
    key_fields: tuple[str, ...] = ("id",)
    is_bucket: bool = False


def dig(value: object, *path: str) -> object:
    """What stands at the end of a path of keys; None where the path ends early."""
    for key in path:
        value = value.get(key) if type(value) is dict else None
    return value


def records(value: object, name: str = "data") -> list:
    """The list under `name`, as pages of an interface have it; else the value itself."""
    inner = dig(value, name)
    return inner if type(inner) is list else [value]


def milliseconds(text: object) -> str | None:
    """Seconds from milliseconds, as text."""
    try:
        return str(float(text) / 1000) if isinstance(text, str) else None
    except ValueError:
        return None
