"""Executed notebooks as reports: the page, the notebook beside it, and the frozen numbers.

The page is one HTML file that loads nothing. Its Content-Security-Policy admits the scripts and the style of this
package by digest and nothing else, so text that got into the data could not run even if it were not escaped; and it is
escaped.
"""

import os
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from retro.errors import RetroError
from retro.notebooks import DeepPage, deep_pages, find_notebook, run_notebook
from retro.number_changes import Changes, changes, is_same
from retro.page.changes import tell_changes
from retro.page.neighbours import with_link
from retro.page.parts import Page, read_page
from retro.quick_imports import quick_import
from retro.report_numbers import SUFFIX, Basis, as_parquet, frozen_numbers, read_numbers

if TYPE_CHECKING:
    import polars as pl
    from nbformat import NotebookNode

MAIN_NOTEBOOK, INDEX = "sprint", "index.html"
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


def page_path(folder: Path, sprint: str, page: DeepPage) -> Path:
    """Where a deep page stands: with its sprint, or beside all of them when it is the project's."""
    if not page.is_whole:
        return report_path(folder, sprint, page.name)
    return folder / (f"{page.name}.html" if f"{page.name}.html" != INDEX else f"{page.name}_.html")


def page_links(root: Path, folder: Path, sprint: str, name: str, written: Collection[str] = ()) -> list[dict]:
    """Title, address (from the page of the notebook `name`) and queries of the pages beside it: the main page first.

    Only pages that are there, or that this run writes; the last one lists all sprints.
    """
    pages = [DeepPage(MAIN_NOTEBOOK, "Main page", None), *deep_pages(root)]
    if any(page.name == name and page.is_whole for page in pages):
        pages = [DeepPage(MAIN_NOTEBOOK, f"Sprint {sprint}", None), *(page for page in pages if page.is_whole)]
    paths = {page.name: page_path(folder, sprint, page) for page in pages}
    start = paths.get(name, report_path(folder, sprint, name)).parent
    links = [
        {"title": page.title, "address": os.path.relpath(paths[page.name], start), "queries": page.queries}
        for page in pages
        if page.name != name and (page.name in written or paths[page.name].is_file())
    ]
    return [*links, {"title": "All sprints", "address": os.path.relpath(folder / INDEX, start)}]


@dataclass(frozen=True)
class Report:
    """The files of a page, the page first, and what of its numbers moved since it was last built (None: never built)."""

    files: tuple[Path, ...]
    changes: Changes | None


def write_report(notebook: "NotebookNode", target: Path, links: Sequence[dict] = ()) -> list[Path]:
    """Paths of the files that `publish` writes, without a word on why numbers moved."""
    return list(publish(notebook, target, links, Basis()).files)


def publish(notebook: "NotebookNode", target: Path, links: Sequence[dict], basis: Basis) -> Report:
    """Writes the page of an executed notebook to `target`, with .ipynb and .numbers.parquet beside it.

    `links` are those of `page_links`. The page says what moved since the numbers that were there; numbers that come out the
    same on the same grounds stay as they were frozen. All files or none: they are written under other names first. Pages of the
    sprints before and after get their link to a page that is new. Raises RetroError when a file cannot be written.
    """
    page = read_page(notebook)
    numbers = frozen_numbers(page, _page_name(target), datetime.now(UTC), basis)
    before = _numbers_before(target)
    found = None if before is None else changes(before, numbers)
    if found is not None:
        tell_changes(page, found)
    contents = {
        target: _html(notebook, page, target, links).encode(),
        target.with_suffix(".ipynb"): quick_import("nbformat").writes(notebook).encode(),
    }
    if before is None or not is_same(before, numbers):
        contents[target.with_suffix(SUFFIX)] = as_parquet(numbers)
    try:
        with all_or_none(target.parent) as write:
            for path, content in contents.items():
                write(path, content)
        _link_neighbours(page, target)
    except OSError as error:
        raise RetroError(
            f"{target}: the report cannot be written ({error.strerror}); check room and permission"
        ) from error
    return Report((target, target.with_suffix(".ipynb"), target.with_suffix(SUFFIX)), found)


def _html(notebook: "NotebookNode", page: Page, target: Path, links: Sequence[dict]) -> str:
    exporter = quick_import("retro.page.exporter").PageExporter()
    known = {
        "page": page,
        "previous": _address(_neighbour(page, target, "previous_sprint"), target),
        "next": _address(_neighbour(page, target, "next_sprint"), target),
        "links": list(links),
        "metadata": {"name": target.stem},
    }
    return exporter.from_notebook_node(notebook, known)[0]


def _page_name(target: Path) -> str:
    """The page as the frozen numbers call it: sprint-2, or sprint-2/cost."""
    is_deep = target.parent.name.startswith("sprint-")
    return f"{target.parent.name}/{target.stem}" if is_deep else target.stem


def _numbers_before(target: Path) -> "pl.DataFrame | None":
    """The frozen numbers at the page's place; a file that cannot be read counts as none, since `mine` names it."""
    path = target.with_suffix(SUFFIX)
    try:
        return read_numbers(path, _page_name(target)) if path.is_file() else None
    except RetroError:
        return None


def _link_neighbours(page: Page, target: Path) -> None:
    for key, is_next in (("previous_sprint", True), ("next_sprint", False)):
        other = _neighbour(page, target, key)
        if other is None:
            continue
        before = other.read_text("utf-8")
        after = with_link(before, str(_address(target, other)), page.head["sprint"], is_next=is_next)
        if after != before:
            with all_or_none(other.parent) as write:
                write(other, after.encode())


def _address(path: Path | None, page: Path) -> str | None:
    """Address of the file at `path` from the page."""
    return None if path is None else os.path.relpath(path, page.parent)


def _neighbour(page: Page, target: Path, key: str) -> Path | None:
    """The same page as the one at `target` of another sprint that the head names, if it was built."""
    other = page.head.get(key)
    is_main, is_deep = (path.name.startswith("sprint-") for path in (target, target.parent))
    if other is None or not (is_main or is_deep):
        return None
    folder, name = (target.parent, MAIN_NOTEBOOK) if is_main else (target.parent.parent, target.stem)
    path = report_path(folder, other, name)
    return path if path.is_file() else None


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
