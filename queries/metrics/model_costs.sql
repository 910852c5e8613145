-- What did each model cost on each day?
-- One row per day of the sprint and model with a request, the dearest model of a day first.
--
-- date: day in the project's zone
-- model: as written; NULL: not logged
-- request_count: requests
-- uncached_input_tokens: input tokens at the full rate
-- cache_read_tokens: tokens read from the provider's cache
-- cache_write_tokens: tokens written to it, for five minutes or an hour
-- output_tokens: output tokens, reasoning included
-- reasoning_tokens: of them, where told; NULL: told of no request
-- logged_usd: sum of logged costs; NULL: none is logged
-- expected_usd: sum of expected costs; NULL: none is known
-- cost_usd: sum of what the requests cost as far as is known; NULL: unknown of all
-- unknown_cost_count: requests whose cost is not known
-- evidence: how the costs are known, the weakest of the requests (billed_requests.cost_evidence)
--
-- Left out: further tellings of a request by another source; unknown token counts add nothing.
-- Evidence: verified
with sums as (
    select
        date,
        model,
        count(*) as request_count,
        coalesce(sum(uncached_input_tokens), 0)::bigint as uncached_input_tokens,
        coalesce(sum(cache_read_tokens), 0)::bigint as cache_read_tokens,
        coalesce(sum(cache_write_tokens), 0)::bigint as cache_write_tokens,
        coalesce(sum(output_tokens), 0)::bigint as output_tokens,
        sum(reasoning_tokens)::bigint as reasoning_tokens,
        sum(logged_cost_usd) as logged_usd,
        sum(expected_cost_usd) as expected_usd,
        sum(cost_usd) as cost_usd,
        count(*) - count(cost_usd) as unknown_cost_count,
        case when count(case when cost_evidence = 'inferred' then 1 end) > 0 then 'inferred' when count(case when cost_evidence = 'human' then 1 end) > 0 then 'human' else 'verified' end as evidence
    from sprint_requests
    where sprint = $sprint
    group by all
)

select
    date,
    model,
    request_count,
    uncached_input_tokens,
    cache_read_tokens,
    cache_write_tokens,
    output_tokens,
    reasoning_tokens,
    logged_usd,
    expected_usd,
    cost_usd,
    unknown_cost_count,
    evidence
from sums
order by date, coalesce(cost_usd, 0) desc, model
