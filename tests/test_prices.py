"""How a price is found: names, dates, tiers, the team's own prices, a second opinion; and what is not priced."""

import gzip
import json
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import billing
import polars as pl
import pytest
from genai_prices import Usage, calc_price

from retro.analyses import prices
from retro.analyses.prices.model_names import bare_name, is_version
from retro.errors import SettingsError

DAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def book() -> prices.PriceBook:
    return prices.PriceBook(billing.settings())


def told(answer: prices.Answer) -> str:
    rates = answer.prices[0].rates
    return f"{answer.match_kind} {answer.provider} {answer.model} {rates if rates.input is not None else '-'}"


NAMES = {
    ("", "claude-opus-4-6"): "provider_by_name+exact anthropic claude-opus-4-6 $5/$25",
    ("anthropic", "claude-opus-4-5-20251101"): "dated_name anthropic claude-opus-4-5 $5/$25",
    ("", "Claude-Sonnet-4-5"): "provider_by_name+spelling anthropic claude-sonnet-4-5 $3/$15",
    ("", "anthropic/claude-sonnet-4-5-20250929"): "vendor_prefix+dated_name anthropic claude-sonnet-4-5 $3/$15",
    ("", "vertex_ai/claude-sonnet-4-5@20250929"): "route_prefix+dated_name google claude-sonnet-4-5 $3/$15",
    ("", "openrouter/anthropic/claude-sonnet-4.5"): (
        "route_prefix+exact openrouter anthropic/claude-sonnet-4.5 $3/$15"
    ),
    ("", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"): (
        "bedrock_id+dated_name aws regional.anthropic.claude-sonnet-4-5-20250929-v1:0 $3.3/$16.5"
    ),
    ("", "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0"): (
        "route_prefix+dated_name aws regional.anthropic.claude-sonnet-4-5-20250929-v1:0 $3.3/$16.5"
    ),
    ("", "azure/gpt-5.1"): "route_prefix+maker_price+exact openai gpt-5.1 $1.25/$10",
    ("", "stepfun/step-3.5-flash"): "vendor_slug+exact openrouter stepfun/step-3.5-flash $0.1/$0.3",
    ("openrouter", "stepfun/step-3.5-flash:free"): "free_variant+exact openrouter stepfun/step-3.5-flash $0/$0",
    ("", "minimax/minimax-m2.5"): "vendor_prefix+spelling minimax MiniMax-M2 $0.3/$1.2",
    ("openrouter", "x-ai/grok-4"): "vendor_prefix+other_provider+exact x-ai grok-4-0709 $3/$15",
    ("Amazon Bedrock", "anthropic/claude-4.6-sonnet-20260217"): (
        "vendor_slug+exact openrouter anthropic/claude-sonnet-4.6 $3/$15"
    ),
    ("a-gateway", "gpt-5.1"): "other_provider+exact openai gpt-5.1 $1.25/$10",
    ("anthropic", "<synthetic>"): "not_billed None <synthetic> $0/$0",
}


@pytest.mark.parametrize(("provider", "model"), NAMES)
def test_every_step_from_a_name_to_its_price_is_named(provider: str, model: str, book: prices.PriceBook) -> None:
    assert told(book.ask(provider, model, "", DAY)) == NAMES[provider, model]


@pytest.mark.parametrize(
    ("model", "nearest"),
    [
        ("claude-sonnet-4-5-99999999", "anthropic/claude-sonnet-4-5"),
        ("claude-sonnet-4-5-turbo", "anthropic/claude-sonnet-4-5"),
        ("glm-4.75", None),
        ("step-3.5-flash", None),
        ("my-internal-model", None),
        ("nobody/step-3.5-flash:free", None),
        ("/", None),
        ("", None),
        (":free", None),
        ("openrouter/", None),
    ],
)
def test_neighbour_is_named_and_never_taken(model: str, nearest: str | None, book: prices.PriceBook) -> None:
    answer = book.ask("", model, "", DAY)
    assert told(answer) == "unknown None None -"
    assert (answer.source, answer.nearest) == (None, nearest)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("", True), ("-20250929", True), ("-20250929-v1:0", True), ("@20250929", True), ("-2025-09-29", True),
        ("-latest", True), ("-preview-09-2025", True), ("-0613", True), ("-99999999", False), ("-20251345", False),
        ("-2025-13-45", False), (".5", False), ("-codex", False), ("-mini", False), ("5", False),
    ],
)  # fmt: skip
def test_only_dates_and_versions_may_follow_a_name(text: str, is_one: bool) -> None:
    assert is_version(text) is is_one


