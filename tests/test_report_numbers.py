"""Frozen numbers: what tells a number apart, what stands with it, older files, and what moved between two builds."""

import hashlib
from datetime import timedelta
from decimal import Decimal

import polars as pl
import pytest
from results import AREAS, BUILT_AT, make_head, make_notebook, make_page, make_result, read_html

from retro.errors import RetroError
from retro.figures import figure, summary
from retro.number_changes import Move, changes, is_same
from retro.page.parts import read_page
from retro.pipeline.news.frozen import FrozenFile, find_frozen
from retro.report_numbers import Basis, as_parquet, frozen_numbers, metric_versions, numbered, read_numbers, row_key
from retro.reports import publish

BASIS = Basis("sources", "settings", "0.1.0", {"area_costs": "abc123", "area_changes": "def456"})


def freeze(*results, basis=BASIS, built_at=BUILT_AT) -> pl.DataFrame:
    """The frozen numbers of a page with these results."""
    return frozen_numbers(
        read_page(make_notebook(make_head(), *(figure(each) for each in results))), "sprint-2", built_at, basis
    )


def areas(commit_count: int, **known: object) -> object:
    """Commits of two areas, of which the first has so many."""
    return make_result("area_changes", [{"area": "Backend", "commit_count": commit_count}, AREAS[1]], **known)


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({"area": "Backend", "commit_count": 3, "note": "x"}, '{"area": "Backend"}'),
        (
            {"repo": "app", "pr_number": 7, "title": "A \u00fc", "own_lines": 3},
            '{"repo": "app", "pr_number": 7, "title": "A ü"}',
        ),
        ({"position": 1, "repo": "app", "commit_count": None}, '{"repo": "app"}'),
        ({"repo": "app", "cost_usd": None, "theme": "late"}, '{"repo": "app"}'),
        ({"reason": "ok", "request_count": 3}, '{"reason": "ok"}'),
        ({"lesson": "no-cast", "verdict": "holds", "reason": "3 of 4"}, '{"lesson": "no-cast"}'),
        ({"cost_usd": Decimal("3.1"), "model": "a"}, "{}"),
        ({"seen_at": "2026-03-20T12:00:00", "branch": "b", "paths": ["a"], "is_whole": True}, '{"branch": "b"}'),
    ],
)
def test_a_row_is_told_by_its_names_before_the_first_measure(row, key):
    assert row_key(row) == key


def test_rows_of_one_name_are_told_apart_by_their_order():
    assert numbered(['{"a": 1}', "{}", '{"a": 1}', "{}"]) == ['{"a": 1}', "{}", '{"a": 1, "#": 2}', '{"#": 2}']


def test_a_metrics_version_is_that_of_its_sql_and_its_views_and_not_of_their_comments():
    metrics = {"area_costs": "-- What?\nselect a from costs", "other": "select 1"}
    views = {"costs": "select a from bills -- all", "bills": "select 1 as a", "idle": "select 2"}
    first = metric_versions(metrics, views)
    assert [len(version) for version in first.values()] == [12, 12]
    same = metric_versions({**metrics, "area_costs": "select a\n  from costs"}, {**views, "idle": "select 3"})
    assert same == first
    other = metric_versions(metrics, {**views, "bills": "select 2 as a"})
    assert (other["area_costs"] != first["area_costs"], other["other"]) == (True, first["other"])


def test_frozen_numbers_hold_one_row_per_value_with_what_decided_it():
    rows = [{"area": "Backend", "cost_usd": Decimal("0.000075000000"), "evidence": "inferred"}]
    result = make_result("area_costs", rows, parameters={"sprint": "2", "first": 3})
    shown = (figure(result, anchor="by-area"), figure(result, anchor="again"), summary(make_result("x_y", [])))
    frame = frozen_numbers(read_page(make_notebook(make_head(), *shown)), "sprint-2/cost", BUILT_AT, BASIS)
    start = {
        "page": "sprint-2/cost",
        "query": "area_costs",
        "parameters": '{"first": 3, "sprint": "2"}',
        "row_key": '{"area": "Backend"}',
        "sprint": "2",
        "anchor": "by-area",
        "row_number": 1,
        "evidence": "inferred",
        "query_digest": hashlib.sha256(result.sql.encode()).hexdigest(),
        "metric_version": "abc123",
        "inputs_digest": "5" * 64,
        "sources_digest": "sources",
        "settings_digest": "settings",
        "retro_version": "0.1.0",
        "built_at": BUILT_AT,
    }
    assert frame.to_dicts() == [
        {**start, "column_name": name, "value": value}
        for name, value in (("area", '"Backend"'), ("cost_usd", "0.000075000000"), ("evidence", '"inferred"'))
    ]


