-- Which files change together most faithfully?
-- One row per pair of files, the twenty with the highest degree in the twelve months up to the sprint's end.
--
-- repo: repository
-- path: newest name of the one that comes first
-- other_path: newest name of the other
-- area: area of path
-- other_area: area of other_path
-- shared_change_count: changes that touched both
-- change_count: changes that touched path
-- other_change_count: changes that touched other_path
-- degree_share: twice the shared ones over the sum of both, 0 to 1
--
-- A change is a pull request, or a commit without one. A pair has five shared changes or more, each file five or more, and a
--   degree of 0.3 or more.
-- Left out: changes of more than 30 files, and those by bots; generated, vendored, lock and deleted files, changelogs,
--   version files and snapshots.
-- Evidence: inferred
-- Source: thresholds and degree as in code-maat
with touched as (
    select
        change_files.repo,
        change_files.change_key,
        change_files.path
    from change_files
    inner join sprints on sprints.sprint = $sprint
    where
        not change_files.is_bot
        and not change_files.is_routine
        and change_files.file_count <= 30
        and (change_files.gone_at is null or change_files.gone_at >= sprints.ends_at)
        and change_files.changed_at < sprints.ends_at
        and change_files.changed_at >= sprints.ends_at - interval 12 months
),

totals as (
    select
        repo,
        path,
        count(*) as change_count
    from touched
    group by all
),

-- Files with few changes can make no pair; without them the pairs are few.
busy as (
    select
        touched.repo,
        touched.change_key,
        touched.path,
        totals.change_count
    from touched
    inner join totals on totals.repo = touched.repo and totals.path = touched.path
    where totals.change_count >= 5
),

pairs as (
    select
        busy.repo,
        busy.path,
        others.path as other_path,
        busy.change_count,
        others.change_count as other_change_count,
        count(*) as shared_change_count
    from busy
    inner join busy as others
        on others.repo = busy.repo and others.change_key = busy.change_key and others.path > busy.path
    group by all
),

measured as (
    select
        *,
        2::double * shared_change_count / (change_count + other_change_count) as degree_share
    from pairs
    where shared_change_count >= 5
)

select
    measured.repo,
    measured.path,
    measured.other_path,
    coalesce(file_kinds.area, 'other') as area,
    coalesce(other_kinds.area, 'other') as other_area,
    measured.shared_change_count,
    measured.change_count,
    measured.other_change_count,
    measured.degree_share
from measured
left join file_kinds on file_kinds.repo = measured.repo and file_kinds.path = measured.path
left join file_kinds as other_kinds on other_kinds.repo = measured.repo and other_kinds.path = measured.other_path
where measured.degree_share >= 0.3
order by measured.degree_share desc, measured.shared_change_count desc, measured.repo, measured.path, measured.other_path
limit 20
