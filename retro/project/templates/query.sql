-- On which weekdays were the sprint's commits made?
-- One row per weekday with a commit, Monday first.
--
-- weekday: 1 for Monday to 7 for Sunday, in the project's time zone
-- commit_count: commits, merges included
-- merge_count: those of them that are merges
--
-- Left out: nothing.
-- Evidence: verified

-- The comment above is the query's head: `retro query` lists its first line, which is also the title of a figure; the
-- second says what one row is; then comes every column of the result with its unit. `Evidence` is the best class that
-- the numbers can have: verified (recounted from records), inferred (by a rule) or human (told in notes).
-- `Coverage: themes` would add how many of the sprint's commits have a theme: a subject of the view sprint_coverage.
--
-- `retro tables` shows every table and view, `retro tables sprint_commits` the columns of one. $sprint is the sprint
-- asked for; a query without it is about all sprints. Write `sum(...)::bigint`, so that whole numbers stay so.
select
    isodow(committed_date) as weekday,
    count(*) as commit_count,
    count(*) filter (where is_merge) as merge_count
from sprint_commits
where sprint = $sprint
group by all
order by weekday
