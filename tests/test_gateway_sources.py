"""Each system's log gives whole rows: what its tokens mean, what it costs, who asked. Samples are invented in its shape."""

import json
from decimal import Decimal

from gateway_logs import HASH_KEY, at, attributes, chat_span, dollars, lines, read, read_files, row, spend_log

from retro.config.gateways import BUCKET_KINDS, GATEWAY_KINDS
from retro.keyed_hashes import keyed_hash
from retro.sources.gateway.reading import FORMATS

NO_TAGS = {"tags": {}}


def test_every_kind_of_the_settings_has_a_reader():
    assert tuple(FORMATS) == GATEWAY_KINDS
    assert tuple(kind for kind, form in FORMATS.items() if form.is_bucket) == BUCKET_KINDS


def test_litellm_spend_log_has_cache_inside_input_and_reasoning_inside_output(tmp_path):
    usage = {
        "prompt_tokens": 100, "completion_tokens": 20,
        "prompt_tokens_details": {"cached_tokens": 60, "cache_creation_tokens": 10,
                                  "cache_creation_token_details": {"ephemeral_1h_input_tokens": 4}},
        "completion_tokens_details": {"reasoning_tokens": 8},
    }  # fmt: skip
    log = spend_log(
        metadata=json.dumps({"usage_object": usage, "spend_logs_metadata": {"feature": "fleet"}, "status": "success"}),
        request_tags='["sprint=2", "User-Agent: litellm"]', user="ada@example.org", end_user="eve", team_id="core",
        session_id="s-1", cache_hit="False", messages=[{"role": "user", "content": "the text of a prompt"}],
    )  # fmt: skip
    assert read(tmp_path, lines(log))[0] == [
        row(
            "litellm", "chatcmpl-1 1773043201000000", response_id="chatcmpl-1", requested_at=at("2026-03-09T08:00:01"),
            duration_seconds=0.5, model="gpt-4o", provider="openai", uncached_input_tokens=30, cache_read_tokens=60,
            cache_write_5m_tokens=6, cache_write_1h_tokens=4, output_tokens=20, reasoning_tokens=8,
            logged_total_tokens=120, **dollars("0.00045"), is_cached_answer=False,
            tags={"sprint": "2", "user-agent": "litellm", "feature": "fleet"}, session_id="s-1",
            user_hash=keyed_hash(HASH_KEY, "ada@example.org"), end_user_hash=keyed_hash(HASH_KEY, "eve"), team="core",
        )
    ]  # fmt: skip


def test_litellm_payload_is_the_same_request_as_the_spend_log(tmp_path):
    payload = {
        "id": "chatcmpl-1", "trace_id": "s-1", "startTime": 1773043201.0, "endTime": 1773043201.5, "status": "success",
        "model": "gpt-4o", "custom_llm_provider": "openai", "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120,
        "response_cost": 4.5e-04, "cost_breakdown": {"tool_usage_cost": 0.0001}, "request_tags": ["sprint=2"],
        "model_parameters": {"max_tokens": 4096}, "metadata": {"user_api_key_user_id": "ada"},
        "response": {"usage": {"prompt_tokens_details": {"cached_tokens": 60}, "completion_tokens_details": None}},
    }  # fmt: skip
    assert read(tmp_path, json.dumps(payload, indent=2))[0] == [
        row(
            "litellm", "chatcmpl-1 1773043201000000", response_id="chatcmpl-1", requested_at=at("2026-03-09T08:00:01"),
            duration_seconds=0.5, model="gpt-4o", provider="openai", uncached_input_tokens=40, cache_read_tokens=60,
            output_tokens=20, logged_total_tokens=120, output_limit_tokens=4096, **dollars("0.00045"),
            logged_extra_usd=Decimal("0.000100000000"), tags={"sprint": "2"}, session_id="s-1",
            user_hash=keyed_hash(HASH_KEY, "ada"),
        )
    ]  # fmt: skip


def test_litellm_failure_is_a_row_without_tokens_of_its_own(tmp_path):
    log = spend_log(status="failure", prompt_tokens=0, completion_tokens=0, total_tokens=0, spend=0.0, user="")
    (found,), _ = read(tmp_path, lines(log))
    assert (found["status"], found["output_tokens"], found["logged_cost_usd"]) == ("failed", 0, Decimal(0))


