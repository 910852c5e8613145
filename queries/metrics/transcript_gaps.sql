-- Of how much of the sprint are the transcripts of coding agents known?
-- One row per source of transcripts that has a session.
--
-- source: name of the [[agents]] section
-- day_count: days of the sprint, those to come left out
-- known_day_count: those from the oldest known session to the last reading, without the lost ones
-- lost_day_count: those between two readings that lie further apart than the agent keeps its transcripts
-- session_day_count: those on which a request was made
-- first_known_date: day of the oldest known session, of all sprints
-- last_read_at: when the transcripts were last looked for by a run that had something new, UTC; NULL: unknown
-- is_begun_late: whether the sprint has days before the oldest known session
-- is_read_early: whether the last reading lies before the sprint's end, so that later sessions may be deleted unread
-- gone_file_count: transcripts that the agent has deleted or written anew since they were read; their rows are kept
--
-- Evidence: verified
select
    transcript_days.source,
    transcript_days.day_count,
    transcript_days.known_day_count,
    transcript_days.lost_day_count,
    transcript_days.session_day_count,
    transcript_days.first_known_date,
    transcript_days.last_read_at,
    transcript_days.first_known_date > sprints.first_date as is_begun_late,
    transcript_days.last_read_at < sprints.ends_at as is_read_early,
    transcript_days.gone_file_count
from transcript_days
inner join sprints on sprints.sprint = transcript_days.sprint
where transcript_days.sprint = $sprint
order by transcript_days.source
