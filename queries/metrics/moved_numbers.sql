-- Which headline numbers are others now than when the sprint's page was built, and why?
-- One row per sprint and measure that moved, newest sprint first.
--
-- sprint: id of the sprint
-- measure: commits, own lines added, merged pull requests, escaped bugs, AI cost, agent share
-- frozen_quantity: the value on the page that was built last; NULL: it was not known then
-- measured_quantity: the value by what the warehouse holds now; NULL: it is not known now
-- built_at: when the page was built, UTC
-- reason: what differs since: new data, other settings, another definition, another version of Retro; NULL: nothing that is recorded
-- evidence: inferred
--
-- Left out: sprints whose page was never built or whose frozen numbers are gone or are no numbers; differences beyond nine digits.
-- Evidence: inferred
with shown as (
    select
        headline_measures.sequence,
        headline_measures.position,
        headline_measures.sprint,
        headline_measures.measure,
        headline_measures.measured_quantity,
        report_numbers.page,
        report_numbers.value,
        report_numbers.built_at,
        report_numbers.query,
        report_numbers.row_number,
        report_numbers.sources_digest,
        report_numbers.settings_digest,
        report_numbers.metric_version,
        report_numbers.retro_version
    from report_numbers
    inner join headline_measures
        on headline_measures.sprint = report_numbers.sprint
        and headline_measures.query_name = report_numbers.query
        and headline_measures.column_name = report_numbers.column_name
    -- A file beside the pages can hold anything.
    where report_numbers.value = 'null' or try_cast(report_numbers.value as decimal(30, 12)) is not null
),

-- A headline query has a row per sprint and the sprint asked for last.
latest as (
    select
        *,
        row_number() over (partition by sprint, measure order by built_at desc, page, row_number desc) as place
    from shown
),

frozen as (
    select
        *,
        try_cast(value as decimal(30, 12)) as frozen_quantity
    from latest
    where place = 1
),

bases as (
    select
        max(case when kind = 'sources' then digest end) as sources,
        max(case when kind = 'settings' then digest end) as settings,
        max(case when kind = 'version' then digest end) as version
    from number_bases
)

select
    frozen.sprint,
    frozen.measure,
    frozen.frozen_quantity,
    frozen.measured_quantity,
    frozen.built_at,
    nullif(concat_ws(
        ', ',
        case when frozen.sources_digest <> bases.sources then 'new data' end,
        case when frozen.metric_version <> metrics.digest then 'another definition' end,
        case when frozen.settings_digest <> bases.settings then 'other settings' end,
        case when frozen.retro_version <> bases.version then 'another version of Retro' end
    ), '') as reason,
    'inferred' as evidence
from frozen
cross join bases
left join number_bases as metrics on metrics.kind = 'metric' and metrics.name = frozen.query
where
    (frozen.frozen_quantity is null) <> (frozen.measured_quantity is null)
    or abs(frozen.frozen_quantity - frozen.measured_quantity)
        > abs(frozen.frozen_quantity) * 0.000000001 + 0.000000001
order by frozen.sequence desc, frozen.position
