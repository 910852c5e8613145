-- How far did the sprint reach, beside the sprints before it?
-- One row per sprint up to this one with a commit that changed a file, at most six, oldest first.
--
-- sprint: id of the sprint
-- is_shown: true for the sprint that is asked for
-- change_count: changes that landed in it: merged pull requests, and commits that came with none
-- own_file_count: distinct paths changed that are neither generated nor vendored nor lock files
-- file_count: distinct paths changed, of all kinds
-- area_count: distinct areas of its own files
-- effective_areas: 2 to the power of the entropy of its own files over areas; NULL: no own file
-- repo_count: repositories
-- people_count: distinct people, bots left out, with a commit in one of its own files in the 365 days up to its end
-- created_file_count: own files that it added
-- young_90d_file_count: own files that were there before it, for less than 90 days
-- code_change_count: changes that touched code
-- tested_change_count: those of them with which tests moved along
-- tested_change_share: part of these, 0 to 1; NULL: no change touched code
-- median_change_own_files: own files of the change in the middle; NULL: no change with an own file landed
-- median_effective_areas: effective areas likewise
--
-- Left out: what the view sprint_reach leaves out.
-- Evidence: inferred
-- Coverage: areas
with shown as (
    select
        earlier.sprint,
        earlier.sequence,
        earlier.sprint = $sprint as is_shown
    from sprints as earlier
    inner join sprints as asked on asked.sprint = $sprint
    where earlier.sequence between asked.sequence - 5 and asked.sequence
)

select
    shown.sprint,
    shown.is_shown,
    reach.change_count,
    reach.own_file_count,
    reach.file_count,
    reach.area_count,
    reach.effective_areas,
    reach.repo_count,
    reach.people_count,
    reach.created_file_count,
    reach.young_90d_file_count,
    reach.code_change_count,
    reach.tested_change_count,
    reach.tested_change_share,
    reach.median_change_own_files,
    reach.median_effective_areas
from sprint_reach as reach
inner join shown on shown.sprint = reach.sprint
order by shown.sequence
