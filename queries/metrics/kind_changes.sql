-- Of which kinds are the files that the sprint changed?
-- One row per kind, most lines first, unknown last.
--
-- kind: code, test, documentation, configuration, build, ci, data, asset, generated, vendored or lock; unknown: the name tells none
-- is_own: false for the kinds that the page's numbers of files and lines leave out: generated, vendored and lock
-- commit_count: commits that changed files of the kind, merges left out
-- changed_file_count: distinct paths
-- added_lines: sum of lines added, binary files left out
-- deleted_lines: sum of lines deleted likewise
--
-- Left out: merges and the boundary of a shallow clone. Nothing else: the lines of all kinds sum to the raw numbers.
-- Evidence: inferred
-- Coverage: kinds
-- Source: GitHub Linguist's lists of generated and vendored files, without those that hide a team's own work
with named as (
    select
        case when kind = 'other' then 'unknown' else kind end as kind_name,
        is_own,
        repo,
        commit_sha,
        path,
        added_lines,
        deleted_lines
    from sprint_file_changes
    where sprint = $sprint
),

totals as (
    select
        kind_name as kind,
        is_own,
        count(distinct (repo, commit_sha)) as commit_count,
        count(distinct (repo, path)) as changed_file_count,
        coalesce(sum(added_lines), 0)::bigint as added_lines,
        coalesce(sum(deleted_lines), 0)::bigint as deleted_lines
    from named
    group by all
)

select
    kind,
    is_own,
    commit_count,
    changed_file_count,
    added_lines,
    deleted_lines
from totals
order by case when kind = 'unknown' then 1 else 0 end, added_lines + deleted_lines desc, kind
