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
-- Those before are ranked within a window that ends with the change, and those of the very same moment taken off again: comparing
-- each with each would be quadratic. What is asked for beside the changes (retro blast) stands alone at the end of its own window.
-- Left out: sprints, which no single change compares with.
-- Evidence: inferred
with spreads as (
    select
        target_kind,
        target_repo,
        target,
        sprint,
        reached_at,
        own_file_count,
        effective_areas
    from target_spreads
    where target_kind <> 'sprint' and reached_at is not null
),

ranked as (
    select
        *,
        count(*) over (
            partition by target_repo order by reached_at range between interval 365 day preceding and current row
        ) as near_count,
        rank(order by own_file_count) over (
            partition by target_repo order by reached_at range between interval 365 day preceding and current row
        ) - 1 as fewer_files,
        cume_dist(order by own_file_count) over (
            partition by target_repo order by reached_at range between interval 365 day preceding and current row
        ) as files_share,
        rank(order by effective_areas) over (
            partition by target_repo order by reached_at range between interval 365 day preceding and current row
        ) - 1 as fewer_areas,
        cume_dist(order by effective_areas) over (
            partition by target_repo order by reached_at range between interval 365 day preceding and current row
        ) as areas_share,
        count(*) over (partition by target_repo, reached_at) as same_count,
        rank() over (partition by target_repo, reached_at order by own_file_count) - 1 as same_fewer_files,
        count(*) over (partition by target_repo, reached_at, own_file_count) as same_equal_files,
        rank() over (partition by target_repo, reached_at order by effective_areas) - 1 as same_fewer_areas,
        count(*) over (partition by target_repo, reached_at, effective_areas) as same_equal_areas
    from spreads
),

counted as (
    select
        target_kind,
        target_repo,
        target,
        sprint,
        near_count - same_count as earlier_change_count,
        fewer_files - same_fewer_files as fewer_files,
        round(files_share * near_count)::bigint - fewer_files - same_equal_files as equal_files,
        fewer_areas - same_fewer_areas as fewer_areas,
        round(areas_share * near_count)::bigint - fewer_areas - same_equal_areas as equal_areas
    from ranked
)

select
    target_kind,
    target_repo,
    target,
    sprint,
    earlier_change_count,
    case when earlier_change_count >= 20 then (fewer_files + 0.5::double * equal_files) / earlier_change_count end
        as file_rank_share,
    case when earlier_change_count >= 20 then (fewer_areas + 0.5::double * equal_areas) / earlier_change_count end
        as spread_rank_share
from counted
where earlier_change_count > 0
