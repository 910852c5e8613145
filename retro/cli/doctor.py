"""retro doctor"""

import typer

from retro.cli.screen import ProjectOption, print_table, project_root


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(doctor)


def doctor(project: ProjectOption = None) -> None:
    """Says what is configured, found, stale or missing, and how to mend it; exit 1 when something does not work.

    Example: retro doctor
    """
    from retro import project as project_folder

    checks = project_folder.doctor(project_root(project))
    print_table(["", "what", "found", "how to mend it"], [[c.level, c.what, c.detail, c.mend or ""] for c in checks])
    if any(check.level == "fail" for check in checks):
        raise typer.Exit(1)
