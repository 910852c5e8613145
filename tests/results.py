"""Results and notebooks made by hand, for tests of what is shown."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import nbformat
import polars as pl
from bs4 import BeautifulSoup
from nbformat import NotebookNode

from retro.figures import Figure, figure, page_head
from retro.figures.charts import bars
from retro.queries import Coverage, Result
from retro.reports import write_report

# What a stranger may write into a subject, a path or a branch name.
HOSTILE = (
    "</script><script>window.hacked = 1</script>",
    '<img src=x onerror="window.hacked = 2">',
    "[x](javascript:window.hacked=3)",
    "\u202egnitirw tfel ot thgir",
    "{{ 7 * 7 }} ${window.hacked = 4} datum.value",
    "W" * 300,
)
SPRINT = {
    "project": "Gateway",
    "timezone": "Europe/Berlin",
    "is_invented": False,
    "sprint": "2",
    "goal": "Fleet management",
    "first_date": date(2026, 3, 9),
    "last_date": date(2026, 3, 19),
    "previous_sprint": "1",
    "gap_day_count": 2,
    "repo_count": 1,
    "mined_at": datetime(2026, 3, 20, 18, 2, tzinfo=UTC),
    "is_running": False,
}
COVERAGE = {
    "subject": "themes",
    "judged_count": 9,
    "total_count": 12,
    "judged_share": 0.75,
    "unknown": "commits that no theme rule matches",
}


AREAS = [{"area": "Backend", "commit_count": 7}, {"area": "other", "commit_count": 2}]
BUILT_AT = datetime(2026, 3, 20, 18, 5, tzinfo=UTC)


def make_result(name: str, rows: Sequence[dict], **known: object) -> Result:
    """A result with these rows; `known` replaces what else it says."""
    frame = pl.DataFrame(list(rows), infer_schema_length=None)
    said = {
        "name": name,
        "question": f"What of {name.replace('_', ' ')}?",
        "row": "One row each.",
        "columns": {column: f"what {column} means" for column in frame.columns},
        "sql": f"-- What of {name}?\nselect 1 as one where 'a' < $sprint",
        "parameters": {"sprint": "2"},
        "frame": frame,
        "evidence": "verified",
        "evidence_shares": {"verified": 1.0},
        "coverage": None,
        "snapshot": "5" * 64,
    }
    return Result(**(said | known))


def make_coverage() -> Coverage:
    """Nine of twelve commits with a theme."""
    return Coverage("themes", 9, 12, "commits that no theme rule matches")


def make_notebook(*cells: Figure | str) -> NotebookNode:
    """An executed notebook: a code cell per figure, a Markdown cell per text."""
    return nbformat.v4.new_notebook(cells=[_cell(shown) for shown in cells])


def _cell(shown: Figure | str) -> NotebookNode:
    if isinstance(shown, str):
        return nbformat.v4.new_markdown_cell(shown)
    data, metadata = shown._repr_mimebundle_()
    output = nbformat.v4.new_output("execute_result", data=data, metadata=metadata, execution_count=1)
    return nbformat.v4.new_code_cell("retro.figure(result)", execution_count=1, outputs=[output])


def make_head(**known: object) -> Figure:
    """The head of a page; `known` replaces what it says."""
    return page_head(make_result("sprint_details", [SPRINT | known]), make_result("coverage_shares", [COVERAGE]))


def make_area_figure(**known: object) -> Figure:
    """A figure with a chart of two areas; `known` replaces what its result says."""
    result = make_result("area_changes", AREAS, **known)
    return figure(result, bars(result, "area", ("commit_count",)))


def make_page(folder: Path, *cells: Figure | str) -> BeautifulSoup:
    """The page of these cells, written into the folder and read back."""
    (path, *_) = write_report(make_notebook(*cells), folder / "sprint-2.html")
    return read_html(path)


def read_html(path: Path) -> BeautifulSoup:
    """The page in a file."""
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")
