-- What did each model request cost, and who told of it?
-- One row per billed request, also where a gateway's log and an agent's transcript both tell of it.
--
-- source: who tells of it; where several do: one that logs its cost before one that does not, a gateway before an agent
-- request_key: key within the source
-- requested_at: UTC
-- model: as written
-- provider: as written; NULL: unknown
-- priced_model: model whose price was taken; NULL: no price is known
-- match_kind: steps from the name as written to that model; NULL: not priced yet
-- price_source: whose price that is; NULL: no price is known
-- uncached_input_tokens: input tokens at the full rate; NULL: unknown
-- cache_read_tokens: read from the provider's cache; NULL: unknown
-- cache_write_5m_tokens: written to it; NULL: unknown
-- cache_write_1h_tokens: written to it for an hour; NULL: unknown
-- output_tokens: reasoning included; NULL: unknown
-- reasoning_tokens: of them; NULL: unknown
-- output_limit_tokens: limit that the request set; NULL: unknown
-- logged_cost_usd: as logged; NULL: not logged, or in another currency
-- expected_cost_usd: by dated prices; NULL: unknown
-- variance_usd: logged less expected; NULL: one of them is unknown
-- cost_usd: what it cost as far as is known; NULL: unknown
-- cost_basis: where cost_usd comes from: upstream (the team's own key paid the provider), expected (not logged, or logged
--   wrongly for a reason that lies with the log), logged (all others)
-- reason: verdict on the logged cost
-- reason_detail: what the reason was seen by; NULL: nothing to add
-- is_recounted: whether its tokens, priced by a price found by the model's name or by the team's own one, give cost_usd, or
--   replaced what the log says
-- is_byok: whether the team's own key with the provider was used; NULL: unknown
-- is_cached_answer: whether the gateway answered from its own cache; NULL: unknown
-- status: ok, failed or unknown
-- session_id: session, an agent's before a gateway's; NULL: unknown
-- session_source: source whose session that is
-- repo: repository; NULL: unknown
-- branch: branch that was checked out; NULL: unknown
-- is_subagent: whether another agent's agent asked; NULL: unknown
-- tags: as logged
-- team: as logged
-- user_hash: keyed hash of the user; NULL: unknown
-- file: file that tells of it
-- line: line in it
-- evidence: class of expected_cost_usd
--
-- Left out: the other tellings of a request, known by the provider's id of the answer; what they know of session,
--   repository and branch is taken over.
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
    select distinct requests.response_id
    from gateway_requests as requests
    inner join largest on largest.source <> requests.source
    where requests.response_id is not null
),

shared_ids as (
    select requests.response_id
    from gateway_requests as requests
    inner join candidates on candidates.response_id = requests.response_id
    group by requests.response_id
    having min(requests.source) <> max(requests.source)
),

agents as (
    select distinct source
    from agent_sessions
),

tellings as (
    select
        gateway_requests.response_id,
        gateway_requests.source,
        max(case when agents.source is null then 0 else 1 end) as is_agent,
        min(case when gateway_requests.logged_cost is null then 1 else 0 end) as is_costless,
        min(gateway_requests.session_id) as session_id,
        min(gateway_requests.repo) as repo,
        min(gateway_requests.branch) as branch,
        bool_or(gateway_requests.is_subagent) as is_subagent
    from gateway_requests
    inner join shared_ids on shared_ids.response_id = gateway_requests.response_id
    left join agents on agents.source = gateway_requests.source
    group by all
),

ordered as (
    select
        *,
        row_number() over (partition by response_id order by is_costless, is_agent, source) as place,
        row_number() over (
            partition by response_id
            order by case when session_id is null then 1 else 0 end, is_agent desc, source
        ) as session_place
    from tellings
),

chosen as (
    select
        response_id,
        min(case when place = 1 then source end) as source,
        min(case when session_place = 1 and session_id is not null then source end) as session_source,
        min(case when session_place = 1 then session_id end) as session_id,
        min(case when session_place = 1 then repo end) as repo,
        min(case when session_place = 1 then branch end) as branch,
        bool_or(case when session_place = 1 then is_subagent end) as is_subagent
    from ordered
    group by all
),

corrections as (
    select
        *,
        case
            when reason in (
                'byok', 'duplicate_row', 'free_variant', 'reasoning_dropped', 'cache_mispriced', 'default_price_suspected',
                'vendor_prefix_missed'
            ) then expected_cost_usd
        end as corrected_usd
    from priced_requests
),

costs as (
    select
        *,
        coalesce(
            case when reason = 'byok' then upstream_cost_usd end,
            corrected_usd,
            logged_cost_usd,
            expected_cost_usd
        ) as cost_usd,
        case
            when reason = 'byok' and upstream_cost_usd is not null then 'upstream'
            when corrected_usd is not null then 'expected'
            when logged_cost_usd is not null then 'logged'
            when expected_cost_usd is not null then 'expected'
        end as cost_basis
    from corrections
)

select
    requests.source,
    requests.request_key,
    requests.requested_at,
    requests.model,
    requests.provider,
    requests.priced_model,
    requests.match_kind,
    requests.price_source,
    requests.uncached_input_tokens,
    requests.cache_read_tokens,
    requests.cache_write_5m_tokens,
    requests.cache_write_1h_tokens,
    requests.output_tokens,
    requests.reasoning_tokens,
    requests.output_limit_tokens,
    requests.logged_cost_usd,
    requests.expected_cost_usd,
    requests.variance_usd,
    requests.cost_usd,
    requests.cost_basis,
    requests.reason,
    requests.reason_detail,
    requests.cost_usd is not null
        and coalesce(requests.evidence in ('verified', 'human'), false)
        and (requests.cost_basis = 'expected' or requests.reason = 'ok' or starts_with(requests.reason, 'within_')) as is_recounted,
    requests.is_byok,
    requests.is_cached_answer,
    requests.status,
    coalesce(chosen.session_id, requests.session_id) as session_id,
    case
        when chosen.session_id is not null then chosen.session_source
        when requests.session_id is not null then requests.source
    end as session_source,
    coalesce(chosen.repo, requests.repo) as repo,
    coalesce(chosen.branch, requests.branch) as branch,
    coalesce(chosen.is_subagent, requests.is_subagent) as is_subagent,
    requests.tags,
    requests.team,
    requests.user_hash,
    requests.file,
    requests.line,
    requests.evidence
from costs as requests
left join chosen on chosen.response_id = requests.response_id
where chosen.source is null or chosen.source = requests.source
