-- How often was something released, how long did it take, how often did it fail, and how long until it was mended?
-- One row per measure: the four of DORA, and what git alone can say in their place.
--
-- measure: dora_... or proxy_... of deployment or release frequency, lead time, change fail rate, recovery time
-- label: the measure in words
-- value: its value, in thousandths; NULL: not known, see note
-- unit: a week, hours, or share (0 to 1)
-- item_count: releases, commits or mended releases that it rests on
-- note: what it is made from, or why there is none
-- evidence: inferred
--
-- A release is no deployment unless retro.toml says so (releases_are_deployments in [bugs]); without it every dora_ value is NULL
-- and the proxies stand alone. Lead time: from author time to the first release that holds the commit, median. A release
-- failed when a bug of trusted origin escaped with it; recovery is the median time from the release to the landing
-- of its last fix, of the releases whose bugs are all fixed.
-- Left out: releases without a readable time, merges, commits that were written after their release (a wrong clock).
-- Evidence: inferred
-- Source: dora.dev/guides/dora-metrics
with asked as (
    select starts_at, ends_at, epoch(ends_at - starts_at) / 604800.0 as weeks
    from sprints
    where sprint = $sprint
),

released as (
    select releases.repo, releases.tag_name, releases.released_at
    from releases
    inner join asked on releases.released_at >= asked.starts_at and releases.released_at < asked.ends_at
),

leads as (
    select epoch(released.released_at - commits.authored_at) / 3600.0 as hours
    from released
    inner join release_commits on release_commits.repo = released.repo and release_commits.tag_name = released.tag_name
    inner join commits
        on commits.repo = release_commits.repo and commits.commit_sha = release_commits.commit_sha and not commits.is_merge
    where commits.authored_at <= released.released_at
),

failures as (
    select
        released.repo,
        released.tag_name,
        case
            when count(*) = count(bug_escapes.fixed_at)
                then max(epoch(bug_escapes.fixed_at - released.released_at) / 3600.0)
        end as hours
    from released
    inner join bug_escapes
        on bug_escapes.origin_repo = released.repo
        and bug_escapes.released_in = released.tag_name
        and bug_escapes.is_trusted
        and bug_escapes.boundary = 'release'
        and bug_escapes.is_escaped
    group by all
),

-- Origins are looked for when a sprint is built: before all were nobody knows which releases failed.
judged as (
    select count(*) filter (where not is_judged) = 0 as is_known
    from sprint_bug_fixes
    where sprint = $sprint
),

release_totals as (
    select count(*) as release_count from released
),

lead_totals as (
    select count(*) as commit_count, quantile_cont(hours, 0.5) as median_hours from leads
),

failure_totals as (
    select count(*) as failure_count, count(hours) as mended_count, quantile_cont(hours, 0.5) as median_hours from failures
),

measures as (
    select
        1 as place, 'release_frequency' as measure, 'Releases a week' as label, release_count / asked.weeks as value, 'a week' as unit,
        release_count as item_count, release_count || case when release_count = 1 then ' release' else ' releases' end as note
    from release_totals cross join asked
    union all
    select 2, 'change_lead_time', 'From written to released', median_hours, 'hours', commit_count,
        case when commit_count > 0 then 'median of ' || commit_count || ' commits' else 'no release with commits' end
    from lead_totals
    union all
    select 3, 'change_fail_rate', 'Releases that a bug escaped with',
        case when is_known then 1::double * failure_count / nullif(release_count, 0) end, 'share', release_count,
        case
            when is_known then failure_count || ' of ' || release_count || case when release_count = 1 then ' release' else ' releases' end
            else 'its bug fixes were not all looked at'
        end
    from failure_totals cross join release_totals cross join judged
    union all
    select 4, 'failed_release_recovery_time', 'From such a release to the last fix',
        case when is_known then median_hours end, 'hours', case when is_known then mended_count else 0 end,
        case
            when not is_known then 'its bug fixes were not all looked at'
            when failure_count = 0 then 'no release failed'
            when mended_count = 0 then 'no release that failed is mended yet'
            else 'median of ' || mended_count || case when mended_count = 1 then ' release' else ' releases' end
                || case when failure_count > mended_count then ', ' || (failure_count - mended_count) || ' not mended yet' else '' end
        end
    from failure_totals cross join judged
)

select
    case when kinds.is_dora then 'dora_' || replace(replace(measures.measure, 'failed_release', 'failed_deployment'), 'release', 'deployment') else 'proxy_' || measures.measure end as measure,
    measures.label,
    case when not kinds.is_dora or projects.has_deployed_releases then round(measures.value, 3)::double end as value,
    measures.unit,
    case when not kinds.is_dora or projects.has_deployed_releases then measures.item_count else 0 end as item_count,
    case when not kinds.is_dora or projects.has_deployed_releases then measures.note else 'no deployment is known' end as note,
    'inferred' as evidence
from measures
cross join projects
cross join (select unnest([true, false]) as is_dora) as kinds
order by kinds.is_dora desc, measures.place
