-- How much does a session cost, usually and at most?
-- One row for the sprint; none without a request.
--
-- session_count: sessions with a request of known cost
-- median_usd: cost of the session in the middle; NULL: no session
-- p95_usd: cost that 95 of 100 sessions stay at or below; NULL likewise
-- dearest_usd: cost of the dearest one; NULL likewise
-- sessions_usd: cost of all of them; NULL likewise
-- dearest_tenth_share: part of it that the dearest tenth took (at least one session), 0 to 1; NULL likewise
-- without_session_usd: cost of requests that belong to no session
-- evidence: how the costs are known, the weakest of the requests (billed_requests.cost_evidence)
--
-- Quantiles are costs that a session really had (quantile_disc). A session that spans sprints counts by its part in this one.
-- Left out: sessions of which no cost is known.
-- Evidence: verified
with requests as (
    select
        session_source,
        session_id,
        cost_usd,
        cost_evidence
    from request_attributions
    where sprint = $sprint
),

sessions as (
    select
        session_source,
        session_id,
        sum(cost_usd) as cost_usd,
        row_number() over (order by sum(cost_usd) desc, session_source, session_id) as place
    from requests
    where session_id is not null
    group by session_source, session_id
    having sum(cost_usd) is not null
),

sums as (
    select
        count(*) as session_count,
        quantile_disc(cost_usd, 0.5) as median_usd,
        quantile_disc(cost_usd, 0.95) as p95_usd,
        max(cost_usd) as dearest_usd,
        sum(cost_usd) as sessions_usd
    from sessions
),

dearest as (
    select sum(sessions.cost_usd) as cost_usd
    from sessions
    cross join sums
    where sessions.place <= greatest(1, sums.session_count // 10)
),

others as (
    select
        count(*) as request_count,
        coalesce(sum(case when session_id is null then cost_usd end), 0) as cost_usd,
        case when count(case when cost_evidence = 'inferred' then 1 end) > 0 then 'inferred' when count(case when cost_evidence = 'human' then 1 end) > 0 then 'human' else 'verified' end as evidence
    from requests
)

select
    sums.session_count,
    sums.median_usd::decimal(18, 12) as median_usd,
    sums.p95_usd::decimal(18, 12) as p95_usd,
    sums.dearest_usd::decimal(18, 12) as dearest_usd,
    sums.sessions_usd::decimal(18, 12) as sessions_usd,
    1::double * dearest.cost_usd / nullif(sums.sessions_usd, 0) as dearest_tenth_share,
    others.cost_usd::decimal(18, 12) as without_session_usd,
    others.evidence
from sums
cross join dearest
cross join others
where others.request_count > 0
order by sums.session_count
