-- What did each type of work cost, such as fixing bugs?
-- One row per type of work, the dearest first.
--
-- work_type: type of the commits that the requests led to: feat, fix and so on; unknown, which is always there with fix
-- request_count: requests to models, each counted in every row that it has a part in
-- session_count: sessions that they belong to
-- cost_usd: cost of their parts; NULL: unknown of all
-- cost_share: part of the sprint's bill, 0 to 1; NULL without a bill
-- unknown_cost_count: requests whose cost is not known
-- evidence: how the type is known
--
-- A part of a request has the type of its commit; without one, the type that most commits of its pull request have, merges left
-- aside (of equals the first by the alphabet). The costs sum to the sprint's bill.
-- Left out: nothing.
-- Evidence: inferred
with parts as (
    select
        source,
        request_key,
        session_source,
        session_id,
        repo,
        commit_sha,
        pr_number,
        cost_usd
    from request_attributions
    where sprint = $sprint
),

changes as (
    select distinct repo, pr_number
    from parts
    where pr_number is not null
),

commits_of_changes as (
    select pull_request_commits.repo, pull_request_commits.pr_number, pull_request_commits.commit_sha
    from pull_request_commits
    inner join changes
        on changes.repo = pull_request_commits.repo and changes.pr_number = pull_request_commits.pr_number
    union
    select pull_requests.repo, pull_requests.pr_number, pull_requests.merged_sha
    from pull_requests
    inner join changes on changes.repo = pull_requests.repo and changes.pr_number = pull_requests.pr_number
    where pull_requests.merged_sha is not null
    union
    select commit_pull_requests.repo, commit_pull_requests.pr_number, commit_pull_requests.commit_sha
    from commit_pull_requests
    inner join changes
        on changes.repo = commit_pull_requests.repo and changes.pr_number = commit_pull_requests.pr_number
),

change_types as (
    select
        commits_of_changes.repo,
        commits_of_changes.pr_number,
        commit_kinds.work_type,
        row_number() over (
            partition by commits_of_changes.repo, commits_of_changes.pr_number
            order by count(*) desc, commit_kinds.work_type
        ) as place
    from commits_of_changes
    inner join commit_kinds
        on commit_kinds.repo = commits_of_changes.repo and commit_kinds.commit_sha = commits_of_changes.commit_sha
    where commit_kinds.work_type not in ('merge', 'unknown')
    group by commits_of_changes.repo, commits_of_changes.pr_number, commit_kinds.work_type
),

buckets as (
    select distinct unnest(['fix', 'unknown']) as work_type
    from parts
),

typed as (
    select
        coalesce(commit_kinds.work_type, change_types.work_type, 'unknown') as work_type,
        parts.source,
        parts.request_key,
        parts.session_source,
        parts.session_id,
        parts.cost_usd
    from parts
    left join commit_kinds
        on commit_kinds.repo = parts.repo
        and commit_kinds.commit_sha = parts.commit_sha
        and commit_kinds.work_type not in ('merge', 'unknown')
    left join change_types
        on change_types.repo = parts.repo and change_types.pr_number = parts.pr_number and change_types.place = 1
    union all
    select work_type, null, null, null, null, null
    from buckets
),

sums as (
    select
        work_type,
        count(distinct source || ' ' || request_key) as request_count,
        count(distinct session_source || ' ' || session_id) as session_count,
        case when count(request_key) = 0 then 0 else sum(cost_usd) end::decimal(18, 12) as cost_usd,
        count(distinct case when request_key is not null and cost_usd is null then source || ' ' || request_key end)
            as unknown_cost_count
    from typed
    group by all
)

select
    work_type,
    request_count,
    session_count,
    cost_usd,
    1::double * cost_usd / nullif(sum(cost_usd) over (), 0) as cost_share,
    unknown_cost_count,
    case when work_type = 'unknown' then 'verified' else 'inferred' end as evidence
from sums
order by case when work_type = 'unknown' then 1 else 0 end, coalesce(cost_usd, 0) desc, work_type
