-- On which sixty days do a sprint's rates of failed changes rest, and was every bug fix in them looked at?
-- One row per sprint.
--
-- sprint: id of the sprint
-- starts_at: sixty days before its end, UTC
-- matured_at: thirty days before its end, UTC: what landed before has had its thirty days to fail
-- ends_at: end of the sprint, UTC; the window is half-open
-- fix_count: bug fixes of the default branch in these sixty days
-- judged_count: those whose origin was looked for; before that is all of them nobody knows how many bugs there are
--
-- Left out: repositories that retro.toml no longer names.
-- Evidence: inferred
with fixes as (
    select
        commits.committed_at,
        bug_origins.fix_sha is not null as is_judged
    from commits
    inner join repos on repos.repo = commits.repo and repos.is_configured
    inner join commit_kinds
        on commit_kinds.repo = commits.repo
        and commit_kinds.commit_sha = commits.commit_sha
        and commit_kinds.bug_fix_evidence is not null
    left join bug_origins on bug_origins.repo = commits.repo and bug_origins.fix_sha = commits.commit_sha
    where commits.is_on_default_branch
)

select
    sprints.sprint,
    sprints.ends_at - interval 60 days as starts_at,
    sprints.ends_at - interval 30 days as matured_at,
    sprints.ends_at,
    count(fixes.is_judged) as fix_count,
    count(*) filter (where fixes.is_judged) as judged_count
from sprints
left join fixes on fixes.committed_at >= sprints.ends_at - interval 60 days and fixes.committed_at < sprints.ends_at
group by sprints.sprint, sprints.ends_at
