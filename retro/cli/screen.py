"""What the verbs share: the project option, the two consoles, a progress display and tables."""

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, local
from typing import TYPE_CHECKING, Annotated

import typer

from retro.cli.progress_lines import Lines

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

ProjectOption = Annotated[
    Path | None,
    typer.Option(
        "--project", "-C", metavar="DIR", help="Folder with retro.toml; without it, this one or the nearest above."
    ),
]
SprintOption = Annotated[
    str | None,
    typer.Option("--sprint", "-s", metavar="ID", help="Sprint; without it, the last that ended and has commits."),
]
BEHIND = (
    "settings, views or the plan of sprints changed since mining; these are the numbers of before: run `retro mine`"
)
_SHOWN_ROWS = 200
_WIDE = 10_000


def project_root(project: Path | None) -> Path:
    """The project's folder: the one named, or the nearest with a retro.toml."""
    from retro.config import find_project

    return project.resolve() if project is not None else find_project()


def console(is_error: bool = False) -> "Console":
    """A console on stdout, or on stderr; colour only where a terminal shows it."""
    from rich.console import Console

    stream = sys.stderr if is_error else sys.stdout
    width = None if stream.isatty() else _WIDE  # a file or a pipe gets whole lines
    return Console(stderr=is_error, highlight=False, markup=False, emoji=False, width=width)


def complain(message: str) -> None:
    """An error on stderr."""
    _say("error: ", "bold red", message)


def warn(message: str) -> None:
    """Something to know on stderr."""
    _say("note: ", "yellow", message)


def tell(message: str) -> None:
    """What was done, on stderr; without Rich, whose import would be a tenth of a run that finds nothing new."""
    from retro.formats import printable

    print(printable(message), file=sys.stderr)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[str] = frozenset()) -> None:
    """A table on stdout, without markup and with control characters spelled out; the columns in `right` are numbers."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from retro.formats import printable

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(
            Text(printable(column)),
            justify="right" if column in right else "left",
            overflow="fold",
            min_width=len(column),
        )
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console().print(table)


def print_frame(frame: "pl.DataFrame") -> None:
    """Rows as a table on stdout, the first two hundred, and how many more there are; a single row stands upright."""
    from retro.formats import cell_text

    if frame.height == 1:
        return print_table(
            ["column", "value"], [[name, cell_text(value)] for name, value in frame.row(0, named=True).items()]
        )
    numbers = frozenset(name for name, kind in frame.schema.items() if kind.is_numeric())
    print_table(
        frame.columns, [[cell_text(value) for value in row] for row in frame.head(_SHOWN_ROWS).iter_rows()], numbers
    )
    if frame.height > _SHOWN_ROWS:
        tell(f"{frame.height - _SHOWN_ROWS:,} more rows; --format csv writes all of them")


def print_as(frame: "pl.DataFrame", kind: str) -> None:
    """Rows on stdout in one of `retro.formats.FORMATS`."""
    from retro.errors import UsageError
    from retro.formats import FORMATS, write

    if kind not in FORMATS:
        raise UsageError(f"--format {kind!r}: unknown; choose one of {', '.join(FORMATS)}")
    if kind == "table":
        print_frame(frame)
    elif kind == "parquet" and sys.stdout.isatty():
        raise UsageError(
            "--format parquet: writes bytes; send them to a file: `retro query ... --format parquet > rows.parquet`"
        )
    else:
        whole = io.BytesIO()  # written at once: a reader that goes away is then told by the system, not by Polars
        write(frame, kind, whole)
        sys.stdout.buffer.write(whole.getvalue())


class Bars:
    """Progress as bars on a terminal, with items per second.

    Threads that work at the same time draw bars below each other: each advances the one that it started last.
    """

    def __init__(self) -> None:
        self._display = None
        self._started = Lock()
        self._own = local()

    def start(self, what: str, total: int) -> None:
        """A piece of work with `total` steps begins; one without steps is not shown."""
        if not total:
            return
        with self._started:
            if self._display is None:
                self._display = self._make()
                self._display.start()
        self._own.task = self._display.add_task(what, total=total, rate="")

    def advance(self, steps: int) -> None:
        """So many more of its steps are done."""
        task = getattr(self._own, "task", None)
        if self._display is None or task is None:
            return
        self._display.advance(task, steps)
        speed = self._display.tasks[task].speed
        self._display.update(task, rate=f"{speed:,.0f}/s" if speed else "")

    def stop(self) -> None:
        """Takes the bars off the screen's live part."""
        if self._display is not None:
            self._display.stop()

    def _make(self):
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        return Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            console=console(is_error=True),
        )


@contextmanager
def bars() -> Iterator[Bars | Lines]:
    """Progress on stderr for the time of a block: bars on a terminal, else lines."""
    drawn = Bars() if sys.stderr.isatty() else Lines()
    try:
        yield drawn
    finally:
        drawn.stop()


def _say(head: str, style: str, message: str) -> None:
    from rich.text import Text

    from retro.formats import printable

    console(is_error=True).print(Text(head, style=style), Text(printable(message)), sep="", soft_wrap=True)
