-- What part of the bugs that the sprint's changes held escaped before they were fixed?
-- One row per grouping and group, all bugs first.
--
-- grouping: all, theme, area, size, author or review
-- group_name: all; theme; area of the fix; own lines of the change; who wrote it; whether a person looked at it before it was merged
-- label: both in words
-- bug_count: bugs that were fixed or had escaped, with an origin in the sprint that is told, explicit or of tier high
-- escaped_count: those that escaped before their fix
-- escape_rate: escaped_count of bug_count, 0 to 1; NULL: none
-- low_rate: lower end of its 95 % interval by Wilson, 0 to 1
-- high_rate: its upper end
-- band_bug_count: bugs with an origin of tier medium or low, not among bug_count
-- band_escaped_count: those of them that escaped
-- interval: the interval in words
-- evidence: inferred
--
-- A bug of whose fix nobody knows the origin is in no group. Of a young sprint only the bugs that came to light early are known, and these escaped least: see bug_knowledge_age.
-- Left out: bugs that nobody has fixed yet, other than incidents that escaped; those without a known origin, those whose origin lies outside the sprint.
-- Evidence: inferred
-- Coverage: bug origins
-- Source: qa.codes/resources/qa-metrics/defect/defect-escape-rate; Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953
with bugs as (
    select * from bug_escapes where origin_sprint = $sprint and (is_escaped or (not is_escaped and fixed_at is not null))
),

items as (
    select 1 as place, 'all' as grouping, 'all' as group_name, is_escaped, is_trusted from bugs
    union all
    select 2, 'theme', theme, is_escaped, is_trusted from bugs
    union all
    select 3, 'area', area, is_escaped, is_trusted from bugs
    union all
    select 4, 'size', size_class, is_escaped, is_trusted from bugs
    union all
    select 5, 'author', author_kind, is_escaped, is_trusted from bugs
    union all
    select 6, 'review', case when is_reviewed then 'seen' when not is_reviewed then 'not seen' else 'unknown' end, is_escaped, is_trusted
    from bugs
),

counts as (
    select
        place,
        grouping,
        group_name,
        count(*) filter (where is_trusted) as bug_count,
        count(*) filter (where is_trusted and is_escaped) as escaped_count,
        count(*) filter (where not is_trusted) as band_bug_count,
        count(*) filter (where not is_trusted and is_escaped) as band_escaped_count
    from items
    group by all
),

rated as (
    select
        *,
        wilson_low(escaped_count, bug_count) as low_rate,
        wilson_high(escaped_count, bug_count) as high_rate
    from counts
)

select
    grouping,
    group_name,
    case grouping
        when 'all' then 'All'
        when 'size' then upper(group_name[1]) || group_name[2:] || case when group_name = 'unknown' then ' size' else ' lines' end
        when 'author' then 'Written by ' || case group_name when 'agent' then 'an agent' when 'human' then 'a person' when 'bot' then 'a bot' else 'unknown' end
        when 'review' then case group_name when 'seen' then 'A person looked' when 'not seen' then 'No person looked' else 'Review unknown' end
        else group_name
    end as label,
    bug_count,
    escaped_count,
    1::double * escaped_count / nullif(bug_count, 0) as escape_rate,
    round(low_rate, 12)::double as low_rate,
    round(high_rate, 12)::double as high_rate,
    band_bug_count,
    band_escaped_count,
    case
        when bug_count > 0 then interval_words(rated.low_rate, rated.high_rate)
        else 'too few to tell'
    end as interval,
    'inferred' as evidence
from rated
order by place, bug_count desc, group_name
