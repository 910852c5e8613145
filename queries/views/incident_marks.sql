-- When was each incident's fault written, landed, noticed and repaired, and how is that known?
-- One row per incident and mark.
--
-- incident: id in the team's notes
-- sprint: sprint in whose notes it stands
-- title: what happened, as told
-- mark: introduced, landed (reached the default branch), surfaced (somebody noticed) or repaired (the repair landed)
-- marked_at: UTC; NULL: unknown
-- known_by: git (times of the commits that the notes name), human (told in the notes), upper bound (it was so by then: of a pull
--   request its last written commit, of what surfaced its repair) or unknown
-- told_at: time in the notes, UTC, whether or not git knows better; NULL: not told
-- repo: repository of the commit; NULL: none is named or found
-- commit_sha: commit that decides; of several that brought it in or repaired it the last; NULL likewise
-- lost_reference_count: commits and pull requests that the notes name for this mark and that were not found, or not as one
-- evidence: verified (git), human, or inferred (upper bound); human where nothing is known
--
-- That a commit brought the fault in, or repaired it, is the team's word; the commit's times are git's.
-- Kept: many metrics read it
-- Evidence: verified
with named as (
    select
        note_id as incident,
        role,
        position,
        reference_kind,
        target,
        repo
    from note_references
    where
        note_kind = 'incident' and role in ('introduced_by', 'repaired_by') and reference_kind in ('commit', 'merge', 'pr')
),

met as (
    select
        named.incident,
        named.role,
        named.position,
        commits.repo,
        commits.commit_sha
    from named
    inner join commits
        on starts_with(commits.commit_sha, named.target) and (named.repo is null or named.repo = commits.repo)
    where named.reference_kind = 'commit'
    union all
    select
        named.incident,
        named.role,
        named.position,
        pull_requests.repo,
        pull_requests.merged_sha
    from named
    inner join pull_requests
        on pull_requests.pr_number = try_cast(named.target as bigint)
        and (named.repo is null or named.repo = pull_requests.repo)
    where named.reference_kind <> 'commit' and pull_requests.merged_sha is not null
),

found as (
    select
        incident,
        role,
        position,
        min(repo) as repo,
        min(commit_sha) as commit_sha
    from met
    group by all
    having count(distinct commit_sha) = 1
),

-- The last commit of a pull request that somebody wrote: the fault was written by then.
written as (
    select
        found.incident,
        found.role,
        found.position,
        max(commits.authored_at) as written_at
    from found
    inner join named
        on named.incident = found.incident and named.role = found.role and named.position = found.position
    inner join pull_request_commits
        on pull_request_commits.repo = found.repo and pull_request_commits.pr_number = try_cast(named.target as bigint)
    inner join commits
        on commits.repo = pull_request_commits.repo and commits.commit_sha = pull_request_commits.commit_sha
    where named.reference_kind = 'pr' and not commits.is_merge
    group by all
),

timed as (
    select
        named.incident,
        named.role,
        found.repo,
        found.commit_sha,
        coalesce(written.written_at, commits.authored_at) as written_at,
        named.reference_kind = 'pr' as is_bound,
        commits.landed_at,
        lpad(epoch_us(coalesce(commits.landed_at, commits.committed_at))::text, 20, '0') || found.commit_sha as place,
        found.commit_sha is null as is_lost
    from named
    left join found
        on found.incident = named.incident and found.role = named.role and found.position = named.position
    left join written
        on written.incident = named.incident and written.role = named.role and written.position = named.position
    left join commits on commits.repo = found.repo and commits.commit_sha = found.commit_sha
),

decided as (
    select
        incident,
        role,
        arg_max(repo, place) as repo,
        arg_max(commit_sha, place) as commit_sha,
        max(written_at) as written_at,
        arg_max(is_bound, written_at) as is_bound,
        max(landed_at) as landed_at,
        count(*) filter (where is_lost) as lost_reference_count
    from timed
    group by all
),

sides as (
    select
        incidents.*,
        origin.repo as origin_repo,
        origin.commit_sha as origin_sha,
        origin.written_at,
        origin.is_bound,
        origin.landed_at as origin_landed_at,
        coalesce(origin.lost_reference_count, 0) as origin_lost_count,
        repair.repo as repair_repo,
        repair.commit_sha as repair_sha,
        repair.landed_at as repair_landed_at,
        coalesce(repair.lost_reference_count, 0) as repair_lost_count
    from incidents
    left join decided as origin on origin.incident = incidents.incident and origin.role = 'introduced_by'
    left join decided as repair on repair.incident = incidents.incident and repair.role = 'repaired_by'
),

marks as (
    select
        incident,
        sprint,
        title,
        'introduced' as mark,
        coalesce(written_at, introduced_at) as marked_at,
        case
            when written_at is not null and is_bound then 'upper bound'
            when written_at is not null then 'git'
            when introduced_at is not null then 'human'
            else 'unknown'
        end as known_by,
        introduced_at as told_at,
        origin_repo as repo,
        origin_sha as commit_sha,
        origin_lost_count as lost_reference_count
    from sides
    union all
    select
        incident,
        sprint,
        title,
        'landed',
        coalesce(origin_landed_at, landed_at),
        case when origin_landed_at is not null then 'git' when landed_at is not null then 'human' else 'unknown' end,
        landed_at,
        origin_repo,
        origin_sha,
        origin_lost_count
    from sides
    union all
    select
        incident,
        sprint,
        title,
        'surfaced',
        coalesce(surfaced_at, repair_landed_at, repaired_at),
        case
            when surfaced_at is not null then 'human'
            when repair_landed_at is not null or repaired_at is not null then 'upper bound'
            else 'unknown'
        end,
        surfaced_at,
        null,
        null,
        0
    from sides
    union all
    select
        incident,
        sprint,
        title,
        'repaired',
        coalesce(repair_landed_at, repaired_at),
        case when repair_landed_at is not null then 'git' when repaired_at is not null then 'human' else 'unknown' end,
        repaired_at,
        repair_repo,
        repair_sha,
        repair_lost_count
    from sides
)

select
    incident,
    sprint,
    title,
    mark,
    marked_at,
    known_by,
    told_at,
    repo,
    commit_sha,
    lost_reference_count,
    case known_by when 'git' then 'verified' when 'upper bound' then 'inferred' else 'human' end as evidence
from marks
