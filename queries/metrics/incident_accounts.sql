-- What does the team tell of each incident?
-- One row per incident of the sprint's notes, by when its fault landed.
--
-- incident: id in the team's notes
-- title: what happened
-- surfaced_by: how it was noticed; NULL: not told
-- impact: who felt it and how; NULL: not told
-- root_cause: why it could happen; NULL: not told
-- unnoticed_hours: hours from landed to surfaced; at most so many where only the repair is known; NULL: unknown
-- repair_hours: hours from surfaced to repaired; NULL: unknown, or only the repair is known
-- evidence: human: told in the notes
--
-- Evidence: human
with marks as (
    select
        incident,
        max(case when mark = 'landed' then marked_at end) as landed_at,
        max(case when mark = 'surfaced' then marked_at end) as surfaced_at,
        max(case when mark = 'surfaced' then told_at end) as told_surfaced_at,
        max(case when mark = 'repaired' then marked_at end) as repaired_at
    from incident_marks
    group by all
)

select
    incidents.incident,
    incidents.title,
    incidents.surfaced_by,
    incidents.impact,
    incidents.root_cause,
    epoch(marks.surfaced_at - marks.landed_at) / 3600.0::double as unnoticed_hours,
    epoch(marks.repaired_at - marks.told_surfaced_at) / 3600.0::double as repair_hours,
    'human' as evidence
from incidents
inner join marks on marks.incident = incidents.incident
where incidents.sprint = $sprint
order by marks.landed_at nulls last, incidents.incident
