"""retro sql"""

import sys
from typing import Annotated

import typer

from retro.cli.screen import ProjectOption, complain, print_as, project_root, tell


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(sql)


def sql(
    statement: Annotated[
        str | None, typer.Argument(metavar="[SELECT ...]", help="One statement; without it, a prompt.")
    ] = None,
    sprint: Annotated[str | None, typer.Option("--sprint", "-s", metavar="ID", help="Value of $sprint.")] = None,
    project: ProjectOption = None,
    format: Annotated[str, typer.Option("--format", "-f", help="table, csv, json, parquet or md.")] = "table",
) -> None:
    """Runs SQL on the warehouse, read-only, with no way to other files; that stops accidents, not an attacker.

    Examples: retro sql "select count(*) from commits" · retro sql --sprint 2 "from sprint_totals where sprint = $sprint"
    """
    from retro.queries import ask
    from retro.warehouse import FILE, open_locked

    given = {"sprint": sprint} if sprint is not None else {}
    with open_locked(project_root(project) / FILE) as connection:
        if statement is None and sys.stdin.isatty():
            return _prompt(connection, given, format)
        text = statement if statement is not None else sys.stdin.read()
        return print_as(ask(connection, text, given, "your SQL"), format)


def _prompt(connection, given: dict[str, str], format: str) -> None:
    import readline  # noqa: F401 - gives input() a history and editing

    from retro.errors import RetroError
    from retro.queries import ask

    tell("end a statement with ; - leave with Ctrl-D or .quit - `retro tables` shows what is there")
    lines: list[str] = []
    while True:
        try:
            line = input("retro> " if not lines else "  ...> ")
        except EOFError:
            return print()
        except KeyboardInterrupt:
            print()
            lines = []
            continue
        if not lines and line.strip() in (".quit", ".exit", "quit", "exit"):
            return None
        lines.append(line)
        if not line.rstrip().endswith(";"):
            continue
        try:
            print_as(ask(connection, "\n".join(lines), given, "your SQL"), format)
        except RetroError as error:
            complain(str(error))
        lines = []