def test_a_page_without_figures_has_an_empty_file_of_numbers(tmp_path):
    path = tmp_path / "sprint-2.numbers.parquet"
    path.write_bytes(as_parquet(frozen_numbers(read_page(make_notebook("text")), "sprint-2", BUILT_AT)))
    assert read_numbers(path, "sprint-2").height == 0


def test_a_file_of_the_first_format_is_read_and_its_rows_get_their_names(tmp_path):
    path = tmp_path / "old.numbers.parquet"
    now = freeze(areas(7))
    first_format = [
        "sprint", "anchor", "query", "parameters", "query_digest", "inputs_digest", "evidence", "built_at", "row_number",
        "column_name", "value",
    ]  # fmt: skip
    now.select(first_format).write_parquet(path)
    untold = [pl.lit(None, pl.String).alias(name) for name in now.columns[11:16] if name != "inputs_digest"]
    assert read_numbers(path, "sprint-2").equals(now.with_columns(*untold))


@pytest.mark.parametrize("content", [b"", b"no parquet", None])
def test_a_file_that_holds_no_numbers_is_an_error_that_names_it(tmp_path, content):
    path = tmp_path / "x.numbers.parquet"
    if content is None:
        pl.DataFrame({"a": [1]}).write_parquet(path)
    else:
        path.write_bytes(content)
    with pytest.raises(RetroError, match=r"x\.numbers\.parquet: no file of frozen numbers"):
        read_numbers(path, "x")


def test_a_file_larger_than_any_page_makes_it_is_named_and_not_read(tmp_path):
    path = tmp_path / "reports" / "sprint-2.numbers.parquet"
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(8 << 30)  # takes no room on the disk
    with pytest.raises(RetroError, match=r"numbers\.parquet: no file of frozen numbers \(8,589,934,592 bytes; a page"):
        read_numbers(path, "sprint-2")
    assert find_frozen(tmp_path) == [FrozenFile("sprint-2", path, "8589934592 bytes")]


@pytest.mark.parametrize(
    ("text", "count", "said"),
    [("x", 2_000_001, r"2,000,001 values in [\d,]+ bytes"), ("x" * 1_000_000, 280, r"280,[\d,]+ bytes of text")],
)
def test_a_small_file_that_unpacks_to_more_than_any_page_is_named(tmp_path, text, count, said):
    path = tmp_path / "sprint-2.numbers.parquet"
    frozen = freeze(areas(1))[:1].with_columns(pl.lit(text).alias("value"))
    frozen.select(pl.all().repeat_by(count)).explode(pl.all()).write_parquet(path)
    assert path.stat().st_size < 1 << 20
    with pytest.raises(RetroError, match=rf"numbers\.parquet: no file of frozen numbers \({said}"):
        read_numbers(path, "sprint-2")


@pytest.mark.parametrize("place", [48, 1049, 4580, 4745, 5130, 5361, 5889])
def test_a_byte_that_makes_the_reader_panic_is_an_error_that_names_the_file(tmp_path, place):
    path, content = tmp_path / "x.numbers.parquet", as_parquet(freeze(areas(318)))
    path.write_bytes(content[:place] + b"y" + content[place + 1 :])
    with pytest.raises(RetroError, match=r"x\.numbers\.parquet: no file of frozen numbers"):
        read_numbers(path, "x")


