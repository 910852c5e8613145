-- Did changes written with agents bring in more bugs than others?
-- One row per author kind that occurs, all first; of the sixty days to the sprint's end.
--
-- author_kind: all, agent, human, bot or unknown (no mark says who)
-- label: the same in words
-- commit_count: commits, merges left out, that landed in the sixty days
-- added_lines: lines of code and tests that they added
-- bug_count: bugs that these commits brought in and that were fixed in that time, origins explicit or of tier high
-- bug_share: part of all such bugs, 0 to 1
-- line_share: part of all added lines, 0 to 1
-- lift: bug_share by line_share: over 1 more bugs than lines; NULL without either
-- low_lift: lower end of its 95 % interval (that of bug_share by Wilson)
-- high_lift: its upper end
-- matured_commit_count: commits at least thirty days old at the sprint's end
-- failed_commit_count: those of them with a bug that was fixed within thirty days
-- introduction_rate: failed_commit_count of matured_commit_count, 0 to 1; NULL: none is old enough
-- low_rate: lower end of its 95 % interval by Wilson
-- high_rate: its upper end
-- matured_added_lines: lines of code and tests that the matured commits added
-- matured_bug_count: bugs that they brought in and that were fixed within thirty days
-- thousand_lines_rate: these by 1,000 added lines; NULL: no line is old enough
-- low_thousand_lines_rate: lower end of its 95 % interval (Poisson, Byar's approximation)
-- high_thousand_lines_rate: its upper end
-- note: n, interval and what is too young, in words
-- evidence: inferred
--
-- Lift compares what is equally young, so it can be told early; the rates need age. Of the origins of tier high about one in
-- seven is wrong (benchmarks/bug_origins.md), which pulls every lift towards 1. Larger changes fail more often: compare
-- author_kind_size_bugs. Never by person.
-- Left out: sprints of whose bug fixes in these sixty days not all were looked at; bugs fixed before they landed, bugs without a trusted origin; lines of documentation, settings, data, generated, vendored and lock files.
-- Evidence: inferred
-- Coverage: authors
-- Source: rates as in Sliwerski 2005; Byar's approximation: Breslow and Day 1987, Statistical Methods in Cancer Research II, 69
-- Origins are looked for when a sprint is built: before all were nobody knows how many bugs there are.
with span as (
    select *
    from sprint_failure_windows
    where sprint = $sprint and judged_count = fix_count
),

written as (
    select landed_changes.*, landed_changes.landed_at < span.matured_at as is_matured
    from landed_changes
    inner join span on landed_changes.landed_at >= span.starts_at and landed_changes.landed_at < span.ends_at
),

bugs as (
    select bug_introductions.*, bug_introductions.origin_landed_at < span.matured_at and bug_introductions.lifetime_days <= 30 as is_matured
    from bug_introductions
    inner join span
        on bug_introductions.origin_landed_at >= span.starts_at and bug_introductions.fixed_at < span.ends_at
),

commit_counts as (
    select
        kinds.author_kind,
        count(*) as commit_count,
        sum(written.code_added_lines)::bigint as added_lines,
        count(*) filter (where written.is_matured) as matured_commit_count,
        coalesce(sum(written.code_added_lines) filter (where written.is_matured), 0)::bigint as matured_added_lines
    from written
    cross join lateral (select unnest(['all', written.author_kind]) as author_kind) as kinds
    group by kinds.author_kind
),

bug_counts as (
    select
        kinds.author_kind,
        count(*) as bug_count,
        count(*) filter (where bugs.is_matured) as matured_bug_count,
        count(distinct bugs.repo || ' ' || bugs.origin_sha) filter (where bugs.is_matured) as failed_commit_count
    from bugs
    cross join lateral (select unnest(['all', bugs.author_kind]) as author_kind) as kinds
    group by kinds.author_kind
),

totals as (
    select commit_counts.added_lines as line_total, coalesce(bug_counts.bug_count, 0) as bug_total
    from commit_counts
    left join bug_counts on bug_counts.author_kind = 'all'
    where commit_counts.author_kind = 'all'
),

counts as (
    select
        commit_counts.*,
        coalesce(bug_counts.bug_count, 0) as bug_count,
        coalesce(bug_counts.matured_bug_count, 0) as matured_bug_count,
        least(coalesce(bug_counts.failed_commit_count, 0), commit_counts.matured_commit_count) as failed_commit_count,
        totals.bug_total,
        1::double * commit_counts.added_lines / nullif(totals.line_total, 0) as line_share
    from commit_counts
    cross join totals
    left join bug_counts on bug_counts.author_kind = commit_counts.author_kind
),

-- Byar's interval with z = 1.96.
rated as (
    select
        *,
        case when matured_bug_count > 0 then matured_bug_count * power(1 - 1.0::double / (9 * matured_bug_count) - 1.96 / (3 * sqrt(matured_bug_count::double)), 3) else 0 end as low_bugs,
        (matured_bug_count + 1) * power(1 - 1.0::double / (9 * (matured_bug_count + 1)) + 1.96 / (3 * sqrt((matured_bug_count + 1)::double)), 3) as high_bugs
    from counts
),

finished as (
    select
        *,
        round(wilson_low(bug_count, bug_total) / nullif(line_share, 0), 12)::double as low_lift,
        round(wilson_high(bug_count, bug_total) / nullif(line_share, 0), 12)::double as high_lift,
        round(wilson_low(failed_commit_count, matured_commit_count), 12)::double as low_rate,
        round(wilson_high(failed_commit_count, matured_commit_count), 12)::double as high_rate
    from rated
)

select
    author_kind,
    case author_kind when 'all' then 'All commits' when 'agent' then 'Written with an agent' when 'human' then 'Written without one' when 'bot' then 'Written by a bot' else 'Unknown: no mark' end as label,
    commit_count,
    added_lines,
    bug_count,
    1::double * bug_count / nullif(bug_total, 0) as bug_share,
    line_share,
    case when author_kind <> 'all' then 1::double * bug_count / nullif(bug_total, 0) / nullif(line_share, 0) end as lift,
    case when author_kind <> 'all' and bug_total > 0 then low_lift end as low_lift,
    case when author_kind <> 'all' and bug_total > 0 then high_lift end as high_lift,
    matured_commit_count,
    failed_commit_count,
    1::double * failed_commit_count / nullif(matured_commit_count, 0) as introduction_rate,
    low_rate,
    high_rate,
    matured_added_lines,
    matured_bug_count,
    1000::double * matured_bug_count / nullif(matured_added_lines, 0) as thousand_lines_rate,
    round(1000 * low_bugs / nullif(matured_added_lines, 0), 12)::double as low_thousand_lines_rate,
    round(1000 * high_bugs / nullif(matured_added_lines, 0), 12)::double as high_thousand_lines_rate,
    case
        when matured_commit_count = 0 then 'no commit is 30 days old yet'
        else interval_words(low_rate, high_rate) || '; '
            || coalesce(round(1000::double * matured_bug_count / nullif(matured_added_lines, 0), 2)::text, '–')
            || ' by 1,000 lines'
    end
    || case
        when author_kind <> 'all' and bug_total > 0 and line_share > 0
            then '; lift ' || round(1::double * bug_count / bug_total / line_share, 1) || ' ('
                || round(low_lift, 1) || ' to ' || round(high_lift, 1) || ')'
        else ''
    end as note,
    'inferred' as evidence
from finished
order by
    case author_kind when 'all' then 1 when 'agent' then 2 when 'human' then 3 when 'bot' then 4 else 5 end
