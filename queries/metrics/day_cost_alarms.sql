-- On which days was the bill unusual for this team?
-- One row per day of the sprint with a request, the oldest first.
--
-- date: day in the project's zone
-- request_count: requests
-- cost_usd: their cost; NULL: unknown of all
-- usual_usd: median of the earlier days; NULL: fewer than ten of them
-- unusual_from_usd: cost from which on a day is called unusual; NULL: fewer than ten earlier days, or they do not differ
-- is_unusual: whether cost_usd reaches that; NULL: not judged
-- earlier_day_count: earlier days that it was held against
-- past_day_count: days of earlier sprints that the same rule could judge
-- past_alarm_count: those of them that it would have called unusual
--
-- The modified z-score (Iglewicz and Hoaglin, 1993), unusual from 3.5 on and only upwards, against the last 30 earlier days with
-- a cost, of all sprints. How often the rule would have called days of earlier sprints unusual says how far to trust it.
-- Left out: days without a request; requests outside all sprints.
-- Evidence: inferred
with days as (
    select
        sprint_requests.date,
        max(sprints.sequence) as sequence,
        count(*) as request_count,
        sum(sprint_requests.cost_usd) as cost_usd
    from sprint_requests
    inner join sprints on sprints.sprint = sprint_requests.sprint
    group by all
),

costly as (
    select
        date,
        sequence,
        cost_usd::double as size,
        row_number() over (order by date) as place
    from days
    where cost_usd > 0
),

middles as (
    select
        now.date,
        now.sequence,
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
        middles.sequence,
        middles.size,
        middles.earlier_day_count,
        middles.middle,
        median(abs(earlier.size - middles.middle)) as spread
    from middles
    inner join costly as earlier on earlier.place < middles.place and earlier.place >= middles.place - 30
    where middles.earlier_day_count >= 10
    group by all
),

judged as (
    select
        date,
        sequence,
        earlier_day_count,
        middle,
        -- 0.6745 of a standard deviation is what a median deviation measures.
        case when spread > 0 then middle + 3.5 * spread / 0.6745 end as bound,
        case when spread > 0 then size >= middle + 3.5 * spread / 0.6745 end as is_unusual
    from spreads
),

asked as (
    select sequence
    from sprints
    where sprint = $sprint
),

past as (
    select
        count(judged.is_unusual) as day_count,
        count(*) filter (where judged.is_unusual) as alarm_count
    from judged
    inner join asked on judged.sequence < asked.sequence
)

select
    days.date,
    days.request_count,
    days.cost_usd::decimal(18, 12) as cost_usd,
    round(judged.middle, 6)::decimal(18, 12) as usual_usd,
    round(judged.bound, 6)::decimal(18, 12) as unusual_from_usd,
    judged.is_unusual,
    coalesce(middles.earlier_day_count, 0) as earlier_day_count,
    past.day_count as past_day_count,
    past.alarm_count as past_alarm_count
from days
inner join asked on days.sequence = asked.sequence
cross join past
left join middles on middles.date = days.date
left join judged on judged.date = days.date
order by days.date
