-- Which files of code are both large and changed often?
-- One row per path, the twenty with the largest product of commit_count and file_lines.
--
-- repo: repository
-- path: path at the sprint's end
-- area: the team's area
-- language: language by file name; NULL: the name tells none
-- commit_count: commits in the 365 days up to the sprint's end that changed it under this path, bots left out
-- people_count: distinct people who wrote them, by .mailmap and address
-- changed_lines: sum of lines added and deleted in them
-- file_lines: its lines at the sprint's end, as the sum of all lines added less those deleted since it has been there, over its renames; an estimate where the same change came in by two branches
-- function_count: functions of it whose complexity is known; 0: of none, since only sprints that were built are parsed
-- max_complexity: highest cyclomatic complexity among them when a commit changed them last; NULL: unknown
--
-- Size stands for complexity, since it is known of every file and goes with it; what was parsed stands beside it.
-- Left out: bots; merges; all kinds but code; files without a count of lines; files that were deleted or renamed by the sprint's end.
-- Evidence: inferred
-- Coverage: lines
-- Source: change frequency times lines of code, Tornhill, Your Code as a Crime Scene, 2015
with recursive touches as (
    select
        commit_files.repo,
        commit_files.path,
        commit_files.old_path,
        commit_files.change_kind,
        commit_files.added_lines,
        commit_files.deleted_lines,
        commits.commit_sha,
        commits.committed_at,
        coalesce(identities.author_key, lower(commits.author_email), commits.author_name, '') as author_key,
        commits.committed_at >= sprints.ends_at - interval 365 day
        and coalesce(attribution.author_kind, 'unknown') <> 'bot' as is_recent
    from change_commits
    inner join commits on commits.repo = change_commits.repo and commits.commit_sha = change_commits.commit_sha
    inner join sprints on sprints.sprint = $sprint and commits.committed_at < sprints.ends_at
    inner join commit_files
        on commit_files.repo = change_commits.repo and commit_files.commit_sha = change_commits.commit_sha
    left join commit_attribution as attribution
        on attribution.repo = commits.repo and attribution.commit_sha = commits.commit_sha
    left join identities
        on identities.repo = commits.repo
        and identities.email = coalesce(commits.author_email, '')
        and identities.name = coalesce(commits.author_name, '')
),

busy as (
    select
        touches.repo,
        touches.path,
        file_kinds.area,
        file_kinds.language,
        count(*) filter (where touches.is_recent) as commit_count,
        count(distinct case when touches.is_recent then touches.author_key end) as people_count,
        coalesce(sum(touches.added_lines + touches.deleted_lines) filter (where touches.is_recent), 0)::bigint as changed_lines,
        arg_max(touches.change_kind, touches.committed_at) as last_kind,
        max(touches.committed_at) filter (where touches.change_kind in ('A', 'C', 'R')) as arrived_at
    from touches
    inner join file_kinds on file_kinds.repo = touches.repo and file_kinds.path = touches.path
    where file_kinds.kind = 'code'
    group by all
    having commit_count > 0 and last_kind <> 'D'
),

departures as (
    select
        repo,
        old_path as path,
        committed_at as moved_at
    from touches
    where change_kind = 'R' and old_path is not null
),

-- An edit that is younger than a rename was made on another branch: a name is in use again when a file came under it since.
present as (
    select busy.*
    from busy
    where not exists (
        select 1
        from departures
        where
            departures.repo = busy.repo
            and departures.path = busy.path
            and departures.moved_at >= coalesce(busy.arrived_at, '-infinity'::timestamptz)
    )
),

-- From each name back to the one before it, with the time until which that one held.
names as (
    select
        repo,
        path,
        path as at_path,
        timestamptz '9999-01-01 00:00+00' as until_at,
        1 as step
    from present
    union all
    select
        names.repo,
        names.path,
        firsts.old_path as at_path,
        firsts.committed_at as until_at,
        names.step + 1 as step
    from names
    inner join (
        select
            repo,
            path,
            min(committed_at) as committed_at,
            arg_min(change_kind, committed_at) as change_kind,
            arg_min(coalesce(old_path, ''), committed_at) as old_path
        from touches
        group by all
    ) as firsts
        on firsts.repo = names.repo and firsts.path = names.at_path
        and firsts.change_kind = 'R' and firsts.committed_at < names.until_at
    where names.step < 21
),

-- What had the name before moved on with its lines.
left_names as (
    select
        names.repo,
        names.path,
        names.at_path,
        max(departures.moved_at) as left_at
    from names
    inner join departures
        on departures.repo = names.repo and departures.path = names.at_path and departures.moved_at < names.until_at
    group by all
),

sizes as (
    select
        names.repo,
        names.path,
        sum(touches.added_lines - touches.deleted_lines)::bigint as file_lines
    from names
    inner join touches
        on touches.repo = names.repo and touches.path = names.at_path and touches.committed_at < names.until_at
    left join left_names
        on left_names.repo = names.repo and left_names.path = names.path and left_names.at_path = names.at_path
    where left_names.left_at is null or touches.committed_at > left_names.left_at
    group by all
),

functions as (
    select
        commit_functions.repo,
        commit_functions.path,
        commit_functions.function_name,
        arg_max(commit_functions.complexity_after, (commits.committed_at, commit_functions.start_line)) as complexity,
        arg_max(commit_functions.change_kind, (commits.committed_at, commit_functions.start_line)) as last_kind
    from commit_functions
    inner join commits on commits.repo = commit_functions.repo and commits.commit_sha = commit_functions.commit_sha
    inner join sprints on sprints.sprint = $sprint and commits.committed_at < sprints.ends_at
    where commits.is_on_default_branch
    group by all
),

known as (
    select
        repo,
        path,
        count(*) as function_count,
        max(complexity) as max_complexity
    from functions
    where last_kind <> 'deleted'
    group by all
)

select
    present.repo,
    present.path,
    present.area,
    present.language,
    present.commit_count,
    present.people_count,
    present.changed_lines,
    sizes.file_lines,
    coalesce(known.function_count, 0) as function_count,
    known.max_complexity
from present
inner join sizes on sizes.repo = present.repo and sizes.path = present.path
left join known on known.repo = present.repo and known.path = present.path
where sizes.file_lines > 0
order by present.commit_count * sizes.file_lines desc, present.commit_count desc, present.repo, present.path
limit 20
