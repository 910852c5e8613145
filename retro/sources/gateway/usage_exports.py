"""What a provider itself adds up: usage and costs by bucket of time and group, from OpenAI and Anthropic, and FOCUS bills.

    {"data": [{"start_time": 1767225600, "end_time": 1767312000, "results": [{"input_tokens": 1000, "output_tokens": 500,
     "input_cached_tokens": 800, "num_model_requests": 5, "project_id": "proj_1", "model": "gpt-5.1", ...}]}]}
    {"data": [{"starting_at": "2026-03-09T00:00:00Z", "ending_at": "2026-03-10T00:00:00Z", "results": [
     {"uncached_input_tokens": 900, "cache_creation": {"ephemeral_5m_input_tokens": 5, ...}, "cache_read_input_tokens": 200}]}]}
    BilledCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,ConsumedQuantity,ConsumedUnit,ListCost,SkuId,...

A bucket is no request, so these are rows of `usage_buckets`, beside the requests and never added to them: the provider's
bill is what the requests of the same time are held against.
Cache inside input? OpenAI: yes. Anthropic: no, input is the uncached part. FOCUS: a row is one meter, `meter` says which.
Reasoning inside output? OpenAI and Anthropic: yes, and not told apart.
Key: bucket and group; equal ones of one file are numbered. Anthropic writes costs as text in cents.
"""

from collections.abc import Iterable, Iterator

from retro.sources.gateway.formats import Format, Line, Request, dig, records

_NO_BUCKET = "no bucket of usage or costs"
_OPENAI_GROUP = ("api_key_id", "batch", "object")
_ANTHROPIC_GROUP = ("api_key_id", "context_window", "inference_geo", "cost_type", "token_type", "description")


def openai_buckets(values: Iterable[Line], wanted: frozenset[str]) -> Iterator[Request]:
    """Results of `/organization/usage/*` and `/organization/costs`."""
    for line, bucket, result in _results(values):
        if type(result) is not dict:
            yield line, result
            continue
        amount = result.get("amount")
        yield (
            line,
            {
                "requested_at": bucket.get("start_time"),
                "ended_at": bucket.get("end_time"),
                "group": [str(result.get(name)) for name in _OPENAI_GROUP],
                "model": result.get("model"),
                "service_tier": "batch" if result.get("batch") is True else result.get("service_tier"),
                "team": result.get("project_id"),
                "user": result.get("user_id"),
                "meter": result.get("line_item"),
                "request_count": result.get("num_model_requests"),
                "input_tokens": result.get("input_tokens"),
                "cache_read_tokens": result.get("input_cached_tokens"),
                "output_tokens": result.get("output_tokens"),
                "cost": dig(amount, "value"),
                "currency": dig(amount, "currency"),
            },
        )


def anthropic_buckets(values: Iterable[Line], wanted: frozenset[str]) -> Iterator[Request]:
    """Results of the usage report and of the cost report."""
    for line, bucket, result in _results(values):
        if type(result) is not dict:
            yield line, result
            continue
        writes = result.get("cache_creation")
        yield (
            line,
            {
                "requested_at": bucket.get("starting_at"),
                "ended_at": bucket.get("ending_at"),
                "group": [str(result.get(name)) for name in _ANTHROPIC_GROUP],
                "model": result.get("model"),
                "service_tier": result.get("service_tier"),
                "team": result.get("workspace_id"),
                "user": result.get("api_key_id"),
                "meter": result.get("token_type") or result.get("description"),
                "input_tokens": result.get("uncached_input_tokens"),
                "cache_read_tokens": result.get("cache_read_input_tokens"),
                "cache_write_5m_tokens": dig(writes, "ephemeral_5m_input_tokens"),
                "cache_write_1h_tokens": dig(writes, "ephemeral_1h_input_tokens"),
                "output_tokens": result.get("output_tokens"),
                "cost": result.get("amount"),
                "currency": "CENTS" if result.get("currency") in ("USD", None) else result["currency"],
            },
        )


def focus_charges(values: Iterable[Line], wanted: frozenset[str]) -> Iterator[Request]:
    """Charges of a FOCUS bill; corrections and credits keep their sign."""
    for line, row in values:
        if type(row) is not dict:
            yield line, None
            continue
        yield (
            line,
            {
                "requested_at": row.get("ChargePeriodStart"),
                "ended_at": row.get("ChargePeriodEnd"),
                "group": [
                    row.get(name) or "" for name in ("SkuPriceId", "ResourceId", "ChargeClass", "ChargeDescription")
                ],
                "model": row.get("SkuId"),
                "provider": row.get("HostProviderName") or row.get("ServiceProviderName") or row.get("ProviderName"),
                "team": row.get("SubAccountId"),
                "meter": row.get("SkuMeter") or row.get("SkuPriceId"),
                "charge_category": row.get("ChargeCategory"),
                "consumed_quantity": row.get("ConsumedQuantity"),
                "consumed_unit": row.get("ConsumedUnit"),
                "cost": row.get("BilledCost"),
                "list_cost": row.get("ListCost"),
                "currency": row.get("BillingCurrency"),
                "tags": row.get("Tags"),
            },
        )


def _results(values: Iterable[Line]) -> Iterator[tuple[int, dict, dict | str | None]]:
    """Each result with the bucket that it stands in, from pages, lists of buckets, or buckets one a line.

    What is no bucket and no result comes as the reason why it counts nowhere.
    """
    for line, value in values:
        for bucket in records(value):
            results = dig(bucket, "results")
            if type(results) is not list:
                yield line, {}, _NO_BUCKET if type(bucket) is dict else None
                continue
            yield from ((line, bucket, result if type(result) is dict else None) for result in results)


OPENAI = Format(openai_buckets, "UTC", "USD", "openai", True, True, is_bucket=True)
ANTHROPIC = Format(anthropic_buckets, "UTC", "USD", "anthropic", False, True, is_bucket=True)
FOCUS = Format(focus_charges, None, None, None, None, None, is_bucket=True)
