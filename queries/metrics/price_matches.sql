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
with requests as (
    select
        requests.match_kind,
        requests.model,
        requests.expected_cost_usd,
        request_costs.price_source
    from sprint_requests as requests
    inner join request_costs
        on request_costs.source = requests.source and request_costs.request_key = requests.request_key
    where requests.sprint = $sprint
),

sums as (
    select
        match_kind,
        price_source,
        count(distinct model) as model_count,
        count(*) as request_count,
        sum(expected_cost_usd) as expected_usd
    from requests
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
