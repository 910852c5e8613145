-- With which pull request did each commit land?
-- One row per commit that a merged pull request landed or held, the landed copies of a rebased one included.
--
-- repo: repository
-- commit_sha: commit
-- pr_number: the first of several: a branch that gathers many pull requests for a release holds their commits too; of a squash
--   that landed such a branch and what it gathered, the branch's own
--
-- Left out: commits of pull requests that were not merged.
-- Evidence: inferred
with landed as (
    select
        repo,
        merged_sha as commit_sha,
        pr_number,
        coalesce(method = 'inside a merged branch', false) as is_inside
    from pull_requests
    where merged_sha is not null
    union all
    select branch.repo, branch.commit_sha, branch.pr_number, false
    from pull_request_commits as branch
    inner join pull_requests
        on pull_requests.repo = branch.repo
        and pull_requests.pr_number = branch.pr_number
        and pull_requests.state = 'merged'
    union all
    select branch.repo, copies.canonical_sha, branch.pr_number, false
    from pull_request_commits as branch
    inner join pull_requests
        on pull_requests.repo = branch.repo
        and pull_requests.pr_number = branch.pr_number
        and pull_requests.state = 'merged'
        and pull_requests.merged_how is distinct from 'squash'
    inner join change_identities as copies
        on copies.repo = branch.repo and copies.commit_sha = branch.commit_sha and copies.relation = 'rebase'
)

select
    repo,
    commit_sha,
    arg_min(pr_number, (is_inside, pr_number)) as pr_number
from landed
group by repo, commit_sha
