-- What happened on which day?
-- One row per day of the sprint, also one without commits.
--
-- date: day in the project's zone
-- commit_count: commits, merges included
-- merge_count: commits with two parents or more
-- added_lines: sum of lines added by commits other than merges, in files of all kinds, binary files left out
-- deleted_lines: sum of lines deleted likewise
-- own_added_lines: added_lines without those of generated, vendored and lock files
-- own_deleted_lines: deleted_lines likewise
-- release_count: releases made on the day
--
-- Left out: of the columns that begin with own, generated, vendored and lock files, told by rules on names and by
--   .gitattributes (file_kinds).
-- Evidence: inferred
-- Coverage: lines
with days as (
    select unnest(generate_series(first_date, last_date, interval 1 day)) as day
    from sprints
    where sprint = $sprint
),

dates as (
    select day::date as date
    from days
),

commit_days as (
    select
        committed_date,
        count(*) as commit_count,
        count(*) filter (where is_merge) as merge_count
    from sprint_commits
    where sprint = $sprint
    group by all
),

line_days as (
    select
        committed_date,
        sum(added_lines)::bigint as added_lines,
        sum(deleted_lines)::bigint as deleted_lines,
        sum(added_lines) filter (where is_own)::bigint as own_added_lines,
        sum(deleted_lines) filter (where is_own)::bigint as own_deleted_lines
    from sprint_file_changes
    where sprint = $sprint
    group by all
),

release_dates as (
    select (releases.released_at at time zone projects.timezone)::date as released_date
    from releases
    cross join projects
),

release_days as (
    select
        released_date,
        count(*) as release_count
    from release_dates
    group by all
)

select
    dates.date,
    coalesce(commit_days.commit_count, 0) as commit_count,
    coalesce(commit_days.merge_count, 0) as merge_count,
    coalesce(line_days.added_lines, 0) as added_lines,
    coalesce(line_days.deleted_lines, 0) as deleted_lines,
    coalesce(line_days.own_added_lines, 0) as own_added_lines,
    coalesce(line_days.own_deleted_lines, 0) as own_deleted_lines,
    coalesce(release_days.release_count, 0) as release_count
from dates
left join commit_days on commit_days.committed_date = dates.date
left join line_days on line_days.committed_date = dates.date
left join release_days on release_days.released_date = dates.date
order by dates.date
