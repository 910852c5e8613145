create table model_prices (
    provider text not null,
    model text not null,
    service_tier text not null,
    price_date date not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    from_input_tokens bigint not null,
    until_input_tokens bigint,
    priced_provider text,
    priced_model text,
    nearest_model text,
    match_kind text not null,
    price_source text,
    effective_date date,
    is_override boolean not null,
    input_usd decimal(18, 6),
    cache_read_usd decimal(18, 6),
    cache_write_5m_usd decimal(18, 6),
    cache_write_1h_usd decimal(18, 6),
    output_usd decimal(18, 6),
    reasoning_usd decimal(18, 6),
    request_usd decimal(18, 6),
    second_opinion text,
    note text,
    rules_digest text not null,
    check (starts_at < ends_at),
    check (from_input_tokens < until_input_tokens),
    check ((price_source is null) = (priced_model is null))
);
comment on table model_prices is 'One row per price that a request of a day could meet: provider, model and tier as written, part of the day, step of the context length. Key: provider, model, service_tier, starts_at, from_input_tokens.';
comment on column model_prices.provider is 'gateway_requests.provider; empty where that is NULL.';
comment on column model_prices.model is 'gateway_requests.model, as written; empty where that is NULL.';
comment on column model_prices.service_tier is 'gateway_requests.service_tier, as written; empty where that is NULL.';
comment on column model_prices.price_date is 'Day of the request, in UTC.';
comment on column model_prices.starts_at is 'First moment of that day at which the price holds; midnight for nearly all. UTC.';
comment on column model_prices.ends_at is 'First moment after it. UTC.';
comment on column model_prices.from_input_tokens is 'Fewest input tokens, cached ones included, of a request that this price holds for.';
comment on column model_prices.until_input_tokens is 'First number of input tokens that it no longer holds for; NULL: no limit.';
comment on column model_prices.priced_provider is 'Whose price list the price stands in; NULL: no price, or the team''s own.';
comment on column model_prices.priced_model is 'Its name there; NULL: no price is known.';
comment on column model_prices.nearest_model is 'A model of a like name that was not taken, as provider/model; NULL: none, or a price is known.';
comment on column model_prices.match_kind is 'Steps from the name as written to priced_model, joined by +: exact, spelling, route_prefix, vendor_prefix, vendor_slug, bedrock_id, provider_by_name, other_provider, dated_name, variant ...; override; not_billed; unknown (docs/prices.md).';
comment on column model_prices.price_source is 'retro.toml, genai-prices with its version, or the file of the second opinion; NULL: no price is known.';
comment on column model_prices.effective_date is 'First day of the price; NULL: the source does not tell, its oldest price is taken for all earlier days.';
comment on column model_prices.is_override is 'True for a price of the team''s own, from retro.toml.';
comment on column model_prices.input_usd is 'Dollars per million input tokens, six decimals; NULL: no price.';
comment on column model_prices.cache_read_usd is 'Per million tokens read from the cache; NULL: not published, input_usd counts.';
comment on column model_prices.cache_write_5m_usd is 'Per million tokens written to the cache; NULL: not published, input_usd counts.';
comment on column model_prices.cache_write_1h_usd is 'Per million tokens written to the cache for an hour; NULL: not published, cache_write_5m_usd counts.';
comment on column model_prices.output_usd is 'Per million output tokens; NULL: no price.';
comment on column model_prices.reasoning_usd is 'Per million reasoning tokens where they have a price of their own; NULL: output_usd counts.';
comment on column model_prices.request_usd is 'Fee per request; NULL: none is known.';
comment on column model_prices.second_opinion is 'What the second opinion says of input and output, where one is configured: agrees, or its own prices; NULL: not asked, or not known there.';
comment on column model_prices.note is 'Note of the team on its own price; NULL: none.';
comment on column model_prices.rules_digest is 'First digits of the SHA-256 of the price lists, settings and rules that made the row.';