def test_bare_name_is_what_providers_share() -> None:
    names = ["deepseek/deepseek-chat", "openai/GPT-5.1:free", "a/b/claude-x@20250929", "claude-x-99999999"]
    assert [bare_name(name) for name in names] == ["deepseek-chat", "gpt-5.1", "claude-x", "claude-x-99999999"]


def test_price_is_that_of_the_day(book: prices.PriceBook) -> None:
    days = [date(2026, 3, 10), date(2026, 10, 18), date(2026, 10, 19), DAY]
    found = [book.ask("openrouter", "stepfun/step-3.5-flash", "", day).prices[0] for day in days]
    assert [(str(price.rates), price.effective_date) for price in found] == [
        ("$0.09/$0.3", None),
        ("$0.09/$0.3", None),
        ("$0.1/$0.3", date(2026, 10, 19)),
        ("$0.1/$0.3", date(2026, 10, 19)),
    ]


def test_tier_has_its_price_or_is_said_to_have_none(book: prices.PriceBook) -> None:
    asked = [("", DAY), ("standard", DAY), ("flex", DAY), ("batch", DAY), ("batch", date(2026, 1, 1)), ("gold", DAY)]
    found = [book.ask("openai", "gpt-5.1", tier, day) for tier, day in asked]
    assert [(answer.match_kind, str(answer.prices[0].rates)) for answer in found] == [
        ("exact", "$1.25/$10"),
        ("exact", "$1.25/$10"),
        ("exact", "$0.625/$5"),
        ("exact", "$0.625/$5"),
        ("exact+tier_unpriced", "$1.25/$10"),
        ("exact+tier_unpriced", "$1.25/$10"),
    ]


def test_fast_mode_has_its_price_and_a_normal_speed_the_standard_one(book: prices.PriceBook) -> None:
    asked = [
        ("claude-opus-5", "fast"), ("claude-opus-5", "normal"), ("claude-opus-4-6", "fast"), ("claude-opus-5", "batch fast"),
    ]  # fmt: skip
    found = [book.ask("anthropic", model, tier, DAY) for model, tier in asked]
    assert [(answer.match_kind, str(answer.prices[0].rates)) for answer in found] == [
        ("exact", "$10/$50"),
        ("exact", "$5/$25"),
        ("exact+tier_unpriced", "$5/$25"),
        ("exact+tier_unpriced", "$5/$25"),
    ]


def test_other_prices_had_begun_or_are_guesses(book: prices.PriceBook) -> None:
    def changed(provider: str, model: str, day: date) -> list[tuple[str, bool]]:
        found = book.alternatives(provider, model, "", day)
        return [(each.detail, each.is_guess) for each in found if each.reason == "price_changed"]

    million = "per million"
    before = (f"openrouter before 2026-10-19: $0.43/$1.74 {million}", False)
    between = (f"openrouter from 2026-10-19 until 2026-11-03: $0.55/$2.2 {million}", False)
    after = (f"openrouter from 2026-11-03: $0.6/$2.2 {million}", False)
    assert changed("openrouter", "z-ai/glm-4.6", date(2026, 11, 10)) == [before, between]
    assert changed("openrouter", "z-ai/glm-4.6", date(2026, 10, 20)) == [before, after]  # noticed late
    assert changed("openrouter", "z-ai/glm-4.6", date(2026, 5, 23)) == []  # other providers have the same
    undated = "google has no dated price for 2026-08-12, the one"
    assert changed("google", "gemini-3.6-flash", date(2026, 8, 12)) == [
        (f"google for processing batch listed since 2026-10-14: $0.375/$1.875 {million}", False),
        (f"{undated} from 2027-01-01 gives the bill: $1.5/$7.5 {million}", True),
    ]
    assert changed("", "claude-opus-5", DAY) == [
        (f"anthropic for processing batch listed since 2026-10-14: $2.5/$12.5 {million}", False),
        (f"anthropic for speed fast: $10/$50 {million}", False),
    ]


