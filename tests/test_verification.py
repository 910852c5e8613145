"""Why a logged cost differs from the expected one: each reason by a request that has it, their order and their sum."""

from decimal import Decimal

import billing
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from retro import queries

OPUS = {"model": "claude-opus-4-6", "provider": "anthropic", "uncached_input_tokens": 1000, "output_tokens": 2000}
CACHED = OPUS | {"cache_read_tokens": 50_000, "cache_write_5m_tokens": 4_000, "cache_write_1h_tokens": 6_000}
STEP = {"model": "stepfun/step-3.5-flash", "uncached_input_tokens": 99, "output_tokens": 217}
GLM = {"model": "z-ai/glm-4.6", "uncached_input_tokens": 1600, "output_tokens": 200}
MONEY = "logged_cost_usd, expected_cost_usd, variance_usd"


def test_founding_case_names_the_default_and_the_prefix() -> None:
    columns = f"{MONEY}, reason, reasons, reason_detail, match_kind, is_override, evidence"
    (row,) = billing.priced(STEP | {"cost": "0.003552"}, text=billing.TEAM_PRICE, columns=columns)
    logged, expected = row[:2]
    assert row == (
        Decimal("0.003552"), Decimal("0.000075"), Decimal("0.003477"), "default_price_suspected",
        ["default_price_suspected", "vendor_prefix_missed"], "$3/$15", "override", True, "human",
    )  # fmt: skip
    assert round(logged / expected, 2) == Decimal("47.36")


def test_total_beyond_input_and_output_is_reasoning_that_went_unbilled() -> None:
    columns = f"{MONEY}, reason, reasons, reason_detail, unlogged_output_tokens"
    short = STEP | {"logged_total_tokens": 500, "cost": "0.000075"}
    assert billing.priced(short, text=billing.TEAM_PRICE, columns=columns) == [
        (
            Decimal("0.000075"), Decimal("0.0001302"), Decimal("-0.0000552"), "reasoning_dropped", ["reasoning_dropped"],
            "184 tokens are in the total, not in input and output", 184,
        )
    ]  # fmt: skip


def test_default_rates_and_dropped_tokens_are_both_told_and_the_default_carries_the_difference() -> None:
    both = STEP | {"logged_total_tokens": 500, "cost": "0.003552"}
    assert billing.priced(both, text=billing.TEAM_PRICE) == [
        ("default_price_suspected", ["default_price_suspected", "vendor_prefix_missed", "reasoning_dropped"], "$3/$15")
    ]


