-- In which languages was the work?
-- One row per language, most lines first, unknown last.
--
-- language: by file name, or unknown
-- commit_count: commits that changed it, merges left out
-- changed_file_count: distinct paths
-- added_lines: sum of lines added, binary files left out
-- deleted_lines: sum of lines deleted likewise
--
-- Left out: merges and the boundary of a shallow clone.
-- Evidence: inferred
-- Coverage: languages
with named as (
    select
        coalesce(language, 'unknown') as language_name,
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
        language_name as language,
        count(distinct (repo, commit_sha)) as commit_count,
        count(distinct (repo, path)) as changed_file_count,
        coalesce(sum(added_lines), 0)::bigint as added_lines,
        coalesce(sum(deleted_lines), 0)::bigint as deleted_lines
    from named
    group by all
)

select
    language,
    commit_count,
    changed_file_count,
    added_lines,
    deleted_lines
from totals
order by case when language = 'unknown' then 1 else 0 end, added_lines + deleted_lines desc, language
