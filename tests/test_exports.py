"""Other forms of a built page: Markdown, and the data of every figure with all its rows."""

import csv
from pathlib import Path

import mistune
import nbformat
import polars as pl
import pytest
from bs4 import BeautifulSoup
from command_line import retro
from repositories import History, project
from results import AREAS, HOSTILE, make_area_figure, make_coverage, make_head, make_notebook, make_result

from retro.figures import figure, summary, tiles
from retro.page.markdown import page_markdown, prose_markdown
from retro.page.parts import read_page
from retro.pipeline import mine

NUMBERS = """-- Which numbers are there?
-- One row per number, in their order.
--
-- number: itself
-- subject: a text that a spreadsheet would run
--
-- Evidence: verified
select
    range as number,
    '=1+' || range as subject
from range(400)
order by number
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mined project with a notebook of its own that shows four hundred rows."""
    folder = tmp_path_factory.mktemp("exports")
    made = History()
    made.commit("feat: begin", {"a.py": "1\n"})
    root = project(folder / "project", made.write(folder / "repo"))
    mine(root)
    (root / "queries" / "metrics").mkdir(parents=True)
    (root / "queries" / "metrics" / "numbers.sql").write_text(NUMBERS, "utf-8")
    (root / "notebooks").mkdir()
    for name, told in (("own", ""), ("indexed", ", anchor='index'")):
        sources = ("import retro\nw = retro.open_warehouse()", f"retro.figure(w.query('numbers'){told})")
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
        nbformat.write(notebook, root / "notebooks" / f"{name}.ipynb")
    return root


def built(root: Path, *forms: str, notebook: str = "own") -> str:
    options = [word for form in forms for word in ("--also", form)]
    answer = retro("build", "-C", root, "--sprint", "1", "--notebook", notebook, "--no-mine", *options)
    assert answer.status == 0, answer.err
    return answer.err


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text("utf-8").splitlines(keepends=True)))


def test_data_has_all_rows_where_the_page_has_the_first(root: Path) -> None:
    told = built(root, "csv", "parquet")
    folder = root / "reports" / "sprint-1" / "data" / "own"
    assert f"csv and parquet: 3 files, in {root / 'reports' / 'sprint-1'}" in told
    assert sorted(path.name for path in folder.iterdir()) == ["index.csv", "numbers.csv", "numbers.parquet"]
    head, first, *_, last = rows_of(folder / "numbers.csv")
    assert (head, first, last) == (["number", "subject"], ["0", "'=1+0"], ["399", "'=1+399"])
    frame = pl.read_parquet(folder / "numbers.parquet")
    assert (frame.shape, frame["subject"][399]) == ((400, 2), "=1+399")
    titles, *entries = rows_of(folder / "index.csv")
    told = dict(zip(titles, entries[0], strict=True))
    digest = told.pop("inputs_digest")
    assert len(digest) == 64 and told == {
        "file": "numbers.csv",
        "title": "Which numbers are there?",
        "query": "numbers",
        "parameters": "",
        "row_count": "400",
        "columns": "number, subject",
        "evidence": "verified",
        "coverage": "",
    }
    assert [entry[0] for entry in entries] == ["numbers.csv", "numbers.parquet"]


def test_a_later_run_leaves_no_data_of_an_earlier_one(root: Path) -> None:
    built(root, "csv", "parquet")
    built(root, "csv")
    folder = root / "reports" / "sprint-1" / "data" / "own"
    assert sorted(path.name for path in folder.iterdir()) == ["index.csv", "numbers.csv"]


def test_a_figure_called_index_leaves_the_index_alone(root: Path) -> None:
    built(root, "csv", notebook="indexed")
    (index,) = root.rglob("data/indexed/index.csv")
    _, (file, *_) = rows_of(index)
    assert sorted(path.name for path in index.parent.glob("*.csv")) == [file, "index.csv"]
    assert rows_of(index.parent / file)[0] == ["number", "subject"]


