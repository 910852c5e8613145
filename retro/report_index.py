"""reports/index.html: every sprint, newest first, with its pages and the numbers of its tiles, read from the report files."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

from retro.errors import RetroError
from retro.notebooks import deep_pages
from retro.quick_imports import quick_import
from retro.reports import INDEX, all_or_none, page_path

_MAIN = re.compile(r"sprint-.*")


def write_index(root: Path, folder: Path) -> Path:
    """Writes the list of the pages in `folder`, the reports of the project at `root`, and says where it is.

    Raises RetroError when it cannot be written.
    """
    overview = quick_import("retro.page.overview")
    target = folder / INDEX
    html = overview.overview_html(sprint_entries(root, folder), project_pages(root, folder), datetime.now(UTC))
    try:
        with all_or_none(folder) as write:
            write(target, html.encode())
    except OSError as error:
        raise RetroError(f"{target}: cannot be written ({error.strerror}); check room and permission") from error
    return target


def sprint_entries(root: Path, folder: Path) -> list[dict]:
    """A sprint each, newest first: `head`, as its page has it, `tiles`, `address`, and title and address of its deep `pages`.

    A page whose executed notebook is gone or cannot be read has its name for a head and no tiles.
    """
    titles = {page.name: page.title for page in deep_pages(root)}
    entries = [_entry(path, titles) for path in folder.glob("sprint-*.html") if _MAIN.fullmatch(path.stem)]
    return sorted(entries, key=lambda entry: (str(entry["head"].get("first_date", "")), entry["name"]), reverse=True)


def project_pages(root: Path, folder: Path) -> list[dict[str, str]]:
    """Title and address of the pages about all sprints that are there."""
    paths = {page.title: page_path(folder, "", page) for page in deep_pages(root) if page.is_whole}
    return [{"title": title, "address": path.name} for title, path in paths.items() if path.is_file()]


def _entry(page: Path, titles: dict[str, str]) -> dict:
    shown = list(_shown(page.with_suffix(".ipynb")))
    known = list(titles)
    place = {name: number for number, name in enumerate(known)}
    deep = sorted(page.with_suffix("").glob("*.html"), key=lambda path: (place.get(path.stem, len(known)), path.stem))
    return {
        "name": page.stem,
        "address": page.name,
        "head": next((details for details in shown if details.get("kind") == "head"), {}),
        "tiles": [tile for details in shown if details.get("kind") == "tiles" for tile in details["tiles"]],
        "pages": [
            {"title": titles.get(path.stem, path.stem), "address": os.path.relpath(path, page.parent)} for path in deep
        ],
    }


def _shown(notebook: Path) -> list[dict]:
    """What the cells of an executed notebook carry for the page; nothing when it cannot be read."""
    try:
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        return [output["metadata"]["retro"] for output in outputs if "retro" in output.get("metadata", {})]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return []
