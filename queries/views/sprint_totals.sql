-- How large was each sprint?
-- One row per sprint of the plan, also one without commits.
--
-- sprint: id of the sprint
-- sequence: 1 for the first sprint
-- first_date: first day, in the project's zone
-- commit_count: commits, merges included
-- merge_count: commits with two parents or more
-- changed_file_count: distinct paths changed by commits other than merges, of all kinds
-- own_changed_file_count: those that are neither generated nor vendored nor lock files
-- added_lines: sum of lines added by commits other than merges, in files of all kinds, binary files left out
-- deleted_lines: sum of lines deleted likewise
-- own_added_lines: added_lines without those of generated, vendored and lock files
-- own_deleted_lines: deleted_lines likewise
-- author_count: distinct authors by .mailmap and address, bots and agents included
-- active_day_count: days with a commit, in the project's zone
--
-- Left out: what sprint_commits and sprint_file_changes leave out. Kinds of files are told by rules on names (file_kinds).
-- Evidence: inferred
with commit_totals as (
    select
        sprint,
        count(*) as commit_count,
        count(*) filter (where is_merge) as merge_count,
        count(distinct author_key) as author_count,
        count(distinct committed_date) as active_day_count
    from sprint_commits
    group by all
),

changed_paths as (
    select
        sprint,
        repo,
        path,
        is_own,
        sum(added_lines)::bigint as added_lines,
        sum(deleted_lines)::bigint as deleted_lines
    from sprint_file_changes
    group by all
),

file_totals as (
    select
        sprint,
        count(*) as changed_file_count,
        count(*) filter (where is_own) as own_changed_file_count,
        sum(added_lines)::bigint as added_lines,
        sum(deleted_lines)::bigint as deleted_lines,
        sum(added_lines) filter (where is_own)::bigint as own_added_lines,
        sum(deleted_lines) filter (where is_own)::bigint as own_deleted_lines
    from changed_paths
    group by all
)

select
    sprints.sprint,
    sprints.sequence,
    sprints.first_date,
    coalesce(commit_totals.commit_count, 0) as commit_count,
    coalesce(commit_totals.merge_count, 0) as merge_count,
    coalesce(file_totals.changed_file_count, 0) as changed_file_count,
    coalesce(file_totals.own_changed_file_count, 0) as own_changed_file_count,
    coalesce(file_totals.added_lines, 0) as added_lines,
    coalesce(file_totals.deleted_lines, 0) as deleted_lines,
    coalesce(file_totals.own_added_lines, 0) as own_added_lines,
    coalesce(file_totals.own_deleted_lines, 0) as own_deleted_lines,
    coalesce(commit_totals.author_count, 0) as author_count,
    coalesce(commit_totals.active_day_count, 0) as active_day_count
from sprints
left join commit_totals on commit_totals.sprint = sprints.sprint
left join file_totals on file_totals.sprint = sprints.sprint
