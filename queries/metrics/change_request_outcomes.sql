-- What became of the sprint's pull requests, step by step?
-- One row per step, in the order of the funnel.
--
-- step: opened in the sprint; ended in it (merged or closed), and of these: seen by a person, approved, merged; then changes requested, closed unmerged, not seen
-- pull_request_count: pull requests that took it
-- unknown_count: pull requests of which it is not known
-- ended_share: part of those that ended in the sprint, 0 to 1; NULL for opened, and without any
-- evidence: verified: counted
--
-- Only a person's look counts, before the end, and never the author's own.
-- Left out: pull requests that only git tells of.
-- Evidence: verified
with pulls as (
    select * from sprint_pull_requests where sprint = $sprint
),

opened as (
    select count(*) as opened_count
    from reviewed_pull_requests as reviewed
    inner join sprints on reviewed.opened_at >= sprints.starts_at and reviewed.opened_at < sprints.ends_at
    where sprints.sprint = $sprint
),

steps as (
    select 1 as place, 'opened' as step, opened_count as pull_request_count, 0 as unknown_count, null as ended_count from opened
    union all
    select 2, 'ended', count(*), 0, count(*) from pulls
    union all
    select 3, 'seen by a person', count(*) filter (where is_seen), count(*) filter (where is_seen is null), count(*) from pulls
    union all
    select 4, 'approved', count(*) filter (where last_approval_at is not null),
        count(*) filter (where last_approval_at is null and is_seen is null), count(*)
    from pulls
    union all
    select 5, 'merged', count(*) filter (where state = 'merged'), 0, count(*) from pulls
    union all
    select 6, 'changes requested', count(*) filter (where is_rejected), count(*) filter (where is_rejected is null), count(*) from pulls
    union all
    select 7, 'closed unmerged', count(*) filter (where state = 'closed'), 0, count(*) from pulls
    union all
    select 8, 'not seen', count(*) filter (where not is_seen), count(*) filter (where is_seen is null), count(*) from pulls
)

select
    step,
    pull_request_count,
    unknown_count,
    1::double * pull_request_count / nullif(ended_count, 0) as ended_share,
    'verified' as evidence
from steps
where (select opened_count from opened) + (select count(*) from pulls) > 0
order by place
