-- What part of the sprint's bugs did review catch before they were merged?
-- One row per grouping and group, all bugs first.
--
-- grouping: all, theme, size, reviewer or author
-- group_name: all; theme; own lines when first reviewed; kind of reviewer that looked at the pull request; who wrote the change
-- label: both in words
-- caught_count: bugs that review caught in pull requests of the sprint
-- escaped_count: bugs that the sprint brought in and that escaped, origins told, explicit or of tier high
-- known_count: both together
-- catch_rate: caught_count of known_count, 0 to 1
-- low_rate: lower end of its 95 % interval by Wilson, 0 to 1
-- high_rate: its upper end
-- band_escaped_count: escaped bugs whose origin is of tier medium or low, not among escaped_count
-- band_catch_rate: the rate with them, 0 to 1
-- interval: the interval in words, and the band where there is one
-- evidence: inferred: rules decide what was caught and what escaped
--
-- Caught and escaped bugs belong to the sprint whose change held them, not to that of the fix: more will escape from a young
-- sprint than is known (bug_knowledge_age). A bug that both kinds of reviewers looked at without seeing it counts against both.
-- Left out: sprints of which no review is known, or whose bug fixes were not all looked at; findings about tests, documentation and style; bugs without a known origin, or whose origin lies outside the sprint.
-- Evidence: inferred
-- Source: defect removal efficiency, qa.codes/resources/qa-metrics/defect/defect-escape-rate; Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953
with caught as (
    select * from caught_bugs where sprint = $sprint
),

escaped as (
    select * from bug_escapes where origin_sprint = $sprint and is_escaped
),

-- Without a review that is known nobody can tell how many bugs one caught, without a look at every fix how many escaped.
known as (
    select
        (select count(*) from sprint_pull_requests where sprint = $sprint and is_seen is not null) as pull_request_count,
        count(*) as fix_count,
        count(*) filter (where is_judged) as judged_count
    from sprint_bug_fixes
    where sprint = $sprint
),

items as (
    select 1 as place, 'all' as grouping, 'all' as group_name, 0 as rank, 'caught' as outcome from caught
    union all
    select 1, 'all', 'all', 0, case when is_trusted then 'escaped' else 'band' end from escaped
    union all
    select 2, 'theme', theme, 0, 'caught' from caught
    union all
    select 2, 'theme', theme, 0, case when is_trusted then 'escaped' else 'band' end from escaped
    union all
    select 3, 'size', size_class, 0, 'caught' from caught
    union all
    select 3, 'size', size_class, 0, case when is_trusted then 'escaped' else 'band' end from escaped
    union all
    select 4, 'reviewer', finder_kind, 0, 'caught' from caught
    union all
    select 4, 'reviewer', 'human', 0, case when is_trusted then 'escaped' else 'band' end from escaped where is_reviewed
    union all
    select 4, 'reviewer', 'agent', 0, case when is_trusted then 'escaped' else 'band' end from escaped where is_seen_by_agent
    union all
    select 4, 'reviewer', 'none', 0, case when is_trusted then 'escaped' else 'band' end
    from escaped
    where not is_reviewed and is_seen_by_agent is not true
    union all
    select 5, 'author', writer_kind, 0, 'caught' from caught
    union all
    select 5, 'author', author_kind, 0, case when is_trusted then 'escaped' else 'band' end from escaped
),

counts as (
    select
        place,
        grouping,
        group_name,
        count(*) filter (where outcome = 'caught') as caught_count,
        count(*) filter (where outcome = 'escaped') as escaped_count,
        count(*) filter (where outcome <> 'band') as known_count,
        count(*) filter (where outcome = 'band') as band_escaped_count
    from items
    cross join known
    where known.pull_request_count > 0 and known.judged_count = known.fix_count
    group by all
),

rated as (
    select
        *,
        1::double * caught_count / nullif(known_count, 0) as catch_rate,
        wilson_low(caught_count, known_count) as low_rate,
        wilson_high(caught_count, known_count) as high_rate,
        1::double * caught_count / nullif(known_count + band_escaped_count, 0) as band_catch_rate
    from counts
)

select
    grouping,
    group_name,
    case grouping
        when 'all' then 'All'
        when 'size' then upper(group_name[1]) || group_name[2:] || case when group_name = 'unknown' then ' size' else ' lines' end
        when 'reviewer' then case group_name when 'none' then 'Nobody looked' else 'Looked at by ' || case group_name when 'agent' then 'an AI reviewer' when 'human' then 'a person' else group_name end end
        when 'author' then 'Written by ' || case group_name when 'agent' then 'an agent' when 'human' then 'a person' when 'bot' then 'a bot' else 'unknown' end
        else group_name
    end as label,
    caught_count,
    escaped_count,
    known_count,
    catch_rate,
    round(low_rate, 12)::double as low_rate,
    round(high_rate, 12)::double as high_rate,
    band_escaped_count,
    band_catch_rate,
    interval_words(rated.low_rate, rated.high_rate)
    || case
        when band_escaped_count > 0
            then '; ' || round(100 * band_catch_rate)::integer || ' % with ' || band_escaped_count || ' of less certain origin'
        else ''
    end as interval,
    'inferred' as evidence
from rated
order by place, known_count desc, group_name
