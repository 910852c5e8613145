-- Which requests have an id that another source has too, and do both tell of one request?
-- One row per request with such an id: of the answer, or of the request itself.
--
-- source: gateway_requests.source
-- request_key: gateway_requests.request_key
-- standing: counted (other sources tell of it too, this telling counts), left_out (the telling of another source counts), apart (only
--   the id is the same: both count)
-- session_source: source whose session that is; NULL: none
-- session_id: session by this telling and those that count after it, an agent's before a gateway's; NULL: none of them has one
-- repo: repository by that telling; NULL: unknown
-- branch: branch by that telling; NULL: unknown
-- is_subagent: whether another agent's agent asked, by that telling; NULL: unknown
--
-- Ids of providers collide: gateways retry under one id, and some servers count from 1. Two tellings are of one request when an id is the
-- same, no other id of the request itself contradicts, both began within an hour, and either input or output tokens are equal
-- where both tell them; or within a day (a log may give the day alone, or a wrong zone) when input and output tokens are equal.
-- Of several tellings one that logs its cost counts before one that does not, then a gateway's before an agent's.
-- Left out: requests without an id that another source has.
-- Evidence: verified
with largest as (
    select source
    from gateway_requests
    group by source
    order by count(*) desc, source
    limit 1
),

-- An id that two sources have is also one of a source that is not the largest: the ids of that one need not be compared.
candidates as (
    select requests.response_id as id
    from gateway_requests as requests
    inner join largest on largest.source <> requests.source
    where requests.response_id is not null
    union
    select requests.provider_request_id as id
    from gateway_requests as requests
    inner join largest on largest.source <> requests.source
    where requests.provider_request_id is not null
),

holders as (
    select
        candidates.id,
        requests.*
    from gateway_requests as requests
    inner join candidates on candidates.id = requests.response_id
    union all
    select
        candidates.id,
        requests.*
    from gateway_requests as requests
    inner join candidates on candidates.id = requests.provider_request_id
    where requests.provider_request_id is distinct from requests.response_id
),

shared_ids as (
    select id
    from holders
    group by id
    having min(source) <> max(source)
),

agents as (
    select distinct source
    from agent_sessions
),

tellings as (
    select
        holders.id,
        holders.source,
        holders.request_key,
        holders.provider_request_id,
        holders.session_id,
        holders.repo,
        holders.branch,
        holders.is_subagent,
        epoch_us(holders.requested_at) as requested_us,
        epoch_us(holders.requested_at) // 86400000000 as day,
        holders.uncached_input_tokens::decimal(38, 0)
        + coalesce(holders.cache_read_tokens, 0)
        + coalesce(holders.cache_write_5m_tokens, 0)
        + coalesce(holders.cache_write_1h_tokens, 0) as input_tokens,
        holders.output_tokens,
        agents.source is not null as is_agent,
        case when holders.logged_cost is null then 2 else 0 end + case when agents.source is null then 0 else 1 end as place
    from holders
    inner join shared_ids on shared_ids.id = holders.id
    left join agents on agents.source = holders.source
),

-- A telling of the day before or after may be of the same request; found by equal days, not by comparing all with all.
neighbours as (
    select
        tellings.*,
        tellings.day + steps.step as near_day
    from tellings
    cross join (values (-1), (0), (1)) as steps (step)
),

compared as (
    select
        counted.source as counted_source,
        counted.request_key as counted_key,
        neighbours.*,
        abs(counted.requested_us - neighbours.requested_us) as distance_us,
        counted.input_tokens = neighbours.input_tokens as has_same_input,
        counted.output_tokens = neighbours.output_tokens as has_same_output
    from tellings as counted
    inner join neighbours on neighbours.id = counted.id and neighbours.near_day = counted.day
    where
        counted.source <> neighbours.source
        and (counted.place < neighbours.place or counted.place = neighbours.place and counted.source < neighbours.source)
        and coalesce(counted.provider_request_id = neighbours.provider_request_id, true)
),

told_again as (
    select *
    from compared
    where
        distance_us <= 3600000000
        and coalesce(has_same_input or has_same_output, has_same_input is null and has_same_output is null)
        or distance_us <= 86400000000 and has_same_input and has_same_output
),

-- A telling of a telling is one of the same request, too: what counts is left out by none.
parts as (
    select
        counted_source as source,
        counted_key as request_key,
        1 as is_counted,
        0 as is_left_out,
        source as session_source,
        session_id,
        repo,
        branch,
        is_subagent,
        is_agent
    from told_again
    union all
    select
        source,
        request_key,
        0 as is_counted,
        1 as is_left_out,
        null as session_source,
        null as session_id,
        null as repo,
        null as branch,
        null as is_subagent,
        null as is_agent
    from told_again
    union all
    select
        source,
        request_key,
        0 as is_counted,
        0 as is_left_out,
        source as session_source,
        session_id,
        repo,
        branch,
        is_subagent,
        is_agent
    from tellings
),

ranked as (
    select
        *,
        max(is_counted) over (partition by source, request_key) as is_any_counted,
        max(is_left_out) over (partition by source, request_key) as is_any_left_out,
        row_number() over (
            partition by source, request_key
            order by
                case when session_id is null then 1 else 0 end,
                case when is_agent then 0 else 1 end,
                case when session_source is null then 1 else 0 end,
                session_source
        ) as place
    from parts
)

select
    source,
    request_key,
    case when is_any_left_out = 1 then 'left_out' when is_any_counted = 1 then 'counted' else 'apart' end as standing,
    case when session_id is not null then session_source end as session_source,
    session_id,
    repo,
    branch,
    is_subagent
from ranked
where place = 1