def test_markdown_stands_beside_the_page_and_says_what_it_leaves_out(root: Path) -> None:
    built(root, "md")
    text = (root / "reports" / "sprint-1" / "own.md").read_text("utf-8")
    assert "| 19 | \\=1+19 |" in text and "| 20 |" not in text
    assert "First 20 of 400 rows; all: `retro query numbers --format csv`" in text


def test_an_unknown_form_is_refused_before_anything_is_built(root: Path) -> None:
    answer = retro("build", "-C", root, "--also", "docx")
    assert answer.status == 2 and "--also 'docx': unknown; choose of md, csv, parquet" in answer.err


def test_the_whole_page_as_markdown() -> None:
    rows = [{"sprint": "1", "commit_count": 10}, {"sprint": "2", "commit_count": 12}]
    notebook = make_notebook(
        make_head(goal="Fleet #1"),
        tiles(make_result("sprint_headline", rows), "commit_count"),
        "## What shipped\n\nProse with *weight* and [a link](https://a.example/).",
        make_area_figure(coverage=make_coverage()),
        figure(make_result("empty", [], columns={"area": "its name"})),
    )
    text = page_markdown(read_page(notebook), "Gateway, sprint 2", "Built by hand.")
    assert text.startswith(
        "# Gateway, sprint 2\n\nMon 9 March to Thu 19 March 2026 (Europe/Berlin)\n\n**Goal:** Fleet \\#"
    )
    assert "| measure | number | of it | change |\n| --- | --- | --- | --- |\n| commits | 12 |" in text
    assert (
        "## What shipped\n\nProse with *weight* and [a link](<https://a.example/>).\n\n### Backend was touched" in text
    )
    table = "\n".join(f"| {row['area']} | {row['commit_count']} |" for row in AREAS)
    assert f"| area | commits |\n| --- | --- |\n{table}\n\nQuery `area_changes`, verified: recounted" in text
    assert "Themes: 9 of 12 commits judged" in text
    assert "Nothing to show: the query found no rows." in text
    assert text.endswith("\n\n---\n\nBuilt by hand.\n")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text_in_markdown(hostile: str) -> None:
    result = make_result(
        "area_changes", [{"area": hostile, "path": hostile, "commit_count": 1}], parameters={"sprint": hostile}
    )
    notebook = make_notebook(
        make_head(project=hostile, goal=hostile),
        f"## {hostile}",
        summary(make_result("release_contents", [])),
        figure(result, title=hostile, subtitle=hostile),
    )
    text = page_markdown(read_page(notebook), hostile, hostile)
    soup = BeautifulSoup(mistune.create_markdown(escape=False, plugins=["table"])(text), "html.parser")
    assert not soup.find_all(["script", "img", "a"])
    seen = hostile.replace("\u202e", "\\u202e")
    assert [tag.get_text() for tag in soup.select("h1, h2, h3")] == [seen] * 3
    assert soup.select_one("tbody td").get_text() in (seen, seen[:159] + "…")


@pytest.mark.parametrize(
    ("markdown", "safe"),
    [
        ("one *two* `three`", "one *two* `three`"),
        ("# Title", "### Title"),
        ("<b>x</b>", "\\<b\\>x\\</b\\>"),
        ("[a](https://a.b/?c=1&d=2)", "[a](<https://a.b/?c=1&d=2>)"),
        ("[a](#themes)", "a"),
        ("[a](javascript:alert(1))", "a"),
        ("[a][b]\n\n[b]: javascript:alert(1)", "a"),
        ("![pixel](https://spy.example/x.png)", "pixel"),
        ("\\<script>", "\\<script\\>"),
        ("<script>\nx\n</script>", "\\<script\\>\nx\n\\</script\\>"),
        ("| a | b |\n| --- | --- |\n| 1 | 2 |", "| a | b |\n| --- | --- |\n| 1 | 2 |"),
    ],
)
def test_prose_keeps_its_markdown_but_for_what_acts(markdown: str, safe: str) -> None:
    assert prose_markdown(markdown) == safe
