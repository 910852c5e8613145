"""What is said of the reach of changes, of swaps and of what they left behind, and when it is not said."""

import pytest
from results import make_result

from retro.figures.reach_sentences import REACH_FINDINGS, reach_sentence, swap_sentence
from retro.figures.sentences import summary_sentences

SWAP = {
    "repo": "app",
    "pr_number": 83,
    "last_sha": "c1",
    "swap_class": "model",
    "old_token": "one-1",
    "new_token": "two-2",
}


def reached(*counts: int, **more: object) -> list[dict]:
    return [SWAP | {"area": f"Area {place}", "file_count": count} | more for place, count in enumerate(counts)]


def facts(remaining: int | None, *places: dict) -> dict:
    swap = SWAP | {"remaining_file_count": remaining}
    return {"sprint_swaps": [swap], "sprint_swap_residues": [SWAP | place for place in places]}


def place(path: str | None = "src/price_lookup.py", status: str = "removed", days: float | None = 7.0) -> dict:
    return {"path": path, "status": status, "removal_days": days}


@pytest.mark.parametrize(
    ("remaining", "places", "said"),
    [
        (1, [place()], " and left one place behind: price_lookup.py, for 7 days."),
        (
            1,
            [place(status="open", days=None)],
            " and left one place behind: price_lookup.py, which still names the old one.",
        ),
        (1, [place(status="kept", days=None)], " and left one place behind: price_lookup.py, kept."),
        (1, [place(), place(None, "open", None)], " and left one place behind: price_lookup.py, for 7 days."),
        (
            3,
            [place(), place("b", "open", None), place("c", "open", None)],
            " and left three places behind, 2 of them to this day.",
        ),
        (24, [], " and left 24 places behind."),
        (0, [], " and left no place behind."),
        (None, [], "."),
    ],
)
def test_a_model_swap_tells_its_reach_and_what_it_left(remaining, places, said) -> None:
    told = swap_sentence(reached(23, 15, 5, 3), facts(remaining, *places))
    assert told == ("The model swap touched 46 files in four areas", said)


def test_of_several_model_swaps_the_widest_is_told_and_others_are_no_sentence() -> None:
    rows = [*reached(3), *reached(9, old_token="three-3"), *reached(40, old_token="name", swap_class="rename")]
    assert swap_sentence(rows, {}) == ("The widest of two model swaps touched 9 files in one area", ".")
    assert swap_sentence(reached(40, swap_class="rename"), {}) is None


def headline(code: int, tested: int, middle: float | None) -> list[dict]:
    return [{"code_change_count": code, "tested_change_count": tested, "median_change_own_files": middle}]


def test_tests_that_moved_along_are_told_where_code_changed() -> None:
    assert reach_sentence(headline(86, 38, 2.0), {}) == (
        "A test moved along with 38 of 86 changes of code",
        "; half of all changes had 2 files or fewer.",
    )
    assert reach_sentence(headline(0, 0, 2.0), {}) is None


def largest(position: int, files: int, has_tests: bool | None = None) -> dict:
    return {"position": position, "own_file_count": files, "has_tests_along": has_tests}


def residue(status: str, is_finding: bool = True) -> dict:
    return {"status": status, "is_finding": is_finding}


def watch(name: str, sequence: int, files: int) -> dict:
    return {"watch": name, "sequence": sequence, "file_count": files, "is_single": files == 1}


def pair(area: str, other: str, shared: int, degree: float) -> dict:
    return {"area": area, "other_area": other, "shared_change_count": shared, "degree_share": degree}


def record(reason: str | None, share: float | None = 0.4) -> dict:
    return {"mute_reason": reason, "followed_share": share}


def knows(area: str, people: int, half: int | None) -> dict:
    return {"area": area, "people_count": people, "half_people_count": half}


