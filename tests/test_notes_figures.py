"""What the page draws and says of the team's notes."""

from datetime import UTC, datetime

import pytest
from results import HOSTILE, SPRINT, make_result

from retro.figures.lane_charts import incident_lanes
from retro.figures.sentences import finding

DETAILS = make_result("sprint_details", [SPRINT])


def marks(incident: str = "I-1", title: str = "It broke", **at: tuple[datetime | None, str]) -> list[dict]:
    """Rows of an incident: what is known of each mark, and how."""
    landed = at.get("landed", (None, ""))[0]
    rows = []
    for mark in ("introduced", "landed", "surfaced", "repaired"):
        moment, known_by = at.get(mark, (None, "unknown"))
        hours = (moment - landed).total_seconds() / 3600 if moment and landed else None
        rows.append({"incident": incident, "title": title, "mark": mark, "marked_at": moment})
        rows[-1] |= {"known_by": known_by, "since_landed_hours": hours}
    return rows


def day(number: int, hour: int = 8) -> datetime:
    return datetime(2026, 3, number, hour, tzinfo=UTC)


WHOLE = marks(
    introduced=(day(16), "upper bound"),
    landed=(day(17), "git"),
    surfaced=(day(19, 7), "human"),
    repaired=(day(19), "git"),
)


def spec_of(rows: list[dict]) -> dict:
    return incident_lanes(make_result("incident_timelines", rows), DETAILS).to_dict()


def test_lane_says_how_long_nobody_noticed_and_how_each_mark_is_known() -> None:
    spec = spec_of(WHOLE)
    (line,) = spec["data"]["values"]
    assert (line["name"], line["says"]) == ("It broke", "unnoticed 47 hours")
    assert line["notes"] == [
        "introduced Mon 16 Mar 09:00 (at the latest) · landed Tue 17 Mar 09:00",
        "surfaced Thu 19 Mar 08:00 (told) · repaired Thu 19 Mar 09:00",
    ]


def test_marks_stand_at_the_clock_of_the_project_and_bounds_are_paler() -> None:
    layers = spec_of(WHOLE)["layer"]
    (points,) = [layer["data"]["values"] for layer in layers if layer["mark"]["type"] == "point"]
    assert [(point["mark"], point["at"], point["is_bound"]) for point in points] == [
        ("introduced", "2026-03-16T09:00:00Z", True),
        ("landed", "2026-03-17T09:00:00Z", False),
        ("surfaced", "2026-03-19T08:00:00Z", False),
        ("repaired", "2026-03-19T09:00:00Z", False),
    ]
    spans = [layer["data"]["values"] for layer in layers if layer["mark"]["type"] == "rule"]
    assert spans == [
        [{"row": 0, "at": "2026-03-16T09:00:00Z", "until": "2026-03-19T09:00:00Z"}],
        [{"row": 0, "at": "2026-03-17T09:00:00Z", "until": "2026-03-19T08:00:00Z"}],
    ]


def test_unknown_marks_are_named_and_not_drawn() -> None:
    spec = spec_of([*WHOLE, *marks("I-2", HOSTILE[0], surfaced=(day(12), "upper bound")), *marks("I-3")])
    _, second, third = spec["data"]["values"]
    assert (second["name"], second["says"]) == (HOSTILE[0], "")
    assert second["notes"][0] == "introduced: unknown · landed: unknown"
    assert third["notes"] == ["introduced: unknown · landed: unknown", "surfaced: unknown · repaired: unknown"]
    (points,) = [layer["data"]["values"] for layer in spec["layer"] if layer["mark"]["type"] == "point"]
    assert [point["row"] for point in points] == [0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (WHOLE, "It went unnoticed for 47 hours"),
        (
            [*WHOLE, *marks("I-2", landed=(day(9), "git"), surfaced=(day(19), "upper bound"))],
            "Of 2 incidents one went unnoticed for up to 10 days",
        ),
        (marks(), None),
    ],
)
def test_title_of_the_lanes_is_the_longest_time_unnoticed(rows: list[dict], said: str | None) -> None:
    assert finding(make_result("incident_timelines", rows)) == said


def action(state: str, is_carried: bool = False, is_ownerless: bool = False) -> dict:
    return {"state": state, "is_carried": is_carried, "is_ownerless": is_ownerless}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([action("open")], "1 action is open"),
        ([action("done", True), action("overdue", True)], "1 of 2 earlier actions is done; 1 is open, 1 overdue"),
        (
            [action("overdue", True), action("open", False, True)],
            "None of 1 earlier action is done; 2 are open, 1 overdue and 1 without an owner",
        ),
    ],
)
def test_title_of_the_actions_says_what_became_of_them(rows: list[dict], said: str) -> None:
    assert finding(make_result("action_states", rows)) == said


def test_verdicts_and_claims_are_counted_the_loud_ones_first() -> None:
    lessons = [{"verdict": verdict} for verdict in ("not yet", "holds", "broken", "not yet")]
    assert finding(make_result("lesson_verdicts", lessons)) == "4 lessons: 1 broken, 1 holds and 2 not yet"
    claims = [{"verdict": verdict} for verdict in ("contradicted", "confirmed", "confirmed")]
    assert finding(make_result("claim_checks", claims)) == "3 claims: 2 confirmed and 1 contradicted"
