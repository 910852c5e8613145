-- Days (UTC) with a request that is new, gone or changed, or that other rules priced. A day is priced as a whole: what a
-- row is (a copy, one of many at a default rate) shows among its neighbours only.
create or replace temp table stale_days as
with wanted as (
    select
        price_date,
        count(*) as request_count,
        bit_xor(request_digest) as digest
    from request_figures
    group by all
),

present as (
    select
        price_date,
        count(*) filter (where rules_digest = $digest) as request_count,
        bit_xor(request_digest) as digest
    from request_costs
    group by all
),

differing as (
    select
        coalesce(wanted.price_date, present.price_date) as price_date,
        coalesce(wanted.request_count, 0) as request_count
    from wanted
    full join present on present.price_date = wanted.price_date
    where wanted.request_count is distinct from present.request_count or wanted.digest is distinct from present.digest
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
