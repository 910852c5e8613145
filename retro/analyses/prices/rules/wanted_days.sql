-- Days (UTC) with requests, and a digest of all figures that decide their cost.
create or replace temp table wanted_days as
select
    date '1970-01-01' + (epoch_us(requested_at) // 86400000000)::integer as price_date,
    count(*) as request_count,
    bit_xor(
        (
            hash(
                source,
                request_key,
                response_id,
                requested_at,
                model,
                provider,
                service_tier,
                uncached_input_tokens,
                cache_read_tokens,
                cache_write_5m_tokens,
                cache_write_1h_tokens,
                output_tokens,
                reasoning_tokens,
                logged_total_tokens,
                logged_cost,
                logged_cost_usd,
                logged_extra_usd,
                upstream_cost_usd,
                is_byok,
                is_cached_answer,
                status,
                usage_problem
            ) >> 1
        )::bigint
    ) as request_digest
from gateway_requests
group by all;

-- Requests of the days at hand.
create or replace temp view batch_requests as
select
    *,
    date '1970-01-01' + (epoch_us(requested_at) // 86400000000)::integer as price_date
from gateway_requests
where requested_at >= getvariable('starts_at') and requested_at < getvariable('ends_at')
