-- How did the headline numbers go from sprint to sprint?
-- One row per measure and sprint, the last 26 sprints, oldest first.
--
-- measure: commits, own lines added, merged pull requests, escaped bugs, AI cost, agent share
-- sprint: id of the sprint
-- first_date: its first day, in the project's zone
-- measured_quantity: the value: a count, US dollars, or for the agent share 0 to 1; NULL: not known
-- known_share: of the agent share, part of the commits whose kind of author is known, 0 to 1; NULL for the others
-- evidence: verified where it is counted from records, else inferred
--
-- Left out: measures of which no sprint shown has a value other than 0.
-- Evidence: inferred
with shown as (
    select *
    from headline_measures
    where sequence > (select max(sequence) - 26 from sprints)
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
    shown.evidence
from shown
inner join told on told.measure = shown.measure
order by shown.position, shown.sequence
