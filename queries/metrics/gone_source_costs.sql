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

requests as (
    select
        sprint_requests.source,
        sprint_requests.cost_usd,
        billed_requests.file,
        gone_files.item is not null as is_gone
    from sprint_requests
    inner join billed_requests
        on billed_requests.source = sprint_requests.source and billed_requests.request_key = sprint_requests.request_key
    left join gone_files on gone_files.item = sprint_requests.source || ': ' || billed_requests.file
    where sprint_requests.sprint = $sprint
),

bill as (
    select sum(cost_usd) as cost_usd
    from requests
),

sums as (
    select
        source,
        count(distinct file) as file_count,
        count(*) as request_count,
        sum(cost_usd)::decimal(18, 12) as cost_usd
    from requests
    where is_gone
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
