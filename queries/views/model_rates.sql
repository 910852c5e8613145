-- What does a token cost at each price, as a whole number?
-- One row per row of model_prices.
--
-- provider: model_prices.provider
-- model: model_prices.model
-- service_tier: model_prices.service_tier
-- price_date: model_prices.price_date
-- starts_at: model_prices.starts_at
-- ends_at: model_prices.ends_at
-- from_input_tokens: model_prices.from_input_tokens
-- until_input_tokens: model_prices.until_input_tokens, or the largest number there is
-- priced_model: model_prices.priced_model
-- match_kind: model_prices.match_kind
-- price_source: model_prices.price_source
-- effective_date: model_prices.effective_date
-- is_override: model_prices.is_override
-- rules_digest: model_prices.rules_digest
-- has_output_price: whether output has a price
-- is_guess: whether the price was found by more than the name alone
-- input_rate: of an input token, in millionths of a millionth of a dollar, as all that follow; NULL: no price
-- read_rate: of a token read from the cache: input_rate where the list has none; NULL: no price
-- write_5m_rate: of one written to it: input_rate where the list has none; NULL: no price
-- write_1h_rate: of one written to it for an hour: write_5m_rate where the list has none; NULL: no price
-- output_rate: of an output token; 0 without a price
-- reasoning_rate: of a reasoning token: output_rate where the list has none
-- request_fee: of a request; 0 where none is known
--
-- A rate in dollars per million tokens with six decimals is so many millionths of a millionth of a dollar per token: no digit is lost.
-- Left out: nothing.
-- Evidence: verified
select
    provider,
    model,
    service_tier,
    price_date,
    starts_at,
    ends_at,
    from_input_tokens,
    coalesce(until_input_tokens, 9223372036854775807) as until_input_tokens,
    priced_model,
    match_kind,
    price_source,
    effective_date,
    is_override,
    rules_digest,
    output_usd is not null as has_output_price,
    regexp_matches(match_kind, 'other_provider|variant|tier_unpriced|second_opinion|unknown') as is_guess,
    (input_usd * 1000000)::bigint as input_rate,
    (coalesce(cache_read_usd, input_usd) * 1000000)::bigint as read_rate,
    (coalesce(cache_write_5m_usd, input_usd) * 1000000)::bigint as write_5m_rate,
    (coalesce(cache_write_1h_usd, cache_write_5m_usd, input_usd) * 1000000)::bigint as write_1h_rate,
    (coalesce(output_usd, 0) * 1000000)::bigint as output_rate,
    (coalesce(reasoning_usd, output_usd, 0) * 1000000)::bigint as reasoning_rate,
    (coalesce(request_usd, 0) * 1000000)::bigint * 1000000 as request_fee
from model_prices
