-- What became of the actions that the team set itself?
-- One row per action: those of earlier sprints first, then overdue, without an owner, done with a broken lesson, and the rest.
--
-- action: id in the team's notes
-- action_text: what is to be done
-- lesson: lesson that it follows from; NULL: none
-- lesson_verdict: that lesson's verdict after the sprint; NULL: none
-- first_sprint: sprint that told of it first
-- is_carried: told first in an earlier sprint
-- owner: who does it; NULL: nobody is named
-- is_ownerless: still to be done, and nobody is named
-- due_date: day by which it should be done, in the project's zone; NULL: not told
-- state: open, overdue, done or dropped, at the end of the sprint, or today while it runs
-- overdue_day_count: days past the due date; 0: not overdue
-- carried_count: sprints into which it went on, not done
-- evidence: human: told in the notes
--
-- The latest telling up to the sprint counts; what was done on a later day was still open. Left out: actions that were closed
-- before the sprint began and that neither its notes nor those of the sprint before tell of.
-- Evidence: human
with shown as (
    select
        sprint,
        sequence,
        first_date,
        least(
            last_date,
            coalesce(
                (select max(timezone(projects.timezone, repos.mined_at))::date from repos cross join projects), last_date
            )
        ) as as_of_date
    from sprints
    where sprint = $sprint
),

told as (
    select
        actions.action,
        min(sprints.sequence) as first_sequence,
        max(sprints.sequence) as last_sequence,
        arg_min(actions.sprint, sprints.sequence) as first_sprint,
        arg_max(actions.action_text, sprints.sequence) as action_text,
        arg_max(actions.lesson, sprints.sequence) as lesson,
        arg_max(coalesce(actions.owner, ''), sprints.sequence) as owner,
        arg_max(coalesce(actions.due_date, 'infinity'::date), sprints.sequence) as due_date,
        arg_max(actions.status, sprints.sequence) as status,
        arg_max(coalesce(actions.done_date, 'infinity'::date), sprints.sequence) as done_date
    from actions
    inner join sprints on sprints.sprint = actions.sprint
    inner join shown on shown.sequence >= sprints.sequence
    group by all
),

judged as (
    select
        told.*,
        shown.sequence,
        shown.first_date,
        shown.as_of_date,
        case
            when told.status <> 'open' and (told.done_date = 'infinity'::date or told.done_date <= shown.as_of_date)
                then told.status
            when told.due_date < shown.as_of_date then 'overdue'
            else 'open'
        end as state
    from told
    cross join shown
),

carried as (
    select
        judged.action,
        count(*) as carried_count
    from judged
    inner join sprints
        on sprints.sequence > judged.first_sequence and sprints.sequence <= judged.sequence
        and (
            judged.state in ('open', 'overdue')
            or (judged.done_date <> 'infinity'::date and judged.done_date >= sprints.first_date)
            or (judged.done_date = 'infinity'::date and sprints.sequence <= judged.last_sequence)
        )
    group by all
),

stated as (
    select
        judged.action,
        judged.action_text,
        judged.lesson,
        lesson_results.verdict as lesson_verdict,
        judged.first_sprint,
        judged.first_sequence < judged.sequence as is_carried,
        nullif(judged.owner, '') as owner,
        judged.owner = '' and judged.state in ('open', 'overdue') as is_ownerless,
        nullif(judged.due_date, 'infinity'::date) as due_date,
        judged.state,
        case when judged.state = 'overdue' then judged.as_of_date - judged.due_date else 0 end::bigint as overdue_day_count,
        coalesce(carried.carried_count, 0)::bigint as carried_count,
        judged.first_sequence
    from judged
    left join carried on carried.action = judged.action
    left join lesson_results on lesson_results.lesson = judged.lesson and lesson_results.sprint = $sprint
    where
        judged.state in ('open', 'overdue')
        or judged.last_sequence >= judged.sequence - 1
        or (judged.done_date <> 'infinity'::date and judged.done_date >= judged.first_date)
)

select
    action,
    action_text,
    lesson,
    lesson_verdict,
    first_sprint,
    is_carried,
    owner,
    is_ownerless,
    due_date,
    state,
    overdue_day_count,
    carried_count,
    'human' as evidence
from stated
order by
    is_carried desc,
    case
        when state = 'overdue' then 1
        when is_ownerless then 2
        when state = 'done' and lesson_verdict in ('broken', 'regressed') then 3
        when state = 'open' then 4
        else 5
    end,
    first_sequence,
    action
