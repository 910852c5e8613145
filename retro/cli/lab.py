"""retro lab"""

from contextlib import suppress
from typing import Annotated

import typer

from retro.cli.screen import ProjectOption, project_root, tell


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(lab)


def lab(
    project: ProjectOption = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
    port: Annotated[int | None, typer.Option("--port", help="Port on this machine; without it, a free one.")] = None,
) -> None:
    """Opens JupyterLab on the project's notebooks, with the warehouse read-only. Needs retro-toolkit\\[lab].

    Example: retro lab
    """
    from retro import laboratory

    root = project_root(project)
    tell(f"notebooks to try things in: {laboratory.lay_out(root)}")
    with suppress(KeyboardInterrupt):  # the ordinary way out of JupyterLab
        laboratory.open_lab(root, opens_browser=not no_browser, port=port)
