"""From a model's name as a log writes it to the places of a price list where it may stand, each step named.

A log calls one model `claude-sonnet-4-5-20250929`, `anthropic/claude-sonnet-4-5@20250929`,
`openrouter/anthropic/claude-sonnet-4.5` or `bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0`. The steps only take
apart what the name says; no step looks for a name that is like another.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

# What gateways put in front of a name to say where a request goes, and whose price list that is.
ROUTES = {
    "anthropic_text": "anthropic", "azure": "azure", "azure_ai": "azure", "azure_text": "azure", "bedrock": "aws",
    "bedrock_converse": "aws", "cerebras": "cerebras", "chatgpt": "openai", "cloudflare": "cloudflare",
    "databricks": "databricks", "fireworks_ai": "fireworks", "gemini": "google", "github_copilot": "github-copilot",
    "groq": "groq", "litellm_proxy": None, "moonshot": "moonshotai", "novita": "novita", "openai_like": None,
    "openrouter": "openrouter", "sagemaker": "aws", "text-completion-openai": "openai", "together_ai": "together",
    "vertex_ai": "google", "vertex_ai_beta": "google", "xai": "x-ai", "zai": "zai",
}  # fmt: skip
_BEDROCK = re.compile(r"(?:(?:us|us-gov|eu|apac|au|ca|jp|global)\.)?"
                      r"(?:ai21|amazon|anthropic|cohere|deepseek|meta|mistral|openai|qwen|stability|writer)\.[a-z]")  # fmt: skip
_DATE = r"(?:\d{4}-\d{2}-\d{2}|\d{8})"
_VERSION = re.compile(
    rf"(?:[-@](?P<date>{_DATE})|[-@](?:latest|default|preview|exp)|-\d{{2}}-(?:\d{{4}}|\d{{2}})|-\d{{3,4}}|-v\d+(?::\d+)?)"
)
_DATED = re.compile(rf"(?P<name>.+?)[-@](?P<date>{_DATE}|latest|default)$")
_VARIANT = re.compile(r"(?P<name>.+):(?P<variant>[a-z]+)$")
FREE_VARIANT = "free_variant"


@dataclass(frozen=True)
class Place:
    """A name to look for in the price list of `provider`, and the steps that led there."""

    provider: str
    name: str
    steps: tuple[str, ...] = ()


def places(provider: str | None, model: str, known_providers) -> Iterator[Place]:
    """Where to look for a model, the surest place first.

    `known_providers` has `resolve(name)`, the price list that a provider's name means, and `maker(model)`, the one that
    claims models of such a name.
    """
    for place in _homes(provider, model, known_providers):
        for name, steps in _spellings(place.name):
            yield Place(place.provider, name, place.steps + steps)


def is_version(text: str) -> bool:
    """Whether what follows a model's name is no more than dates and versions: `-20250929-v1:0`, `@default`, or nothing."""
    while text:
        match = _VERSION.match(text)
        if not match or not _is_day(match["date"]):
            return False
        text = text[match.end() :]
    return True


def is_free(model: str) -> bool:
    """Whether the name is that of a free variant."""
    match = _VARIANT.fullmatch(model.casefold())
    return bool(match) and match["variant"] == "free"


def bare_name(model: str) -> str:
    """A name without vendor, variant and date, in lower case: what providers of one model share."""
    name = model.casefold().rpartition("/")[2]
    if match := _VARIANT.fullmatch(name):
        name = match["name"]
    return match["name"] if (match := _DATED.fullmatch(name)) and _is_day(match["date"]) else name


def _homes(provider: str | None, model: str, known) -> Iterator[Place]:
    """Price lists for the name, prefixes apart, versions left on."""
    own = known.resolve(provider) if provider else None
    if own:
        yield Place(own, model)
    head, slash, rest = model.partition("/")
    vendor = known.resolve(head) if slash else None
    if slash and head.casefold() in ROUTES:
        for place in _homes(ROUTES[head.casefold()] or provider, _after_region(head, rest), known):
            yield Place(place.provider, place.name, ("route_prefix", *place.steps))
    elif slash:
        if own:
            yield Place(own, rest, ("vendor_prefix",))
        if vendor and vendor != own:
            yield Place(vendor, rest, ("vendor_prefix", *(("other_provider",) if provider else ())))
        if own != "openrouter":
            yield Place("openrouter", model, ("vendor_slug",))
    if _BEDROCK.match(model.casefold()) and own != "aws":
        yield Place("aws", model, ("bedrock_id",))
    if (maker := known.maker(model)) and maker not in (own, vendor):
        yield Place(maker, model, ("other_provider" if provider else "provider_by_name",))


def _after_region(head: str, rest: str) -> str:
    """Bedrock's routes may name a way and a region first: `bedrock/converse/us-east-1/anthropic.claude-...`."""
    return rest.rpartition("/")[2] if head.casefold().startswith("bedrock") else rest


def _spellings(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name, then without its variant, then without its date; each with the steps."""
    yield name, ()
    bare, steps = name, ()
    if match := _VARIANT.fullmatch(bare):
        bare, steps = match["name"], (FREE_VARIANT if match["variant"] == "free" else f"variant_{match['variant']}",)
        yield bare, steps
    if (match := _DATED.fullmatch(bare)) and _is_day(match["date"]):
        yield match["name"], (*steps, "dated_name")


def _is_day(text: str | None) -> bool:
    """Whether a date in a name is one; 99999999 is none. Words such as `latest` pass."""
    digits = (text or "").replace("-", "")
    if not digits.isdigit():
        return True
    try:
        return 2020 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year <= 2100
    except ValueError:
        return False
