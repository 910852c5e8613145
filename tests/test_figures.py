"""Figures, tiles, summary and head: what Jupyter gets, and what travels with it for the page."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import altair
import nbformat
import pytest
from results import COVERAGE, HOSTILE, SPRINT, make_coverage, make_notebook, make_result

from retro.errors import UsageError
from retro.figures import CHART_TYPE, Figure, figure, json_value, page_head, summary, tiles
from retro.figures.charts import bars

COMMITS = [
    {"theme": "Fleet", "feature_commit_count": 18, "commit_count": 84},
    {"theme": "uncategorized", "feature_commit_count": 0, "commit_count": 26},
]
SPRINTS = [
    {
        "sprint": "1",
        "commit_count": 54,
        "added_lines": 1_200,
        "own_added_lines": 900,
        "own_deleted_lines": 3,
        "author_count": 7,
    },
    {
        "sprint": "2",
        "commit_count": 319,
        "added_lines": 412_700,
        "own_added_lines": 212_700,
        "own_deleted_lines": 3_114,
        "author_count": 7,
    },
]


def shown(figure: Figure) -> tuple[dict, dict]:
    data, metadata = figure._repr_mimebundle_()
    return data, metadata["retro"]


def test_a_figure_carries_its_source_with_it():
    result = make_result(
        "theme_commits",
        COMMITS[:1],
        evidence="inferred",
        evidence_shares={"inferred": 0.8, "verified": 0.2},
        coverage=make_coverage(),
    )
    _, details = shown(figure(result, subtitle="Commits by theme."))
    assert details == {
        "kind": "figure",
        "title": "Fleet led with 18 feature commits",
        "subtitle": "Commits by theme.",
        "shown": ["theme", "feature_commit_count", "commit_count"],
        "anchor": "theme-commits",
        "query": "theme_commits",
        "question": "What of theme commits?",
        "sql": result.sql,
        "parameters": {"sprint": "2"},
        "columns": [
            {"name": "theme", "title": "theme", "doc": "what theme means", "kind": "text"},
            {
                "name": "feature_commit_count",
                "title": "feature commits",
                "doc": "what feature_commit_count means",
                "kind": "number",
            },
            {"name": "commit_count", "title": "commits", "doc": "what commit_count means", "kind": "number"},
        ],
        "rows": [["Fleet", 18, 84]],
        "row_count": 1,
        "left_out_count": 0,
        "evidence": "inferred",
        "evidence_shares": {"inferred": 0.8, "verified": 0.2},
        "coverage": {
            "subject": "themes",
            "judged_count": 9,
            "total_count": 12,
            "unknown": "commits that no theme rule matches",
        },
        "snapshot": "5" * 64,
    }


def test_a_chart_is_of_the_kind_that_jupyterlab_draws_and_has_no_html_beside_it():
    result = make_result("theme_commits", COMMITS)
    data, _ = shown(figure(result, bars(result, "theme", ("commit_count",)), subtitle="Commits."))
    chart = data[CHART_TYPE]
    assert data.keys() == {"text/plain", CHART_TYPE}
    assert chart["$schema"].endswith("/vega-lite/v5.json")
    assert chart["title"] == {"text": ["Fleet led with 18 feature commits"], "subtitle": ["Commits."]}
    nbformat.validate(make_notebook(figure(result, bars(result, "theme", ("commit_count",)))))


@pytest.mark.parametrize("width", ["container", 600, 900])
def test_no_chart_in_a_notebook_is_wider_than_jupyterlab_can_draw(width):
    result = make_result("theme_commits", COMMITS)
    data, _ = shown(figure(result, bars(result, "theme", ("commit_count",)).properties(width=width)))
    assert data[CHART_TYPE]["width"] == 500
    assert "container" not in json.dumps(data[CHART_TYPE])


def test_a_teams_own_chart_keeps_its_own_look():
    own = altair.Chart(altair.Data(values=[{"a": 1, "b": Decimal("0.5"), "c": float("nan")}])).mark_bar(color="#123456")
    own = own.encode(x="a:Q").configure_axis(labelFontSize=20)
    data, _ = shown(figure(make_result("own", COMMITS), own, title="Ours"))
    assert data[CHART_TYPE]["config"]["axis"]["labelFontSize"] == 20
    assert data[CHART_TYPE]["config"]["axis"]["ticks"] is False
    assert "NaN" not in json.dumps(data[CHART_TYPE])


def test_a_table_shows_the_columns_that_are_named():
    data, details = shown(figure(make_result("theme_commits", COMMITS), ("commit_count", "theme")))
    assert details["shown"] == ["commit_count", "theme"]
    assert [column["name"] for column in details["columns"]] == ["theme", "feature_commit_count", "commit_count"]
    assert data["text/plain"].splitlines() == [
        "Fleet led with 18 feature commits",
        "commits  theme",
        "84       Fleet",
        "26       uncategorized",
    ]


def test_an_empty_result_is_one_calm_sentence():
    empty = make_result("theme_commits", [], columns={"theme": "its name"})
    data, details = shown(figure(empty, bars(empty, "theme", ("commit_count",))))
    assert data == {"text/plain": "What of theme commits?\nNothing to show: the query found no rows."}
    assert (details["rows"], details["row_count"], details["columns"][0]["kind"]) == ([], 0, "text")


def test_a_long_result_travels_in_part_and_says_so():
    data, details = shown(figure(make_result("many", [{"number": number} for number in range(1000)])))
    assert (len(details["rows"]), details["row_count"], details["left_out_count"]) == (300, 1000, 700)
    assert data["text/plain"].endswith("and 988 rows more")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_never_markup_in_jupyterlab(text):
    rows = [{"theme": text, "commit_count": 1}]
    head = make_result("sprint_details", [SPRINT | {"project": text, "goal": text}])
    for made in (
        figure(make_result("own", rows), title=text, subtitle=text),
        summary(make_result("theme_commits", [COMMITS[0] | {"theme": text}])),
        page_head(head, make_result("coverage_shares", [COVERAGE])),
    ):
        data, details = shown(made)
        html = data["text/html"]
        assert "<script" not in html and "<img" not in html
        assert text in json.dumps(details, ensure_ascii=False).replace('\\"', '"')


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        (None, None),
        (True, True),
        (float("inf"), None),
        (Decimal("0.000075000000"), "0.000075000000"),
        (Decimal("1E-9"), "0.000000001"),
        (date(2026, 3, 9), "2026-03-09"),
        (datetime(2026, 3, 9, 8, 0, tzinfo=UTC), "2026-03-09T08:00:00+00:00"),
        ([Decimal("1.5"), None], ["1.5", None]),
        ({"a": date(2026, 3, 9)}, {"a": "2026-03-09"}),
        (b"x", "b'x'"),
    ],
)
def test_every_value_has_a_form_in_json(value, safe):
    assert json_value(value) == safe
    json.dumps(json_value(value), allow_nan=False)


def test_tiles_tell_the_last_sprint_against_the_one_before():
    _, details = shown(
        tiles(
            make_result("sprint_headline", SPRINTS),
            "commit_count",
            ("own_added_lines", "own_deleted_lines", "added_lines"),
            "author_count",
        )
    )
    assert details["tiles"] == [
        {
            "label": "commits",
            "number": "319",
            "exact": "319",
            "beside": "",
            "whole": "",
            "change": "+265 against sprint 1",
            "values": [54, 319],
            "trend": "sprint 1: 54, sprint 2: 319",
        },
        {
            "label": "added lines",
            "number": "213\u202fk",
            "exact": "212,700",
            "beside": "\u22123,114 lines",
            "whole": "412,700 with generated, vendored and lock files",
            "change": "+212\u202fk against sprint 1",
            "values": [900, 212_700],
            "trend": "sprint 1: 900, sprint 2: 213\u202fk",
        },
        {
            "label": "authors",
            "number": "7",
            "exact": "7",
            "beside": "",
            "whole": "",
            "change": "as in sprint 1",
            "values": [7, 7],
            "trend": "sprint 1: 7, sprint 2: 7",
        },
    ]


@pytest.mark.parametrize(
    ("before", "now", "number", "change"),
    [(None, 5, "5", "not known in sprint 1"), (5, None, "\u2013", "not known in this sprint")],
)
def test_a_number_that_is_not_known_is_not_compared(before, now, number, change):
    rows = [{"sprint": "1", "pull_request_count": before}, {"sprint": "2", "pull_request_count": now}]
    _, details = shown(tiles(make_result("sprint_headline", rows), "pull_request_count"))
    (tile,) = details["tiles"]
    assert (tile["number"], tile["change"], tile["values"]) == (number, change, [before, now])


def test_a_share_of_which_too_little_is_known_is_held_back():
    rows = [
        {"sprint": "1", "agent_commit_share": 0.4, "author_known_share": 0.9},
        {"sprint": "2", "agent_commit_share": 1.0, "author_known_share": 0.03},
    ]
    _, details = shown(tiles(make_result("team_headline", rows), ("agent_commit_share", "author_known_share")))
    (tile,) = details["tiles"]
    assert (tile["number"], tile["change"], tile["values"]) == ("\u2013", "not known in this sprint", [0.4, None])
    assert tile["beside"] == "3\u202f% author known"


def test_tiles_of_a_first_sprint_show_no_change():
    data, details = shown(tiles(make_result("sprint_headline", SPRINTS[:1]), "commit_count"))
    assert details["tiles"][0]["change"] == "no earlier sprint"
    assert data["text/plain"] == "commits: 54 (no earlier sprint)"


def test_tiles_of_several_results_are_one_figure_with_each_result_once():
    cost = make_result("cost_headline", [{"sprint": "2", "ai_cost_usd": Decimal("8.96"), "request_count": 979}])
    unknown = make_result("escape_headline", [{"sprint": "2", "escaped_bug_count": None}])
    data, details = shown(
        tiles(
            (make_result("sprint_headline", SPRINTS), "commit_count"),
            (cost, "ai_cost_usd"),
            (unknown, "escaped_bug_count"),
            (cost, "request_count"),
        )
    )
    assert (details["kind"], details["anchor"]) == ("tiles", "the-sprint-in-numbers")
    assert [(tile["label"], tile.get("source")) for tile in details["tiles"]] == [
        ("commits", 0),
        ("AI cost", 1),
        ("requests", None),
    ]
    assert [(source["query"], source["anchor"], source["title"]) for source in details["sources"]] == [
        ("sprint_headline", "sprint-headline", "What of sprint headline?"),
        ("cost_headline", "cost-headline", "What of cost headline?"),
    ]
    assert data["text/plain"].splitlines() == [
        "commits: 319 (+265 against sprint 1)",
        "AI cost: $8.96 (no earlier sprint)",
        "requests: 979 (no earlier sprint)",
    ]


def test_tiles_of_which_nothing_is_known_are_not_shown():
    unknown = make_result("escape_headline", [{"sprint": "2", "escaped_bug_count": None}])
    assert tiles(unknown, "escaped_bug_count") is None
    assert tiles((unknown, "escaped_bug_count")) is None


def test_a_tile_tells_hours_in_words_and_exactly_on_hover():
    rows = [{"sprint": "1", "repair_hours": 47.0}, {"sprint": "2", "repair_hours": 143.4}]
    _, details = shown(tiles(make_result("sprint_headline", rows), "repair_hours"))
    (tile,) = details["tiles"]
    assert (tile["label"], tile["number"], tile["exact"]) == ("repair", "6 days", "143.4 hours")
    assert (tile["change"], tile["trend"]) == ("+4 days against sprint 1", "sprint 1: 47 hours, sprint 2: 6 days")


def test_the_head_names_project_sprint_days_and_sources():
    data, details = shown(
        page_head(make_result("sprint_details", [SPRINT]), make_result("coverage_shares", [COVERAGE]))
    )
    assert data["text/plain"].splitlines() == [
        "Gateway, sprint 2",
        "Mon 9 March to Thu 19 March 2026 (Europe/Berlin)",
        "Fleet management",
        "From 1 repository, read Fri 20 March 2026, 19:02 CET; judged: themes 75\u202f%.",
    ]
    assert (details["kind"], details["previous_sprint"], details["is_invented"]) == ("head", "1", False)


def test_an_unknown_sprint_is_named_at_the_head():
    with pytest.raises(UsageError, match="no sprint '2' in the warehouse"):
        page_head(make_result("sprint_details", []), make_result("coverage_shares", []))


def test_retro_is_imported_without_the_chart_library():
    check = "import sys, retro; retro.figure; retro.bars; sys.exit('altair' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
