-- Which functions that were there before grew most in complexity?
-- One row per function, the twenty that grew most.
--
-- repo: repository
-- path: path after the change
-- function_name: name with its class where it can be told
-- language: language by file name
-- commit_count: commits that touched it, merges left out
-- complexity_before: cyclomatic complexity before the first of these commits
-- complexity_after: cyclomatic complexity after the last of them
-- complexity_growth: the second less the first, at least 1
--
-- Left out: new functions; what function_changes leaves out.
-- Evidence: inferred
-- Coverage: functions
-- Source: complexity by McCabe 1976 (doi.org/10.1109/TSE.1976.233837), one more than the decisions
with totals as (
    select
        repo,
        path,
        function_name,
        language,
        count(distinct commit_sha) as commit_count,
        max(case when first_place = 1 then complexity_before end) as complexity_before,
        max(case when last_place = 1 then complexity_after end) as complexity_after
    from sprint_functions
    where sprint = $sprint and not is_anonymous
    group by all
)

select
    repo,
    path,
    function_name,
    language,
    commit_count,
    complexity_before,
    complexity_after,
    complexity_after - complexity_before as complexity_growth
from totals
where complexity_after > complexity_before
order by complexity_after - complexity_before desc, complexity_after desc, repo, path, function_name
limit 20
