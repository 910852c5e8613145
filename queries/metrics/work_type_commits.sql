-- What kinds of work were they: as declared, and as paths and words suggest?
-- One row per work type that occurs, most commits first.
--
-- work_type: feat, fix, refactor, perf, test, docs, build, ci, chore, revert, merge or unknown
-- commit_count: commits that count as this type (declared before observed)
-- declared_commit_count: commits whose subject claims it
-- observed_commit_count: commits whose paths or words suggest it
-- compared_commit_count: commits that claim it and look like some type, this or another
-- agreed_commit_count: commits that claim it and look like it
--
-- Left out: nothing; merges count as merge whatever they claim, and suggest no type.
-- Evidence: inferred
-- Coverage: work types
with typed as (
    select
        work_type,
        declared_type,
        observed_type
    from sprint_commits
    where sprint = $sprint
),

counted as (
    select work_type, 1 as is_counted, 0 as is_declared, 0 as is_observed, 0 as is_compared, 0 as is_agreed
    from typed
    union all
    select declared_type, 0, 1, 0, case when observed_type is null then 0 else 1 end, 0
    from typed
    where declared_type is not null
    union all
    select observed_type, 0, 0, 1, 0, 0
    from typed
    where observed_type is not null
    union all
    select declared_type, 0, 0, 0, 0, 1
    from typed
    where declared_type = observed_type
)

select
    work_type,
    sum(is_counted)::bigint as commit_count,
    sum(is_declared)::bigint as declared_commit_count,
    sum(is_observed)::bigint as observed_commit_count,
    sum(is_compared)::bigint as compared_commit_count,
    sum(is_agreed)::bigint as agreed_commit_count
from counted
group by all
order by commit_count desc, work_type
