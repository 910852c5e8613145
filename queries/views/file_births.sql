-- Since when has each path been there, over its renames?
-- One row per path that a commit of the default branch changed.
--
-- repo: repository
-- path: path
-- born_at: committer time of the commit that was the first to have the file, under this name or an earlier one, UTC; NULL:
--   unknown (it came with a merge alone, lies behind the cut of a shallow clone, or was renamed more than twenty times)
--
-- Left out: paths that came and went beside the default branch.
-- Evidence: inferred
with recursive firsts as (
    select
        commit_files.repo,
        commit_files.path,
        min(commits.committed_at) as first_at,
        arg_min(commit_files.change_kind, (commits.committed_at, commit_files.change_kind)) as change_kind,
        arg_min(coalesce(commit_files.old_path, ''), (commits.committed_at, commit_files.change_kind)) as old_path
    from commit_files
    inner join commits on commits.repo = commit_files.repo and commits.commit_sha = commit_files.commit_sha
    where commits.is_on_default_branch and commits.committed_at is not null
    group by all
),

steps as (
    select
        repo,
        path,
        path as at_path,
        1 as step
    from firsts
    union all
    select
        steps.repo,
        steps.path,
        firsts.old_path as at_path,
        steps.step + 1 as step
    from steps
    inner join firsts on firsts.repo = steps.repo and firsts.path = steps.at_path
    where firsts.change_kind = 'R' and steps.step < 21
),

ends as (
    select
        repo,
        path,
        arg_max(at_path, step) as at_path
    from steps
    group by all
)

select
    ends.repo,
    ends.path,
    case when firsts.change_kind in ('A', 'C') then firsts.first_at end as born_at
from ends
left join firsts on firsts.repo = ends.repo and firsts.path = ends.at_path
