-- Which commits did a model request work for?
-- One row per billed request and commit of its session that it led to.
--
-- source: billed_requests.source
-- request_key: billed_requests.request_key
-- repo: repository
-- commit_sha: commit, landed or on the branch of a pull request
-- method: how the commit is joined to the session: trailer, own_commit, line_share
-- changed_lines: by how many lines the commit counts among those of the request, at least 1
--
-- A request belongs to the next commit that its session wrote on the branch then checked out. Several commits without a request
-- between them share what came before. Of copies of a commit (same author time and subject) the landed one counts.
-- Left out: requests after the last commit on their branch, and of sessions without a commit.
-- Evidence: inferred
with linked as materialized (
    select
        commit_sessions.repo,
        commit_sessions.commit_sha,
        commit_sessions.source as session_source,
        commit_sessions.session_id,
        commit_sessions.method,
        fingerprints.authored_at,
        row_number() over (
            partition by
                commit_sessions.repo,
                commit_sessions.source,
                commit_sessions.session_id,
                fingerprints.authored_at,
                fingerprints.subject_hash
            order by case when commits.commit_sha is null then 1 else 0 end, commit_sessions.commit_sha
        ) as copy
    from commit_sessions
    inner join commit_fingerprints as fingerprints
        on fingerprints.repo = commit_sessions.repo and fingerprints.commit_sha = commit_sessions.commit_sha
    left join commits on commits.repo = commit_sessions.repo and commits.commit_sha = commit_sessions.commit_sha
    where commit_sessions.is_primary and fingerprints.status <> 'merge' and fingerprints.authored_at is not null
),

events as (
    select
        requests.session_source,
        requests.session_id,
        requests.requested_at as happened_at,
        0 as is_commit,
        coalesce(requests.branch, '') as told_branch,
        requests.source,
        requests.request_key,
        null::text as repo,
        null::text as commit_sha,
        null::text as method
    from billed_requests as requests
    inner join (
        select distinct session_source, session_id
        from linked
    ) as linked_sessions
        on linked_sessions.session_source = requests.session_source and linked_sessions.session_id = requests.session_id
    union all
    select session_source, session_id, authored_at, 1, null, '', '', repo, commit_sha, method
    from linked
    where copy = 1
),

on_branches as (
    select
        *,
        last_value(told_branch ignore nulls) over (
            partition by session_source, session_id
            order by happened_at, is_commit, source, request_key, repo, commit_sha
            rows between unbounded preceding and current row
        ) as branch
    from events
),

-- A commit is numbered by the requests before it: commits with one number have no request between them.
counted as (
    select
        *,
        sum(1 - is_commit) over (
            partition by session_source, session_id, branch
            order by happened_at, is_commit, source, request_key, repo, commit_sha
            rows between unbounded preceding and current row
        ) as request_count
    from on_branches
    where branch is not null
),

placed as materialized (
    select
        *,
        min(case when is_commit = 1 then request_count end) over (
            partition by session_source, session_id, branch
            order by happened_at desc, is_commit desc, source desc, request_key desc, repo desc, commit_sha desc
            rows between unbounded preceding and current row
        ) as next_count
    from counted
),

sizes as (
    select
        repo,
        commit_sha,
        sum(coalesce(added_lines, 0) + coalesce(deleted_lines, 0))::bigint as changed_lines
    from commit_files
    group by all
),

hashed_sizes as (
    select
        repo,
        commit_sha,
        len(flatten(line_hashes)) as changed_lines
    from commit_fingerprints
)

select
    requests.source,
    requests.request_key,
    targets.repo,
    targets.commit_sha,
    targets.method,
    greatest(1, coalesce(sizes.changed_lines, hashed_sizes.changed_lines, 1))::bigint as changed_lines
from placed as requests
inner join placed as targets
    on targets.session_source = requests.session_source
    and targets.session_id = requests.session_id
    and targets.branch = requests.branch
    and targets.is_commit = 1
    and targets.request_count = requests.next_count
left join sizes on sizes.repo = targets.repo and sizes.commit_sha = targets.commit_sha
left join hashed_sizes on hashed_sizes.repo = targets.repo and hashed_sizes.commit_sha = targets.commit_sha
where requests.is_commit = 0
