"""Deep pages: which notebooks become one, how pages link to one another, and what a failing one costs."""

from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from repositories import plain_history
from results import make_head, make_notebook, make_result, read_html

from retro import pipeline
from retro.figures import summary
from retro.notebooks import DeepPage, deep_pages
from retro.reports import page_links, page_path, report_path, write_report

RELEASE = {
    "tag_name": "v2.0.0",
    "released_at": datetime(2026, 3, 13, 16, 40, tzinfo=UTC),
    "pull_request_count": 59,
    "commit_count": 184,
}
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


def test_a_page_about_all_sprints_stands_once_for_the_project(tmp_path):
    assert DeepPage("trends", "Trends", None, is_whole=True) in deep_pages(tmp_path)
    template(tmp_path / "notebooks", "index", {"page": "Ours", "scope": "project"})
    assert own_pages(tmp_path) == [DeepPage("index", "Ours", None, is_whole=True)]
    paths = {page.name: page_path(tmp_path, "2", page) for page in deep_pages(tmp_path)}
    assert (paths["trends"], paths["index"]) == (tmp_path / "trends.html", tmp_path / "index_.html")
    paths["trends"].touch()
    report_path(tmp_path, "2").touch()
    links = page_links(tmp_path, tmp_path, "2", "index")
    assert [(link["title"], link["address"]) for link in links] == [
        ("Sprint 2", "sprint-2.html"),
        ("Trends", "trends.html"),
        ("All sprints", "index.html"),
    ]


def test_the_shipped_page_of_the_bill_needs_a_request(tmp_path):
    assert DeepPage("cost", "What it cost", "gateway_requests") in deep_pages(tmp_path)


def test_the_shipped_page_of_reach_needs_a_changed_file(tmp_path):
    assert DeepPage("blast_radius", "How far it reached", "commit_files") in deep_pages(tmp_path)


def test_a_teams_own_notebook_takes_the_place_of_the_shipped_page(tmp_path):
    template(tmp_path / "notebooks", "cost", {"page": "Our bill"})
    assert own_pages(tmp_path) == [DeepPage("cost", "Our bill", None)]
    template(tmp_path / "notebooks", "cost")
    assert "cost" not in [page.name for page in deep_pages(tmp_path)]


def test_pages_link_to_those_that_are_there_or_being_written(tmp_path):
    template(tmp_path / "notebooks", "ours", {"page": "Ours"})
    reports = tmp_path / "reports"
    every = {"title": "All sprints", "address": "index.html"}
    assert page_links(tmp_path, reports, "2", "sprint") == [every]
    assert page_links(tmp_path, reports, "2", "sprint", {"sprint", "ours"}) == [
        {"title": "Ours", "address": "sprint-2/ours.html", "queries": ()},
        every,
    ]
    write_report(make_notebook(make_head()), report_path(reports, "2", "cost"))
    links = page_links(tmp_path, reports, "2", "ours", {"sprint", "ours"})
    assert [(link["title"], link["address"]) for link in links] == [
        ("Main page", "../sprint-2.html"),
        ("What it cost", "cost.html"),
        ("All sprints", "../index.html"),
    ]
    assert "session_costs" in links[1]["queries"]


def test_pages_are_linked_by_their_place_then_by_name_and_those_of_all_sprints_last(tmp_path):
    folder = tmp_path / "notebooks"
    template(folder, "zero", {"page": "Zero", "place": 0})
    template(folder, "between", {"page": "Between", "place": 1.5})
    template(folder, "alone", {"page": "Alone", "place": "first"})
    assert [page.title for page in deep_pages(tmp_path)] == [
        "Zero",
        "What shipped",
        "Between",
        "What broke",
        "How far it reached",
        "How review went",
        "What it cost",
        "Alone",
        "Trends",
    ]


def test_a_sentence_leads_to_the_page_that_shows_its_figure(tmp_path):
    notebook = make_notebook(summary(make_result("release_contents", [RELEASE])))
    links = [{"title": "Releases", "address": "sprint-2/ours.html", "queries": ("release_contents",)}]
    (path, *_) = write_report(notebook, report_path(tmp_path, "2"), links)
    assert read_html(path).select_one(".summary a")["href"] == "sprint-2/ours.html#release-contents"


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
    template(folder, "trends")
    template(folder, "blast_radius")
    template(folder, "ours", {"page": "Ours", "needs": "commits"})
    template(folder, "bad", {"page": "Bad"}, "1 / 0")
    template(folder, "idle", {"page": "Idle", "needs": "issues"})
    template(folder, "what_shipped")
    built = pipeline.build(project, "2", is_mining=False)
    reports = project.resolve() / "reports"
    assert (built.page, built.deep_pages) == (reports / "sprint-2.html", (reports / "sprint-2" / "ours.html",))
    assert list(built.failures) == ["bad"]
    assert "ZeroDivisionError" in str(built.failures["bad"])
    assert not (reports / "sprint-2" / "cost.html").exists()
