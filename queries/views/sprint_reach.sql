-- How far did each sprint reach as a whole, and how far did its changes reach one by one?
-- One row per sprint with a commit that changed a file.
--
-- sprint: id of the sprint
-- change_count: changes that landed in it: merged pull requests, and commits that came with none
-- commit_count: commits that changed a file, merges left out
-- repo_count: repositories
-- file_count: distinct paths changed, of all kinds
-- own_file_count: those that are neither generated nor vendored nor lock files
-- added_lines: sum of lines added in files of all kinds
-- deleted_lines: sum of lines deleted likewise
-- own_added_lines: added_lines without those of generated, vendored and lock files
-- own_deleted_lines: deleted_lines likewise
-- uncounted_file_count: own files of which a change has no count of lines
-- area_count: distinct areas of its own files
-- effective_areas: 2 to the power of the entropy of its own files over areas; NULL: no own file
-- kind_count: distinct kinds of its own files
-- language_count: distinct languages of its own files
-- function_count: distinct functions changed; NULL: known of none of its files
-- function_unknown_file_count: own files of code and tests whose functions are not known
-- people_count: distinct people, bots left out, with a commit in one of its own files in the 365 days up to its end
-- created_file_count: own files that it added
-- young_21d_file_count: own files that were there before it, for less than 21 days when it first changed them
-- young_90d_file_count: likewise less than 90 days, those of less than 21 days included
-- unknown_age_file_count: own files that were there before it, of which the age is not known
-- code_change_count: changes that touched code
-- tested_change_count: those of them with which tests moved along
-- tested_change_share: part of these, 0 to 1; NULL: no change touched code
-- median_change_own_files: own files of the change in the middle; NULL: no change with an own file landed
-- median_effective_areas: effective areas likewise
--
-- Files and commits are those of the sprint's commits (sprint_commits); changes are those that landed in it, so that a pull request
-- merged after the sprint counts as a change of the next one.
-- Left out: what target_reach leaves out.
-- Evidence: inferred
with landed as (
    select
        sprint,
        count(*) as change_count,
        count(*) filter (where code_file_count > 0) as code_change_count,
        count(*) filter (where has_tests_along) as tested_change_count,
        quantile_cont(case when own_file_count > 0 then own_file_count end, 0.5) as median_change_own_files,
        quantile_cont(effective_areas, 0.5) as median_effective_areas
    from target_reach
    where target_kind = 'change'
    group by all
)

select
    reach.sprint,
    coalesce(landed.change_count, 0) as change_count,
    reach.commit_count,
    reach.repo_count,
    reach.file_count,
    reach.own_file_count,
    reach.added_lines,
    reach.deleted_lines,
    reach.own_added_lines,
    reach.own_deleted_lines,
    reach.uncounted_file_count,
    reach.area_count,
    reach.effective_areas,
    reach.kind_count,
    reach.language_count,
    reach.function_count,
    reach.function_unknown_file_count,
    reach.people_count,
    reach.created_file_count,
    reach.young_21d_file_count,
    reach.young_90d_file_count,
    reach.unknown_age_file_count,
    coalesce(landed.code_change_count, 0) as code_change_count,
    coalesce(landed.tested_change_count, 0) as tested_change_count,
    1::double * landed.tested_change_count / nullif(landed.code_change_count, 0) as tested_change_share,
    landed.median_change_own_files,
    landed.median_effective_areas
from target_reach as reach
left join landed on landed.sprint = reach.sprint
where reach.target_kind = 'sprint'
