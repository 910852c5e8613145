"""retro tables"""

from typing import Annotated

import typer

from retro.cli.screen import ProjectOption, console, print_table, project_root


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(tables)


def tables(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A table or view; without one, all of them are listed.")
    ] = None,
    project: ProjectOption = None,
) -> None:
    """Shows the data dictionary: tables and views, or one of them with its columns.

    Example: retro tables commit_files
    """
    from retro import dictionary
    from retro.warehouse import FILE

    relations = dictionary.relations(project_root(project) / FILE)
    if name is None:
        rows = [[each.name, each.kind, f"{each.row_count:,}", each.comment] for each in relations.values()]
        return print_table(["name", "kind", "rows", "holds"], rows, frozenset({"rows"}))
    chosen = dictionary.find(relations, name)
    console().print(chosen.comment, soft_wrap=True)
    return print_table(["column", "type", "meaning"], [list(column) for column in chosen.columns])
