-- Which model requests belong to each sprint?
-- One row per billed request of a sprint.
--
-- sprint: id of the sprint
-- sprint_method: tag (it names a sprint of the plan, and wins) or time (sprints are half-open)
-- date: day of the request in the project's zone
-- source: billed_requests.source
-- request_key: billed_requests.request_key
-- requested_at: UTC
-- model: as written; NULL: not logged
-- provider: as written; NULL: unknown
-- priced_model: model whose price was taken; NULL: no price is known
-- match_kind: steps from the name as written to that model
-- price_source: whose price that is; NULL: no price is known
-- uncached_input_tokens: input tokens at the full rate; NULL: unknown
-- cache_read_tokens: read from the provider's cache; NULL: unknown
-- cache_write_tokens: written to it, for five minutes or an hour; NULL: unknown
-- output_tokens: reasoning included; NULL: unknown
-- reasoning_tokens: of them; NULL: unknown
-- output_limit_tokens: limit that the request set; NULL: unknown
-- logged_cost_usd: as logged; NULL: not logged, or in another currency
-- expected_cost_usd: by dated prices; NULL: unknown
-- variance_usd: logged less expected; NULL: one of them is unknown
-- cost_usd: what it cost as far as is known; NULL: unknown
-- reason: verdict on the logged cost
-- reason_detail: what the reason was seen by; NULL: nothing to add
-- cost_evidence: billed_requests.cost_evidence
-- session_source: source whose session that is; NULL: none known
-- session_id: session; NULL: none known
-- evidence: class of expected_cost_usd
--
-- The same rule of sprints as in request_attributions, whose parts of a request sum to its cost_usd.
-- Left out: requests outside all sprints; further tellings of a request by another source.
-- Evidence: verified
with tagged as (
    select
        *,
        nullif(map_extract(tags, 'sprint')[1], '') as sprint_tag
    from billed_requests
)

select
    coalesce(named.sprint, timed.sprint) as sprint,
    case when named.sprint is not null then 'tag' else 'time' end as sprint_method,
    (tagged.requested_at at time zone projects.timezone)::date as date,
    tagged.source,
    tagged.request_key,
    tagged.requested_at,
    tagged.model,
    tagged.provider,
    tagged.priced_model,
    tagged.match_kind,
    tagged.price_source,
    tagged.uncached_input_tokens,
    tagged.cache_read_tokens,
    case
        when tagged.cache_write_5m_tokens is not null or tagged.cache_write_1h_tokens is not null
            then coalesce(tagged.cache_write_5m_tokens, 0) + coalesce(tagged.cache_write_1h_tokens, 0)
    end as cache_write_tokens,
    tagged.output_tokens,
    tagged.reasoning_tokens,
    tagged.output_limit_tokens,
    tagged.logged_cost_usd,
    tagged.expected_cost_usd,
    tagged.variance_usd,
    tagged.cost_usd,
    tagged.reason,
    tagged.reason_detail,
    tagged.cost_evidence,
    tagged.session_source,
    tagged.session_id,
    tagged.evidence
from tagged
cross join projects
left join sprints as named on named.sprint = tagged.sprint_tag
left join sprints as timed on tagged.requested_at >= timed.starts_at and tagged.requested_at < timed.ends_at
where coalesce(named.sprint, timed.sprint) is not null
