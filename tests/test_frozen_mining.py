"""Files of frozen numbers in the warehouse: loaded once, told when broken, and held against what decides numbers now."""

from pathlib import Path

import pytest
from repositories import plain_history
from results import make_head, make_notebook, make_result

from retro import open_warehouse, pipeline
from retro.figures import figure
from retro.pipeline import frozen
from retro.reports import publish, report_path

TOML = '[project]\nname = "Gateway"\n\n[[sprints.named]]\nid = 2\nstart = 2026-03-09\nend = 2026-03-19\n'
HEADLINE = {"sprint": "2", "commit_count": 1}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A mined project with the page of a sprint whose headline says one commit."""
    plain_history(2).write(tmp_path / "repo")
    (tmp_path / "retro.toml").write_text(TOML + '\n[[repos]]\npath = "repo"\n', "utf-8")
    pipeline.mine(tmp_path)
    shown = figure(make_result("sprint_headline", [HEADLINE]))
    publish(make_notebook(make_head(), shown), page_of(tmp_path), (), frozen.basis(tmp_path))
    return tmp_path


def page_of(root: Path) -> Path:
    return report_path(root / "reports", "2")


def rows(root: Path, sql: str) -> list[tuple]:
    with open_warehouse(root / "data" / "retro.duckdb") as warehouse:
        return warehouse.sql(sql).rows()


def test_mine_loads_frozen_numbers_and_then_there_is_nothing_new(project):
    mined = pipeline.mine(project)
    assert (mined.is_written, mined.failures) == (True, {})
    asked = "select page, query, row_key, column_name, value from report_numbers order by all"
    assert rows(project, asked) == [
        ("sprint-2", "sprint_headline", '{"sprint": "2"}', "commit_count", "1"),
        ("sprint-2", "sprint_headline", '{"sprint": "2"}', "sprint", '"2"'),
    ]
    assert not pipeline.mine(project).is_written
    assert rows(project, "select count(*) from load_log where source = 'reports'") == [(1,)]


def test_frozen_numbers_are_no_input_of_the_numbers(project):
    def snapshot() -> str:
        with open_warehouse(project / "data" / "retro.duckdb") as warehouse:
            return warehouse.snapshot

    before = snapshot()
    pipeline.mine(project)
    assert snapshot() == before


def test_numbers_say_what_decided_them_and_what_moved_says_why(project):
    pipeline.mine(project)
    with open_warehouse(project / "data" / "retro.duckdb") as warehouse:
        (row,) = warehouse.query("moved_numbers").rows()
    told = {name: row[name] for name in ("sprint", "measure", "frozen_quantity", "measured_quantity", "reason")}
    assert told == {
        "sprint": "2", "measure": "commits", "frozen_quantity": 1, "measured_quantity": 0, "reason": None,
    }  # fmt: skip
    kinds = rows(project, "select kind, count(*) > 0 from number_bases group by kind order by kind")
    assert kinds == [("metric", True), ("settings", True), ("sources", True), ("version", True)]


def test_a_broken_file_is_named_and_what_was_known_of_its_page_stays(project):
    pipeline.mine(project)
    page_of(project).with_suffix(".numbers.parquet").write_bytes(b"PAR1 no more")
    (failure,) = pipeline.mine(project).failures.items()
    assert failure[0] == "reports/sprint-2"
    assert "no file of frozen numbers" in str(failure[1])
    assert rows(project, "select count(*) from report_numbers") == [(2,)]
    status = rows(project, "select arg_max(status, started_at) from load_log where source = 'reports'")
    assert status == [("failed",)]


def test_numbers_of_a_removed_page_go_when_pruning(project):
    pipeline.mine(project)
    page_of(project).with_suffix(".numbers.parquet").unlink()
    pipeline.mine(project)
    assert rows(project, "select count(*) from report_numbers") == [(2,)]
    pipeline.mine(project, prune=True)
    assert rows(project, "select count(*) from report_numbers") == [(0,)]


def test_an_edited_metric_of_the_team_is_another_definition(project):
    before = frozen.basis(project).metrics["sprint_headline"]
    pipeline.mine(project)
    own = project / "queries" / "metrics" / "sprint_headline.sql"
    own.parent.mkdir(parents=True)
    shipped = Path(__file__).parent.parent / "queries" / "metrics" / "sprint_headline.sql"
    own.write_text(
        shipped.read_text().replace("sprint_totals.commit_count,", "sprint_totals.commit_count + 1 as commit_count,")
    )
    assert pipeline.mine(project).is_written
    assert frozen.basis(project).metrics["sprint_headline"] != before
    found = rows(project, "select digest from number_bases where kind = 'metric' and name = 'sprint_headline'")
    assert found == [(frozen.basis(project).metrics["sprint_headline"],)]
