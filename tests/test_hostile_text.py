"""Hostile text in every field that reaches the page: nothing runs, nothing breaks out, in any form of the report."""

import csv
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import mistune
import nbformat
import pytest
from bs4 import BeautifulSoup
from command_line import retro
from hostile_project import write_hostile_project

from retro import pipeline
from retro.pipeline import exports

CHROMIUM = shutil.which("chromium")
# What could act on a terminal or turn a line round: control characters but newline and TAB, marks of direction.
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
ACTIVE_TAGS = ["script", "img", "svg", "iframe", "object", "embed", "form", "input", "meta", "link", "style", "base"]
QUERIES = (
    "theme_commits",
    "file_changes",
    "change_request_outcomes",
    "session_costs",
    "model_costs",
    "incident_accounts",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> pipeline.Built:
    """The hostile project with all pages and every other form of them."""
    root = write_hostile_project(tmp_path_factory.mktemp("hostile") / "project")
    built = pipeline.build(root, "2")
    assert built.failures == {}
    pipeline.export(root, built, exports.FORMS)
    return built


def pages(built: pipeline.Built) -> list[Path]:
    return [path for path in built.files if path.suffix == ".html"]


def active_parts(soup: BeautifulSoup) -> list[str]:
    """Tags that load or run something, attributes that hold code, addresses other than https and anchors."""
    tags = [tag.name for tag in soup.find_all(ACTIVE_TAGS)]
    code = [name for tag in soup.find_all(True) for name in tag.attrs if name.startswith("on") or name == "srcdoc"]
    links = [tag["href"] for tag in soup.find_all(href=True) if not re.match(r"https:|#|[\w./-]+\.html", tag["href"])]
    return tags + code + links


def test_every_source_was_read_and_the_texts_are_in_it(built: pipeline.Built) -> None:
    page = BeautifulSoup(built.page.read_text("utf-8"), "html.parser").get_text()
    assert built.mined.failures == {}
    for told in ("onerror=", "\\u202e", "W" * 300, "=cmd|'/c calc'!A1", "\N{FOX FACE}", "\\u001b[31m"):
        assert told in page


def test_the_pages_hold_text_only(built: pipeline.Built) -> None:
    for path in pages(built):
        soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        assert len(soup.select("script:not([type])")) == 1
        assert "default-src 'none'" in soup.select_one("meta[http-equiv]")["content"]
        for own in soup.select("script, style, head > meta, head > link, svg.spark"):
            own.decompose()
        assert active_parts(soup) == []
        assert ACTING.findall(str(soup)) == []


def test_markdown_gives_text_and_whole_tables_only(built: pipeline.Built) -> None:
    for path in pages(built):
        text = path.with_suffix(".md").read_text("utf-8")
        assert ACTING.findall(text) == []
        soup = BeautifulSoup(
            mistune.create_markdown(escape=False, plugins=["table", "strikethrough"])(text), "html.parser"
        )
        assert active_parts(soup) == []
        assert soup.find_all(["del", "a"]) == []
        assert len(soup.find_all("h1")) == 1
        # Neither a call of a person nor a number of an issue that a code forge would act on.
        spoken = [
            part for part in soup.find_all(string=re.compile(r"[@#]\w")) if part.parent.name not in ("code", "pre")
        ]
        assert spoken == []
        for table in soup.find_all("table"):
            width = len(table.select("thead th"))
            assert {len(row.find_all("td")) for row in table.select("tbody tr")} <= {width}


def test_notebooks_are_valid_and_their_outputs_text_only(built: pipeline.Built) -> None:
    for path in pages(built):
        notebook = nbformat.read(path.with_suffix(".ipynb"), as_version=4)
        nbformat.validate(notebook)
        for output in (output for cell in notebook.cells for output in cell.get("outputs", ())):
            data = output.get("data", {})
            assert active_parts(BeautifulSoup(data.get("text/html", ""), "html.parser")) == []
            assert ACTING.findall(data.get("text/html", "") + data.get("text/plain", "")) == []
            assert "container" not in json.dumps(data.get("application/vnd.vegalite.v5+json", {}).get("width", ""))


def test_no_cell_of_the_data_runs_in_a_spreadsheet(built: pipeline.Built) -> None:
    for folder in {exports.data_folder(built.page.parent.parent, path) for path in pages(built)}:
        index = list(csv.DictReader((folder / "index.csv").read_text("utf-8").splitlines(keepends=True)))
        assert len(index) > 5
        for entry in (entry for entry in index if entry["file"].endswith(".csv")):
            text = (folder / entry["file"]).read_text("utf-8")
            assert ACTING.findall(text) == []
            _, *rows = csv.reader(text.splitlines(keepends=True))
            assert len(rows) == int(entry["row_count"])
            assert [cell for row in rows for cell in row if re.match(r"[=+@\t]|-(?![\d.]+$)", cell)] == []


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("kind", ["table", "csv", "json", "md"])
def test_the_terminal_prints_and_does_nothing_else(built: pipeline.Built, name: str, kind: str) -> None:
    answer = retro("query", name, "-C", built.page.parent.parent, "--sprint", "2", "--format", kind)
    assert answer.status == 0
    assert ACTING.findall(answer.out + answer.err) == []


@pytest.fixture(scope="module")
def browser() -> Iterator:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with (
        api.sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]) as launched,
    ):
        yield launched


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_runs_in_a_browser_and_every_page_keeps_its_width(browser, built: pipeline.Built, width: int) -> None:
    for path in pages(built):
        page = browser.new_page(viewport={"width": width, "height": 900}, offline=True)
        said: list[str] = []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.on("dialog", lambda dialog, said=said: (said.append(dialog.message), dialog.dismiss()))
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        page.locator(".chart:not(:has(svg))").last.wait_for(state="detached")
        assert (path.name, page.evaluate("window.hacked ?? null"), said) == (path.name, None, [])
        size = "document.documentElement"
        assert page.evaluate(f"{size}.scrollWidth - {size}.clientWidth") == 0
        page.close()
