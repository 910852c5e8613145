-- Which functions were touched most often, and how did their complexity change?
-- One row per function, the twenty with the most commits.
--
-- repo: repository
-- path: path after the change
-- function_name: name with its class where it can be told
-- language: language by file name
-- commit_count: commits that touched it, merges left out
-- added_lines: sum of lines added within it
-- deleted_lines: sum of lines deleted within it
-- complexity_before: cyclomatic complexity before the first of these commits; NULL: there was no such function
-- complexity_after: cyclomatic complexity after the last of them; NULL: it is gone
-- complexity_growth: the second less the first, NULL where either is
--
-- Left out: functions without a name; generated and vendored files; files that could not be parsed. A renamed function counts
--   under each of its names, several functions of one file with one name as one.
-- Evidence: inferred
-- Coverage: functions
-- Source: complexity by McCabe 1976 (doi.org/10.1109/TSE.1976.233837), one more than the decisions
with ranked as (
    select
        repo,
        path,
        function_name,
        language,
        commit_sha,
        added_lines,
        deleted_lines,
        complexity_before,
        complexity_after,
        first_place,
        last_place
    from sprint_functions
    where sprint = $sprint and not is_anonymous
),

totals as (
    select
        repo,
        path,
        function_name,
        language,
        count(distinct commit_sha) as commit_count,
        sum(added_lines)::bigint as added_lines,
        sum(deleted_lines)::bigint as deleted_lines,
        max(case when first_place = 1 then complexity_before end) as complexity_before,
        max(case when last_place = 1 then complexity_after end) as complexity_after
    from ranked
    group by all
)

select
    repo,
    path,
    function_name,
    language,
    commit_count,
    added_lines,
    deleted_lines,
    complexity_before,
    complexity_after,
    complexity_after - complexity_before as complexity_growth
from totals
order by commit_count desc, added_lines + deleted_lines desc, repo, path, function_name
limit 20
