"""What of a notebook gets on the page, and how: as text, safely, with its source beside it."""

import json
from dataclasses import replace
from decimal import Decimal

import nbformat
import pytest
from results import (
    AREAS,
    BUILT_AT,
    HOSTILE,
    make_area_figure,
    make_coverage,
    make_head,
    make_notebook,
    make_page,
    make_result,
    read_html,
)

from retro.figures import figure, summary, tiles
from retro.figures.charts import bars
from retro.page.charts import PAGE_SCHEMA
from retro.page.prose import prose_html, split_sections
from retro.reports import write_report


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_everywhere_on_the_page(tmp_path, text):
    rows = [{"area": text, "path": text, "commit_count": 1, "subjects": [text]}]
    coverage = replace(make_coverage(), unknown=text)
    result = make_result(
        "area_changes", rows, sql=f"-- {text}\nselect 1", coverage=coverage, parameters={"sprint": text}
    )
    soup = make_page(
        tmp_path,
        make_head(project=text, goal=text, sprint=text, previous_sprint=text),
        f"## Part\n\n{text}",
        summary(
            make_result(
                "release_contents",
                [{"tag_name": text, "released_at": BUILT_AT, "commit_count": 1, "pull_request_count": 1}],
            )
        ),
        figure(result, bars(result, "area", ("commit_count",), notes="subjects"), title=text, subtitle=text),
        figure(result, ("area", "path")),
    )
    assert len([tag for tag in soup.find_all("script") if tag.get("type") is None]) == 1
    assert not soup.find_all("img")
    assert not [tag for tag in soup.find_all(href=True) if tag["href"].lower().startswith("javascript")]
    assert not [tag for tag in soup.find_all(True) if any(name.startswith("on") for name in tag.attrs)]
    seen = text.replace("\u202e", "\\u202e")
    assert soup.select_one("h1").get_text() == f"{seen}, sprint {seen}"
    assert [tag.get_text() for tag in soup.select("h3")] == [seen, f"{seen} was touched by 1 commit"]
    assert soup.select_one("td.code, th.code").get_text() == seen
    (chart,) = [json.loads(tag.string) for tag in soup.find_all("script", attrs={"data-chart": True})]
    assert chart["layer"][0]["data"]["values"][0]["name"] == text


def test_a_chart_fills_its_column_and_keeps_only_its_own_look(tmp_path):
    soup = make_page(tmp_path, make_head(), make_area_figure())
    (chart,) = [json.loads(tag.string) for tag in soup.find_all("script", attrs={"data-chart": True})]
    assert (chart["$schema"], chart["width"], list(chart["config"])) == (PAGE_SCHEMA, "container", ["view"])
    assert "title" not in chart
    assert chart["layer"][0]["encoding"]["color"]["scale"]["range"] == ["var(--work)"]


def test_a_page_without_charts_carries_no_chart_script(tmp_path):
    (path, *_) = write_report(
        make_notebook(make_head(), figure(make_result("area_changes", AREAS))), tmp_path / "a.html"
    )
    assert path.stat().st_size < 60_000


def test_an_empty_result_is_a_sentence_on_the_page(tmp_path):
    soup = make_page(tmp_path, figure(make_result("area_changes", [], columns={"area": "its name"})))
    assert soup.select_one("figure .nothing").get_text() == "Nothing to show: the query found no rows."
    assert not soup.select(".chart")


def test_a_short_table_stands_once_and_a_long_one_stands_in_full_under_data(tmp_path):
    long = [{"number": number} for number in range(400)]
    soup = make_page(tmp_path, figure(make_result("short", AREAS)), figure(make_result("long", long)))
    short, many = soup.select("figure")
    assert [tag.get_text() for tag in short.select("summary")] == ["SQL", "Cell"]
    assert [tag.get_text() for tag in many.select("summary")] == ["Data", "SQL", "Cell"]
    assert [len(table.select("tbody tr")) for table in many.select("table")] == [10, 300]
    assert many.select_one(".more").get_text() == "10 of 400 rows; the first 300 stand under Data."
    assert many.select_one("details p").get_text() == (
        "First 300 of 400 rows; all: retro query long --sprint 2 --format csv"
    )


def test_cells_sort_by_value_and_read_in_the_projects_zone(tmp_path):
    rows = [{"released_at": BUILT_AT, "cost_usd": Decimal("0.000075000000"), "tag_name": None, "commit_count": -1192}]
    soup = make_page(tmp_path, make_head(timezone="America/New_York"), figure(make_result("own", rows)))
    cells = [(cell.get_text(), cell.get("data-sort"), cell.get("class")) for cell in soup.select("tbody th, tbody td")]
    assert cells == [
        ("Fri 20 Mar 2026, 14:05 EDT", "1774029900.0", ["moment"]),
        ("$0.000075", "0.000075000000", ["number"]),
        ("\u2013", None, ["code"]),
        ("\u22121,192", None, ["number"]),
    ]


