-- How many bugs escaped, how many did review catch, and how long did it take to notice one?
-- One row per sprint: the sprint asked for last, up to eleven before it, oldest first.
--
-- sprint: id of the sprint
-- escaped_bug_count: bugs that its changes brought in and that escaped, origins told, explicit or of tier high; NULL: not all bug fixes from its start to the end of the sprint asked for were looked at
-- caught_bug_count: bugs that review caught in its pull requests; NULL: no review of it is known
-- catch_rate: caught of both, 0 to 1; NULL: one of them is unknown, or both are none
-- low_rate: lower end of its 95 % interval by Wilson, 0 to 1
-- high_rate: its upper end
-- caught_note: what was caught and the rate in words; NULL likewise
-- median_detection_hours: median hours from landing to surfacing of the faults that surfaced in the sprint; NULL: none did, or none is known
-- fault_count: faults that surfaced in it
-- detection_note: how many faults, and how many of the hours are upper bounds, in words; NULL: no fault surfaced
-- evidence: inferred
--
-- Bugs count in the sprint that brought them in, so that a young sprint has fewer than will be known (bug_knowledge_age).
-- Left out: what catch_rate_groups and detection_times leave out.
-- Evidence: inferred
with shown as (
    select sprints.sprint, sprints.sequence
    from sprints
    inner join sprints as asked on asked.sprint = $sprint and sprints.sequence between asked.sequence - 11 and asked.sequence
),

-- A fix that nobody looked at may be that of a bug of its own sprint or of any before it.
unjudged as (
    select max(shown.sequence) as sequence
    from sprint_bug_fixes
    inner join shown on shown.sprint = sprint_bug_fixes.sprint
    where not sprint_bug_fixes.is_judged
),

escaped as (
    select origin_sprint as sprint, count(*) as escaped_count
    from bug_escapes
    where is_escaped and is_trusted
    group by origin_sprint
),

reviewed as (
    select sprint, count(*) as pull_request_count
    from sprint_pull_requests
    where is_seen is not null
    group by sprint
),

caught as (
    select sprint, count(*) as caught_count
    from caught_bugs
    group by sprint
),

surfaced as (
    select
        sprint,
        count(*) as fault_count,
        count(detection_hours) filter (where is_upper_bound) as bound_count,
        quantile_cont(detection_hours, 0.5) as median_hours
    from faults
    group by sprint
),

counts as (
    select
        shown.sprint,
        shown.sequence,
        case when shown.sequence > coalesce(unjudged.sequence, 0) then coalesce(escaped.escaped_count, 0) end as escaped_count,
        case when reviewed.pull_request_count > 0 then coalesce(caught.caught_count, 0) end as caught_count,
        coalesce(surfaced.fault_count, 0) as fault_count,
        surfaced.bound_count,
        surfaced.median_hours
    from shown
    cross join unjudged
    left join escaped on escaped.sprint = shown.sprint
    left join reviewed on reviewed.sprint = shown.sprint
    left join caught on caught.sprint = shown.sprint
    left join surfaced on surfaced.sprint = shown.sprint
),

rated as (
    select
        *,
        nullif(caught_count + escaped_count, 0) as known_count,
        wilson_low(caught_count, caught_count + escaped_count) as low_rate,
        wilson_high(caught_count, caught_count + escaped_count) as high_rate
    from counts
)

select
    sprint,
    escaped_count as escaped_bug_count,
    caught_count as caught_bug_count,
    1::double * caught_count / known_count as catch_rate,
    round(low_rate, 12)::double as low_rate,
    round(high_rate, 12)::double as high_rate,
    caught_count || ' caught'
    || case
        when known_count is not null
            then ', ' || round(100.0 * caught_count / known_count)::integer || ' % ('
            || round(100 * rated.low_rate)::integer || ' to ' || round(100 * rated.high_rate)::integer || ' %)'
        else ''
    end as caught_note,
    round(median_hours, 1) as median_detection_hours,
    fault_count,
    case
        when fault_count > 0
            then fault_count || case when fault_count = 1 then ' fault' else ' faults' end
            || case when bound_count > 0 then ', ' || bound_count || ' as an upper bound' else '' end
    end as detection_note,
    'inferred' as evidence
from rated
order by sequence
