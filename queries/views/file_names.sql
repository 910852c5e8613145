-- What is a file called now, and is it still there?
-- One row per path that a commit of the default branch named, before or after its change.
--
-- repo: repository
-- path: path as it was written
-- newest_path: its newest name, renames followed; a path that is in use again keeps its own
-- gone_at: when that file was deleted, UTC; NULL: it is there
--
-- Told from commits in the order of their times: a file that only a merge deleted counts as there.
-- Left out: commits without a readable committer time.
-- Evidence: inferred
with events as (
    select
        commit_files.repo,
        commit_files.path,
        commits.committed_at,
        case when commit_files.change_kind = 'D' then 1 else 2 end as strength,
        commit_files.change_kind in ('M', 'T') as is_edit,
        cast(null as text) as next_path
    from commit_files
    inner join commits on commits.repo = commit_files.repo and commits.commit_sha = commit_files.commit_sha
    where commits.is_on_default_branch and commits.committed_at is not null
    union all
    select
        commit_files.repo,
        commit_files.old_path as path,
        commits.committed_at,
        0 as strength,
        false as is_edit,
        commit_files.path as next_path
    from commit_files
    inner join commits on commits.repo = commit_files.repo and commits.commit_sha = commit_files.commit_sha
    where
        commits.is_on_default_branch
        and commits.committed_at is not null
        and commit_files.change_kind = 'R'
        and commit_files.old_path is not null
),

ranked as (
    select
        repo,
        path,
        committed_at,
        strength,
        next_path,
        -- An edit decides only where nothing else is known: one that is younger than a rename was made on another branch.
        row_number() over (
            partition by repo, path
            order by is_edit, committed_at desc, strength desc, next_path
        ) as place
    from events
),

lasts as (
    select
        repo,
        path,
        committed_at,
        strength,
        next_path
    from ranked
    where place = 1
),

-- A chain of renames; the limit ends circles, which clocks that went wrong can make.
chains as (
    with recursive steps as (
        select
            repo,
            path,
            next_path,
            1 as step
        from lasts
        where next_path is not null
        union all
        select
            steps.repo,
            steps.path,
            lasts.next_path,
            steps.step + 1 as step
        from steps
        inner join lasts on lasts.repo = steps.repo and lasts.path = steps.next_path
        where lasts.next_path is not null and steps.step < 50
    )

    select
        repo,
        path,
        next_path,
        row_number() over (partition by repo, path order by step desc) as place
    from steps
)

select
    lasts.repo,
    lasts.path,
    coalesce(chains.next_path, lasts.path) as newest_path,
    case when newest.strength <> 2 then newest.committed_at end as gone_at
from lasts
left join chains on chains.repo = lasts.repo and chains.path = lasts.path and chains.place = 1
left join lasts as newest
    on newest.repo = lasts.repo and newest.path = coalesce(chains.next_path, lasts.path)