def test_free_variant_costs_nothing_when_the_list_knows_it_or_its_model(book: prices.PriceBook) -> None:
    names = [
        "google/gemma-3-27b-it:free",
        "cohere/north-mini-code:free",
        "stepfun/step-3.5-flash:free",
        "own/model:free",
    ]
    assert [told(book.ask("openrouter", name, "", DAY)) for name in names] == [
        "free_variant+exact openrouter google/gemma-3-27b-it:free $0/$0",
        "free_variant+exact openrouter cohere/north-mini-code:free $0/$0",
        "free_variant+exact openrouter stepfun/step-3.5-flash $0/$0",
        "unknown None None -",
    ]


def test_long_context_and_time_of_day_have_rows_of_their_own(book: prices.PriceBook) -> None:
    rows = prices.model_prices([("", "gpt-5.5", "", DAY), ("deepseek", "deepseek-chat", "", DAY)], book)
    columns = ["model", "starts_at", "ends_at", "from_input_tokens", "until_input_tokens", "input_usd"]
    midnight, next_day = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)
    opens, closes = datetime(2026, 11, 20, 0, 30, tzinfo=UTC), datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    assert rows.select(columns).rows() == [
        ("gpt-5.5", midnight, next_day, 0, 272001, Decimal("5.000000")),
        ("gpt-5.5", midnight, next_day, 272001, None, Decimal("10.000000")),
        ("deepseek-chat", midnight, opens, 0, None, Decimal("0.135000")),
        ("deepseek-chat", opens, closes, 0, None, Decimal("0.270000")),
        ("deepseek-chat", closes, next_day, 0, None, Decimal("0.135000")),
    ]


def test_own_price_wins_in_its_days_and_is_marked() -> None:
    own = prices.PriceBook(billing.settings(billing.TEAM_PRICE))
    rows = prices.model_prices([("", "stepfun/step-3.5-flash", "", day) for day in (date(2026, 9, 30), DAY)], own)
    columns = ["match_kind", "price_source", "is_override", "input_usd", "output_usd", "note"]
    assert rows.select(columns).rows() == [
        ("override", "retro.toml", True, Decimal("0.1"), Decimal("0.3"), "before the public history begins"),
        ("vendor_slug+exact", "genai-prices 0.2.3", False, Decimal("0.1"), Decimal("0.3"), None),
    ]


def test_first_matching_section_counts_and_a_provider_narrows_it() -> None:
    text = """
    [[prices]]
    models = ["our-*", "x?"]
    provider = "vllm"
    input = 1
    output = 2
    [[prices]]
    models = ["our-*"]
    input = 3
    output = 4
    """
    own = prices.PriceBook(billing.settings(text))
    asked = [
        ("vllm", "our-model"),
        ("VLLM", "OUR-MODEL"),
        ("", "our-model"),
        ("vllm", "x1"),
        ("vllm", "x12"),
        ("", "x1"),
    ]
    found = [own.ask(provider, model, "", DAY) for provider, model in asked]
    assert [str(answer.prices[0].rates) for answer in found] == [
        "$1/$2", "$1/$2", "$3/$4", "$1/$2", "none/none", "none/none"
    ]  # fmt: skip


def test_second_opinion_is_asked_last_and_a_zero_there_is_no_price(tmp_path: Path) -> None:
    entries = {
        "sample_spec": {"input_cost_per_token": 0, "output_cost_per_token": 0},
        "house/model-x": {"input_cost_per_token": 2e-07, "output_cost_per_token": 8e-07},
        "unpriced": {"input_cost_per_token": 0.0, "output_cost_per_token": 0.0},
        "gpt-5.1": {"input_cost_per_token": 1.25e-06, "output_cost_per_token": 1e-05},
        "claude-opus-4-6": {"input_cost_per_token": 6e-06, "output_cost_per_token": 2.5e-05},
        "broken": "x",
    }
    (tmp_path / "list.json").write_text(json.dumps(entries))
    book = prices.PriceBook(billing.settings('[bills]\nsecond_opinion = "list.json"', tmp_path))
    asked = [
        ("house", "model-x"),
        ("", "unpriced"),
        ("", "broken"),
        ("openai", "gpt-5.1"),
        ("anthropic", "claude-opus-4-6"),
    ]
    found = [book.ask(provider, model, "", DAY) for provider, model in asked]
    assert [(told(answer), answer.source, answer.second_opinion) for answer in found] == [
        ("second_opinion None house/model-x $0.2/$0.8", "list.json", None),
        ("unknown None None -", None, None),
        ("unknown None None -", None, None),
        ("exact openai gpt-5.1 $1.25/$10", "genai-prices 0.2.3", "agrees"),
        ("exact anthropic claude-opus-4-6 $5/$25", "genai-prices 0.2.3", "$6/$25 per million"),
    ]


