-- Which files were touched most often?
-- One row per path, the twenty with the most commits.
--
-- repo: repository
-- path: path after the change
-- area: the team's area
-- commit_count: commits that changed it, merges left out
-- added_lines: sum of lines added; NULL for a binary file
-- deleted_lines: sum of lines deleted likewise
--
-- Left out: merges; a renamed file counts under each of its paths.
-- Evidence: verified
-- Coverage: lines
with totals as (
    select
        repo,
        path,
        area,
        count(*) as commit_count,
        sum(added_lines)::bigint as added_lines,
        sum(deleted_lines)::bigint as deleted_lines
    from sprint_file_changes
    where sprint = $sprint
    group by all
)

select
    repo,
    path,
    area,
    commit_count,
    added_lines,
    deleted_lines
from totals
order by commit_count desc, coalesce(added_lines, 0) + coalesce(deleted_lines, 0) desc, repo, path
limit 20
