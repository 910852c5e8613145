-- What should each request have cost by dated prices, and why does its log say otherwise?
-- One row per request of the logs.
--
-- source: gateway_requests.source
-- request_key: gateway_requests.request_key
-- price_date: Day of the request, in UTC: the day whose prices count
-- model: gateway_requests.model, as written
-- provider: gateway_requests.provider, as written
-- priced_model: model_prices.priced_model; NULL: no price is known
-- match_kind: model_prices.match_kind: the steps from the name as written to the price
-- price_source: model_prices.price_source
-- effective_date: model_prices.effective_date
-- is_override: True when the price is the team's own
-- unlogged_output_tokens: Tokens that the logged total has beyond input and output; they are priced as output. NULL: the log
--   gives no total, or lacks a count
-- logged_cost_usd: gateway_requests.logged_cost_usd
-- expected_cost_usd: What the tokens cost at these prices, exact; 0 for a copy of a row, an answer from the gateway's own
--   cache and what is not billed; NULL: no price is known or the log lacks tokens
-- variance_usd: Logged less expected; NULL when one of them is
-- reason: ok, within_5, within_10 (by the tolerances of retro.toml), not_logged, other_currency, or why the two differ: the
--   first that applies, in the order of docs/prices.md
-- reasons: All reasons that apply, in that order, the one that carries the difference first; without ok, within_ and
--   not_logged
-- reason_detail: What the reason was seen by, such as the rates that the logged cost comes from; NULL: nothing to add
-- evidence: verified (recounted at a price found by its name), human (at the team's own price), inferred (all others)
-- rules_digest: First digits of the SHA-256 of the price lists, settings and rules that made the row
--
-- Left out: nothing.
-- Evidence: verified
select
    source,
    request_key,
    price_date,
    model,
    provider,
    priced_model,
    match_kind,
    price_source,
    effective_date,
    is_override,
    unlogged_output_tokens,
    logged_cost_usd,
    expected_cost_usd,
    variance_usd,
    reason,
    reasons,
    reason_detail,
    evidence,
    rules_digest
from priced_requests
where reason is not null
