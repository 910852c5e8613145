"""retro demo"""

from pathlib import Path
from typing import Annotated

import typer

from retro.cli.screen import tell


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(demo)


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="A folder that is empty or not there yet.")] = Path(
        "demo"
    ),
) -> None:
    """Writes a small invented project that retells a real sprint, ready to build.

    Example: retro demo demo && retro build --project demo --sprint 2
    """
    from retro.demo import write_demo

    written = write_demo(folder.resolve())
    tell(f"wrote an invented project to {written}; next: retro build --project {folder} --sprint 2")
