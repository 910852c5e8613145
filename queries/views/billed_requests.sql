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
-- cost_evidence: how cost_usd is known; verified: the log and the recount agree, or nothing is logged and the price was found by
--   the model's name; human: nothing is logged and the price is the team's own; inferred: all others, such as a recount that took
--   the place of what the log says, or a logged cost that no recount bears out; NULL: no cost is known
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
-- Left out: the other tellings of a request (retold_requests: left_out); what they know of session, repository and branch is taken
--   over.
-- Evidence: verified
with corrections as (
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
    case
        when requests.cost_usd is null then null
        when requests.cost_basis = 'logged'
            and (requests.reason = 'ok' or starts_with(requests.reason, 'within_'))
            and requests.evidence in ('verified', 'human')
            then 'verified'
        when requests.cost_basis = 'expected' and requests.corrected_usd is null then requests.evidence
        else 'inferred'
    end as cost_evidence,
    requests.is_byok,
    requests.is_cached_answer,
    requests.status,
    coalesce(retold_requests.session_id, requests.session_id) as session_id,
    case
        when retold_requests.session_id is not null then retold_requests.session_source
        when requests.session_id is not null then requests.source
    end as session_source,
    coalesce(retold_requests.repo, requests.repo) as repo,
    coalesce(retold_requests.branch, requests.branch) as branch,
    coalesce(retold_requests.is_subagent, requests.is_subagent) as is_subagent,
    requests.tags,
    requests.team,
    requests.user_hash,
    requests.file,
    requests.line,
    requests.evidence
from costs as requests
left join retold_requests
    on retold_requests.source = requests.source and retold_requests.request_key = requests.request_key
where retold_requests.standing is distinct from 'left_out'
