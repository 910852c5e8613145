-- Reasons that an unsettled request shows by itself; `place` is the place in the order of reasons.
create or replace temp table findings as
with variants as (
    select
        rowid as id,
        token_bill,
        unnest([
            {'place': 0, 'detail': 'cached tokens billed at the input rate',
            'cost': list_cost + read * (input_rate - read_rate) + write_5m * (input_rate - write_5m_rate)
            + write_1h * (input_rate - write_1h_rate)},
            {'place': 1, 'detail': 'cached tokens billed twice, at the input rate and at their own',
            'cost': list_cost + (read + write_5m + write_1h) * input_rate},
            {'place': 2, 'detail': 'cache reads billed at the input rate', 'cost': list_cost + read * (input_rate - read_rate)},
            {'place': 3, 'detail': 'cache reads not billed', 'cost': list_cost - read * read_rate},
            {'place': 4, 'detail': 'cache writes of an hour billed as those of five minutes',
            'cost': list_cost + write_1h * (write_5m_rate - write_1h_rate)},
            {'place': 5, 'detail': 'cache writes billed at the input rate',
            'cost': list_cost + write_5m * (input_rate - write_5m_rate) + write_1h * (input_rate - write_1h_rate)},
            {'place': 6, 'detail': 'cache writes not billed', 'cost': list_cost - write_5m * write_5m_rate - write_1h * write_1h_rate}
        ]) as variant
    from unsettled_requests
    where read + write_5m + write_1h > 0 and token_bill > 0 and list_cost > 0
),

mispriced as (
    select
        id,
        -- The nearest; of equally near ones the first.
        arg_min(variant.detail, abs(token_bill - variant.cost) * 8 + variant.place) as detail
    from variants
    where is_near(token_bill, variant.cost)
    group by id
)

select
    rowid as id,
    1 as place,
    'byok' as reason,
    case when upstream is not null then 'the provider charged ' || as_dollars(upstream) end as detail
from unsettled_requests
where is_byok
union all
select rowid, 2, 'free_variant', 'a free variant was billed'
from unsettled_requests
where contains(match_kind, 'free_variant')
union all
-- Named by the log, or on top of what the provider charged the gateway.
select rowid, 3, 'extra_charge', as_dollars(case when extra > 0 then extra else logged - upstream end) || ' beside the tokens'
from unsettled_requests
where
    logged > expected
    and (
        extra > 0 and (is_near(logged - extra, expected) or extra * 2 >= logged - expected)
        or not is_byok and logged > upstream and is_near(upstream, expected)
    )
union all
-- Dropping tokens can only make a bill too low.
select
    rowid,
    4,
    'reasoning_dropped',
    case
        when unlogged > 0 then unlogged || ' tokens are in the total, not in input and output'
        else thought || ' reasoning tokens not billed'
    end
from unsettled_requests
where
    logged < expected
    and (unlogged > 0 or thought > 0 and is_near(token_bill, list_cost - thought * reasoning_rate))
union all
select id, 5, 'cache_mispriced', detail
from mispriced
union all
select rowid, 5, 'cache_mispriced', 'an answer from the gateway''s own cache was billed'
from unsettled_requests
where is_cached_answer and extra = 0 and is_near(logged, list_cost)
