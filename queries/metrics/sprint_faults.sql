-- When was each fault that surfaced in the sprint written, landed, noticed and repaired?
-- One row per fault, the longest unnoticed first.
--
-- subject: incidents, escaped bugs or damage
-- title: the incident's title, the subject of the fix, or the file that broke
-- repo: repository; NULL: unknown
-- commit_sha: commit that brought it in; NULL: unknown
-- fix_sha: commit that repaired it; NULL: unknown
-- introduced_at: when it was written, UTC; NULL: unknown
-- landed_at: when it came to the default branch, UTC; NULL: unknown
-- surfaced_at: when somebody noticed, UTC
-- repaired_at: when the repair landed, UTC; NULL: not yet, or unknown
-- surfaced_by: human (notes), issue, or upper bound (the repair)
-- unnoticed_hours: hours from landing to surfacing, in tenths; NULL: unknown
-- is_upper_bound: true when only the repair says that somebody had noticed
-- note: the hours in words
-- evidence: human where the notes tell it, else inferred
--
-- Left out: what faults leaves out.
-- Evidence: inferred
select
    subject,
    title,
    repo,
    commit_sha,
    fix_sha,
    introduced_at,
    landed_at,
    surfaced_at,
    repaired_at,
    surfaced_by,
    round(detection_hours, 1)::double as unnoticed_hours,
    is_upper_bound,
    case surfaced_by when 'human' then 'told in the notes' when 'issue' then 'an issue was opened' else 'at most: only the repair is known' end
    || case subject when 'incidents' then '' when 'escaped bugs' then '; escaped bug' else '; damage' end as note,
    evidence
from faults
where sprint = $sprint
order by detection_hours desc nulls last, surfaced_at, fault
