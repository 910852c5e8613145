-- Which commits make up each thing whose reach is asked for?
-- One row per target and commit.
--
-- target_kind: change (a pull request, or a commit without one) or sprint
-- target_repo: repository of a change; - for a sprint, which can span several
-- target: change_commits.change_key, or the id of the sprint
-- sprint: sprint of the target; -: none
-- reached_at: when the target was over, UTC: change_commits.changed_at, or the end of the sprint; NULL: unknown
-- repo: repository of the commit
-- commit_sha: commit
--
-- Left out: merges; the boundary of a shallow clone.
-- Evidence: inferred
select
    'change' as target_kind,
    repo as target_repo,
    change_key as target,
    coalesce(sprint, '-') as sprint,
    changed_at as reached_at,
    repo,
    commit_sha
from change_commits
union all
select
    'sprint',
    '-',
    sprint_commits.sprint,
    sprint_commits.sprint,
    sprints.ends_at,
    sprint_commits.repo,
    sprint_commits.commit_sha
from sprint_commits
inner join sprints on sprints.sprint = sprint_commits.sprint
where not sprint_commits.is_merge and not sprint_commits.is_boundary
