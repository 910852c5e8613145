-- What are the headline numbers of every sprint?
-- One row per sprint of the plan and measure.
--
-- sprint: id of the sprint
-- sequence: 1 for the first sprint
-- first_date: first day, in the project's zone
-- position: place of the measure among the others, from 1
-- measure: commits, own lines added, merged pull requests, escaped bugs, AI cost, agent share
-- measured_quantity: its value: a count, US dollars, or for the agent share 0 to 1; NULL: not known
-- known_share: of the agent share, part of the commits whose kind of author is known, 0 to 1; NULL for the others
-- query_name: named query that shows the same number for one sprint
-- column_name: its column there
-- evidence: verified where it is counted from records, else inferred
--
-- Agent share: commits other than merges that an agent wrote a part of, of those with a known kind of author. Escaped bugs: as
--   escape_headline counts them; NULL where the sprint's bug fixes were not all looked at.
-- Left out: what the views leave out that it reads.
-- Evidence: inferred
with writers as (
    select
        sprint,
        count(*) as commit_count,
        count(*) filter (where author_kind <> 'unknown') as known_count,
        count(*) filter (where author_kind = 'agent') as agent_count
    from sprint_commits
    where not is_merge
    group by sprint
),

fixes as (
    select
        sprint,
        count(*) filter (where not is_judged) as unjudged_count
    from sprint_bug_fixes
    group by sprint
),

escapes as (
    select
        origin_sprint as sprint,
        count(*) as escaped_count
    from bug_escapes
    where is_escaped and is_trusted
    group by origin_sprint
),

costs as materialized (
    select
        sprint,
        cost_usd,
        merged_change_request_count
    from sprint_costs
),

totals as materialized (
    select
        sprint,
        commit_count,
        own_added_lines
    from sprint_totals
),

measures as (
    select
        sprint,
        1 as position,
        'commits' as measure,
        commit_count::decimal(30, 12) as measured_quantity,
        null::double as known_share,
        'sprint_headline' as query_name,
        'commit_count' as column_name,
        'verified' as evidence
    from totals
    union all
    select
        sprint,
        2,
        'own lines added',
        own_added_lines::decimal(30, 12),
        null,
        'sprint_headline',
        'own_added_lines',
        'inferred'
    from totals
    union all
    select
        sprint,
        3,
        'merged pull requests',
        merged_change_request_count::decimal(30, 12),
        null,
        'team_headline',
        'merged_pull_request_count',
        'inferred'
    from costs
    union all
    select
        sprints.sprint,
        4,
        'escaped bugs',
        case
            when coalesce(fixes.unjudged_count, 0) = 0 then coalesce(escapes.escaped_count, 0)
        end::decimal(30, 12),
        null,
        'escape_headline',
        'escaped_bug_count',
        'inferred'
    from sprints
    left join fixes on fixes.sprint = sprints.sprint
    left join escapes on escapes.sprint = sprints.sprint
    union all
    select
        sprint,
        5,
        'AI cost',
        cost_usd::decimal(30, 12),
        null,
        'cost_headline',
        'ai_cost_usd',
        'inferred'
    from costs
    union all
    select
        sprints.sprint,
        6,
        'agent share',
        (1::double * writers.agent_count / nullif(writers.known_count, 0))::decimal(30, 12),
        1::double * writers.known_count / nullif(writers.commit_count, 0),
        'team_headline',
        'agent_commit_share',
        'inferred'
    from sprints
    left join writers on writers.sprint = sprints.sprint
)

select
    sprints.sprint,
    sprints.sequence,
    sprints.first_date,
    measures.position,
    measures.measure,
    measures.measured_quantity,
    measures.known_share,
    measures.query_name,
    measures.column_name,
    measures.evidence
from measures
inner join sprints on sprints.sprint = measures.sprint
