-- Which part of the bill comes from logs and transcripts that are no longer there, or that retro.toml no longer names?
-- One row per source with such a request in the sprint, the dearest first.
--
-- source: name of the [[gateway]] or [[agents]] section
-- file_count: files that are gone, or whose section is
-- request_count: requests that they told of
-- cost_usd: what those cost; NULL: unknown of all
-- cost_share: part of the sprint's bill, 0 to 1; NULL without a bill
--
-- Logs rotate and agents delete their transcripts, so what was read from them stays and counts until `retro mine --prune`.
-- Left out: nothing.
-- Evidence: verified
with log_states as (
    select
        item,
        digest,
        row_number() over (partition by item order by started_at desc, ended_at desc) as place
    from load_log
    where source = 'gateway'
),

gone_files as (
    select item
    from log_states
    where place = 1 and digest = 'gone'
    union
    select source || ': ' || file as item
    from agent_files
    where not is_present
),

gone_requests as (
    select
        gateway_requests.source,
        gateway_requests.request_key,
        gateway_requests.file
    from gateway_requests
    inner join gone_files on gone_files.item = gateway_requests.source || ': ' || gateway_requests.file
),

bill as (
    select sum(cost_usd) as cost_usd
    from request_attributions
    where sprint = $sprint
),

sums as (
    select
        parts.source,
        count(distinct gone_requests.file) as file_count,
        count(*) filter (where parts.part = 1) as request_count,
        sum(parts.cost_usd)::decimal(18, 12) as cost_usd
    from request_attributions as parts
    inner join gone_requests on gone_requests.source = parts.source and gone_requests.request_key = parts.request_key
    where parts.sprint = $sprint
    group by all
)

select
    sums.source,
    sums.file_count,
    sums.request_count,
    sums.cost_usd,
    1::double * sums.cost_usd / nullif(bill.cost_usd, 0) as cost_share
from sums
cross join bill
order by coalesce(sums.cost_usd, 0) desc, sums.source
