"""Formulas that queries share: they stand in the warehouse, so that SQL run by hand can use them too."""

import re
from pathlib import Path

import duckdb
import pytest

from retro import queries
from retro.pipeline.news.frozen import current_metrics

MACROS = sorted((queries.shipped("queries") / "macros").glob("*.sql"))


@pytest.mark.parametrize(
    ("part", "total", "low", "high"),
    [(3, 10, 0.1078, 0.6032), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 1, 0.2065, 1.0)],
)
def test_wilson_gives_the_published_ends(
    shipped_warehouse: duckdb.DuckDBPyConnection, part: int, total: int, low: float, high: float
) -> None:
    asked = "select round(wilson_low($part, $total), 4), round(wilson_high($part, $total), 4)"
    assert shipped_warehouse.execute(asked, {"part": part, "total": total}).fetchall() == [(low, high)]


def test_of_nothing_there_is_no_interval(shipped_warehouse: duckdb.DuckDBPyConnection) -> None:
    asked = (
        "select wilson_low(0, 0), wilson_high(0, 0), interval_words(wilson_low(0, 0), 1), interval_words(0.345, 0.882)"
    )
    assert shipped_warehouse.execute(asked).fetchall() == [(None, None, None, "95 %: 35 to 88 %")]


@pytest.mark.parametrize("path", MACROS, ids=lambda path: path.stem)
def test_a_macro_is_called_as_its_file_and_says_what_it_takes(path: Path) -> None:
    head, _, body = path.read_text("utf-8").partition("create or replace macro ")
    name, _, taken = body.partition(")")[0].partition("(")
    assert name == path.stem
    assert re.findall(r"^-- ([a-z_]+): ", head, re.MULTILINE) == taken.split(", ")


def test_another_formula_is_another_version_of_the_metrics_that_use_it(tmp_path: Path) -> None:
    for kind, name, text in (
        ("macros", "half", "create or replace macro half(x) as x / 2"),
        ("metrics", "uses", "select half(1)"),
        ("metrics", "other", "select 1"),
    ):
        (tmp_path / kind).mkdir(exist_ok=True)
        (tmp_path / kind / f"{name}.sql").write_text(text, "utf-8")
    before = current_metrics([tmp_path])
    (tmp_path / "macros" / "half.sql").write_text("create or replace macro half(x) as x * 0.5", "utf-8")
    after = current_metrics([tmp_path])
    assert [name for name in before if before[name] != after[name]] == ["uses"]
