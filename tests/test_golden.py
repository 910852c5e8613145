"""The golden test: the demo's page and its warehouse tell the founding story's figures, recovered from the raw repository."""

from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from retro import open_warehouse

FEATURES = {
    "Fleet management": 18,
    "Security hardening": 12,
    "Desktop streaming": 8,
    "Gateway governance": 7,
    "Dashboard UX": 6,
    "Runner lifecycle": 5,
    "Model swap + cost fixes": 4,
}


class _Page(HTMLParser):
    """Reads a page: the tables of each figure as lists of rows of texts, and the texts of the tiles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.tiles: list[str] = []
        self.wholes: list[str] = []
        self._figure, self._cell, self._is_whole = "", None, False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "figure":
            self._figure = named.get("id") or ""
            self.tables[self._figure] = []
        elif tag == "tr" and self._figure:
            self.tables[self._figure].append([])
        elif tag in ("td", "th") and self._figure:
            self._cell = []
        elif tag == "span" and named.get("class") == "number":
            self.tiles.append(named.get("title") or "")
        elif tag == "span" and named.get("class") == "whole":
            self._is_whole = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "figure":
            self._figure = ""
        elif tag in ("td", "th") and self._cell is not None:
            self.tables[self._figure][-1].append(" ".join("".join(self._cell).split()))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)
        if self._is_whole:
            self.wholes.append(data)
            self._is_whole = False


@pytest.fixture(scope="module")
def page(demo_page: Path) -> _Page:
    """The demo's page, read."""
    return _Page(demo_page.read_text("utf-8"))


def number(text: str) -> int:
    """A count as a page writes it."""
    return int("".join(character for character in text if character.isdigit()))


def test_page_says_319_commits_1192_files_and_212_thousand_lines(page: _Page) -> None:
    assert number(page.tiles[0]) == 319
    assert page.wholes[0] == "1,192 with generated, vendored and lock files"
    assert 212_000 <= number(page.wholes[1]) <= 212_999


def test_tiles_leave_out_what_nobody_wrote_and_the_kinds_sum_to_the_whole(page: _Page, demo_project: Path) -> None:
    with open_warehouse(demo_project / "data" / "retro.duckdb") as warehouse:
        kinds = warehouse.query("kind_changes", sprint="2").rows()
    assert {row["kind"] for row in kinds if not row["is_own"]} == {"generated", "vendored", "lock"}
    for tile, whole, column in zip(page.tiles[1:3], page.wholes, ("changed_file_count", "added_lines"), strict=True):
        assert sum(row[column] for row in kinds) == number(whole)
        assert sum(row[column] for row in kinds if row["is_own"]) == number(tile)


def test_page_tells_the_swap_by_area_and_the_one_place_that_it_left(page: _Page) -> None:
    head, *rows = page.tables["sprint-swap-areas"]
    swap = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(row["area"], row["files"]) for row in swap] == [
        ("Backend", "23"),
        ("Reference app", "15"),
        ("Docs", "5"),
        ("Tests", "3"),
    ]
    head, row, *_ = page.tables["sprint-swap-residues"]
    left = dict(zip(head, row, strict=True))
    assert (left["path"], left["residue"]) == ("services/billing/price_lookup.py", "price file")


def test_page_tells_the_feature_commits_of_each_theme(page: _Page) -> None:
    rows = {row[0]: row for row in page.tables["theme-commits"]}
    assert {theme: number(rows[theme][1]) for theme in FEATURES} == FEATURES
    assert sum(number(row[3]) for theme, row in rows.items() if theme in {*FEATURES, "uncategorized"}) == 319


def test_page_tells_the_release_of_59_pull_requests(page: _Page) -> None:
    told = [row for row in page.tables["release-contents"] if "v2.0.0" in row]
    assert told and all("59" in row for row in told)


def test_page_says_that_its_data_is_invented(demo_page: Path) -> None:
    assert "Invented data." in demo_page.read_text("utf-8")


def test_warehouse_tells_the_same_by_sql(demo_project: Path) -> None:
    with open_warehouse(demo_project / "data" / "retro.duckdb") as warehouse:
        totals = warehouse.sql(
            "select commit_count, changed_file_count, added_lines from sprint_totals where sprint = '2'"
        ).row(0)
        features = warehouse.sql(
            "select theme, count(*) from sprint_commits where sprint = '2' and work_type = 'feat' group by all"
        ).rows()
        merged = warehouse.sql(
            """
            select count(distinct pr_number)
            from sprint_commits
            inner join commit_pull_requests using (repo, commit_sha)
            where sprint = '2'
            """
        ).item()
        governance = warehouse.sql(
            """
            select commits.committed_at::date::text, deleted_lines
            from commit_files
            inner join commits using (repo, commit_sha)
            where path = 'services/gateway/governance.py' and deleted_lines = 78
            """
        ).rows()
    assert totals[:2] == (319, 1192)
    assert 212_000 <= totals[2] <= 212_999
    assert dict(features) == FEATURES
    assert merged == 104
    assert governance == [("2026-03-19", 78)]


def test_frozen_numbers_hold_what_the_page_shows(demo_project: Path) -> None:
    frozen = pl.read_parquet(demo_project / "reports" / "sprint-2.numbers.parquet")
    shown = frozen.filter((pl.col("query") == "sprint_headline") & (pl.col("column_name") == "commit_count"))
    assert shown.sort("row_number")["value"].to_list() == ["54", "319"]
