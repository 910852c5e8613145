-- In how many places do the identifiers stand that the team watches, sprint by sprint?
-- One row per watch, repository and sprint up to the chosen one.
--
-- watch: name of the watch ([[watch]] of retro.toml)
-- repo: repository
-- sprint: sprint
-- sequence: place of the sprint in the plan
-- committed_at: when the commit was made whose tree was searched, the last one before the sprint's end, UTC; NULL: not readable
-- place_count: lines that hold it as a whole identifier, kept files left out
-- file_count: files with such a line
-- area_count: areas with such a file
-- own_place_count: those of the lines in code, configuration, data, build or CI files
-- variant_count: lines that hold it only as a part of a longer identifier
-- kept_count: lines in files that the watch keeps
-- target_count: files that are wanted: 1, a single source of truth
-- is_single: true when one file holds it
-- is_whole: true when every content of the tree could be read
--
-- Left out: sprints before the repository's first commit, and those before the last 26.
-- Evidence: verified
select
    watch_counts.watch,
    watch_counts.repo,
    watch_counts.sprint,
    sprints.sequence,
    watch_counts.committed_at,
    watch_counts.place_count,
    watch_counts.file_count,
    watch_counts.area_count,
    watch_counts.own_place_count,
    watch_counts.variant_count,
    watch_counts.kept_count,
    1 as target_count,
    watch_counts.file_count = 1 as is_single,
    watch_counts.unread_count = 0 as is_whole
from watch_counts
inner join repos on repos.repo = watch_counts.repo and repos.is_configured
inner join sprints on sprints.sprint = watch_counts.sprint
inner join sprints as asked on asked.sprint = $sprint and sprints.sequence <= asked.sequence
order by
    watch_counts.watch,
    watch_counts.repo,
    sprints.sequence
