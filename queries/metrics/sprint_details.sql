-- Which sprint is this, and what was it drawn from?
-- One row: the sprint.
--
-- project: name from retro.toml
-- timezone: zone in which days and sprints begin
-- is_invented: true for the demo, whose data is made up
-- sprint: id of the sprint
-- goal: the goal as told in retro.toml; NULL: none told
-- first_date: first day, in the project's zone
-- last_date: last day, inclusive
-- starts_at: first instant, UTC
-- ends_at: first instant after it, UTC
-- previous_sprint: id of the sprint before; NULL: this is the first
-- next_sprint: id of the sprint after; NULL: this is the last of the plan
-- gap_day_count: days between the sprint before and this one that belong to no sprint
-- repo_count: repositories read
-- log_count: logs of gateways and transcripts read
-- pull_request_count: pull requests that were merged or closed in the sprint
-- mined_at: when the oldest of them was read, UTC
-- shallow_repo_count: repositories whose clone is cut within or after this sprint, so that commits of it are missing
-- is_running: true when it had not ended when the repositories were read
--
-- Evidence: verified
with ordered as (
    select
        *,
        lag(sprint) over (order by sequence) as previous_sprint,
        lead(sprint) over (order by sequence) as next_sprint,
        lag(last_date) over (order by sequence) as previous_last_date
    from sprints
),

cuts as (
    select
        commits.repo,
        max(commits.committed_at) as cut_at
    from commits
    inner join repos on repos.repo = commits.repo and repos.is_configured and repos.is_shallow
    where commits.is_boundary and commits.is_on_default_branch
    group by all
),

read_repos as (
    select
        count(*) as repo_count,
        min(mined_at) as mined_at
    from repos
    where is_configured
),

logs as (
    select count(distinct item) as log_count
    from load_log
    where source in ('gateway', 'agents') and status = 'loaded'
)

select
    projects.project,
    projects.timezone,
    projects.is_invented,
    ordered.sprint,
    ordered.goal,
    ordered.first_date,
    ordered.last_date,
    ordered.starts_at,
    ordered.ends_at,
    ordered.previous_sprint,
    ordered.next_sprint,
    coalesce(date_diff('day', ordered.previous_last_date, ordered.first_date) - 1, 0) as gap_day_count,
    read_repos.repo_count,
    logs.log_count,
    (
        select count(*)
        from pull_requests
        where
            coalesce(pull_requests.merged_at, pull_requests.closed_at) >= ordered.starts_at
            and coalesce(pull_requests.merged_at, pull_requests.closed_at) < ordered.ends_at
    ) as pull_request_count,
    read_repos.mined_at,
    (select count(*) from cuts where cuts.cut_at >= ordered.starts_at) as shallow_repo_count,
    coalesce(read_repos.mined_at < ordered.ends_at, false) as is_running
from ordered
cross join projects
cross join read_repos
cross join logs
where ordered.sprint = $sprint
order by ordered.sequence
