-- In which languages was the work?
-- One row per language, most own lines first, unknown last.
--
-- language: by file name, or unknown
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
-- Coverage: languages
with named as (
    select
        coalesce(language, 'unknown') as language_name,
        repo,
        commit_sha,
        path,
        is_own,
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
        count(distinct (repo, path)) filter (where is_own) as own_changed_file_count,
        coalesce(sum(added_lines), 0)::bigint as added_lines,
        coalesce(sum(deleted_lines), 0)::bigint as deleted_lines,
        coalesce(sum(added_lines) filter (where is_own), 0)::bigint as own_added_lines,
        coalesce(sum(deleted_lines) filter (where is_own), 0)::bigint as own_deleted_lines
    from named
    group by all
)

select
    language,
    commit_count,
    changed_file_count,
    own_changed_file_count,
    added_lines,
    deleted_lines,
    own_added_lines,
    own_deleted_lines
from totals
order by
    case when language = 'unknown' then 1 else 0 end,
    own_added_lines + own_deleted_lines desc,
    added_lines + deleted_lines desc,
    language
