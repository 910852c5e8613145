-- Requests whose logged cost is off, with all that may explain it and the smallest tolerance that it lies within; NULL: beyond all.
create or replace temp table unsettled_requests as
with requests as (
    select
        *,
        coalesce(uncached_input_tokens, 0) as uncached,
        coalesce(cache_read_tokens, 0) as read,
        coalesce(cache_write_5m_tokens, 0) as write_5m,
        coalesce(cache_write_1h_tokens, 0) as write_1h,
        coalesce(output_tokens, 0) as output,
        coalesce(unlogged_output_tokens, 0) as unlogged,
        coalesce((list_cost_usd * 1000000000000)::bigint, 0) as list_cost,
        (expected_cost_usd * 1000000000000)::bigint as expected,
        (logged_cost_usd * 1000000000000)::bigint as logged
    from priced_requests
    where requested_at >= getvariable('starts_at') and requested_at < getvariable('ends_at') and reason is null
),

counted as (
    select
        *,
        case when greatest(uncached, read, write_5m, write_1h, output, logged_total_tokens) > 1000000000 then 0
            else uncached + read + write_5m + write_1h end as input_tokens,
        case when logged_extra_usd > 0 then (logged_extra_usd * 1000000000000)::bigint else 0 end as extra
    from requests
)

select
    counted.source,
    counted.request_key,
    counted.price_date,
    counted.match_kind,
    counted.usage_problem,
    coalesce(counted.model, '') as model,
    coalesce(counted.provider, '') as provider,
    coalesce(counted.service_tier, '') as service_tier,
    contains(trim(coalesce(counted.model, ''), '/'), '/') as has_prefix,
    coalesce(counted.is_byok, false) as is_byok,
    coalesce(counted.is_cached_answer, false) as is_cached_answer,
    counted.uncached,
    counted.read,
    counted.write_5m,
    counted.write_1h,
    counted.input_tokens,
    counted.output,
    coalesce(least(counted.reasoning_tokens, counted.output_tokens), 0) as thought,
    counted.unlogged,
    rates.input_rate,
    rates.read_rate,
    rates.write_5m_rate,
    rates.write_1h_rate,
    rates.output_rate,
    rates.reasoning_rate,
    counted.list_cost,
    counted.list_cost - counted.unlogged * rates.output_rate as list_cost_of_logged,
    counted.expected,
    counted.logged,
    counted.extra,
    (counted.upstream_cost_usd * 1000000000000)::bigint as upstream,
    -- What the tokens were billed at: without what the log itself names as something else.
    counted.logged - case when counted.extra <= counted.logged then counted.extra else 0 end as token_bill,
    -- Most are beyond the widest tolerance: only the others are held against each.
    case
        when abs(counted.variance_usd) <= in_dollars(counted.expected // 100 * list_max(getvariable('within')))
            then
                list_filter(
                    getvariable('within'),
                    lambda percent: abs(counted.variance_usd) <= in_dollars(counted.expected // 100 * percent)
                )[1]
    end as tolerance
from counted
inner join model_rates as rates
    on rates.provider = coalesce(counted.provider, '')
    and rates.model = coalesce(counted.model, '')
    and rates.service_tier = coalesce(counted.service_tier, '')
    and rates.price_date = counted.price_date
    and counted.requested_at >= rates.starts_at
    and counted.requested_at < rates.ends_at
    and counted.input_tokens >= rates.from_input_tokens
    and counted.input_tokens < rates.until_input_tokens;

insert into request_verdicts
select
    source,
    request_key,
    price_date,
    'within_' || tolerance as reason,
    null::text[] as reasons,
    null::text as reason_detail
from unsettled_requests
where tolerance is not null;

delete from unsettled_requests where tolerance is not null
