-- Over how many areas did each change and each sprint spread?
-- One row per target of reach_commits that changed an own file.
--
-- target_kind: change or sprint
-- target_repo: repository of a change; - for a sprint
-- target: key of the change, or id of the sprint
-- sprint: sprint of the target; -: none
-- reached_at: when it was over, UTC; NULL: unknown
-- own_file_count: distinct paths changed that are neither generated nor vendored nor lock files
-- area_count: distinct areas of these files; those of different repositories are different ones
-- effective_areas: 2 to the power of the entropy (in bits) of these files over areas: 1 when all lie in one, area_count when each has as many
--
-- Left out: targets that changed generated, vendored and lock files alone.
-- Evidence: inferred
-- Source: Hill number of order 1 (doi.org/10.2307/1934352)
with files as (
    select distinct
        reach_commits.target_kind,
        reach_commits.target_repo,
        reach_commits.target,
        reach_commits.sprint,
        reach_commits.reached_at,
        commit_files.repo,
        commit_files.path,
        coalesce(file_kinds.area, 'other') as area
    from reach_commits
    inner join commit_files
        on commit_files.repo = reach_commits.repo and commit_files.commit_sha = reach_commits.commit_sha
    left join file_kinds on file_kinds.repo = commit_files.repo and file_kinds.path = commit_files.path
    where coalesce(file_kinds.kind not in ('generated', 'vendored', 'lock'), true)
),

areas as (
    select
        target_kind,
        target_repo,
        target,
        sprint,
        repo,
        area,
        max(reached_at) as reached_at,
        count(*) as file_count
    from files
    group by all
)

select
    target_kind,
    target_repo,
    target,
    sprint,
    max(reached_at) as reached_at,
    sum(file_count)::bigint as own_file_count,
    count(*) as area_count,
    round(exp(ln(sum(file_count)) - sum(file_count * ln(file_count)) / sum(file_count)), 6) as effective_areas
from areas
group by all
