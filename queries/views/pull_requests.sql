-- Which pull requests are there, and what became of them?
-- One row per repository and pull request; where several sources know it, the forge before git.
--
-- repo: repository
-- pr_number: number on the forge
-- source: who says so
-- title: as on the forge; from git the title that the landed commit took over; NULL: unknown
-- state: merged, open, closed, unmerged (git cannot tell open from closed); NULL: could not be judged
-- base_ref: branch that it was to change; NULL: unknown
-- head_ref: branch that it came from; NULL: unknown
-- base_sha: commit at which its change begins; NULL: unknown
-- head_sha: its last commit; NULL: unknown
-- merged_sha: commit that brought it to the default branch; NULL: none
-- merged_how: merge, squash or rebase; told from git where the forge does not say; NULL: not merged
-- commit_count: commits of its branch; NULL: unknown
-- opened_at: UTC; NULL: unknown
-- merged_at: UTC; NULL: not merged
-- closed_at: UTC; NULL: unknown
-- head_committed_at: UTC, committer time of its last commit; NULL: unknown
-- evidence: verified (the forge says so) or inferred (told from git)
-- method: what told git; NULL for a forge, or when nothing did
-- confidence: measured share of pull requests found by this method that were right; NULL without a measure
-- reason: why it was not judged, or which other pull request brought its change; else NULL
--
-- Left out: repositories that retro.toml no longer names; what landed by a commit that counts in another repository
--   (repeated_commits); one of the same number and last commit in another clone, of which the merged one counts, else what a
--   forge tells, else the one that stands first in retro.toml.
-- Evidence: inferred
with records as (
    select
        pull_request_records.*,
        repos.position,
        row_number() over (
            partition by pull_request_records.repo, pull_request_records.pr_number
            order by case when pull_request_records.source = 'git' then 1 else 0 end, pull_request_records.source
        ) as place
    from pull_request_records
    inner join repos on repos.repo = pull_request_records.repo and repos.is_configured
),

sizes as (
    select
        source,
        repo,
        pr_number,
        count(*) as commit_count
    from pull_request_commits
    group by all
),

chosen as (
    select
        records.* exclude (place, base_sha, head_ref, merged_sha, merged_how, head_committed_at),
        coalesce(records.base_sha, from_git.base_sha) as base_sha,
        coalesce(records.head_ref, from_git.head_ref) as head_ref,
        coalesce(records.head_committed_at, from_git.head_committed_at) as head_committed_at,
        case when records.state = 'merged' then coalesce(records.merged_sha, from_git.merged_sha) end as merged_sha,
        case when records.state = 'merged' then coalesce(records.merged_how, from_git.merged_how) end as merged_how,
        coalesce(sizes.commit_count, git_sizes.commit_count) as commit_count
    from records
    left join records as from_git
        on from_git.repo = records.repo and from_git.pr_number = records.pr_number and from_git.source = 'git'
    left join sizes
        on sizes.source = records.source and sizes.repo = records.repo and sizes.pr_number = records.pr_number
    left join sizes as git_sizes
        on git_sizes.source = 'git' and git_sizes.repo = records.repo and git_sizes.pr_number = records.pr_number
    where records.place = 1
)

select
    chosen.repo,
    chosen.pr_number,
    chosen.source,
    coalesce(
        chosen.title,
        case
            when regexp_matches(landed.subject, '^Merge pull request #[0-9]+ ')
                then nullif(regexp_extract(landed.body, '^[^\n]*'), '')
            when chosen.merged_how = 'squash' or chosen.commit_count = 1
                then regexp_replace(landed.subject, ' ?\(#[0-9]+\)$', '')
        end
    ) as title,
    chosen.state,
    chosen.base_ref,
    coalesce(
        chosen.head_ref,
        nullif(regexp_extract(landed.subject, '^Merge pull request #[0-9]+ from [^/ ]+/(.+)$', 1), '')
    ) as head_ref,
    chosen.base_sha,
    chosen.head_sha,
    chosen.merged_sha,
    chosen.merged_how,
    chosen.commit_count,
    chosen.opened_at,
    chosen.merged_at,
    chosen.closed_at,
    chosen.head_committed_at,
    chosen.evidence,
    chosen.method,
    chosen.confidence,
    chosen.reason
from chosen
left join commits as landed on landed.repo = chosen.repo and landed.commit_sha = chosen.merged_sha
left join repeated_commits as repeated on repeated.repo = chosen.repo and repeated.commit_sha = chosen.merged_sha
where repeated.commit_sha is null
qualify
    chosen.head_sha is null
    or row_number() over (
        partition by chosen.pr_number, chosen.head_sha
        order by
            case when chosen.state = 'merged' then 0 else 1 end,
            case when chosen.source = 'git' then 1 else 0 end,
            chosen.position,
            chosen.repo
    ) = 1
