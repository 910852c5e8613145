-- Unsettled requests that nothing else explains, billed at the rates of no list that has the model: a gateway's default.
--
-- A known pair of rates is enough when it gives the bill to a billionth of a dollar, for ten tokens or more each way. Any
-- other pair is solved from a unit's requests by least squares and rounded to five cents; it counts when it gives three
-- or more different requests, and at least half of those left, to a billionth of a dollar.
insert into findings
with unexplained as (
    select
        unsettled_requests.rowid as id,
        unsettled_requests.*
    from unsettled_requests
    anti join findings on findings.id = unsettled_requests.rowid
    where expected > 0
),

known as (
    select
        unexplained.id,
        min({'input': known_pairs.input_usd, 'output': known_pairs.output_usd}) as pair
    from unexplained
    inner join known_pairs
        on abs(
            token_bill - input_tokens * (input_usd * 1000000)::bigint - output * (output_usd * 1000000)::bigint
        ) <= 1000
    where token_bill > 0 and input_tokens >= 10 and output >= 10
    group by unexplained.id
    having count(*) = 1
),

rest as (
    select unexplained.*
    from unexplained
    anti join known on known.id = unexplained.id
    where token_bill > 0
),

sums as (
    select
        source,
        model,
        price_date,
        count(*) as request_count,
        sum(input_tokens::double * input_tokens::double) as xx,
        sum(input_tokens::double * output::double) as xy,
        sum(output::double * output::double) as yy,
        sum(input_tokens::double * token_bill::double) as xb,
        sum(output::double * token_bill::double) as yb
    from rest
    group by all
    having count(*) >= 3
),

solved as (
    select
        source,
        model,
        price_date,
        request_count,
        round((xb * yy - yb * xy) / (xx * yy - xy * xy) / 50000)::bigint * 50000 as input_rate,
        round((yb * xx - xb * xy) / (xx * yy - xy * xy) / 50000)::bigint * 50000 as output_rate
    from sums
    where xx * yy - xy * xy > 0.000001 * xx * yy
),

tried as (
    select
        rest.id,
        rest.source,
        rest.model,
        rest.price_date,
        rest.input_tokens,
        rest.output,
        solved.request_count,
        solved.input_rate,
        solved.output_rate
    from rest
    inner join solved
        on solved.source = rest.source and solved.model = rest.model and solved.price_date = rest.price_date
    where
        solved.input_rate >= 0
        and solved.output_rate >= 0
        and abs(rest.token_bill - rest.input_tokens * solved.input_rate - rest.output * solved.output_rate) <= 1000
),

proven as (
    select
        source,
        model,
        price_date
    from tried
    group by all
    having count(distinct (input_tokens, output)) >= 3 and count(*) * 2 >= min(request_count)
)

select
    id,
    8 as place,
    'default_price_suspected' as reason,
    '$' || rtrim(rtrim(pair['input']::text, '0'), '.') || '/$' || rtrim(rtrim(pair['output']::text, '0'), '.') as detail
from known
union all
select
    tried.id,
    8,
    'default_price_suspected',
    as_dollars(tried.input_rate * 1000000) || '/' || as_dollars(tried.output_rate * 1000000) || ', solved from '
    || tried.request_count || ' requests'
from tried
semi join proven
    on proven.source = tried.source and proven.model = tried.model and proven.price_date = tried.price_date
union all
select id, 8, 'default_price_suspected', '$0/$0'
from unexplained
where logged = 0 and not has_prefix
union all
select id, 9, 'vendor_prefix_missed', 'billed $0'
from unexplained
where logged = 0 and has_prefix
union all
select unexplained.id, 9, 'vendor_prefix_missed', 'the name has a prefix, the rates are a default'
from unexplained
where
    unexplained.has_prefix
    and (
        unexplained.id in (select known.id from known)
        or unexplained.id in (
            select tried.id
            from tried
            semi join proven
                on proven.source = tried.source and proven.model = tried.model and proven.price_date = tried.price_date
        )
    )
