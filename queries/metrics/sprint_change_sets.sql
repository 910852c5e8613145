-- Which work of the sprint went over several repositories?
-- One row per set of changes that belong together (view change_sets), the one with the most own files first.
--
-- set_key: what tells the set apart: its first change by repository and key
-- title: of its change with the most own files; NULL: unknown
-- repo_count: repositories
-- repos: their names
-- change_count: changes: merged pull requests, and commits that came with none
-- changes: each as repository and key
-- links: what joins them, each as kind and text
-- own_file_count: distinct paths changed that are neither generated nor vendored nor lock files
-- file_count: distinct paths changed, of all kinds
-- own_added_lines: sum of lines added in own files
-- own_deleted_lines: sum of lines deleted likewise
-- area_count: distinct areas of its own files; those of different repositories are different ones
-- areas: each as repository and area
-- first_at: when its first change landed, UTC
-- last_at: when its last one did, UTC
--
-- Left out: sets within one repository; work that nothing links.
-- Evidence: inferred
with members as (
    select
        set_key,
        repo,
        change_key,
        title,
        changed_at,
        links
    from change_sets
    where sprint = $sprint
),

files as (
    select
        members.set_key,
        members.repo,
        members.change_key,
        commit_files.path,
        commit_files.added_lines,
        commit_files.deleted_lines,
        members.repo || ' ' || coalesce(file_kinds.area, 'other') as area,
        coalesce(file_kinds.kind not in ('generated', 'vendored', 'lock'), true) as is_own
    from members
    inner join change_commits
        on change_commits.repo = members.repo and change_commits.change_key = members.change_key
    inner join commit_files
        on commit_files.repo = change_commits.repo and commit_files.commit_sha = change_commits.commit_sha
    left join file_kinds on file_kinds.repo = commit_files.repo and file_kinds.path = commit_files.path
),

sizes as (
    select
        set_key,
        count(distinct case when is_own then (repo, path) end) as own_file_count,
        count(distinct (repo, path)) as file_count,
        coalesce(sum(added_lines) filter (where is_own), 0)::bigint as own_added_lines,
        coalesce(sum(deleted_lines) filter (where is_own), 0)::bigint as own_deleted_lines,
        count(distinct case when is_own then area end) as area_count,
        coalesce(list_sort(list(distinct area) filter (where is_own)), []::text[]) as areas
    from files
    group by all
),

change_sizes as (
    select
        members.set_key,
        members.repo,
        members.change_key,
        count(distinct case when files.is_own then files.path end) as own_file_count
    from members
    left join files on files.repo = members.repo and files.change_key = members.change_key
    group by all
),

sets as (
    select
        members.set_key,
        arg_max(members.title, (change_sizes.own_file_count, members.repo, members.change_key)) as title,
        count(distinct members.repo) as repo_count,
        list_sort(list(distinct members.repo)) as repos,
        count(*) as change_count,
        list_sort(list(members.repo || ' ' || members.change_key)) as changes,
        list_sort(list_distinct(flatten(list(members.links)))) as links,
        min(members.changed_at) as first_at,
        max(members.changed_at) as last_at
    from members
    inner join change_sizes
        on change_sizes.set_key = members.set_key and change_sizes.repo = members.repo
        and change_sizes.change_key = members.change_key
    group by all
)

select
    sets.set_key,
    sets.title,
    sets.repo_count,
    sets.repos,
    sets.change_count,
    sets.changes,
    sets.links,
    coalesce(sizes.own_file_count, 0) as own_file_count,
    coalesce(sizes.file_count, 0) as file_count,
    coalesce(sizes.own_added_lines, 0) as own_added_lines,
    coalesce(sizes.own_deleted_lines, 0) as own_deleted_lines,
    coalesce(sizes.area_count, 0) as area_count,
    coalesce(sizes.areas, []::text[]) as areas,
    sets.first_at,
    sets.last_at
from sets
left join sizes on sizes.set_key = sets.set_key
order by coalesce(sizes.own_file_count, 0) desc, sets.set_key
