-- Which sessions were the dearest, and what did they do?
-- One row per session with a request in the sprint, the dearest first.
--
-- session_source: source of the session
-- session_id: session
-- started_at: first request of the sprint, UTC
-- ended_at: last one, UTC
-- session_types: tags session_type
-- branches: branches that were checked out
-- pull_requests: numbers of the pull requests that it worked for
-- models: as written
-- commit_count: commits that its requests led to
-- request_count: requests
-- input_tokens: input tokens of all kinds, cached ones included
-- output_tokens: output tokens, reasoning included
-- cost_usd: what they cost; NULL: unknown of all
-- cost_share: part of the sprint's bill, 0 to 1; NULL without a bill
-- unknown_cost_count: requests whose cost is not known
--
-- A session that spans sprints counts here by its requests of this sprint. Unknown token counts add nothing.
-- Left out: requests of no session.
-- Evidence: verified
with bill as (
    select sum(cost_usd) as cost_usd
    from sprint_requests
    where sprint = $sprint
),

sums as (
    select
        session_source,
        session_id,
        min(requested_at) as started_at,
        max(requested_at) as ended_at,
        list_sort(list(distinct model) filter (where model is not null)) as models,
        count(*) as request_count,
        sum(
            coalesce(uncached_input_tokens, 0) + coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0)
        )::bigint as input_tokens,
        sum(coalesce(output_tokens, 0))::bigint as output_tokens,
        sum(cost_usd)::decimal(18, 12) as cost_usd,
        count(*) - count(cost_usd) as unknown_cost_count
    from sprint_requests
    where sprint = $sprint and session_id is not null
    group by all
),

deeds as (
    select
        session_source,
        session_id,
        list_sort(list(distinct session_type) filter (where session_type is not null)) as session_types,
        list_sort(list(distinct branch) filter (where branch is not null)) as branches,
        list_sort(list(distinct pr_number) filter (where pr_number is not null)) as pull_requests,
        count(distinct repo || ' ' || commit_sha) as commit_count
    from request_attributions
    where sprint = $sprint and session_id is not null
    group by all
)

select
    sums.session_source,
    sums.session_id,
    sums.started_at,
    sums.ended_at,
    coalesce(deeds.session_types, []) as session_types,
    coalesce(deeds.branches, []) as branches,
    coalesce(deeds.pull_requests, []) as pull_requests,
    coalesce(sums.models, []) as models,
    deeds.commit_count,
    sums.request_count,
    sums.input_tokens,
    sums.output_tokens,
    sums.cost_usd,
    1::double * sums.cost_usd / nullif(bill.cost_usd, 0) as cost_share,
    sums.unknown_cost_count
from sums
cross join bill
left join deeds on deeds.session_source = sums.session_source and deeds.session_id = sums.session_id
order by coalesce(sums.cost_usd, 0) desc, sums.session_source, sums.session_id
