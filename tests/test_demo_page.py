"""The page of the demo as `retro build` writes it: whole, safe, outlined, and true to its SQL."""

import base64
import hashlib
import json
import re
import shutil
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from results import read_html

import retro
from retro.figures import CHART_TYPE
from retro.page.chart_script import chart_script
from retro.page.charts import VARIABLES, page_theme
from retro.page.parts import read_page
from retro.reports import build_page


@pytest.fixture(scope="module")
def soup(demo_page: Path) -> BeautifulSoup:
    return read_html(demo_page)


class TestTheDemosPage:
    """The page as `retro build` writes it."""

    def test_it_holds_everything_it_needs(self, soup, demo_page):
        assert not [tag for tag in soup.find_all(src=True) if not tag["src"].startswith("data:")]
        addresses = [tag["href"] for tag in soup.find_all(href=True)]
        assert all(
            address.startswith(("#", "data:")) or re.fullmatch(r"[\w./-]+\.html", address) for address in addresses
        )
        assert not soup.find_all(["iframe", "object", "embed", "base", "form"])
        assert demo_page.stat().st_size < 1_500_000

    def test_its_policy_lets_its_own_scripts_and_style_work_and_nothing_else(self, soup):
        policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
        programs = [tag for tag in soup.find_all("script") if tag.get("type") is None]
        # The drawing script is packed; page.js unpacks it, so the policy names it as well.
        own = [*(f"'sha256-{digest(tag.string)}'" for tag in programs), f"'sha256-{chart_script().digest}'"]
        (style,) = soup.find_all("style")
        assert policy == (
            f"default-src 'none'; script-src {' '.join(own)}; style-src 'sha256-{digest(style.string)}'; "
            "img-src data:; base-uri 'none'; form-action 'none'"
        )
        assert "unsafe" not in policy
        assert not [
            tag for tag in soup.find_all(True) if any(name.startswith("on") or name == "style" for name in tag.attrs)
        ]

    def test_it_reads_as_an_outline(self, soup):
        assert [tag.get_text() for tag in soup.find_all("h1")] == ["Harbor platform, sprint 2"]
        assert [tag.get_text() for tag in soup.find_all("h2")] == [
            "In short",
            "What shipped",
            "What broke",
            "How far it reached",
            "How review went",
            "What it cost",
            "People and agents",
            "What we learn",
            "How we know",
        ]
        levels = [int(tag.name[1]) for tag in soup.find_all(re.compile("h[1-6]"))]
        assert all(now <= before + 1 for before, now in pairwise(levels))

    def test_every_link_within_it_leads_somewhere_and_every_name_is_given_once(self, soup):
        names = [tag["id"] for tag in soup.find_all(id=True)]
        assert len(names) == len(set(names))
        inner = [tag["href"][1:] for tag in soup.find_all(href=re.compile("^#"))]
        assert set(inner) <= set(names)
        assert len(soup.select(".summary a")) == len(soup.select(".summary li")) in range(5, 8)

    def test_every_figure_opens_to_its_data_its_sql_and_its_cell(self, soup):
        figures = soup.find_all("figure")
        assert len(figures) > 10
        for shown in figures:
            opened = [summary.get_text() for summary in shown.select("summary")]
            assert opened[-2:] == ["SQL", "Cell"]
            assert shown.select_one("table thead th[scope=col]") and shown.select_one("tbody th[scope=row]")
            assert shown.select_one(".badge").get_text() in ("verified", "inferred", "human")
            assert shown.select_one(f"a.permalink[href='#{shown['id']}']")
            assert "retro." in shown.select("details")[-1].get_text()

    def test_the_sql_it_shows_gives_the_rows_it_shows(self, demo_page, demo_project):
        notebook = nbformat.read(demo_page.with_suffix(".ipynb"), as_version=4)
        with retro.open_warehouse(demo_project / "data" / "retro.duckdb") as warehouse:
            for block in read_page(notebook).figures:
                again = warehouse.sql(block["sql"], **block["parameters"])
                assert again.height == block["row_count"], block["anchor"]

    def test_its_tiles_are_one_figure_each_result_with_its_data_and_its_sql(self, soup):
        (tiles,) = soup.select("figure.tiles")
        assert [label.get_text() for label in tiles.select(".label")] == [
            "commits",
            "changed files",
            "added lines",
            "merged pull requests",
            "escaped bugs",
            "median time to detection",
            "AI cost",
            "cost per merged pull request",
            "agent commit share",
        ]
        assert len(tiles.select(".badge")) == 1
        told = [" ".join(line.get_text().split()) for line in tiles.select("details p")]
        asked = [line.split()[1].strip(",") for line in told if line.startswith("Query ")]
        assert asked == ["sprint_headline", "team_headline", "escape_headline", "cost_headline"]
        assert len(tiles.select("table")) == len(asked)

    def test_sections_with_a_page_of_their_own_link_to_it(self, soup):
        links = {link["aria-label"]: link["href"] for link in soup.select(".deeper a")}
        assert links == {
            "What shipped, in full": "sprint-2/what_shipped.html",
            "What broke, in full": "sprint-2/what_broke.html",
            "How far it reached, in full": "sprint-2/blast_radius.html",
            "How review went, in full": "sprint-2/reviews.html",
            "What it cost, in full": "sprint-2/cost.html",
        }
        assert [link.get_text() for link in soup.select(".links a")] == [
            *(title.removesuffix(", in full") for title in links),
            "Trends",
            "All sprints",
        ]

    def test_what_it_leaves_out_stands_on_a_deep_page(self, demo_page):
        left_out = {
            "what_shipped": {"uncategorized-commits", "day-lines", "agent-commits"},
            "what_broke": {"catch-rate-groups", "origin-sprints", "detection-times"},
        }
        for name, anchors in left_out.items():
            deep = read_html(demo_page.with_suffix("") / f"{name}.html")
            assert anchors <= {figure["id"] for figure in deep.find_all("figure")}

    def test_it_says_that_the_project_is_invented(self, soup):
        assert "Invented data." in soup.select_one(".notice").get_text()

    def test_its_notebook_opens_in_jupyterlab_with_its_charts(self, demo_page):
        notebook = nbformat.read(demo_page.with_suffix(".ipynb"), as_version=4)
        nbformat.validate(notebook)
        charts = [
            output.data[CHART_TYPE]
            for cell in notebook.cells
            for output in cell.get("outputs", [])
            if CHART_TYPE in output.get("data", {})
        ]
        assert len(charts) >= 6
        assert all(chart["width"] <= 520 for chart in charts)
        assert "container" not in json.dumps(charts)

    def test_a_second_build_gives_the_same_page_but_for_the_time(self, demo_project, demo_page, tmp_path):
        shutil.copytree(demo_page.with_suffix(""), tmp_path / "again" / "sprint-2")  # the page links to those below
        shutil.copy(demo_page.parent / "trends.html", tmp_path / "again" / "trends.html")  # and to this one
        (again, *_) = build_page(demo_project, "2", "sprint", tmp_path / "again")
        built = re.compile(r"Built .*? by Retro")
        assert built.sub("", again.read_text("utf-8")) == built.sub("", demo_page.read_text("utf-8"))


def digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_style_sheet_stays_small():
    assert (Path(retro.__file__).parent / "page" / "page.css").stat().st_size < 12_000


def test_charts_take_their_colours_from_the_style_sheet_in_light_dark_and_print():
    sheet = (Path(retro.__file__).parent / "page" / "page.css").read_text("utf-8")
    used = {value.removeprefix("var(").removesuffix(")") for value in VARIABLES.values() if value != "transparent"}
    for name in used:
        assert sheet.count(f"{name}:") == 3, name
    assert "#" not in json.dumps(page_theme())
