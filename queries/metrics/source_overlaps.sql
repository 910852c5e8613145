-- How many requests do two sources tell of, and where do two requests only share an id?
-- One row per source of which a request of the sprint has an id that another source has too, in the order of their names.
--
-- source: name of the [[gateway]] or [[agents]] section
-- counted_count: requests that other sources tell of too, and that count here
-- left_out_count: requests that count at another source
-- apart_count: requests that share an id with one of another source and are not the same: both count
-- apart_cost_usd: what those cost; NULL: none, or unknown of all
--
-- A request belongs to the sprint that it began in.
-- Left out: requests without an id that another source has.
-- Evidence: verified
with asked as (
    select
        starts_at,
        ends_at
    from sprints
    where sprint = $sprint
),

requests as (
    select
        retold_requests.source,
        retold_requests.request_key,
        retold_requests.standing
    from retold_requests
    inner join gateway_requests
        on gateway_requests.source = retold_requests.source and gateway_requests.request_key = retold_requests.request_key
    inner join asked
        on gateway_requests.requested_at >= asked.starts_at and gateway_requests.requested_at < asked.ends_at
)

select
    requests.source,
    count(*) filter (where requests.standing = 'counted') as counted_count,
    count(*) filter (where requests.standing = 'left_out') as left_out_count,
    count(*) filter (where requests.standing = 'apart') as apart_count,
    sum(billed_requests.cost_usd) filter (where requests.standing = 'apart') as apart_cost_usd
from requests
left join billed_requests
    on billed_requests.source = requests.source and billed_requests.request_key = requests.request_key
group by all
order by requests.source
