create table request_costs (
    source text not null,
    request_key text not null,
    price_date date not null,
    model text,
    provider text,
    priced_model text,
    match_kind text not null,
    price_source text,
    effective_date date,
    is_override boolean not null,
    unlogged_output_tokens bigint,
    logged_cost_usd decimal(18, 12),
    expected_cost_usd decimal(18, 12),
    variance_usd decimal(18, 12),
    reason text not null,
    reasons text[] not null,
    reason_detail text,
    evidence text not null,
    request_digest bigint not null,
    rules_digest text not null,
    check (evidence in ('verified', 'inferred', 'human'))
);
comment on table request_costs is 'One row per billed request: what it should have cost by dated prices, and why the log says otherwise. Key: source, request_key.';
comment on column request_costs.source is 'gateway_requests.source.';
comment on column request_costs.request_key is 'gateway_requests.request_key.';
comment on column request_costs.price_date is 'Day of the request, in UTC: the day whose prices count.';
comment on column request_costs.model is 'gateway_requests.model, as written.';
comment on column request_costs.provider is 'gateway_requests.provider, as written.';
comment on column request_costs.priced_model is 'model_prices.priced_model; NULL: no price is known.';
comment on column request_costs.match_kind is 'model_prices.match_kind: the steps from the name as written to the price.';
comment on column request_costs.price_source is 'model_prices.price_source.';
comment on column request_costs.effective_date is 'model_prices.effective_date.';
comment on column request_costs.is_override is 'True when the price is the team''s own.';
comment on column request_costs.unlogged_output_tokens is 'Tokens that the logged total has beyond input and output; they are priced as output. NULL: the log gives no total, or lacks a count.';
comment on column request_costs.logged_cost_usd is 'gateway_requests.logged_cost_usd.';
comment on column request_costs.expected_cost_usd is 'What the tokens cost at these prices, exact; 0 for a copy of a row, an answer from the gateway''s own cache and what is not billed; NULL: no price is known or the log lacks tokens.';
comment on column request_costs.variance_usd is 'Logged less expected; NULL when one of them is.';
comment on column request_costs.reason is 'ok, within_5, within_10 (by the tolerances of retro.toml), not_logged, other_currency, or why the two differ: the first that applies, in the order of docs/prices.md.';
comment on column request_costs.reasons is 'All reasons that apply, in that order, the one that carries the difference first; without ok, within_ and not_logged.';
comment on column request_costs.reason_detail is 'What the reason was seen by, such as the rates that the logged cost comes from; NULL: nothing to add.';
comment on column request_costs.evidence is 'verified (recounted at a price found by its name), human (at the team''s own price), inferred (all others).';
comment on column request_costs.request_digest is 'Digest of the figures priced; a request whose figures changed is priced again.';
comment on column request_costs.rules_digest is 'First digits of the SHA-256 of the price lists, settings and rules that made the row.';
