-- How were the prices found?
-- One row per way from the name in the log to the price and per source of prices, the most requests first.
--
-- match_kind: steps from the name as written to the name in the price list, joined by +; override: the team's own price;
--   unknown: no price
-- price_source: price list with its version, or retro.toml; NULL: no price
-- model_count: models as written
-- request_count: requests
-- expected_usd: their expected costs; NULL: unknown
-- request_share: part of the sprint's requests, 0 to 1
--
-- Left out: further tellings of a request by another source.
-- Evidence: verified
with models as (
    select
        match_kind,
        price_source,
        model,
        count(*) as request_count,
        sum(expected_cost_usd) as expected_usd
    from sprint_requests
    where sprint = $sprint and reason is not null
    group by all
),

sums as (
    select
        match_kind,
        price_source,
        count(model) as model_count,
        sum(request_count)::bigint as request_count,
        sum(expected_usd)::decimal(38, 12) as expected_usd
    from models
    group by all
)

select
    match_kind,
    price_source,
    model_count,
    request_count,
    expected_usd,
    1::double * request_count / sum(request_count) over () as request_share
from sums
order by request_count desc, match_kind, price_source
