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
    also: Annotated[
        list[str] | None,
        typer.Option("--also", metavar="FORM", help="Write md, csv or parquet of the pages too; may be repeated."),
    ] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Mines, runs the notebooks and writes the main page and its deep pages, each self-contained; prints where the first is.

    Examples: retro build --sprint 2 --open · retro build --also md --also csv
    """
    from retro import pipeline
    from retro.page.changes import changes_text

    root = project_root(project)
    pipeline.check_forms(also or ())
    if no_mine and pipeline.is_behind(root):
        warn(BEHIND)
    with bars() as progress:
        built = pipeline.build(root, sprint, notebook=notebook, is_mining=not no_mine, progress=progress)
    if built.mined:
        report(built.mined)
    tell(f"sprint {built.sprint}: the page, the executed notebook and the frozen numbers are in {built.page.parent}")
    for page in built.deep_pages:
        tell(f"deep page: {page}")
    tell(f"all sprints: {built.index}")
    if also:
        tell(f"{' and '.join(also)}: {len(pipeline.export(root, built, also))} files, in {built.page.parent}")
    for name, changes in built.changes.items():
        tell(f"{name}: {changes_text(changes, 'UTC')}")
    for name, error in built.failures.items():
        complain(f"notebook {name}: {error}")
    print(built.page)
    if open_page:
        typer.launch(built.page.as_uri())
    if built.failures or (built.mined and built.mined.failures):
        raise typer.Exit(1)
