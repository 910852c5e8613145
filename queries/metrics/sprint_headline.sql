-- How large was the sprint, beside the ones before it?
-- One row per sprint: the sprint asked for last, up to eleven before it, oldest first.
--
-- sprint: id of the sprint
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
-- Left out: commits off the default branch or without a readable committer time; of the columns that begin with own, also
--   generated, vendored and lock files, told by rules on names and by .gitattributes (file_kinds).
-- Evidence: inferred
-- Coverage: lines
with asked as (
    select sequence
    from sprints
    where sprint = $sprint
)

select
    sprint_totals.sprint,
    sprint_totals.first_date,
    sprint_totals.commit_count,
    sprint_totals.merge_count,
    sprint_totals.changed_file_count,
    sprint_totals.own_changed_file_count,
    sprint_totals.added_lines,
    sprint_totals.deleted_lines,
    sprint_totals.own_added_lines,
    sprint_totals.own_deleted_lines,
    sprint_totals.author_count,
    sprint_totals.active_day_count
from sprint_totals
inner join asked on sprint_totals.sequence between asked.sequence - 11 and asked.sequence
order by sprint_totals.sequence
