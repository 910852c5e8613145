"""The verb `new`: a notebook or a query of the team's own, started from a commented template.

The files land where Retro looks first, in `notebooks/` and `queries/metrics/` beside retro.toml. A name that Retro ships
gives a copy of what is shipped, since the new file stands for it from then on.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from retro.config import load_settings
from retro.errors import UsageError
from retro.queries import shipped

TEMPLATES = {".ipynb": "notebook.ipynb", ".sql": "query.sql"}
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True)
class Added:
    """The new file, and whether it stands for a shipped one of its name."""

    file: Path
    is_override: bool


def new_notebook(root: Path, name: str) -> Added:
    """Writes `notebooks/<name>.ipynb` into the project at `root`; `retro build` makes a page of it.

    Raises UsageError for a name that is no name, a file that is there, or a folder that cannot be written;
    SettingsError when `root` holds no valid retro.toml.
    """
    return _add(root, Path("notebooks"), name, ".ipynb")


def new_query(root: Path, name: str) -> Added:
    """Writes `queries/metrics/<name>.sql` into the project at `root`; `retro query <name>` runs it.

    Raises what `new_notebook` raises.
    """
    return _add(root, Path("queries") / "metrics", name, ".sql")


# What can be made, by its name on the command line.
KINDS: dict[str, Callable[[Path, str], Added]] = {"notebook": new_notebook, "query": new_query}


def _add(root: Path, folder: Path, name: str, suffix: str) -> Added:
    if not NAME.fullmatch(name):
        raise UsageError(
            f"{name!r}: a name is lower-case letters, digits and _, starts with a letter and has at most 64"
        )
    load_settings(root)
    place = folder / f"{name}{suffix}"
    original = shipped(place.parts[0]) / place.relative_to(place.parts[0])
    is_override = original.is_file()
    text = original.read_text("utf-8") if is_override else _filled(TEMPLATES[suffix], name)
    _write_new(root / place, text)
    return Added(root / place, is_override)


def _filled(template: str, name: str) -> str:
    text = (Path(__file__).parent / "templates" / template).read_text("utf-8")
    return text.replace("TITLE", name.replace("_", " ").capitalize()).replace("NAME", name)


def _write_new(path: Path, text: str) -> None:
    if os.path.lexists(path):
        raise UsageError(f"{path}: is already there and is never overwritten; edit it, or choose another name")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="") as file:  # also when another run is quicker
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); check room and permission") from error
