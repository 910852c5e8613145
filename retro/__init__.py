"""Retro: retrospectives of what really happened in a sprint. The public names, each loaded when first used."""

from importlib import import_module

_HOMES = {
    "Coverage": "retro.queries",
    "Result": "retro.queries",
    "Warehouse": "retro.queries",
    "open_warehouse": "retro.queries",
    "RetroError": "retro.errors",
    "bars": "retro.figures.charts",
    "change_matrix": "retro.figures.dot_matrix",
    "cost_bars": "retro.figures.money_charts",
    "cost_bridge": "retro.figures.money_charts",
    "cost_days": "retro.figures.money_charts",
    "coupling_matrix": "retro.figures.reach_charts",
    "coverage_bars": "retro.figures.charts",
    "day_strip": "retro.figures.day_charts",
    "figure": "retro.figures",
    "hotspot_dots": "retro.figures.reach_charts",
    "incident_lanes": "retro.figures.lane_charts",
    "interval_dots": "retro.figures.interval_charts",
    "knowledge_dots": "retro.figures.reach_charts",
    "line_strip": "retro.figures.day_charts",
    "page_head": "retro.figures",
    "paired_dots": "retro.figures.charts",
    "share_bars": "retro.figures.charts",
    "summary": "retro.figures",
    "swap_matrix": "retro.figures.dot_matrix",
    "tiles": "retro.figures",
    "trend_lanes": "retro.figures.trend_charts",
    "watch_lanes": "retro.figures.reach_charts",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'retro' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
