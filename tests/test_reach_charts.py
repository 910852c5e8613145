"""Dots over areas, coupling, hotspots, people by area and watched identifiers: what is drawn for which rows."""

import pytest
from results import HOSTILE, make_result

from retro.figures.dot_matrix import change_matrix, swap_matrix
from retro.figures.reach_charts import coupling_matrix, hotspot_dots, knowledge_dots, watch_lanes

SHA = "0123456789abcdef0123456789abcdef01234567"


def layers(chart) -> list[dict]:
    """The layers of the chart; each with its own rows, exact values left out, under `rows`."""
    spec = chart.to_dict()
    shared = spec.get("data", {"values": []})["values"]
    return [{**layer, "rows": plain(layer.get("data", {"values": shared})["values"])} for layer in spec["layer"]]


def plain(rows: list[dict]) -> list[dict]:
    return [{key: value for key, value in row.items() if not key.startswith("exact_")} for row in rows]


def reach(position: int, area: str, files: int, **known: object) -> dict:
    row = {"position": position, "repo": "app", "change_key": f"#{position}", "title": f"Change {position}"}
    return {**row, "area": area, "own_file_count": files, "own_added_lines": 9, **known}


def matrix(rows: list[dict], **options: int) -> list[dict]:
    return layers(change_matrix(make_result("largest_change_areas", rows), **options))


def dots(parts: list[dict]) -> list[tuple]:
    return [(dot["column"], dot["says"]) for dot in parts[2]["rows"]]


def test_changes_are_rows_and_areas_columns_with_the_most_files_first() -> None:
    parts = matrix([reach(1, "Docs", 3), reach(1, "Backend", 23), reach(2, "Backend", 2), reach(2, "other", 90)])
    heads, empty, _, _, names, _, says = parts
    assert [(head["column"], head["text"]) for head in heads["rows"]] == [(0, "Backend"), (1, "Docs"), (2, "other")]
    assert dots(parts) == [(0, "23"), (1, "3"), (0, "2"), (2, "90")]
    assert [dot["column"] for dot in empty["rows"]] == [2, 1]
    assert [row["name"] for row in names["rows"]] == ["#1 Change 1", "#2 Change 2"]
    assert [row["says"] for row in says["rows"]] == ["26 files", "92 files"]


def test_areas_of_dots_are_true_to_numbers_until_the_smallest_could_not_be_seen() -> None:
    narrow = matrix([reach(1, "A", 40), reach(1, "B", 10)])[2]["rows"]
    assert narrow[0]["size"] == pytest.approx(4 * narrow[1]["size"])
    wide = matrix([reach(1, "A", 4000), reach(1, "B", 1)])[2]["rows"]
    assert [dot["size"] for dot in wide] == [pytest.approx(4 * 14**2), pytest.approx(4 * 2.2**2)]
    assert [dot["size"] for dot in matrix([reach(1, "A", 7)])[2]["rows"]] == [4 * 14**2]


def test_more_than_seven_areas_share_the_last_column() -> None:
    parts = matrix([reach(1, f"Area {number}", 20 - number) for number in range(9)])
    assert dots(parts) == [*((column, str(20 - column)) for column in range(6)), (6, "39")]
    assert [head["text"] for head in parts[0]["rows"] if head["column"] == 6] == ["others", "3"]
    together = change_matrix(
        make_result("largest_change_areas", [reach(1, f"Area {number}", 20 - number) for number in range(9)])
    ).to_dict()["layer"][2]["data"]["values"][-1]
    assert [together[f"exact_{number}"] for number in (4, 5, 6)] == ["3 others", "39", "\u2013"]


def test_a_commit_is_named_by_its_subject_and_by_its_id_where_that_is_unknown() -> None:
    rows = [
        reach(1, "A", 2, change_key=SHA, title="Mend it"),
        reach(2, "A", 1, change_key=SHA, title=None),
        reach(3, "A", 1, repo="web"),
    ]
    assert [row["name"] for row in matrix(rows)[4]["rows"]] == [
        "app: Mend it",
        "app: 0123456789",
        "web: #3 Change 3",
    ]


