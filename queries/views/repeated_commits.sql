-- Which commits does a repository share with one that stands before it in retro.toml?
-- One row per commit and repository in which it is not counted: a clone beside its mirror, or a fork's history before the fork.
--
-- repo: repository that holds it too
-- commit_sha: commit
-- counted_repo: repository in which it counts
--
-- Left out: commits off the default branch; repositories that retro.toml no longer names.
-- Evidence: verified
with holders as (
    select
        commits.repo,
        commits.commit_sha,
        first_value(commits.repo) over (
            partition by commits.commit_sha
            order by repos.position, commits.repo
        ) as counted_repo
    from commits
    inner join repos on repos.repo = commits.repo and repos.is_configured
    where commits.is_on_default_branch and (select count(*) from repos where is_configured) > 1
)

select
    repo,
    commit_sha,
    counted_repo
from holders
where repo <> counted_repo
