-- What should each model request have cost by dated prices, and does its log say so?
-- One row per request of the logs: its row of gateway_requests, its price and the verdict.
--
-- source: gateway_requests.source
-- request_key: gateway_requests.request_key
-- response_id: gateway_requests.response_id
-- requested_at: gateway_requests.requested_at
-- model: gateway_requests.model
-- provider: gateway_requests.provider
-- service_tier: gateway_requests.service_tier
-- uncached_input_tokens: gateway_requests.uncached_input_tokens
-- cache_read_tokens: gateway_requests.cache_read_tokens
-- cache_write_5m_tokens: gateway_requests.cache_write_5m_tokens
-- cache_write_1h_tokens: gateway_requests.cache_write_1h_tokens
-- output_tokens: gateway_requests.output_tokens
-- reasoning_tokens: gateway_requests.reasoning_tokens
-- logged_total_tokens: gateway_requests.logged_total_tokens
-- output_limit_tokens: gateway_requests.output_limit_tokens
-- logged_cost: gateway_requests.logged_cost
-- logged_cost_usd: gateway_requests.logged_cost_usd
-- logged_extra_usd: gateway_requests.logged_extra_usd
-- upstream_cost_usd: gateway_requests.upstream_cost_usd
-- is_byok: gateway_requests.is_byok
-- is_cached_answer: gateway_requests.is_cached_answer
-- status: gateway_requests.status
-- usage_problem: gateway_requests.usage_problem
-- tags: gateway_requests.tags
-- session_id: gateway_requests.session_id
-- repo: gateway_requests.repo
-- branch: gateway_requests.branch
-- is_subagent: gateway_requests.is_subagent
-- user_hash: gateway_requests.user_hash
-- team: gateway_requests.team
-- file: gateway_requests.file
-- line: gateway_requests.line
-- price_date: day of the request, in UTC: the day whose prices count
-- priced_model: model_prices.priced_model; NULL: no price is known
-- match_kind: model_prices.match_kind; NULL: not priced yet
-- price_source: model_prices.price_source
-- effective_date: model_prices.effective_date
-- is_override: whether the price is the team's own
-- unlogged_output_tokens: tokens that the logged total has beyond input and output; they are priced as output. NULL: the log gives
--   no total, or lacks a count
-- list_cost_usd: what its tokens cost at these prices, also where they are not billed; NULL: no price is known, or the log lacks tokens
-- expected_cost_usd: list_cost_usd; 0 for a copy of a row, an answer from the gateway's own cache and what is not billed
-- variance_usd: logged less expected; NULL when one of them is
-- reason: verdict on the logged cost (docs/prices.md); NULL: not judged yet
-- reasons: all reasons that apply, the one that carries the difference first; NULL likewise
-- reason_detail: what the reason was seen by; NULL: nothing to add
-- evidence: how the expected cost is known; NULL: not judged yet
-- rules_digest: model_prices.rules_digest
--
-- Amounts are summed as whole millionths of a millionth of a dollar: with a billion tokens of a kind they stay within 64 bits, and more
-- in one request are no usage. What does not follow from a request and its price alone stands in request_verdicts.
-- Left out: nothing.
-- Evidence: verified
with requests as (
    select
        *,
        date '1970-01-01' + (epoch_us(requested_at) // 86400000000)::integer as price_date,
        greatest(
            uncached_input_tokens,
            cache_read_tokens,
            cache_write_5m_tokens,
            cache_write_1h_tokens,
            output_tokens,
            logged_total_tokens
        ) > 1000000000 as is_absurd
    from gateway_requests
),

counted as (
    select
        *,
        case
            when is_absurd then 0
            else
                coalesce(uncached_input_tokens, 0)
                + coalesce(cache_read_tokens, 0)
                + coalesce(cache_write_5m_tokens, 0)
                + coalesce(cache_write_1h_tokens, 0)
        end as input_tokens,
        case
            when uncached_input_tokens is null or output_tokens is null or is_absurd then false
            -- The problem names the fields that are NULL because of it.
            when contains(usage_problem, 'cache')
                then
                    cache_read_tokens is not null
                    and cache_write_5m_tokens is not null
                    and cache_write_1h_tokens is not null
            else true
        end as is_complete
    from requests
),

-- Tokens that only the logged total has are output that the log dropped.
totalled as (
    select
        *,
        case
            when is_complete and logged_total_tokens > input_tokens + output_tokens
                then logged_total_tokens - input_tokens - output_tokens
            when is_complete and logged_total_tokens is not null then 0
        end as unlogged_output_tokens
    from counted
),

matched as (
    select
        totalled.*,
        rates.* exclude (provider, model, service_tier, price_date, starts_at, ends_at, from_input_tokens, until_input_tokens),
        verdicts.reason as found_reason,
        verdicts.reasons as found_reasons,
        verdicts.reason_detail as found_detail
    from totalled
    left join model_rates as rates
        on rates.provider = coalesce(totalled.provider, '')
        and rates.model = coalesce(totalled.model, '')
        and rates.service_tier = coalesce(totalled.service_tier, '')
        and rates.price_date = totalled.price_date
        and totalled.requested_at >= rates.starts_at
        and totalled.requested_at < rates.ends_at
        and totalled.input_tokens >= rates.from_input_tokens
        and totalled.input_tokens < rates.until_input_tokens
    left join request_verdicts as verdicts
        on verdicts.source = totalled.source and verdicts.request_key = totalled.request_key
),

costs as (
    select
        *,
        case
            when is_complete and (has_output_price or output_tokens + coalesce(unlogged_output_tokens, 0) = 0)
                then
                    uncached_input_tokens * input_rate
                    + coalesce(cache_read_tokens, 0) * read_rate
                    + coalesce(cache_write_5m_tokens, 0) * write_5m_rate
                    + coalesce(cache_write_1h_tokens, 0) * write_1h_rate
                    + (output_tokens + coalesce(unlogged_output_tokens, 0)) * output_rate
                    + coalesce(least(reasoning_tokens, output_tokens), 0) * (reasoning_rate - output_rate)
                    + request_fee
        end as list_cost,
        coalesce(
            found_reason = 'duplicate_row'
            or match_kind = 'not_billed'
            or (match_kind is not null and (is_cached_answer or (status = 'failed' and coalesce(output_tokens, 0) = 0))),
            false
        ) as is_free
    from matched
),

bounded as (
    select
        *,
        case when list_cost < 400000000000000000 then list_cost end as bounded_cost,
        case when is_free then 0 when list_cost < 400000000000000000 then list_cost end as expected
    from costs
),

-- Compared as dollars: to turn a whole number into dollars costs little, the other way round much.
dollars as (
    select
        *,
        (bounded_cost::decimal(18, 0) * 0.000000000001::decimal(12, 12))::decimal(18, 12) as list_cost_usd,
        (expected::decimal(18, 0) * 0.000000000001::decimal(12, 12))::decimal(18, 12) as expected_cost_usd,
        ((expected // 100)::decimal(18, 0) * 0.000000000001::decimal(12, 12))::decimal(18, 12) as hundredth_usd
    from bounded
),

compared as (
    select
        *,
        case
            when abs(logged_cost_usd) < 500000 then logged_cost_usd - expected_cost_usd
            else try_cast(logged_cost_usd::decimal(38, 12) - expected_cost_usd as decimal(18, 12))
        end as variance_usd
    from dollars
),

judged as (
    select
        *,
        case
            when match_kind is null then null
            when found_reason is not null then found_reason
            when not is_free and abs(variance_usd) <= hundredth_usd then 'ok'
            when not is_free and not is_complete and (is_absurd or usage_problem is not null) then 'invalid_usage'
            when not is_free and not is_complete then 'usage_unknown'
            when expected is null and list_cost is not null then 'invalid_usage'
            when expected is null then 'unknown_model'
            when logged_cost_usd is null and logged_cost is not null then 'other_currency'
            when logged_cost_usd is null then 'not_logged'
            when variance_usd = 0 then 'ok'
        end as reason
    from compared
)

select
    source,
    request_key,
    response_id,
    requested_at,
    model,
    provider,
    service_tier,
    uncached_input_tokens,
    cache_read_tokens,
    cache_write_5m_tokens,
    cache_write_1h_tokens,
    output_tokens,
    reasoning_tokens,
    logged_total_tokens,
    output_limit_tokens,
    logged_cost,
    logged_cost_usd,
    logged_extra_usd,
    upstream_cost_usd,
    is_byok,
    is_cached_answer,
    status,
    usage_problem,
    tags,
    session_id,
    repo,
    branch,
    is_subagent,
    user_hash,
    team,
    file,
    line,
    price_date,
    priced_model,
    match_kind,
    price_source,
    effective_date,
    is_override,
    unlogged_output_tokens,
    list_cost_usd,
    expected_cost_usd,
    variance_usd,
    reason,
    case
        when reason is null then null
        when found_reasons is not null then found_reasons
        when reason not in ('ok', 'not_logged') and not starts_with(reason, 'within') then [reason]
        when unlogged_output_tokens > 0 and usage_problem is not null then ['reasoning_dropped', 'invalid_usage']
        when unlogged_output_tokens > 0 then ['reasoning_dropped']
        when usage_problem is not null then ['invalid_usage']
        else []::text[]
    end as reasons,
    case
        when found_reason is not null then found_detail
        when reason = 'invalid_usage' then coalesce(usage_problem, 'more tokens than a request can have')
    end as reason_detail,
    case
        when reason is null then null
        when is_override then 'human'
        when expected is null or is_guess then 'inferred'
        when found_reason <> 'duplicate_row' and not starts_with(found_reason, 'within_') then 'inferred'
        else 'verified'
    end as evidence,
    rules_digest
from judged
