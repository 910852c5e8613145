"""Several notebooks at the same time, each in a Python of its own."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from retro.errors import NotebookError
from retro.notebooks import run_notebook
from retro.quick_imports import quick_import

if TYPE_CHECKING:
    from nbformat import NotebookNode

AT_ONCE = 2
Teller = Callable[[str, int, int], None]


def run_notebooks(
    templates: Mapping[str, Path],
    parameters: Mapping[str, dict[str, Any]],
    working_folder: Path,
    on_cell: Teller | None = None,
    timeout_seconds: int = 600,
) -> "dict[str, NotebookNode | NotebookError]":
    """Each notebook executed, or why it could not be, by name, in the order given; two run at a time.

    `on_cell` is told the notebook's name, the number of the code cell that starts and how many there are, in the thread of
    that notebook. Leaving by an exception (Ctrl-C) ends the Pythons at once.
    """
    # Here and not in the threads, which would import them at the same time.
    quick_import("nbformat")
    kernels = quick_import("retro.kernels")

    is_stopping = Event()

    def run(name: str) -> "NotebookNode | NotebookError":
        def tell(number: int, count: int) -> None:
            if is_stopping.is_set():
                raise NotebookError(f"notebook {name}: stopped")
            if on_cell:
                on_cell(name, number, count)

        try:
            return _in_own_loop(
                lambda: run_notebook(templates[name], parameters[name], working_folder, tell, timeout_seconds)
            )
        except NotebookError as error:
            return error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = {name: pool.submit(run, name) for name in templates}
        try:
            return {name: future.result() for name, future in waiting.items()}
        except BaseException:
            is_stopping.set()
            pool.shutdown(wait=False, cancel_futures=True)
            kernels.end_all()
            raise


def _in_own_loop(work: "Callable[[], NotebookNode]") -> "NotebookNode":
    """Runs `work` with an event loop for this thread, which is closed after it."""
    from jupyter_core.utils import ensure_event_loop

    loop = ensure_event_loop()
    try:
        return work()
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        asyncio.set_event_loop(None)
        loop.close()
