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
-- Left out: sprints of whose bug fixes in these sixty days not all were looked at; commits younger than thirty days, those that change no own line, merges; bugs fixed before they landed.
-- Evidence: inferred
-- Coverage: authors
-- Origins are looked for when a sprint is built: before all were nobody knows how many bugs there are.
with span as (
    select *
    from sprint_failure_windows
    where sprint = $sprint and judged_count = fix_count
),

written as (
    select landed_changes.*
    from landed_changes
    inner join span on landed_changes.landed_at >= span.starts_at and landed_changes.landed_at < span.matured_at
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

rated as (
    select
        *,
        wilson_low(failed_commit_count, commit_count) as low_rate,
        wilson_high(failed_commit_count, commit_count) as high_rate
    from counts
)

select
    size_class,
    author_kind,
    upper(size_class[1]) || size_class[2:] || ' lines, ' || case author_kind when 'agent' then 'with an agent' when 'human' then 'without one' when 'bot' then 'by a bot' else 'unknown' end as label,
    commit_count,
    failed_commit_count,
    1::double * failed_commit_count / commit_count as introduction_rate,
    round(low_rate, 12)::double as low_rate,
    round(high_rate, 12)::double as high_rate,
    interval_words(rated.low_rate, rated.high_rate) as interval,
    'inferred' as evidence
from rated
order by
    case size_class when 'up to 10' then 1 when '11 to 50' then 2 when '51 to 200' then 3 else 4 end,
    case author_kind when 'agent' then 1 when 'human' then 2 when 'bot' then 3 else 4 end
