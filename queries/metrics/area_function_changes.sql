-- How many functions changed in each area, and did they become more complex?
-- One row per repository and area with a changed function, most changed functions first.
--
-- repo: repository
-- area: the team's area
-- changed_function_count: functions that a commit added, modified or deleted, each once
-- added_function_count: those that were not there before the sprint's first commit that touched them, and are at its end
-- deleted_function_count: those that were there before, and are gone at its end
-- complexity_growth: sum of their complexity after the last commit less that before the first one, 0 where there was or is none
-- complex_function_count: those with a complexity over 10 after the last commit
--
-- Left out: functions without a name; what function_changes leaves out. A renamed function is one deleted and one added.
-- Evidence: inferred
-- Coverage: functions
-- Source: complexity by McCabe 1976 (doi.org/10.1109/TSE.1976.233837), whose limit is 10
with totals as (
    select
        repo,
        area,
        path,
        function_name,
        max(case when first_place = 1 then complexity_before end) as complexity_before,
        max(case when last_place = 1 then complexity_after end) as complexity_after
    from sprint_functions
    where sprint = $sprint and not is_anonymous
    group by all
)

select
    repo,
    area,
    count(*) as changed_function_count,
    count(*) filter (where complexity_before is null and complexity_after is not null) as added_function_count,
    count(*) filter (where complexity_before is not null and complexity_after is null) as deleted_function_count,
    sum(coalesce(complexity_after, 0) - coalesce(complexity_before, 0))::bigint as complexity_growth,
    count(*) filter (where complexity_after > 10) as complex_function_count
from totals
group by all
order by changed_function_count desc, repo, area
