-- How did the headline numbers go from sprint to sprint?
-- One row per measure and sprint, the last 26 sprints up to the last one in which something happened, oldest first.
--
-- measure: commits, own lines added, merged pull requests, escaped bugs, AI cost, agent share
-- sprint: id of the sprint
-- first_date: its first day, in the project's zone
-- measured_quantity: the value: a count, US dollars, or for the agent share 0 to 1; NULL: not known
-- known_share: of the agent share, part of the commits whose kind of author is known, 0 to 1; NULL for the others
-- earlier_sprint_count: sprints before those shown, from the first one in which something happened
-- idle_sprint_count: sprints of the plan before the first and after the last one in which something happened
-- evidence: verified where it is counted from records, else inferred
--
-- Something happened in a sprint of which a measure is other than 0.
-- Left out: measures of which no sprint shown has a value other than 0; idle sprints at either end.
-- Evidence: inferred
with busy as (
    select
        min(sequence) as first_sequence,
        max(sequence) as last_sequence
    from headline_measures
    where measured_quantity <> 0
),

shown as (
    select measures.*
    from headline_measures as measures
    cross join busy
    where measures.sequence between greatest(busy.first_sequence, busy.last_sequence - 25) and busy.last_sequence
),

idle as (
    select count(*) as sprint_count
    from sprints
    cross join busy
    where sprints.sequence < busy.first_sequence or sprints.sequence > busy.last_sequence
),

earlier as (
    select count(*) as sprint_count
    from sprints
    cross join busy
    where sprints.sequence >= busy.first_sequence and sprints.sequence < busy.last_sequence - 25
),

told as (
    select measure
    from shown
    where measured_quantity <> 0
    group by measure
)

select
    shown.measure,
    shown.sprint,
    shown.first_date,
    shown.measured_quantity,
    shown.known_share,
    earlier.sprint_count as earlier_sprint_count,
    idle.sprint_count as idle_sprint_count,
    shown.evidence
from shown
inner join told on told.measure = shown.measure
cross join earlier
cross join idle
order by shown.position, shown.sequence
