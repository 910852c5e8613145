-- Of which days of a sprint are the transcripts of coding agents known?
-- One row per sprint and source of transcripts that has a session; days in the project's zone.
--
-- sprint: id of the sprint
-- source: name of the [[agents]] section
-- day_count: days of the sprint, those to come left out
-- known_day_count: those from the oldest known session to the last reading, without the lost ones
-- lost_day_count: those between two readings that lie further apart than the agent keeps its transcripts
-- session_day_count: those on which a request was made
-- first_known_date: day of the oldest known session, of all sprints
-- last_read_at: when the transcripts were last looked for by a run that had something new, UTC; NULL: unknown
-- gone_file_count: transcripts that the agent has deleted or written anew since they were read, of all sprints; their rows are kept
--
-- Agents delete their transcripts after some time, so what lies before the oldest one is lost, not idle; and so are days after a
-- reading that the next one no longer reached back to (agent_readings.kept_from_at). Runs that find nothing new anywhere are no
-- readings here, as they write nothing.
-- Left out: sprints that had not begun when the repositories were read.
-- Evidence: verified
with first_sessions as (
    select
        sessions.source,
        (min(sessions.started_at) at time zone projects.timezone)::date as first_known_date
    from agent_sessions as sessions
    cross join projects
    group by sessions.source, projects.timezone
),

readings as (
    select
        agent_readings.source,
        -- A later reading may reach further back, such as one of copies that were found again.
        min((agent_readings.kept_from_at at time zone projects.timezone)::date) over (
            partition by agent_readings.source
            order by agent_readings.read_at desc
            rows between unbounded preceding and current row
        ) as kept_from_date,
        lag((agent_readings.read_at at time zone projects.timezone)::date) over (
            partition by agent_readings.source
            order by agent_readings.read_at
        ) as earlier_read_date
    from agent_readings
    cross join projects
),

last_readings as (
    select
        source,
        max(read_at) as last_read_at
    from agent_readings
    group by all
),

gone_files as (
    select
        source,
        count(*) as gone_file_count
    from agent_files
    where not is_present
    group by all
),

clock as (
    select (min(repos.mined_at) at time zone projects.timezone)::date as today
    from repos
    cross join projects
    where repos.is_configured
    group by projects.timezone
),

sources as (
    select
        first_sessions.source,
        first_sessions.first_known_date,
        last_readings.last_read_at,
        (last_readings.last_read_at at time zone projects.timezone)::date as last_read_date,
        coalesce(gone_files.gone_file_count, 0) as gone_file_count
    from first_sessions
    cross join projects
    left join last_readings on last_readings.source = first_sessions.source
    left join gone_files on gone_files.source = first_sessions.source
),

days as (
    select
        sprints.sprint,
        unnest(generate_series(sprints.first_date, least(sprints.last_date, clock.today), interval 1 day))::date as date
    from sprints
    cross join clock
),

-- A day with a session that is known is lost as well: others of that day may be gone.
lost_days as (
    select distinct
        readings.source,
        days.date
    from days
    inner join readings on days.date > readings.earlier_read_date and days.date < readings.kept_from_date
),

session_days as (
    select distinct
        parts.session_source as source,
        (parts.requested_at at time zone projects.timezone)::date as date
    from request_attributions as parts
    cross join projects
    where parts.session_source is not null and parts.sprint is not null
)

select
    days.sprint,
    sources.source,
    count(*) as day_count,
    count(
        case
            when days.date >= sources.first_known_date and days.date <= sources.last_read_date and lost_days.date is null then 1
        end
    ) as known_day_count,
    count(case when days.date >= sources.first_known_date then lost_days.date end) as lost_day_count,
    count(session_days.date) as session_day_count,
    sources.first_known_date,
    sources.last_read_at,
    sources.gone_file_count
from days
cross join sources
left join lost_days on lost_days.source = sources.source and lost_days.date = days.date
left join session_days on session_days.source = sources.source and session_days.date = days.date
group by days.sprint, sources.source, sources.first_known_date, sources.last_read_at, sources.gone_file_count
