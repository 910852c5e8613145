"""mine = sources -> load -> analyses -> load -> swap; build = mine -> notebooks -> reports. Names are loaded when first used."""

from importlib import import_module

_HOMES = {
    "Built": "retro.pipeline.building",
    "Mined": "retro.pipeline.mining",
    "Progress": "retro.pipeline.mining",
    "Silent": "retro.pipeline.mining",
    "build": "retro.pipeline.building",
    "check_forms": "retro.pipeline.exports",
    "choose_sprint": "retro.pipeline.mining",
    "export": "retro.pipeline.exports",
    "is_behind": "retro.pipeline.mining",
    "mine": "retro.pipeline.mining",
    "project_sprints": "retro.pipeline.mining",
    "shown_sprint": "retro.pipeline.building",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'retro.pipeline' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
