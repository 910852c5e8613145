"""The command line: a file per verb, each of which parses, calls one function and prints.

Exit 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C. Results go to stdout, everything else to stderr.
"""

import sys
from importlib import import_module

import typer
from typer.core import TyperGroup

from retro.cli.screen import complain
from retro.errors import RetroError

_VERBS = ("init", "demo", "mine", "build", "query", "blast", "sql", "tables", "lab", "new", "doctor")
_STOPPED = "stopped; the warehouse and the reports are as they were before"


class _Verbs(TyperGroup):
    """The group of all verbs: lists them in the order of a first use and words what went wrong."""

    def list_commands(self, ctx: typer.Context) -> list[str]:
        return list(_VERBS)

    def invoke(self, ctx: typer.Context) -> object:
        try:
            return super().invoke(ctx)
        except RetroError as error:
            if ctx.params.get("debug"):
                raise
            complain(str(error))
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt as error:
            complain(_STOPPED)
            raise typer.Exit(130) from error


app = typer.Typer(
    cls=_Verbs,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        print(version("retro-toolkit"))
        raise typer.Exit


@app.callback()
def retro(
    debug: bool = typer.Option(False, "--debug", help="Show where in the program an error came from."),
    version: bool = typer.Option(
        False, "--version", help="Show the version and stop.", callback=_show_version, is_eager=True
    ),
) -> None:
    """Turns what really happened in a sprint into one DuckDB file, notebooks and one HTML page.

    [bold]First steps[/bold]

      retro demo demo && retro build --project demo --open     look at an invented sprint

      retro init && retro build --open                         your own repository
    """


for _verb in _VERBS:
    import_module(f"retro.cli.{_verb}").register(app)


def main() -> None:
    """Entry point of the command `retro`."""
    sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app()
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        if str(error) == "Query interrupted":  # a RuntimeError: so does DuckDB call Ctrl-C
            complain(_STOPPED)
            sys.exit(130)
        complain(
            f"{type(error).__name__}: {error}; a fault in Retro: `retro --debug ...` shows where, please report it"
        )
        sys.exit(1)
