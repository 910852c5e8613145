-- The verdict on every unsettled request; the first reason in order carries the whole difference.
--
-- Few combinations of reasons occur, so the texts of each are put together once. The places of the reasons that were found are
-- the bits of a number.
insert into request_verdicts
with told as (
    select
        id,
        bit_or(1::bigint << place) as places,
        arg_min(detail, place) as detail
    from findings
    group by id
),

order_of_reasons as (
    select distinct
        place,
        reason
    from findings
),

requests as (
    select
        unsettled_requests.source,
        unsettled_requests.request_key,
        unsettled_requests.price_date,
        unsettled_requests.usage_problem,
        coalesce(told.places, 0) as places,
        unsettled_requests.usage_problem is not null as has_problem,
        unsettled_requests.unlogged > 0 as has_unlogged,
        told.detail
    from unsettled_requests
    left join told on told.id = unsettled_requests.rowid
),

combinations as (
    select distinct
        places,
        has_problem,
        has_unlogged
    from requests
),

named as (
    select
        combinations.places,
        combinations.has_problem,
        combinations.has_unlogged,
        coalesce(
            list(order_of_reasons.reason order by order_of_reasons.place) filter (where order_of_reasons.reason is not null),
            []::text[]
        ) as found
    from combinations
    left join order_of_reasons on combinations.places & (1::bigint << order_of_reasons.place) > 0
    group by all
),

worded as (
    select
        places,
        has_problem,
        has_unlogged,
        list_concat(
            found,
            case when has_problem then ['invalid_usage'] else []::text[] end,
            case when places = 0 and not has_problem then ['unexplained'] else []::text[] end,
            case when has_unlogged and not list_contains(found, 'reasoning_dropped') then ['reasoning_dropped'] else []::text[] end
        ) as reasons
    from named
)

select
    requests.source,
    requests.request_key,
    requests.price_date,
    worded.reasons[1] as reason,
    worded.reasons,
    coalesce(requests.detail, requests.usage_problem) as reason_detail
from requests
inner join worded
    on worded.places = requests.places
    and worded.has_problem = requests.has_problem
    and worded.has_unlogged = requests.has_unlogged
