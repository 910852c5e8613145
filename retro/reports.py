"""Executed notebooks as reports: the page, the notebook beside it, and the frozen numbers.

The page is one HTML file that loads nothing. Its Content-Security-Policy admits the scripts and the style of this
package by digest and nothing else, so text that got into the data could not run even if it were not escaped; and it is
escaped.
"""

import os
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from retro.errors import RetroError
from retro.notebooks import deep_pages, find_notebook, run_notebook
from retro.page.parts import Page, read_page
from retro.quick_imports import quick_import
from retro.report_numbers import frozen_numbers

if TYPE_CHECKING:
    from nbformat import NotebookNode

MAIN_NOTEBOOK = "sprint"
IGNORED = "# Reports are made again by `retro build`.\n*\n"
_TEMPORARY = re.compile(r"\.retro-(\d+)-.*")


def build_page(
    root: Path, sprint: str, name: str, folder: Path, on_cell: Callable[[int, int], None] | None = None
) -> list[Path]:
    """Runs a notebook of the project at `root` for a sprint and writes its report into `folder`. Returns the files.

    The main notebook gives `sprint-2.html`, any other one `sprint-2/<name>.html`. Raises UsageError when there is no
    such notebook, NotebookError when a cell fails, RetroError when the folder cannot be written.
    """
    notebook = run_notebook(find_notebook(name, root), {"sprint": sprint}, root, on_cell)
    return write_report(notebook, report_path(folder, sprint, name), page_links(root, folder, sprint, name))


def report_path(folder: Path, sprint: str, name: str = MAIN_NOTEBOOK) -> Path:
    """Where the page of a notebook stands.

    What of the sprint's id should not be in a file name is replaced; a digest then keeps such names apart.
    """
    slug = re.sub(r"[^A-Za-z0-9_-]+", "-", sprint).strip("-")[:60]
    if slug != sprint:
        slug = f"{slug}-{sha256(sprint.encode()).hexdigest()[:8]}".lstrip("-")
    page = folder / f"sprint-{slug}.html"
    return page if name == MAIN_NOTEBOOK else page.with_suffix("") / f"{name}.html"


def page_links(root: Path, folder: Path, sprint: str, name: str, written: Collection[str] = ()) -> list[dict[str, str]]:
    """Title and address, from the page of the notebook `name`, of the sprint's other pages: main page first, deep pages by name.

    Only pages that are there, or that this run writes.
    """
    titles = {MAIN_NOTEBOOK: "Main page"} | {page.name: page.title for page in deep_pages(root)}
    start = report_path(folder, sprint, name).parent
    paths = {other: report_path(folder, sprint, other) for other in titles if other != name}
    return [
        {"title": titles[other], "address": os.path.relpath(path, start)}
        for other, path in paths.items()
        if other in written or path.is_file()
    ]


def write_report(notebook: "NotebookNode", target: Path, links: Sequence[dict[str, str]] = ()) -> list[Path]:
    """Writes the page of an executed notebook to `target`, with .ipynb and .numbers.parquet beside it.

    `links` are those of `page_links`. All files or none: they are written under other names first. Returns their paths,
    the page first. Raises RetroError when that is not possible.
    """
    nbformat = quick_import("nbformat")
    exporter = quick_import("retro.page.exporter").PageExporter()
    page = read_page(notebook)
    metadata = {"name": target.stem}
    known = {"page": page, "previous": _previous_page(page, target), "links": list(links), "metadata": metadata}
    html, _ = exporter.from_notebook_node(notebook, known)
    contents = {
        target: html.encode(),
        target.with_suffix(".ipynb"): nbformat.writes(notebook).encode(),
        target.with_suffix(".numbers.parquet"): frozen_numbers(page, datetime.now(UTC)),
    }
    try:
        with all_or_none(target.parent) as write:
            for path, content in contents.items():
                write(path, content)
    except OSError as error:
        raise RetroError(
            f"{target}: the report cannot be written ({error.strerror}); check room and permission"
        ) from error
    return list(contents)


def _previous_page(page: Page, target: Path) -> str | None:
    """Address of the page of the sprint before, from the page at `target`, if it was built."""
    previous = page.head.get("previous_sprint")
    is_main, is_deep = (path.name.startswith("sprint-") for path in (target, target.parent))
    if previous is None or not (is_main or is_deep):
        return None
    folder, name = (target.parent, MAIN_NOTEBOOK) if is_main else (target.parent.parent, target.stem)
    path = report_path(folder, previous, name)
    return os.path.relpath(path, target.parent) if path.is_file() else None


@contextmanager
def all_or_none(folder: Path) -> Iterator[Callable[[Path, bytes], None]]:
    """The function that comes out takes files to write into the folder; at the end of the block they appear together.

    Leaving by an exception (Ctrl-C too) writes none. A new folder gets a .gitignore, since reports are made again, not
    kept. What killed runs left behind is cleared away.
    """
    _make_folder(folder)
    written: dict[Path, Path] = {}

    def write(path: Path, content: bytes) -> None:
        spare = folder / f".retro-{os.getpid()}-{path.name}"
        written[spare] = path
        spare.write_bytes(content)

    try:
        yield write
        for spare, path in written.items():
            os.replace(spare, path)
    finally:
        for spare in written:
            spare.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    if missing:
        folder.mkdir(parents=True)
        (missing[-1] / ".gitignore").write_text(IGNORED, "utf-8")
    for path in folder.iterdir():
        owner = _TEMPORARY.fullmatch(path.name)
        if owner and not _is_running(int(owner[1])):
            path.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
