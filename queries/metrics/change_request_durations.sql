-- How long did pull requests take?
-- One row per measure that the sprint has a pull request of.
--
-- measure: name, as CHAOSS has it where it has one
-- meaning: from when to when
-- pull_request_count: pull requests with both moments
-- unknown_count: pull requests that should have both, and of which one is not known
-- median_hours: median, in hundredths like the others
-- low_hours: first quartile
-- high_hours: third quartile
-- most_hours: longest
-- evidence: verified: times of the forge
--
-- The clock starts when a pull request was opened, or marked as ready the last time before the first look by a person; bots and
-- AI reviewers stop no clock. Pull requests without a look by a person have no time to it: see review_coverage in change_request_shares.
-- Source: https://chaoss.community/kb/metric-time-to-first-response/ and the metrics beside it.
-- Left out: pull requests that only git tells of, and those still open.
-- Evidence: verified
with pulls as (
    select * from sprint_pull_requests where sprint = $sprint
),

spans as (
    select 1 as place, 'time_to_first_response' as measure, 'ready to first look by a person' as meaning, pickup_hours as hours
    from pulls
    where first_human_at is not null
    union all
    select 2, 'review_cycle_duration', 'first look by a person to merge', review_hours + merge_hours
    from pulls
    where first_human_at is not null and state = 'merged'
    union all
    select 3, 'change_request_duration', 'opened to merged or closed', total_hours
    from pulls
    union all
    select 4, 'change_request_duration, merged', 'opened to merged', total_hours
    from pulls
    where state = 'merged'
    union all
    select 5, 'change_request_duration, closed', 'opened to closed unmerged', total_hours
    from pulls
    where state = 'closed'
)

select
    measure,
    meaning,
    count(hours) as pull_request_count,
    count(*) - count(hours) as unknown_count,
    round(quantile_cont(hours, 0.5), 2) as median_hours,
    round(quantile_cont(hours, 0.25), 2) as low_hours,
    round(quantile_cont(hours, 0.75), 2) as high_hours,
    round(max(hours), 2) as most_hours,
    'verified' as evidence
from spans
group by place, measure, meaning
order by place