@pytest.mark.parametrize(
    ("name", "rows", "said"),
    [
        (
            "largest_change_areas",
            [largest(1, 23), largest(1, 3), largest(2, 9)],
            "The largest change reached 26 files in two areas",
        ),
        (
            "largest_changes",
            [largest(1, 2, True), largest(2, 1, False), largest(3, 1)],
            "With 1 of the 2 largest changes of code a test moved along",
        ),
        ("largest_changes", [largest(1, 2)], None),
        ("sprint_swap_areas", reached(23, 3), "One identifier was swapped, in 26 files in two areas"),
        (
            "sprint_swap_areas",
            [*reached(3), *reached(9, old_token="x")],
            "2 identifiers were swapped, the widest in 9 files in one area",
        ),
        ("sprint_swap_residues", [residue("removed")], "One place was left behind, and settled since"),
        ("sprint_swap_residues", [residue("open")], "One place was left behind, to this day"),
        (
            "sprint_swap_residues",
            [residue("open"), residue("kept")],
            "Two places were left behind, one of them to this day",
        ),
        ("sprint_swap_residues", [residue("kept")], "One place was left behind"),
        ("sprint_swap_residues", [residue("kept", False)], "One place was left behind"),
        (
            "sprint_swap_residues",
            [residue("removed"), residue("open", False), residue("kept", False)],
            "One of three places left behind stands out, and settled since",
        ),
        (
            "sprint_swap_residues",
            [residue("open"), residue("open"), *[residue("open", False)] * 10],
            "Two of 12 places left behind stand out, to this day",
        ),
        (
            "sprint_swap_residues",
            [residue("open", False), residue("kept", False)],
            "Two places were left behind, none of them a finding",
        ),
        ("watched_identifiers", [watch("Model", 1, 46), watch("Model", 2, 1)], "Model stands in 1 file"),
        (
            "watched_identifiers",
            [watch("Model", 2, 1), watch("Flag", 2, 4)],
            "1 of 2 watched identifiers have one source of truth",
        ),
        (
            "area_coupling",
            [pair("A", "B", 2, 0.9), pair("A", "C", 17, 0.49)],
            "A and C moved together most, in 17 changes (49\u202f%)",
        ),
        ("area_coupling", [pair("A", "B", 2, 0.9)], None),
        ("file_coupling", [{}, {}], "2 pairs of files changed together in 30\u202f% of their changes or more"),
        ("usually_together", [{}], "1 file usually moved along and did not this time"),
        (
            "co_change_shares",
            [record("7 hints could be judged, 20 are needed")],
            "No hint is shown: 7 hints could be judged, 20 are needed",
        ),
        ("co_change_shares", [record(None)], "40\u202f% of earlier hints were followed within 14 days"),
        ("co_change_shares", [record(None), record("few")], "Hints are shown for 1 of 2 repositories"),
        (
            "file_hotspots",
            [{"path": "a/gov.py", "commit_count": 4, "file_lines": 1560}],
            "gov.py stands first, with 4 commits to its 1,560 lines",
        ),
        (
            "area_knowledge",
            [knows("A", 6, 3), knows("B", 4, 1), knows("C", 1, 1), knows("D", 2, None)],
            "In B one person made half of the commits",
        ),
        (
            "area_knowledge",
            [*(knows(name, 4, 1) for name in "ABCD"), knows("E", 4, 2), knows("F", 4, 2)],
            "In four of six areas one person made half of the commits",
        ),
        ("area_knowledge", [knows("D", 2, None)], "Too few commits to tell how many people know an area"),
        ("area_knowledge", [knows("A", 6, 3)], None),
        ("sprint_change_sets", [{}], "1 piece of work went over several repositories"),
    ],
)
def test_each_figure_says_its_finding_or_nothing(name, rows, said) -> None:
    assert REACH_FINDINGS[name](rows) == said


def test_the_swap_stands_in_the_summary_and_links_to_its_figure() -> None:
    results = [make_result("sprint_swap_areas", reached(23, 3))]
    (sentence,) = summary_sentences(*results)
    assert (sentence.text, sentence.anchor) == ("The model swap touched 26 files in two areas.", "sprint-swap-areas")
