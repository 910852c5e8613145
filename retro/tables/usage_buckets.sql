create table usage_buckets (
    source text not null,
    bucket_key text not null,
    started_at timestamptz not null,
    ended_at timestamptz,
    model text,
    provider text,
    service_tier text,
    team text,
    user_hash text,
    meter text,
    charge_category text,
    request_count bigint,
    uncached_input_tokens bigint,
    cache_read_tokens bigint,
    cache_write_5m_tokens bigint,
    cache_write_1h_tokens bigint,
    output_tokens bigint,
    consumed_quantity decimal(38, 12),
    consumed_unit text,
    billed_cost decimal(38, 12),
    billed_currency text,
    billed_cost_usd decimal(38, 12),
    list_cost_usd decimal(38, 12),
    usage_problem text,
    tags map(text, text) not null,
    file text not null,
    line bigint,
    check (request_count >= 0 and uncached_input_tokens >= 0 and cache_read_tokens >= 0 and output_tokens >= 0),
    check (cache_write_5m_tokens >= 0 and cache_write_1h_tokens >= 0)
);
comment on table usage_buckets is 'One row per group and span of time of a provider''s own usage export, cost export or bill: what requests are held against, never added to gateway_requests. Usage and cost of one span come in rows of their own. Key: source, bucket_key.';
comment on column usage_buckets.source is 'Name of the [[gateway]] section (default its kind): openai-usage, anthropic-usage, focus.';
comment on column usage_buckets.bucket_key is 'Digest over span, model, tier, team, user, meter and what else the export groups by; equal groups of one file are numbered.';
comment on column usage_buckets.started_at is 'Begin of the span; UTC.';
comment on column usage_buckets.ended_at is 'End of the span, exclusive; NULL when not told. UTC.';
comment on column usage_buckets.model is 'As written; FOCUS: SkuId; NULL when the export is not grouped by model.';
comment on column usage_buckets.provider is 'Fixed by the format, or as the bill has it.';
comment on column usage_buckets.service_tier is 'As written: standard, batch, flex, priority ...; NULL when not grouped by it.';
comment on column usage_buckets.team is 'Project, workspace or sub-account; NULL when not grouped by it.';
comment on column usage_buckets.user_hash is 'Keyed hash of the user or key; NULL when not grouped by it.';
comment on column usage_buckets.meter is 'What is counted or charged: token type, line item, SkuMeter; NULL when not told.';
comment on column usage_buckets.charge_category is 'FOCUS: Usage, Purchase, Tax, Credit, Adjustment; NULL otherwise.';
comment on column usage_buckets.request_count is 'Requests in the bucket, as the provider counts them; NULL when not told.';
comment on column usage_buckets.uncached_input_tokens is 'Input tokens without cache reads and writes; NULL when not told.';
comment on column usage_buckets.cache_read_tokens is 'Input tokens read from the cache; NULL when not told.';
comment on column usage_buckets.cache_write_5m_tokens is 'Input tokens written to a cache of five minutes; NULL when not told.';
comment on column usage_buckets.cache_write_1h_tokens is 'Input tokens written to a cache of one hour; NULL when not told.';
comment on column usage_buckets.output_tokens is 'Output tokens, reasoning included; NULL when not told.';
comment on column usage_buckets.consumed_quantity is 'FOCUS: ConsumedQuantity; NULL otherwise.';
comment on column usage_buckets.consumed_unit is 'FOCUS: ConsumedUnit; NULL otherwise.';
comment on column usage_buckets.billed_cost is 'Cost in billed_currency, credits below 0; NULL in rows of usage.';
comment on column usage_buckets.billed_currency is 'ISO code of billed_cost; NULL without a cost.';
comment on column usage_buckets.billed_cost_usd is 'Cost in US dollars; NULL when absent or in another currency.';
comment on column usage_buckets.list_cost_usd is 'FOCUS: ListCost in US dollars; NULL otherwise.';
comment on column usage_buckets.usage_problem is 'What could not be right and was set to NULL; NULL when nothing.';
comment on column usage_buckets.tags is 'Tags of the bill as key and value, keys in lower case.';
comment on column usage_buckets.file is 'File that the row was read from, relative to the project where it lies inside.';
comment on column usage_buckets.line is 'Line in it, from 1.';