def test_openrouter_answer_has_cache_reads_and_writes_inside_input(tmp_path):
    answer = {
        "id": "gen-1773043200-abc", "model": "openai/gpt-5.1", "provider": "OpenAI", "service_tier": "default",
        "usage": {"prompt_tokens": 50, "completion_tokens": 12, "total_tokens": 62, "cost": 1.83e-05, "is_byok": False,
                  "prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 5},
                  "completion_tokens_details": {"reasoning_tokens": 7},
                  "cost_details": {"upstream_inference_cost": 1.83e-05}},
    }  # fmt: skip
    assert read(tmp_path, lines(answer), "openrouter")[0] == [
        row(
            "openrouter", "gen-1773043200-abc", response_id="gen-1773043200-abc", requested_at=at("2026-03-09T08:00:00"),
            model="openai/gpt-5.1", provider="OpenAI", service_tier="default", uncached_input_tokens=15, cache_read_tokens=30,
            cache_write_5m_tokens=5, output_tokens=12, reasoning_tokens=7, logged_total_tokens=62, **dollars("0.0000183"),
            is_byok=False,
        )
    ]  # fmt: skip


def test_openrouter_generation_counts_native_tokens_and_keeps_the_upstream_bill_apart(tmp_path):
    generation = {"data": {
        "id": "gen-1773043200-abc", "created_at": "2026-03-09T08:00:00.5Z", "model": "anthropic/claude-sonnet-4.5",
        "provider_name": "Anthropic", "tokens_prompt": 40, "native_tokens_prompt": 50, "native_tokens_completion": 12,
        "native_tokens_cached": 30, "native_tokens_reasoning": None, "total_cost": 0.0005, "is_byok": True,
        "upstream_inference_cost": 0.01, "generation_time": 1250, "external_user": "ada",
    }}  # fmt: skip
    assert read(tmp_path, lines(generation), "openrouter")[0] == [
        row(
            "openrouter", "gen-1773043200-abc", response_id="gen-1773043200-abc", requested_at=at("2026-03-09T08:00:00.5"),
            duration_seconds=1.25, model="anthropic/claude-sonnet-4.5", provider="Anthropic", uncached_input_tokens=20,
            cache_read_tokens=30, output_tokens=12, **dollars("0.0005"), upstream_cost_usd=Decimal("0.010000000000"),
            is_byok=True, user_hash=keyed_hash(HASH_KEY, "ada"),
        )
    ]  # fmt: skip


def test_openrouter_activity_names_what_is_charged_beside_tokens(tmp_path):
    table = (
        "generation_id,created_at,cost_total,cost_web_search,cost_cache,cost_file_processing,tokens_prompt,tokens_cached,"
        "tokens_completion,tokens_reasoning,model_permaslug,variant,provider_name,user\n"
        "gen-1773043200-abc,2026-03-09 08:00:00,0.0151,0.015,,0.00005,50,30,12,,deepseek/deepseek-chat,free,DeepInfra,\n"
    )
    assert read(tmp_path, table, "openrouter", "log.csv")[0] == [
        row(
            "openrouter", "gen-1773043200-abc", response_id="gen-1773043200-abc", requested_at=at("2026-03-09T08:00:00"),
            model="deepseek/deepseek-chat:free", provider="DeepInfra", uncached_input_tokens=20, cache_read_tokens=30,
            output_tokens=12, **dollars("0.0151"), logged_extra_usd=Decimal("0.015050000000"), file="log.csv", line=2,
        )
    ]  # fmt: skip


def test_no_source_keeps_a_user_in_a_tag(tmp_path):
    """Tags of every source, and what the resource of a span says, hold a keyed hash where they name who asked."""
    ada = keyed_hash(HASH_KEY, "ada@example.org")
    portkey = {"id": "p", "created_at": "2026-03-09T08:00:00Z", "metadata": {"_user": "ada@example.org", "sprint": "1"}}
    helicone = {"request_id": "h", "request_created_at": "2026-03-09T08:00:00Z", "request_user_id": "ada@example.org",
                "request_properties": {"by": "ada@example.org"}}  # fmt: skip
    litellm = spend_log(1, user="ada@example.org", end_user="eve", request_tags=["user_id:ada@example.org", "ada@example.org"],
                        metadata={"spend_logs_metadata": {"end_user": "eve", "by": "eve"}})  # fmt: skip
    span = chat_span("chat")
    span["resourceSpans"][0]["resource"] = {
        "attributes": attributes(enduser__id="ada@example.org", service__user="ada@example.org")
    }
    eve = keyed_hash(HASH_KEY, "eve")
    wanted = {
        "portkey": (portkey, {"_user": ada, "sprint": "1"}),
        "helicone": (helicone, {"by": ada}),
        "otel": (span, {"service.user": ada}),
        "litellm": (litellm, {"user_id": ada, ada: "", "end_user": eve, "by": eve}),
    }  # fmt: skip
    for kind, (log, tags) in wanted.items():
        assert [one["tags"] for one in read(tmp_path, lines(log), kind)[0]] == [tags]
    assert read(tmp_path, lines(portkey), "portkey", tags={"who": "metadata._user"})[0][0]["tags"] == {
        "_user": ada,
        "who": "ada@example.org",
        "sprint": "1",
    }


