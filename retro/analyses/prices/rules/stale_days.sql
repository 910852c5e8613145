-- Days (UTC) with a request that is new, gone or changed, or that other rules priced. A day is priced as a whole: what a
-- row is (a copy, one of many at a default rate) shows among its neighbours only.
create or replace temp table stale_days as
with differing as (
    select
        coalesce(wanted_days.price_date, priced_days.price_date) as price_date,
        coalesce(wanted_days.request_count, 0) as request_count
    from wanted_days
    full join priced_days on priced_days.price_date = wanted_days.price_date
    where
        wanted_days.request_count is distinct from priced_days.request_count
        or wanted_days.request_digest is distinct from priced_days.request_digest
        or priced_days.rules_digest <> $digest
),

-- As many days in one go as memory holds well; only neighbours, since a batch is a span of time.
numbered as (
    select
        *,
        price_date - row_number() over (order by price_date)::integer as island,
        sum(request_count) over (order by price_date) // $requests_at_once as portion
    from differing
)

select
    min(price_date) as first_date,
    max(price_date) as last_date,
    sum(request_count)::bigint as request_count
from numbered
group by island, portion
