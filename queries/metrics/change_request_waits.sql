-- Where did pull requests wait?
-- One row per stage, in order; none without a pull request.
--
-- stage: draft (opened to ready), first look (ready to the first look by a person), review (to the last approval), merge (to the end)
-- wait_hours: sum over the sprint's pull requests, in tenths
-- whole_hours: time from opened to ended of all of them, in tenths
-- wait_share: part of that time, 0 to 1
-- median_hours: median of the pull requests that have the stage
-- pull_request_count: pull requests that have the stage, that is, spent time in it
-- unknown_count: pull requests whose opening or reviews are not known, in none of the sums
-- evidence: verified: times of the forge
--
-- The stages sum to the whole, also where one is missing: without a look all that follows ready is waiting for it; without an
-- approval all that follows the look is review. Where the forge's timeline is not known, drafts count as waiting for a look.
-- Left out: pull requests that only git tells of, and those still open.
-- Evidence: verified
with pulls as (
    select * from sprint_pull_requests where sprint = $sprint
),

stages as (
    select 1 as place, 'draft' as stage, draft_hours as hours from pulls
    union all
    select 2, 'first look', pickup_hours from pulls
    union all
    select 3, 'review', review_hours from pulls
    union all
    select 4, 'merge', merge_hours from pulls
)

select
    stage,
    round(sum(hours), 1) as wait_hours,
    round(sum(sum(hours)) over (), 1) as whole_hours,
    sum(hours) / nullif(sum(sum(hours)) over (), 0) as wait_share,
    quantile_cont(case when hours > 0 then hours end, 0.5) as median_hours,
    count(*) filter (where hours > 0) as pull_request_count,
    count(*) - count(hours) as unknown_count,
    'verified' as evidence
from stages
group by place, stage
order by place