# At $5/$25, reads 0.5, writes 6.25 and 10 per million: 0.055 without cache; 0.165 with it.
EXPLAINED = {
    "ok": (OPUS | {"cost": "0.0555"}, ("ok", [], None)),
    "within_5": (OPUS | {"cost": "0.0577"}, ("within_5", [], None)),
    "within_10": (OPUS | {"cost": "0.0505"}, ("within_10", [], None)),
    "not logged": (OPUS, ("not_logged", [], None)),
    "another currency": (
        OPUS | {"logged_cost": "0.05", "logged_currency": "EUR"},
        ("other_currency", ["other_currency"], None),
    ),
    "no price": (OPUS | {"model": "our-model", "cost": "1"}, ("unknown_model", ["unknown_model"], None)),
    "no tokens": (
        {"model": "claude-opus-4-6", "cost": "1", "uncached_input_tokens": 10},
        ("usage_unknown", ["usage_unknown"], None),
    ),
    "impossible usage": (
        {"model": "claude-opus-4-6", "cost": "1", "output_tokens": 10, "usage_problem": "more cached than input"},
        ("invalid_usage", ["invalid_usage"], "more cached than input"),
    ),
    "a billion tokens": (
        OPUS | {"uncached_input_tokens": 9_000_000_000_000_000_000, "cost": "1"},
        ("invalid_usage", ["invalid_usage"], "more tokens than a request can have"),
    ),
    "harmless problem": (
        OPUS | {"cost": "0.055", "usage_problem": "more reasoning than output tokens: reasoning_tokens set to NULL"},
        ("ok", ["invalid_usage"], None),
    ),
    "own key": (
        OPUS | {"cost": "0", "is_byok": True, "upstream_cost_usd": "0.055"},
        ("byok", ["byok"], "the provider charged $0.055"),
    ),
    "free variant that was billed": (
        STEP | {"model": "stepfun/step-3.5-flash:free", "cost": "0.01"},
        ("free_variant", ["free_variant"], "a free variant was billed"),
    ),
    "free variant whose entry has no price, billed": (
        STEP | {"model": "qwen/qwen3-coder:free", "provider": "openrouter", "cost": "0.01"},
        ("free_variant", ["free_variant"], "a free variant was billed"),
    ),
    "free variant whose entry has no price": (
        STEP | {"model": "qwen/qwen3-coder:free", "provider": "openrouter", "cost": "0"},
        ("ok", [], None),
    ),
    "free variant": (STEP | {"model": "stepfun/step-3.5-flash:free", "cost": "0"}, ("ok", [], None)),
    "search beside the tokens": (
        OPUS | {"cost": "0.065", "logged_extra_usd": "0.01"},
        ("extra_charge", ["extra_charge"], "$0.01 beside the tokens"),
    ),
    "more than the provider asked": (
        OPUS | {"cost": "0.07", "upstream_cost_usd": "0.055"},
        ("extra_charge", ["extra_charge"], "$0.015 beside the tokens"),
    ),
    "reasoning billed as nothing": (
        OPUS | {"cost": "0.0175", "reasoning_tokens": 1500},
        ("reasoning_dropped", ["reasoning_dropped"], "1500 reasoning tokens not billed"),
    ),
    "discount of the cache ignored": (
        CACHED | {"cost": "0.355"},
        ("cache_mispriced", ["cache_mispriced"], "cached tokens billed at the input rate"),
    ),
    "cache billed twice": (
        CACHED | {"cost": "0.465"},
        ("cache_mispriced", ["cache_mispriced"], "cached tokens billed twice, at the input rate and at their own"),
    ),
    "hour billed as five minutes": (
        CACHED | {"cost": "0.1425"},
        (
            "cache_mispriced",
            ["cache_mispriced", "provider_spread"],
            "cache writes of an hour billed as those of five minutes",
        ),
    ),
    "answer of the gateway's own cache": (
        OPUS | {"cost": "0.055", "is_cached_answer": True},
        ("cache_mispriced", ["cache_mispriced"], "an answer from the gateway's own cache was billed"),
    ),
    "answer of the gateway's own cache for nothing": (OPUS | {"cost": "0", "is_cached_answer": True}, ("ok", [], None)),
    "price of an earlier day": (
        GLM | {"requested_at": "2026-11-10 10:00+00", "cost": "0.001036"},
        ("price_changed", ["price_changed"], "openrouter before 2026-10-19: $0.43/$1.74 per million"),
    ),
    "price of a later day, and that of another provider": (
        GLM | {"cost": "0.0014"},
        ("provider_spread", ["provider_spread"], "huggingface_together: $0.6/$2.2 per million"),
    ),
    "price of a later day, where the list knows none of that day": (
        {"model": "gemini-3.6-flash", "uncached_input_tokens": 1234, "output_tokens": 567, "cost": "0.0061035"}
        | {"requested_at": "2026-08-12 10:00+00"},
        (
            "price_changed",
            ["price_changed"],
            "google has no dated price for 2026-08-12, the one from 2027-01-01 gives the bill: $1.5/$7.5 per million",
        ),
    ),
    "price of a tier": (
        {"model": "claude-opus-5", "uncached_input_tokens": 1234, "output_tokens": 567, "cost": "0.04069"},
        ("price_changed", ["price_changed"], "anthropic for speed fast: $10/$50 per million"),
    ),
    "price of another provider": (
        {"model": "openai/gpt-oss-20b", "uncached_input_tokens": 780, "output_tokens": 370, "cost": "0.000113"},
        ("provider_spread", ["provider_spread"], "huggingface_fireworks-ai: $0.05/$0.2 per million"),
    ),
    "nothing billed, name with a prefix": (
        STEP | {"model": "openai/gpt-5.1", "cost": "0"},
        ("vendor_prefix_missed", ["vendor_prefix_missed"], "billed $0"),
    ),
    "nothing billed, name without one": (
        STEP | {"model": "gpt-5.1", "cost": "0"},
        ("default_price_suspected", ["default_price_suspected"], "$0/$0"),
    ),
    "failed before an answer": (OPUS | {"output_tokens": 0, "status": "failed", "cost": "0"}, ("ok", [], None)),
    "nothing known": (OPUS | {"cost": "0.0421"}, ("unexplained", ["unexplained"], None)),
    "too few tokens to name a default": (
        {"model": "gpt-5.1", "uncached_input_tokens": 5, "output_tokens": 2, "cost": "0.000045"},
        ("unexplained", ["unexplained"], None),
    ),
}