def test_two_figures_of_one_query_have_anchors_of_their_own(tmp_path):
    soup = make_page(tmp_path, "## Area changes", make_area_figure(), make_area_figure())
    assert [tag["id"] for tag in soup.select("figure")] == ["area-changes", "area-changes-2"]
    assert soup.select_one("section")["id"] == "area-changes-3"


def test_a_sentence_links_only_to_a_figure_that_is_there(tmp_path):
    said = summary(make_result("area_changes", [AREAS[0] | {"changed_file_count": 3, "own_changed_file_count": 3}]))
    assert not make_page(tmp_path, said).select(".summary a")
    assert make_page(tmp_path, said, make_area_figure()).select_one(".summary a")["href"] == "#area-changes"


def test_the_badge_tells_the_mix_and_the_figure_its_coverage(tmp_path):
    shares = {"verified": 0.25, "inferred": 0.75}
    soup = make_page(tmp_path, make_area_figure(evidence="inferred", evidence_shares=shares, coverage=make_coverage()))
    assert soup.select_one("figure .badge")["title"] == (
        "found by a rule or heuristic, which can be wrong (75\u202f% inferred, 25\u202f% verified)"
    )
    assert soup.select_one(".coverage").get_text() == (
        "Themes: 9 of 12 commits judged (75\u202f%); the others are commits that no theme rule matches."
    )


def test_the_head_says_what_is_unusual_about_the_sprint(tmp_path):
    soup = make_page(tmp_path, make_head(gap_day_count=1, is_running=True, is_invented=True))
    text = soup.select_one("header").get_text(" ", strip=True)
    assert "1 day before it belongs to no sprint." in text
    assert "The sprint was still running when its sources were read." in text
    assert "Invented data." in text


def test_a_tile_has_a_bar_per_sprint_from_zero(tmp_path):
    rows = [{"sprint": str(number), "commit_count": count} for number, count in enumerate((0, 50, 100))]
    soup = make_page(tmp_path, tiles(make_result("sprint_headline", rows), "commit_count"))
    assert [(bar["y"], bar["height"], bar.get("class")) for bar in soup.select(".spark rect")] == [
        ("22.0", "0.0", None),
        ("11.0", "11.0", None),
        ("0.0", "22.0", ["now"]),
    ]


def test_tiles_of_several_results_have_one_line_of_sources_and_the_weakest_badge(tmp_path):
    commits = make_result("sprint_headline", [{"sprint": "2", "commit_count": 319}], evidence="verified")
    bugs = make_result("escape_headline", [{"sprint": "2", "escaped_bug_count": 3}], evidence="human")
    soup = make_page(tmp_path, tiles((commits, "commit_count"), (bugs, "escaped_bug_count")))
    (shown,) = soup.select("figure")
    assert [tag["id"] for tag in soup.select(".tiles li")] == ["sprint-headline", "escape-headline"]
    assert [(tag.get_text(), tag["title"]) for tag in shown.select(".badge")] == [
        ("human", "told in the team's notes (sprint_headline: verified; escape_headline: human)")
    ]
    assert [tag.get_text() for tag in shown.select("summary")] == ["Data", "SQL", "Cell"]
    assert [tag.get_text() for tag in shown.select("details strong")] == [
        "What of sprint headline?",
        "What of escape headline?",
    ]
    assert shown.select_one("a.permalink")["href"] == f"#{shown['id']}"


def test_a_table_tells_hours_in_words_and_exactly_on_hover_and_under_data(tmp_path):
    rows = [{"path": "a.py", "repair_hours": 47.3833}, {"path": "b.py", "repair_hours": None}]
    soup = make_page(tmp_path, figure(make_result("damage", rows)))
    said, exact = soup.select("table")
    cells = [(tag.get_text(), tag.get("title"), tag.get("data-sort")) for tag in said.select("td")]
    assert cells == [("47 hours", "47.3833", "47.3833"), ("\u2013", None, None)]
    assert [tag.get_text() for tag in said.select("th[scope=col]")] == ["path", "repair"]
    assert [tag.get_text() for tag in exact.select("td")] == ["47.3833", "\u2013"]
    assert [tag.get_text() for tag in exact.select("th[scope=col]")] == ["path", "repair hours"]


