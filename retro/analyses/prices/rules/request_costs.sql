-- Every request of the days at hand with its verdict; the first reason in order carries the whole difference.
insert into request_costs
with told as (
    select
        findings.id,
        list(findings.reason order by findings.place) as found,
        arg_min(findings.detail, findings.place) as detail
    from findings
    group by findings.id
)

select
    source,
    request_key,
    price_date,
    model,
    provider,
    priced_model,
    match_kind,
    price_source,
    effective_date,
    is_override,
    case when logged_total_tokens is not null then unlogged end as unlogged_output_tokens,
    logged_cost_usd,
    expected_cost_usd,
    variance_usd,
    verdict as reason,
    case
        when verdict <> 'ok' and verdict <> 'not_logged' and not starts_with(verdict, 'within') then [verdict]
        when unlogged > 0 and usage_problem is not null then ['reasoning_dropped', 'invalid_usage']
        when unlogged > 0 then ['reasoning_dropped']
        when usage_problem is not null then ['invalid_usage']
        else []::text[]
    end as reasons,
    case verdict
        when 'duplicate_row' then 'same answer as ' || duplicate_of
        when 'invalid_usage' then coalesce(usage_problem, 'more tokens than a request can have')
    end as reason_detail,
    case when is_override then 'human' when expected is null or is_guess then 'inferred' else 'verified' end as evidence,
    request_digest,
    $digest as rules_digest
from priced_requests
where verdict is not null
union all
select
    source,
    request_key,
    price_date,
    written_model,
    written_provider,
    priced_model,
    match_kind,
    price_source,
    effective_date,
    is_override,
    case when has_total then unlogged end,
    logged_cost_usd,
    expected_cost_usd,
    variance_usd,
    case when told.found is not null then told.found[1] when usage_problem is not null then 'invalid_usage' else 'unexplained' end,
    list_concat(
        coalesce(told.found, []::text[]),
        case when usage_problem is not null then ['invalid_usage'] else []::text[] end,
        case when told.found is null and usage_problem is null then ['unexplained'] else []::text[] end,
        case
            when unlogged > 0 and not coalesce(list_contains(told.found, 'reasoning_dropped'), false)
                then ['reasoning_dropped']
            else []::text[]
        end
    ),
    coalesce(told.detail, usage_problem),
    case when is_override then 'human' else 'inferred' end,
    request_digest,
    $digest
from unsettled_requests
left join told on told.id = unsettled_requests.rowid
