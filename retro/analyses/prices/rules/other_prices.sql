-- Unsettled requests whose bill other rates of the same model give: of other days, tiers and lists, of other providers.
insert into findings
with rates as (
    select
        provider,
        model,
        service_tier,
        price_date,
        place,
        reason,
        detail,
        is_guess,
        (input_usd * 1000000)::bigint as input_rate,
        (coalesce(cache_read_usd, input_usd) * 1000000)::bigint as read_rate,
        (coalesce(cache_write_5m_usd, input_usd) * 1000000)::bigint as write_5m_rate,
        (coalesce(cache_write_1h_usd, cache_write_5m_usd, input_usd) * 1000000)::bigint as write_1h_rate,
        (output_usd * 1000000)::bigint as output_rate
    from alternatives
),

costs as (
    select
        unsettled_requests.rowid as id,
        unsettled_requests.token_bill,
        rates.place,
        rates.reason,
        rates.detail,
        rates.is_guess,
        unsettled_requests.uncached * rates.input_rate
        + unsettled_requests.read * rates.read_rate
        + unsettled_requests.write_5m * rates.write_5m_rate
        + unsettled_requests.write_1h * rates.write_1h_rate
        + unsettled_requests.output * coalesce(rates.output_rate, 0) as cost
    from unsettled_requests
    inner join rates
        on rates.provider = unsettled_requests.provider
        and rates.model = unsettled_requests.model
        and rates.service_tier = unsettled_requests.service_tier
        and rates.price_date = unsettled_requests.price_date
    where
        not unsettled_requests.is_cached_answer
        and not is_near(unsettled_requests.token_bill, unsettled_requests.list_cost_of_logged)
),

found as (
    select
        id,
        place,
        reason,
        detail,
        is_guess
    from costs
    where is_near(token_bill, cost)
)

select
    id,
    case reason when 'price_changed' then 6 else 7 end as place,
    reason,
    arg_min(detail, place) as detail
from found
where not is_guess or id not in (select surer.id from found as surer where not surer.is_guess)
group by all