@pytest.mark.parametrize(
    ("repos", "count", "titles"),
    [
        (("app", "app"), 1, ["path"]),
        (("app", "app"), 2, ["repo", "path"]),
        (("app", "web"), 1, ["repo", "path"]),
    ],
)
def test_the_one_repository_of_a_project_is_not_said_in_every_row(tmp_path, repos, count, titles):
    rows = [{"repo": repo, "path": "a.py"} for repo in repos]
    soup = make_page(tmp_path, make_head(repo_count=count), figure(make_result("files", rows)))
    assert [tag.get_text() for tag in soup.select_one("table").select("th[scope=col]")] == titles


def test_long_words_of_a_table_may_break_after_their_marks_and_stay_the_same_text(tmp_path):
    path = "services/gateway/governance_rules.py"
    soup = make_page(
        tmp_path, figure(make_result("files", [{"path": path, "subject": "<b>short words stay</b> whole"}]))
    )
    cell, text = soup.select_one("tbody").select("th, td")
    assert cell.get_text() == path
    assert str(cell).count("<wbr/>") == 3
    assert (text.get_text(), text.select("b")) == ("<b>short words stay</b> whole", [])


def test_a_cell_tagged_half_takes_half_of_the_width(tmp_path):
    notebook = make_notebook("## Areas", make_area_figure(), make_area_figure())
    notebook.cells[-1].metadata.tags = ["half", "double", "own"]
    (path, *_) = write_report(notebook, tmp_path / "own.html")
    assert [tag.get("class") for tag in read_html(path).select("figure")] == [None, ["half", "double"]]


def test_a_section_links_to_the_page_of_its_name(tmp_path):
    links = [{"title": "Areas", "address": "sprint-2/areas.html", "queries": ()}]
    (path, *_) = write_report(make_notebook("## Areas", "## Bugs"), tmp_path / "own.html", links)
    (link,) = read_html(path).select(".deeper a")
    assert (link["href"], link["aria-label"], link.find_parent("section")["id"]) == (
        "sprint-2/areas.html",
        "Areas, in full",
        "areas",
    )


def test_what_a_team_prints_is_shown_as_text_and_cut_when_it_is_too_long(tmp_path):
    notebook = make_notebook("## Ours", "For the notebook alone.")
    notebook.cells[1].metadata.tags = ["notebook-only"]
    output = nbformat.v4.new_output
    notebook.cells.append(
        nbformat.v4.new_code_cell(
            "show()",
            outputs=[
                output("stream", name="stdout", text="\x1b[31m<b>red</b>\x1b[0m"),
                output("stream", name="stderr", text="a warning"),
                output("stream", name="stdout", text="x" * 20_005),
                output("display_data", data={"text/html": "<script>1</script>", "text/plain": "a frame"}),
                output("display_data", data={"image/png": "aGk=\n", "text/plain": "<Figure>"}),
            ],
        )
    )
    (path, *_) = write_report(notebook, tmp_path / "own.html")
    soup = read_html(path)
    texts = [tag.get_text() for tag in soup.select("pre.output")]
    assert texts == ["<b>red</b>", "x" * 20_000 + "\n… and 5 letters more in the notebook", "a frame"]
    assert [(tag["src"], tag["alt"]) for tag in soup.select("img")] == [("data:image/png;base64,aGk=", "<Figure>")]
    assert "For the notebook alone." not in soup.get_text()
    assert soup.select_one("h1").get_text() == "own"


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("one *two* `three`", "<p>one <em>two</em> <code>three</code></p>"),
        ("# Title", "<h3>Title</h3>"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
        ("[a](https://a.b/?c=1&d=2)", '<p><a href="https://a.b/?c=1&amp;d=2">a</a></p>'),
        ("[a](#themes)", '<p><a href="#themes">a</a></p>'),
        ("[a](javascript:alert(1))", "<p>a</p>"),
        ("[a](data:text/html,x)", "<p>a</p>"),
        ("[a](file:///etc/passwd)", "<p>a</p>"),
        ("![pixel](https://spy.example/x.png)", "<p>pixel</p>"),
    ],
)
def test_prose_is_text_and_safe_links(markdown, html):
    assert prose_html(markdown) == html


def test_sections_start_at_second_level_headings_outside_of_fences():
    text = "intro\n\n## One\nfirst\n```\n## not a heading\n```\n### deeper\n## Two ##"
    assert list(split_sections(text)) == [
        (None, "intro"),
        ("One", "first\n```\n## not a heading\n```\n### deeper"),
        ("Two", ""),
    ]
