-- How far did each change reach, measured by its repository's own changes of the year before?
-- One row per change with an own file and one earlier change or more.
--
-- target_kind: change
-- target_repo: repository
-- target: key of the change
-- sprint: sprint of the change; -: none
-- earlier_change_count: changes of own files in the same repository in the 365 days before it, bots included
-- file_rank_share: part of these with fewer own files, ties counted half, 0 to 1; NULL: fewer than 20 of them
-- spread_rank_share: part of these with fewer effective areas, likewise
--
-- Left out: sprints, which no single change compares with.
-- Evidence: inferred
with spreads as materialized (
    select
        target_kind,
        target_repo,
        target,
        sprint,
        reached_at,
        own_file_count,
        effective_areas
    from target_spreads
),

counted as (
    select
        own.target_kind,
        own.target_repo,
        own.target,
        own.sprint,
        count(*) as earlier_change_count,
        count(*) filter (where earlier.own_file_count < own.own_file_count)
        + 0.5::double * count(*) filter (where earlier.own_file_count = own.own_file_count) as fewer_files,
        count(*) filter (where earlier.effective_areas < own.effective_areas)
        + 0.5::double * count(*) filter (where earlier.effective_areas = own.effective_areas) as fewer_areas
    from spreads as own
    inner join spreads as earlier
        on earlier.target_kind = 'change' and earlier.target_repo = own.target_repo
        and earlier.reached_at >= own.reached_at - interval 365 day and earlier.reached_at < own.reached_at
    group by all
)

select
    target_kind,
    target_repo,
    target,
    sprint,
    earlier_change_count,
    case when earlier_change_count >= 20 then fewer_files / earlier_change_count end as file_rank_share,
    case when earlier_change_count >= 20 then fewer_areas / earlier_change_count end as spread_rank_share
from counted
