-- Which files were touched most often?
-- One row per path, the twenty with the most commits.
--
-- repo: repository
-- path: path after the change
-- area: the team's area
-- kind: kind of file, by name or as the repository declares it
-- commit_count: commits that changed it, merges left out
-- added_lines: sum of lines added; NULL for a binary file
-- deleted_lines: sum of lines deleted likewise
--
-- Left out: merges; generated, vendored and lock files (kind_changes counts them); a renamed file counts under each of its paths.
-- Evidence: inferred
-- Coverage: lines
with totals as (
    select
        repo,
        path,
        area,
        kind,
        count(*) as commit_count,
        sum(added_lines)::bigint as added_lines,
        sum(deleted_lines)::bigint as deleted_lines
    from sprint_file_changes
    where sprint = $sprint and is_own
    group by all
)

select
    repo,
    path,
    area,
    kind,
    commit_count,
    added_lines,
    deleted_lines
from totals
order by commit_count desc, coalesce(added_lines, 0) + coalesce(deleted_lines, 0) desc, repo, path
limit 20
