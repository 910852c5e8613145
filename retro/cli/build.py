"""retro build"""

from typing import Annotated

import typer

from retro.cli.mine import report
from retro.cli.screen import BEHIND, ProjectOption, SprintOption, bars, complain, project_root, tell, warn


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(build)


def build(
    sprint: SprintOption = None,
    project: ProjectOption = None,
    notebook: Annotated[
        str | None,
        typer.Option("--notebook", metavar="NAME", help="Run this notebook alone; your own `notebooks/` first."),
    ] = None,
    no_mine: Annotated[bool, typer.Option("--no-mine", help="Take the warehouse as it is.")] = False,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Mines, runs the notebooks and writes the main page and its deep pages, each self-contained; prints where the first is.

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
    for page in built.deep_pages:
        tell(f"deep page: {page}")
    for name, error in built.failures.items():
        complain(f"notebook {name}: {error}")
    print(built.page)
    if open_page:
        typer.launch(built.page.as_uri())
    if built.failures or (built.mined and built.mined.failures):
        raise typer.Exit(1)
