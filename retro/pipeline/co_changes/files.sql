-- Files that were there, each with its earlier changes. Takes $before.
select
    path,
    count(*) as change_count
from co_known
where not is_routine and (gone_at is null or gone_at > $before)
group by path
