-- Which models have no known price, and how much was used of them?
-- One row per model and provider as written, the most tokens first.
--
-- model: as written; NULL: not logged
-- provider: as written; NULL: unknown
-- request_count: requests
-- input_tokens: input tokens of all kinds, cached ones included
-- output_tokens: output tokens
-- logged_usd: what the log says they cost; NULL: not logged
-- nearest_model: a model of a like name, whose price was not taken; NULL: none
--
-- Left out: further tellings of a request by another source. A price goes into [[prices]] of retro.toml.
-- Evidence: verified
with requests as (
    select *
    from sprint_requests
    where sprint = $sprint and reason = 'unknown_model'
),

sums as (
    select
        model,
        provider,
        count(*) as request_count,
        coalesce(
            sum(
                coalesce(uncached_input_tokens, 0)
                + coalesce(cache_read_tokens, 0)
                + coalesce(cache_write_tokens, 0)
            ),
            0
        )::bigint as input_tokens,
        coalesce(sum(output_tokens), 0)::bigint as output_tokens,
        sum(logged_cost_usd) as logged_usd
    from requests
    group by all
),

neighbours as (
    select
        model,
        provider,
        min(nearest_model) as nearest_model
    from model_prices
    group by all
)

select
    sums.model,
    sums.provider,
    sums.request_count,
    sums.input_tokens,
    sums.output_tokens,
    sums.logged_usd,
    neighbours.nearest_model
from sums
left join neighbours
    on neighbours.model = coalesce(sums.model, '') and neighbours.provider = coalesce(sums.provider, '')
order by sums.input_tokens + sums.output_tokens desc, sums.model, sums.provider