def test_as_many_rows_are_drawn_as_asked_for() -> None:
    rows = [reach(position, "A", 20 - position) for position in range(1, 13)]
    assert [len(matrix(rows, most=most)[4]["rows"]) for most in (6, 12)] == [6, 12]


def test_long_names_of_areas_take_two_lines_that_end_together() -> None:
    heads = matrix([reach(1, "Reference app", 2), reach(1, "Docs", 1)])[0]["rows"]
    assert [(head["text"], head["y"]) for head in heads] == [("app", 34), ("Reference", 17), ("Docs", 34)]


SWAP = {
    "repo": "app",
    "pr_number": 83,
    "last_sha": SHA,
    "swap_class": "model",
    "old_token": "one-1",
    "new_token": "two-2",
}


@pytest.mark.parametrize(
    ("remaining", "said"), [(1, "26 files · 1 left"), (0, "26 files · none left"), (None, "26 files")]
)
def test_a_swap_tells_both_identifiers_and_what_it_left(remaining: int | None, said: str) -> None:
    areas = [SWAP | {"area": "Backend", "file_count": 23}, SWAP | {"area": "Tests", "file_count": 3}]
    swaps = make_result("sprint_swaps", [SWAP | {"remaining_file_count": remaining}])
    parts = layers(swap_matrix(make_result("sprint_swap_areas", areas), swaps))
    assert dots(parts) == [(0, "23"), (1, "3")]
    assert [parts[place]["rows"][0]["name"] for place in (4, 5)] == ["one-1", "→ two-2 (model)"]
    assert [row["says"] for row in parts[6]["rows"]] == [said]


def test_a_matrix_of_nothing_is_drawn_without_a_warning() -> None:
    empty = make_result("largest_change_areas", [])
    for made in (change_matrix(empty), swap_matrix(empty, empty), coupling_matrix(empty), hotspot_dots(empty)):
        assert made.to_dict()["layer"]


def coupled(area: str, other: str, degree: float, repo: str = "app") -> dict:
    return {"repo": repo, "area": area, "other_area": other, "shared_change_count": 5, "degree_share": degree}


def test_half_a_matrix_holds_each_pair_once_and_the_names_on_its_diagonal() -> None:
    rows = [coupled("Backend", "Tests", 0.56), coupled("Backend", "Docs", 0.4)]
    names, apart, squares, numbers = layers(coupling_matrix(make_result("area_coupling", rows)))
    assert [(row["row"], row["column"], row["name"]) for row in names["rows"]] == [
        (0, 0, "Backend"),
        (1, 1, "Tests"),
        (2, 2, "Docs"),
    ]
    assert [(cell["row"], cell["column"], cell["says"]) for cell in squares["rows"]] == [
        (1, 0, "56\u202f%"),
        (2, 0, "40\u202f%"),
    ]
    assert numbers["rows"] == squares["rows"]
    assert [(cell["row"], cell["column"]) for cell in apart["rows"]] == [(2, 1)]


def test_areas_of_different_repositories_have_no_square() -> None:
    rows = [coupled("A", "B", 0.5), coupled("A", "B", 0.3, repo="web")]
    names, apart, squares, _ = layers(coupling_matrix(make_result("area_coupling", rows)))
    assert [row["name"] for row in names["rows"]] == ["app: A", "app: B", "web: A", "web: B"]
    assert [(cell["row"], cell["column"]) for cell in squares["rows"]] == [(1, 0), (3, 2)]
    assert apart["rows"] == []


def test_of_many_areas_those_are_drawn_that_hang_together_most() -> None:
    rows = [coupled("Core", f"Area {number:02}", 0.9 - number / 100) for number in range(20)]
    names, *_ = layers(coupling_matrix(make_result("area_coupling", rows)))
    assert [row["name"] for row in names["rows"]] == ["Core", *(f"Area {number:02}" for number in range(8))]


def test_an_area_whose_pairs_are_not_drawn_is_not_drawn_either() -> None:
    often = [coupled("A", "B", 0.5), coupled("C", "D", 0.9, repo="web") | {"shared_change_count": 1}]
    names, *_ = layers(coupling_matrix(make_result("area_coupling", often), most=3))
    assert [row["name"] for row in names["rows"]] == ["app: A", "app: B"]