@pytest.mark.parametrize("case", EXPLAINED)
def test_request_gets_the_reason_that_it_has(case: str) -> None:
    request, expected = EXPLAINED[case]
    assert billing.priced(request) == [expected]


def test_tolerances_are_those_of_the_settings() -> None:
    rows = [OPUS | {"cost": cost} for cost in ("0.0560", "0.0570", "0.0600", "0.0651")]
    found = billing.priced(*rows, text="[bills]\nwithin_percent = [3, 12]", columns="reason")
    assert found == [("within_3",), ("within_12",), ("within_12",), ("unexplained",)]


def test_default_that_no_list_knows_is_solved_from_several_requests() -> None:
    tokens = [(1234, 567), (40, 9000), (777, 33), (5001, 12)]
    rows = [
        {"model": "gpt-5.1", "uncached_input_tokens": i, "output_tokens": o, "cost": (i + o) * Decimal("0.00000055")}
        for i, o in tokens
    ]
    solved = ("default_price_suspected", ["default_price_suspected"], "$0.55/$0.55, solved from 4 requests")
    assert billing.priced(*rows) == [solved] * 4
    assert billing.priced(*rows[:2]) == [("unexplained", ["unexplained"], None)] * 2


def test_copy_of_a_row_costs_nothing_and_ids_that_collide_stay_two() -> None:
    first = OPUS | {"response_id": "a", "cost": "0.055"}
    other = OPUS | {"response_id": "a", "cost": "0.055", "output_tokens": 2001, "request_key": "3"}
    unlogged = [OPUS | {"response_id": "b", "request_key": key} for key in ("4", "5")]
    found = billing.priced(first, first, other, *unlogged, columns=f"{MONEY}, reason, reason_detail")
    whole, expected = Decimal("0.055"), Decimal("0.055025")
    assert found == [
        (whole, whole, 0, "ok", None),
        (whole, 0, whole, "duplicate_row", "same answer as 1"),
        (whole, expected, whole - expected, "ok", None),
        (None, whole, None, "not_logged", None),
        (None, whole, None, "not_logged", None),
    ]


def test_cost_is_exact_where_binary_numbers_drift() -> None:
    request = {
        "model": "claude-haiku-4-5",
        "uncached_input_tokens": 123_456_789,
        "cache_read_tokens": 987_654_321,
        "cache_write_5m_tokens": 1,
        "cache_write_1h_tokens": 3,
        "output_tokens": 999_999_999,
    }
    assert billing.priced(request, columns="expected_cost_usd") == [(Decimal("5222.222223350"),)]


TOKENS = st.integers(0, 5_000)
REQUESTS = st.fixed_dictionaries(
    {
        "model": st.sampled_from(
            ["claude-opus-4-6", "stepfun/step-3.5-flash", "openai/gpt-5.1", "our-model", "minimax/minimax-m2:free"]
        ),
        "uncached_input_tokens": TOKENS | st.none(),
        "cache_read_tokens": TOKENS | st.none(),
        "cache_write_1h_tokens": TOKENS | st.none(),
        "output_tokens": TOKENS | st.none(),
        "reasoning_tokens": TOKENS | st.none(),
        "logged_total_tokens": TOKENS | st.none(),
        "cost": st.decimals(0, 2, places=12) | st.none() | st.just(Decimal(0)),
        "response_id": st.sampled_from(["a", "b", None]),
        "is_byok": st.booleans() | st.none(),
        "is_cached_answer": st.booleans() | st.none(),
        "requested_at": st.sampled_from(["2026-03-10 10:00+00", "2026-03-11 00:00+00", "2026-03-12 23:59:59+00"]),
    }
)


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(REQUESTS, min_size=1, max_size=8))
def test_differences_by_reason_sum_to_the_whole_difference(rows: list[dict]) -> None:
    with billing.warehouse() as connection:
        billing.add(connection, *rows)
        billing.run(connection, billing.TEAM_PRICE)
        whole = connection.execute(
            """
            select count(*), sum(logged_cost_usd - expected_cost_usd)
            from request_costs
            where logged_cost_usd is not null and expected_cost_usd is not null
            """
        ).fetchall()
        parts = connection.execute(
            "select reason, count(*), sum(variance_usd) from request_costs group by all"
        ).fetchall()
        compared = connection.execute("select count(variance_usd) from request_costs").fetchall()
        heads = connection.execute(
            "select reason, reasons from request_costs where reason not in ('ok', 'not_logged') and reason not like 'within%'"
        ).fetchall()
    assert sum(count for _, count, _ in parts) == len(rows)
    assert sum((amount for *_, amount in parts if amount is not None), Decimal(0)) == (whole[0][1] or 0)
    assert compared == [(whole[0][0],)]
    assert all(reasons[0] == reason for reason, reasons in heads)


