-- How much was merged and released, and how much did agents write, beside the sprints before?
-- One row per sprint: the sprint asked for last, up to eleven before it, oldest first.
--
-- sprint: id of the sprint
-- merged_pull_request_count: pull requests merged in the sprint
-- release_count: releases in it
-- agent_commit_share: commits other than merges that an agent wrote a part of, of those with a known kind of author, 0 to 1;
--   NULL: none is known
-- author_known_share: part of the commits other than merges whose kind of author is known, 0 to 1; NULL: there is none
--
-- Left out: what pull_requests, releases and sprint_commits leave out.
-- Evidence: inferred
-- Coverage: authors
with shown as (
    select
        sprints.sprint,
        sprints.sequence,
        sprints.starts_at,
        sprints.ends_at
    from sprints
    inner join sprints as asked
        on asked.sprint = $sprint and sprints.sequence between asked.sequence - 11 and asked.sequence
),

merged as (
    select
        shown.sprint,
        count(*) as merged_count
    from shown
    inner join pull_requests
        on pull_requests.merged_at >= shown.starts_at and pull_requests.merged_at < shown.ends_at
    where pull_requests.state = 'merged'
    group by shown.sprint
),

released as (
    select
        shown.sprint,
        count(*) as release_count
    from shown
    inner join releases
        on releases.released_at >= shown.starts_at and releases.released_at < shown.ends_at
    group by shown.sprint
),

writers as (
    select
        sprint,
        count(*) as commit_count,
        count(*) filter (where author_kind <> 'unknown') as known_count,
        count(*) filter (where author_kind = 'agent') as agent_count
    from sprint_commits
    where not is_merge
    group by sprint
)

select
    shown.sprint,
    coalesce(merged.merged_count, 0) as merged_pull_request_count,
    coalesce(released.release_count, 0) as release_count,
    1::double * writers.agent_count / nullif(writers.known_count, 0) as agent_commit_share,
    1::double * writers.known_count / nullif(writers.commit_count, 0) as author_known_share
from shown
left join merged on merged.sprint = shown.sprint
left join released on released.sprint = shown.sprint
left join writers on writers.sprint = shown.sprint
order by shown.sequence
