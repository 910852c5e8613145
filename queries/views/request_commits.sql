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
-- A commit that the session made and that is not in the clone, so neither landed nor of a pull request, keeps what came before it,
-- unless a later commit may hold it (squashed or written anew): one that git printed no other branch for.
-- Left out: requests after the last commit on their branch, before such a lost commit, and of sessions without a commit.
-- Evidence: inferred
with joined as materialized (
    select
        commit_sessions.repo,
        commit_sessions.commit_sha,
        commit_sessions.source as session_source,
        commit_sessions.session_id,
        commit_sessions.method,
        fingerprints.authored_at,
        fingerprints.subject_hash,
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

-- A detached HEAD, as in a rebase, says nothing about the branch.
calls as (
    select
        source as session_source,
        session_id,
        event_id,
        position,
        called_at,
        coalesce(ended_at, called_at) as ended_at,
        commit_sha as printed_sha,
        subject_hash,
        case when branch <> 'detached HEAD' then branch end as printed_branch
    from agent_commits
),

-- An amended commit keeps the author time of its first call.
made as materialized (
    select
        joined.session_source,
        joined.session_id,
        joined.repo,
        joined.commit_sha,
        calls.event_id,
        calls.position,
        calls.called_at,
        calls.printed_branch,
        coalesce(starts_with(joined.commit_sha, calls.printed_sha), false) as is_printed,
        coalesce(
            joined.subject_hash = calls.subject_hash
            and joined.authored_at between calls.called_at - interval 3 minute and calls.ended_at + interval 3 minute,
            false
        ) as is_same
    from joined
    inner join calls
        on calls.session_source = joined.session_source
        and calls.session_id = joined.session_id
        and (
            starts_with(joined.commit_sha, calls.printed_sha)
            or joined.authored_at between date_trunc('second', calls.called_at) and calls.ended_at
            or (
                joined.subject_hash = calls.subject_hash
                and joined.authored_at between calls.called_at - interval 3 minute and calls.ended_at + interval 3 minute
            )
        )
),

commit_calls as (
    select
        *,
        row_number() over (
            partition by session_source, session_id, repo, commit_sha
            order by is_printed desc, called_at, event_id, position
        ) as place
    from made
    where is_printed or is_same
),

linked as materialized (
    select
        joined.session_source,
        joined.session_id,
        joined.repo,
        joined.commit_sha,
        joined.method,
        coalesce(commit_calls.called_at, joined.authored_at) as happened_at,
        commit_calls.printed_branch
    from joined
    left join commit_calls
        on commit_calls.session_source = joined.session_source
        and commit_calls.session_id = joined.session_id
        and commit_calls.repo = joined.repo
        and commit_calls.commit_sha = joined.commit_sha
        and commit_calls.place = 1
    where joined.copy = 1
),

linked_sessions as (
    select distinct session_source, session_id
    from linked
),

lost as (
    select
        calls.session_source,
        calls.session_id,
        calls.called_at,
        calls.event_id,
        calls.position,
        calls.printed_branch
    from calls
    left join made
        on made.session_source = calls.session_source
        and made.session_id = calls.session_id
        and made.event_id = calls.event_id
        and made.position = calls.position
    where calls.printed_sha is not null and calls.printed_branch is not null and made.commit_sha is null
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
        null::text as method,
        null::text as printed_branch
    from billed_requests as requests
    inner join linked_sessions
        on linked_sessions.session_source = requests.session_source and linked_sessions.session_id = requests.session_id
    union all
    select session_source, session_id, happened_at, 1, null, '', '', repo, commit_sha, method, printed_branch
    from linked
    union all
    select
        lost.session_source,
        lost.session_id,
        lost.called_at,
        1,
        null,
        lost.event_id,
        lost.position::text,
        null,
        null,
        null,
        lost.printed_branch
    from lost
    inner join linked_sessions
        on linked_sessions.session_source = lost.session_source and linked_sessions.session_id = lost.session_id
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
        ) as next_count,
        min(case when commit_sha is not null and printed_branch is null then request_count end) over (
            partition by session_source, session_id, branch
            order by happened_at desc, is_commit desc, source desc, request_key desc, repo desc, commit_sha desc
            rows between unbounded preceding and current row
        ) as next_unprinted_count,
        min(case when commit_sha is not null then request_count end) over (
            partition by session_source, session_id, branch, is_commit, printed_branch
            order by happened_at desc, is_commit desc, source desc, request_key desc, repo desc, commit_sha desc
            rows between unbounded preceding and current row
        ) as next_same_count
    from counted
),

takers as (
    select
        session_source,
        session_id,
        branch,
        request_count,
        min(
            case when commit_sha is not null then request_count else least(next_unprinted_count, next_same_count) end
        ) as taking_count
    from placed
    where is_commit = 1
    group by all
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
inner join takers
    on takers.session_source = requests.session_source
    and takers.session_id = requests.session_id
    and takers.branch = requests.branch
    and takers.request_count = requests.next_count
inner join placed as targets
    on targets.session_source = takers.session_source
    and targets.session_id = takers.session_id
    and targets.branch = takers.branch
    and targets.commit_sha is not null
    and targets.request_count = takers.taking_count
left join sizes on sizes.repo = targets.repo and sizes.commit_sha = targets.commit_sha
left join hashed_sizes on hashed_sizes.repo = targets.repo and hashed_sizes.commit_sha = targets.commit_sha
where requests.is_commit = 0
