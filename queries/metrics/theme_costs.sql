-- What did each theme cost?
-- One row per theme, the dearest first.
--
-- theme: name from retro.toml, or uncategorized, which is always there
-- request_count: requests to models, each counted in every row that it has a part in
-- session_count: sessions that they belong to
-- cost_usd: cost of their parts; NULL: unknown of all
-- cost_share: part of the sprint's bill, 0 to 1; NULL without a bill
-- unknown_cost_count: requests whose cost is not known
-- evidence: how it is known what they were spent on
--
-- A request's theme is that of its feature tag, else of the commit that it led to, its pull request, its branch. The costs sum to
-- the sprint's bill.
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
        theme
    from request_attributions
    where sprint = $sprint
),

buckets as (
    select distinct 'uncategorized' as theme
    from parts
),

shown as (
    select
        theme,
        source,
        request_key,
        session_source,
        session_id,
        cost_usd,
        evidence
    from parts
    union all
    select
        theme,
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
        theme,
        count(distinct source || ' ' || request_key) as request_count,
        count(distinct session_source || ' ' || session_id) as session_count,
        case when count(request_key) = 0 then 0 else sum(cost_usd) end::decimal(18, 12) as cost_usd,
        count(distinct case when cost_usd is null then source || ' ' || request_key end) as unknown_cost_count,
        case when count(*) filter (where evidence = 'inferred') > 0 then 'inferred' else 'verified' end as evidence
    from shown
    group by all
)

select
    theme,
    request_count,
    session_count,
    cost_usd,
    1::double * cost_usd / nullif(sum(cost_usd) over (), 0) as cost_share,
    unknown_cost_count,
    evidence
from sums
order by case when theme = 'uncategorized' then 1 else 0 end, coalesce(cost_usd, 0) desc, theme
