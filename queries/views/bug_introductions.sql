-- Which commits that landed brought a bug to the default branch, as far as origins are trusted?
-- One row per bug fix with an origin that the message names or that is of tier high, and that had landed before the fix.
--
-- repo: repository
-- fix_sha: commit that fixed the bug
-- origin_sha: commit that brought it in, the one that stands for its change
-- origin_landed_at: when that one landed, UTC
-- fixed_at: when the fix landed, UTC
-- lifetime_days: days between the two
-- author_kind: who wrote the origin: agent, bot, human or unknown; of a merge whoever wrote the commits of its pull request
-- size_class: own lines that the origin added and deleted: up to 10, 11 to 50, 51 to 200, over 200, or unknown (a merge)
--
-- Unlike sprint_bug_fixes it holds fixes outside of every sprint too. A fix that landed more than once, or that two
-- repositories hold, counts once.
-- Left out: bugs that were fixed before they landed, origins of tier medium and low, fixes whose origin was not looked for.
-- Evidence: inferred
with changes as (
    select repo, commit_sha, canonical_sha
    from change_identities
    where relation <> 'original'
),

fixes as (
    select
        bug_origins.repo,
        bug_origins.fix_sha,
        coalesce(changes.canonical_sha, bug_origins.origin_sha) as origin_sha,
        fixing.landed_at as fixed_at
    from bug_origins
    inner join repos on repos.repo = bug_origins.repo and repos.is_configured
    inner join commit_kinds
        on commit_kinds.repo = bug_origins.repo
        and commit_kinds.commit_sha = bug_origins.fix_sha
        and commit_kinds.bug_fix_evidence is not null
    inner join commits as fixing
        on fixing.repo = bug_origins.repo and fixing.commit_sha = bug_origins.fix_sha and fixing.is_on_default_branch
    left join copied_commits as copied on copied.repo = bug_origins.repo and copied.commit_sha = bug_origins.fix_sha
    left join changes on changes.repo = bug_origins.repo and changes.commit_sha = bug_origins.origin_sha
    left join repeated_commits as repeated
        on repeated.repo = bug_origins.repo and repeated.commit_sha = bug_origins.fix_sha
    where bug_origins.tier in ('explicit', 'high') and copied.commit_sha is null and repeated.commit_sha is null
),

merging as (
    select repo, merged_sha as commit_sha, min(pr_number) as pr_number
    from pull_requests
    where merged_sha is not null
    group by repo, merged_sha
)

select
    fixes.repo,
    fixes.fix_sha,
    fixes.origin_sha,
    origins.landed_at as origin_landed_at,
    fixes.fixed_at,
    epoch(fixes.fixed_at - origins.landed_at) / 86400.0::double as lifetime_days,
    coalesce(writers.author_kind, commit_attribution.author_kind, 'unknown') as author_kind,
    coalesce(landed_changes.size_class, 'unknown') as size_class
from fixes
inner join commits as origins
    on origins.repo = fixes.repo and origins.commit_sha = fixes.origin_sha and origins.landed_at < fixes.fixed_at
left join merging on origins.is_merge and merging.repo = fixes.repo and merging.commit_sha = fixes.origin_sha
left join pull_request_writers as writers on writers.repo = merging.repo and writers.pr_number = merging.pr_number
left join commit_attribution
    on commit_attribution.repo = fixes.repo and commit_attribution.commit_sha = fixes.origin_sha
left join landed_changes on landed_changes.repo = fixes.repo and landed_changes.commit_sha = fixes.origin_sha
