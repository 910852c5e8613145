"""The page in a browser without a network: it draws, it says nothing on the console, it is accessible, it fits a phone.

Needs Debian's Chromium; the tests are skipped where there is none.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from results import COVERAGE, HOSTILE, SPRINT, make_coverage, make_notebook, make_result

from retro.figures import figure, page_head, summary, tiles
from retro.figures.charts import bars, paired_dots, share_bars
from retro.figures.day_charts import day_strip
from retro.reports import write_report

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 390)]


class Sight:
    """A page open in the browser, with everything that it said and asked for."""

    def __init__(self, page: sync_api.Page) -> None:
        self.page = page
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (self.said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: self.asked.append(request.url))

    def open(self, path: Path) -> "Sight":
        self.page.goto(path.as_uri())
        sync_api.expect(self.page.locator(".chart:not(:has(svg))")).to_have_count(0, timeout=60_000)
        return self

    def violations(self) -> list[tuple[str, list]]:
        found = axe.Axe().run(self.page, options={"runOnly": RULES}).response["violations"]
        return [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found]

    def overflow(self) -> int:
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    with sync_api.sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        with playwright.chromium.launch(executable_path=CHROMIUM, args=arguments) as launched:
            yield launched


@pytest.fixture
def see(browser: sync_api.Browser) -> Iterator:
    """Opens a page in a colour scheme and a width, with the network off."""
    contexts = []

    def look(path: Path, scheme: str = "light", width: int = 1280, **options: object) -> Sight:
        size = {"width": width, "height": 900}
        contexts.append(browser.new_context(offline=True, color_scheme=scheme, viewport=size, **options))
        return Sight(contexts[-1].new_page()).open(path)

    yield look
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with what strangers could write in every place that text from a repository reaches."""
    rows = [
        {
            "area": text,
            "path": text,
            "commit_count": 9 - number,
            "other_count": 1,
            "share": 0.5,
            "subjects": [text, text],
        }
        for number, text in enumerate(HOSTILE)
    ]
    everything = "".join(HOSTILE)
    things = make_result("area_changes", rows, coverage=make_coverage(), sql=f"-- {everything}\nselect 1")
    day = {"date": date(2026, 3, 9), "commit_count": 3, "merge_count": 1, "own_added_lines": 1, "own_deleted_lines": 1}
    days = make_result("day_changes", [day | {"release_count": 1, everything: everything}])
    release = {
        "tag_name": everything,
        "released_at": datetime(2026, 3, 9, tzinfo=UTC),
        "pull_request_count": 1,
        "commit_count": 1,
    }
    head = make_result("sprint_details", [SPRINT | {"project": everything, "goal": everything}])
    headline = make_result(
        "sprint_headline", [{"sprint": everything, "commit_count": 1}, {"sprint": "2", "commit_count": 2}]
    )
    notebook = make_notebook(
        page_head(head, make_result("coverage_shares", [COVERAGE | {"subject": everything}])),
        tiles(headline, "commit_count"),
        summary(make_result("release_contents", [release])),
        f"## {HOSTILE[0]}\n\n{everything}",
        figure(
            things, bars(things, ("area", "path"), ("commit_count", "other_count"), notes="subjects"), title=everything
        ),
        figure(things, bars(things, "path", ("commit_count",)), subtitle=everything),
        figure(things, share_bars(things, "area", "share", ("other_count", "commit_count"), "path")),
        figure(things, paired_dots(things, "area", ("commit_count", "other_count"))),
        figure(days, day_strip(days)),
        figure(things),
    )
    notebook.cells[0].source = everything
    return write_report(notebook, tmp_path_factory.mktemp("hostile") / "sprint-2.html")[0]


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_page_draws_quietly_offline_and_is_accessible(see, demo_page, scheme, width):
    sight = see(demo_page, scheme, width)
    assert sight.page.locator(".chart svg").count() >= 6
    assert sight.violations() == []
    assert sight.overflow() == 0
    assert sight.said == []
    assert [url for url in sight.asked if not url.startswith("data:")] == [demo_page.as_uri()]


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_hostile_text_runs_nothing_and_breaks_no_layout(see, hostile_page, scheme, width):
    sight = see(hostile_page, scheme, width)
    sight.page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    assert sight.page.evaluate("window.hacked") is None
    assert sight.said == []
    assert [url for url in sight.asked if not url.startswith("data:")] == [hostile_page.as_uri()]
    assert sight.overflow() == 0
    assert sight.violations() == []


def test_opened_data_sql_and_cells_are_accessible_on_a_phone(see, demo_page):
    sight = see(demo_page, width=390)
    sight.page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    assert sight.violations() == []
    assert sight.overflow() == 0


