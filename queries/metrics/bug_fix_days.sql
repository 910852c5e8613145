-- How long did the bugs that the sprint fixed live?
-- One row per group that occurs: the bugs whose origin is trusted (named by the message, or of tier high), then all.
--
-- origins: trusted or all
-- bug_count: bug fixes
-- dated_count: those whose days are known
-- median_days: median of the days from the origin's author time to the landing of the fix; NULL: none is known
-- p90_days: 90th percentile of them; NULL: none is known
-- landed_count: those whose origin was on the default branch before the fix landed
-- landed_median_days: median of their days from the landing of the origin to that of the fix; NULL: none
-- landed_p90_days: 90th percentile of them; NULL: none
-- evidence: how the origin is known
--
-- Upper bounds of the time to detection: the bug was noticed before the fix landed. A bug that was mended on its branch landed
-- together with its fix and is not in the landed columns. No mean: a few wrong origins years back would make it.
-- Left out: of the days those fixes that have no origin or no readable time; bug_count has them.
-- Evidence: inferred
with fixes as (
    select
        tier in ('explicit', 'high') as is_trusted,
        introduction_to_fix_days,
        case when landing_to_fix_days > 0 then landing_to_fix_days end as landed_days,
        evidence
    from sprint_bug_fixes
    where sprint = $sprint
),

groups as (
    select 1 as place, 'trusted' as origins, introduction_to_fix_days, landed_days, evidence
    from fixes
    where is_trusted
    union all
    select 2, 'all', introduction_to_fix_days, landed_days, evidence
    from fixes
)

select
    origins,
    count(*) as bug_count,
    count(introduction_to_fix_days) as dated_count,
    quantile_cont(introduction_to_fix_days, 0.5) as median_days,
    quantile_cont(introduction_to_fix_days, 0.9) as p90_days,
    count(landed_days) as landed_count,
    quantile_cont(landed_days, 0.5) as landed_median_days,
    quantile_cont(landed_days, 0.9) as landed_p90_days,
    min(evidence) as evidence
from groups
group by place, origins
order by place
