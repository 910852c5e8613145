-- Which themes did the sprint's commits serve?
-- One row per theme, most feature commits first, uncategorized last; themes sum to the sprint's commits.
--
-- theme: name from retro.toml, or uncategorized
-- feature_commit_count: commits of the work type feat
-- other_commit_count: all other commits, merges included
-- commit_count: both together
-- commit_share: part of the sprint's commits, 0 to 1
-- example_subjects: up to two subjects of commits other than merges, features first, the largest change first
-- evidence: how the theme is known, weakest among its commits
--
-- Left out: nothing.
-- Evidence: inferred
-- Coverage: themes
with themed as (
    select
        theme,
        repo,
        commit_sha,
        subject,
        work_type,
        is_merge,
        evidence
    from sprint_commits
    where sprint = $sprint
),

sizes as (
    select
        repo,
        commit_sha,
        count(*) as changed_file_count
    from sprint_file_changes
    where sprint = $sprint
    group by all
),

ranked as (
    select
        themed.theme,
        themed.subject,
        row_number() over (
            partition by themed.theme
            order by
                case when themed.work_type = 'feat' then 0 else 1 end,
                coalesce(sizes.changed_file_count, 0) desc,
                themed.commit_sha,
                themed.repo
        ) as place
    from themed
    left join sizes on sizes.repo = themed.repo and sizes.commit_sha = themed.commit_sha
    where not themed.is_merge
),

examples as (
    select
        theme,
        max(case when place = 1 then subject end) as first_subject,
        max(case when place = 2 then subject end) as second_subject
    from ranked
    where place <= 2
    group by all
),

counts as (
    select
        theme,
        count(*) filter (where work_type = 'feat') as feature_commit_count,
        count(*) as commit_count,
        case when count(*) filter (where evidence = 'inferred') > 0 then 'inferred' else min(evidence) end as evidence
    from themed
    group by all
),

totals as (
    select sum(commit_count)::bigint as total_count
    from counts
)

select
    counts.theme,
    counts.feature_commit_count,
    counts.commit_count - counts.feature_commit_count as other_commit_count,
    counts.commit_count,
    1::double * counts.commit_count / nullif(totals.total_count, 0) as commit_share,
    list_filter([examples.first_subject, examples.second_subject], lambda subject: subject is not null) as example_subjects,
    counts.evidence
from counts
cross join totals
left join examples on examples.theme = counts.theme
order by
    case when counts.theme = 'uncategorized' then 1 else 0 end,
    counts.feature_commit_count desc,
    counts.commit_count desc,
    counts.theme