def test_a_click_on_a_heading_sorts_by_value_and_a_second_one_turns_it_round(see, demo_page):
    page = see(demo_page).page
    table = page.locator("#file-changes table").first
    heading = table.get_by_role("button", name="added lines")
    column = [heading.text_content() for heading in table.locator("thead th").all()].index("added lines")

    def lines() -> list[int]:
        return [int(row.locator("th, td").nth(column).text_content()) for row in table.locator("tbody tr").all()]

    before = lines()
    heading.click()
    assert lines() == sorted(before, reverse=True)
    assert table.locator("th[aria-sort=descending]").text_content() == "added lines"
    heading.press("Enter")
    assert lines() == sorted(before)


@pytest.fixture(scope="session")
def table_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with a table of thirteen rows, one of them with nothing known."""
    rows = [
        {"path": f"src/{'even' if number % 2 == 0 else 'odd'}/{number}.py", "commit_count": number * 900, "share": 0.5}
        for number in range(-4, 8)
    ]
    result = make_result("files", [*rows, {"path": "unknown.py", "commit_count": None, "share": None}])
    return write_report(make_notebook("## Files", figure(result)), tmp_path_factory.mktemp("table") / "own.html")[0]


def test_unknown_values_stand_last_whichever_way_a_table_is_sorted(see, table_page):
    page = see(table_page).page
    page.locator("summary", has_text="Data").click()
    table = page.locator("details table")
    heading = table.get_by_role("button", name="commits")

    def column() -> list[str]:
        return [row.locator("td").first.text_content() for row in table.locator("tbody tr").all()]

    heading.press("Enter")
    assert (column()[:2], column()[-2:]) == (["6,300", "5,400"], ["\u22123,600", "\u2013"])
    heading.press("Space")
    assert (column()[:2], column()[-2:]) == (["\u22123,600", "\u22122,700"], ["6,300", "\u2013"])


def test_a_long_table_is_filtered_by_words_and_says_how_many_rows_stay(see, table_page):
    sight = see(table_page, width=390)
    page = sight.page
    page.locator("summary", has_text="Data").click()
    assert page.get_by_role("searchbox").count() == 1  # the ten rows outside of Data need none
    page.get_by_role("searchbox").fill("/7.PY src")
    shown = page.locator("details tbody tr:visible th")
    assert shown.all_text_contents() == ["src/odd/7.py"]
    assert page.get_by_role("status").text_content() == "1 of 13 rows"
    assert sight.violations() == []
    assert sight.overflow() == 0
    page.get_by_role("searchbox").fill("")
    assert shown.count() == 13


def test_hovering_a_bar_tells_its_exact_values(see, demo_page):
    page = see(demo_page).page
    bar = page.locator("#theme-commits .mark-rect path").first
    bar.scroll_into_view_if_needed()
    bar.hover()
    assert page.locator("#hover").is_visible()
    assert "Fleet management" in page.locator("#hover").inner_text()
    page.mouse.move(1, 1)
    assert page.locator("#hover").is_hidden()


def test_the_contents_follow_the_reader(see, demo_page):
    page = see(demo_page).page
    page.locator(".contents a", has_text="How far it reached").click()
    page.wait_for_selector(".contents a[aria-current]:has-text('How far it reached')")
    assert page.locator(".contents a[aria-current]").count() == 1


def test_dark_paper_comes_with_light_charts_and_print_is_dark_on_white(see, demo_page):
    page = see(demo_page, "dark").page
    name = "getComputedStyle(document.querySelector('#theme-commits svg text')).fill"
    assert page.evaluate(name) == "rgb(232, 233, 235)"
    page.emulate_media(media="print")
    assert page.evaluate(name) == "rgb(0, 0, 0)"
    assert page.locator(".contents").is_hidden()
    assert page.locator("details").first.is_hidden()


def test_printing_gives_a_document_with_every_chart(see, demo_page):
    page = see(demo_page).page
    assert len(page.pdf(format="A4")) > 50_000


def test_printing_at_once_finds_every_chart_drawn(browser, demo_page):
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(demo_page.as_uri())
    # One task later: what a browser prints is what stands there when the event's handlers are done.
    undrawn = page.evaluate(
        """() => new Promise((done) => {
            const after = new MessageChannel();
            after.port1.onmessage = () => done(document.querySelectorAll(".chart:not(:has(svg))").length);
            dispatchEvent(new Event("beforeprint"));
            after.port2.postMessage(null);
        })"""
    )
    assert undrawn == 0
    context.close()


def test_without_javascript_the_numbers_are_there(browser, demo_page):
    context = browser.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(demo_page.as_uri())
    page.locator("#theme-commits summary").first.click()
    assert page.locator("#theme-commits table").is_visible()
    assert page.locator("#theme-commits noscript").is_visible()
    context.close()
