"""Other forms of a built page: Markdown for a wiki or a pull request, CSV and Parquet of every figure.

They are made from the executed notebook beside the page, so that they show what it shows; the rows of a figure come
from the warehouse again, since a page carries only the first ones.
"""

import io
import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from retro.errors import QueryError, RetroError, UsageError
from retro.page.parts import Page, read_page
from retro.pipeline.building import REPORTS, Built
from retro.queries import Warehouse, open_warehouse
from retro.quick_imports import quick_import
from retro.reports import all_or_none
from retro.warehouse import FILE

FORMS = ("md", "csv", "parquet")
INDEX = "index.csv"
_LONGEST_NAME = 80


def check_forms(forms: Collection[str]) -> None:
    """Raises UsageError when one of the names is no form."""
    for form in forms:
        if form not in FORMS:
            raise UsageError(f"--also {form!r}: unknown; choose of {', '.join(FORMS)}")


def export(root: Path, built: Built, forms: Collection[str]) -> list[Path]:
    """Writes the forms (of FORMS) of every page of a build; returns the files, page by page.

    `sprint-2.md` stands beside the page `sprint-2.html`. Data is one file a figure in `sprint-2/data/`, for a deep page
    in a folder of its name there, with all rows of the figure's query and an `index.csv` that tells where each comes
    from. What an earlier run left in such a folder goes. Raises UsageError, QueryError (a query is gone), RetroError (a
    file cannot be written).
    """
    check_forms(forms)
    root = root.resolve()
    with open_warehouse(root / FILE) as warehouse:
        return [path for page in _pages(built) for path in _export_page(root, page, warehouse, set(forms))]


def _pages(built: Built) -> Iterator[Path]:
    """The pages that have their executed notebook beside them."""
    for path in built.files:
        if path.suffix == ".html" and path.with_suffix(".ipynb").is_file():
            yield path


def _export_page(root: Path, path: Path, warehouse: Warehouse, forms: set[str]) -> Iterator[Path]:
    page = read_page(quick_import("nbformat").read(path.with_suffix(".ipynb"), as_version=4))
    try:
        if "md" in forms:
            yield _write_markdown(path, page)
        if kinds := sorted(forms - {"md"}):
            yield from _write_data(data_folder(root, path), page, warehouse, kinds)
    except OSError as error:
        raise RetroError(f"{path}: its data cannot be written ({error.strerror}); check room and permission") from error


def _write_markdown(path: Path, page: Page) -> Path:
    from retro.page.exporter import page_title
    from retro.page.markdown import page_markdown

    told = f"Built {datetime.now(UTC):%Y-%m-%d %H:%M} UTC by Retro {version('retro-toolkit')}; the page is {path.name}."
    text = page_markdown(page, page_title(page, {"metadata": {"name": path.stem}}), told)
    with all_or_none(path.parent) as write:
        write(path.with_suffix(".md"), text.encode())
    return path.with_suffix(".md")


def data_folder(root: Path, page: Path) -> Path:
    """Where the data of a page stands: `sprint-2/data` of the main page, `sprint-2/data/cost` of a deep one."""
    is_main = page.parent == root / REPORTS
    return page.with_suffix("") / "data" if is_main else page.parent / "data" / page.stem


def _write_data(folder: Path, page: Page, warehouse: Warehouse, kinds: list[str]) -> list[Path]:
    contents = dict(_data(page, warehouse, kinds))
    with all_or_none(folder) as write:
        for name, content in contents.items():
            write(folder / name, content)
    for old in (path for kind in ("csv", "parquet") for path in folder.glob(f"*.{kind}")):
        if old.name not in contents:
            old.unlink()
    return [folder / name for name in contents]


def _data(page: Page, warehouse: Warehouse, kinds: list[str]) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file, the index first."""
    import polars as pl

    rows, files = [], []
    for block in page.figures:
        frame = _all_rows(block, warehouse)
        names = [f"{_file_name(block['anchor'])}.{kind}" for kind in kinds]
        files += [(name, _content(frame, kind)) for name, kind in zip(names, kinds, strict=True)]
        rows += [_index_row(name, block, frame) for name in names]
    yield INDEX, _content(pl.DataFrame(rows, schema=_INDEX_COLUMNS), "csv")
    yield from files


def _all_rows(block: dict, warehouse: Warehouse):
    try:
        return warehouse.query(block["query"], **block["parameters"]).frame
    except QueryError as error:
        raise QueryError(f"figure {block['anchor']!r}: its rows cannot be read again ({error})") from error


def _content(frame, kind: str) -> bytes:
    from retro.formats import write

    out = io.BytesIO()
    write(frame, kind, out)
    return out.getvalue()


# What the index tells of a file: text, but for the count.
_INDEX_COLUMNS = {
    "file": str,
    "title": str,
    "query": str,
    "parameters": str,
    "row_count": int,
    "columns": str,
    "evidence": str,
    "coverage": str,
    "inputs_digest": str,
}


def _index_row(name: str, block: dict, frame) -> dict[str, object]:
    return {
        "file": name,
        "title": block["title"],
        "query": block["query"],
        "parameters": ", ".join(f"{key} = {value}" for key, value in block["parameters"].items()),
        "row_count": frame.height,
        "columns": ", ".join(frame.columns),
        "evidence": block["evidence"],
        "coverage": block["coverage_text"],
        "inputs_digest": block["snapshot"],
    }


def _file_name(anchor: str) -> str:
    """The anchor, with a digest where it is too long for a file's name, holds other characters, or names the index."""
    clean = re.sub(r"[^a-z0-9-]+", "-", anchor) or "figure"
    if len(clean) <= _LONGEST_NAME and clean == anchor and f"{clean}.csv" != INDEX:
        return clean
    return f"{clean[:_LONGEST_NAME]}-{sha256(anchor.encode()).hexdigest()[:8]}"
