"""reports/index.html: every sprint newest first, with what its page showed, whatever lies in the folder."""

from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from results import HOSTILE, make_head, make_notebook, make_result, read_html

from retro.figures import tiles
from retro.report_index import write_index
from retro.reports import report_path, write_report


def page(folder: Path, sprint: str, first: date, commit_count: int = 3, name: str = "sprint", **head: object) -> Path:
    """The page of a sprint with one tile."""
    rows = [{"sprint": sprint, "commit_count": commit_count}]
    shown = make_notebook(
        make_head(sprint=sprint, first_date=first, last_date=first, **head),
        tiles(make_result("sprint_headline", rows), "commit_count"),
    )
    return write_report(shown, report_path(folder, sprint, name))[0]


def test_sprints_stand_newest_first_with_their_tiles_and_pages(tmp_path):
    page(tmp_path, "9", date(2026, 2, 23), 54)
    page(tmp_path, "10", date(2026, 3, 9), 1319)
    page(tmp_path, "10", date(2026, 3, 9), name="cost")
    (tmp_path / "trends.html").touch()
    index = read_html(write_index(tmp_path, tmp_path))
    assert index.h1.get_text() == "Gateway"
    assert [(link.get_text(), link["href"]) for link in index.select("a")] == [
        ("Trends", "trends.html"),
        ("Sprint 10", "sprint-10.html"),
        ("What it cost", "sprint-10/cost.html"),
        ("Sprint 9", "sprint-9.html"),
    ]
    assert [number.get_text() for number in index.select(".tiles .number")] == ["1,319", "54"]
    assert [days.get_text() for days in index.select(".days")] == [
        "Mon 9 March to Mon 9 March 2026: Fleet management",
        "Mon 23 February to Mon 23 February 2026: Fleet management",
    ]


@pytest.mark.parametrize("content", [None, "{", '{"cells": [{"outputs": [{"metadata": {"retro": {}}}]}]}', "[]"])
def test_a_page_whose_notebook_cannot_be_read_is_listed_by_its_name(tmp_path, content):
    path = page(tmp_path, "2", date(2026, 3, 9)).with_suffix(".ipynb")
    path.unlink() if content is None else path.write_text(content)
    index = read_html(write_index(tmp_path, tmp_path))
    assert [link.get_text() for link in index.select("h2 a")] == ["sprint-2"]
    assert "building it again" in index.get_text()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_text_and_nothing_is_loaded(tmp_path, text):
    page(tmp_path, text, date(2026, 3, 9), project=text, goal=text)
    index = read_html(write_index(tmp_path, tmp_path))
    assert index.select("script, img, iframe, link[rel=stylesheet]") == []
    assert "script-src 'none'" in index.select_one("meta[http-equiv]")["content"]
    assert all(not link["href"].startswith(("http", "javascript")) for link in index.select("a"))
    assert "\u202e" not in index.get_text()


HEADS = {
    "1": {"first": date(2026, 2, 23), "previous_sprint": None, "next_sprint": "2 < 3"},
    "2 < 3": {"first": date(2026, 3, 9), "previous_sprint": "1", "next_sprint": "4"},
    "4": {"first": date(2026, 3, 23), "previous_sprint": "2 < 3", "next_sprint": None},
}


def linked_page(folder: Path, sprint: str, name: str) -> Path:
    """A page with a link to the list of all sprints."""
    head = dict(HEADS[sprint])
    first = head.pop("first")
    notebook = make_notebook(make_head(sprint=sprint, first_date=first, last_date=first, **head))
    links = [{"title": "All sprints", "address": "index.html"}]
    return write_report(notebook, report_path(folder, sprint, name), links)[0]


@pytest.mark.parametrize("name", ["sprint", "cost"])
@pytest.mark.parametrize("order", list(permutations(HEADS)), ids="-".join)
def test_pages_link_to_neighbours_that_were_built_after_them_as_if_built_again(tmp_path, name, order):
    pages = [linked_page(tmp_path, sprint, name) for sprint in order]
    texts = [page.read_bytes() for page in pages]
    again = [linked_page(tmp_path, sprint, name).read_bytes() for sprint in order]
    assert texts == again
    links = {sprint: read_html(page).select(".links a") for sprint, page in zip(order, pages, strict=True)}
    assert [link.get_text() for link in links["2 < 3"]] == ["All sprints", "Sprint 1", "Sprint 4"]
    assert [link.get_text() for link in links["1"]] == ["All sprints", "Sprint 2 < 3"]


def test_the_page_of_a_sprint_links_to_its_neighbours_that_are_there(tmp_path):
    page(tmp_path, "1", date(2026, 2, 23))
    page(tmp_path, "3", date(2026, 3, 23))
    path = page(tmp_path, "2", date(2026, 3, 9), previous_sprint="1", next_sprint="3")
    links = [(link.get_text(), link["href"]) for link in read_html(path).select(".links a")]
    assert links == [("Sprint 1", "sprint-1.html"), ("Sprint 3", "sprint-3.html")]
