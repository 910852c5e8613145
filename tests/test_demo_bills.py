"""The demo's gateway log tells the founding story, and Retro finds it: recounted here from the raw files with decimals."""

import json
import tomllib
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from retro import open_warehouse, pipeline
from retro.demo import write_demo
from retro.queries import Warehouse

MILLION = Decimal(1_000_000)
MODEL = "stepfun/step-3.5-flash"
FIRST, LAST = date(2026, 3, 9), date(2026, 3, 19)
SPLITS = ("theme_costs", "feature_costs", "session_type_costs", "branch_costs", "pull_request_costs", "work_type_costs")
# Rates of the story in dollars per million tokens: input, read from the cache, output.
SONNET = (Decimal(3), Decimal("0.30"), Decimal(15))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_demo(tmp_path_factory.mktemp("bills") / "demo")
    pipeline.mine(folder)
    return folder


@pytest.fixture(scope="module")
def log(root: Path) -> list[dict]:
    """The raw rows; the costs as decimals, as they are written."""
    lines = (root / "logs" / "gateway.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line, parse_float=Decimal) for line in lines]


@pytest.fixture(scope="module")
def sprint(log: list[dict]) -> list[dict]:
    """The raw rows of sprint 2, by their time."""
    return [row for row in log if FIRST <= day_of(row) <= LAST]


@pytest.fixture(scope="module")
def warehouse(root: Path):
    with open_warehouse(root / "data" / "retro.duckdb") as opened:
        yield opened


def day_of(row: dict) -> date:
    moment = datetime.fromisoformat(row["startTime"]).replace(tzinfo=UTC)
    return moment.astimezone(ZoneInfo("Europe/Berlin")).date()


def tags_of(row: dict) -> dict[str, str]:
    return dict(tag.split("=", 1) for tag in json.loads(row["request_tags"]))


def true_cost(row: dict, prices: tuple[Decimal, Decimal]) -> Decimal:
    """What a row should have cost: the whole total counts, cached input at its own rate."""
    given, total = row["prompt_tokens"], row["total_tokens"]
    if row["model"] == MODEL:
        return (given * prices[0] + (total - given) * prices[1]) / MILLION
    details = json.loads(row["metadata"])["usage_object"]["prompt_tokens_details"] or {}
    read = details.get("cached_tokens", 0)
    return ((given - read) * SONNET[0] + read * SONNET[1] + (total - given) * SONNET[2]) / MILLION


@pytest.fixture(scope="module")
def team_price(root: Path) -> tuple[Decimal, Decimal]:
    (price,) = tomllib.loads((root / "retro.toml").read_text("utf-8"), parse_float=Decimal)["prices"]
    assert price["models"] == [MODEL]
    return price["input"], price["output"]


@pytest.fixture(scope="module")
def bill(sprint: list[dict], team_price: tuple[Decimal, Decimal]) -> Decimal:
    return sum((true_cost(row, team_price) for row in sprint), Decimal(0))


def verdict(warehouse: Warehouse, input_tokens: int) -> tuple:
    (row,) = warehouse.sql(
        """
        select costs.logged_cost_usd, costs.expected_cost_usd, costs.reason, costs.reason_detail, costs.match_kind, costs.evidence
        from request_costs as costs
        inner join gateway_requests as requests using (source, request_key)
        where requests.uncached_input_tokens = $input
        """,
        input=input_tokens,
    ).rows()
    return row


def test_the_swapped_model_was_billed_47_times_too_dear(sprint, team_price, warehouse):
    (told,) = [row for row in sprint if (row["prompt_tokens"], row["completion_tokens"]) == (99, 217)]
    expected = (99 * team_price[0] + 217 * team_price[1]) / MILLION
    assert (told["model"], told["spend"], expected) == (MODEL, Decimal("0.003552"), Decimal("0.000075"))
    assert round(told["spend"] / expected, 2) == Decimal("47.36")
    assert told["spend"] == (99 * 3 + 217 * 15) / MILLION
    assert verdict(warehouse, 99) == (
        Decimal("0.003552"),
        Decimal("0.000075"),
        "default_price_suspected",
        "$3/$15",
        "override",
        "human",
    )


def test_the_later_row_went_without_the_price_of_its_reasoning(sprint, team_price, warehouse):
    (later,) = [row for row in sprint if row["prompt_tokens"] + row["completion_tokens"] < row["total_tokens"]]
    logged = (412 * team_price[0] + 318 * team_price[1]) / MILLION
    expected = true_cost(later, team_price)
    assert (later["spend"], expected) == (logged, Decimal("0.0002989"))
    assert verdict(warehouse, 412)[:3] == (logged, expected, "reasoning_dropped")


def test_sessions_tagged_as_reviews_of_the_sprint_are_found(log, warehouse):
    wanted = {"sprint": "2", "session_type": "code_review"}
    rows = [row for row in log if wanted.items() <= tags_of(row).items()]
    found = warehouse.sql(
        """
        select session_id, count(*) as request_count
        from request_attributions
        where sprint = '2' and sprint_method = 'tag' and session_type = 'code_review'
        group by all
        """
    ).rows()
    assert len(rows) > 200
    assert dict(found) == Counter(row["session_id"] for row in rows)


def test_reasons_carry_the_whole_difference_between_log_and_recount(sprint, bill, warehouse):
    logged = sum((row["spend"] for row in sprint), Decimal(0))
    rows = warehouse.query("cost_variance_reasons", sprint="2").rows()
    assert {row["reason"] for row in rows} == {"default_price_suspected", "reasoning_dropped", "ok"}
    assert sum(row["request_count"] for row in rows) == len(sprint)
    assert sum(row["logged_usd"] for row in rows) == logged
    assert sum(row["expected_usd"] for row in rows) == bill
    assert sum(row["variance_usd"] for row in rows) == logged - bill


@pytest.mark.parametrize("split", SPLITS)
def test_each_split_sums_to_the_bill(split, bill, warehouse):
    rows = warehouse.query(split, sprint="2").rows()
    assert sum(row["cost_usd"] for row in rows) == bill
    assert sum(row["cost_share"] for row in rows) == pytest.approx(1)


def test_days_and_models_sum_to_the_bill_and_are_those_of_the_log(sprint, bill, warehouse):
    rows = warehouse.query("model_costs", sprint="2").rows()
    counts = Counter((day_of(row), row["model"]) for row in sprint)
    assert {(row["date"], row["model"]): row["request_count"] for row in rows} == counts
    assert sum(row["cost_usd"] for row in rows) == bill


def test_types_of_sessions_cost_what_their_rows_cost(sprint, team_price, warehouse):
    sums: dict[str, Decimal] = {}
    for row in sprint:
        kind = tags_of(row).get("session_type", "not tagged")
        sums[kind] = sums.get(kind, Decimal(0)) + true_cost(row, team_price)
    rows = warehouse.query("session_type_costs", sprint="2").rows()
    assert {row["session_type"]: row["cost_usd"] for row in rows} == sums


def test_the_headline_tells_the_bill_and_what_a_merged_pull_request_cost(sprint, team_price, bill, warehouse):
    now = warehouse.query("cost_headline", sprint="2").rows()[-1]
    merged = warehouse.query("merged_change_request_costs", sprint="2").rows()[0]
    agreed = sum((row["spend"] for row in sprint if row["spend"] == true_cost(row, team_price)), Decimal(0))
    assert (now["ai_cost_usd"], now["request_count"], now["human_share"]) == (bill, len(sprint), 0)
    assert now["verified_share"] == pytest.approx(float(agreed / bill)) != 1
    assert now["merged_change_request_count"] == 104
    cost = merged["cost_merged_usd"] + merged["cost_abandoned_usd"]
    assert now["cost_per_merged_pull_request_usd"] == pytest.approx(cost / 104, abs=Decimal("1e-9"))


def test_the_log_is_the_same_each_time(root, tmp_path):
    again = write_demo(tmp_path / "again")
    assert (again / "logs" / "gateway.jsonl").read_bytes() == (root / "logs" / "gateway.jsonl").read_bytes()
