-- Which project is this, and over which sprints does it go?
-- One row: the project.
--
-- project: name from retro.toml
-- timezone: zone in which days and sprints begin
-- is_invented: true for the demo, whose data is made up
-- sprint_count: sprints of the plan with a commit
-- first_date: first day of the first of them, in the project's zone; NULL: there is none
-- last_date: last day of the last of them; NULL likewise
-- repo_count: repositories read
-- log_count: logs of gateways and folders of transcripts read
-- pull_request_count: pull requests known
-- mined_at: when the oldest repository was read, UTC
--
-- Evidence: verified
with worked as (
    select
        count(*) as sprint_count,
        min(sprints.first_date) as first_date,
        max(sprints.last_date) as last_date
    from sprints
    inner join sprint_totals on sprint_totals.sprint = sprints.sprint and sprint_totals.commit_count > 0
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
),

pulls as (
    select count(*) as pull_request_count
    from pull_requests
)

select
    projects.project,
    projects.timezone,
    projects.is_invented,
    worked.sprint_count,
    worked.first_date,
    worked.last_date,
    read_repos.repo_count,
    logs.log_count,
    pulls.pull_request_count,
    read_repos.mined_at
from projects
cross join worked
cross join read_repos
cross join logs
cross join pulls
order by projects.project
