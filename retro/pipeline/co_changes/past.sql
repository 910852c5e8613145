-- What each given file shares with others, itself included. Takes $paths, $before and $half_life_days.
with given as (
    select
        change_key,
        path,
        pow(2, -(epoch($before::timestamptz) - epoch(changed_at)) / 86400 / $half_life_days) as weight
    from co_known
    where list_contains($paths::text[], path)
)

select
    given.path as given_path,
    co_known.path,
    sum(given.weight) as weight,
    count(*) as change_count
from given
inner join co_known on co_known.change_key = given.change_key
group by all
