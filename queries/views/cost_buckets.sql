-- What was the bill of each sprint spent on, split by theme, feature, type of session or of work, branch and pull request?
-- One row per sprint, split and bucket; the buckets for what could not be placed are there in every sprint with a request.
--
-- sprint: id of the sprint
-- split: theme, feature, session_type, work_type, branch or pull_request
-- bucket: name within the split; of pull requests the number behind #
-- repo: repository of a branch or pull request; NULL: of the other splits, and of buckets
-- pr_number: pull request; NULL: no pull request
-- outcome: of a pull request: landed, open, thrown_away, unknown; NULL likewise
-- is_rest: whether it holds what could not be placed
-- request_count: requests to models, each counted in every row that it has a part in
-- session_count: sessions that they belong to
-- cost_usd: cost of their parts; NULL: unknown of all
-- cost_share: part of the sprint's bill, 0 to 1; NULL without a bill
-- unknown_cost_count: requests whose cost is not known
-- evidence: how it is known what they were spent on
--
-- The costs of a split sum to the sprint's bill. Work on the main branch that is known to have led to a commit or a pull request
-- counts under the branch's own name.
-- Left out: requests outside all sprints.
-- Evidence: inferred
with parts as (
    select *
    from request_attributions
    where sprint is not null
),

placed as (
    select
        sprint, 'theme' as split, theme as bucket, null::text as repo, null::bigint as pr_number, null::text as outcome,
        source, request_key, session_source, session_id, cost_usd, evidence
    from parts
    union all
    select
        sprint, 'feature', coalesce(feature, 'not tagged'), null, null, null,
        source, request_key, session_source, session_id, cost_usd, evidence
    from parts
    union all
    select
        sprint, 'session_type', coalesce(session_type, 'not tagged'), null, null, null,
        source, request_key, session_source, session_id, cost_usd, evidence
    from parts
    union all
    select
        sprint, 'work_type', work_type, null, null, null,
        source, request_key, session_source, session_id, cost_usd, case when work_type = 'unknown' then 'verified' else 'inferred' end
    from parts
    union all
    select
        sprint,
        'branch',
        case when target_kind = 'main_branch' then 'main branch' else coalesce(branch, 'unattributed') end,
        case when target_kind <> 'main_branch' and branch is not null then repo end,
        null, null, source, request_key, session_source, session_id, cost_usd, evidence
    from parts
    union all
    select
        sprint,
        'pull_request',
        case
            when pr_number is not null then '#' || pr_number
            when target_kind in ('commit', 'branch') then target_kind || ' without a pull request'
            else replace(target_kind, '_', ' ')
        end,
        case when pr_number is not null then repo end,
        pr_number,
        case when pr_number is not null then outcome end,
        source, request_key, session_source, session_id, cost_usd, evidence
    from parts
),

rests as (
    select 'theme' as split, 'uncategorized' as bucket, true as is_rest, 'verified' as evidence
    union all
    select 'feature', 'not tagged', true, 'verified'
    union all
    select 'session_type', 'not tagged', true, 'verified'
    union all
    select 'work_type', 'unknown', true, 'verified'
    union all
    select 'work_type', 'fix', false, 'inferred'
    union all
    select 'branch', unnest(['main branch', 'unattributed']), true, 'verified'
    union all
    select
        'pull_request',
        unnest(['commit without a pull request', 'branch without a pull request', 'main branch', 'unattributed']),
        true,
        'verified'
),

billed_sprints as (
    select distinct sprint
    from parts
),

shown as (
    select *
    from placed
    union all
    select billed_sprints.sprint, rests.split, rests.bucket, null, null, null, null, null, null, null, null, rests.evidence
    from billed_sprints
    cross join rests
),

sums as (
    select
        sprint,
        split,
        bucket,
        repo,
        pr_number,
        outcome,
        count(distinct source || ' ' || request_key) as request_count,
        count(distinct session_source || ' ' || session_id) as session_count,
        case when count(request_key) = 0 then 0 else sum(cost_usd) end::decimal(18, 12) as cost_usd,
        count(distinct case when request_key is not null and cost_usd is null then source || ' ' || request_key end)
            as unknown_cost_count,
        case when count(*) filter (where evidence = 'inferred') > 0 then 'inferred' else 'verified' end as evidence
    from shown
    group by all
)

select
    sums.sprint,
    sums.split,
    sums.bucket,
    sums.repo,
    sums.pr_number,
    sums.outcome,
    coalesce(rests.is_rest, false) as is_rest,
    sums.request_count,
    sums.session_count,
    sums.cost_usd,
    1::double * sums.cost_usd / nullif(sum(sums.cost_usd) over (partition by sums.sprint, sums.split), 0) as cost_share,
    sums.unknown_cost_count,
    sums.evidence
from sums
left join rests on rests.split = sums.split and rests.bucket = sums.bucket and sums.pr_number is null
