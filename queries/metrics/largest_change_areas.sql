-- Over which areas did the sprint's largest changes spread?
-- One row per change and area, the twelve changes with the most own files, the largest first, and its areas with the most files
--   first.
--
-- position: 1 for the largest change
-- repo: repository
-- change_key: # and the number of the pull request, or the commit's id
-- title: of the pull request, or subject of the commit; NULL: unknown
-- area: the team's area
-- own_file_count: distinct paths changed in the area that are neither generated nor vendored nor lock files
-- file_share: part of the change's own files, 0 to 1
-- own_added_lines: sum of lines added in these files
-- own_deleted_lines: sum of lines deleted likewise
--
-- Left out: changes of generated, vendored and lock files alone.
-- Evidence: inferred
-- Coverage: areas
with spread as (
    select
        change_commits.repo,
        change_commits.change_key,
        coalesce(file_kinds.area, 'other') as area,
        count(distinct commit_files.path) as own_file_count,
        coalesce(sum(commit_files.added_lines), 0)::bigint as own_added_lines,
        coalesce(sum(commit_files.deleted_lines), 0)::bigint as own_deleted_lines
    from change_commits
    inner join commit_files
        on commit_files.repo = change_commits.repo and commit_files.commit_sha = change_commits.commit_sha
    left join file_kinds on file_kinds.repo = commit_files.repo and file_kinds.path = commit_files.path
    where change_commits.sprint = $sprint
        and coalesce(file_kinds.kind not in ('generated', 'vendored', 'lock'), true)
    group by all
),

sizes as (
    select
        repo,
        change_key,
        sum(own_file_count)::bigint as own_file_count,
        exp(ln(sum(own_file_count)) - sum(own_file_count * ln(own_file_count)) / sum(own_file_count)) as effective_areas,
        sum(own_added_lines + own_deleted_lines) as changed_lines
    from spread
    group by all
),

placed as (
    select
        *,
        row_number() over (
            order by own_file_count desc, round(effective_areas, 6) desc, changed_lines desc, repo, change_key
        ) as position
    from sizes
),

named as (
    select
        change_commits.repo,
        change_commits.change_key,
        arg_min(
            coalesce(pull_requests.title, landing.subject, case when change_commits.pr_number is null then commits.subject end),
            commits.commit_sha
        ) as title
    from change_commits
    inner join commits on commits.repo = change_commits.repo and commits.commit_sha = change_commits.commit_sha
    left join pull_requests
        on pull_requests.repo = change_commits.repo and pull_requests.pr_number = change_commits.pr_number
    left join commits as landing on landing.repo = pull_requests.repo and landing.commit_sha = pull_requests.merged_sha
    where change_commits.sprint = $sprint
    group by all
)

select
    placed.position,
    spread.repo,
    spread.change_key,
    named.title,
    spread.area,
    spread.own_file_count,
    1::double * spread.own_file_count / placed.own_file_count as file_share,
    spread.own_added_lines,
    spread.own_deleted_lines
from spread
inner join placed on placed.repo = spread.repo and placed.change_key = spread.change_key
inner join named on named.repo = spread.repo and named.change_key = spread.change_key
where placed.position <= 12
order by placed.position, spread.own_file_count desc, spread.area
