-- Rows of one source that tell of one answer twice: same id of the answer, same figures, same cost; the first one counts.
-- Two answers under one id (some logs' ids collide) differ in their figures and stay two. Without a cost nothing is billed
-- twice: transcripts know of answers that were really asked for twice.
--
-- Few ids occur twice, and a number is compared faster than a text: so the digests of the ids come first.
create or replace temp table repeated_ids as
select hash(response_id) as id_hash
from batch_requests
where response_id is not null and logged_cost_usd > 0
group by all
having count(*) > 1;

insert into request_verdicts
with billed as (
    select
        source,
        request_key,
        price_date,
        response_id,
        requested_at,
        hash(
            source,
            response_id,
            price_date,
            model,
            uncached_input_tokens,
            cache_read_tokens,
            cache_write_5m_tokens,
            cache_write_1h_tokens,
            output_tokens,
            logged_cost_usd
        ) as likeness
    from batch_requests
    semi join repeated_ids on repeated_ids.id_hash = hash(batch_requests.response_id)
    where response_id is not null and logged_cost_usd > 0
),

ordered as (
    select
        billed.source,
        billed.request_key,
        billed.price_date,
        first_value(billed.request_key) over same_answer as duplicate_of
    from billed
    window same_answer as (
        partition by billed.source, billed.response_id, billed.likeness
        order by billed.requested_at, billed.request_key
    )
)

select
    source,
    request_key,
    price_date,
    'duplicate_row' as reason,
    null::text[] as reasons,
    'same answer as ' || duplicate_of as reason_detail
from ordered
where request_key <> duplicate_of
