-- Rates as whole numbers: a rate in dollars per million tokens with six decimals is so many millionths of a millionth of a
-- dollar (the unit of all amounts here) per token, and no digit is lost. Where a list has no rate of its own, cache reads
-- and writes cost what input costs, writes of an hour what other writes cost, reasoning what output costs.
create or replace temp view rates as
select
    *,
    (input_usd * 1000000)::bigint as input_rate,
    (coalesce(cache_read_usd, input_usd) * 1000000)::bigint as read_rate,
    (coalesce(cache_write_5m_usd, input_usd) * 1000000)::bigint as write_5m_rate,
    (coalesce(cache_write_1h_usd, cache_write_5m_usd, input_usd) * 1000000)::bigint as write_1h_rate,
    (coalesce(output_usd, 0) * 1000000)::bigint as output_rate,
    (coalesce(reasoning_usd, output_usd, 0) * 1000000)::bigint as reasoning_rate,
    (coalesce(request_usd, 0) * 1000000)::bigint * 1000000 as request_fee,
    -- Found by more than the name alone.
    regexp_matches(match_kind, 'other_provider|variant|tier_unpriced|second_opinion|unknown') as is_guess
from model_prices
