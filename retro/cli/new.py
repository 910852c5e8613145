"""retro new"""

from typing import Annotated

import typer

from retro.cli.screen import ProjectOption, project_root, tell, warn

_NEXT = {"notebook": "retro build --notebook {}", "query": "retro query {}"}


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(new)


def new(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="notebook or query.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Lower-case letters, digits and _.")],
    project: ProjectOption = None,
) -> None:
    """Writes a commented notebook or query into your project, to start from; never overwrites one.

    A shipped name gives a copy of the shipped one; yours is used from then on.

    Examples: retro new notebook releases · retro new query weekday_commits
    """
    from retro.errors import UsageError
    from retro.project.additions import KINDS

    if kind not in KINDS:
        raise UsageError(f"{kind!r}: unknown; choose {' or '.join(KINDS)}")
    added = KINDS[kind](project_root(project), name)
    if added.is_override:
        warn(f"Retro ships a {kind} {name}: this is a copy, used in its place from now on; delete it to return")
    tell(f"wrote {added.file}; next: {_NEXT[kind].format(name)}")
