-- What did each type of session cost?
-- One row per tag `session_type`, the dearest first.
--
-- session_type: the tag, or not tagged, which is always there
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
        coalesce(session_type, 'not tagged') as session_type
    from request_attributions
    where sprint = $sprint
),

buckets as (
    select distinct 'not tagged' as session_type
    from parts
),

shown as (
    select
        session_type,
        source,
        request_key,
        session_source,
        session_id,
        cost_usd,
        evidence
    from parts
    union all
    select
        session_type,
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
        session_type,
        count(distinct source || ' ' || request_key) as request_count,
        count(distinct session_source || ' ' || session_id) as session_count,
        case when count(request_key) = 0 then 0 else sum(cost_usd) end::decimal(18, 12) as cost_usd,
        count(distinct case when cost_usd is null then source || ' ' || request_key end) as unknown_cost_count,
        case when count(*) filter (where evidence = 'inferred') > 0 then 'inferred' else 'verified' end as evidence
    from shown
    group by all
)

select
    session_type,
    request_count,
    session_count,
    cost_usd,
    1::double * cost_usd / nullif(sum(cost_usd) over (), 0) as cost_share,
    unknown_cost_count,
    evidence
from sums
order by case when session_type = 'not tagged' then 1 else 0 end, coalesce(cost_usd, 0) desc, session_type
