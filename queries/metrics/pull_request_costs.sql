-- What was spent on each pull request?
-- One row per pull request, the dearest first, then what belongs to none.
--
-- repo: repository; NULL: of the buckets
-- pr_number: number; NULL: no pull request
-- pull_request: number and title; or commit without a pull request, branch without a pull request, main branch, unattributed, which
--   are always there
-- outcome: landed, open, thrown_away, unknown; NULL: of the buckets
-- request_count: requests to models, each counted in every row that it has a part in
-- session_count: sessions that they belong to
-- cost_usd: cost of their parts; NULL: unknown of all
-- cost_share: part of the sprint's bill, 0 to 1; NULL without a bill
-- unknown_cost_count: requests whose cost is not known
-- evidence: how it is known what they were spent on
--
-- The costs are those of this sprint's requests and sum to its bill; what a pull request cost in all sprints counts in
-- merged_change_request_costs.
-- Left out: nothing.
-- Evidence: inferred
with parts as (
    select
        source,
        request_key,
        session_source,
        session_id,
        cost_usd,
        evidence,
        case when pr_number is not null then repo end as repo,
        pr_number,
        case
            when pr_number is not null then '#' || pr_number
            when target_kind in ('commit', 'branch') then target_kind || ' without a pull request'
            else replace(target_kind, '_', ' ')
        end as pull_request,
        case when pr_number is not null then outcome end as outcome
    from request_attributions
    where sprint = $sprint
),

buckets as (
    select distinct
        null::text as repo,
        null::bigint as pr_number,
        unnest(['commit without a pull request', 'branch without a pull request', 'main branch', 'unattributed'])
            as pull_request,
        null::text as outcome
    from parts
),

shown as (
    select
        repo,
        pr_number,
        pull_request,
        outcome,
        source,
        request_key,
        session_source,
        session_id,
        cost_usd,
        evidence
    from parts
    union all
    select
        repo,
        pr_number,
        pull_request,
        outcome,
        null,
        null,
        null,
        null,
        null,
        null
    from buckets
),

sums as (
    select
        repo,
        pr_number,
        pull_request,
        outcome,
        count(distinct source || ' ' || request_key) as request_count,
        count(distinct session_source || ' ' || session_id) as session_count,
        case when count(request_key) = 0 then 0 else sum(cost_usd) end::decimal(18, 12) as cost_usd,
        count(distinct case when cost_usd is null then source || ' ' || request_key end) as unknown_cost_count,
        case when count(*) filter (where evidence = 'inferred') > 0 then 'inferred' else 'verified' end as evidence
    from shown
    group by all
)

select
    sums.repo,
    sums.pr_number,
    sums.pull_request || coalesce(' ' || pull_requests.title, '') as pull_request,
    sums.outcome,
    sums.request_count,
    sums.session_count,
    sums.cost_usd,
    1::double * sums.cost_usd / nullif(sum(sums.cost_usd) over (), 0) as cost_share,
    sums.unknown_cost_count,
    sums.evidence
from sums
left join pull_requests on pull_requests.repo = sums.repo and pull_requests.pr_number = sums.pr_number
order by
    case when sums.pr_number is null then 1 else 0 end,
    coalesce(sums.cost_usd, 0) desc,
    sums.pr_number,
    sums.pull_request,
    sums.repo
