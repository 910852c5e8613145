-- How did the sprint's pull requests get to the default branch?
-- One row per way of merging, most pull requests first.
--
-- merged_how: merge (a merge commit), squash (one commit for all), rebase (commit by commit), unknown (the source does not say)
-- pull_request_count: pull requests merged in the sprint
-- pull_request_share: part of the sprint's merged pull requests, 0 to 1
-- commit_count: commits of their branches, as far as they are known
-- evidence: how it is known, weakest among them
--
-- Left out: pull requests into other branches, and those whose merge has no readable time.
-- Evidence: inferred
with merged as (
    select
        coalesce(pull_requests.merged_how, 'unknown') as merged_how,
        pull_requests.commit_count,
        pull_requests.evidence
    from pull_requests
    inner join sprints
        on pull_requests.merged_at >= sprints.starts_at and pull_requests.merged_at < sprints.ends_at
    where sprints.sprint = $sprint and pull_requests.state = 'merged'
)

select
    merged_how,
    count(*) as pull_request_count,
    1::double * count(*) / sum(count(*)) over () as pull_request_share,
    coalesce(sum(commit_count), 0)::bigint as commit_count,
    case when count(*) filter (where evidence = 'inferred') > 0 then 'inferred' else min(evidence) end as evidence
from merged
group by all
order by pull_request_count desc, merged_how
