"""Folders with queries: the project's own, looked at first, and the ones that come with Retro.

Imports nothing: every run asks, and most find nothing new.
"""

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent
_HOLDS = {"queries": "*/*.sql", "notebooks": "*.ipynb"}


def folders(root: Path) -> tuple[Path, ...]:
    """Folders with queries, the project's own first."""
    return (root / "queries", shipped("queries"))


def shipped(folder: str) -> Path:
    """A folder that comes with Retro: inside the installed package, or at the top of a checkout."""
    inside, beside = _PACKAGE / folder, _PACKAGE.parent / folder
    return inside if any(inside.glob(_HOLDS[folder])) else beside
