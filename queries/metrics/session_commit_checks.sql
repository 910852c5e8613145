-- Are commits joined to sessions for a reason, or by chance?
-- One row per check: the sprint's commits as they are, then what must find nothing.
--
-- check_name: as they are; commits of bots; clock set ahead by 1, 3, 7 or 14 days
-- commit_count: commits that were tried
-- joined_count: those of them that some session was joined to
-- joined_share: part of them, 0 to 1; NULL without any
-- evidence: verified: counted
--
-- A bot's commits come from no session, and neither does a commit whose clock is wrong by days; what such checks still find
-- shows how often chance joins. Trailers and branches are left aside: only git commits that sessions ran, and shared lines.
-- Left out: commits off the default branch; commits that no session was near to, which nothing was tried with (but for bots).
-- Evidence: verified
with tried as (
    select
        sprint_commits.repo,
        sprint_commits.commit_sha
    from sprint_commits
    inner join commit_fingerprints as fingerprints
        on fingerprints.repo = sprint_commits.repo and fingerprints.commit_sha = sprint_commits.commit_sha
    where sprint_commits.sprint = $sprint and fingerprints.status = 'read'
),

bots as (
    select
        repo,
        commit_sha
    from sprint_commits
    where sprint = $sprint and author_kind = 'bot'
),

joined as (
    select distinct
        repo,
        commit_sha
    from session_commits
    where method in ('own_commit', 'line_share')
),

by_chance as (
    select distinct
        repo,
        commit_sha,
        shift_days
    from session_commit_controls
    where method in ('own_commit', 'line_share')
),

shifts as (
    select unnest([1, 3, 7, 14]) as shift_days
),

counts as (
    select
        0 as place,
        'as they are' as check_name,
        count(*) as commit_count,
        count(joined.commit_sha) as joined_count
    from tried
    left join joined on joined.repo = tried.repo and joined.commit_sha = tried.commit_sha
    union all
    select
        1,
        'commits of bots',
        count(*),
        count(joined.commit_sha)
    from bots
    left join joined on joined.repo = bots.repo and joined.commit_sha = bots.commit_sha
    union all
    select
        1 + shifts.shift_days,
        'clock ahead by ' || shifts.shift_days || case when shifts.shift_days = 1 then ' day' else ' days' end,
        count(tried.commit_sha),
        count(by_chance.commit_sha)
    from shifts
    left join tried on true
    left join by_chance
        on by_chance.repo = tried.repo
        and by_chance.commit_sha = tried.commit_sha
        and by_chance.shift_days = shifts.shift_days
    group by shifts.shift_days
)

select
    check_name,
    commit_count,
    joined_count,
    1::double * joined_count / nullif(commit_count, 0) as joined_share,
    'verified' as evidence
from counts
inner join sprints on sprints.sprint = $sprint
order by place