def test_helicone_portkey_and_cloudflare_are_ready_made_maps(tmp_path):
    helicone = {
        "request_id": "h1", "request_created_at": "2026-03-09T08:00:00Z", "request_model": "gpt-4o", "prompt_tokens": 10,
        "prompt_cache_read_tokens": 4, "completion_tokens": 5, "reasoning_tokens": None, "cost": 0.0001, "response_status": 200,
        "request_properties": {"Sprint": "2", "Helicone-Session-Id": "s-1"}, "request_user_id": "ada",
    }  # fmt: skip
    assert read(tmp_path, lines(helicone), "helicone")[0] == [
        row(
            "helicone", "h1", requested_at=at("2026-03-09T08:00:00"), model="gpt-4o", uncached_input_tokens=10,
            cache_read_tokens=4, output_tokens=5, **dollars("0.0001"), tags={"sprint": "2", "helicone-session-id": "s-1"},
            session_id="s-1", user_hash=keyed_hash(HASH_KEY, "ada"),
        )
    ]  # fmt: skip
    portkey = {
        "id": "p1", "created_at": "2026-03-09T08:00:00Z", "ai_model": "gpt-4o", "ai_org": "openai", "req_units": 10,
        "res_units": 5, "total_units": 15, "cost": 1.25, "cost_currency": "cents", "response_status_code": 429,
    }  # fmt: skip
    assert read(tmp_path, lines(portkey), "portkey")[0] == [
        row(
            "portkey", "p1", requested_at=at("2026-03-09T08:00:00"), model="gpt-4o", provider="openai",
            uncached_input_tokens=10, output_tokens=5, logged_total_tokens=15, **dollars("0.0125"), status="failed",
        )
    ]  # fmt: skip
    cloudflare = {
        "id": "c1", "created_at": "2026-03-09T08:00:00Z", "model": "gpt-4o", "provider": "openai", "tokens_in": 10,
        "tokens_out": 5, "cost": 0, "cached": True, "status_code": 200, "metadata": '{"sprint": "2"}',
    }  # fmt: skip
    assert read(tmp_path, lines(cloudflare), "cloudflare")[0] == [
        row(
            "cloudflare", "c1", requested_at=at("2026-03-09T08:00:00"), model="gpt-4o", provider="openai",
            uncached_input_tokens=10, output_tokens=5, **dollars("0"), is_cached_answer=True, tags={"sprint": "2"},
        )
    ]  # fmt: skip


COLUMNS = {
    "id": "req.id", "requested_at": "ts", "model": "model", "input_tokens": "usage.in", "cache_read_tokens": "usage.cached",
    "output_tokens": "usage.out", "cost": "price", "tags": "labels", "branch": "branch",
}  # fmt: skip


