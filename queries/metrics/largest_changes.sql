-- Which changes of the sprint reached furthest?
-- One row per change that landed in the sprint (a merged pull request, or a commit that came with none), the twenty with the
--   most own files.
--
-- repo: repository
-- change_key: # and the number of the pull request, or the commit's id
-- title: of the pull request, or subject of the commit; NULL: unknown
-- theme: theme of the commit that landed it, or uncategorized
-- changed_at: when it landed, UTC
-- commit_count: commits that changed a file, merges left out
-- own_file_count: distinct paths changed that are neither generated nor vendored nor lock files
-- file_count: distinct paths changed, of all kinds
-- own_added_lines: sum of lines added in own files
-- own_deleted_lines: sum of lines deleted likewise
-- area_count: distinct areas of its own files
-- effective_areas: 2 to the power of the entropy of its own files over areas: 1 when all lie in one; to two digits
-- kind_count: distinct kinds of its own files
-- language_count: distinct languages of its own files
-- function_count: distinct functions changed; NULL: known of none of its files
-- function_unknown_file_count: own files of code and tests whose functions are not known
-- people_count: distinct people, bots left out, with a commit in one of its own files in the 365 days before, itself included
-- created_file_count: own files that it added
-- young_90d_file_count: own files that were there before it, for less than 90 days
-- unknown_age_file_count: own files that were there before it, of which the age is not known
-- code_file_count: own files of kind code
-- test_file_count: own files of kind test
-- has_tests_along: true when tests moved along with code; NULL: no code changed
-- earlier_change_count: changes of own files in the same repository in the 365 days before it
-- file_rank_share: part of these with fewer own files, ties counted half, 0 to 1; NULL: fewer than 20 of them
-- spread_rank_share: part of these with fewer effective areas, likewise
--
-- Left out: changes of generated, vendored and lock files alone.
-- Evidence: inferred
-- Coverage: areas
select
    repo,
    change_key,
    title,
    theme,
    changed_at,
    commit_count,
    own_file_count,
    file_count,
    own_added_lines,
    own_deleted_lines,
    area_count,
    round(effective_areas, 2) as effective_areas,
    kind_count,
    language_count,
    function_count,
    function_unknown_file_count,
    people_count,
    created_file_count,
    young_90d_file_count,
    unknown_age_file_count,
    code_file_count,
    test_file_count,
    has_tests_along,
    earlier_change_count,
    file_rank_share,
    spread_rank_share
from change_reach
where sprint = $sprint and own_file_count > 0
order by own_file_count desc, change_reach.effective_areas desc, own_added_lines + own_deleted_lines desc, repo, change_key
limit 20
