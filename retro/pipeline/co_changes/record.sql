-- What came of the hints of the past: one row. Takes $known_until (a change whose 14 days had not ended by then is left out),
-- $since, $starts_at and $ends_at.
with judged as (
    select *
    from co_followed
    where changed_at + interval 14 days <= $known_until
)

select
    (
        select count(distinct change_key)
        from co_changes
        where changed_at >= $since and changed_at + interval 14 days <= $known_until
    ) as change_count,
    count(distinct change_key) filter (where kind = 'hint') as hinted_change_count,
    count(*) filter (where kind = 'hint') as hint_count,
    count(followed_at) filter (where kind = 'hint') as followed_count,
    count(*) filter (where kind = 'equally busy') as busy_count,
    count(followed_at) filter (where kind = 'equally busy') as busy_followed_count,
    count(*) filter (where kind = 'weaker') as weaker_count,
    count(followed_at) filter (where kind = 'weaker') as weaker_followed_count,
    (
        select count(*)
        from co_followed
        where kind = 'hint' and changed_at >= $starts_at and changed_at < $ends_at
    ) as sprint_hint_count
from judged
