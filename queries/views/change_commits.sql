-- Which change does each commit belong to: the pull request that it landed with, or itself?
-- One row per commit of the default branch other than a merge, in repositories that retro.toml names; a commit that several of
--   them hold counts in the first, a change that landed more than once but once.
--
-- repo: repository
-- commit_sha: commit
-- change_key: what tells the change apart within its repository: # and the number of the pull request, or the commit's id
-- pr_number: pull request; NULL: none is known
-- changed_at: when the change landed, UTC: a pull request when it was merged, a commit at its committer time; NULL: unknown
-- sprint: sprint of changed_at; NULL: none
--
-- A commit that several merged pull requests hold belongs to the one with the fewest commits: a branch that gathers many for a
-- release holds theirs too. Of a squashed pull request it is the commit that landed it, of a rebased one the copies that landed.
-- Left out: merges, whose lines are those of others; the boundary of a shallow clone; repeated_commits, copied_commits.
-- Evidence: inferred
with merged as (
    select
        repo,
        pr_number,
        merged_sha,
        merged_how,
        merged_at,
        coalesce(commit_count, 1) as commit_count
    from pull_requests
    where state = 'merged'
),

landed as (
    select
        repo,
        merged_sha as commit_sha,
        pr_number,
        merged_at,
        -- Before all that merely hold the commit; of several that one squash landed the one that holds the others.
        -commit_count as commit_count
    from merged
    where merged_sha is not null
    union all
    select
        pull_request_commits.repo,
        pull_request_commits.commit_sha,
        merged.pr_number,
        merged.merged_at,
        merged.commit_count
    from pull_request_commits
    inner join merged
        on merged.repo = pull_request_commits.repo and merged.pr_number = pull_request_commits.pr_number
    union all
    select
        branch.repo,
        copies.canonical_sha,
        merged.pr_number,
        merged.merged_at,
        merged.commit_count
    from pull_request_commits as branch
    inner join merged
        on merged.repo = branch.repo
        and merged.pr_number = branch.pr_number
        and merged.merged_how is distinct from 'squash'
    inner join change_identities as copies
        on copies.repo = branch.repo and copies.commit_sha = branch.commit_sha and copies.relation = 'rebase'
),

chosen as (
    select
        repo,
        commit_sha,
        arg_min(pr_number, (commit_count, pr_number)) as pr_number,
        arg_min(merged_at, (commit_count, pr_number)) as merged_at
    from landed
    group by all
),

dated as (
    select
        commits.repo,
        commits.commit_sha,
        chosen.pr_number,
        coalesce(chosen.merged_at, commits.committed_at) as changed_at
    from commits
    inner join repos on repos.repo = commits.repo and repos.is_configured
    left join chosen on chosen.repo = commits.repo and chosen.commit_sha = commits.commit_sha
    left join repeated_commits
        on repeated_commits.repo = commits.repo and repeated_commits.commit_sha = commits.commit_sha
    left join copied_commits
        on copied_commits.repo = commits.repo and copied_commits.commit_sha = commits.commit_sha
    where commits.is_on_default_branch and not commits.is_merge and not commits.is_boundary
        and repeated_commits.commit_sha is null and copied_commits.commit_sha is null
)

select
    dated.repo,
    dated.commit_sha,
    coalesce('#' || dated.pr_number, dated.commit_sha) as change_key,
    dated.pr_number,
    dated.changed_at,
    sprints.sprint
from dated
left join sprints on dated.changed_at >= sprints.starts_at and dated.changed_at < sprints.ends_at
