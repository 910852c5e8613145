"""retro build"""

from typing import Annotated

import typer

from retro.cli.mine import report
from retro.cli.screen import BEHIND, ProjectOption, SprintOption, bars, project_root, tell, warn


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(build)


def build(
    sprint: SprintOption = None,
    project: ProjectOption = None,
    notebook: Annotated[
        str, typer.Option("--notebook", metavar="NAME", help="Notebook to run; your own `notebooks/` first.")
    ] = "sprint",
    no_mine: Annotated[bool, typer.Option("--no-mine", help="Take the warehouse as it is.")] = False,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Mines, runs the notebook and writes one self-contained page; prints where it is.

    Example: retro build --sprint 2 --open
    """
    from retro import pipeline

    root = project_root(project)
    if no_mine and pipeline.is_behind(root):
        warn(BEHIND)
    with bars() as progress:
        built = pipeline.build(root, sprint, notebook=notebook, is_mining=not no_mine, progress=progress)
    if built.mined:
        report(built.mined)
    tell(f"sprint {built.sprint}: the page, the executed notebook and the frozen numbers are in {built.page.parent}")
    print(built.page)
    if open_page:
        typer.launch(built.page.as_uri())
    if built.mined and built.mined.failures:
        raise typer.Exit(1)
