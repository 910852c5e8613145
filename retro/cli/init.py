"""retro init"""

from pathlib import Path
from typing import Annotated

import typer

from retro.cli.screen import tell, warn


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(init)


def init(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Your repository, or a folder with several.")] = Path(
        "."
    ),
) -> None:
    """Looks around and writes a commented retro.toml; never overwrites one.

    Example: retro init ~/src/platform
    """
    from retro import project

    written = project.init(folder.resolve())
    for note in written.notes:
        warn(note)
    tell(f"wrote {written.file}; read it once, then run `retro build`")
