"""Deep pages: which notebooks become one, how pages link to one another, and what a failing one costs."""

from pathlib import Path

import nbformat
import pytest
from repositories import plain_history
from results import make_head, make_notebook, read_html

from retro import pipeline
from retro.notebooks import DeepPage, deep_pages
from retro.reports import page_links, report_path, write_report

TOML = '[project]\nname = "Gateway"\n\n[[sprints.named]]\nid = 2\nstart = 2026-03-09\nend = 2026-03-19\n'


def template(folder: Path, name: str, metadata: object = None, source: str = "sprint") -> Path:
    """A notebook that shows `source`, with this under "retro" in its metadata."""
    parameters = nbformat.v4.new_code_cell('sprint = "2"', metadata={"tags": ["parameters"]})
    notebook = nbformat.v4.new_notebook(cells=[parameters, nbformat.v4.new_code_cell(source)])
    if metadata is not None:
        notebook.metadata["retro"] = metadata
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / f"{name}.ipynb")
    return folder / f"{name}.ipynb"


def own_pages(root: Path) -> list[DeepPage]:
    """The deep pages of the project without those that ship."""
    shipped = deep_pages(root / "nowhere")
    return [page for page in deep_pages(root) if page not in shipped]


def test_a_notebook_that_names_a_page_is_one_and_others_are_none(tmp_path):
    folder = tmp_path / "notebooks"
    template(folder, "ours", {"page": "Ours"})
    template(folder, "waits", {"page": "Waits", "needs": "issues"})
    template(folder, "plain")
    template(folder, "odd", "a text")
    template(folder, "number", {"page": 7})
    (folder / "broken.ipynb").write_text("{", "utf-8")
    assert own_pages(tmp_path) == [DeepPage("ours", "Ours", None), DeepPage("waits", "Waits", "issues")]


def test_the_shipped_page_of_the_bill_needs_a_request(tmp_path):
    assert DeepPage("cost", "What it cost", "gateway_requests") in deep_pages(tmp_path)


def test_a_teams_own_notebook_takes_the_place_of_the_shipped_page(tmp_path):
    template(tmp_path / "notebooks", "cost", {"page": "Our bill"})
    assert own_pages(tmp_path) == [DeepPage("cost", "Our bill", None)]
    template(tmp_path / "notebooks", "cost")
    assert "cost" not in [page.name for page in deep_pages(tmp_path)]


def test_pages_link_to_those_that_are_there_or_being_written(tmp_path):
    template(tmp_path / "notebooks", "ours", {"page": "Ours"})
    reports = tmp_path / "reports"
    assert page_links(tmp_path, reports, "2", "sprint") == []
    assert page_links(tmp_path, reports, "2", "sprint", {"sprint", "ours"}) == [
        {"title": "Ours", "address": "sprint-2/ours.html"}
    ]
    write_report(make_notebook(make_head()), report_path(reports, "2", "cost"))
    assert page_links(tmp_path, reports, "2", "ours", {"sprint", "ours"}) == [
        {"title": "Main page", "address": "../sprint-2.html"},
        {"title": "What it cost", "address": "cost.html"},
    ]


def test_a_deep_page_shows_its_subject_its_links_and_the_same_page_of_the_sprint_before(tmp_path):
    reports = tmp_path / "reports"
    write_report(make_notebook(make_head(sprint="1")), report_path(reports, "1", "cost"))
    notebook = make_notebook(make_head())
    notebook.metadata["retro"] = {"page": "What it <cost>"}
    links = [{"title": "Main <page>", "address": "../sprint-2.html"}]
    (path, *_) = write_report(notebook, report_path(reports, "2", "cost"), links)
    page = read_html(path)
    assert page.select_one(".kicker").get_text() == "What it <cost>"
    assert page.title.get_text() == "Gateway, sprint 2: what it <cost>"
    assert [(link.get_text(), link["href"]) for link in page.select(".links a")] == [
        ("Main <page>", "../sprint-2.html"),
        ("Sprint 1", "../sprint-1/cost.html"),
    ]


def test_only_the_topmost_new_folder_is_kept_out_of_git(tmp_path):
    write_report(make_notebook(make_head()), tmp_path / "reports" / "sprint-2" / "cost.html")
    assert (tmp_path / "reports" / ".gitignore").is_file()
    assert not (tmp_path / "reports" / "sprint-2" / ".gitignore").exists()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A mined project without a request or a review."""
    plain_history(2).write(tmp_path / "repo")
    (tmp_path / "retro.toml").write_text(TOML + '\n[[repos]]\npath = "repo"\n', "utf-8")
    pipeline.mine(tmp_path)
    return tmp_path


def test_build_makes_the_pages_whose_source_is_there_and_a_failing_one_costs_only_itself(project):
    folder = project / "notebooks"
    template(folder, "sprint")
    template(folder, "ours", {"page": "Ours", "needs": "commits"})
    template(folder, "bad", {"page": "Bad"}, "1 / 0")
    template(folder, "idle", {"page": "Idle", "needs": "issues"})
    built = pipeline.build(project, "2", is_mining=False)
    reports = project.resolve() / "reports"
    assert (built.page, built.deep_pages) == (reports / "sprint-2.html", (reports / "sprint-2" / "ours.html",))
    assert list(built.failures) == ["bad"]
    assert "ZeroDivisionError" in str(built.failures["bad"])
    assert not (reports / "sprint-2" / "cost.html").exists()
