-- What was released in the sprint, and how much was in it?
-- One row per release, oldest first.
--
-- repo: repository
-- tag_name: tag
-- released_at: when, UTC
-- released_at_kind: tagged (annotated tag) or committed (lightweight tag: the time of its commit)
-- commit_count: commits that no earlier release held, merges included
-- pull_request_count: distinct pull requests that these commits name in the form in which a forge writes it; NULL: none is
--   named, which says nothing of how many there were
-- evidence: inferred where pull requests were counted from messages, verified where no message names one
--
-- Left out: releases without a readable time.
-- Evidence: inferred
with released as (
    select
        releases.repo,
        releases.tag_name,
        releases.released_at,
        releases.released_at_kind
    from releases
    inner join sprints on releases.released_at >= sprints.starts_at and releases.released_at < sprints.ends_at
    where sprints.sprint = $sprint
)

select
    released.repo,
    released.tag_name,
    released.released_at,
    released.released_at_kind,
    count(release_commits.commit_sha) as commit_count,
    nullif(count(distinct commit_pull_requests.pr_number), 0) as pull_request_count,
    case when count(commit_pull_requests.pr_number) > 0 then 'inferred' else 'verified' end as evidence
from released
left join release_commits
    on release_commits.repo = released.repo and release_commits.tag_name = released.tag_name
left join commit_pull_requests
    on commit_pull_requests.repo = release_commits.repo and commit_pull_requests.commit_sha = release_commits.commit_sha
group by all
order by released.released_at, released.repo, released.tag_name
