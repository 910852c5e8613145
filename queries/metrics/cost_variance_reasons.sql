-- Where do logged and expected costs differ, and why?
-- One row per verdict that occurs, the largest difference first; the variances sum to the whole difference.
--
-- reason: ok, within_5 and the like, not_logged, or why the two differ; the first reason that applies to a request
-- request_count: requests with this verdict
-- logged_usd: their logged costs; NULL: none has one in dollars
-- expected_usd: their expected costs; NULL: none has one
-- variance_usd: logged less expected, of the requests that have both; NULL: none has
-- example: what such a reason was seen by, of the request with the largest difference; NULL: nothing to add
--
-- Left out: further tellings of a request by another source.
-- Evidence: inferred
with requests as (
    select
        requests.reason,
        requests.logged_cost_usd,
        requests.expected_cost_usd,
        requests.variance_usd,
        request_costs.reason_detail,
        row_number() over (
            partition by requests.reason
            order by abs(coalesce(requests.variance_usd, 0)) desc, requests.source, requests.request_key
        ) as place
    from sprint_requests as requests
    inner join request_costs
        on request_costs.source = requests.source and request_costs.request_key = requests.request_key
    where requests.sprint = $sprint
),

sums as (
    select
        reason,
        count(*) as request_count,
        sum(logged_cost_usd) as logged_usd,
        sum(expected_cost_usd) as expected_usd,
        sum(variance_usd) as variance_usd,
        min(case when place = 1 then reason_detail end) as example
    from requests
    group by all
)

select
    reason,
    request_count,
    logged_usd,
    expected_usd,
    variance_usd,
    example
from sums
order by abs(coalesce(variance_usd, 0)) desc, request_count desc, reason
