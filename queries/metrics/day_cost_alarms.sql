-- On which days was the bill unusual for this team?
-- One row per day of the sprint with a request, the oldest first.
--
-- date: day in the project's zone
-- request_count: requests of the sprint
-- cost_usd: their cost; NULL: unknown of all
-- day_cost_usd: cost of the day's requests of all sprints, more where a tag gives one to another sprint; NULL: unknown of all
-- usual_usd: median of the earlier days; NULL: fewer than ten of them
-- unusual_from_usd: cost from which on a day is called unusual, above it where the earlier days all cost the same; NULL: fewer
--   than ten earlier days
-- is_unusual: whether day_cost_usd reaches that; NULL: not judged
-- earlier_day_count: earlier days that it was held against
-- past_day_count: days of earlier sprints that the same rule could judge
-- past_alarm_count: those of them that it would have called unusual
--
-- The modified z-score (Iglewicz and Hoaglin, 1993), unusual from 3.5 on and only upwards, against the last 30 earlier days with
-- a cost, of all sprints. Where more than half of them cost the same, so that the median deviation is 0, the mean deviation takes
-- its place, as the authors say; where all of them did, any dearer day is unusual. How often the rule would have called days of
-- earlier sprints unusual says how far to trust it. The costs sum to the sprint's bill.
-- Left out: days without a request; requests outside all sprints.
-- Evidence: inferred
with sprint_days as (
    select
        sprint,
        date,
        count(*) as request_count,
        sum(cost_usd) as cost_usd
    from sprint_requests
    group by all
),

days as (
    select
        date,
        sum(cost_usd) as cost_usd
    from sprint_days
    group by date
),

costly as (
    select
        date,
        cost_usd::double as size,
        row_number() over (order by date) as place
    from days
    where cost_usd > 0
),

middles as (
    select
        now.date,
        now.size,
        now.place,
        count(*) as earlier_day_count,
        median(earlier.size) as middle
    from costly as now
    inner join costly as earlier on earlier.place < now.place and earlier.place >= now.place - 30
    group by all
),

spreads as (
    select
        middles.date,
        middles.size,
        middles.earlier_day_count,
        middles.middle,
        median(abs(earlier.size - middles.middle)) as spread,
        avg(abs(earlier.size - middles.middle)) as mean_spread
    from middles
    inner join costly as earlier on earlier.place < middles.place and earlier.place >= middles.place - 30
    where middles.earlier_day_count >= 10
    group by all
),

bounds as (
    select
        date,
        size,
        earlier_day_count,
        middle,
        -- Of a standard deviation a median deviation measures 0.6745, a mean one 1 / 1.253314.
        middle + 3.5 * case when spread > 0 then spread / 0.6745 else 1.253314 * mean_spread end as bound
    from spreads
),

judged as (
    select
        date,
        earlier_day_count,
        middle,
        bound,
        case when bound > middle then size >= bound else size > middle end as is_unusual
    from bounds
),

past as (
    select
        count(judged.is_unusual) as day_count,
        count(*) filter (where judged.is_unusual) as alarm_count
    from judged
    inner join sprints on judged.date between sprints.first_date and sprints.last_date
    inner join sprints as asked on asked.sprint = $sprint and sprints.sequence < asked.sequence
)

select
    sprint_days.date,
    sprint_days.request_count,
    sprint_days.cost_usd::decimal(18, 12) as cost_usd,
    days.cost_usd::decimal(18, 12) as day_cost_usd,
    round(judged.middle, 6)::decimal(18, 12) as usual_usd,
    round(judged.bound, 6)::decimal(18, 12) as unusual_from_usd,
    judged.is_unusual,
    coalesce(middles.earlier_day_count, 0) as earlier_day_count,
    past.day_count as past_day_count,
    past.alarm_count as past_alarm_count
from sprint_days
inner join days on days.date = sprint_days.date
cross join past
left join middles on middles.date = sprint_days.date
left join judged on judged.date = sprint_days.date
where sprint_days.sprint = $sprint
order by sprint_days.date
