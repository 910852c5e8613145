-- Which sprints brought in the bugs that this sprint fixed?
-- One row per sprint of origin, the latest first; then origins in no sprint, then fixes without an origin. They sum to the sprint's bug fixes.
--
-- origin_sprint: sprint of the origin; NULL: see origin_period
-- origin_period: sprint, outside every sprint (before the plan, or between two sprints) or unknown (no origin is known)
-- bug_count: bug fixes of this sprint whose origin lies there
-- trusted_count: those whose origin is named by the message or of tier high
-- bug_share: part of this sprint's bug fixes, 0 to 1
-- evidence: how the origin is known
--
-- Left out: nothing. About half of the other origins are wrong (benchmarks/bug_origins.md): trusted_count is the figure to rely on.
-- Evidence: inferred
with placed as (
    select
        origin_sprint,
        case
            when origin_sprint is not null then 'sprint'
            when origin_sha is not null then 'outside every sprint'
            else 'unknown'
        end as origin_period,
        case when tier in ('explicit', 'high') then 1 else 0 end as is_trusted,
        evidence
    from sprint_bug_fixes
    where sprint = $sprint
),

counts as (
    select
        origin_sprint,
        origin_period,
        count(*) as bug_count,
        sum(is_trusted)::bigint as trusted_count,
        min(evidence) as evidence
    from placed
    group by all
)

select
    counts.origin_sprint,
    counts.origin_period,
    counts.bug_count,
    counts.trusted_count,
    1::double * counts.bug_count / sum(counts.bug_count) over () as bug_share,
    counts.evidence
from counts
left join sprints on sprints.sprint = counts.origin_sprint
order by
    case counts.origin_period when 'sprint' then 1 when 'outside every sprint' then 2 else 3 end,
    sprints.sequence desc
