"""Money on the page: how it is written, what its charts add up to, and which sentences it gets."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from results import make_result

from retro.figures import figure, tiles
from retro.figures.money_charts import cost_bars, cost_bridge, cost_days
from retro.figures.money_sentences import bill_sentence, transcript_sentence
from retro.figures.sentences import finding, summary_sentences
from retro.figures.wording import change_text, column_title, exact_text, measure_text, money_text, value_text

MINUS, NARROW = "\u2212", "\u202f"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "$0"),
        ("0.000075", "$0.000075"),
        ("0.003552", "$0.003552"),
        ("0.00995", "$0.00995"),
        ("0.079728630769", "$0.08"),
        ("34.165302", "$34.17"),
        ("1564.3646826", "$1,564.36"),
        ("-0.5", f"{MINUS}$0.50"),
    ],
)
def test_money_is_written_to_the_cent_and_below_a_cent_to_four_digits(amount, text):
    assert money_text(Decimal(amount)) == text
    assert value_text("cost_usd", Decimal(amount)) == text


def test_the_exact_amount_keeps_all_its_digits():
    assert exact_text("cost_usd", Decimal("34.165302000000")) == "$34.165302"
    assert exact_text("cost_usd", None) == "\u2013"
    assert exact_text("commit_count", 1192) == "1,192"


def test_changes_and_titles_speak_of_dollars():
    assert change_text(Decimal("8.96"), Decimal("3.65"), "ai_cost_usd") == "+$5.31"
    assert change_text(Decimal("3.65"), Decimal("8.96"), "ai_cost_usd") == f"{MINUS}$5.31"
    assert measure_text("cost_usd", Decimal("2")) == "$2.00"
    assert column_title("ai_cost_usd") == "AI cost"


def split_row(theme: str, cost: str | None, share: float | None = None) -> dict:
    known = None if cost is None else Decimal(cost)
    return {"theme": theme, "request_count": 2, "session_count": 1, "cost_usd": known, "cost_share": share}


def test_bars_sum_to_the_bill_and_never_leave_out_what_could_not_be_placed():
    rows = [split_row(f"theme {number}", str(number), number / 17) for number in range(5, 0, -1)]
    rows += [split_row("uncategorized", "2", 2 / 17), split_row("unattributed", "0", 0.0)]
    lines = cost_bars(make_result("theme_costs", rows), "theme", most=2).to_dict()["data"]["values"]
    assert [line["name"] for line in lines] == ["theme 5", "theme 4", "3 others", "uncategorized", "unattributed"]
    assert sum(line["value"] for line in lines) == 17
    assert [line["is_vague"] for line in lines] == [False, False, True, True, True]
    assert lines[2]["says"] == f"$6.00 · 35{NARROW}%"
    assert lines[-1]["says"] == "$0"


def test_an_unknown_cost_is_said_and_draws_no_bar():
    (line,) = cost_bars(make_result("theme_costs", [split_row("Fleet", None)]), "theme").to_dict()["data"]["values"]
    assert (line["value"], line["says"]) == (0, "cost unknown")


def test_days_show_the_three_dearest_models_and_every_day_between():
    days = [date(2026, 3, 9), date(2026, 3, 9), date(2026, 3, 9), date(2026, 3, 12), date(2026, 3, 12)]
    named = zip(days, ("a", "b", None, "c", "d"), ("5", "1", "3", "2", None), strict=True)
    rows = [{"date": day, "model": model, "cost_usd": cost and Decimal(cost)} for day, model, cost in named]
    spec = cost_days(make_result("model_costs", rows)).to_dict()
    assert spec["encoding"]["color"]["scale"]["domain"] == ["a", "model not logged", "c", "other models"]
    assert [day[:6] for day in spec["encoding"]["x"]["scale"]["domain"]] == ["Mon 9 ", "Tue 10", "Wed 11", "Thu 12"]
    assert [row["part"] for row in spec["data"]["values"]] == [
        "a",
        "other models",
        "model not logged",
        "c",
        "other models",
    ]


def reason_row(reason: str, logged: str | None, expected: str | None, example: str | None = None) -> dict:
    costs = [None if text is None else Decimal(text) for text in (logged, expected)]
    variance = None if None in costs else costs[0] - costs[1]
    named = dict(zip(("logged_usd", "expected_usd"), costs, strict=True))
    return {"reason": reason, "request_count": 3, **named, "variance_usd": variance, "example": example}


REASONS = [
    reason_row("default_price_suspected", "34.165302", "1.0100585", "$3/$15"),
    reason_row("reasoning_dropped", "1", "3"),
    reason_row("unknown_model", "0.5", None),
    reason_row("not_logged", None, "0.25"),
    reason_row("ok", "7.9", "7.9"),
]


def test_the_bridge_closes_from_what_was_logged_to_what_was_expected():
    lines = cost_bridge(make_result("cost_variance_reasons", REASONS)).to_dict()["data"]["values"]
    assert [(line["name"], line["says"]) for line in lines] == [
        ("logged", "$43.57"),
        ("default price suspected", f"{MINUS}$33.16"),
        ("reasoning dropped", "+$2.00"),
        ("unknown model", f"{MINUS}$0.50"),
        ("not logged", "+$0.25"),
        ("expected by dated prices", "$12.16"),
    ]
    assert lines[1]["notes"] == ["3 requests · $3/$15"]
    assert lines[-1]["notes"] == ["the steps close the difference"]
    assert lines[-2]["value"] == pytest.approx(lines[-1]["end"])


@pytest.mark.parametrize("make", [lambda result: cost_bars(result, "theme"), cost_days, cost_bridge])
def test_no_row_makes_a_chart_all_the_same(make):
    assert make(make_result("theme_costs", [])).to_dict()


def headline(**known: object) -> dict:
    row = {
        "sprint": "2",
        "request_count": 979,
        "ai_cost_usd": Decimal("8.958102"),
        "verified_share": 0.97,
        "human_share": 0.0,
        "unknown_cost_count": 2,
        "cost_per_merged_pull_request_usd": Decimal("0.0797"),
    }
    return row | known


def test_the_bill_is_told_beside_the_one_before():
    before = headline(sprint="1", ai_cost_usd=Decimal("3.646901"))
    lead, rest = bill_sentence([before, headline()], {})
    assert lead == "Requests to models cost $8.96"
    assert rest == (
        f", 97{NARROW}% of it verified, and 2 requests of unknown cost; $5.31 more than in sprint 1; "
        "a merged pull request cost $0.08."
    )


def test_what_stands_on_the_teams_own_prices_is_told_apart_from_what_is_verified():
    _, rest = bill_sentence([headline(verified_share=0.9, human_share=0.05, unknown_cost_count=0)], {})
    assert rest.startswith(f", 90{NARROW}% of it verified and 5{NARROW}% at your own prices; ")


def test_cost_of_a_merged_pull_request_says_what_git_alone_cannot_tell():
    row = {"cost_merged_change_request_usd": Decimal("3.5"), "cost_unjudged_usd": Decimal("2.24")}
    said = finding(make_result("merged_change_request_costs", [row]))
    assert said == "A merged pull request cost $3.50; $2.24 went to branches of which git alone cannot tell what became"
    known = make_result("merged_change_request_costs", [row | {"cost_unjudged_usd": Decimal(0)}])
    assert finding(known) == "A merged pull request cost $3.50"


def test_a_sprint_without_requests_says_nothing_of_money_and_one_without_prices_says_that():
    assert bill_sentence([headline(request_count=0, ai_cost_usd=None)], {}) is None
    lead, rest = bill_sentence([headline(ai_cost_usd=None)], {})
    assert lead + rest == "What the requests to models cost is not known: none of 979 has a price."


def test_tiles_of_a_source_that_was_never_connected_are_not_shown():
    nothing = dict.fromkeys(("ai_cost_usd", "cost_per_merged_pull_request_usd", "verified_share"))
    unknown = make_result("cost_headline", [headline(**nothing), headline(**nothing)])
    assert tiles(unknown, ("ai_cost_usd", "verified_share"), "cost_per_merged_pull_request_usd") is None
    shown = tiles(make_result("cost_headline", [headline()]), ("ai_cost_usd", "verified_share"))
    (tile,) = shown.details["tiles"]
    assert (tile["label"], tile["number"], tile["exact"]) == ("AI cost", "$8.96", "$8.958102")
    assert (tile["beside"], tile["values"]) == (f"97{NARROW}% verified", [8.958102])


def gap(**known: object) -> dict:
    row = {
        "source": "claude-code",
        "day_count": 11,
        "known_day_count": 11,
        "lost_day_count": 0,
        "first_known_date": date(2026, 2, 1),
        "last_read_at": datetime(2026, 3, 20, 9, tzinfo=UTC),
        "is_begun_late": False,
        "is_read_early": False,
    }
    return row | known


def test_gaps_and_risks_of_transcripts_are_one_sentence_and_their_absence_none():
    assert transcript_sentence([gap()], {}) is None
    late = gap(is_begun_late=True, first_known_date=date(2026, 3, 12), known_day_count=8)
    assert transcript_sentence([gap(), late], {}) == (
        "Transcripts of sessions have a gap",
        ": those of claude-code begin on Thu 12 March 2026; 3 days lack them.",
    )
    lost = gap(lost_day_count=4, known_day_count=7)
    assert transcript_sentence([gap(), lost], {}) == (
        "Transcripts of sessions have a gap",
        ": those of claude-code were not read for so long that the agent may have deleted some of 4 days unread.",
    )
    early = gap(is_read_early=True, last_read_at=datetime(2026, 3, 17, 9, tzinfo=UTC))
    assert transcript_sentence([early], {"sprint_details": [{"timezone": "Europe/Berlin"}]}) == (
        "Transcripts of sessions are at risk",
        ": those of claude-code were last read on Tue 17 March 2026, 10:00 CET, before the sprint's end, and agents delete them.",
    )


def test_the_finding_names_the_reason_that_carries_most_of_the_difference():
    said = finding(make_result("cost_variance_reasons", REASONS))
    assert said == f"Logs were $31.16 above what was expected; 100{NARROW}% of it: default price suspected"
    low = [reason_row("reasoning_dropped", "1", "3"), reason_row("unexplained", "2", "3")]
    said = finding(make_result("cost_variance_reasons", low))
    assert said == f"Logs were $3.00 below what was expected; 67{NARROW}% of it: reasoning dropped"


def test_an_empty_source_gets_the_sentence_that_it_was_given_or_nothing():
    empty = make_result("theme_costs", [])
    assert figure(empty, nothing=None) is None
    assert figure(empty, nothing="Connect a log.").data["text/plain"].endswith("\nConnect a log.")


def _template():
    """A template of its own, since those that say least are known by themselves."""
    return lambda rows, facts: ("Said", ".")


def test_of_more_than_seven_sentences_those_that_say_least_are_left_out(monkeypatch):
    names = ["one", "area_changes", "two", "day_changes", "three", "four", "release_contents", "five"]
    templates = {name: _template() for name in names}
    least = tuple(templates[name] for name in ("day_changes", "area_changes", "release_contents"))
    monkeypatch.setattr("retro.figures.sentences.SUMMARY", tuple(templates.items()))
    monkeypatch.setattr("retro.figures.sentences.SAYS_LEAST", least)
    results = [make_result(name, [{"a": 1}]) for name in names]
    anchors = [sentence.anchor for sentence in summary_sentences(*results)]
    assert anchors == ["one", "area-changes", "two", "three", "four", "release-contents", "five"]
