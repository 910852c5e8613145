"""Charts on the page: the same specifications as in the notebook, as wide as their column and in the page's colours.

Colours become variables of the style sheet, so that light, dark and print need no second drawing: the browser repaints.
"""

from typing import Any

from retro.figures import CHART_TYPE
from retro.figures.theme import COLOURS, INK, MUTED, PAPER, theme

# What Altair 6 writes and the script in the page draws.
PAGE_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
VARIABLES = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    PAPER: "transparent",
    **{colour: f"var(--{meaning.replace(' ', '-')})" for meaning, colour in COLOURS.items()},
}
DATA_KEYS = ("data", "datasets")


def page_theme() -> dict:
    """The Vega-Lite `config` of every chart on the page."""
    return _with_variables(theme())


def page_chart(output: dict) -> dict | None:
    """The chart of a notebook's output for the page, None when there is none.

    Title and look are left out, since the page has its own; a single view or a layered one fills its column.
    """
    drawn = output.get("data", {}).get(CHART_TYPE)
    if drawn is None:
        return None
    config = _only_new(drawn.get("config", {}), theme())
    kept = {key: value for key, value in drawn.items() if key not in ("title", "config")}
    chart = {**_with_variables(kept), "$schema": PAGE_SCHEMA, "config": _with_variables(config)}
    if "mark" in chart or "layer" in chart:
        chart["width"] = "container"
    return chart


def _only_new(config: dict, known: dict) -> dict:
    """What of `config` is not in `known` with the same value."""
    nested = {key: _only_new(value, known.get(key, {})) for key, value in config.items() if isinstance(value, dict)}
    plain = {
        key: value for key, value in config.items() if key not in nested and (key not in known or known[key] != value)
    }
    return {**plain, **{key: value for key, value in nested.items() if value}}


def _with_variables(value: Any) -> Any:
    """Colours of the theme replaced everywhere but in the data, where the same text could mean something else."""
    if isinstance(value, dict):
        return {key: part if key in DATA_KEYS else _with_variables(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_variables(part) for part in value]
    return VARIABLES.get(value, value) if isinstance(value, str) else value
