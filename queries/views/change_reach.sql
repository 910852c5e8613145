-- How far did each change reach, and how far for its repository?
-- One row per change that touched a file: a merged pull request, or a commit of the default branch that came with none.
--
-- repo: repository
-- change_key: # and the number of the pull request, or the commit's id
-- pr_number: pull request; NULL: none is known
-- commit_sha: commit that landed it; NULL: unknown
-- title: of the pull request, or subject of the commit; NULL: unknown
-- theme: theme of the commit that landed it, or uncategorized
-- sprint: sprint of changed_at; NULL: none
-- changed_at: when it landed, UTC; NULL: unknown
-- commit_count: commits that changed a file, merges left out
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
-- people_count: distinct people, bots left out, with a commit in one of its own files in the 365 days before, itself included; NULL: changed_at is unknown
-- created_file_count: own files that it added
-- young_21d_file_count: own files that were there before it, for less than 21 days
-- young_90d_file_count: likewise less than 90 days, those of less than 21 days included
-- unknown_age_file_count: own files that were there before it, of which the age is not known
-- code_file_count: own files of kind code
-- test_file_count: own files of kind test
-- documentation_file_count: own files of kind documentation
-- has_tests_along: true when tests moved along with code; NULL: no code changed
-- earlier_change_count: changes of own files in the same repository in the 365 days before it, bots included
-- file_rank_share: part of these with fewer own files, ties counted half, 0 to 1; NULL: fewer than 20 of them, or no own file
-- spread_rank_share: part of these with fewer effective areas, likewise
--
-- Left out: what target_reach leaves out.
-- Evidence: inferred
with reach as (
    select
        *,
        case when starts_with(target, '#') then try_cast(substr(target, 2) as bigint) end as pr_number
    from target_reach
    where target_kind = 'change'
)

select
    reach.target_repo as repo,
    reach.target as change_key,
    reach.pr_number,
    case when reach.pr_number is null then reach.target else pulls.merged_sha end as commit_sha,
    case when reach.pr_number is null then landing.subject else coalesce(pulls.title, landing.subject) end as title,
    coalesce(kinds.theme, 'uncategorized') as theme,
    nullif(reach.sprint, '-') as sprint,
    reach.reached_at as changed_at,
    reach.commit_count,
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
    reach.code_file_count,
    reach.test_file_count,
    reach.documentation_file_count,
    reach.has_tests_along,
    coalesce(ranks.earlier_change_count, 0) as earlier_change_count,
    ranks.file_rank_share,
    ranks.spread_rank_share
from reach
left join target_ranks as ranks
    on ranks.target_kind = reach.target_kind and ranks.target_repo = reach.target_repo
    and ranks.target = reach.target and ranks.sprint = reach.sprint
left join pull_requests as pulls on pulls.repo = reach.target_repo and pulls.pr_number = reach.pr_number
left join commits as landing
    on landing.repo = reach.target_repo
    and landing.commit_sha = case when reach.pr_number is null then reach.target else pulls.merged_sha end
left join commit_kinds as kinds on kinds.repo = landing.repo and kinds.commit_sha = landing.commit_sha
