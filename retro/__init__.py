"""Retro: retrospectives of what really happened in a sprint. The public names, each loaded when first used."""

from importlib import import_module

_HOMES = {
    "Coverage": "retro.queries",
    "Result": "retro.queries",
    "Warehouse": "retro.queries",
    "open_warehouse": "retro.queries",
    "RetroError": "retro.errors",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'retro' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
