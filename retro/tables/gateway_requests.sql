create table gateway_requests (
    source text not null,
    request_key text not null,
    response_id text,
    provider_request_id text,
    requested_at timestamptz not null,
    duration_seconds double,
    model text,
    provider text,
    service_tier text,
    uncached_input_tokens bigint,
    cache_read_tokens bigint,
    cache_write_5m_tokens bigint,
    cache_write_1h_tokens bigint,
    output_tokens bigint,
    reasoning_tokens bigint,
    logged_total_tokens bigint,
    output_limit_tokens bigint,
    logged_cost decimal(18, 12),
    logged_currency text,
    logged_cost_usd decimal(18, 12),
    logged_extra_usd decimal(18, 12),
    upstream_cost_usd decimal(18, 12),
    is_byok boolean,
    is_cached_answer boolean,
    status text not null,
    usage_problem text,
    tags map(text, text) not null,
    session_id text,
    repo text,
    branch text,
    is_subagent boolean,
    user_hash text,
    end_user_hash text,
    team text,
    file text not null,
    line bigint,
    check (status in ('ok', 'failed', 'unknown')),
    check (uncached_input_tokens >= 0 and cache_read_tokens >= 0 and cache_write_5m_tokens >= 0 and cache_write_1h_tokens >= 0),
    check (output_tokens >= 0 and reasoning_tokens >= 0 and logged_total_tokens >= 0)
);
comment on table gateway_requests is 'One row per billed model request, as its log tells of it: repeats of one request and copies of a history count once. Key: source, request_key.';
comment on column gateway_requests.source is 'The log: name of the [[gateway]] or [[agents]] section (default its kind): litellm, openrouter, claude-code ...';
comment on column gateway_requests.request_key is 'What tells the requests of a source apart, made of the ids that the source documents as unique.';
comment on column gateway_requests.response_id is 'The provider''s own id of the answer (msg_..., chatcmpl-..., gen-...), by which two sources that tell of one request are known; NULL when the log has none.';
comment on column gateway_requests.provider_request_id is 'The provider''s own id of the request itself (req_..., the header request-id), by which they are known too; NULL when the log has none.';
comment on column gateway_requests.requested_at is 'When the request began, else the first time that the log gives for it; UTC.';
comment on column gateway_requests.duration_seconds is 'From request to the end of the answer; NULL when not logged.';
comment on column gateway_requests.model is 'As written in the log; NULL when absent.';
comment on column gateway_requests.provider is 'As written in the log, or fixed by the source''s format; NULL when unknown.';
comment on column gateway_requests.service_tier is 'As written: standard, batch, flex, priority ...; in Claude Code''s fast mode fast; NULL when not logged.';
comment on column gateway_requests.uncached_input_tokens is 'Input tokens billed at the full rate: without cache reads and cache writes; NULL when the log leaves them open.';
comment on column gateway_requests.cache_read_tokens is 'Input tokens read from the provider''s prompt cache; NULL when unknown.';
comment on column gateway_requests.cache_write_5m_tokens is 'Input tokens written to a cache of five minutes, and writes whose life the log does not tell; NULL when unknown.';
comment on column gateway_requests.cache_write_1h_tokens is 'Input tokens written to a cache of one hour; NULL when unknown.';
comment on column gateway_requests.output_tokens is 'Output tokens, reasoning included; NULL when the log has none (an answer that broke off).';
comment on column gateway_requests.reasoning_tokens is 'Those of the output tokens that were reasoning; NULL when the log does not tell, never 0 for unknown.';
comment on column gateway_requests.logged_total_tokens is 'The total that the log itself gives; NULL without one.';
comment on column gateway_requests.output_limit_tokens is 'Limit of output tokens that the request set; NULL when not logged.';
comment on column gateway_requests.logged_cost is 'Cost as the log has it, in logged_currency; NULL when absent.';
comment on column gateway_requests.logged_currency is 'ISO code of logged_cost; NULL without a cost.';
comment on column gateway_requests.logged_cost_usd is 'Logged cost in US dollars; NULL when absent or in another currency.';
comment on column gateway_requests.logged_extra_usd is 'Part of the logged cost that the log itself names as something else than tokens (search, files, guardrails); NULL when not told apart.';
comment on column gateway_requests.upstream_cost_usd is 'What the upstream provider charged on the team''s own key; never added to logged_cost_usd; NULL when not logged.';
comment on column gateway_requests.is_byok is 'True when the team''s own key with the provider was used; NULL when not told.';
comment on column gateway_requests.is_cached_answer is 'True when the gateway answered from its own cache; NULL when not told.';
comment on column gateway_requests.status is 'ok, failed, or unknown.';
comment on column gateway_requests.usage_problem is 'Why the usage as logged cannot be right (negative tokens, more cached than input ...), the fields set to NULL named; NULL when it can.';
comment on column gateway_requests.tags is 'Tags as key and value, keys in lower case; a tag without a value has the empty text. Without the texts of prompts and answers.';
comment on column gateway_requests.session_id is 'Session or conversation as the log names it (agent_sessions.session_id for transcripts).';
comment on column gateway_requests.repo is 'Repository (repos.repo) whose working copy the request was made in; NULL when not told.';
comment on column gateway_requests.branch is 'Branch that was checked out, as the log has it; NULL when not told.';
comment on column gateway_requests.is_subagent is 'True when an agent started by another agent asked; NULL when not told.';
comment on column gateway_requests.user_hash is 'Keyed hash of the gateway''s user or key; NULL when not logged. The key lies outside the warehouse.';
comment on column gateway_requests.end_user_hash is 'Keyed hash of the end user; NULL when not logged.';
comment on column gateway_requests.team is 'Team, project or workspace as the log names it; NULL when not logged.';
comment on column gateway_requests.file is 'File that the row was read from, relative to the project where it lies inside.';
comment on column gateway_requests.line is 'Line or record number in it, from 1; NULL where a file is one record.';
