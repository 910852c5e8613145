-- What did each feature cost, as the requests are tagged?
-- One row per tag `feature`, the dearest first.
--
-- feature: the tag, or not tagged, which is always there
-- request_count: requests to models, each counted in every row that it has a part in
-- session_count: sessions that they belong to
-- cost_usd: cost of their parts; NULL: unknown of all
-- cost_share: part of the sprint's bill, 0 to 1; NULL without a bill
-- unknown_cost_count: requests whose cost is not known
-- evidence: how it is known what they were spent on
--
-- The costs sum to the sprint's bill.
-- Left out: nothing.
-- Evidence: inferred
with parts as (
    select
        source,
        request_key,
        session_source,
        session_id,
        cost_usd,
        evidence,
        coalesce(feature, 'not tagged') as feature
    from request_attributions
    where sprint = $sprint
),

buckets as (
    select distinct 'not tagged' as feature
    from parts
),

shown as (
    select
        feature,
        source,
        request_key,
        session_source,
        session_id,
        cost_usd,
        evidence
    from parts
    union all
    select
        feature,
        null,
        null,
        null,
        null,
        null,
        null
    from buckets
),

sums as (
    select
        feature,
        count(distinct source || ' ' || request_key) as request_count,
        count(distinct session_source || ' ' || session_id) as session_count,
        case when count(request_key) = 0 then 0 else sum(cost_usd) end::decimal(18, 12) as cost_usd,
        count(distinct case when cost_usd is null then source || ' ' || request_key end) as unknown_cost_count,
        case when count(*) filter (where evidence = 'inferred') > 0 then 'inferred' else 'verified' end as evidence
    from shown
    group by all
)

select
    feature,
    request_count,
    session_count,
    cost_usd,
    1::double * cost_usd / nullif(sum(cost_usd) over (), 0) as cost_share,
    unknown_cost_count,
    evidence
from sums
order by case when feature = 'not tagged' then 1 else 0 end, coalesce(cost_usd, 0) desc, feature
