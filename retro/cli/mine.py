"""retro mine"""

from typing import Annotated

import typer

from retro.cli.screen import ProjectOption, bars, complain, project_root, tell, warn


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(mine)


def mine(
    project: ProjectOption = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything again, not only what is new.")] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove rows whose source is gone; without it they are kept, marked.")
    ] = False,
) -> None:
    """Brings the warehouse up to date; only what is new is read.

    Example: retro mine --project ~/src/platform
    """
    from retro import pipeline

    with bars() as progress:
        mined = pipeline.mine(project_root(project), full=full, prune=prune, progress=progress)
    report(mined)
    if mined.failures:
        raise typer.Exit(1)


def report(mined) -> None:
    """What a run did, on stderr: new commits and failures by repository."""
    for repo, count in mined.commits.items():
        tell(f"{repo}: {count:,} commits read")
    if mined.requests:
        tell(f"bills and transcripts: {mined.requests:,} rows read")
    for (repo, counted), count in mined.repeated.items():
        warn(f"{repo}: {count:,} commits are those of {counted} too and count there; a second clone needs no [[repos]]")
    if not mined.is_written:
        tell("nothing new")
    _report_unread(*mined.unread)
    for repo, error in mined.failures.items():
        complain(f"{repo}: {error}")


def _report_unread(logs: int, rows: int) -> None:
    """That something was left out of logs and transcripts; what it was is the doctor's to say."""
    if logs:
        from retro.figures.wording import counted

        what = f"{counted(rows, 'row')} skipped" if rows else "something left out"
        warn(f"{what} in {counted(logs, 'log')}: `retro doctor` says what and why")
