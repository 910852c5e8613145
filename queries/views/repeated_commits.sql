-- Which commits does a repository share with another one in which they count?
-- One row per commit and repository in which it is not counted: a clone beside its mirror, or a fork's history before the fork.
--
-- repo: repository that holds it too
-- commit_sha: commit
-- counted_repo: repository in which it counts
--
-- It counts where the default branch reaches it, and of several such repositories, or of none, in the one that stands first in
-- retro.toml.
-- Left out: repositories that retro.toml no longer names.
-- Evidence: verified
with holders as (
    select
        commits.repo,
        commits.commit_sha,
        first_value(commits.repo) over (
            partition by commits.commit_sha
            order by commits.is_on_default_branch desc, repos.position, commits.repo
        ) as counted_repo
    from commits
    inner join repos on repos.repo = commits.repo and repos.is_configured
    where (select count(*) from repos where is_configured) > 1
)

select
    repo,
    commit_sha,
    counted_repo
from holders
where repo <> counted_repo
