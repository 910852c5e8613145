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
-- evidence: how the costs are known, the weakest of the requests (billed_requests.cost_evidence)
--
-- A session that spans sprints counts here by its requests of this sprint. Unknown token counts add nothing.
-- Left out: requests of no session.
-- Evidence: verified
with bill as (
    select sum(cost_usd) as cost_usd
    from request_attributions
    where sprint = $sprint
),

-- First by all that is listed, of which a session has few: what is left to tell apart are these groups, not the requests.
parts as (
    select
        session_source,
        session_id,
        session_type,
        branch,
        repo,
        pr_number,
        commit_sha,
        model,
        min(requested_at) as started_at,
        max(requested_at) as ended_at,
        count(*) filter (where part = 1) as request_count,
        sum(case when part = 1 then input_tokens end) as input_tokens,
        sum(case when part = 1 then output_tokens end) as output_tokens,
        sum(cost_usd) as cost_usd,
        count(*) filter (where part = 1 and cost_usd is null) as unknown_cost_count,
        count(case when cost_evidence = 'inferred' then 1 end) as inferred_count,
        count(case when cost_evidence = 'human' then 1 end) as human_count
    from request_attributions
    where sprint = $sprint and session_id is not null
    group by all
),

sums as (
    select
        session_source,
        session_id,
        min(started_at) as started_at,
        max(ended_at) as ended_at,
        list_sort(list(distinct session_type) filter (where session_type is not null)) as session_types,
        list_sort(list(distinct branch) filter (where branch is not null)) as branches,
        list_sort(list(distinct pr_number) filter (where pr_number is not null)) as pull_requests,
        list_sort(list(distinct model) filter (where model is not null)) as models,
        count(distinct repo || ' ' || commit_sha) as commit_count,
        sum(request_count)::bigint as request_count,
        coalesce(sum(input_tokens), 0)::bigint as input_tokens,
        coalesce(sum(output_tokens), 0)::bigint as output_tokens,
        sum(cost_usd)::decimal(18, 12) as cost_usd,
        sum(unknown_cost_count)::bigint as unknown_cost_count,
        case when sum(inferred_count) > 0 then 'inferred' when sum(human_count) > 0 then 'human' else 'verified' end as evidence
    from parts
    group by session_source, session_id
)

select
    sums.session_source,
    sums.session_id,
    sums.started_at,
    sums.ended_at,
    coalesce(sums.session_types, []) as session_types,
    coalesce(sums.branches, []) as branches,
    coalesce(sums.pull_requests, []) as pull_requests,
    coalesce(sums.models, []) as models,
    sums.commit_count,
    sums.request_count,
    sums.input_tokens,
    sums.output_tokens,
    sums.cost_usd,
    1::double * sums.cost_usd / nullif(bill.cost_usd, 0) as cost_share,
    sums.unknown_cost_count,
    sums.evidence
from sums
cross join bill
order by coalesce(sums.cost_usd, 0) desc, sums.session_source, sums.session_id
