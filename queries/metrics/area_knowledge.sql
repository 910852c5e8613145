-- How many people made the changes of each area in the 365 days up to the sprint's end?
-- One row per repository and area with a commit in that time, most commits first.
--
-- repo: repository
-- area: the team's area; without a setting the top folder
-- commit_count: commits that changed an own file of it, bots left out
-- people_count: distinct people who wrote them, by .mailmap and address
-- effective_people: 2 to the power of the entropy of the commits over people: 1 when one made all, people_count when each made as many; NULL: fewer than 3 commits, too few to tell
-- half_people_count: the fewest people who together made at least half of the commits; NULL: fewer than 3 commits, too few to tell
-- agent_commit_share: part of the commits in which a coding agent took part as far as something says so, 0 to 1
-- is_too_few: true with fewer than 3 commits
--
-- People are counted, never named. A commit that touches several areas counts in each.
-- Left out: bots; merges; generated, vendored and lock files; commits after the sprint's end.
-- Evidence: inferred
-- Coverage: areas
-- Source: Hill number of order 1 (doi.org/10.2307/1934352); half_people_count is often called the bus factor
with authored as (
    select distinct
        change_commits.repo,
        change_commits.commit_sha,
        coalesce(file_kinds.area, 'other') as area,
        coalesce(identities.author_key, lower(commits.author_email), commits.author_name, '') as author_key,
        coalesce(attribution.author_kind = 'agent', false) as is_by_agent
    from change_commits
    inner join commits on commits.repo = change_commits.repo and commits.commit_sha = change_commits.commit_sha
    inner join sprints on sprints.sprint = $sprint
    inner join commit_files
        on commit_files.repo = change_commits.repo and commit_files.commit_sha = change_commits.commit_sha
    left join file_kinds on file_kinds.repo = commit_files.repo and file_kinds.path = commit_files.path
    left join commit_attribution as attribution
        on attribution.repo = commits.repo and attribution.commit_sha = commits.commit_sha
    left join identities
        on identities.repo = commits.repo
        and identities.email = coalesce(commits.author_email, '')
        and identities.name = coalesce(commits.author_name, '')
    where commits.committed_at >= sprints.ends_at - interval 365 day and commits.committed_at < sprints.ends_at
        and coalesce(file_kinds.kind not in ('generated', 'vendored', 'lock'), true)
        and coalesce(attribution.author_kind, 'unknown') <> 'bot'
),

people as (
    select
        repo,
        area,
        author_key,
        count(*) as commit_count,
        count(*) filter (where is_by_agent) as agent_commit_count
    from authored
    group by all
),

placed as (
    select
        *,
        sum(commit_count) over (
            partition by repo, area
            order by commit_count desc, author_key
            rows between unbounded preceding and current row
        ) as running_count,
        sum(commit_count) over (partition by repo, area) as area_count
    from people
),

totals as (
    select
        repo,
        area,
        sum(commit_count)::bigint as commit_count,
        count(*) as people_count,
        sum(agent_commit_count) as agent_commit_count,
        exp(ln(sum(commit_count)) - sum(commit_count * ln(commit_count)) / sum(commit_count)) as effective_people,
        count(*) filter (where 2 * (running_count - commit_count) < area_count) as half_people_count
    from placed
    group by all
)

select
    repo,
    area,
    commit_count,
    people_count,
    case when commit_count >= 3 then round(effective_people, 6) end as effective_people,
    case when commit_count >= 3 then half_people_count end as half_people_count,
    1::double * agent_commit_count / commit_count as agent_commit_share,
    commit_count < 3 as is_too_few
from totals
order by commit_count desc, repo, area