@hypothesis_settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(REQUESTS, min_size=2, max_size=6), st.data())
def test_requests_that_come_in_two_runs_are_priced_as_in_one(rows: list[dict], data: st.DataObject) -> None:
    numbered = [row | {"request_key": str(number)} for number, row in enumerate(rows)]
    cut = data.draw(st.integers(1, len(rows) - 1))
    answers = []
    for runs in ([numbered], [numbered[:cut], numbered[cut:]]):
        with billing.warehouse() as connection:
            for run in runs:
                billing.add(connection, *run)
                billing.run(connection)
            answers.append(connection.execute("from request_costs order by request_key").fetchall())
    assert answers[0] == answers[1]


def test_only_days_with_something_new_are_priced_again() -> None:
    with billing.warehouse() as connection:
        billing.add(connection, OPUS | {"cost": "0.2"}, OPUS | {"cost": "1", "requested_at": "2026-03-11 10:00+00"})
        billing.run(connection)
        connection.execute("update request_verdicts set reason_detail = 'kept'")
        billing.run(connection)
        billing.add(connection, OPUS | {"request_key": "3", "requested_at": "2026-03-11 11:00+00"})
        connection.execute("update gateway_requests set logged_cost_usd = 2 where request_key = '2'")
        billing.run(connection)
        found = connection.execute("select request_key, logged_cost_usd, reason_detail from request_costs order by 1")
        assert found.fetchall() == [("1", Decimal("0.2"), "kept"), ("2", 2, None), ("3", None, None)]
        connection.execute("delete from gateway_requests where request_key = '2'")
        billing.run(connection)
        days = connection.execute("select price_date::text, request_count from priced_days order by 1").fetchall()
        assert days == [("2026-03-10", 1), ("2026-03-11", 1)]
        assert connection.execute("select request_key from request_verdicts").fetchall() == [("1",)]


def test_changed_settings_price_everything_again() -> None:
    with billing.warehouse() as connection:
        billing.add(connection, STEP | {"cost": "0.003552"})
        for text, cost in (("", "0.00007401"), (billing.TEAM_PRICE, "0.000075"), ("", "0.00007401")):
            billing.run(connection, text)
            found = "select expected_cost_usd, (select count(*) from model_prices) from request_costs"
            assert connection.execute(found).fetchall() == [(Decimal(cost), 1)]


def test_whole_pipeline_of_views_reads_what_was_priced() -> None:
    from retro.pipeline.derived import make_views

    places = (queries.shipped("queries"),)
    with billing.warehouse() as connection:
        make_views(connection, places)
        connection.execute(
            "insert into projects values ('Gateway', 'Europe/Berlin', false, null, false, 'plan', '0.1.0')"
        )
        connection.execute(
            "insert into sprints values "
            "('2', 2, '2026-03-08 23:00+00', '2026-03-19 23:00+00', '2026-03-09', '2026-03-19', null, 'named')"
        )
        billing.add(connection, STEP | {"cost": "0.003552"}, OPUS)
        billing.run(connection, billing.TEAM_PRICE)
        result = queries.run(connection, queries.find("cost_variance_reasons", places), {"sprint": "2"}, "")
    assert [tuple(row.values()) for row in result.rows()] == [
        ("default_price_suspected", 1, Decimal("0.003552"), Decimal("0.000075"), Decimal("0.003477"), "$3/$15"),
        ("not_logged", 1, None, Decimal("0.055"), None, None),
    ]