def spot(path: str, commits: int, lines: int, complexity: int | None = None, functions: int = 0) -> dict:
    row = {"repo": "app", "path": path, "commit_count": commits, "file_lines": lines}
    return {**row, "function_count": functions, "max_complexity": complexity}


def test_hotspots_keep_their_order_and_tell_complexity_where_it_is_known() -> None:
    rows = [spot("a/gov.py", 4, 1560, 12, 1), spot("b.py", 9, 20)]
    chart = hotspot_dots(make_result("file_hotspots", rows)).to_dict()
    assert [
        (row["name"], row["says"], row["notes"], row["value"], row["lines"]) for row in chart["data"]["values"]
    ] == [
        ("a/gov.py", "4 commits · 1,560 lines", ["complexity up to 12, in 1 function"], 4, 1560),
        ("b.py", "9 commits · 20 lines", [""], 9, 20),
    ]
    assert chart["layer"][1]["encoding"]["x"]["scale"]["domain"] == [0, 9]
    unknown = hotspot_dots(make_result("file_hotspots", [spot("b.py", 9, 20)])).to_dict()
    assert unknown["data"]["values"][0]["notes"] == []


def people(area: str, count: int, effective: float | None, half: int | None) -> dict:
    row = {"repo": "app", "area": area, "commit_count": 20, "people_count": count}
    return {**row, "effective_people": effective, "half_people_count": half}


def test_people_are_counted_and_an_area_with_few_commits_has_no_dot() -> None:
    rows = [people("Backend", 6, 5.51, 3), people("Ops", 1, 1.0, 1), people("Docs", 2, None, None)]
    chart = knowledge_dots(make_result("area_knowledge", rows)).to_dict()
    assert [(row["name"], row["says"], row["notes"]) for row in chart["data"]["values"]] == [
        ("Backend", "6 people, 5.5 effective", ["half of 20 commits by 3 people"]),
        ("Ops", "1 person, 1.0 effective", ["half of 20 commits by 1 person"]),
        ("Docs", "2 people", ["too few commits to tell"]),
    ]
    assert [row["name"] for row in chart["layer"][2]["data"]["values"]] == ["Backend", "Ops"]


def test_the_twelve_areas_with_the_most_commits_are_drawn() -> None:
    rows = [people(f"Area {number}", 3, 2.0, 1) for number in range(20)]
    chart = knowledge_dots(make_result("area_knowledge", rows)).to_dict()
    assert [row["name"] for row in chart["data"]["values"]] == [f"Area {number}" for number in range(12)]


def test_each_watch_has_a_lane_from_sprint_to_sprint() -> None:
    rows = [
        {"watch": "Model", "repo": repo, "sprint": sprint, "file_count": count}
        for repo, sprint, count in (("app", "1", 46), ("app", "2", 1), ("web", "1", 0), ("web", "2", 3))
    ]
    bars, names, numbers = layers(watch_lanes(make_result("watched_identifiers", rows)))
    assert [name["measure"] for name in names["rows"]] == ["app: Model", "web: Model"]
    assert [(bar["sprint"], bar["says"]) for bar in numbers["rows"]] == [
        ("1", "46"),
        ("2", "1"),
        ("1", "0"),
        ("2", "3"),
    ]
    assert [bar["is_last"] for bar in bars["rows"]] == [False, True, False, True]
    (name, *_) = layers(watch_lanes(make_result("watched_identifiers", rows[:2])))[1]["rows"]
    assert name["measure"] == "Model"


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_repositories_is_data_and_never_part_of_an_expression(text: str) -> None:
    charts = [
        change_matrix(make_result("largest_change_areas", [reach(1, text, 3, title=text, repo=text)])),
        coupling_matrix(make_result("area_coupling", [coupled(text, text + "2", 0.5, repo=text)])),
        hotspot_dots(make_result("file_hotspots", [spot(text, 1, 1)])),
        knowledge_dots(make_result("area_knowledge", [people(text, 1, 1.0, 1)])),
    ]
    for chart in charts:
        assert text not in str(without_data(chart.to_dict()))


def without_data(part: object) -> object:
    if isinstance(part, dict):
        return {key: without_data(value) for key, value in part.items() if key != "data"}
    return [without_data(value) for value in part] if isinstance(part, list) else part
