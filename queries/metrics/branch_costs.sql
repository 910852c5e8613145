-- What was spent on each branch?
-- One row per repository and branch, the dearest first.
--
-- repo: repository; NULL: of the two buckets
-- branch: branch that was checked out, or main branch, or unattributed (no branch is known); both are always there
-- request_count: requests to models, each counted in every row that it has a part in
-- session_count: sessions that they belong to
-- cost_usd: cost of their parts; NULL: unknown of all
-- cost_share: part of the sprint's bill, 0 to 1; NULL without a bill
-- unknown_cost_count: requests whose cost is not known
-- evidence: how it is known what they were spent on
--
-- Work on the main branch that is known to have led to a commit or a pull request counts under the branch's own name. The costs sum
-- to the sprint's bill.
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
        case when target_kind <> 'main_branch' and branch is not null then repo end as repo,
        case when target_kind = 'main_branch' then 'main branch' else coalesce(branch, 'unattributed') end as branch
    from request_attributions
    where sprint = $sprint
),

buckets as (
    select distinct
        null::text as repo,
        unnest(['main branch', 'unattributed']) as branch
    from parts
),

shown as (
    select
        repo,
        branch,
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
        branch,
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
        branch,
        count(distinct source || ' ' || request_key) as request_count,
        count(distinct session_source || ' ' || session_id) as session_count,
        case when count(request_key) = 0 then 0 else sum(cost_usd) end::decimal(18, 12) as cost_usd,
        count(distinct case when cost_usd is null then source || ' ' || request_key end) as unknown_cost_count,
        case when count(*) filter (where evidence = 'inferred') > 0 then 'inferred' else 'verified' end as evidence
    from shown
    group by all
)

select
    repo,
    branch,
    request_count,
    session_count,
    cost_usd,
    1::double * cost_usd / nullif(sum(cost_usd) over (), 0) as cost_share,
    unknown_cost_count,
    evidence
from sums
order by case when branch in ('main branch', 'unattributed') then 1 else 0 end, coalesce(cost_usd, 0) desc, branch, repo