WRONG = """
[[prices]]
models = []
input = "0.1"
output = -3
reasoning = 0.1234567
cache_read = true
start = 2026-03-01
end = 2026-02-01
[[prices]]
models = ["x"]
input = nan
[bills]
within_percent = [5, 1]
"""


def test_wrong_prices_are_named_with_their_lines() -> None:
    with pytest.raises(SettingsError) as caught:
        billing.settings(WRONG)
    wanted = "wanted a number such as 0.10, in dollars per million tokens, found"
    assert [line.removeprefix("/project/retro.toml:") for line in str(caught.value).splitlines()] == [
        "5: prices[0].models = []: the list is empty; write at least one model, * and ? stand for any letters",
        f'6: prices[0].input = "0.1": {wanted} text',
        "7: prices[0].output = -3: wanted dollars per million tokens, 0 to 1,000",
        "8: prices[0].reasoning = 0.1234567: has more than 6 decimals; round it",
        f"9: prices[0].cache_read = true: {wanted} true or false",
        "11: prices[0].end = 2026-02-01: the last day lies before the first, 2026-03-01 (line 10)",
        "12: prices[1].output: missing; it has to be given",
        "14: prices[1].input = nan: wanted dollars per million tokens, 0 to 1,000",
        "16: bills.within_percent = [ ... ]: wanted whole percents from 2 to 100, each above the one before, such as [5, 10]",
    ]


def test_tolerances_without_a_percent_are_refused() -> None:
    wanted = "wanted whole percents from 2 to 100, each above the one before, such as [5, 10]"
    with pytest.raises(SettingsError) as caught:
        billing.settings("[bills]\nwithin_percent = []")
    assert str(caught.value) == f"/project/retro.toml:4: bills.within_percent = []: {wanted}"


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "cannot be read (No such file or directory)"), ("{", "is no JSON ("), ("[]", "holds no table of models")],
)
def test_second_opinion_that_cannot_be_read_is_logged_and_left_out(
    content: str | None, why: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "list.json").write_text(content)
    text = '[bills]\nsecond_opinion = "list.json"'
    with pytest.raises(SettingsError) as caught:
        prices.PriceBook(billing.settings(text, tmp_path))
    assert f"{tmp_path}/list.json: {why}" in str(caught.value)
    with billing.warehouse() as connection:
        billing.add(connection, {"model": "gpt-5.1", "uncached_input_tokens": 1, "output_tokens": 1})
        billing.run(connection, text, tmp_path)
        billing.run(connection, text, tmp_path)
        logged = connection.execute("select source, item, status, reason from load_log").fetchall()
        assert [(*row[:3], why in row[3]) for row in logged] == [("second opinion", "list.json", "failed", True)]
        assert connection.execute("select expected_cost_usd from request_costs").fetchall() == [
            (Decimal("0.00001125"),)
        ]


def test_prices_start_no_thread_and_ask_no_network() -> None:
    code = (
        "import socket, threading, sys\n"
        "def refuse(*_): raise SystemExit('the network was asked')\n"
        "socket.socket.connect = refuse; socket.getaddrinfo = refuse\n"
        "sys.path.insert(0, 'tests')\n"
        "import billing\n"
        "print(billing.priced({'model': 'gpt-5.1', 'uncached_input_tokens': 1, 'output_tokens': 1}))\n"
        "print([thread.name for thread in threading.enumerate() if 'genai' in thread.name])\n"
    )
    checkout = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=checkout, check=False)
    assert (done.stdout, done.returncode) == ("[('not_logged', [], None)]\n[]\n", 0), done.stderr


