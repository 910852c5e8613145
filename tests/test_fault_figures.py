"""What figures and sentences say of damage, escaped bugs and rework."""

from datetime import UTC, datetime

import pytest
from results import make_result

from retro.figures.fault_sentences import FAULT_FINDINGS, damage_sentence, escape_sentence
from retro.figures.interval_charts import interval_dots

AT = datetime(2026, 3, 17, 8, 27, tzinfo=UTC)


def damage(**more: object) -> dict:
    row = {"rule": "no longer parses", "repo": "app", "path": "a/gov.py", "severity": "error", "commit_sha": "c1"}
    return {**row, "is_merge": True, "landed_at": AT, "status": "repaired", "repair_hours": 47.4, **more}


def fault(**more: object) -> dict:
    return {"commit_sha": "c1", "unnoticed_hours": 46.6, "is_upper_bound": False, **more}


@pytest.mark.parametrize(
    ("rows", "faults", "said"),
    [
        ([damage()], [fault()], "A merge on Tue 17 March broke gov.py; nobody saw it for two days."),
        ([damage()], [], "A merge on Tue 17 March broke gov.py; it was repaired after two days."),
        (
            [damage()],
            [fault(is_upper_bound=True)],
            "A merge on Tue 17 March broke gov.py; it was repaired after two days.",
        ),
        (
            [damage(is_merge=False, repair_hours=None, status="open"), damage(path="b.py", repair_hours=3.2)],
            [],
            "A commit on Tue 17 March broke gov.py; it is not repaired yet. It was one of 2 files.",
        ),
        (
            [damage(repair_hours=0.4)],
            [],
            "A merge on Tue 17 March broke gov.py; it was repaired after less than an hour.",
        ),
    ],
)
def test_worst_damage_is_told_with_how_long_nobody_saw_it(rows, faults, said) -> None:
    assert "".join(damage_sentence(rows, {"sprint_faults": faults})) == said


@pytest.mark.parametrize(
    "row", [damage(severity="note"), damage(landed_at=None), damage(status="repaired before landing")]
)
def test_damage_that_nobody_could_meet_is_no_sentence(row) -> None:
    assert damage_sentence([row], {}) is None


def headline(escaped: int | None, caught: int | None, rates: tuple = (None, None, None)) -> list[dict]:
    names = ("catch_rate", "low_rate", "high_rate")
    return [{"escaped_bug_count": escaped, "caught_bug_count": caught, **dict(zip(names, rates, strict=True))}]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            headline(3, 6, (0.667, 0.354, 0.879)),
            "3 bugs escaped and 6 were caught in review: 67\u202f% (35\u202f% to 88\u202f% with so few).",
        ),
        (headline(1, 0, (0.0, 0.0, 0.79)), "1 bug escaped; no bug is known that review caught."),
        (headline(2, None), "2 bugs escaped; what review caught is not known."),
    ],
)
def test_escapes_are_told_with_their_interval(rows, said) -> None:
    assert "".join(escape_sentence(rows, {})) == said


@pytest.mark.parametrize("rows", [headline(None, 6), headline(0, 0), headline(0, None)])
def test_nothing_known_to_have_escaped_or_been_caught_is_no_sentence(rows) -> None:
    assert escape_sentence(rows, {}) is None


def test_young_commits_are_called_too_young() -> None:
    row = {"matured_commit_count": 0, "failed_commit_count": 0}
    assert FAULT_FINDINGS["author_kind_bugs"]([row]) == "No commit is thirty days old yet: too young for a rate"


def rates(*shares: tuple) -> object:
    names = ("grouping", "label", "share", "part_count", "total_count", "low_rate", "high_rate", "interval")
    return make_result("rates", [dict(zip(names, values, strict=True)) for values in shares])


def test_dots_stand_on_their_intervals_and_unknown_rows_have_neither() -> None:
    chart = interval_dots(
        rates(
            ("all", "All", 0.1, 1, 10, 0.02, 0.4, "95 %"),
            ("all", "One", 1.0, 1, 1, None, None, ""),
            ("all", "None", None, 0, 0, None, None, ""),
            ("size", "Other", 0.9, 9, 10, 0.6, 0.98, "95 %"),
        ),
        "label", "share", ("part_count", "total_count"), notes="interval", groupings=("all",),
    ).to_dict()  # fmt: skip
    known = chart["layer"][1]["data"]["values"]
    assert [(line["name"], line["low"], line["value"], line["high"]) for line in known] == [("All", 0.02, 0.1, 0.4)]
    assert [line["says"] for line in chart["data"]["values"]] == [
        "10\u202f% · 1 of 10",
        "1 of 1",
        "0 of 0",
    ]
    assert chart["layer"][2]["encoding"]["x"]["scale"]["domain"] == [0, 0.4]
    assert chart["layer"][2]["encoding"]["x"]["axis"]["values"] == [0, 0.4]