def test_what_moved_is_told_with_both_values_and_the_reason():
    before = freeze(areas(7), make_result("source_loads", [{"source": "git", "run_count": 1}], parameters={}))
    later = BUILT_AT + timedelta(days=1)
    after = freeze(
        areas(9), make_result("source_loads", [{"source": "git", "run_count": 2}], parameters={}),
        basis=Basis("other", "settings", "0.1.0", BASIS.metrics), built_at=later,
    )  # fmt: skip
    found = changes(before, after)
    row = {"area": "Backend"}
    assert found.moves == (Move("area_changes", "area-changes", row, "commit_count", 7, 9, ("new data",)),)
    assert (found.since, found.new_row_count, found.gone_row_count) == (BUILT_AT, 0, 0)


@pytest.mark.parametrize(
    ("basis", "reasons"),
    [
        (Basis("sources", "other", "0.2.0", BASIS.metrics), ("other settings", "another version of Retro")),
        (Basis("sources", "settings", "0.1.0", {"area_changes": "new"}), ("another definition",)),
        (Basis(), ("nothing that is recorded; what a build judges was judged again",)),
        (BASIS, ("nothing that is recorded; what a build judges was judged again",)),
    ],
)
def test_a_reason_is_what_differs_of_what_both_builds_tell(basis, reasons):
    assert changes(freeze(areas(7)), freeze(areas(8), basis=basis)).reasons == reasons


def test_builds_that_tell_less_still_tell_inputs_and_sql():
    first, second = areas(7, snapshot="1" * 64), areas(8, sql="-- What?\nselect 2")
    found = changes(freeze(first, basis=Basis()), freeze(second))
    assert found.reasons == ("new data, settings or version", "another definition")


def test_rows_come_and_go_and_noise_beyond_nine_digits_is_none():
    first = make_result("a_b", [{"area": "x", "mean_ratio": 0.1 + 0.2}, {"area": "gone", "mean_ratio": 1.0}])
    second = make_result("a_b", [{"area": "x", "mean_ratio": 0.3}, {"area": "new", "mean_ratio": 1.0}])
    found = changes(freeze(first), freeze(second))
    assert (found.moves, found.new_row_count, found.gone_row_count) == ((), 1, 1)
    assert changes(freeze(), freeze(second)) is None


def test_the_same_numbers_on_the_same_grounds_are_the_same_whenever_built():
    assert is_same(freeze(areas(7)), freeze(areas(7), built_at=BUILT_AT + timedelta(days=1)))
    assert not is_same(freeze(areas(7)), freeze(areas(7), basis=Basis()))


def test_the_page_says_what_moved_since_it_was_last_built(tmp_path):
    target = tmp_path / "sprint-2.html"
    shown = [publish(_notebook(count), target, (), BASIS).changes for count in (7, 7, 9)]
    assert shown[0] is None and shown[1].is_empty
    page = read_html(target)
    knowing = page.select_one("#how-we-know")
    assert "1 number moved (nothing that is recorded; what a build judges was judged again)." in knowing.get_text()
    (row,) = [[cell.get_text() for cell in line.select("th, td")] for line in knowing.select("tbody tr")]
    assert row[1:5] == ["Backend", "commits", "7", "9"]
    assert knowing.select_one("tbody a")["href"] == "#area-changes"


def _notebook(count: int):
    return make_notebook(make_head(), figure(areas(count)), "## How we know")


def test_numbers_that_come_out_the_same_keep_the_day_they_were_frozen(tmp_path):
    target = tmp_path / "sprint-2.html"
    publish(_notebook(7), target, (), BASIS)
    frozen = (tmp_path / "sprint-2.numbers.parquet").read_bytes()
    publish(_notebook(7), target, (), BASIS)
    assert (tmp_path / "sprint-2.numbers.parquet").read_bytes() == frozen
    assert "No number moved since the build of" in read_html(target).select_one("#how-we-know").get_text()


def test_a_page_built_for_the_first_time_says_nothing_of_moves(tmp_path):
    assert "moved" not in make_page(tmp_path, make_head(), figure(areas(7))).get_text()


def test_hostile_names_of_rows_stay_text_among_the_moves(tmp_path):
    for count in (1, 2):
        result = make_result("area_changes", [{"area": "<b>\u202ex", "commit_count": count}])
        publish(make_notebook(make_head(), figure(result)), tmp_path / "sprint-2.html", (), BASIS)
    page = read_html(tmp_path / "sprint-2.html")
    assert page.select("b") == []
    assert "<b>\\u202ex" in page.select_one("#what-moved").get_text()