def test_private_log_is_read_by_a_map_of_its_columns(tmp_path):
    import polars as pl

    log = {
        "req": {"id": "r1"}, "ts": "2026-03-09 09:00:00", "model": "house-7b", "usage": {"in": 10, "cached": 4, "out": 5},
        "price": 0.1, "labels": "sprint=2", "branch": "main", "squad": "core",
    }  # fmt: skip
    told = {
        "columns": COLUMNS, "timezone": "Europe/Berlin", "currency": "EUR", "cache_in_input": True, "name": "house",
        "tags": {"team": "squad"},
    }  # fmt: skip
    wanted = row(
        "house", "r1", requested_at=at("2026-03-09T08:00:00"), model="house-7b", uncached_input_tokens=6, cache_read_tokens=4,
        output_tokens=5, logged_cost=Decimal("0.100000000000"), logged_currency="EUR", tags={"sprint": "2", "team": "core"},
        branch="main", status="unknown",
    )  # fmt: skip
    rows, account = read(tmp_path, lines(log), "jsonl", **told)
    assert rows == [wanted]
    assert account.text() == "a cost in another currency than USD, not summed: 1 (at line 1)"
    pl.DataFrame([log]).write_parquet(tmp_path / "log.parquet")
    assert read_files(tmp_path, "parquet", "log.parquet", **told)[0] == [wanted | {"file": "log.parquet"}]
    table = "req.id;ts;model;usage;price;labels;branch;squad\n" + ";".join(
        [
            "r1",
            "2026-03-09 09:00:00",
            "house-7b",
            '"{""in"": 10, ""cached"": 4, ""out"": 5}"',
            "0.1",
            "sprint=2",
            "main",
            "core",
        ]
    )
    assert read(tmp_path, table, "csv", "log.csv", **told)[0] == [wanted | {"file": "log.csv", "line": 2}]


def bucket(source: str, **columns) -> dict:
    return {"source": source, "tags": {}, "file": "log.jsonl", "line": 1} | columns


def without_key(rows: list[dict]) -> list[dict]:
    return [{name: value for name, value in one.items() if name != "bucket_key"} for one in rows]


def billed(text: str) -> dict[str, object]:
    amount = Decimal(text).quantize(Decimal("1e-12"))
    return {"billed_cost": amount, "billed_currency": "USD", "billed_cost_usd": amount}


def test_openai_export_gives_buckets_with_cache_inside_input(tmp_path):
    usage = {
        "input_tokens": 1000, "input_cached_tokens": 800, "output_tokens": 500, "num_model_requests": 5, "project_id": "proj_1",
        "model": "gpt-5.1", "batch": True,
    }  # fmt: skip
    cost = {"amount": {"value": 0.06, "currency": "usd"}, "line_item": "gpt-5.1, input", "project_id": "proj_1"}
    page = {"data": [{"start_time": 1773014400, "end_time": 1773100800, "results": [usage, cost]}]}
    span = {"started_at": at("2026-03-09"), "ended_at": at("2026-03-10"), "provider": "openai", "team": "proj_1"}
    assert without_key(read(tmp_path, lines(page), "openai-usage")[0]) == [
        bucket(
            "openai-usage", **span, model="gpt-5.1", service_tier="batch", request_count=5, uncached_input_tokens=200,
            cache_read_tokens=800, output_tokens=500,
        ),
        bucket("openai-usage", **span, meter="gpt-5.1, input", **billed("0.06")),
    ]  # fmt: skip


def test_anthropic_export_gives_buckets_with_cache_apart_and_costs_in_cents(tmp_path):
    usage = {
        "uncached_input_tokens": 900, "cache_creation": {"ephemeral_5m_input_tokens": 5, "ephemeral_1h_input_tokens": 7},
        "cache_read_input_tokens": 200, "output_tokens": 50, "model": "claude-opus-4-5", "workspace_id": "w1",
    }  # fmt: skip
    cost = {
        "currency": "USD",
        "amount": "123.78912",
        "workspace_id": "w1",
        "description": "Claude Opus Usage - Input Tokens",
    }
    page = {
        "data": [{"starting_at": "2026-03-09T00:00:00Z", "ending_at": "2026-03-10T00:00:00Z", "results": [usage, cost]}]
    }
    span = {"started_at": at("2026-03-09"), "ended_at": at("2026-03-10"), "provider": "anthropic", "team": "w1"}
    assert without_key(read(tmp_path, lines(page), "anthropic-usage")[0]) == [
        bucket(
            "anthropic-usage", **span, model="claude-opus-4-5", uncached_input_tokens=900, cache_read_tokens=200,
            cache_write_5m_tokens=5, cache_write_1h_tokens=7, output_tokens=50,
        ),
        bucket("anthropic-usage", **span, meter="Claude Opus Usage - Input Tokens", **billed("1.2378912")),
    ]  # fmt: skip


