-- What did the providers' caches save?
-- One row per model that read from a cache or wrote to one, the largest saving first.
--
-- model: as written
-- request_count: requests with cached tokens and a known price
-- input_tokens: their input tokens, cached ones included
-- cache_read_tokens: those of them read from the cache
-- cache_write_tokens: those written to it
-- read_share: cache_read_tokens of input_tokens, 0 to 1
-- read_saving_usd: what reading from the cache cost less than the full rate
-- write_premium_usd: what writing to it cost more
-- saving_usd: read_saving_usd less write_premium_usd; below zero where writing cost more than reading saved
-- unpriced_request_count: requests with cached tokens whose price is not known
--
-- By the dated prices that the requests were recounted with. The step of a price for long contexts stays the same, since cached
-- tokens count there too.
-- Left out: requests that nothing is billed for, such as answers from the gateway's own cache; requests without cached tokens.
-- Evidence: verified
with cached as (
    select
        sprint_requests.model,
        coalesce(requests.uncached_input_tokens, 0) as uncached_tokens,
        coalesce(requests.cache_read_tokens, 0) as read_tokens,
        coalesce(requests.cache_write_5m_tokens, 0) as write_5m_tokens,
        coalesce(requests.cache_write_1h_tokens, 0) as write_1h_tokens,
        requests.provider,
        requests.service_tier,
        requests.requested_at,
        sprint_requests.reason
    from sprint_requests
    inner join gateway_requests as requests
        on requests.source = sprint_requests.source and requests.request_key = sprint_requests.request_key
    where
        sprint_requests.sprint = $sprint
        and coalesce(requests.cache_read_tokens, 0)
            + coalesce(requests.cache_write_5m_tokens, 0)
            + coalesce(requests.cache_write_1h_tokens, 0) > 0
        and sprint_requests.expected_cost_usd is distinct from 0
),

rated as (
    select
        cached.model,
        cached.uncached_tokens + cached.read_tokens + cached.write_5m_tokens + cached.write_1h_tokens as input_tokens,
        cached.read_tokens,
        cached.write_5m_tokens + cached.write_1h_tokens as write_tokens,
        cached.read_tokens * (prices.input_usd - coalesce(prices.cache_read_usd, prices.input_usd)) as read_saving,
        cached.write_5m_tokens * (coalesce(prices.cache_write_5m_usd, prices.input_usd) - prices.input_usd)
            + cached.write_1h_tokens
            * (coalesce(prices.cache_write_1h_usd, prices.cache_write_5m_usd, prices.input_usd) - prices.input_usd)
            as write_premium,
        prices.input_usd is not null and cached.reason <> 'invalid_usage' as is_priced
    from cached
    left join model_prices as prices
        on prices.provider = coalesce(cached.provider, '')
        and prices.model = coalesce(cached.model, '')
        and prices.service_tier = coalesce(cached.service_tier, '')
        and cached.requested_at >= prices.starts_at
        and cached.requested_at < prices.ends_at
        and cached.uncached_tokens + cached.read_tokens + cached.write_5m_tokens + cached.write_1h_tokens
            >= prices.from_input_tokens
        and cached.uncached_tokens + cached.read_tokens + cached.write_5m_tokens + cached.write_1h_tokens
            < coalesce(prices.until_input_tokens, 9223372036854775807)
),

sums as (
    select
        model,
        count(*) filter (where is_priced) as request_count,
        sum(case when is_priced then input_tokens end)::bigint as input_tokens,
        sum(case when is_priced then read_tokens end)::bigint as cache_read_tokens,
        sum(case when is_priced then write_tokens end)::bigint as cache_write_tokens,
        -- Rates are dollars per million tokens with six decimals, so a millionth of the products has twelve, and none is lost.
        (sum(case when is_priced then read_saving end)::decimal(38, 6) * 0.000001::decimal(6, 6))::decimal(18, 12)
            as read_saving_usd,
        (sum(case when is_priced then write_premium end)::decimal(38, 6) * 0.000001::decimal(6, 6))::decimal(18, 12)
            as write_premium_usd,
        count(*) filter (where not is_priced) as unpriced_request_count
    from rated
    group by all
)

select
    model,
    request_count,
    input_tokens,
    cache_read_tokens,
    cache_write_tokens,
    1::double * cache_read_tokens / nullif(input_tokens, 0) as read_share,
    read_saving_usd,
    write_premium_usd,
    read_saving_usd - write_premium_usd as saving_usd,
    unpriced_request_count
from sums
order by coalesce(read_saving_usd - write_premium_usd, 0) desc, model
