-- Which areas did the sprint change?
-- One row per repository and area, most files first.
--
-- repo: repository
-- area: the team's area; without a setting the top folder
-- commit_count: commits that changed it, merges left out
-- changed_file_count: distinct paths
-- added_lines: sum of lines added, binary files left out
-- deleted_lines: sum of lines deleted likewise
--
-- Left out: merges and the boundary of a shallow clone.
-- Evidence: verified
-- Coverage: areas
select
    repo,
    area,
    count(distinct commit_sha) as commit_count,
    count(distinct path) as changed_file_count,
    coalesce(sum(added_lines), 0)::bigint as added_lines,
    coalesce(sum(deleted_lines), 0)::bigint as deleted_lines
from sprint_file_changes
where sprint = $sprint
group by all
order by changed_file_count desc, repo, area
