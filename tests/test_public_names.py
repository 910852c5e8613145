"""`import retro`: a result as Polars, pandas, Arrow and HTML, as a person in a notebook asks for it."""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from bs4 import BeautifulSoup
from repositories import History, project
from results import HOSTILE, make_result

import retro
from retro.errors import QueryError
from retro.pipeline import mine


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two commits that was mined."""
    folder = tmp_path_factory.mktemp("public")
    made = History()
    made.commit("feat: begin", {"a.py": "1\n"})
    made.commit("fix: mend", {"a.py": "2\n"})
    root = project(folder / "project", made.write(folder / "repo"))
    mine(root)
    return root


def test_a_warehouse_is_found_from_a_folder_below_and_answers_in_three_kinds(root: Path, monkeypatch) -> None:
    below = root / "notebooks" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    with retro.open_warehouse() as w:
        result = w.query("sprint_headline", sprint=1)
        assert isinstance(result, retro.Result)
        assert result.rows()[-1]["commit_count"] == 2
        frame, panda, table = result.polars(), result.pandas(), result.arrow()
    assert (type(frame), type(panda), type(table)) == (pl.DataFrame, pd.DataFrame, pa.Table)
    assert list(frame.columns) == list(panda.columns) == table.column_names == list(result.columns)
    assert (frame["commit_count"][-1], panda["commit_count"].iloc[-1], table["commit_count"][-1].as_py()) == (2, 2, 2)


def test_ad_hoc_sql_takes_parameters_and_names_the_line_of_a_fault(root: Path) -> None:
    with retro.open_warehouse(root / "data" / "retro.duckdb") as w:
        frame = w.sql("select subject from commits where subject like $start order by subject", start="fix%")
        assert frame.to_dicts() == [{"subject": "fix: mend"}]
        with pytest.raises(QueryError, match="your SQL:2: "):
            w.sql("select 1,\n  nothing\nfrom commits")
        with pytest.raises(QueryError, match="read-only"):
            w.sql("delete from commits")


def test_money_keeps_every_digit_in_every_kind() -> None:
    result = make_result("costs", [{"cost_usd": Decimal("0.000075000001")}])
    kinds = (result.rows()[0]["cost_usd"], result.pandas()["cost_usd"][0], result.arrow()["cost_usd"][0].as_py())
    assert kinds == (Decimal("0.000075000001"),) * 3


def test_a_result_shows_itself_with_its_question_capped_and_escaped() -> None:
    rows = [{"number": number, "subject": HOSTILE[number % len(HOSTILE)]} for number in range(1234)]
    result = make_result("own", rows, question="What <b>of</b> it?")
    shown = BeautifulSoup(result._repr_html_(), "html.parser")
    assert shown.select_one("p").get_text() == "What <b>of</b> it? (own, verified)"
    assert len(shown.select("tbody tr")) == 20
    assert shown.select("p")[-1].get_text() == "first 20 of 1,234 rows"
    assert {tag.name for tag in shown.find_all(True)} == {"p", "b", "table", "thead", "tbody", "tr", "th", "td"}
    assert "\u202e" not in str(shown) and "\u202e" not in repr(result)
    assert max(len(cell.get_text()) for cell in shown.select("td")) == 120


def test_every_public_name_is_there_and_says_what_it_is() -> None:
    for name in retro.__all__:
        assert getattr(retro, name).__doc__, f"retro.{name} has no docstring"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        retro.nothing  # noqa: B018
