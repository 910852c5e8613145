-- Requests of the days at hand with what they should have cost. Tokens that only the logged total has are output that the
-- log dropped. More than a billion tokens of a kind in one request are no usage, and keep the numbers within 64 bits.
create or replace temp view priced_requests as
with requests as (
    select
        * exclude (output_tokens),
        output_tokens as output,
        coalesce(cache_read_tokens, 0) as read,
        coalesce(cache_write_5m_tokens, 0) as write_5m,
        coalesce(cache_write_1h_tokens, 0) as write_1h,
        coalesce(least(reasoning_tokens, output_tokens), 0) as thought,
        greatest(
            uncached_input_tokens,
            cache_read_tokens,
            cache_write_5m_tokens,
            cache_write_1h_tokens,
            output_tokens,
            logged_total_tokens
        ) > 1000000000 as is_absurd
    from batch_requests
),

counted as (
    select
        *,
        case when not is_absurd then coalesce(uncached_input_tokens, 0) + read + write_5m + write_1h else 0 end
            as input_tokens,
        case
            when uncached_input_tokens is null or output is null or is_absurd then false
            -- The problem names the fields that are NULL because of it.
            when contains(usage_problem, 'cache')
                then
                    cache_read_tokens is not null
                    and cache_write_5m_tokens is not null
                    and cache_write_1h_tokens is not null
            else true
        end as is_complete
    from requests
),

matched as (
    select
        counted.*,
        case when is_complete then greatest(logged_total_tokens - input_tokens - output, 0) end as unlogged,
        duplicate_rows.duplicate_of,
        rates.* exclude (provider, model, service_tier, price_date, starts_at, ends_at)
    from counted
    left join rates
        on rates.provider = coalesce(counted.provider, '')
        and rates.model = coalesce(counted.model, '')
        and rates.service_tier = coalesce(counted.service_tier, '')
        and rates.price_date = counted.price_date
        and counted.requested_at >= rates.starts_at
        and counted.requested_at < rates.ends_at
        and counted.input_tokens >= rates.from_input_tokens
        and counted.input_tokens < coalesce(rates.until_input_tokens, 9223372036854775807)
    left join duplicate_rows
        on duplicate_rows.source = counted.source and duplicate_rows.request_key = counted.request_key
),

costs as (
    select
        *,
        case
            when is_complete and (output_usd is not null or output + coalesce(unlogged, 0) = 0)
                then
                    uncached_input_tokens * input_rate
                    + read * read_rate
                    + write_5m * write_5m_rate
                    + write_1h * write_1h_rate
                    + (output + coalesce(unlogged, 0)) * output_rate
                    + thought * (reasoning_rate - output_rate)
                    + request_fee
        end as list_cost,
        case
            when duplicate_of is not null then 'duplicate_row'
            when match_kind = 'not_billed' then 'not_billed'
            when is_cached_answer then 'cached_answer'
            when status = 'failed' and coalesce(output, 0) = 0 then 'failed'
        end as free_because
    from matched
),

bounded as (
    select
        *,
        case
            when free_because is not null then 0
            when list_cost < 400000000000000000 then list_cost
        end as expected
    from costs
),

-- Compared as dollars: to turn a whole number into dollars costs little, the other way round much.
compared as (
    select
        *,
        in_dollars(expected) as expected_cost_usd,
        case
            when abs(logged_cost_usd) < 500000 then logged_cost_usd - in_dollars(expected)
            else try_cast(logged_cost_usd::decimal(38, 12) - in_dollars(expected) as decimal(18, 12))
        end as variance_usd
    from bounded
)

select
    *,
    case
        when abs(variance_usd) <= in_dollars(expected // 100) and free_because is null then 'ok'
        when free_because = 'duplicate_row' then 'duplicate_row'
        when free_because is null and not is_complete and (is_absurd or usage_problem is not null) then 'invalid_usage'
        when free_because is null and not is_complete then 'usage_unknown'
        when expected is null and list_cost is not null then 'invalid_usage'
        when expected is null then 'unknown_model'
        when logged_cost_usd is null and logged_cost is not null then 'other_currency'
        when logged_cost_usd is null then 'not_logged'
        when variance_usd = 0 then 'ok'
        else
            'within_' || list_filter(
                getvariable('within'), lambda percent: abs(variance_usd) <= in_dollars(expected // 100 * percent)
            )[1]
    end as verdict
from compared
