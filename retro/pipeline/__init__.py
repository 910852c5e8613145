"""mine = sources -> load -> analyses -> load -> swap; build = mine -> notebooks -> reports."""

from retro.pipeline.building import Built, build, shown_sprint
from retro.pipeline.mining import Mined, Progress, Silent, choose_sprint, is_behind, mine, project_sprints

__all__ = [
    "Built",
    "Mined",
    "Progress",
    "Silent",
    "build",
    "choose_sprint",
    "is_behind",
    "mine",
    "project_sprints",
    "shown_sprint",
]
