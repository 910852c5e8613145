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
        source,
        request_key,
        reason,
        logged_cost_usd,
        expected_cost_usd,
        variance_usd,
        reason_detail
    from sprint_requests
    where sprint = $sprint and reason is not null
),

sums as (
    select
        reason,
        count(*) as request_count,
        sum(logged_cost_usd) as logged_usd,
        sum(expected_cost_usd) as expected_usd,
        sum(variance_usd) as variance_usd,
        -- Of the largest difference; of equal ones that of the first request.
        min(
            {
                'size': -abs(coalesce(variance_usd, 0)), 'source': source, 'request_key': request_key, 'detail': reason_detail
            }
        )['detail'] as example
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
