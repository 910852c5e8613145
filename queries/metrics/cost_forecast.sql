-- What will the sprint have cost at its end?
-- One row while the sprint runs; none before its third whole day, after its end, and without a bill.
--
-- cost_usd: bill so far
-- whole_day_count: whole days of the sprint that are over
-- day_usd: mean bill of those days, days without a request included
-- remaining_days: days to come, the rest of today included
-- forecast_usd: cost_usd + day_usd * remaining_days
-- low_usd: lower end of the range that four of five such forecasts would meet, at least cost_usd
-- high_usd: its upper end
--
-- The range takes the days as independent and their spread as it was so far: 1.28 standard deviations of the remaining sum. The
-- sprint has run to the moment when the oldest repository was read.
-- Left out: what a team knows of the days to come, such as weekends.
-- Evidence: inferred
with clock as (
    select
        sprints.sprint,
        sprints.starts_at,
        sprints.ends_at,
        sprints.first_date,
        (min(repos.mined_at) at time zone projects.timezone)::date as today,
        min(repos.mined_at) as now_at
    from sprints
    cross join projects
    inner join repos on repos.is_configured
    where sprints.sprint = $sprint
    group by sprints.sprint, sprints.starts_at, sprints.ends_at, sprints.first_date, projects.timezone
    having min(repos.mined_at) >= sprints.starts_at and min(repos.mined_at) < sprints.ends_at
),

calendar as (
    select unnest(generate_series(first_date, today - 1, interval 1 day))::date as date
    from clock
),

bills as (
    select
        date,
        sum(cost_usd) as cost_usd
    from sprint_requests
    where sprint = $sprint
    group by all
),

whole_days as (
    select
        count(*) as day_count,
        avg(coalesce(bills.cost_usd, 0)::double) as mean_usd,
        stddev_samp(coalesce(bills.cost_usd, 0)::double) as spread_usd
    from calendar
    left join bills on bills.date = calendar.date
),

figures as (
    select
        (select sum(cost_usd) from bills) as cost_usd,
        whole_days.day_count,
        whole_days.mean_usd,
        whole_days.spread_usd,
        epoch(clock.ends_at - clock.now_at) / 86400 as remaining_days
    from clock
    cross join whole_days
)

select
    cost_usd::decimal(18, 12) as cost_usd,
    day_count as whole_day_count,
    round(mean_usd, 6)::decimal(18, 12) as day_usd,
    round(remaining_days, 2) as remaining_days,
    round(cost_usd::double + mean_usd * remaining_days, 6)::decimal(18, 12) as forecast_usd,
    round(
        greatest(
            cost_usd::double,
            cost_usd::double + mean_usd * remaining_days - 1.28 * spread_usd * sqrt(remaining_days)
        ),
        6
    )::decimal(18, 12) as low_usd,
    round(
        cost_usd::double + mean_usd * remaining_days + 1.28 * spread_usd * sqrt(remaining_days), 6
    )::decimal(18, 12) as high_usd
from figures
where day_count >= 3 and cost_usd is not null
order by day_count