def test_price_agrees_with_the_package_on_its_own_sample(samples: Path, book: prices.PriceBook) -> None:
    """`usages.json` holds usages of real answers with what the package's authors price them at, provider by provider."""
    asked = {
        (extractor["provider_id"], case["body"]["model"])
        for case in json.loads((samples / "genai-prices-dataset" / "usages.json").read_text())
        for extracted in case["extracted"]
        for extractor in extracted["extractors"]
        if "input_price" in extractor and case["body"].get("model")
    }
    moment, differing, compared = datetime(2026, 11, 20, tzinfo=UTC), [], 0
    for provider, model in sorted(asked):
        price = book.ask(provider, model, "", DAY).prices[0].rates
        if price.input is None or price.output is None:
            continue
        usage = Usage(input_tokens=1000, output_tokens=1000)
        theirs = calc_price(usage, model, provider_id=provider, genai_request_timestamp=moment).total_price
        compared += 1
        if price.input + price.output != theirs * 1000:
            differing.append((provider, model, str(price), theirs))
    assert differing == [("google", "google/gemini-2.0-flash-exp:free", "$0/$0", Decimal("0.0005"))]  # free is free
    assert compared > 100


def test_sample_of_transcripts_costs_what_ccusage_says(samples: Path) -> None:
    requests = transcript_requests(samples / "claude-code-entire" / "usage_lines.jsonl.gz")
    with billing.warehouse() as connection:
        connection.register("requests", requests)
        connection.execute(
            """
            insert into gateway_requests by name
            select *, 'ok' as status, map([]::text[], []::text[]) as tags, 'usage_lines.jsonl.gz' as file from requests
            """
        )
        billing.run(connection)
        total = "select count(*), sum(expected_cost_usd), count(distinct (price_date, model)) from request_costs"
        assert connection.execute(total).fetchall() == [(20979, Decimal("1564.3646826"), 81)]
        assert connection.execute(
            "select priced_model, sum(expected_cost_usd) from request_costs group by all order by all"
        ).fetchall() == [
            ("claude-haiku-4-5", Decimal("13.24130725")),
            ("claude-opus-4-5", Decimal("983.23278925")),
            ("claude-opus-4-6", Decimal("484.2340705")),
            ("claude-sonnet-4-5", Decimal("83.6565156")),
        ]


def transcript_requests(path: Path) -> pl.DataFrame:
    """The sample's requests by message and request id, each with its largest output and its first time."""
    found: dict[tuple, list] = {}
    with gzip.open(path) as lines:
        for line in map(json.loads, lines):
            holder = line if "usage" in (line.get("message") or {}) else (line.get("data") or {}).get("message") or {}
            message = holder.get("message") or {}
            if "usage" not in message or message["model"].startswith("<"):
                continue
            known = found.setdefault((message["id"], holder.get("requestId")), [line["timestamp"], message])
            known[0] = min(known[0], line["timestamp"])
            if message["usage"]["output_tokens"] > known[1]["usage"]["output_tokens"]:
                known[1] = message
    return pl.DataFrame([_request(key, *told) for key, told in found.items()]).with_columns(
        pl.col("requested_at").str.to_datetime(time_zone="UTC")
    )


def _request(key: tuple, moment: str, message: dict) -> dict[str, object]:
    usage = message["usage"]
    written = usage.get("cache_creation_input_tokens", 0)
    for_an_hour = (usage.get("cache_creation") or {}).get("ephemeral_1h_input_tokens", 0)
    return {
        "source": "claude-code",
        "request_key": f"{key[0]}:{key[1]}",
        "response_id": key[0],
        "requested_at": moment,
        "model": message["model"],
        "provider": "anthropic",
        "uncached_input_tokens": usage["input_tokens"],
        "cache_read_tokens": usage.get("cache_read_input_tokens", 0),
        "cache_write_5m_tokens": written - for_an_hour,
        "cache_write_1h_tokens": for_an_hour,
        "output_tokens": usage["output_tokens"],
    }
