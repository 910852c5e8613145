-- With which pull request did each commit land?
-- One row per commit that a merged pull request landed or held.
--
-- repo: repository
-- commit_sha: commit
-- pr_number: the first of several: a branch that gathers many pull requests for a release holds their commits too
--
-- Left out: commits of pull requests that were not merged.
-- Evidence: inferred
with landed as (
    select repo, merged_sha as commit_sha, pr_number
    from pull_requests
    where merged_sha is not null
    union all
    select branch.repo, branch.commit_sha, branch.pr_number
    from pull_request_commits as branch
    inner join pull_requests
        on pull_requests.repo = branch.repo
        and pull_requests.pr_number = branch.pr_number
        and pull_requests.state = 'merged'
)

select
    repo,
    commit_sha,
    min(pr_number) as pr_number
from landed
group by repo, commit_sha
