-- How long were faults there before somebody noticed?
-- One row per subject that occurs, then all faults together; the faults are those that surfaced in the sprint.
--
-- subject: incidents (the notes tell of them), escaped bugs, damage, or all
-- fault_count: faults that surfaced in the sprint
-- known_count: those whose time from landing to surfacing is known, if only as a bound
-- bound_count: those of them of which only the repair is known, so that the time is an upper bound
-- median_hours: in tenths as all hours here, median of the known times, an upper bound where there are bounds; NULL: none is known
-- p90_hours: time within which nine of ten of them had surfaced; NULL likewise
-- exact_count: those whose surfacing is told by the notes or an issue
-- exact_median_hours: median of these alone; NULL: none
-- median_repair_hours: median hours from surfacing to the repair of these; NULL: none
-- evidence: human where all are told in the notes, else inferred
--
-- Clock: from the landing on the default branch, not from the writing, since nobody else can notice a fault before.
-- Left out: what faults leaves out; faults that did not surface yet. Of the hours: faults of which no landing is known.
-- Evidence: inferred
with surfaced as (
    select
        subject,
        detection_hours,
        is_upper_bound,
        repair_hours,
        evidence
    from faults
    where sprint = $sprint
),

groups as (
    select case subject when 'incidents' then 1 when 'escaped bugs' then 2 else 3 end as place, surfaced.*
    from surfaced
    union all
    select 4, 'all', detection_hours, is_upper_bound, repair_hours, evidence
    from surfaced
)

select
    subject,
    count(*) as fault_count,
    count(detection_hours) as known_count,
    count(detection_hours) filter (where is_upper_bound) as bound_count,
    round(quantile_cont(detection_hours, 0.5), 1)::double as median_hours,
    round(quantile_cont(detection_hours, 0.9), 1)::double as p90_hours,
    count(detection_hours) filter (where not is_upper_bound) as exact_count,
    round(quantile_cont(case when not is_upper_bound then detection_hours end, 0.5), 1)::double as exact_median_hours,
    round(quantile_cont(repair_hours, 0.5), 1)::double as median_repair_hours,
    max(evidence) as evidence
from groups
group by place, subject
order by place
