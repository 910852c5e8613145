-- When was each incident's fault written, landed, noticed and repaired?
-- One row per incident of the sprint's notes and mark, incidents by when their fault landed, marks in their order.
--
-- incident: id in the team's notes
-- title: what happened, as told
-- mark: introduced, landed (reached the default branch), surfaced (somebody noticed) or repaired (the repair landed)
-- marked_at: UTC; NULL: unknown
-- known_by: git, human, upper bound (it was so by then) or unknown
-- since_landed_hours: hours from landed to this mark; negative before it; NULL: one of them is unknown
-- told_at: time in the notes where git knows one too or better, UTC; NULL: not told
-- repo: repository of the commit; NULL: none is named or found
-- commit_sha: commit that decides; NULL likewise
-- lost_reference_count: commits and pull requests that the notes name for this mark and that were not found, or not as one
-- evidence: verified (git), human, or inferred (upper bound); human where nothing is known
--
-- That a commit brought the fault in, or repaired it, is the team's word; the commit's times are git's.
-- Evidence: verified
with marks as (
    select
        *,
        max(case when mark = 'landed' then marked_at end) over (partition by incident) as fault_landed_at
    from incident_marks
    where sprint = $sprint
)

select
    incident,
    title,
    mark,
    marked_at,
    known_by,
    epoch(marked_at - fault_landed_at) / 3600.0::double as since_landed_hours,
    told_at,
    repo,
    commit_sha,
    lost_reference_count,
    evidence
from marks
order by
    fault_landed_at nulls last,
    incident,
    case mark when 'introduced' then 1 when 'landed' then 2 when 'surfaced' then 3 else 4 end
