-- Files that a change left out although they had moved with one of its files before; the strongest reason of each.
-- Takes $since: changes that landed from then on are asked.
create or replace temp table co_candidates as
with strong as (
    select distinct
        path,
        other_path
    from co_pairs
),

asked as (
    select
        co_changes.change_key,
        co_changes.changed_at,
        co_changes.author_key,
        co_changes.path,
        co_changes.earlier_count,
        strong.other_path
    from co_changes
    inner join strong on strong.path = co_changes.path
    anti join co_changes as touched
        on touched.change_key = co_changes.change_key and touched.path = strong.other_path
    where co_changes.changed_at >= $since and co_changes.earlier_count >= 5
),

-- A pair's counts go up, so the last row before a change says how often the two had moved together by then.
counted as (
    select
        asked.*,
        co_pairs.shared_count,
        1::double * co_pairs.shared_count / asked.earlier_count as confidence
    from asked
    asof inner join co_pairs
        on co_pairs.path = asked.path
        and co_pairs.other_path = asked.other_path
        and co_pairs.changed_at < asked.changed_at
),

files as (
    select
        path,
        bool_or(is_routine) as is_routine,
        max(gone_at) as gone_at
    from co_changes
    group by path
)

select
    counted.change_key,
    counted.changed_at,
    counted.author_key,
    counted.other_path as path,
    counted.path as because_path,
    counted.shared_count,
    counted.earlier_count,
    counted.confidence
from counted
inner join files on files.path = counted.other_path
where
    counted.shared_count >= 5
    and not files.is_routine
    and (files.gone_at is null or files.gone_at > counted.changed_at)
qualify
    row_number() over (
        partition by counted.change_key, counted.other_path
        order by counted.confidence desc, counted.shared_count desc, counted.path
    ) = 1;
