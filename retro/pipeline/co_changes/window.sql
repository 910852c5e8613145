-- The time to look at: two years up to the end of the sprint, or up to the newest commit where that came first.
-- Takes $repo and $sprint; no row in a repository without a commit.
with newest as (
    select max(committed_at) as committed_at
    from commits
    where repo = $repo and is_on_default_branch
)

select
    sprints.starts_at,
    sprints.ends_at,
    sprints.ends_at as until,
    least(sprints.ends_at, newest.committed_at) as known_until,
    least(sprints.ends_at, newest.committed_at) - interval 730 days as since
from sprints
cross join newest
where sprints.sprint = $sprint and newest.committed_at is not null