def test_focus_bill_gives_buckets_and_keeps_credits_and_equal_charges(tmp_path):
    table = (
        "\ufeffBilledCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,ConsumedQuantity,ConsumedUnit,"
        "ListCost,ProviderName,SkuId,SkuMeter,Tags\n"
        + 2
        * '-1.5,USD,Credit,2026-03-09T00:00Z,2026-03-10T00:00Z,2000,Tokens,1.75,Acme,gpt-5.1,Input,"{""sprint"": ""2""}"\n'
        + '"$1,0",USD,Usage,2026-03-09T00:00:00Z,2026-03-10T00:00:00Z,null,null,,Acme,gpt-5.1,Output,\n'
    )
    rows, account = read(tmp_path, table, "focus", "log.csv")
    same = bucket(
        "focus", started_at=at("2026-03-09"), ended_at=at("2026-03-10"), model="gpt-5.1", provider="Acme", file="log.csv",
    )  # fmt: skip
    credit = {
        "meter": "Input", "charge_category": "Credit", "consumed_quantity": Decimal(2000), "consumed_unit": "Tokens",
        "list_cost_usd": Decimal("1.75"), "tags": {"sprint": "2"}, **billed("-1.5"),
    }  # fmt: skip
    problem = {"usage_problem": "cost is no number that fits, set to NULL"}
    assert without_key(rows) == [
        same | credit | {"line": 2}, same | credit | {"line": 3},
        same | {"meter": "Output", "charge_category": "Usage", "line": 4} | problem,
    ]  # fmt: skip
    assert rows[1]["bucket_key"] == rows[0]["bucket_key"] + "#2"
    assert account.text() == "cost is no number that fits, set to NULL: 1 (at line 4)"


def test_focus_bill_keeps_amounts_of_a_million_and_more(tmp_path):
    table = (
        "BilledCost,BillingCurrency,ChargePeriodStart,ConsumedQuantity,ConsumedUnit,ListCost\n"
        "12.5,USD,2026-03-09T00:00Z,5000000,Tokens,12.5\n1500000.123456789012,JPY,2026-03-09T00:00Z,,,\n"
        "1.2e6,USD,2026-03-09T00:00Z,,,1200000\n1e30,USD,2026-03-09T00:00Z,,,\n"
    )
    rows, account = read(tmp_path, table, "focus", "log.csv")
    same = bucket("focus", started_at=at("2026-03-09"), file="log.csv")
    assert without_key(rows) == [
        same | billed("12.5") | {"consumed_quantity": Decimal(5_000_000), "consumed_unit": "Tokens",
                                 "list_cost_usd": Decimal("12.5"), "line": 2},
        same | {"billed_cost": Decimal("1500000.123456789012"), "billed_currency": "JPY", "line": 3},
        same | billed("1200000") | {"list_cost_usd": Decimal(1_200_000), "line": 4},
        same | {"usage_problem": "cost is no number that fits, set to NULL", "line": 5},
    ]  # fmt: skip
    assert account.text() == (
        "a cost in another currency than USD, not summed: 1 (at line 3); cost is no number that fits, set to NULL: 1 (at line 5)"
    )


def test_things_in_an_export_that_are_no_bucket_or_result_are_counted(tmp_path):
    usage = {"input_tokens": 10, "output_tokens": 5, "model": "m"}
    page = {"data": [{"start_time": 1773014400, "results": [None, 5, usage]}, "x", None, {"results": 7}]}
    for kind in ("openai-usage", "anthropic-usage"):
        rows, account = read(tmp_path, lines(page) + "3\n", kind)
        assert len(rows) == (kind == "openai-usage")  # the other one calls its time otherwise
        assert (account.read, account.reasons["no object of JSON"]) == (7, 5)
        assert account.reasons["no bucket of usage or costs"] == 1


def test_real_openrouter_answers_are_read_with_the_billed_cost(samples):
    path = "openrouter-cassettes/pydantic_ai_openrouter_usage.jsonl"
    rows, account = read_files(samples, "openrouter", path)
    raw = [json.loads(line, parse_float=Decimal) for line in (samples / path).read_text().splitlines()]
    assert (account.read, account.loaded) == (36, 36)
    billed = [one["usage"].get("cost") for one in raw]
    wanted = [None if cost is None else Decimal(cost).quantize(Decimal("1e-12")) for cost in billed]
    assert [one.get("logged_cost_usd") for one in rows] == wanted


def test_real_litellm_fixtures_are_read_in_both_shapes(samples):
    rows, account = read_files(samples, "litellm", "litellm/gcs_pub_sub_body/*.json")
    assert (account.read, account.loaded, account.text()) == (2, 2, None)
    assert {(one["uncached_input_tokens"], one["output_tokens"], one["logged_cost_usd"]) for one in rows} == {
        (10, 20, Decimal("0.000225"))
    }
