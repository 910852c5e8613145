-- Among changes of the same size, did those written with agents fail more often?
-- One row per size class and author kind that occurs; of commits thirty to sixty days old at the sprint's end.
--
-- size_class: own lines added and deleted: up to 10, 11 to 50, 51 to 200, over 200
-- author_kind: agent, human, bot or unknown (no mark says who)
-- label: both in words
-- commit_count: commits, merges left out
-- failed_commit_count: those of them with a bug that was fixed within thirty days, origins explicit or of tier high
-- introduction_rate: failed_commit_count of commit_count, 0 to 1
-- low_rate: lower end of its 95 % interval by Wilson
-- high_rate: its upper end
-- interval: the interval in words
-- evidence: inferred
--
-- Left out: sprints of whose bug fixes none was looked at; commits younger than thirty days, those that change no own line, merges; bugs fixed before they landed.
-- Evidence: inferred
-- Coverage: authors
with span as (
    select ends_at - interval 60 days as starts_at, ends_at - interval 30 days as matured_at, ends_at
    from sprints
    where sprint = $sprint
),

-- Origins are looked for when a sprint is built: before that nobody knows how many bugs there are.
judged as (
    select count(*) as fix_count, count(bug_origins.fix_sha) as judged_count
    from span
    inner join commits
        on commits.committed_at >= span.starts_at and commits.committed_at < span.ends_at and commits.is_on_default_branch
    inner join commit_kinds
        on commit_kinds.repo = commits.repo and commit_kinds.commit_sha = commits.commit_sha
        and commit_kinds.bug_fix_evidence is not null
    left join bug_origins on bug_origins.repo = commits.repo and bug_origins.fix_sha = commits.commit_sha
),

written as (
    select landed_changes.*
    from landed_changes
    inner join span on landed_changes.landed_at >= span.starts_at and landed_changes.landed_at < span.matured_at
    inner join judged on judged.judged_count > 0 or judged.fix_count = 0
    where landed_changes.size_class <> 'none'
),

failed as (
    select distinct repo, origin_sha
    from bug_introductions
    where lifetime_days <= 30
),

counts as (
    select
        written.size_class,
        written.author_kind,
        count(*) as commit_count,
        count(failed.origin_sha) as failed_commit_count
    from written
    left join failed on failed.repo = written.repo and failed.origin_sha = written.commit_sha
    group by all
),

-- Wilson's interval with z = 1.96, whose square is 3.8416.
rated as (
    select
        *,
        sqrt(1::double * failed_commit_count * (commit_count - failed_commit_count) / commit_count + 0.9604) as spread
    from counts
)

select
    size_class,
    author_kind,
    upper(size_class[1]) || size_class[2:] || ' lines, ' || case author_kind when 'agent' then 'with an agent' when 'human' then 'without one' when 'bot' then 'by a bot' else 'unknown' end as label,
    commit_count,
    failed_commit_count,
    1::double * failed_commit_count / commit_count as introduction_rate,
    round(greatest(0, (failed_commit_count + 1.9208 - 1.96 * spread) / (commit_count + 3.8416)), 12)::double as low_rate,
    round(least(1, (failed_commit_count + 1.9208 + 1.96 * spread) / (commit_count + 3.8416)), 12)::double as high_rate,
    '95 %: ' || round(100 * greatest(0, (failed_commit_count + 1.9208 - 1.96 * spread) / (commit_count + 3.8416)))::integer
    || ' to ' || round(100 * least(1, (failed_commit_count + 1.9208 + 1.96 * spread) / (commit_count + 3.8416)))::integer || ' %' as interval,
    'inferred' as evidence
from rated
order by
    case size_class when 'up to 10' then 1 when '11 to 50' then 2 when '51 to 200' then 3 else 4 end,
    case author_kind when 'agent' then 1 when 'human' then 2 when 'bot' then 3 else 4 end
