-- Which areas change together?
-- One row per pair of areas that shared a change in the twelve months up to the sprint's end, the closest first.
--
-- repo: repository
-- area: the one of the two whose name comes first
-- other_area: the other
-- shared_change_count: changes that touched both
-- change_count: changes that touched area
-- other_change_count: changes that touched other_area
-- degree_share: twice the shared ones over the sum of both, 0 to 1
--
-- A change is a pull request, or a commit without one.
-- Left out: changes of more than 30 files, and those by bots; generated, vendored and lock files.
-- Evidence: inferred
-- Source: degree of coupling as in code-maat
with touched as (
    select
        change_files.repo,
        change_files.change_key,
        coalesce(file_kinds.area, 'other') as area
    from change_files
    inner join sprints on sprints.sprint = $sprint
    left join file_kinds on file_kinds.repo = change_files.repo and file_kinds.path = change_files.path
    where
        not change_files.is_bot
        and change_files.file_count <= 30
        and change_files.changed_at < sprints.ends_at
        and change_files.changed_at >= sprints.ends_at - interval 12 months
    group by all
),

totals as (
    select
        repo,
        area,
        count(*) as change_count
    from touched
    group by all
),

pairs as (
    select
        touched.repo,
        touched.area,
        others.area as other_area,
        count(*) as shared_change_count
    from touched
    inner join touched as others
        on others.repo = touched.repo and others.change_key = touched.change_key and others.area > touched.area
    group by all
)

select
    pairs.repo,
    pairs.area,
    pairs.other_area,
    pairs.shared_change_count,
    totals.change_count,
    other_totals.change_count as other_change_count,
    2::double * pairs.shared_change_count / (totals.change_count + other_totals.change_count) as degree_share
from pairs
inner join totals on totals.repo = pairs.repo and totals.area = pairs.area
inner join totals as other_totals on other_totals.repo = pairs.repo and other_totals.area = pairs.other_area
order by degree_share desc, pairs.shared_change_count desc, pairs.repo, pairs.area, pairs.other_area
