-- Which areas did the sprint change?
-- One row per repository and area, most own files first.
--
-- repo: repository
-- area: the team's area; without a setting the top folder
-- commit_count: commits that changed it, merges left out
-- changed_file_count: distinct paths, of all kinds
-- own_changed_file_count: those that are neither generated nor vendored nor lock files
-- added_lines: sum of lines added in files of all kinds, binary files left out
-- deleted_lines: sum of lines deleted likewise
-- own_added_lines: added_lines without those of generated, vendored and lock files
-- own_deleted_lines: deleted_lines likewise
--
-- Left out: merges and the boundary of a shallow clone; of the columns that begin with own, also generated, vendored and lock
--   files, told by rules on names and by .gitattributes (file_kinds).
-- Evidence: inferred
-- Coverage: areas
select
    repo,
    area,
    count(distinct commit_sha) as commit_count,
    count(distinct path) as changed_file_count,
    count(distinct path) filter (where is_own) as own_changed_file_count,
    coalesce(sum(added_lines), 0)::bigint as added_lines,
    coalesce(sum(deleted_lines), 0)::bigint as deleted_lines,
    coalesce(sum(added_lines) filter (where is_own), 0)::bigint as own_added_lines,
    coalesce(sum(deleted_lines) filter (where is_own), 0)::bigint as own_deleted_lines
from sprint_file_changes
where sprint = $sprint
group by all
order by own_changed_file_count desc, changed_file_count desc, repo, area
